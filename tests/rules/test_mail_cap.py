"""The cap of a day, and the digest that stands for the rest."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, HOUR
from shared.domain.decide_notify import HOLD, NotifyPlan, decide_notify
from shared.domain.notice import Letter, Notice, Role, Stuck, Subject, Tone
from shared.domain.report import Money
from shared.domain.rules import Rules
from tests.builders import ACCOUNT, ADMIN, NOW, WS

TODAY = NOW // DAY
TOMORROW = (TODAY + 1) * DAY
TRUE = Subject(holds=True)


def about(project: int, **more: object) -> Notice:
    """An hour old, and ripe; each of another workspace, and so a mail of its own."""
    then, where = NOW - HOUR, f"{WS}-{project}"
    one = Notice(
        ADMIN, Role.NETSUITE_ADMIN, Tone.REACTIVATE, where, ACCOUNT, f"P#{project}", 1, then, then
    )
    return replace(one, **more)  # type: ignore[arg-type]


def plan(
    *notices: Notice, cap: int = 3, untrue: tuple[Notice, ...] = (), asked: bool = True
) -> NotifyPlan:
    subjects = {n.id: Subject(holds=n not in untrue, told_before=True) for n in notices}
    return decide_notify(notices, subjects, Rules(mails_per_day=cap), NOW, asked=asked)


def sent(of: NotifyPlan) -> list[str]:
    return [letter.notice.about for letter in of.send]


def digest_of(of: NotifyPlan) -> Letter:
    (letter,) = [x for x in of.send if x.notice.tone is Tone.DIGEST]
    return letter


def parts(of: NotifyPlan) -> list[str]:
    return [part.notice.about for part in digest_of(of).parts]


def test_below_the_cap_each_is_a_mail() -> None:
    """The last place of the day is kept for a digest."""
    found = plan(about(1), about(2))
    assert sent(found) == ["P#1", "P#2"]
    assert found.due is None


def test_the_rest_goes_into_one_digest() -> None:
    """It is the last mail of the day, and counts."""
    found = plan(*(about(n) for n in range(1, 6)))
    assert sent(found) == ["P#1", "P#2", "W#digest"]
    told = [part.notice.about for part in digest_of(found).parts if part.notice.pending]
    assert told == ["P#3", "P#4", "P#5"]
    assert found.due is None


def test_the_digest_is_one_notice_per_person_and_day() -> None:
    """Its id says which day; it belongs to the first of what it tells."""
    digest = digest_of(plan(about(1), cap=1))
    assert digest.subject.holds
    assert digest.notice == Notice(
        ADMIN, Role.NETSUITE_ADMIN, Tone.DIGEST, f"{WS}-1", "", "W#digest", TODAY, NOW, NOW
    )


def test_it_lists_everything_that_is_open() -> None:
    """What was told before, if it still holds; what is told beside it; not what is over."""
    old, over = about(7, sent_at=NOW - DAY), about(8, sent_at=NOW - DAY)
    good = about(9, tone=Tone.DONE, sent_at=NOW - DAY)
    found = plan(about(1), about(2), old, over, good, cap=2, untrue=(over,))
    assert sent(found) == ["P#1", "W#digest"]
    assert parts(found) == ["P#2", "P#1", "P#7"]
    assert [p.notice.pending for p in digest_of(found).parts] == [True, False, False]


def test_it_lists_each_matter_of_a_mail_about_several() -> None:
    """Of what would have been one mail, and of one that is sent beside it."""
    one, two = about(1, workspace_id=WS), about(2, workspace_id=WS)
    found = plan(one, two, cap=1)
    assert parts(found) == ["P#1", "P#2"]
    assert [n.about for n in digest_of(found).notices if n.pending] == ["W#digest", "P#1", "P#2"]
    beside = plan(one, two, about(3), cap=2)
    assert sent(beside) == ["P#1", "W#digest"]
    assert parts(beside) == ["P#3", "P#1", "P#2"]
    assert [n.about for n in digest_of(beside).notices if n.pending] == ["W#digest", "P#3"]


def test_what_a_mail_beside_it_tells_as_well_is_told_by_that_alone() -> None:
    """Two cases of one reason are one matter."""
    one, two = (about(1, tone=Tone.NEEDS_PERSON, about="W#x", step=step) for step in (1, 2))
    found = plan(one, two, about(3), cap=2)
    assert [n.id for n in found.send[0].notices] == [one.id, two.id]
    assert [n.about for n in digest_of(found).notices if n.pending] == ["W#digest", "P#3"]


def test_it_lists_nothing_that_a_mode_keeps_back() -> None:
    """Its workspace only observes by now."""
    old, one = about(7, sent_at=NOW - DAY), about(1)
    subjects = {one.id: TRUE, old.id: replace(TRUE, quiet=True)}
    found = decide_notify((one, old), subjects, Rules(mails_per_day=1), NOW, asked=True)
    assert parts(found) == ["P#1"]


def test_of_what_was_told_often_it_lists_the_last() -> None:
    """A reminder stands for the mail that it reminds of."""
    first = about(7, sent_at=NOW - 2 * DAY)
    again = about(7, sent_at=NOW - DAY, rung=1, since=NOW - 2 * DAY)
    found = plan(about(1), again, first, cap=1)
    assert [p.notice.rung for p in digest_of(found).parts] == [0, 1]


def test_what_is_listed_is_looked_up_first() -> None:
    """Nothing is sent before that; what can't be looked up is left out."""
    old = about(7, sent_at=NOW - DAY)
    ready, rules = about(1), Rules(mails_per_day=1)
    first = decide_notify((ready, old), {ready.id: TRUE}, rules, NOW)
    assert first == NotifyPlan(ask=(old,))
    assert parts(decide_notify((ready, old), {ready.id: TRUE}, rules, NOW, asked=True)) == ["P#1"]


def test_good_news_counts_and_may_be_in_a_digest() -> None:
    """It is a mail like any other."""
    good = about(1, tone=Tone.DONE)
    assert sent(plan(good, about(2), cap=2)) == ["P#1", "W#digest"]
    assert parts(plan(good, cap=1)) == ["P#1"]


def test_what_was_sent_today_counts() -> None:
    """By mails: what went in another's mail is none. Yesterday's is none of today's."""
    today = about(7, sent_at=NOW - HOUR)
    with_it = about(8, sent_at=NOW - HOUR, told_in=today.id)
    yesterday = about(9, sent_at=TODAY * DAY - 1)
    assert sent(plan(about(1), today, with_it, yesterday)) == ["P#1"]
    midnight = about(9, sent_at=TODAY * DAY)
    assert sent(plan(about(1), today, with_it, midnight)) == ["W#digest"]


def test_after_the_digest_the_rest_waits_for_tomorrow() -> None:
    """Nothing is dropped, and nobody looks before."""
    digest = about(0, tone=Tone.DIGEST, about="W#digest", sent_at=NOW - HOUR)
    found = plan(about(1), digest, cap=1)
    assert found == NotifyPlan(due=TOMORROW)
    other_day = replace(digest, sent_at=NOW - DAY)
    assert sent(plan(about(1), other_day, cap=1)) == ["W#digest"]


def test_after_the_digest_a_higher_cap_makes_room() -> None:
    """Settings were changed meanwhile."""
    digest = about(0, tone=Tone.DIGEST, about="W#digest", sent_at=NOW - HOUR)
    found = plan(about(1), about(2), digest, cap=2)
    assert (sent(found), found.due) == (["P#1"], TOMORROW)


def test_operators_are_not_capped() -> None:
    """They have a topic; what they were told counts for nobody."""
    faults = [
        about(n, person=OPERATORS, role=Role.OPERATOR, tone=Tone.SETUP_FAULT) for n in range(4)
    ]
    assert len(plan(*faults, cap=1).send) == 4
    told = [replace(fault, sent_at=NOW) for fault in faults]
    assert sent(plan(about(1), *told, cap=2)) == ["P#1"]
    assert parts(plan(about(1), *told, cap=1)) == ["P#1"]


def test_the_first_mails_of_the_day_are_for_what_is_new() -> None:
    """Reminders are the rest."""
    reminder = about(1, rung=1, since=NOW - DAY)
    assert sent(plan(reminder, about(2), cap=2)) == ["P#2", "W#digest"]


def test_it_counts_each_report_once() -> None:
    """Of what asks for something; good news asks for nothing."""

    def stuck(report_id: str, submitter: str) -> Stuck:
        return Stuck(report_id, "", submitter, (Money("EUR", 100),))

    one, two, good = about(1), about(2), about(3, tone=Tone.DONE)
    subjects = {
        one.id: Subject(True, reports=(stuck("R1", "ana"), stuck("R2", "bob"))),
        two.id: Subject(True, reports=(stuck("R2", "bob"), stuck("R3", "bob"))),
        good.id: Subject(True, told_before=True, reports=(stuck("R4", "cleo"),)),
    }
    rules = Rules(mails_per_day=1)
    subject = digest_of(decide_notify((one, two, good), subjects, rules, NOW)).subject
    assert [report.report_id for report in subject.reports] == ["R1", "R2", "R3"]
    assert subject.people == 2


# --- reminders among others ------------------------------------------------------------------


@pytest.mark.parametrize("rung", [1, 2])
def test_a_reminder_of_what_no_longer_holds_ends_its_ladder(rung: int) -> None:
    """It is dropped like any other."""
    one = about(1, rung=rung)
    assert [n.dropped for n in plan(one, untrue=(one,)).dropped] == ["no longer true"]


def test_what_has_come_up_again_since_ends_the_older_ladder() -> None:
    """Which was told again, with a ladder of its own; if it wasn't yet, the reminder goes."""
    old = about(1, rung=1)
    anew = about(1, epoch=2, sent_at=NOW - HOUR)
    assert [n.dropped for n in plan(old, anew).dropped] == ["told anew since"]
    for other in (
        replace(anew, sent_at=None, send_after=NOW + HOUR),
        replace(anew, epoch=1),
        replace(anew, about="P#2"),
        replace(anew, tone=Tone.RETAG),
    ):
        assert sent(plan(old, other)) == ["P#1"]
    assert sent(plan(about(1), anew)) == ["P#1"]


def test_a_new_case_leads_the_mail_that_reminds_of_another() -> None:
    """One mail of the matter; it says what is new, not that it is a reminder."""
    of_case = {"tone": Tone.NEEDS_PERSON, "about": f"W#{WS}#x"}
    old, new = about(0, rung=1, step=1, **of_case), about(0, step=2, **of_case)
    (letter,) = plan(old, new).send
    assert (letter.notice, letter.also) == (new, (old,))


def test_what_can_t_be_checked_is_held_as_before() -> None:
    """The cap concerns only what may be sent."""
    one, two = about(1), about(2)
    found = decide_notify((one, two), {one.id: TRUE}, Rules(), NOW)
    assert (sent(found), found.due) == (["P#1"], NOW + HOLD)
