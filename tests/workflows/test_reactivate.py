"""Approved reactivations: opened, waited for, closed again; each change written down before it."""

from dataclasses import replace
from typing import Any

import pytest

from shared.contracts.settings import AccountSettings
from shared.domain.announce import OPERATORS
from shared.domain.blocker import Blocker, Ruling, reactivated
from shared.domain.case import Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND
from shared.domain.finding import Fault, Status
from shared.domain.mode import Mode
from shared.domain.notice import Tone
from shared.domain.reactivation import Ended, Fields, Outcome, Reactivation, Stage, Until
from shared.errors import ConflictError, RefusedError, ThrottledError, TransientError
from shared.ports import Reconciler
from tests.builders import ACCOUNT, ADMIN, NOW, PROJECT, WS, case
from tests.workflows.kit import Service, workspace_settings
from tests.workflows.stages import stuck

WATCH = Reconciler.WATCH
OPENS, CLOSES = (PROJECT, Fields(inactive=False)), (PROJECT, Fields(inactive=True))


def allowing(service: Service, reactivation: str = "on_approval") -> Service:
    service.settings.add(
        AccountSettings(
            account_id=ACCOUNT,
            secret="tenant/netsuite",
            reactivation=reactivation,  # type: ignore[arg-type]
        )
    )
    return service


def waiting(until: Until = Until.EXPORTED, reactivation: str = "on_approval") -> Service:
    """A report waits for the project, and somebody approved just now that it is opened."""
    service = allowing(stuck(), reactivation)
    service.run(3 * MINUTE)
    service.netsuite.before_change = service.expensify.closed.clear
    service.fuse.effects.clear()
    return approve(service, until)


def approve(service: Service, until: Until = Until.EXPORTED) -> Service:
    known = blocker(service)
    approved = Reactivation(known.epoch, "arn:olga", service.clock(), until)
    service.accounts.put_blocker(reactivated(known, approved))
    service.rows.pull(WATCH, ACCOUNT, service.clock())
    return service


def blocker(service: Service) -> Blocker:
    (known,) = service.accounts.blockers(ACCOUNT)
    return known


def done(service: Service) -> Reactivation:
    found = blocker(service).reactivation
    assert found is not None
    return found


def told(service: Service) -> dict[str, list[str]]:
    """Of the reactivation, by person: the subjects' statuses."""
    return {
        who: [n.about for n in service.notices_of(who) if n.tone is Tone.REACTIVATION]
        for who in (ADMIN, OPERATORS)
    }


def look(service: Service, budget: int = 30 * SECOND) -> int | None:
    return service.look(WATCH, ACCOUNT, budget)


# --- opening -------------------------------------------------------------------------------------


def test_an_approval_opens_the_project_and_the_report_arrives() -> None:
    """For good: one change, and who, when, before and after are kept with the project."""
    service = waiting(Until.GOOD)
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.case().phase is Phase.RESOLVED
    assert service.netsuite.changes == [OPENS]
    kept = done(service)
    assert (kept.by, kept.ended, kept.asked) == ("arn:olga", Ended.OPENED, False)
    assert kept.before is not None
    assert kept.after is not None
    assert (kept.before.inactive, kept.after.inactive) == (True, False)
    service.run(DAY)
    assert service.netsuite.changes == [OPENS]
    assert told(service) == {ADMIN: [], OPERATORS: []}


def test_until_exported_it_is_closed_again_when_the_last_report_is_through() -> None:
    """And not a moment sooner; the good news says who approved it, and what was done."""
    service = waiting()
    service.run(2 * HOUR, until=lambda: done(service).stage is Stage.CLOSING)
    service.run(2 * HOUR, until=lambda: not done(service).live)
    assert service.netsuite.changes == [OPENS, CLOSES]
    assert service.case().finished
    assert done(service).ended is Ended.CLOSED
    service.run(HOUR)
    (thanks,) = [x for x in service.mail.sent if x.notice.tone is Tone.DONE][:1]
    assert thanks.subject.reactivation is not None
    assert thanks.subject.reactivation.by == "arn:olga"
    assert told(service) == {ADMIN: [], OPERATORS: []}


def test_the_intent_stands_before_the_change() -> None:
    """With its baseline; the process may die at any moment after it."""
    service = waiting()
    seen: list[Reactivation] = []
    service.netsuite.before_change = lambda: seen.append(done(service))
    look(service)
    (intent,) = seen
    assert (intent.stage, intent.asked, intent.sent) == (Stage.OPENING, True, 1)
    assert intent.before is not None
    assert intent.before.inactive is True


def test_what_was_opened_is_seen_by_a_query_at_once() -> None:
    """After the gap that NetSuite is left alone for."""
    service = waiting()
    next_due = look(service)
    assert next_due == service.clock() + service.settings.account(ACCOUNT).rules().gap


@pytest.mark.parametrize("reactivation", ["off", "on_approval"])
def test_no_project_is_opened_without_an_approval_or_where_the_account_does_not_allow_it(
    reactivation: str,
) -> None:
    """Both are needed."""
    service = waiting(reactivation=reactivation)
    if reactivation == "on_approval":
        service.accounts.put_blocker(replace(blocker(service), reactivations=()))
    service.run(3 * HOUR)
    assert service.netsuite.changes == []


@pytest.mark.parametrize("mode", [Mode.ASSIST, Mode.OBSERVE])
def test_nothing_is_changed_where_no_workspace_acts(mode: Mode) -> None:
    """Not even what was approved: in `assist` people do what there is to do, this too."""
    service = waiting()
    service.settings.add(workspace_settings(mode=str(mode)))
    service.run(3 * HOUR)
    assert service.netsuite.changes == []
    assert service.netsuite.reads == []


def test_one_workspace_that_acts_is_enough() -> None:
    """It opens the project for the others as well, as any administrator would."""
    service = waiting()
    service.settings.add(workspace_settings(mode="observe"))
    service.settings.add(workspace_settings(workspace_id="WS2"))
    service.accounts.ask(ACCOUNT, "WS2", ["Apollo Rollout"], NOW + DAY)
    service.run(HOUR, until=lambda: bool(service.netsuite.changes))
    assert service.netsuite.changes == [OPENS]


def test_nothing_is_changed_with_the_kill_switch_off() -> None:
    """Neither opened nor closed again; when it is on again, that goes on."""
    service = waiting()
    service.acts = False
    service.run(HOUR)
    assert service.netsuite.changes == []
    service.acts = True
    service.run(HOUR, until=lambda: service.case().finished)
    service.acts = False
    service.run(3 * HOUR)
    assert service.netsuite.changes == [OPENS]
    service.acts = True
    service.run(HOUR)
    assert service.netsuite.changes == [OPENS, CLOSES]


def test_what_could_not_be_done_in_a_day_lapses_and_is_told() -> None:
    """Whoever approved it may do so again."""
    service = waiting()
    service.acts = False
    service.run(25 * HOUR)
    assert done(service).ended is Ended.LAPSED
    assert told(service) == {ADMIN: [f"P#{PROJECT}"], OPERATORS: [f"P#{PROJECT}"]}
    service.acts = True
    service.run(3 * HOUR)
    assert service.netsuite.changes == []


def test_a_ruling_comes_first() -> None:
    """Somebody said in between that it stays closed."""
    service = waiting()
    known = blocker(service)
    service.accounts.put_blocker(replace(known, ruling=Ruling(known.epoch, "nora", NOW)))
    service.run(HOUR)
    assert service.netsuite.changes == []
    assert done(service).ended is Ended.RULED_OUT


# --- what NetSuite answers -----------------------------------------------------------------------


def test_a_refusal_is_told_to_administrators_and_operators() -> None:
    """Once each, and it isn't tried again; the report waits as before."""
    service = waiting()
    service.netsuite.outcome = Outcome.REFUSED
    service.run(3 * HOUR)
    assert service.netsuite.changes == [OPENS]
    assert done(service).ended is Ended.REFUSED
    assert told(service) == {ADMIN: [f"P#{PROJECT}"], OPERATORS: [f"P#{PROJECT}"]}
    (mail,) = [x for x in service.mail.sent if x.notice.tone is Tone.REACTIVATION]
    assert mail.subject.reactivation == done(service)
    assert service.case().phase is Phase.WAITING


def test_a_permission_that_is_missing_is_a_refusal() -> None:
    """Also where we may not even read the record."""
    service = waiting()
    service.look(WATCH, ACCOUNT, 10 * SECOND)  # the query is answered before
    service.netsuite.fault = RefusedError("set", Fault.NO_PERMISSION)
    service.clock.advance(SECOND)
    look(service)
    assert (done(service).ended, done(service).codes) == (Ended.REFUSED, ("no_permission",))
    assert service.netsuite.changes == []


def test_what_a_workflow_closes_at_once_is_told() -> None:
    """NetSuite said yes, and the project is as it was."""
    service = waiting()
    service.netsuite.outcome = Outcome.NOT_TAKEN
    service.run(HOUR)
    assert service.netsuite.changes == [OPENS]
    assert done(service).ended is Ended.NOT_TAKEN
    assert told(service)[OPERATORS] == [f"P#{PROJECT}"]


@pytest.mark.parametrize("fault", [ThrottledError("set"), RefusedError("set", Fault.INVALID_GRANT)])
def test_what_was_never_sent_opens_the_circuit(fault: TransientError | RefusedError) -> None:
    """It is no try; afterwards it goes on as if nothing had been."""
    service = waiting()

    def breaks() -> None:
        service.netsuite.fault = fault

    service.netsuite.before_change = breaks
    next_due = look(service)
    assert (done(service).asked, done(service).sent) == (False, 0)
    account = service.accounts.get(ACCOUNT)
    assert account.fault is fault.fault
    assert next_due == account.quiet_until > service.clock()
    service.clock.advance(SECOND)
    assert look(service) == account.quiet_until
    assert len(service.netsuite.changes) == 1
    service.netsuite.fault = None
    service.netsuite.before_change = service.expensify.closed.clear
    service.run(2 * HOUR, until=lambda: service.case().finished)
    assert service.case().finished


def test_a_read_that_is_refused_opens_the_circuit() -> None:
    """A login that is refused says nothing of the project."""
    service = waiting()
    service.netsuite.fault = RefusedError("set", Fault.INVALID_GRANT)
    assert look(service) == service.accounts.get(ACCOUNT).quiet_until
    assert done(service).stage is Stage.APPROVED
    assert service.netsuite.changes == []


def test_a_record_that_can_not_be_read_is_nobody_elses_concern() -> None:
    """The account is asked on as before; after many tries it is left to people."""
    service = waiting()
    service.netsuite.unreadable.add(PROJECT)
    service.run(2 * HOUR)
    assert service.accounts.get(ACCOUNT).faults == 0
    assert done(service).missed == 6
    service.run(10 * HOUR)
    assert done(service).ended is Ended.NO_ANSWER
    assert service.netsuite.changes == []
    assert told(service)[OPERATORS] == [f"P#{PROJECT}"]


def test_a_change_that_found_no_way_is_tried_again_later() -> None:
    """Nothing was sent, so the record is read anew before."""
    service = waiting()

    def breaks() -> None:
        service.netsuite.fault = TransientError("set")

    service.netsuite.before_change = breaks
    look(service)
    assert (done(service).asked, done(service).sent, done(service).missed) == (False, 0, 1)
    assert service.accounts.get(ACCOUNT).faults == 0
    service.netsuite.fault = None
    service.netsuite.before_change = service.expensify.closed.clear
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.netsuite.changes == [OPENS, OPENS]


def test_a_lost_answer_is_read_back_and_what_is_open_is_not_closed_again() -> None:
    """It may have been somebody else who opened it."""
    service = waiting()
    service.netsuite.outcome = Outcome.UNKNOWN
    service.run(3 * HOUR)
    assert service.netsuite.changes == [OPENS]
    assert done(service).ended is Ended.UNSURE
    assert service.case().finished
    assert told(service)[ADMIN] == [f"P#{PROJECT}"]


def test_what_was_not_done_is_asked_for_again_after_a_read() -> None:
    """At most three times, each after a read that didn't find it."""
    service = waiting()
    service.netsuite.outcome, service.netsuite.does = Outcome.UNKNOWN, False
    look(service)
    assert (len(service.netsuite.reads), len(service.netsuite.changes)) == (1, 1)
    look(service)
    assert (len(service.netsuite.reads), len(service.netsuite.changes)) == (1, 1)
    service.clock.advance(MINUTE)
    look(service)
    assert (len(service.netsuite.reads), len(service.netsuite.changes)) == (2, 2)
    service.run(3 * HOUR)
    assert (len(service.netsuite.reads), len(service.netsuite.changes)) == (4, 3)
    assert done(service).ended is Ended.NO_ANSWER


def test_a_query_that_fails_leaves_it_for_later() -> None:
    """NetSuite is left alone until the circuit lets it be asked again."""
    service = waiting()
    service.clock.advance(10 * MINUTE)
    service.netsuite.fault = TransientError("set")
    quiet = look(service)
    assert quiet == service.accounts.get(ACCOUNT).quiet_until
    assert (service.netsuite.reads, service.netsuite.changes) == ([], [])


# --- people in between ---------------------------------------------------------------------------


def until_closing(service: Service) -> Service:
    """Nobody waits any more, as one look has seen."""
    service.run(HOUR, until=lambda: service.case().finished)
    service.run(HOUR, until=lambda: done(service).free_since is not None)
    return service


@pytest.mark.parametrize("edit", [{"inactive": True}, {"allow_expenses": False}, {}])
def test_what_a_person_edited_in_between_is_left_alone(edit: dict[str, bool]) -> None:
    """Whatever it was, and both are told so."""
    service = until_closing(waiting())
    service.netsuite.edit(PROJECT, **edit)
    service.run(3 * HOUR)
    assert service.netsuite.changes == [OPENS]
    assert done(service).ended is Ended.LEFT_ALONE
    assert told(service) == {ADMIN: [f"P#{PROJECT}"], OPERATORS: [f"P#{PROJECT}"]}


def test_another_report_that_waits_keeps_it_open() -> None:
    """Of whatever workspace of the account, and however late it comes."""
    service = until_closing(waiting())
    service.settings.add(workspace_settings(workspace_id="WS2", mode="observe"))
    service.accounts.ask(ACCOUNT, "WS2", ["Apollo Rollout"], NOW + 30 * DAY)
    other = service.cases.put(replace(case(workspace_id="WS2", report_id="R2"), version=0))
    service.run(2 * HOUR)
    assert service.netsuite.changes == [OPENS]
    assert done(service).stage is Stage.OPEN
    closed = replace(other, phase=Phase.CLOSED, reason=Why.DELETED, ended_at=NOW)
    service.cases.put(replace(closed, version=service.cases.get("WS2", "R2").version))  # type: ignore[union-attr]
    service.run(2 * HOUR)
    assert service.netsuite.changes == [OPENS, CLOSES]


def test_what_is_opened_by_somebody_else_first_is_not_ours() -> None:
    """Nothing is changed, and nothing told."""
    service = waiting()
    service.netsuite.edit(PROJECT, inactive=False)
    service.expensify.closed.clear()
    service.run(3 * HOUR)
    assert service.netsuite.changes == []
    assert done(service).ended is Ended.OPEN_ALREADY
    assert told(service)[OPERATORS] == []


# --- time, deaths and races ----------------------------------------------------------------------


def test_where_the_time_is_short_it_goes_on_in_another_run() -> None:
    """After a slow query, and after a slow read: that is fresh enough for the next run."""
    service = waiting()
    assert look(service, 24 * SECOND) == service.clock()
    assert service.netsuite.reads == []

    slow, right = service.netsuite, service.netsuite.record

    class Slow:
        look = staticmethod(slow.look)
        change = staticmethod(slow.change)

        @staticmethod
        def record(project_id: str) -> Any:
            service.clock.advance(8 * SECOND)
            return right(project_id)

    service.netsuite = Slow()  # type: ignore[assignment]
    assert look(service) == service.clock()
    assert (slow.reads, slow.changes) == ([PROJECT], [])
    service.clock.advance(30 * SECOND)
    look(service, 26 * SECOND)
    assert (slow.reads, slow.changes) == ([PROJECT], [OPENS])


@pytest.mark.parametrize("at", range(1, 25))
def test_a_death_at_any_effect_opens_it_once(at: int) -> None:
    """What may have been sent is read back. Until exported, what it can't tell it leaves open."""
    service = waiting()
    service.fuse.at = len(service.fuse.effects) + at
    service.run(3 * HOUR)
    assert service.case().finished
    assert service.netsuite.changes in ([OPENS, CLOSES], [OPENS])
    assert done(service).ended in {Ended.CLOSED, Ended.UNSURE}


def test_a_lost_race_stops_quietly() -> None:
    """Somebody wrote the project meanwhile: nothing is sent."""
    service = waiting()

    def rules() -> None:
        known = blocker(service)
        service.accounts.put_blocker(replace(known, ruling=Ruling(known.epoch, "nora", NOW)))

    service.clock.advance(SECOND)
    service.fuse.hooks["accounts.put_blocker"] = rules
    with pytest.raises(ConflictError):
        look(service)
    assert service.netsuite.changes == []


def test_the_end_is_told_even_if_its_run_died() -> None:
    """The notice is put before the end is stored."""
    service = waiting()
    service.netsuite.outcome = Outcome.REFUSED
    service.fuse.hooks["notices.put"] = lambda: seen.append(done(service).live)
    seen: list[bool] = []
    service.run(HOUR, until=lambda: not done(service).live)
    assert seen == [True]


def test_broken_settings_of_one_workspace_are_its_own_fault() -> None:
    """The project is opened for the other one; without any, it isn't."""
    service = waiting()
    service.settings.broken.add(WS)
    look(service)
    service.settings.broken.clear()
    kept = service.settings.workspaces.pop(WS)
    look(service)
    assert service.netsuite.changes == []
    service.settings.add(kept)
    look(service)
    assert service.netsuite.changes == [OPENS]


def test_nothing_waits_any_more_and_it_is_closed_all_the_same() -> None:
    """Long after anybody wanted to know of the project."""
    service = until_closing(waiting())
    for key, known in list(service.accounts.known.items()):
        service.accounts.known[key] = replace(known, wanted_until=0)
    service.run(HOUR)
    assert service.netsuite.changes == [OPENS, CLOSES]
    assert blocker(service).status is Status.ACTIVE
