"""Which searches `detect` makes, and when: three bands of reports, each searched in rounds.

fresh    approved within 7 days      every 10 min     one search
recent   approved within 35 days     hourly           one search
old      approved within 400 days    daily, in slices of a month by day of sending, over the day

A report may fail months after its approval, so no search begins where the last one ended. Each
begins a day earlier than it says, for days are Expensify's and not ours. How many searches a round
has doesn't depend on how many reports there are; only a search whose answer is too large is cut, at
most down to single days.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.clock import Millis
from shared.domain.span import Span, day_of


class Band(StrEnum):
    FRESH = "fresh"
    RECENT = "recent"
    OLD = "old"


DAYS = {Band.FRESH: 7, Band.RECENT: 35, Band.OLD: 400}
SLICE = 31
"""Days of an old slice. A year and a month is never asked for at once: Expensify refuses that."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One search, and how long after it was due the next one is."""

    span: Span
    wait: Millis = 0


@dataclass(frozen=True, slots=True)
class Round:
    """What is left of it; nothing: the next round begins at `next_at`. `hurry`: a workspace is new,
    so that what was there before must be known soon.
    """

    band: Band
    next_at: Millis
    todo: tuple[Turn, ...] = ()
    hurry: bool = False


def searches(band: Band) -> int:
    """How many a round has, if no answer is too large."""
    return len(_spans(band, 0))


def begun(round_: Round, every: Millis, now: Millis) -> Round:
    """With its searches, if it has none yet."""
    if round_.todo:
        return round_
    spans = _spans(round_.band, day_of(now))
    wait = every // len(spans)
    turns = [Turn(span, 0 if round_.hurry else wait) for span in spans]
    turns[-1] = replace(turns[-1], wait=wait)
    return replace(round_, todo=tuple(turns))


def after_turn(round_: Round, now: Millis) -> Round:
    """The first search is done. Lateness isn't added up, nor is what was missed caught up with."""
    done, *rest = round_.todo
    at = max(round_.next_at + done.wait, now if done.wait else round_.next_at)
    return replace(round_, todo=tuple(rest), next_at=at, hurry=round_.hurry and bool(rest))


def cut(round_: Round, now: Millis) -> Round | None:
    """The first search in parts, at once. None: it can't be cut any more."""
    first, *rest = round_.todo
    parts = first.span.parts(day_of(now))
    if not parts:
        return None
    turns = [Turn(part) for part in parts]
    turns[-1] = replace(turns[-1], wait=first.wait)
    return replace(round_, todo=(*turns, *rest))


def _spans(band: Band, today: int) -> tuple[Span, ...]:
    begins = today - DAYS[band] - 1
    if band is not Band.OLD:
        return (Span(begins, approved=True),)
    return *_slices(begins + 1, today - DAYS[Band.RECENT] - 1), Span(begins, begins, approved=True)


def _slices(first: int, last: int) -> tuple[Span, ...]:
    """The newest first. What was approved lately but sent long ago is the last span's."""
    ends = range(last, first - 1, -SLICE)
    return tuple(Span(max(end - SLICE + 1, first), end) for end in ends)
