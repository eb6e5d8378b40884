"""A sync or an export that was refused keeps the next ones back."""

from dataclasses import replace

import pytest

from shared.domain.clock import HOUR, MINUTE
from shared.domain.finding import SETUP_FAULTS, Fault
from shared.domain.refusals import act_refused, act_taken, is_operators
from shared.domain.rules import Rules
from shared.domain.sync import SyncState
from shared.domain.syncing import plan_sync
from shared.domain.workspace import Workspace
from tests.builders import NOW, WS

RULES = Rules()
IDLE = SyncState(running=False)


def refused(times: int, fault: Fault = Fault.LOGIN_REFUSED) -> Workspace:
    workspace = Workspace(WS)
    for _ in range(times):
        workspace = act_refused(workspace, fault, RULES, NOW)
    return workspace


def test_each_refusal_waits_as_long_as_the_circuit_says() -> None:
    """And the last wait repeats."""
    waits = [refused(times).no_acts_until - NOW for times in range(1, 7)]
    assert waits == [*RULES.circuit, RULES.circuit[-1]]
    assert refused(6).refusals == 6


def test_what_is_taken_ends_it() -> None:
    """Nothing of it is left."""
    assert act_taken(refused(3)) == Workspace(WS)


@pytest.mark.parametrize("fault", Fault)
def test_operators_hear_of_it_when_it_begins_and_when_it_is_lasting(fault: Fault) -> None:
    """When it begins, of what is theirs alone."""
    rows = [(n, refused(n - 1, fault), refused(n, fault)) for n in range(1, 9)]
    told = [n for n, before, after in rows if is_operators(before, after, RULES)]
    lasting = len(RULES.circuit)
    assert told == ([1, lasting] if fault in SETUP_FAULTS else [lasting])


@pytest.mark.parametrize("first", [Fault.THROTTLED, Fault.LOGIN_REFUSED])
def test_operators_hear_of_another_set_up_fault_in_the_same_row(first: Fault) -> None:
    """Else it would be a quarter of an hour before they do."""
    before = refused(1, first)
    other = act_refused(before, Fault.NO_PERMISSION, RULES, NOW)
    assert is_operators(before, other, RULES)
    assert not is_operators(other, act_refused(other, Fault.THROTTLED, RULES, NOW), RULES)


@pytest.mark.parametrize("left", [0, 1])
def test_no_sync_begins_before_the_wait_is_over(left: int) -> None:
    """It is due just then."""
    workspace = replace(Workspace(WS), refusals=1, no_acts_until=NOW + left)
    plan = plan_sync(workspace, (), IDLE, RULES, NOW, wanted=True)
    assert plan.start is (left == 0)
    assert plan.due == (NOW + left if left else NOW + RULES.sync_poll)


def test_the_longer_of_both_waits_counts() -> None:
    """Syncs are spaced by themselves, too."""
    asked = plan_sync(Workspace(WS), (), IDLE, RULES, NOW - MINUTE, wanted=True).workspace.sync
    assert asked is not None
    before = replace(Workspace(WS), sync=replace(asked, ended_at=NOW, ok=True))
    for until, due in ((NOW + HOUR, NOW + HOUR), (NOW, NOW - MINUTE + RULES.sync_spacing)):
        held = replace(before, no_acts_until=until)
        assert plan_sync(held, (), IDLE, RULES, NOW, wanted=True).due == due
