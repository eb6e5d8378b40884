"""An approved reactivation, step by step: opened, waited for, closed again, or left to people."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.blocker import Ruling, observe, reactivated
from shared.domain.case import Kind, Phase
from shared.domain.clock import DAY, MINUTE, SECOND
from shared.domain.decide_reactivate import (
    FRESH,
    HOLDS,
    LONGEST,
    MOST_MISSED,
    MOST_SENT,
    Now,
    advance,
    after_change,
    after_read,
    due,
    in_progress,
    intended,
    missed,
    over,
    sendable,
    unreadable,
    waits,
    withdrawn,
)
from shared.domain.finding import Match, Project, Resolution, Status
from shared.domain.notice import Role, Tone
from shared.domain.reactivation import (
    KEPT,
    TOLD,
    Changed,
    Ended,
    Fields,
    Outcome,
    Reactivation,
    Record,
    Stage,
    Until,
    with_latest,
)
from shared.domain.reactivation_notices import done_for, ending_notices, still_told
from shared.domain.rules import Rules
from tests.builders import (
    ACCOUNT,
    ADMIN,
    NOW,
    PEOPLE,
    PROJECT,
    WS,
    blocker,
    case,
    closed_project,
    label,
)

RULES = Rules(watch_every=5 * MINUTE)
CLOSED = Record(inactive=True, allow_expenses=True, status_id="2", modified="10:00:00")
OPEN = Record(inactive=False, allow_expenses=True, status_id="2", modified="10:05:00")
APPROVED = Reactivation(epoch=1, by="olga", at=NOW, until=Until.EXPORTED)


def moment(at: int = NOW, *, acts: bool = True, waiting: bool = True) -> Now:
    return Now(acts, waiting, RULES, at)


def opening(**more: Any) -> Reactivation:
    """Read, and to be changed."""
    return replace(after_read(APPROVED, CLOSED, NOW), **more)


def open_(**more: Any) -> Reactivation:
    """Opened by us, until the reports are exported."""
    sent = intended(opening(), NOW)
    return replace(after_change(sent, Changed(Outcome.DONE, OPEN), NOW), **more)


def closing(**more: Any) -> Reactivation:
    """Read, and to be closed again."""
    return replace(after_read(open_(free_since=NOW), OPEN, NOW), **more)


SHUT = (replace(OPEN, inactive=True), replace(OPEN, allow_expenses=False))
"""By the one field while the other is as we wanted it."""


@pytest.mark.parametrize("record", SHUT)
@pytest.mark.parametrize("until", list(Until))
def test_what_somebody_closed_by_its_other_field_is_not_said_to_be_open(
    record: Record, until: Until
) -> None:
    """Our change holds, seen by its own answer or by a later read: nobody is told that it's open."""
    closed = replace(CLOSED, inactive=not record.inactive, allow_expenses=not record.allow_expenses)
    sent = intended(after_read(replace(APPROVED, until=until), closed, NOW), NOW)
    assert sent.change.held_by(record)
    told = after_change(sent, Changed(Outcome.DONE, record), NOW)
    read = after_read(after_change(sent, Changed(Outcome.UNKNOWN), NOW), record, NOW)
    for known in (told, read):
        assert (known.ended, known.ended_at, known.after) == (Ended.LEFT_ALONE, NOW, None)


# --- before it is open ---------------------------------------------------------------------------


def test_a_read_says_what_is_to_be_changed() -> None:
    """The baseline is kept, and nothing is asked for yet."""
    read = opening()
    assert (read.stage, read.before, read.seen) == (Stage.OPENING, CLOSED, CLOSED)
    assert read.change == Fields(inactive=False)
    assert (read.asked, read.sent, read.unsent) == (False, 0, True)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (Record(inactive=True, allow_expenses=None), Fields(inactive=False)),
        (Record(inactive=False, allow_expenses=False), Fields(allow_expenses=True)),
        (
            Record(inactive=True, allow_expenses=False),
            Fields(inactive=False, allow_expenses=True),
        ),
    ],
)
def test_only_what_keeps_expenses_out_is_changed(record: Record, wanted: Fields) -> None:
    """Whatever holds already stays as it is."""
    assert after_read(APPROVED, record, NOW).change == wanted


@pytest.mark.parametrize(
    ("record", "ended"),
    [
        (None, Ended.GONE),
        (Record(allow_expenses=False), Ended.UNTOLD),
        (OPEN, Ended.OPEN_ALREADY),
    ],
)
def test_nothing_is_changed_where_there_is_nothing_to_change(
    record: Record | None, ended: Ended
) -> None:
    """A field that NetSuite doesn't show isn't inactive."""
    over = after_read(APPROVED, record, NOW)
    assert (over.stage, over.ended, over.ended_at) == (Stage.OVER, ended, NOW)
    assert not over.live


def test_an_intent_stands_before_the_change() -> None:
    """With the number of the attempt, and its time."""
    asked = intended(opening(), NOW + SECOND)
    assert (asked.asked, asked.sent, asked.sent_at) == (True, 1, NOW + SECOND)
    assert not asked.unsent


@pytest.mark.parametrize(
    ("known", "now", "may"),
    [
        (opening(), moment(NOW + FRESH), True),
        (opening(), moment(NOW + FRESH + 1), False),
        (opening(), moment(acts=False), False),
        (intended(opening(), NOW), moment(), False),
        (APPROVED, moment(), False),
        (open_(), moment(), False),
        (closing(), moment(waiting=False), True),
        (closing(), moment(waiting=True), False),
    ],
)
def test_a_change_follows_a_fresh_read(known: Reactivation, now: Now, may: bool) -> None:
    """None without an approval's read, none while we may not act, none before the outcome of the
    one before is known; and nothing is closed while a report waits.
    """
    assert sendable(known, now) is may


def test_what_is_not_closed_any_more_needs_no_opening() -> None:
    """Somebody was quicker; or it was closed once more since, which is another matter."""
    for known in (blocker(), closed_project(epoch=2)):
        assert advance(known, APPROVED, moment()).ended is Ended.OPEN_ALREADY
    assert advance(closed_project(), APPROVED, moment()) == APPROVED


def test_an_earlier_change_may_have_opened_it_late() -> None:
    """Then it can't be told whose doing that was; for good, that is all the same."""
    sent = opening(sent=1)
    assert advance(blocker(), sent, moment()).ended is Ended.UNSURE
    for_good = replace(sent, until=Until.GOOD)
    assert advance(blocker(), for_good, moment()).ended is Ended.OPEN_ALREADY


def test_a_ruling_beats_an_approval() -> None:
    """Somebody said that it stays closed, and nothing was asked for yet."""
    ruled = closed_project(ruling=Ruling(1, "nora", NOW))
    assert advance(ruled, APPROVED, moment()).ended is Ended.RULED_OUT


def test_an_approval_lapses() -> None:
    """What couldn't be done in a day isn't wanted any more, as far as we know."""
    at = NOW + HOLDS
    assert advance(closed_project(), APPROVED, moment(at - 1)) == APPROVED
    assert advance(closed_project(), APPROVED, moment(at)).ended is Ended.LAPSED


def test_what_was_asked_for_is_read_back_whatever_happens() -> None:
    """No ruling, no time, no mode makes us forget a change whose outcome isn't known."""
    asked = intended(opening(), NOW)
    ruled = closed_project(ruling=Ruling(1, "nora", NOW))
    assert advance(ruled, asked, moment(NOW + 2 * DAY, acts=False)) == asked
    assert due(asked, moment(acts=False)) == NOW + MINUTE


# --- what became of the change -------------------------------------------------------------------


def test_opened_for_good_is_the_end() -> None:
    """Before and after are kept."""
    sent = intended(replace(opening(), until=Until.GOOD), NOW)
    over = after_change(sent, Changed(Outcome.DONE, OPEN), NOW + 1)
    assert (over.ended, over.before, over.after) == (Ended.OPENED, CLOSED, OPEN)
    assert over.opened_at == NOW + 1


def test_opened_until_exported_is_watched() -> None:
    """It is looked at again for as long as a report waits."""
    known = open_()
    assert (known.stage, known.after, known.sent, known.asked) == (Stage.OPEN, OPEN, 0, False)
    assert due(known, moment(NOW + 7)) == NOW + 7 + RULES.watch_every


@pytest.mark.parametrize(
    ("changed", "ended"),
    [
        (Changed(Outcome.REFUSED, codes=("USER_ERROR",)), Ended.REFUSED),
        (Changed(Outcome.NOT_TAKEN, CLOSED), Ended.NOT_TAKEN),
        (Changed(Outcome.ABSENT), Ended.GONE),
    ],
)
def test_a_change_that_did_not_take_is_the_end(changed: Changed, ended: Ended) -> None:
    """It isn't tried again: a person must see to it."""
    over = after_change(intended(opening(), NOW), changed, NOW)
    assert (over.ended, over.codes) == (ended, changed.codes)
    assert ended in TOLD


def test_a_change_without_an_answer_is_read_back_first() -> None:
    """After a minute, then later and later."""
    asked = intended(opening(), NOW)
    known = after_change(asked, Changed(Outcome.UNKNOWN), NOW)
    assert known == asked
    assert due(known, moment()) == NOW + MINUTE
    assert due(intended(opening(sent=1), NOW), moment()) == NOW + 2 * MINUTE


def test_what_was_never_sent_does_not_count() -> None:
    """The baseline is read anew before the next."""
    known = after_change(intended(opening(), NOW), Changed(Outcome.NOT_SENT), NOW)
    assert (known.asked, known.sent) == (False, 0)
    moved = Record(inactive=True, allow_expenses=True, modified="10:01:00")
    assert after_read(known, moved, NOW).before == moved


def test_a_read_that_finds_nothing_changed_lets_it_be_sent_again() -> None:
    """But not for ever."""
    asked = intended(opening(), NOW)
    again = after_read(asked, CLOSED, NOW)
    assert (again.asked, again.sent, again.unsent) == (False, 1, True)
    last = replace(asked, sent=MOST_SENT)
    assert after_read(last, CLOSED, NOW).ended is Ended.NO_ANSWER


def test_a_read_that_finds_it_open_can_not_tell_who_opened_it() -> None:
    """For good, that doesn't matter; until exported, it isn't ours to close."""
    asked = intended(opening(), NOW)
    assert after_read(asked, OPEN, NOW).ended is Ended.UNSURE
    for_good = after_read(replace(asked, until=Until.GOOD), OPEN, NOW)
    assert (for_good.ended, for_good.after) == (Ended.OPENED, OPEN)


def test_a_read_that_finds_something_else_leaves_it_alone() -> None:
    """Somebody is at work on it."""
    asked = intended(opening(), NOW)
    touched = replace(CLOSED, modified="10:04:00")
    assert after_read(asked, touched, NOW).ended is Ended.LEFT_ALONE


def test_without_the_right_to_read_nothing_is_known() -> None:
    """Before anything was asked for it is refused; afterwards nobody knows."""
    codes = ("no_permission",)
    assert unreadable(APPROVED, codes, NOW).ended is Ended.REFUSED
    assert unreadable(opening(), codes, NOW).ended is Ended.REFUSED
    assert unreadable(intended(opening(), NOW), codes, NOW).ended is Ended.NO_ANSWER
    assert unreadable(open_(), codes, NOW).ended is Ended.NOT_CLOSED
    assert unreadable(APPROVED, codes, NOW).codes == codes


def test_no_answer_is_waited_for_longer_each_time_and_not_for_ever() -> None:
    """A record that can't be read concerns nobody else."""
    once = missed(opening(), NOW)
    assert (once.missed, due(once, moment())) == (1, NOW + MINUTE)
    assert due(missed(once, NOW), moment()) == NOW + 2 * MINUTE
    assert due(once, moment(acts=False)) == NOW + RULES.watch_every
    assert not sendable(once, moment())
    assert due(missed(intended(opening(), NOW), NOW + 1), moment()) == NOW + 1 + MINUTE
    assert after_read(once, CLOSED, NOW).missed == 0
    last = replace(once, missed=MOST_MISSED - 1)
    assert missed(last, NOW).ended is Ended.NO_ANSWER
    assert missed(replace(once, missed=MOST_MISSED - 2), NOW).live
    assert advance(blocker(), open_(missed=3), moment()).missed == 0


LATER = NOW + 7 * SECOND
ASKED = intended(opening(), NOW)
CLOSING_ASKED = intended(closing(), NOW)
RULED = closed_project(ruling=Ruling(1, "nora", NOW))


@pytest.mark.parametrize(
    "ending",
    [
        lambda: advance(RULED, APPROVED, moment(LATER)),
        lambda: advance(blocker(), APPROVED, moment(LATER)),
        lambda: advance(closed_project(), replace(APPROVED, at=0), moment(LATER)),
        lambda: advance(blocker(epoch=2), open_(), moment(LATER)),
        lambda: advance(blocker(), open_(opened_at=0), moment(LATER)),
        lambda: after_read(ASKED, None, LATER),
        lambda: after_read(closing(), CLOSED, LATER),
        lambda: after_read(ASKED, OPEN, LATER),
        lambda: after_read(replace(ASKED, until=Until.GOOD), OPEN, LATER),
        lambda: after_read(CLOSING_ASKED, replace(CLOSED, modified="11:00:00"), LATER),
        lambda: after_read(ASKED, replace(CLOSED, modified="11:00:00"), LATER),
        lambda: after_read(replace(ASKED, sent=MOST_SENT), CLOSED, LATER),
        lambda: unreadable(ASKED, (), LATER),
        lambda: unreadable(APPROVED, (), LATER),
        lambda: missed(replace(ASKED, missed=MOST_MISSED), LATER),
        lambda: after_change(CLOSING_ASKED, Changed(Outcome.DONE, CLOSED), LATER),
        lambda: after_change(replace(ASKED, until=Until.GOOD), Changed(Outcome.DONE, OPEN), LATER),
        lambda: after_change(ASKED, Changed(Outcome.ABSENT), LATER),
        lambda: after_change(ASKED, Changed(Outcome.REFUSED), LATER),
        lambda: after_change(CLOSING_ASKED, Changed(Outcome.REFUSED), LATER),
        lambda: withdrawn(APPROVED, "ada", LATER),
        lambda: over(ASKED, Ended.GONE, LATER),
    ],
)
def test_every_end_has_its_moment_and_nothing_is_asked_for_any_more(
    ending: Callable[[], Reactivation],
) -> None:
    """However it ended."""
    known = ending()
    assert (known.stage, known.ended_at, known.asked) == (Stage.OVER, LATER, False)


def test_withdrawn_it_is_as_it_was_but_over() -> None:
    """With whose word that was."""
    known = withdrawn(open_(), "ada", LATER)
    ends = {"stage": Stage.OVER, "ended": Ended.WITHDRAWN, "ended_at": LATER, "ended_by": "ada"}
    assert known == replace(open_(), **ends)


def test_what_was_read_is_kept_with_its_moment() -> None:
    """By itself, or after a change; without one the last stays."""
    for known in (APPROVED, ASKED):
        read = after_read(known, CLOSED, LATER)
        assert (read.seen, read.seen_at) == (CLOSED, LATER)
    after = after_change(ASKED, Changed(Outcome.NOT_TAKEN, OPEN), LATER)
    assert (after.seen, after.seen_at) == (OPEN, LATER)
    after = after_change(ASKED, Changed(Outcome.REFUSED), LATER)
    assert (after.seen, after.seen_at) == (CLOSED, NOW)


def test_opened_nothing_is_on_its_way_any_more() -> None:
    """By an answer."""
    known = after_change(ASKED, Changed(Outcome.DONE, OPEN), LATER)
    assert (known.stage, known.asked, known.opened_at) == (Stage.OPEN, False, LATER)


# --- closing it again ----------------------------------------------------------------------------


def test_it_is_closed_when_twice_no_report_waits() -> None:
    """The index of cases may lag behind: once is not enough."""
    free = advance(blocker(), open_(), moment(NOW + 1, waiting=False))
    assert free.free_since == NOW + 1
    assert due(free, moment(NOW + 2, waiting=False)) == NOW + 1 + RULES.watch_every
    later = moment(NOW + 1 + RULES.watch_every, waiting=False)
    assert advance(blocker(), free, later) == free
    read = after_read(free, OPEN, later.at)
    assert read.stage is Stage.CLOSING
    assert read.change == Fields(inactive=True)


def test_a_report_that_waits_again_keeps_it_open() -> None:
    """Even when its closing was about to be asked for."""
    for known in (open_(free_since=NOW), closing(), closing(sent=1)):
        kept = advance(blocker(), known, moment(NOW + 1))
        assert (kept.stage, kept.free_since, kept.sent) == (Stage.OPEN, None, 0)


def test_it_is_not_waited_for_without_end() -> None:
    """Then it is left to people."""
    at = NOW + LONGEST
    assert advance(blocker(), open_(), moment(at - 1)).live
    assert advance(blocker(), open_(), moment(at)).ended is Ended.TOO_LONG
    assert advance(blocker(), open_(), moment(at, waiting=False)).live


def test_seen_closed_meanwhile_it_is_not_ours_any_more() -> None:
    """Whatever it is by now: people decided since."""
    for known in (closed_project(epoch=2), blocker(epoch=2)):
        assert advance(known, open_(), moment()).ended is Ended.LEFT_ALONE


@pytest.mark.parametrize(
    "touched",
    [
        replace(OPEN, inactive=True),
        replace(OPEN, allow_expenses=False),
        replace(OPEN, status_id="3"),
        replace(OPEN, modified="10:30:00"),
    ],
)
def test_what_somebody_edited_is_left_alone(touched: Record) -> None:
    """Before the first attempt to close it, and before every other."""
    for known in (open_(free_since=NOW), closing(), intended(closing(), NOW)):
        after = after_read(known, touched, NOW)
        closed_by_then = known.asked and touched.inactive
        assert after.ended is (Ended.CLOSED if closed_by_then else Ended.LEFT_ALONE)


def test_only_fields_that_we_changed_are_set_back() -> None:
    """To what they were."""
    both = Record(inactive=True, allow_expenses=False)
    known = replace(closing(), before=both, wanted=Fields(inactive=False, allow_expenses=True))
    assert known.change == Fields(inactive=True, allow_expenses=False)
    one = replace(known, wanted=Fields(allow_expenses=True))
    assert one.change == Fields(allow_expenses=False)
    assert replace(one, before=None).change == one.wanted


def test_closed_again_is_the_end() -> None:
    """By its answer, or by what is read later."""
    sent = intended(closing(), NOW)
    again = replace(CLOSED, modified="11:00:00")
    assert after_change(sent, Changed(Outcome.DONE, again), NOW).ended is Ended.CLOSED
    assert after_read(sent, again, NOW).ended is Ended.CLOSED


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NOT_TAKEN])
def test_a_closing_that_did_not_take_is_told(outcome: Outcome) -> None:
    """And not tried again."""
    over = after_change(intended(closing(), NOW), Changed(outcome), NOW)
    assert over.ended is Ended.NOT_CLOSED


def test_a_closing_without_an_answer_is_read_back_first() -> None:
    """As an opening is."""
    asked = intended(closing(), NOW)
    again = after_read(asked, OPEN, NOW)
    assert (again.stage, again.asked, again.sent) == (Stage.CLOSING, False, 1)
    assert after_read(replace(asked, sent=MOST_SENT), OPEN, NOW).ended is Ended.NO_ANSWER
    assert after_read(replace(asked, asked=False, sent=0), OPEN, NOW).stage is Stage.CLOSING


def test_nothing_is_asked_for_while_we_may_not_act() -> None:
    """It is looked at again, in case that changes."""
    for known in (APPROVED, opening(), open_(free_since=NOW), closing()):
        assert due(known, moment(acts=False)) == NOW + RULES.watch_every
    assert due(APPROVED, moment()) == due(closing(), moment(waiting=False)) == NOW
    assert due(replace(APPROVED, stage=Stage.OVER), moment()) is None


def test_what_is_over_stays_over() -> None:
    """Whatever becomes of the project."""
    over = replace(APPROVED, stage=Stage.OVER, ended=Ended.CLOSED)
    assert advance(closed_project(epoch=9), over, moment()) == over


# --- who waits -----------------------------------------------------------------------------------


def test_a_report_of_any_workspace_may_wait() -> None:
    """Whatever its phase, as long as it isn't finished."""
    other = replace(label(), workspace_id="WS2")
    waiting = case(workspace_id="WS2", phase=Phase.NEEDS_PERSON)
    assert waits(PROJECT, [label(), other], [waiting])
    assert not waits(PROJECT, [label(), other], [replace(waiting, phase=Phase.RESOLVED)])
    assert not waits("4712", [label(), other], [waiting])
    assert not waits(PROJECT, [label(), other], [])


@pytest.mark.parametrize(
    "unclear",
    [
        label("Borealis"),
        label(asked=2),
        replace(label(), resolution=Resolution(Match.UNASKED)),
    ],
)
def test_a_label_that_nobody_looked_at_may_be_the_project(unclear: Any) -> None:
    """When in doubt, somebody waits; but not with a report that failed for another reason."""
    assert waits("4712", [unclear], [case()])
    assert not waits("4712", [unclear], [case(kind=Kind.OTHER)])
    assert waits(PROJECT, [label()], [case(kind=Kind.OTHER)])


def test_a_label_that_names_another_or_none_is_not_the_project() -> None:
    """It was looked at, and that is known."""
    assert not waits(PROJECT, [label(project="4712")], [case()])
    assert not waits(PROJECT, [label(project="")], [case()])


# --- what is kept, and who is told ---------------------------------------------------------------


def test_the_latest_approvals_are_kept_with_the_project() -> None:
    """A later state of one takes its place; an observation forgets none."""
    many = [replace(APPROVED, at=NOW + n) for n in range(KEPT + 2)]
    kept: tuple[Reactivation, ...] = ()
    for each in many:
        kept = with_latest(kept, each)
    assert kept == tuple(many[-KEPT:])
    assert with_latest((APPROVED,), opening()) == (opening(),)
    known = reactivated(closed_project(), APPROVED)
    row = Project(PROJECT, inactive=False, allow_expenses=True)
    seen = observe("1234567", known, row, NOW)
    assert seen.reactivation == APPROVED
    assert blocker(Status.ACTIVE).reactivation is None


def test_only_what_is_live_is_in_progress() -> None:
    """And what was never approved isn't."""
    live = reactivated(closed_project(), APPROVED)
    over = reactivated(closed_project(), after_read(APPROVED, None, NOW))
    assert in_progress([closed_project(), live, over]) == ((live, APPROVED),)


def test_administrators_and_operators_are_told_what_was_left_to_them() -> None:
    """Each once, and only within the allowed domains."""
    ended = after_change(intended(opening(), NOW), Changed(Outcome.REFUSED), NOW)
    more = replace(PEOPLE, netsuite_admins=(ADMIN, "out@else.example"))
    told = ending_notices(closed_project(), ended, {WS: more, "WS2": PEOPLE}, NOW)
    assert [(n.person, n.role, n.workspace_id) for n in told] == [
        (ADMIN, Role.NETSUITE_ADMIN, WS),
        (OPERATORS, Role.OPERATOR, WS),
    ]
    assert {(n.tone, n.about, n.epoch) for n in told} == {(Tone.REACTIVATION, f"P#{PROJECT}", 1)}
    assert {(n.account_id, n.created_at, n.send_after) for n in told} == {(ACCOUNT, NOW, NOW)}
    two = replace(PEOPLE, netsuite_admins=(ADMIN, "ada@acme.example"))
    told = ending_notices(closed_project(), ended, {WS: two}, NOW)
    assert [n.person for n in told] == [ADMIN, "ada@acme.example", OPERATORS]
    (alone,) = ending_notices(closed_project(), ended, {}, NOW)
    assert (alone.person, alone.workspace_id) == (OPERATORS, "")


def test_what_went_as_approved_is_no_news() -> None:
    """The mail at the end tells of it."""
    for ended in set(Ended) - TOLD:
        over = replace(open_(), stage=Stage.OVER, ended=ended)
        assert ending_notices(closed_project(), over, {WS: PEOPLE}, NOW) == ()


def test_a_notice_is_about_one_approval() -> None:
    """A later one takes the place of the earlier, and what it came to."""
    ended = after_change(intended(opening(), NOW), Changed(Outcome.REFUSED), NOW)
    known = reactivated(closed_project(), ended)
    (notice,) = ending_notices(known, ended, {}, NOW)
    assert still_told(known, notice) == ended
    assert still_told(None, notice) is None
    assert still_told(closed_project(), notice) is None
    again = replace(APPROVED, at=NOW + MINUTE)
    assert still_told(reactivated(known, again), notice) is None
    assert still_told(reactivated(known, replace(ended, ended=Ended.CLOSED)), notice) is None


def test_the_good_news_names_the_reactivation_by_which_it_was_opened() -> None:
    """Of the same epoch, and only if we did open it."""
    opened = open_()
    (notice,) = ending_notices(blocker(), replace(opened, ended=Ended.UNSURE), {}, NOW)
    assert done_for(reactivated(blocker(), opened), notice) == opened
    assert done_for(reactivated(blocker(), replace(opened, epoch=2)), notice) is None
    assert done_for(reactivated(blocker(), opening()), notice) is None
    assert done_for(None, notice) is None
