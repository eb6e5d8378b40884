"""Which deliveries to the webhook were taken. They expire."""

from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from shared.adapters.table.errors import LostError
from shared.adapters.table.keys import delivery_key, expiry
from shared.adapters.table.store import Store
from shared.domain.clock import Millis

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class TableDeliveries:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def known(self, key_id: str, delivery_id: str) -> str | None:
        item = self._store.get(delivery_key(key_id, delivery_id))
        return str(item["content"]) if item else None

    def remember(self, key_id: str, delivery_id: str, content: str, until: Millis) -> None:
        item = {**delivery_key(key_id, delivery_id), "content": content, "ttl": expiry(until)}
        try:
            self._store.put(item, Attr("pk").not_exists())
        except LostError:
            return
