"""A conditional write that lost is tried again on what stands there by then."""

from collections.abc import Callable

from shared.errors import ConflictError

TRIES = 4
"""How often a race with a look at NetSuite is run again."""


def until_won[T](act: Callable[[], T]) -> T:
    """`act` reads anew each time. Raises ConflictError after the last try, and what `act` raises."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except ConflictError:
            continue
    return act()
