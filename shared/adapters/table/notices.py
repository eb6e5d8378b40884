"""A person's notices. They expire; the id of each is its own guard against a second one."""

from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.conditions import Key as KeyIs

from shared.adapters.table.codec import Codec, Item
from shared.adapters.table.errors import LostError
from shared.adapters.table.keys import KEPT, expiry, notice_key, person_pk
from shared.adapters.table.store import Store, change
from shared.domain.notice import Notice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_NOTICES = Codec.of(Notice)


class TableNotices:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def put(self, notice: Notice) -> bool:
        # Both are stored only once they are true of the notice.
        dropped_unsent = Attr("dropped").exists() & Attr("sent_at").not_exists()
        try:
            self._store.put(_item(notice), Attr("pk").not_exists() | dropped_unsent)
        except LostError:
            self._renew(notice)
            return False
        return True

    def _renew(self, notice: Notice) -> None:
        pending = Attr("sent_at").not_exists() & Attr("dropped").not_exists()
        younger = {"created_at": notice.created_at}
        sooner = change({**younger, "send_after": notice.send_after})
        held = pending & Attr("send_after").gt(notice.send_after)
        if not self._store.update_if(notice_key(notice), sooner, held):
            self._store.update_if(notice_key(notice), change(younger), pending)

    def of(self, person_key: str) -> tuple[Notice, ...]:
        where = KeyIs("pk").eq(person_pk(person_key)) & KeyIs("sk").begins_with("NOTICE#")
        return tuple(_NOTICES.record(i) for i in self._store.query(where, ConsistentRead=True))

    def settle(self, notice: Notice) -> None:
        self._store.put(_item(notice))


def _item(notice: Notice) -> Item:
    expires = {"ttl": expiry(notice.created_at + KEPT)}
    return {**_NOTICES.item(notice), **notice_key(notice), **expires}
