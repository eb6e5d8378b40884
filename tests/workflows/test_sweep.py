"""Every minute: which rows are due?"""

import pytest

from shared.domain.clock import MINUTE
from shared.errors import TransientError
from shared.ports import Reconciler
from shared.reconcile import SAFETY
from shared.workflows.sweep import BATCH
from tests.builders import ACCOUNT, NOW, WS
from tests.workflows.fuse import Died, Fuse
from tests.workflows.kit import Service


def due(service: Service, **keys: int) -> None:
    for name, at in keys.items():
        service.rows.arm(Reconciler(name), name, at)


def test_everything_that_is_due_is_woken_once() -> None:
    """Each by its own reconciler; what is due later, or never, sleeps on."""
    service = Service()
    due(service, watch=NOW, recover=NOW - MINUTE, notify=NOW + 1)
    service.rows.finish(Reconciler.WATCH, "rests", armed=0, looked_at=NOW, due=None)
    assert service.sweep() == 2
    woken = [(Reconciler.RECOVER, "recover"), (Reconciler.WATCH, "watch")]
    assert service.wakes.take() == woken


def test_a_row_is_claimed_before_it_is_woken() -> None:
    """A backlog isn't multiplied: the next sweep finds the row only after the safety net."""
    service = Service()
    due(service, watch=NOW)
    service.sweep()
    assert service.rows.due(Reconciler.WATCH, "watch") == NOW + SAFETY
    service.clock.advance(MINUTE)
    assert service.sweep() == 0
    service.clock.now = NOW + SAFETY
    assert service.sweep() == 1


def test_a_row_that_somebody_moved_meanwhile_is_left_alone() -> None:
    """The index lags; the claim is of the row as it really is."""
    service = Service()
    due(service, watch=NOW)
    service.rows.catch_up()
    service.rows.stale = True
    service.rows.arm(Reconciler.WATCH, "watch", NOW + MINUTE)
    assert service.sweep() == 0
    assert not service.wakes.sent
    assert service.rows.due(Reconciler.WATCH, "watch") == NOW + MINUTE


def test_two_sweeps_at_once_wake_a_row_once() -> None:
    """The second one finds what the index still shows, and loses the claim."""
    service = Service()
    due(service, watch=NOW)
    service.rows.catch_up()
    service.rows.stale = True
    assert (service.sweep(), service.sweep()) == (1, 0)


def test_one_sweep_wakes_a_bounded_number_and_the_next_one_the_rest() -> None:
    """The earliest first, so that nobody starves."""
    service = Service()
    for number in range(BATCH + 1):
        service.rows.arm(Reconciler.RECOVER, f"W{number}", NOW - number)
    assert service.sweep() == BATCH
    assert (Reconciler.RECOVER, "W0") not in service.wakes
    assert service.sweep() == 1
    assert (Reconciler.RECOVER, "W0") in service.wakes


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_sweep_that_dies_loses_nothing(at: int) -> None:
    """Whatever it claimed without waking is due again when the safety net has passed."""
    service = Service(fuse=Fuse(at))
    due(service, watch=NOW, recover=NOW)
    with pytest.raises(Died):
        service.sweep()
    woken = set(service.wakes.take())
    service.clock.now = NOW + SAFETY
    service.sweep()
    woken |= set(service.wakes.take())
    assert woken == {(Reconciler.WATCH, "watch"), (Reconciler.RECOVER, "recover")}


def test_a_queue_that_takes_no_wake_up_loses_nothing() -> None:
    """The sweep fails, and what it claimed comes back."""
    service = Service()
    service.rows.arm(Reconciler.WATCH, ACCOUNT, NOW)
    service.rows.arm(Reconciler.RECOVER, WS, NOW)
    service.wakes.fault = TransientError("throttled")
    with pytest.raises(TransientError):
        service.sweep()
    service.wakes.fault = None
    service.clock.now = NOW + SAFETY
    assert service.sweep() == 2
