"""Waits that differ from one to the next, within bounds."""

from shared.domain.clock import DAY, HOUR
from shared.domain.jitter import LONGEST, no_earlier, spread


def waits() -> list[int]:
    return [spread(HOUR, f"seed {number}") for number in range(200)]


def test_a_wait_grows_by_a_quarter_at_most_and_never_shrinks() -> None:
    """They fill that quarter, and the same seed has always the same wait."""
    assert HOUR <= min(waits()) < 1.03 * HOUR
    assert 1.22 * HOUR < max(waits()) < 1.25 * HOUR
    assert len(set(waits())) > 150
    assert waits() == waits()


def test_a_wait_is_in_whole_milliseconds() -> None:
    """The table holds it."""
    assert {type(wait) for wait in waits()} == {int}


def test_whoever_asks_us_to_stay_away_is_heeded_for_a_day() -> None:
    """Our own wait counts if it is the longer one."""
    assert no_earlier(HOUR, 2 * HOUR) == 2 * HOUR
    assert no_earlier(2 * HOUR, HOUR) == 2 * HOUR
    assert no_earlier(HOUR, 9 * DAY) == LONGEST
