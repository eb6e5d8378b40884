"""How many requests one credential of Expensify's may send, shared by all that run at once.

Source: Expensify's help, Expensify-API: up to 5 requests in 10 s and 20 in 60 s. A request reaches
Expensify some time after we count it, so each window is `MARGIN` longer here.

A job of two requests sets the second aside before it sends the first: a job whose file nobody may
fetch would be wasted. What is set aside counts in every window until it is sent or too old.
"""

from dataclasses import dataclass, replace

from shared.domain.clock import MINUTE, SECOND, Millis

MARGIN: Millis = 2 * SECOND

HELD_FOR: Millis = 30 * SECOND
"""A run that died, or was refused, gives back what it set aside after this."""

SHUT_FOR: Millis = MINUTE
"""How long nobody asks after Expensify said 'too many' without a word on how long."""

_SOON: Millis = SECOND


@dataclass(frozen=True, slots=True)
class Window:
    """`kept`: how many of its slots are `recover`'s alone."""

    length: Millis
    slots: int
    kept: int

    def open_to(self, *, urgent: bool) -> int:
        return self.slots if urgent else self.slots - self.kept


type Windows = tuple[Window, ...]

SHORT: Millis = 10 * SECOND + MARGIN
LONG: Millis = 60 * SECOND + MARGIN


def windows_of(per_10s: int = 5, per_60s: int = 20) -> Windows:
    """Two fifths of each are kept: of Expensify's own numbers one whole read, and four."""
    return Window(SHORT, per_10s, per_10s * 2 // 5), Window(LONG, per_60s, per_60s * 2 // 5)


WINDOWS = windows_of()


@dataclass(frozen=True, slots=True)
class Usage:
    """When requests were `sent`, and set aside (`held`), oldest first. `shut_until`: Expensify
    said 'too many', which somebody else's use of the credential may have caused.
    """

    credential: str
    sent: tuple[Millis, ...] = ()
    held: tuple[Millis, ...] = ()
    shut_until: Millis = 0
    version: int = 0


def taken(
    usage: Usage, hold: int, now: Millis, *, urgent: bool, windows: Windows = WINDOWS
) -> Usage | None:
    """One request is sent now, and `hold` more are set aside. None: there is no slot for them."""
    current = _current(usage, now)
    if wait_for(current, 1 + hold, now, urgent=urgent, windows=windows):
        return None
    held = (*current.held, *(now for _ in range(hold)))
    return replace(current, sent=(*current.sent, now), held=held)


def used(usage: Usage, now: Millis) -> Usage | None:
    """One that was set aside is sent now. None: there is none, or none any more."""
    current = _current(usage, now)
    if not current.held or current.shut_until > now:
        return None
    return replace(current, sent=(*current.sent, now), held=current.held[1:])


def shut(usage: Usage, wait: Millis, now: Millis) -> Usage:
    return replace(_current(usage, now), shut_until=max(usage.shut_until, now + wait))


def wait_for(
    usage: Usage, count: int, now: Millis, *, urgent: bool, windows: Windows = WINDOWS
) -> Millis:
    """How long until `count` slots are free, if nobody else takes them; 0: now."""
    current = _current(usage, now)
    waits = [_window_wait(window, current, count, now, urgent=urgent) for window in windows]
    return max(*waits, current.shut_until - now)


def _window_wait(window: Window, usage: Usage, count: int, now: Millis, *, urgent: bool) -> Millis:
    """What is set aside is taken for sent now, which is the longest that it can be in the way."""
    stamps = sorted(at for at in usage.sent if at > now - window.length)
    stamps += [now for _ in usage.held]
    excess = len(stamps) + count - window.open_to(urgent=urgent)
    if excess <= 0:
        return 0
    last = stamps[min(excess, len(stamps)) - 1]
    return max(last + window.length - now, _SOON)


def _current(usage: Usage, now: Millis) -> Usage:
    """Without what no window counts any more. A clock that was ahead doesn't count for longer."""
    sent = tuple(min(at, now) for at in usage.sent if at > now - LONG)
    held = tuple(min(at, now) for at in usage.held if at > now - HELD_FOR)
    return replace(usage, sent=sent, held=held)
