"""Time, kept apart by whose clock it is (invariant: a foreign time is compared only with its like)."""

from typing import NewType

type Millis = int
"""Milliseconds since 1970 by our own clock; it only ever measures our own delays."""

ForeignTime = NewType("ForeignTime", str)
"""A time as another service wrote it. Sorts as text, and only against the same service's."""

SECOND: Millis = 1000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR
