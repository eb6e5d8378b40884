"""What each credential of Expensify's was used for lately. Expires when nobody uses it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.adapters.table.codec import Codec
from shared.adapters.table.keys import expiry, usage_key
from shared.adapters.table.store import Store
from shared.domain.clock import DAY
from shared.domain.slots import Usage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_USAGES = Codec.of(Usage)


class TableUsages:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def get(self, credential: str) -> Usage:
        item = self._store.get(usage_key(credential))
        return _USAGES.record(item) if item else Usage(credential)

    def save(self, usage: Usage) -> Usage:
        """An item that expires between reading and writing is a lost race like any other."""
        stored = replace(usage, version=usage.version + 1)
        last = max((*stored.sent, *stored.held, stored.shut_until), default=0)
        item = {**_USAGES.item(stored), **usage_key(usage.credential), "ttl": expiry(last + DAY)}
        self._store.save(item)
        return stored
