"""When a sync is asked for, what its end is, and when it becomes a person's."""

from dataclasses import replace

import pytest

from shared.domain.clock import HOUR, MINUTE, ForeignTime, Millis
from shared.domain.rules import Rules
from shared.domain.sync import Cover, Sync, SyncState, ended
from shared.domain.syncing import SyncPlan, plan_sync, sync_postponed, sync_refused, untold
from shared.domain.workspace import Workspace
from tests.builders import LABEL, NOW, PROJECT, WS

RULES = Rules()
OFF = replace(RULES, acts=False)
T1, T2, T3 = (ForeignTime(f"2027-01-15 10:00:0{n}") for n in (1, 2, 3))
IDLE = SyncState(running=False, last_success=T1, last_failure=T1)
RUNNING = replace(IDLE, running=True)
COVER = Cover(LABEL, PROJECT, 1, 1)
FRESH = Workspace(WS)


def asked(age: Millis, first: Millis | None = None, **more: object) -> Sync:
    """Our sync, asked for `age` ago (for the first time `first` ago)."""
    began = NOW - (age if first is None else first)
    return replace(Sync(NOW - age, (COVER,), IDLE, began), **more)  # type: ignore[arg-type]


def under_way(age: Millis, first: Millis | None = None, **more: object) -> Workspace:
    return replace(FRESH, sync=asked(age, first), **more)  # type: ignore[arg-type]


def over(age: Millis, **more: object) -> Workspace:
    return replace(FRESH, sync=asked(age, ended_at=NOW - age + MINUTE), **more)  # type: ignore[arg-type]


def plan(
    workspace: Workspace,
    state: SyncState | None = None,
    *,
    wanted: bool = True,
    rules: Rules = RULES,
    now: Millis = NOW,
    covers: tuple[Cover, ...] = (COVER,),
) -> SyncPlan:
    return plan_sync(workspace, covers, state, rules, now, wanted=wanted)


# --- while nobody may be told ----------------------------------------------------------------


def test_a_sync_is_not_given_up_while_nobody_may_be_told() -> None:
    """It is when somebody may, and that is told then; the rest of the plan stands."""
    given_up = plan(under_way(RULES.sync_give_up), RUNNING)
    assert given_up.tell
    kept = replace(given_up, workspace=under_way(RULES.sync_give_up), tell=False)
    assert untold(given_up) == kept


def test_what_was_given_up_is_not_while_nobody_may_be_told() -> None:
    """What was said of it may have been dropped: who waits for it next hears of it."""
    told = plan(replace(FRESH, sync=asked(HOUR, given_up=True)), RUNNING)
    kept = replace(told, workspace=replace(FRESH, sync=asked(HOUR)))
    assert untold(told) == kept
    assert plan(kept.workspace, RUNNING).tell


def test_a_sync_that_ends_well_after_all_is_given_up_no_more() -> None:
    """Nobody is reminded of it."""
    done = plan(
        replace(FRESH, sync=asked(HOUR, given_up=True)), replace(IDLE, last_success=T2)
    ).workspace.sync
    assert done is not None
    assert (done.ok, done.given_up) == (True, False)


def test_bad_syncs_are_not_told_of_while_nobody_may_be_told() -> None:
    """Whether one of them is remembered or not."""
    assert untold(SyncPlan(FRESH, tell=True)) == SyncPlan(FRESH)


# --- the end of a sync -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (IDLE, IDLE, None),
        (IDLE, replace(IDLE, last_success=T2), True),
        (IDLE, replace(IDLE, last_failure=T2), False),
        (IDLE, replace(IDLE, last_success=T2, last_failure=T3), False),
        (IDLE, replace(IDLE, last_success=T3, last_failure=T2), True),
        (IDLE, replace(IDLE, last_success=T2, running=True), None),
        (IDLE, SyncState(running=False), None),
        (SyncState(running=False), SyncState(running=False), None),
        (SyncState(running=False), IDLE, True),
        (SyncState(running=False), SyncState(running=False, last_failure=T1), False),
    ],
)
def test_a_sync_ended_if_expensifys_own_times_moved(
    before: SyncState, after: SyncState, outcome: bool | None
) -> None:
    """Never while one runs, never by our own clock, and not well if something failed after it."""
    assert ended(replace(asked(HOUR), before=before), after) is outcome


# --- beginning -------------------------------------------------------------------------------


def test_nothing_new_to_cover_wants_no_sync() -> None:
    """Neither a state is read nor a sync asked for."""
    assert plan(FRESH, IDLE, wanted=False) == SyncPlan(FRESH)


def test_the_switch_stops_new_syncs() -> None:
    """Without acts nothing is asked of Expensify."""
    assert plan(FRESH, IDLE, rules=OFF) == SyncPlan(FRESH)


def test_the_state_is_read_before_a_sync_is_asked_for() -> None:
    """Somebody else's may be running."""
    assert plan(FRESH) == SyncPlan(FRESH, need_state=True)


def test_the_first_fix_syncs_at_once() -> None:
    """With what it covers and what Expensify said before."""
    begun = plan(FRESH, IDLE)
    assert begun.start
    assert begun.workspace.sync == Sync(NOW, (COVER,), IDLE, NOW)
    assert begun.workspace.syncing
    assert begun.due == NOW + RULES.sync_poll


def test_what_is_fixed_meanwhile_joins_the_next_sync() -> None:
    """At most one per ten minutes: too early, the state isn't even read."""
    recent = over(9 * MINUTE)
    assert plan(recent) == SyncPlan(recent, due=NOW + MINUTE)
    assert plan(over(10 * MINUTE), IDLE).start


@pytest.mark.parametrize(("bad", "minutes"), [(0, 10), (1, 20), (2, 30), (5, 60), (50, 60)])
def test_a_failed_sync_slows_the_next(bad: int, minutes: int) -> None:
    """Each one more, up to an hour."""
    early = over(minutes * MINUTE - 1, bad_syncs=bad)
    assert plan(early).due == NOW + 1
    assert plan(over(minutes * MINUTE, bad_syncs=bad), IDLE).start


def test_somebody_elses_sync_is_waited_for_from_when_it_was_first_seen() -> None:
    """It may have begun before the project was active: never joined."""
    first = plan(FRESH, RUNNING)
    assert not first.start
    assert (first.workspace.foreign_since, first.workspace.sync) == (NOW, None)
    assert first.due == NOW + RULES.sync_poll
    again = plan(first.workspace, RUNNING, now=NOW + MINUTE)
    assert again.workspace.foreign_since == NOW
    assert not again.start


def test_ours_begins_when_somebody_elses_is_over() -> None:
    """And theirs is forgotten."""
    begun = plan(replace(FRESH, foreign_since=NOW - MINUTE), IDLE)
    assert begun.start
    assert begun.workspace.foreign_since is None


def test_a_foreign_sync_older_than_20_minutes_is_stale() -> None:
    """Expensify's own client gives it up by then."""
    young = replace(FRESH, foreign_since=NOW - 20 * MINUTE + 1)
    assert not plan(young, RUNNING).start
    stale = plan(replace(FRESH, foreign_since=NOW - 20 * MINUTE), RUNNING)
    assert stale.start
    assert stale.workspace.foreign_since is None


# --- following -------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [True, False])
def test_a_sync_under_way_is_followed_whatever_is_wanted(wanted: bool) -> None:
    """Also while nothing may be asked for: what began is read back."""
    running = under_way(MINUTE)
    assert plan(running, wanted=wanted, rules=OFF) == SyncPlan(running, need_state=True)
    polled = plan(running, RUNNING, wanted=wanted, rules=OFF)
    assert polled == SyncPlan(running, due=NOW + RULES.sync_poll)


def test_a_good_end_covers_what_it_began_with_and_starts_the_grace() -> None:
    """What was fixed meanwhile isn't covered; what was covered before stays so."""
    other, older = Cover("Zeus", "99", 0, 1), replace(COVER, answered=0)
    running = under_way(MINUTE, covered=(older, other), bad_syncs=2)
    news = replace(COVER, answered=7)
    done = plan(running, replace(IDLE, last_success=T2), covers=(news,))
    assert done.workspace.sync == asked(MINUTE, ended_at=NOW, ok=True)
    assert done.workspace.covered == (COVER, other)
    assert done.workspace.bad_syncs == 0
    assert not done.workspace.syncing
    assert (done.due, done.tell) == (NOW + RULES.auto_export_grace, False)


def test_a_bad_end_covers_nothing_and_is_told_at_the_third() -> None:
    """The next one comes later each time."""
    failed = replace(IDLE, last_failure=T2)
    told = []
    for bad in range(4):
        over_now = plan(under_way(MINUTE, bad_syncs=bad), failed)
        told.append(over_now.tell)
        assert over_now.workspace.sync == asked(MINUTE, ended_at=NOW)
        assert (over_now.workspace.covered, over_now.workspace.bad_syncs) == ((), bad + 1)
        assert over_now.due == NOW - MINUTE + (bad + 2) * 10 * MINUTE
        assert not over_now.start
    assert told == [False, False, True, True]


def test_a_refused_login_to_netsuite_is_told_at_once() -> None:
    """No second try can help."""
    failed = replace(IDLE, last_failure=T2, auth_error=True)
    assert plan(under_way(MINUTE), failed).tell


# --- a sync that doesn't end -----------------------------------------------------------------


@pytest.mark.parametrize("state", [IDLE, RUNNING])
def test_a_sync_that_does_not_end_is_asked_for_once_more_at_20_minutes(state: SyncState) -> None:
    """Once: from then on it is only watched, until it is a person's at 45."""
    assert not plan(under_way(20 * MINUTE - 1), state).start
    again = plan(under_way(20 * MINUTE), state)
    assert again.start
    assert again.due == NOW + RULES.sync_poll
    assert again.workspace.sync == asked(0, first=20 * MINUTE)
    for age in (1, 21, 24):
        first = 20 * MINUTE + age * MINUTE
        later = plan(under_way(age * MINUTE, first), state)
        assert (later.start, later.tell) == (False, False)


def test_the_switch_stops_the_second_asking_too() -> None:
    """It is an act like the first."""
    waiting = under_way(20 * MINUTE)
    assert plan(waiting, RUNNING, rules=OFF) == SyncPlan(waiting, due=NOW + RULES.sync_poll)


def test_a_sync_that_does_not_end_becomes_a_persons_at_45_minutes() -> None:
    """Told once, asked for no more, looked at every hour."""
    assert not plan(under_way(25 * MINUTE - 1, 45 * MINUTE - 1), RUNNING).tell
    left = plan(under_way(25 * MINUTE, 45 * MINUTE), RUNNING)
    assert (left.tell, left.start, left.due) == (True, False, NOW + HOUR)
    assert left.workspace.sync is not None
    assert left.workspace.sync.given_up
    assert not left.workspace.syncing
    again = plan(left.workspace, RUNNING, now=NOW + HOUR)
    assert (again.tell, again.start, again.due) == (False, False, NOW + 2 * HOUR)


def test_a_sync_that_was_given_up_may_still_end_well() -> None:
    """Watching goes on: what a person set right is seen."""
    given_up = replace(FRESH, sync=asked(HOUR, given_up=True))
    done = plan(given_up, replace(IDLE, last_success=T2))
    assert done.workspace.covered == (COVER,)
    assert done.workspace.sync is not None
    assert done.workspace.sync.ok


# --- a request that was refused --------------------------------------------------------------


def test_a_refused_request_is_a_sync_that_failed() -> None:
    """None of ours began: nothing is covered, and the next request waits."""
    after = sync_refused(under_way(0, bad_syncs=1), NOW)
    assert after.sync == asked(0, ended_at=NOW)
    assert (after.covered, after.bad_syncs) == ((), 2)
    assert plan(after).due == NOW + 30 * MINUTE


def test_a_refusal_without_a_sync_changes_nothing() -> None:
    """Nothing was asked for."""
    assert sync_refused(FRESH, NOW) == FRESH


def test_a_sync_that_there_was_no_time_for_is_begun_by_the_next_look() -> None:
    """Nor is it forgotten how long a foreign one, given up by now, has been waited for."""
    before = over(3 * HOUR, foreign_since=NOW - HOUR)
    begun = plan(before, RUNNING)
    assert begun.start
    after = sync_postponed(replace(begun.workspace, neighbour="R009"), before)
    assert after == replace(before, neighbour="R009")
    assert plan(after, RUNNING).start
