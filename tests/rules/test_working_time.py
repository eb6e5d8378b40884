"""Working days and the days of mails, where the workspace is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.clock import DAY, HOUR, MINUTE, Millis
from shared.domain.rules import Rules
from shared.domain.working_time import day_of, next_day, working_after
from tests.builders import NOW

FRIDAY = NOW
"""2027-01-15 08:00 UTC."""

SATURDAY, SUNDAY, MONDAY = (FRIDAY + n * DAY for n in (1, 2, 3))
UTC = Rules()
MIDNIGHT = 16 * HOUR
"""From 08:00."""


@pytest.mark.parametrize(
    ("at", "days", "then"),
    [
        (MONDAY, 1, MONDAY + DAY),
        (MONDAY, 5, MONDAY + 7 * DAY),
        (FRIDAY, 1, MONDAY),
        (FRIDAY, 3, MONDAY + 2 * DAY),
        (FRIDAY, 7, MONDAY + 8 * DAY),
        (SATURDAY, 1, MONDAY),
        (SUNDAY, 1, MONDAY),
        (SUNDAY, 2, MONDAY + DAY),
    ],
)
def test_whole_days_keep_the_time_of_day_and_skip_weekends(
    at: Millis, days: int, then: Millis
) -> None:
    """Monday to Friday."""
    assert working_after(at, days * DAY, UTC) == then


@pytest.mark.parametrize(
    ("at", "wait", "then"),
    [
        (FRIDAY, 4 * HOUR, FRIDAY + 4 * HOUR),
        (FRIDAY, MIDNIGHT - 1, FRIDAY + MIDNIGHT - 1),
        (FRIDAY, MIDNIGHT, SUNDAY + MIDNIGHT),
        (FRIDAY + 14 * HOUR, 4 * HOUR, SUNDAY + MIDNIGHT + 2 * HOUR),
        (SATURDAY, 4 * HOUR, SUNDAY + MIDNIGHT + 4 * HOUR),
        (SUNDAY + MIDNIGHT - 1, MINUTE, SUNDAY + MIDNIGHT + MINUTE),
        (MONDAY + 15 * HOUR, 4 * HOUR, MONDAY + 19 * HOUR),
        (FRIDAY, DAY + 2 * HOUR, MONDAY + 2 * HOUR),
        (FRIDAY, 0, FRIDAY),
        (SATURDAY, 0, SATURDAY),
    ],
)
def test_hours_run_on_working_days_alone(at: Millis, wait: Millis, then: Millis) -> None:
    """What is left of a wait on Friday evening runs on Monday."""
    assert working_after(at, wait, UTC) == then


def test_the_workspace_is_where_its_clocks_are() -> None:
    """Friday 22:00 UTC is Saturday in Tokyo, and Friday noon in San Francisco."""
    evening = FRIDAY + 14 * HOUR
    tokyo, west = Rules(utc_offset=9 * HOUR), Rules(utc_offset=-10 * HOUR)
    assert working_after(evening, HOUR, tokyo) == SUNDAY + 7 * HOUR + HOUR
    assert working_after(evening, HOUR, west) == evening + HOUR


def test_other_countries_work_on_other_days() -> None:
    """Sunday to Thursday; and where every day is one, nothing is skipped."""
    sunday_first = Rules(working_days=(7, 1, 2, 3, 4))
    assert working_after(FRIDAY - DAY, DAY, sunday_first) == SUNDAY
    always = Rules(working_days=(1, 2, 3, 4, 5, 6, 7))
    assert working_after(FRIDAY, 30 * DAY + HOUR, always) == FRIDAY + 30 * DAY + HOUR


@given(
    st.integers(0, 400 * DAY),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: minutes * MINUTE),
)
def test_days_add_up(since: Millis, first: int, more: int, offset: Millis) -> None:
    """A ladder of gaps ends where its last rung says."""
    rules = Rules(utc_offset=offset)
    at = FRIDAY + since
    half = working_after(at, first * DAY, rules)
    whole = working_after(at, (first + more) * DAY, rules)
    assert working_after(half, more * DAY, rules) == whole


@given(st.integers(0, 30 * DAY), st.integers(1, 5 * DAY), st.integers(1, 5 * DAY))
def test_a_longer_wait_never_ends_sooner(since: Millis, wait: Millis, more: Millis) -> None:
    """And any wait ends later than it began."""
    at = FRIDAY + since
    assert at < working_after(at, wait, UTC) <= working_after(at, wait + more, UTC) + DAY


def test_the_day_of_mails_begins_at_midnight_there() -> None:
    """08:00 UTC is 13:30 in Mumbai: the next day begins 10.5 hours later."""
    mumbai = Rules(utc_offset=5 * HOUR + 30 * MINUTE)
    ends = FRIDAY + 10 * HOUR + 30 * MINUTE
    assert next_day(FRIDAY, mumbai) == ends
    assert day_of(ends, mumbai) == day_of(ends - 1, mumbai) + 1
    assert day_of(ends - 1, mumbai) == day_of(FRIDAY, mumbai)
    assert next_day(FRIDAY, UTC) == FRIDAY + MIDNIGHT


def test_a_shorter_day_is_for_tests() -> None:
    """Ten seconds, say."""
    short = Rules(mail_day=10_000)
    assert next_day(NOW + 1, short) == NOW + 10_000
    assert day_of(NOW + 10_000, short) - day_of(NOW, short) == 1
