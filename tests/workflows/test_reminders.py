"""The ladder as time goes by: reminders, the mark at their end, caps, and a fix long after."""

from dataclasses import replace
from typing import Any

import pytest

from operate.ruling import StaysClosed
from shared.contracts.settings import WorkspaceSettings
from shared.domain.announce import OPERATORS
from shared.domain.case import Phase
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.notice import Notice, Role, Tone
from tests.builders import ACCOUNT, ADMIN, NOW, PROJECT, REPORT, SUBMITTER, WS, WS_ADMIN
from tests.workflows import stages
from tests.workflows.fuse import Died
from tests.workflows.kit import Service, workspace_settings
from tests.workflows.notify_kit import blocked, notice, put, reopened

ALWAYS: dict[str, Any] = {"working_days": [1, 2, 3, 4, 5, 6, 7]}


def settings(**mails: Any) -> WorkspaceSettings:
    """Every day is a working day, unless said otherwise."""
    plain = workspace_settings().model_dump(mode="json", exclude_unset=True)
    return WorkspaceSettings.model_validate({**plain, "mails": {**ALWAYS, **mails}})


def stuck(**mails: Any) -> Service:
    """One report on a closed project, for which nobody was told anything yet."""
    service = stages.stuck()
    service.settings.workspaces[WS] = settings(**mails)
    return service


def rungs(service: Service, person: str) -> list[tuple[Tone, int]]:
    return [(x.notice.tone, x.notice.rung) for x in service.mail.to(person)]


def test_who_does_nothing_is_reminded_three_times_and_no_more() -> None:
    """After 1, 3 and 7 days; both the administrator and the submitter."""
    service = stuck()
    service.run(12 * DAY)
    assert rungs(service, ADMIN) == [(Tone.REACTIVATE, rung) for rung in range(4)]
    assert rungs(service, SUBMITTER) == [(Tone.RETAG, rung) for rung in range(4)]
    sent = [n.sent_at or 0 for n in service.notices_of(ADMIN)]
    began = min(sent)
    assert [round((at - began) / DAY) for at in sorted(sent)] == [0, 1, 3, 7]


def test_reminders_are_no_further_requests() -> None:
    """Machines hear of the first mail as an event, and of each on the topic."""
    service = stuck()
    service.run(9 * DAY)
    asked = [a for a in service.bus if a.detail_type == "Fix Requested"]
    assert len(asked) == 2  # both people
    assert [x.notice.rung for x in service.topic.to(ADMIN)] == [0, 1, 2, 3]


def test_after_the_last_reminder_the_case_is_marked_and_the_operators_hear_of_it() -> None:
    """Once, on their topic; others hear of it on the bus."""
    service = stuck()
    service.run(6 * DAY)
    assert service.case().attention_at is None
    service.run(2 * DAY)
    assert service.case().attention_at is not None
    assert service.case().phase is Phase.WAITING
    service.run(5 * DAY)
    told = [x for x in service.topic.to(OPERATORS) if x.notice.tone is Tone.ATTENTION]
    assert [x.notice.about for x in told] == [f"P#{PROJECT}"]
    assert [a.detail_type for a in service.bus].count("Case Needs Attention") == 1


def test_a_fix_long_after_the_last_reminder_recovers_and_is_told() -> None:
    """On day 20: watching went on; the good news comes once."""
    service = stuck()
    service.run(20 * DAY)
    stages.reopen(service)
    service.run(HOUR, until=lambda: service.case().finished)
    service.run(HOUR)
    assert service.case().phase is Phase.RESOLVED
    for person, tone in ((ADMIN, Tone.REACTIVATE), (SUBMITTER, Tone.RETAG)):
        assert rungs(service, person) == [*((tone, rung) for rung in range(4)), (Tone.DONE, 0)]


def test_a_fix_ends_the_ladder() -> None:
    """The reminder is checked when it is due."""
    service = put(blocked(), notice())
    due = service.look_at_person(ADMIN)
    reopened(service)
    service.clock.now = due or 0
    assert service.look_at_person(ADMIN) is None
    assert len(service.mail) == 1
    assert [n.dropped for n in service.notices_of(ADMIN)] == ["", "no longer true"]


def test_a_death_in_between_ends_no_ladder() -> None:
    """The reminder lies there before the mail is known to be sent."""
    service = put(blocked(), notice())
    service.fuse.at = 4
    with pytest.raises(Died):
        service.look_at_person(ADMIN)
    assert [n.rung for n in service.notices_of(ADMIN)] == [0, 1]
    service.look_at_person(ADMIN)
    assert [n.pending for n in service.notices_of(ADMIN)] == [False, True]


def test_who_can_t_be_reached_is_not_reminded() -> None:
    """There is no use in it."""
    service = put(blocked(), notice())
    service.mail.unreachable.add(ADMIN)
    assert service.look_at_person(ADMIN) is None
    assert len(service.notices_of(ADMIN)) == 1


# --- it stays closed -------------------------------------------------------------------------


def stays_closed(service: Service) -> None:
    StaysClosed(service.accounts, service.rows, "arn:nora", service.clock).rule(ACCOUNT, PROJECT)


def storm() -> Service:
    """More people than are told at once."""
    service = stages.stuck(*(f"R{n:03d}" for n in range(1, 8)))
    service.settings.workspaces[WS] = settings()
    for n in range(2, 8):
        service.expensify.reports[f"R{n:03d}"].submitter = f"sub{n}@acme.example"
    service.run(10 * MINUTE)
    return service


def test_who_is_held_back_is_told_when_it_stays_closed() -> None:
    """The administrator alone at first; then everybody, and nobody is reminded to open it."""
    service = storm()
    assert {x.notice.person for x in service.mail.sent} == {ADMIN}
    stays_closed(service)
    service.run(10 * MINUTE)
    assert len({x.notice.person for x in service.mail.sent}) == 8
    service.run(9 * DAY)
    assert rungs(service, ADMIN) == [(Tone.REACTIVATE, 0)]
    assert rungs(service, SUBMITTER) == [(Tone.RETAG, rung) for rung in range(4)]


def test_a_project_that_is_opened_all_the_same_is_good_news() -> None:
    """For the administrator, too, who had the bad news."""
    service = storm()
    stays_closed(service)
    service.run(HOUR)
    stages.reopen(service)
    service.run(3 * HOUR)
    assert rungs(service, ADMIN) == [(Tone.REACTIVATE, 0), (Tone.DONE, 0)]


# --- caps ------------------------------------------------------------------------------------


def capped(per_day: int) -> Service:
    """A person with three matters: the project as two roles see it, and a stuck sync."""
    service = put(
        blocked(),
        notice(),
        notice(tone=Tone.RETAG, role=Role.WORKSPACE_ADMIN, person=ADMIN),
        notice(tone=Tone.SYNC_STUCK, role=Role.WORKSPACE_ADMIN, person=ADMIN, about=f"W#{WS}"),
    )
    given = settings(per_day=per_day)
    people = given.people.model_copy(
        update={"workspace_admins": (WS_ADMIN, ADMIN), "retag_by": "workspace_admin"}
    )
    service.settings.workspaces[WS] = given.model_copy(update={"people": people})
    service.workspaces.save(replace(service.workspaces.get(WS), bad_syncs=3))
    return service


def told(service: Service) -> list[Notice]:
    return [n for n in service.notices_of(ADMIN) if n.sent_at is not None]


def test_a_digest_tells_what_it_lists() -> None:
    """Each of it is settled with where it was told, has its reminder, and isn't sent again."""
    service = capped(1)
    service.look_at_person(ADMIN)
    (letter,) = service.mail.sent
    assert letter.notice.tone is Tone.DIGEST
    assert len(letter.parts) == 3
    assert {n.told_in for n in told(service) if n.tone is not Tone.DIGEST} == {letter.notice.id}
    assert all(n.listed == (REPORT,) for n in told(service) if n.tone is Tone.REACTIVATE)
    assert sorted(n.rung for n in service.notices_of(ADMIN) if n.pending) == [1, 1, 1]
    assert len([a for a in service.bus if a.detail_type == "Fix Requested"]) == 3
    assert {x.notice.tone for x in service.topic.sent} == {n.tone for n in told(service)} - {
        Tone.DIGEST
    }
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1


def test_what_is_over_the_cap_after_the_digest_comes_tomorrow() -> None:
    """And the reminders of the digest's matters are one digest again."""
    service = capped(2)
    service.look_at_person(ADMIN)
    assert [x.notice.tone for x in service.mail.sent][1:] == [Tone.DIGEST]
    late = notice(person=ADMIN, about="P#99", tone=Tone.DONE, created_at=NOW, send_after=NOW)
    bad = replace(late, tone=Tone.REACTIVATE, sent_at=NOW - DAY)
    service.notices.settle(bad)
    put(service, late)
    tomorrow = (NOW // DAY + 1) * DAY
    assert service.look_at_person(ADMIN) == tomorrow
    service.clock.now = tomorrow
    service.look_at_person(ADMIN)
    assert [x.notice.tone for x in service.mail.sent][2:] == [Tone.DONE]


def test_a_digest_lists_what_was_told_before() -> None:
    """If it still holds; what is told beside it, too, each matter of that mail."""
    service = capped(2)
    before = notice(person=ADMIN, about="P#99", sent_at=NOW - 2 * DAY)
    service.notices.settle(before)
    service.look_at_person(ADMIN)
    digest = service.mail.sent[1]
    tones = [(part.notice.tone, part.notice.pending) for part in digest.parts]
    assert len(tones) == 3
    assert [pending for _, pending in tones] == [True, False, False]


@pytest.mark.parametrize("at", [6, 7, 8, 9, 10])
def test_a_death_after_a_digest_costs_no_second_one(at: int) -> None:
    """It is settled before what it told: the rest waits for tomorrow."""
    service = capped(1)
    service.fuse.at = at
    with pytest.raises(Died):
        service.look_at_person(ADMIN)
    assert service.look_at_person(ADMIN) == (NOW // DAY + 1) * DAY
    assert [x.notice.tone for x in service.mail.sent] == [Tone.DIGEST]


def test_a_person_has_one_day_and_one_cap() -> None:
    """Those of the first of the workspaces whose settings can be read."""
    other = notice(about="P#99", workspace_id="WS0")
    service = put(blocked(), notice(), other)
    service.settings.workspaces[WS] = settings(per_day=1)
    service.look_at_person(ADMIN)
    assert [x.notice.tone for x in service.mail.sent] == [Tone.DIGEST]
    service.settings.workspaces["WS0"] = settings(per_day=5)
    service.clock.advance(DAY)
    service.look_at_person(ADMIN)
    assert [x.notice.tone for x in service.mail.sent] == [Tone.DIGEST, Tone.REACTIVATE]


def test_the_person_is_due_when_the_reminder_is() -> None:
    """Nobody looks in vain before."""
    service = put(blocked(), notice())
    service.settings.workspaces[WS] = settings()
    assert service.look_at_person(ADMIN) == NOW + DAY
