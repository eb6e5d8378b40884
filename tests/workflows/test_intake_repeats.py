"""A message that comes again, after a crash at any effect, or in a race."""

from dataclasses import replace

import pytest

from shared.domain.case import Phase
from shared.errors import ConflictError, TransientError
from shared.workflows.intake import TRIES, Taken
from tests.builders import ACCOUNT, LABEL, NOW, NS0770, REPORT, WS
from tests.workflows.kit import Service, failed_event
from tests.workflows.stages import BOTH, ended, look

NS0024 = "NS0024 Export Error: Invalid 'customer' or 'project' tag."
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-: ;")


# --- repeats ---------------------------------------------------------------------------------------


def test_a_duplicate_writes_no_case_and_still_does_the_later_steps() -> None:
    """Both are woken again, lest a crash after the first write made an orphan."""
    service = Service()
    service.take(failed_event())
    before = service.case()
    service.wakes.take()
    assert service.take(failed_event()) is Taken.CASE
    assert service.case() == before
    assert service.wakes.take() == BOTH


def test_a_repeated_announcement_is_recognised_by_its_id() -> None:
    """Whoever died before the write says again that this case was opened, not another one."""
    service = Service()
    service.fuse.at = 3
    assert service.dies(failed_event())
    service.take(failed_event())
    service.take(failed_event())
    assert [announcement.id for announcement in service.bus] == [f"{WS}/{REPORT}/1/1"] * 2


def test_a_late_duplicate_opens_no_further_episode() -> None:
    """What was told in an earlier episode stays known."""
    service = Service()
    service.take(failed_event())
    ended(service)
    service.take(failed_event())
    assert service.case().finished


def test_a_duplicate_of_a_case_whose_label_nobody_asked_about_asks() -> None:
    """The answer that it waits for is on its way afterwards."""
    service = Service()
    service.take(failed_event())
    case = service.case()
    unasked = tuple(replace(label, asked=0) for label in case.labels)
    service.cases.put(replace(case, labels=unasked))
    service.take(failed_event())
    assert [label.asked for label in service.case().labels] == [2]


@pytest.mark.parametrize("at", range(1, 8))
def test_a_crash_before_any_effect_and_a_redelivery_leave_nothing_missing(at: int) -> None:
    """A case that waits for an answer somebody asked for, and both wake-ups."""
    service = Service()
    service.fuse.at = at
    died = service.dies(failed_event())
    assert died
    assert service.take(failed_event()) is Taken.CASE
    (label,) = service.case().labels
    assert 0 < label.asked <= service.accounts.known[ACCOUNT, WS, LABEL].asked
    assert service.case().phase is Phase.WAITING
    assert {announcement.id for announcement in service.bus} == {f"{WS}/{REPORT}/1/1"}
    assert set(service.wakes.take()) == set(BOTH)
    assert [service.rows.due(*wake_up) for wake_up in BOTH] == [NOW, NOW]


def test_the_crashes_are_all_that_there_are() -> None:
    """The test above dies before each effect that one message has."""
    service = Service()
    service.take(failed_event())
    assert len(service.fuse.effects) == 7


@pytest.mark.parametrize("at", range(1, 7))
def test_a_crash_while_a_failure_is_added_loses_nothing(at: int) -> None:
    """The second failure is in the case, and its project is asked about."""
    service = Service()
    service.take(failed_event())
    service.wakes.take()
    second = failed_event(event_id="e-2", errorMessage=NS0770.format("Hermes"))
    service.fuse.at = len(service.fuse.effects) + at
    assert service.dies(second)
    service.take(second)
    case = service.case()
    assert case.events == ("e-1", "e-2")
    assert all(label.asked for label in case.labels)
    assert set(service.wakes.take()) == set(BOTH)


@pytest.mark.parametrize("at", range(1, 7))
def test_a_crash_while_a_case_is_reopened_makes_one_episode(at: int) -> None:
    """Not none, and not two."""
    service = Service()
    service.take(failed_event())
    ended(service)
    service.wakes.take()
    service.fuse.at = len(service.fuse.effects) + at
    assert service.dies(failed_event(event_id="e-2"))
    service.take(failed_event(event_id="e-2"))
    assert service.case().episode == 2
    assert "Case Reopened" not in service.bus
    assert all(label.asked for label in service.case().labels)
    assert set(service.wakes.take()) == set(BOTH)


@pytest.mark.parametrize("at", range(1, 8))
def test_a_case_that_was_read_before_the_redelivery_was_announced(at: int) -> None:
    """Wherever the process died: the message comes back to a case that went on meanwhile."""
    service = Service()
    service.expensify.put(REPORT)
    service.fuse.at = at
    assert service.dies(failed_event())
    look(service)
    service.take(failed_event())
    assert "Case Opened" in service.bus


def test_while_the_bus_is_down_the_message_stays_in_the_queue() -> None:
    """No case is stored that was not announced."""
    service = Service()
    service.bus.fault = TransientError("down")
    with pytest.raises(TransientError):
        service.take(failed_event())
    assert len(service.cases) == 0
    service.bus.fault = None
    assert service.take(failed_event()) is Taken.CASE
    assert "Case Opened" in service.bus


def test_the_queue_delivers_again_when_a_wake_up_could_not_be_sent() -> None:
    """The case is there by then, and the repeat wakes both."""
    service = Service()
    service.wakes.fault = TransientError("throttled")
    with pytest.raises(TransientError):
        service.take(failed_event())
    service.wakes.fault = None
    service.take(failed_event())
    assert len(service.cases) == 1
    assert service.wakes.take() == BOTH


# --- races -----------------------------------------------------------------------------------------


def rival(service: Service, event_id: str = "rival") -> None:
    """Somebody else takes another failure of the same report at this moment."""
    other = Service(cases=service.cases, accounts=service.accounts)
    other.take(failed_event(event_id=event_id))


def test_a_lost_race_is_run_again_on_what_the_winner_wrote() -> None:
    """Both failures are in the one case."""
    service = Service()
    service.fuse.hooks["cases.put"] = lambda: rival(service)
    assert service.take(failed_event()) is Taken.CASE
    assert service.case().events == ("rival", "e-1")
    assert {(a.detail_type, a.id) for a in service.bus} == {("Case Opened", f"{WS}/{REPORT}/1/1")}


def test_who_always_loses_leaves_the_message_to_the_queue() -> None:
    """After a few tries it is delivered again, and then taken."""
    service = Service()
    numbers = iter(range(100))

    def lose() -> None:
        rival(service, f"rival-{next(numbers)}")
        service.fuse.hooks["cases.put"] = lose

    lose()
    with pytest.raises(ConflictError):
        service.take(failed_event())
    assert service.fuse.effects.count("cases.put") == TRIES
    service.fuse.hooks.clear()
    service.take(failed_event())
    assert "e-1" in service.case().events
