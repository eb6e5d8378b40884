"""Waits that differ, so that what failed together isn't tried again together. Pure: no dice."""

from zlib import crc32

from shared.domain.clock import DAY, Millis

LONGEST: Millis = DAY
"""However long another side asks us to stay away, we look again after this."""

_STEPS = 1000


def spread(wait: Millis, seed: str) -> Millis:
    """Up to a quarter longer, never shorter; the same for the same seed."""
    return wait + wait * (crc32(seed.encode()) % _STEPS) // (4 * _STEPS)


def no_earlier(wait: Millis, asked: Millis) -> Millis:
    """Not before the other side wants us back, within reason."""
    return max(wait, min(asked, LONGEST))
