"""Every minute: which reconciler rows are due? Each gets its wake-up."""

from dataclasses import dataclass

from shared.ports import Clock, Rows, Wakes
from shared.reconcile import SAFETY

BATCH = 500
"""The most rows that one sweep wakes; the rest are due at the next one."""


@dataclass(frozen=True, slots=True)
class Sweep:
    rows: Rows
    wakes: Wakes
    clock: Clock

    def run(self) -> int:
        """Returns how many were woken. A claimed row comes back in 5 min if its wake-up is lost."""
        now = self.clock()
        claimed = [
            row for row in self.rows.overdue(now, BATCH) if self.rows.claim(row, now + SAFETY)
        ]
        for row in claimed:
            self.wakes.wake(row.reconciler, row.key)
        return len(claimed)
