"""The settings in the table: what holds, and every content that held before."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key as KeyIs
from botocore.exceptions import ClientError

from operate.plan import Change, Stored
from shared.adapters.table.errors import translated
from shared.adapters.table.keys import SETTINGS, earlier_settings_key, earlier_settings_pk
from shared.adapters.table.store import Store
from shared.domain.clock import Millis
from shared.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_CANCELLED = "TransactionCanceledException"


@dataclass(frozen=True, slots=True)
class SettingsStore:
    """`who` does it, and when: both go into each item."""

    table: "Table"
    who: str
    clock: Callable[[], Millis]

    def all(self) -> tuple[Stored, ...]:
        """Consistently read."""
        found = Store(self.table).query(KeyIs("pk").eq(SETTINGS), ConsistentRead=True)
        return tuple(_stored(item) for item in found)

    def get(self, sk: str) -> Stored | None:
        item = Store(self.table).get({"pk": SETTINGS, "sk": sk})
        return _stored(item) if item else None

    def write(self, change: Change) -> int:
        """What was shown is replaced and kept beside it, in one transaction. Returns the version.

        Raises ConflictError if what is stored is no longer what was shown.
        """
        kept = self._number_of(change)
        steps = [_removed(change) if change.body is None else self._put(change, kept + 1)]
        if change.before is not None:
            steps.append(self._keep(change.before, kept))
        self._transact(change.sk, [_on(self.table.name, step) for step in steps])
        return kept + 1

    def _transact(self, sk: str, steps: list[dict[str, Any]]) -> None:
        client: Any = self.table.meta.client
        with translated():
            try:
                client.transact_write_items(TransactItems=steps)
            except ClientError as error:
                if error.response["Error"]["Code"] != _CANCELLED:
                    raise
                raise ConflictError(f"{sk} was changed by somebody else meanwhile") from None

    def _number_of(self, change: Change) -> int:
        """The version that `before` is kept under, which no earlier content has.

        One written by hand may have none of its own, or that of another.
        """
        last = self._last_kept(change.sk)
        if change.before is None:
            return last
        return change.before.version if change.before.version > last else last + 1

    def _last_kept(self, sk: str) -> int:
        where = KeyIs("pk").eq(earlier_settings_pk(sk))
        newest = Store(self.table).query(
            where, ConsistentRead=True, ScanIndexForward=False, Limit=1
        )
        return next((int(item["version"]) for item in newest), 0)

    def _put(self, change: Change, version: int) -> dict[str, Any]:
        """`by` and `at` say who wrote this content."""
        item = {
            "pk": SETTINGS, "sk": change.sk, "body": change.body, "version": version,
            "by": self.who, "at": self.clock(),
        }  # fmt: skip
        return {"Put": {"Item": item, **_as_shown(change.before)}}

    def _keep(self, before: Stored, version: int) -> dict[str, Any]:
        item = {
            **earlier_settings_key(before.sk, version), "body": before.raw, "version": version,
            "by": before.by, "at": before.at, "replaced_by": self.who, "replaced_at": self.clock(),
        }  # fmt: skip
        return {"Put": {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def _removed(change: Change) -> dict[str, Any]:
    return {"Delete": {"Key": {"pk": SETTINGS, "sk": change.sk}, **_as_shown(change.before)}}


def _as_shown(before: Stored | None) -> dict[str, Any]:
    """By the body, because an edit by hand leaves the version as it was."""
    if before is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    named = {"ExpressionAttributeNames": {"#body": "body"}}
    if before.raw is None:
        return {
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(#body)",
            **named,
        }
    values = {"ExpressionAttributeValues": {":body": before.raw}}
    return {"ConditionExpression": "#body = :body", **named, **values}


def _on(table: str, step: dict[str, Any]) -> dict[str, Any]:
    return {action: {"TableName": table, **what} for action, what in step.items()}


def _stored(item: dict[str, Any]) -> Stored:
    """Written by hand it may be anything, and is shown as what it is."""
    raw, version, at = item.get("body"), item.get("version"), item.get("at")
    return Stored(
        sk=str(item["sk"]),
        body=raw if isinstance(raw, str) else repr(raw),
        version=int(version) if isinstance(version, Decimal) else 0,
        by=str(item.get("by", "")),
        at=int(at) if isinstance(at, Decimal) else 0,
        raw=raw,
    )
