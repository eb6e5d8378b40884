"""The reconcilers' rows: consistent reads, one lagging index."""

from collections.abc import Callable

from shared.domain.clock import MINUTE, Millis
from shared.ports import Reconciler, Row
from tests.simulation.run import Stage


class SimRows:
    """Implements `Rows`. `on_due` hears of every row that becomes due."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.rows: dict[tuple[Reconciler, str], Row] = {}
        self._before: dict[tuple[Reconciler, str], tuple[Millis, Row]] = {}
        self._sweeps_at = 0
        self.sweep: Callable[[], None] = lambda: None

    def get(self, reconciler: Reconciler, key: str) -> Row:
        self._stage.look()
        return self._row(reconciler, key)

    def arm(self, reconciler: Reconciler, key: str, due: Millis) -> None:
        self._stage.effect("rows.arm")
        self._set(Row(reconciler, key, due, self._row(reconciler, key).looked_at))

    def finish(
        self,
        reconciler: Reconciler,
        key: str,
        *,
        armed: Millis,
        looked_at: Millis,
        due: Millis | None,
    ) -> None:
        self._stage.effect("rows.finish")
        row = self._row(reconciler, key)
        if row.due != armed:
            due = min((d for d in (row.due, due) if d is not None), default=None)
        if self._stage.journal.on:
            self._stage.say("ends its look", f"due in {_seconds(due, self._stage.clock())}")
        self._set(Row(reconciler, key, due, looked_at))

    def pull(self, reconciler: Reconciler, key: str, due: Millis) -> bool:
        self._stage.effect("rows.pull")
        return self.move_up(reconciler, key, due)

    def move_up(self, reconciler: Reconciler, key: str, due: Millis) -> bool:
        row = self._row(reconciler, key)
        sooner = row.due is None or due < row.due
        if sooner:
            self._set(Row(reconciler, key, due, row.looked_at))
        return sooner

    def overdue(self, now: Millis, limit: int) -> tuple[Row, ...]:
        self._stage.look()
        seen = [self._by_index(key, row) for key, row in self.rows.items()]
        due = [row for row in seen if row.due is not None and row.due <= now]
        return tuple(sorted(due, key=lambda row: row.due or 0)[:limit])

    def claim(self, row: Row, due: Millis) -> bool:
        self._stage.effect("rows.claim")
        current = self._row(row.reconciler, row.key)
        if current.due != row.due:
            return False
        self._set(Row(row.reconciler, row.key, due, current.looked_at))
        return True

    def expect_sweep(self) -> None:
        """The next minute at which a sweep finds something; the others would find nothing."""
        due = min((r.due for r in self.rows.values() if r.due is not None), default=None)
        if due is not None:
            self._sweep_from(due)

    def _row(self, reconciler: Reconciler, key: str) -> Row:
        return self.rows.get((reconciler, key)) or Row(reconciler, key)

    def _by_index(self, key: tuple[Reconciler, str], row: Row) -> Row:
        at, before = self._before.get(key, (0, None))
        since, lag = self._stage.now - at, self._stage.chances.lag
        if before is None or since >= lag:
            return row
        return before if since < int(self._stage.rng.random() * lag) else row

    def _set(self, row: Row) -> None:
        key = row.reconciler, row.key
        self._before[key] = self._stage.now, self._row(*key)
        self.rows[key] = row
        if row.due is not None:
            self._sweep_from(row.due)

    def _sweep_from(self, due: Millis) -> None:
        now = self._stage.now
        minute = -(-max(due + 1000, now + 1) // MINUTE) * MINUTE
        if minute < self._sweeps_at or self._sweeps_at <= now:
            self._sweeps_at = minute
            self._stage.loop.at(minute, lambda: self._sweep_at(minute))

    def _sweep_at(self, minute: Millis) -> None:
        if minute == self._sweeps_at:
            self.sweep()


def _seconds(due: Millis | None, now: Millis) -> str:
    return "never" if due is None else f"{(due - now) / 1000:.0f} s"
