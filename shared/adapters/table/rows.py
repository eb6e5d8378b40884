"""When to look at what. Only these items carry `due`, so only they stand in its index."""

from itertools import islice
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase
from boto3.dynamodb.conditions import Key as KeyIs

from shared.adapters.table.codec import Item
from shared.adapters.table.errors import LostError
from shared.adapters.table.keys import DUE, DUE_INDEX, row_key
from shared.adapters.table.store import Change, Store, change
from shared.domain.clock import Millis
from shared.errors import ConflictError
from shared.ports import Reconciler, Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

TRIES = 5
_KNOWN = frozenset(Reconciler)


class TableRows:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def get(self, reconciler: Reconciler, key: str) -> Row:
        return _row(reconciler, key, self._store.get(row_key(reconciler, key)) or {})

    def arm(self, reconciler: Reconciler, key: str, due: Millis) -> None:
        self._store.update(row_key(reconciler, key), _moved(reconciler, key, due))

    def finish(
        self,
        reconciler: Reconciler,
        key: str,
        *,
        armed: Millis,
        looked_at: Millis,
        due: Millis | None,
    ) -> None:
        """Raises ConflictError if the row is moved faster than we can write; it is due then."""
        ours = Row(reconciler, key, due, looked_at)
        theirs = Row(reconciler, key, armed, looked_at)
        for _ in range(TRIES):
            try:
                self._settle(_joined(ours, theirs, armed), theirs)
            except LostError as lost:
                theirs = _row(reconciler, key, lost.stored)
            else:
                return
        raise ConflictError("the row keeps moving")

    def pull(self, reconciler: Reconciler, key: str, due: Millis) -> bool:
        later = Attr("due").not_exists() | Attr("due").gt(due)
        return self._store.update_if(row_key(reconciler, key), _moved(reconciler, key, due), later)

    def overdue(self, now: Millis, limit: int) -> tuple[Row, ...]:
        """Rows of a reconciler that this version doesn't know are left to the one that does."""
        where = KeyIs("due_bucket").eq(DUE) & KeyIs("due").lte(now)
        found = self._store.query(where, IndexName=DUE_INDEX, Limit=limit)
        known = (item for item in found if item["row_kind"] in _KNOWN)
        return tuple(
            _row(Reconciler(item["row_kind"]), item["row_key"], item)
            for item in islice(known, limit)
        )

    def claim(self, row: Row, due: Millis) -> bool:
        moved = _moved(row.reconciler, row.key, due)
        return self._store.update_if(row_key(row.reconciler, row.key), moved, _due_is(row.due))

    def _settle(self, row: Row, seen: Row) -> None:
        unmoved = _due_is(seen.due)
        not_later = Attr("looked_at").not_exists() | Attr("looked_at").lte(row.looked_at)
        looked = {"looked_at": row.looked_at}
        moved = _moved(row.reconciler, row.key, row.due, looked)
        self._store.update(row_key(row.reconciler, row.key), moved, unmoved & not_later)


def _joined(ours: Row, theirs: Row, armed: Millis) -> Row:
    """Our end of the run, unless somebody wants an earlier look; `looked_at` never goes back."""
    dues = (ours.due,) if theirs.due == armed else (ours.due, theirs.due)
    due = min((at for at in dues if at is not None), default=None)
    return Row(ours.reconciler, ours.key, due, max(ours.looked_at, theirs.looked_at))


def _moved(
    reconciler: Reconciler, key: str, due: Millis | None, more: dict[str, int] | None = None
) -> Change:
    named: Item = {"row_kind": reconciler, "row_key": key, **(more or {})}
    if due is None:
        return change(named, drop=("due", "due_bucket"))
    return change({**named, "due": due, "due_bucket": DUE})


def _due_is(due: Millis | None) -> ConditionBase:
    return Attr("due").not_exists() if due is None else Attr("due").eq(due)


def _row(reconciler: Reconciler, key: str, item: Item) -> Row:
    due = int(item["due"]) if "due" in item else None
    return Row(reconciler, key, due, int(item.get("looked_at", 0)))
