"""Of one NetSuite account: its labels, its blockers, and what `watch` remembers."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.conditions import Key as KeyIs

from shared.adapters.table.codec import Codec, Item
from shared.adapters.table.errors import LostError
from shared.adapters.table.keys import (
    INQUIRIES_KEPT,
    Key,
    account_key,
    account_pk,
    alias_key,
    alias_pk,
    blocker_key,
    expiry,
    inquiry_key,
    label_key,
)
from shared.adapters.table.store import Store, change
from shared.domain.absence import Answer, Inquiry
from shared.domain.blocker import Blocker, Label
from shared.domain.clock import Millis
from shared.domain.decide_watch import Account
from shared.domain.finding import Resolution
from shared.domain.identity import Alias

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_ALIASES = Codec.of(Alias)
_ACCOUNTS = Codec.of(Account)
_BLOCKERS = Codec.of(Blocker)
_INQUIRIES = Codec.of(Inquiry)
_LABELS = Codec.of(Label)
_RESOLUTIONS = Codec.of(Resolution)


class TableAccounts:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def get(self, account_id: str) -> Account:
        item = self._store.get(account_key(account_id))
        return _ACCOUNTS.record(item) if item else Account(account_id)

    def save(self, account: Account) -> Account:
        stored = replace(account, version=account.version + 1)
        self._store.save({**_ACCOUNTS.item(stored), **account_key(account.account_id)})
        return stored

    def labels(self, account_id: str, workspace_id: str = "") -> tuple[Label, ...]:
        of = f"LABEL#{workspace_id}#" if workspace_id else "LABEL#"
        return tuple(_LABELS.record(item) for item in self._items(account_id, of))

    def blockers(self, account_id: str) -> tuple[Blocker, ...]:
        return tuple(_BLOCKERS.record(item) for item in self._items(account_id, "PROJECT#"))

    def ask(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> dict[str, int]:
        return {
            text: self._ask(Label(account_id, workspace_id, text), wanted_until)
            for text in dict.fromkeys(texts)
        }

    def ask_anew(self, account_id: str, workspace_id: str, text: str, wanted_until: Millis) -> None:
        label = Label(account_id, workspace_id, text)
        asked = self._ask(label, wanted_until)
        earlier = Attr("valid_from").not_exists() | Attr("valid_from").lt(asked)
        self._store.update_if(_key(label), change({"valid_from": asked}), earlier)

    def keep(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> None:
        longer = change({"wanted_until": wanted_until})
        # An absent date is no smaller one, so this creates no label.
        shorter = Attr("wanted_until").lt(wanted_until)
        for text in dict.fromkeys(texts):
            key = label_key(account_id, workspace_id, text)
            self._store.update_if(key, longer, shorter)

    def answer(self, label: Label) -> None:
        found = {
            "answered": label.answered,
            "resolution": _RESOLUTIONS.item(label.resolution),
        }
        # Only a label that was asked about exists, and its first look finds no `answered`.
        latest = Attr("answered").not_exists() | Attr("answered").lte(label.answered)
        self._store.update_if(_key(label), change(found), Attr("asked").exists() & latest)

    def put_blocker(self, blocker: Blocker) -> Blocker:
        stored = replace(blocker, version=blocker.version + 1)
        key = blocker_key(blocker.account_id, blocker.project_id)
        self._store.save({**_BLOCKERS.item(stored), **key})
        return stored

    def inquiries(self, account_id: str, workspace_id: str = "") -> tuple[Inquiry, ...]:
        of = f"REPORT#{workspace_id}#" if workspace_id else "REPORT#"
        return tuple(_INQUIRIES.record(item) for item in self._items(account_id, of))

    def inquire(self, inquiry: Inquiry) -> None:
        ttl = expiry(inquiry.wanted_until + INQUIRIES_KEPT)
        written = _INQUIRIES.item(replace(inquiry, asked=0, answered=0, answer=Answer.NONE))
        self._store.update(_of_report(inquiry), change({**written, "ttl": ttl}, add={"asked": 1}))

    def inform(self, inquiry: Inquiry) -> None:
        found = {"answered": inquiry.answered, "answer": inquiry.answer.value}
        latest = Attr("answered").not_exists() | Attr("answered").lte(inquiry.answered)
        there = Attr("asked").exists()
        self._store.update_if(_of_report(inquiry), change(found), there & latest)

    def aliases(self, workspace_id: str) -> tuple[Alias, ...]:
        found = self._store.query(KeyIs("pk").eq(alias_pk(workspace_id)), ConsistentRead=True)
        return tuple(_ALIASES.record(item) for item in found)

    def put_alias(self, alias: Alias) -> None:
        key = alias_key(alias.workspace_id, alias.text)
        self._store.put({**_ALIASES.item(alias), **key})

    def drop_alias(self, workspace_id: str, text: str) -> None:
        self._store.delete(alias_key(workspace_id, text))

    def _ask(self, label: Label, wanted_until: Millis) -> int:
        """The date only ever grows; the question counts in any case."""
        named: Item = {
            "account_id": label.account_id,
            "workspace_id": label.workspace_id,
            "text": label.text,
        }
        once = {"asked": 1}
        longer = change({**named, "wanted_until": wanted_until}, add=once)
        not_yet = Attr("wanted_until").not_exists() | Attr("wanted_until").lte(wanted_until)
        try:
            now = self._store.update(_key(label), longer, not_yet)
        except LostError:
            now = self._store.update(_key(label), change(named, add=once))
        return int(now["asked"])

    def _items(self, account_id: str, beginning: str) -> Iterable[Item]:
        where = KeyIs("pk").eq(account_pk(account_id)) & KeyIs("sk").begins_with(beginning)
        return self._store.query(where, ConsistentRead=True)


def _of_report(inquiry: Inquiry) -> Key:
    return inquiry_key(inquiry.account_id, inquiry.workspace_id, inquiry.report_id)


def _key(label: Label) -> Key:
    return label_key(label.account_id, label.workspace_id, label.text)
