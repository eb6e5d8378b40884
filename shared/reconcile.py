"""The one loop of the three reconcilers: wake-up → look → record when to look next.

sent ──▶ [queue: one at a time per key] ──▶ satisfied? ──yes──▶ done, unread
                                               │ no
                                               ▼
                 arm the safety net ─▶ look (observe, decide, act, record) ─▶ set the next due
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.clock import MINUTE, SECOND, Millis
from shared.ports import Clock, Reconciler, Rows

SAFETY: Millis = 5 * MINUTE
"""After a crash the sweep finds the row when this has passed."""

MARGIN: Millis = 2 * SECOND
"""How far the queue's clock and ours may differ; when in doubt we look again."""

RUN_BUDGET: Millis = 25 * SECOND


class Looked(StrEnum):
    SATISFIED = "satisfied"
    LOOKED = "looked"


@dataclass(frozen=True, slots=True)
class Budget:
    """How long this run may still start things. `ends_at` by our clock."""

    clock: Clock
    ends_at: Millis

    def allows(self, timeout: Millis) -> bool:
        """Whether a call with this timeout may start: it and its record must fit."""
        return self.clock() + timeout + 5 * SECOND <= self.ends_at


type Look = Callable[[str, Budget], Millis | None]
"""Looks at one key; returns when to look next (None: not until woken)."""


def reconcile(
    reconciler: Reconciler, key: str, sent_at: Millis, *, rows: Rows, clock: Clock, look: Look
) -> Looked:
    """Serve one wake-up. `sent_at`: when the queue took it.

    A wake-up is satisfied by any finished look that began after it was sent. An error leaves the
    safety net in place and lets the queue deliver again.
    """
    if rows.get(reconciler, key).looked_at - MARGIN > sent_at:
        return Looked.SATISFIED
    began = clock()
    armed = began + SAFETY
    rows.arm(reconciler, key, armed)
    # The whole budget, with the 5 s that `Budget.allows` keeps back for recording.
    due = look(key, Budget(clock, began + RUN_BUDGET + 5 * SECOND))
    rows.finish(reconciler, key, armed=armed, looked_at=began, due=due)
    return Looked.LOOKED
