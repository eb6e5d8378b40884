"""Failures that are told after their case has ended, or has expired."""

from dataclasses import replace

import pytest

from shared.domain.admit import Failure, admit
from shared.domain.announce import case_notices
from shared.domain.case import Case, Kind, Phase, Why
from shared.domain.clock import HOUR
from shared.domain.decide_recover import CaseChange, Observed, Plan, decide_recover
from shared.domain.evidence import Seen
from shared.domain.failure_text import parse
from shared.domain.late import past_of, trace
from shared.domain.report import Action, ActionKind, ReportState, Source
from shared.domain.rules import Rules
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    NS0770,
    PEOPLE,
    REPORT,
    WS,
    action,
    arrived,
    case,
    flying,
    official,
    refused,
    report,
)
from tests.rules.test_decide_recover import remembered

RULES = Rules()
DAY = 24 * HOUR
GONE = 2 * RULES.absent_gap


def both(*actions: Action, **more: object) -> Seen:
    flags = {"exported": any(a.kind is ActionKind.EXPORTED for a in actions)}
    app = report(*actions, **{**flags, **more})
    state = more.get("state", ReportState.APPROVED)
    return Seen(official={REPORT: official(*actions, state=state)}, app={REPORT: app})


def look(one: Case, seen: Seen, now: int = NOW) -> Plan:
    return decide_recover(remembered(one), Observed(seen, closed=True), RULES, PEOPLE, now)


def after(one: Case, seen: Seen, now: int = NOW) -> CaseChange:
    (change,) = look(one, seen, now).changes
    return change


def ended(*actions: Action, exported: bool = True) -> Case:
    """In flight, and then read by the app: our attempt arrived."""
    seen = Seen(app={REPORT: report(*actions, exported=exported)})
    done = after(flying(tried=("777",), attempts=1), seen).after
    assert done.finished
    return done


def told_late(done: Case, text: str = NS0770.format(LABEL), now: int = NOW) -> Case:
    again = admit(done, Failure(WS, ACCOUNT, REPORT, "late", parse(text).problems), now).case
    assert again is not None
    return replace(again, version=again.version + 1)


OURS = arrived(2, id="777")
DONE = ended(refused(1), OURS)


def test_an_end_remembers_where_the_history_stood() -> None:
    """By the face that was read; up to what ended it, not what came after."""
    (end,) = ended(refused(1), OURS, refused(3)).over
    assert (end.last_at, end.ids_at_last) == (OURS.at, ("777",))


def test_of_a_report_that_says_nothing_understandable_no_end_is_remembered() -> None:
    """A mark that nobody can compare with is none."""
    garbled = official(state=ReportState.UNKNOWN)
    seen = Seen(official={REPORT: garbled}, app={REPORT: report(refused(1), arrived(2))})
    closed = after(case(), seen).after
    assert (closed.phase, len(closed.over)) == (Phase.CLOSED, 1)


def test_a_failure_told_late_opens_in_silence() -> None:
    """Nobody hears of it before its report was read by both faces."""
    one = told_late(DONE)
    assert one.past == past_of(DONE)
    assert (one.episode, one.phase, one.history[:-1]) == (2, Phase.WAITING, DONE.history)
    calm = Observed(Seen(official={REPORT: official(refused(1), OURS)}))
    plan = decide_recover(remembered(one), calm, RULES, PEOPLE, NOW)
    assert plan.reads.app == (REPORT,)


@pytest.mark.parametrize("text", [NS0770.format(LABEL), "NS0024 Export Error: no."])
def test_nothing_since_is_ignored(text: str) -> None:
    """The case is as it had ended, with a line of history; no notice, whatever its kind."""
    plan = look(told_late(DONE, text), both(refused(1), OURS))
    (change,) = plan.changes
    over = change.after
    assert not plan.notices
    assert (over.phase, over.reason, over.episode) == (Phase.RESOLVED, Why.EXPORTED, 1)
    assert (over.kind, over.codes, over.labels) == (DONE.kind, DONE.codes, DONE.labels)
    assert (over.over, over.past, over.attempts, over.ended_at) == (DONE.over, None, 1, NOW)
    assert over.history[-1].why is Why.TOLD_LATE
    assert "late" in over.events


def test_nothing_since_is_ignored_though_the_export_stands_in_no_history() -> None:
    """Only the flag told of it."""
    done = ended(refused(1))
    assert done.over[0].exported
    assert after(told_late(done), both(refused(1), exported=True)).after.finished


def test_an_end_that_stood_in_no_history_is_compared_with_what_stands_there_now() -> None:
    """Nothing came after it, though nothing shows the export any more."""
    over = after(told_late(ended(refused(1))), both(refused(1), exported=False)).after
    assert (over.finished, over.history[-1].why) == (True, Why.TOLD_LATE)


def test_a_failure_that_one_face_shows_opens_it_for_good() -> None:
    """The other one may lag behind."""
    app = report(refused(1), OURS, refused(3), exported=False)
    seen = Seen(official={REPORT: official(refused(1), OURS)}, app={REPORT: app})
    assert after(told_late(DONE), seen).after.past is None


def test_both_faces_remember_where_they_stood() -> None:
    """At an end, and where a new episode begins after an end that nobody remembers."""
    closed_now = after(case(), both(refused(1), arrived(2))).after
    assert {end.source for end in closed_now.over} == set(Source)
    anew = both(refused(1), arrived(2), refused(3), exported=False)
    unknown = replace(told_late(DONE), past=replace(past_of(DONE), over=()))
    opened = after(unknown, anew).after
    assert {end.source for end in opened.over} == set(Source)


def test_a_failure_of_what_is_exported_is_ignored() -> None:
    """Somebody exported it again, in vain; nothing is left to do."""
    over = after(told_late(DONE), both(refused(1), OURS, refused(3), exported=True)).after
    assert (over.phase, over.history[-1].why) == (Phase.RESOLVED, Why.TOLD_LATE)


def test_what_failed_since_and_is_through_by_now_is_ignored() -> None:
    """The event comes when its trouble is over: nobody hears of a case for it."""
    through = both(refused(1), OURS, refused(3), arrived(4, id="778"), exported=False)
    over = after(told_late(DONE), through).after
    assert (over.phase, over.history[-1].why) == (Phase.RESOLVED, Why.TOLD_LATE)


@pytest.mark.parametrize("mark", [refused(3), action(3, ActionKind.EXPORT_FAILED, "no code")])
def test_a_failure_since_opens_it_for_good(mark: Action) -> None:
    """Unapproved and failed anew."""
    one = after(told_late(DONE), both(refused(1), OURS, mark, exported=False)).after
    assert (one.past, one.episode, one.finished) == (None, 2, False)
    assert one.attempts == 1
    assert one.kind is (Kind.PROJECT if mark == refused(3) else Kind.OTHER)


def test_an_error_that_stands_in_no_history_opens_it_for_good() -> None:
    """Only the app counts it."""
    seen = both(refused(1), OURS, exported=False, error_count=2)
    assert after(told_late(DONE), seen).after.past is None


def test_unapproved_since_is_nothing_to_do() -> None:
    """Its next failure is told by an event of its own."""
    seen = both(refused(1), OURS, exported=False, state=ReportState.OPEN)
    assert after(told_late(DONE), seen).after.finished


def test_an_unapproved_report_of_a_new_failure_is_paused() -> None:
    """Known to be open for good, it waits for its approval."""
    seen = both(refused(1), OURS, refused(3), exported=False, state=ReportState.OPEN)
    one = after(told_late(DONE), seen).after
    assert (one.past, one.paused, one.phase) == (None, 1, Phase.WAITING)


def test_without_the_app_nothing_is_told_for_a_while() -> None:
    """The end is known by its history alone; after an hour the official one decides."""
    seen = Seen(official={REPORT: official(refused(1), OURS)})
    assert not look(told_late(DONE), seen).changes
    late = after(told_late(DONE, now=NOW - RULES.absent_gap), seen).after
    assert late.history[-1].why is Why.TOLD_LATE
    seen = Seen(official={REPORT: official(refused(1))})
    new = after(told_late(DONE, now=NOW - RULES.absent_gap), seen).after
    assert (new.past, new.phase) == (None, Phase.WAITING)


def test_what_cannot_be_understood_tells_nothing() -> None:
    """Nor does it change anything."""
    garbled = Seen(app={REPORT: report(state=ReportState.UNKNOWN)})
    assert after(told_late(DONE), garbled).after.past is not None
    failed = Seen(unread=frozenset({REPORT}))
    assert not look(told_late(DONE), failed).changes


def closed(why: Why) -> Case:
    return case(phase=Phase.CLOSED, reason=why, ended_at=NOW - DAY)


def test_gone_and_still_gone_is_ignored() -> None:
    """Absent twice, or for want of a neighbour a day long: it was gone when it ended."""
    missed = Seen(absent=frozenset({REPORT}))
    once = after(told_late(closed(Why.DELETED)), missed).after
    assert (once.past is None, once.absent_since) == (False, NOW)
    twice = after(once, missed, NOW + GONE).after
    assert (twice.phase, twice.reason) == (Phase.CLOSED, Why.DELETED)
    assert (twice.history[-1].why, twice.absent_since) == (Why.TOLD_LATE, None)
    alone = replace(once, absent_since=None, alone_since=NOW)
    unseen = Seen(alone=frozenset({REPORT}))
    assert after(alone, unseen, NOW + DAY - 1).after.past is not None
    over = after(alone, unseen, NOW + DAY).after
    assert (over.finished, over.alone_since) == (True, None)


def test_deleted_since_is_closed_as_deleted() -> None:
    """Without a notice: nobody was told of this episode."""
    plan = look(replace(told_late(DONE), absent_since=NOW - GONE), Seen(absent=frozenset({REPORT})))
    (change,) = plan.changes
    gone = change.after
    assert (gone.phase, gone.reason, gone.past) == (Phase.CLOSED, Why.DELETED, None)
    assert not plan.notices


def test_of_which_nothing_can_be_said_for_a_day_is_a_persons() -> None:
    """It may have failed anew."""
    one = replace(told_late(DONE), alone_since=NOW - DAY)
    handed = after(one, Seen(alone=frozenset({REPORT}))).after
    assert (handed.phase, handed.reason, handed.past) == (Phase.NEEDS_PERSON, Why.DELETED, None)


def test_nobody_is_told_of_a_silent_case() -> None:
    """Not even that another code needs him."""
    one = replace(told_late(DONE, "NS0024 no."), read_at=NOW, absent_since=NOW)
    assert one.phase is Phase.NEEDS_PERSON
    assert case_notices(one, one, {}, [], PEOPLE, RULES, NOW) == ((), one)


@pytest.mark.parametrize(
    ("actions", "left"),
    [
        ((refused(1), arrived(2)), False),
        ((refused(1), action(2, ActionKind.MARKED_BY_HAND)), False),
        ((refused(1), arrived(2), refused(3)), True),
        ((refused(1),), True),
        ((), True),
    ],
)
def test_of_an_end_that_nobody_remembers_the_order_tells(
    actions: tuple[Action, ...], *, left: bool
) -> None:
    """A failure before an export or a mark is over."""
    one = after(told_late(closed(Why.MARKED)), both(*actions, exported=False)).after
    assert one.finished is not left


# --- what outlives a case -------------------------------------------------------------------------


def test_a_trace_holds_nothing_that_names_anybody() -> None:
    """And all that a later failure must be judged by."""
    left = trace(DONE)
    assert (left.attempts, left.tried, left.over) == (1, ("777",), DONE.over)
    assert (left.phase, left.reason, left.episode) == (Phase.RESOLVED, Why.EXPORTED, 1)
    assert (left.version, left.labels, left.history, left.events) == (0, (), (), ())
    assert (left.submitter, left.report_name, left.named, left.codes) == ("", "", (), ())


def test_a_trace_is_of_its_case() -> None:
    """It is found by the same key, and stands in the same episode and kind; it is due for nothing."""
    one = replace(DONE, episode=3, kind=Kind.OTHER)
    left = trace(one)
    assert (left.key, left.account_id) == ((WS, REPORT), ACCOUNT)
    assert (left.episode, left.kind) == (3, Kind.OTHER)
    assert (left.opened_at, left.next_look, left.ended_at) == (one.opened_at, one.opened_at, NOW)
    assert trace(replace(one, attempted_at=NOW - 9)).attempted_at == NOW - 9


def test_an_old_event_about_an_expired_export_is_ignored() -> None:
    """The trace stands for the case."""
    one = told_late(trace(DONE))
    assert (one.episode, one.version) == (2, 1)
    assert after(one, both(refused(1), OURS)).after.reason is Why.EXPORTED


def test_a_new_failure_of_an_expired_export_is_never_exported_again() -> None:
    """The attempts are remembered: a person decides, in its turn."""
    one = told_late(trace(DONE))
    opened = after(one, both(refused(1), OURS, refused(3), exported=False)).after
    assert (opened.past, opened.attempts, opened.tried) == (None, 1, ("777",))


# --- whose export it was --------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "phase"), [("777", Phase.RESOLVED), ("other", Phase.CLOSED)])
def test_an_attempt_that_comes_late_is_ours(by: str, phase: Phase) -> None:
    """Given up and back to waiting, it is recognised by its id all the same."""
    seen = both(refused(1), arrived(2, id=by))
    done = after(case(attempts=1, tried=("777",)), seen).after
    assert done.phase is phase
    assert done.reason is (Why.EXPORTED if by == "777" else Why.EXPORTED_BY_OTHERS)
    assert done.history[-1].detail == ("by our attempt" if by == "777" else "")


def test_an_older_export_of_ours_tells_nothing_of_a_newer_one() -> None:
    """Only what came after the failure counts."""
    seen = both(OURS, refused(3), arrived(4, id="other"))
    assert after(case(attempts=1, tried=("777",)), seen).after.reason is Why.EXPORTED_BY_OTHERS


def test_a_long_ago_failure_of_an_unknown_report_is_judged_by_its_history() -> None:
    """However old it is said to be: exported since, it is closed without a word."""
    one = replace(told_late(closed(Why.MARKED)), past=None, episode=1, read_at=None)
    plan = look(one, both(refused(1), arrived(2)))
    assert plan.changes[0].after.reason is Why.EXPORTED_BY_OTHERS
    assert not plan.notices
