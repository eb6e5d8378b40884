"""Blockers: what a look makes of a project, its epochs, and the steps of its fix."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.blocker import Blocker, by_id, by_text, observe, restless, vanish
from shared.domain.canary import (
    Recovery,
    Refusals,
    advanced,
    equal_failures,
    room,
    with_refusals,
)
from shared.domain.case import Failed, Phase
from shared.domain.clock import DAY, HOUR, MINUTE, Millis
from shared.domain.finding import BLOCKED, Owner, OwnerKind, Project, Status
from shared.domain.rules import Rules
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    PROJECT,
    blocker,
    case,
    closed_project,
    flying,
    label,
)

RULES = Rules()
ROWS = {
    Status.ACTIVE: Project(PROJECT, "P-17", LABEL, "Acme", inactive=False, allow_expenses=True),
    Status.INACTIVE: Project(PROJECT, "P-17", LABEL, "Acme", inactive=True, allow_expenses=True),
    Status.EXPENSES_OFF: Project(PROJECT, inactive=False, allow_expenses=False),
    Status.OWNER_INACTIVE: Project(
        PROJECT,
        inactive=False,
        allow_expenses=True,
        owners=(Owner(OwnerKind.CUSTOMER, "7", "Acme", inactive=True),),
    ),
}


def look(known: Blocker | None, status: Status, now: Millis = NOW) -> Blocker:
    """The blocker after it was seen like this; gone: after a look without its row."""
    if status is Status.GONE:
        assert known is not None
        return vanish(known, now)
    return observe(ACCOUNT, known, ROWS[status], now)


# --- observing -------------------------------------------------------------------------------


def test_a_first_look_takes_over_what_the_row_says() -> None:
    """Name, entity id and customer are for the people who are told."""
    seen = look(None, Status.INACTIVE)
    assert seen == Blocker(
        ACCOUNT, PROJECT, Status.INACTIVE, 1, LABEL, "P-17", "Acme", flips=(NOW,)
    )
    assert seen.blocked


def test_a_row_without_a_name_goes_by_its_entity_id() -> None:
    """People must have something to recognise it by."""
    row = Project(PROJECT, "P-17", status_name="Closed", inactive=True)
    seen = observe(ACCOUNT, None, row, NOW)
    assert (seen.name, seen.closed) == ("P-17", True)


def test_an_active_project_has_no_epoch_yet() -> None:
    """It never turned blocked."""
    seen = look(None, Status.ACTIVE)
    assert (seen.epoch, seen.flips, seen.blocked) == (0, (), False)


@pytest.mark.parametrize("status", sorted(BLOCKED))
def test_turning_blocked_begins_an_epoch(status: Status) -> None:
    """Inactive, expenses off or gone: each is a block."""
    seen = look(blocker(epoch=4, flips=(NOW - HOUR,), version=7), status)
    assert (seen.epoch, seen.flips, seen.version) == (5, (NOW - HOUR, NOW), 7)


@pytest.mark.parametrize("status", sorted(BLOCKED - {Status.OWNER_INACTIVE}))
def test_blocked_in_another_way_is_the_same_epoch(status: Status) -> None:
    """It didn't turn blocked: it was."""
    seen = look(closed_project(epoch=4, flips=(NOW - HOUR,)), status)
    assert (seen.status, seen.epoch, seen.flips) == (status, 4, (NOW - HOUR,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.INACTIVE, Status.OWNER_INACTIVE),
        (Status.OWNER_INACTIVE, Status.EXPENSES_OFF),
        (Status.GONE, Status.INACTIVE),
        (Status.GONE, Status.OWNER_INACTIVE),
    ],
)
def test_another_record_to_open_begins_an_epoch(before: Status, after: Status) -> None:
    """Who was asked for the one must be asked for the other; it is no flip, for it stays blocked."""
    known = look(blocker(epoch=4), before)
    seen = look(known, after)
    assert (seen.epoch, seen.flips) == (known.epoch + 1, known.flips)


def test_another_owner_is_another_record() -> None:
    """The customer was reactivated, and now the parent project is in the way."""
    parent = Owner(OwnerKind.PROJECT, "8", "Programme", inactive=True)
    row = replace(ROWS[Status.OWNER_INACTIVE], owners=(parent,))
    known = look(blocker(epoch=4), Status.OWNER_INACTIVE)
    assert observe(ACCOUNT, known, row, NOW).epoch == known.epoch + 1
    assert observe(ACCOUNT, known, row, NOW).owner == parent


def test_what_is_closed_itself_or_gone_has_no_owner_to_open() -> None:
    """The first thing to do is the one that is told."""
    known = look(blocker(epoch=4), Status.OWNER_INACTIVE)
    closed = replace(ROWS[Status.OWNER_INACTIVE], inactive=True)
    assert observe(ACCOUNT, known, closed, NOW).owner is None
    assert look(known, Status.GONE).owner is None


def test_a_fix_keeps_the_epoch() -> None:
    """The cover of a sync and the canary belong to the epoch that was fixed."""
    seen = look(closed_project(epoch=4), Status.ACTIVE)
    assert (seen.status, seen.epoch) == (Status.ACTIVE, 4)


def test_what_vanished_keeps_its_name() -> None:
    """People are still told what it was called."""
    gone = look(closed_project(customer="Acme"), Status.GONE)
    assert (gone.status, gone.name, gone.customer) == (Status.GONE, LABEL, "Acme")


@given(st.lists(st.sampled_from([*ROWS, Status.GONE]), max_size=30))
@settings(deadline=None)
def test_epochs_rise_by_one_per_turn_to_blocked(statuses: list[Status]) -> None:
    """Under any sequence of observations, and never fall."""
    known = look(None, Status.ACTIVE)
    turns = 0
    for at, status in enumerate(statuses):
        before, known = known, look(known, status, NOW + at * HOUR)
        turns += known.blocked and (not before.blocked or _other(before, known))
        assert before.epoch <= known.epoch == turns
        assert known.status is status
        assert len(known.flips) <= 24


def _other(before: Blocker, after: Blocker) -> bool:
    """Another record must be opened than before; nothing is opened that is gone."""
    group = {Status.GONE: "none", Status.OWNER_INACTIVE: "owner"}
    left, right = (group.get(b.status, "self") for b in (before, after))
    return right not in {"none", left}


def test_three_flips_in_a_day_are_restless() -> None:
    """Two aren't; what is a day old doesn't count any more."""
    flips = (NOW - DAY + 1, NOW - HOUR, NOW)
    assert restless(blocker(flips=flips), 3, NOW)
    assert not restless(blocker(flips=flips), 3, NOW + 1)
    assert not restless(blocker(flips=flips[1:]), 3, NOW)


def test_flips_of_yesterday_are_forgotten_at_the_next() -> None:
    """A blocker's row doesn't grow for ever."""
    seen = look(blocker(flips=(NOW - DAY, NOW - DAY + 1)), Status.INACTIVE)
    assert seen.flips == (NOW - DAY + 1, NOW)


# --- labels ----------------------------------------------------------------------------------


def test_a_look_answers_only_what_was_asked_before_it() -> None:
    """One more ask than answers: somebody still waits."""
    assert label(asked=2, answered=1).pending
    assert not label(asked=2, answered=2).pending


def test_labels_and_blockers_are_found_by_their_keys() -> None:
    """Text and project id."""
    assert by_text((label(), label("Zeus"))).keys() == {LABEL, "Zeus"}
    assert by_id((blocker(), blocker(project_id="99"))).keys() == {PROJECT, "99"}


# --- the steps of a fix ----------------------------------------------------------------------


def lost(signature: str = "NS0770:Apollo", **more: object) -> Failed:
    return Failed(PROJECT, **{"epoch": 1, "step": 0, "signature": signature, **more})  # type: ignore[arg-type]


def test_only_equal_failures_of_the_present_step_add_up() -> None:
    """Neither those of another project, epoch or step, nor different ones."""
    cases = (
        case(report_id="A", failed=(lost(), lost(epoch=0), lost(step=1))),
        case(report_id="B", failed=(lost(), replace(lost(), project_id="99"))),
        case(report_id="C", failed=(lost("no evidence"),)),
    )
    assert equal_failures(with_refusals(Recovery(PROJECT, 1), cases, set())) == 2
    assert equal_failures(with_refusals(Recovery(PROJECT, 2), cases, set())) == 0


def test_the_failure_of_a_report_that_is_gone_still_counts() -> None:
    """Deleted, exported by hand or found in NetSuite: its fix was refused all the same."""
    first = advanced(Recovery(PROJECT, 1), (case(report_id="A", failed=(lost(),)),), set(), RULES)
    assert first.refused == (Refusals("A", ("NS0770:Apollo",)),)
    assert advanced(first, (), set(), RULES) == first
    other = case(report_id="B", failed=(lost(),))
    assert advanced(first, (other,), set(), RULES).stopped
    assert not advanced(first, (replace(other, failed=(lost("another"),)),), set(), RULES).stopped


def test_the_next_case_of_a_report_forgets_nothing() -> None:
    """It failed once in the one episode, and once more in the next."""
    known = Recovery(PROJECT, 1, refused=(Refusals("A", ("x", "y")),))
    assert advanced(known, (case(report_id="A"),), set(), RULES) == known
    once = case(report_id="A", failed=(lost("x"),))
    assert advanced(known, (once,), set(), RULES) == known
    more = case(report_id="A", failed=(lost("x"), lost("y"), lost("z")))
    assert advanced(known, (more,), set(), RULES).refused == (Refusals("A", ("x", "y", "z")),)


def test_what_arrived_after_all_was_no_failure() -> None:
    """Given up as silent, and then seen exported."""
    known = Recovery(PROJECT, 1, refused=(Refusals("A", ("no evidence",)),))
    silent = case(report_id="B", failed=(lost("no evidence"),))
    assert not advanced(known, (silent,), {"A"}, RULES).stopped
    ended = case(report_id="A", phase=Phase.RESOLVED, failed=(lost("no evidence"),))
    after = advanced(known, (silent, ended), {"A"}, RULES)
    assert (after.refused, after.stopped) == ((Refusals("B", ("no evidence",)),), False)
    assert advanced(known, (silent,), set(), RULES).stopped


def test_a_step_begins_without_failures() -> None:
    """The one that was proven is over."""
    known = Recovery(PROJECT, 1, members=("B",), refused=(Refusals("A", ("x",)),))
    assert advanced(known, (), {"B"}, RULES) == Recovery(PROJECT, 1, 1)


def test_the_second_equal_failure_stops_the_fix() -> None:
    """Even if a third member arrived meanwhile."""
    cases = tuple(case(report_id=x, failed=(lost(),)) for x in "AB")
    recovery = Recovery(PROJECT, 1, members=("A", "B", "C"))
    assert not advanced(recovery, cases[:1], {"C"}, RULES).stopped
    stopped = advanced(recovery, cases, {"C"}, RULES)
    assert stopped.stopped
    assert room(stopped, RULES) == 0


def test_a_stopped_fix_stays_stopped_while_its_failures_stand() -> None:
    """Looking again changes nothing."""
    cases = tuple(case(report_id=x, failed=(lost(),)) for x in "AB")
    stopped = advanced(Recovery(PROJECT, 1, members=("A", "B")), cases, set(), RULES)
    assert advanced(stopped, cases, set(), RULES) == stopped


@pytest.mark.parametrize("phase", [Phase.EXPORTING, Phase.UNVERIFIED])
def test_a_step_waits_for_its_last_member(phase: Phase) -> None:
    """That one arrived is remembered; the next step begins when none is under way."""
    recovery = Recovery(PROJECT, 1, 1, ("A", "B"))
    under_way = (flying(MINUTE, phase, report_id="B"),)
    half = advanced(recovery, under_way, {"A"}, RULES)
    assert half == replace(recovery, proven=True)
    assert advanced(half, (), set(), RULES) == Recovery(PROJECT, 1, 2)


def test_a_step_in_which_nothing_arrived_is_not_proven() -> None:
    """It is done again with others."""
    recovery = Recovery(PROJECT, 1, 1, ("A",))
    handed = (case(report_id="A", phase=Phase.NEEDS_PERSON),)
    assert advanced(recovery, handed, {"Z"}, RULES) == replace(recovery, members=())


@pytest.mark.parametrize(
    ("step", "members", "places"),
    [(0, 0, 1), (0, 1, 0), (1, 3, 7), (2, 0, 20), (9, 19, 1), (0, 5, 0)],
)
def test_a_step_takes_one_then_ten_then_twenty(step: int, members: int, places: int) -> None:
    """Less those who went already, never less than none."""
    gone = tuple(f"R{i}" for i in range(members))
    assert room(Recovery(PROJECT, 1, step, gone), RULES) == places
