"""The budget of a credential, against the limiter that stands for Expensify's."""

import random
from dataclasses import replace

import pytest

from sandbox.expensify.ratelimit import Limiter
from sandbox.expensify.world import RateLimit
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.slots import (
    HELD_FOR,
    MARGIN,
    WINDOWS,
    Usage,
    Window,
    shut,
    taken,
    used,
    wait_for,
    windows_of,
)
from tests.builders import NOW

EMPTY = Usage("c")


def spent(count: int, at: Millis = NOW) -> Usage:
    return Usage("c", sent=tuple(at for _ in range(count)))


def test_a_request_is_counted_when_it_is_sent() -> None:
    """And what it sets aside, from then on."""
    assert taken(EMPTY, 1, NOW, urgent=True) == Usage("c", sent=(NOW,), held=(NOW,))


@pytest.mark.parametrize(("urgent", "slots"), [(True, 5), (False, 3)])
def test_the_short_window_keeps_a_read_for_recover(urgent: bool, slots: int) -> None:
    """Whoever isn't urgent leaves two of five."""
    assert taken(spent(slots - 1), 0, NOW, urgent=urgent)
    assert taken(spent(slots), 0, NOW, urgent=urgent) is None


@pytest.mark.parametrize(("urgent", "slots"), [(True, 20), (False, 12)])
def test_the_long_window_keeps_four_reads_for_recover(urgent: bool, slots: int) -> None:
    """Whoever isn't urgent leaves eight of twenty."""
    earlier = NOW - 30 * SECOND
    assert taken(spent(slots - 1, earlier), 0, NOW, urgent=urgent)
    assert taken(spent(slots, earlier), 0, NOW, urgent=urgent) is None


def test_windows_of_other_numbers_keep_two_fifths() -> None:
    """Where another tool uses the same login."""
    assert windows_of() == WINDOWS
    assert (Window(12 * SECOND, 5, 2), Window(62 * SECOND, 20, 8)) == WINDOWS
    assert windows_of(3, 11) == (Window(12 * SECOND, 3, 1), Window(62 * SECOND, 11, 4))
    assert taken(spent(2), 0, NOW, urgent=True, windows=windows_of(3, 11))
    assert taken(spent(3), 0, NOW, urgent=True, windows=windows_of(3, 11)) is None
    assert wait_for(spent(3), 1, NOW, urgent=True, windows=windows_of(3, 11)) == 12 * SECOND


def test_the_ends_of_windows_belong_to_what_comes_after() -> None:
    """At the very end of the long one; and who was shut out may send in the moment when it ends."""
    old = Usage("c", sent=(NOW - 62 * SECOND, NOW - 62 * SECOND + 1), held=(NOW,), shut_until=NOW)
    after = used(old, NOW)
    assert after is not None
    assert after.sent == (NOW - 62 * SECOND + 1, NOW)


def test_what_is_set_aside_keeps_others_out() -> None:
    """A job whose file nobody may fetch would be wasted."""
    held = replace(spent(2), held=(NOW, NOW))
    assert taken(held, 1, NOW, urgent=True) is None
    assert taken(held, 0, NOW, urgent=True)


def test_what_was_set_aside_is_used_whatever_others_did() -> None:
    """It was counted all the time."""
    later = NOW + 13 * SECOND
    after = used(Usage("c", sent=(NOW,), held=(NOW, NOW + 1)), later)
    assert after == Usage("c", sent=(NOW, later), held=(NOW + 1,))


def test_what_nobody_used_is_free_again() -> None:
    """The run that set it aside is dead."""
    held = Usage("c", held=(NOW,) * 5)
    assert used(held, NOW + HELD_FOR) is None
    assert wait_for(held, 1, NOW + HELD_FOR, urgent=True) == 0
    assert wait_for(held, 1, NOW + HELD_FOR - 1, urgent=True) == 10 * SECOND + MARGIN


def test_the_wait_ends_when_enough_slots_are_free() -> None:
    """Two are needed, so the second oldest must leave the window."""
    usage = Usage("c", sent=tuple(NOW + n * SECOND for n in range(5)))
    now = NOW + 5 * SECOND
    assert wait_for(usage, 2, now, urgent=True) == NOW + SECOND + 12 * SECOND - now
    assert wait_for(usage, 1, NOW + 12 * SECOND, urgent=True) == 0


def test_too_many_stops_everybody_for_as_long_as_expensify_says() -> None:
    """Somebody else uses the credential, too; what is set aside waits as well."""
    closed = shut(replace(EMPTY, held=(NOW,)), MINUTE, NOW)
    assert wait_for(closed, 1, NOW + SECOND, urgent=True) == MINUTE - SECOND
    assert used(closed, NOW + SECOND) is None
    assert taken(closed, 0, NOW + MINUTE, urgent=True)
    assert shut(closed, SECOND, NOW).shut_until == NOW + MINUTE


def test_what_no_window_counts_is_forgotten() -> None:
    """The item never grows beyond the long window's slots."""
    after = taken(spent(20, NOW - 2 * MINUTE), 0, NOW, urgent=True)
    assert after is not None
    assert after.sent == (NOW,)


def test_a_clock_that_was_ahead_counts_no_longer_than_others() -> None:
    """A function's clock may be wrong by an hour; the credential must not be shut for it."""
    usage = spent(5, NOW + 60 * MINUTE)
    after = taken(usage, 0, NOW, urgent=True)
    assert after is None
    assert wait_for(usage, 1, NOW, urgent=True) == 12 * SECOND


@pytest.mark.parametrize("seed", range(800_000, 800_040))
def test_expensify_never_says_too_many(seed: int) -> None:
    """Many at once, jobs of two requests, some of which die between the two; each request reaches
    Expensify up to `MARGIN` after it was counted.
    """
    rng = random.Random(seed)
    arrivals: list[Millis] = []
    usage, now, jobs = EMPTY, NOW, list[Millis]()
    while now < NOW + 6 * MINUTE:
        now += rng.choice((1, 50, 400, 2_000, 9_000))
        finishing = [at for at in jobs if at <= now]
        jobs = [at for at in jobs if at > now]
        for _ in finishing:
            after = used(usage, now) or taken(usage, 0, now, urgent=True)
            if after:
                usage = after
                arrivals.append(now + rng.randrange(MARGIN))
        after = taken(usage, 1, now, urgent=rng.random() < 0.7)
        if after:
            usage = after
            arrivals.append(now + rng.randrange(MARGIN))
            if rng.random() < 0.9:
                jobs.append(now + rng.randrange(14 * SECOND))
    limiter = Limiter(RateLimit())
    assert all(limiter.admit("c", at / SECOND) for at in sorted(arrivals))
    assert len(arrivals) > 40
