"""The reconcilers' rows in memory, with an index that may lag behind."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shared.domain.clock import Millis
from shared.ports import Reconciler, Row

type RowKey = tuple[Reconciler, str]


@dataclass(slots=True)
class FakeRows:
    """While `stale`, `overdue` answers as of the last `catch_up`, or of the beginning."""

    stale: bool = False
    stored: dict[RowKey, Row] = field(default_factory=dict)
    _index: dict[RowKey, Row] = field(default_factory=dict, init=False)

    def get(self, reconciler: Reconciler, key: str) -> Row:
        return self.stored.get((reconciler, key), Row(reconciler, key))

    def arm(self, reconciler: Reconciler, key: str, due: Millis) -> None:
        self._move(self.get(reconciler, key), due)

    def finish(
        self,
        reconciler: Reconciler,
        key: str,
        *,
        armed: Millis,
        looked_at: Millis,
        due: Millis | None,
    ) -> None:
        row = self.get(reconciler, key)
        looked = replace(row, looked_at=max(row.looked_at, looked_at))
        self._move(looked, due if row.due == armed else _earlier((row.due, due)))

    def pull(self, reconciler: Reconciler, key: str, due: Millis) -> bool:
        row = self.get(reconciler, key)
        self._move(row, _earlier((row.due, due)))
        return row.due is None or due < row.due

    def overdue(self, now: Millis, limit: int) -> tuple[Row, ...]:
        """As the index has it: without `looked_at`."""
        if not self.stale:
            self.catch_up()
        due = [(row.due, row) for row in self._index.values() if row.due is not None]
        late = sorted((at, row.key, row) for at, row in due if at <= now)
        return tuple(replace(row, looked_at=0) for _, _, row in late[:limit])

    def claim(self, row: Row, due: Millis) -> bool:
        stored = self.get(row.reconciler, row.key)
        if stored.due != row.due:
            return False
        self._move(stored, due)
        return True

    def catch_up(self) -> None:
        self._index = dict(self.stored)

    def due(self, reconciler: Reconciler, key: str) -> Millis | None:
        return self.get(reconciler, key).due

    def _move(self, row: Row, due: Millis | None) -> None:
        self.stored[row.reconciler, row.key] = replace(row, due=due)

    def __contains__(self, key: RowKey) -> bool:
        return key in self.stored

    def __len__(self) -> int:
        return len(self.stored)


def _earlier(dues: Iterable[Millis | None]) -> Millis | None:
    return min((at for at in dues if at is not None), default=None)
