"""Working days and the days by which mails are counted, without a database of time zones.

Pure arithmetic on our own clock and the workspace's distance from UTC: see
docs/decisions/2026-11-26-reminders-and-caps.md.
"""

from shared.domain.clock import DAY, Millis
from shared.domain.rules import Rules

_THURSDAY = 4
"""1970-01-01, by ISO 8601."""


def working_after(at: Millis, wait: Millis, rules: Rules) -> Millis:
    """`wait` of working time later.

    Whole days keep the time of day; what is left of the wait runs on working days alone.
    """
    for _ in range(wait // DAY):
        at = _on_a_working_day(at + DAY, rules)
    return _hours_after(at, wait % DAY, rules) if wait % DAY else at


def day_of(at: Millis, rules: Rules) -> int:
    """The number of the day by which mails are counted."""
    return (at + rules.utc_offset) // rules.mail_day


def next_day(at: Millis, rules: Rules) -> Millis:
    """When the day after that begins."""
    return (day_of(at, rules) + 1) * rules.mail_day - rules.utc_offset


def _on_a_working_day(at: Millis, rules: Rules) -> Millis:
    while not _works(at, rules):
        at += DAY
    return at


def _hours_after(at: Millis, wait: Millis, rules: Rules) -> Millis:
    """`wait` is less than a day, so that at most one midnight falls into it."""
    begins = at if _works(at, rules) else _midnight(_on_a_working_day(at, rules), rules)
    left = _midnight(begins, rules) + DAY - begins
    if wait < left:
        return begins + wait
    return _on_a_working_day(begins + left, rules) + wait - left


def _midnight(at: Millis, rules: Rules) -> Millis:
    """The one before it, where the workspace is."""
    return at - (at + rules.utc_offset) % DAY


def _works(at: Millis, rules: Rules) -> bool:
    days = (at + rules.utc_offset) // DAY
    return (days + _THURSDAY - 1) % 7 + 1 in rules.working_days
