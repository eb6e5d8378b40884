"""The few requests that the adapters make of the table."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from shared.adapters.table.codec import Item
from shared.adapters.table.errors import LostError, translated
from shared.adapters.table.keys import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True, slots=True)
class Change:
    """What an update sets, counts up and removes. A lost condition leaves all of it undone."""

    put: Mapping[str, object]
    add: Mapping[str, int]
    drop: tuple[str, ...]

    def request(self) -> dict[str, Any]:
        """Every name has its placeholder: DynamoDB reserves some six hundred words."""
        parts = {
            "SET": [f"#{name} = :{name}" for name in self.put],
            "ADD": [f"#{name} :{name}" for name in self.add],
            "REMOVE": [f"#{name}" for name in self.drop],
        }
        values = {**self.put, **self.add}
        return {
            "UpdateExpression": " ".join(f"{k} {', '.join(v)}" for k, v in parts.items() if v),
            "ExpressionAttributeNames": {f"#{name}": name for name in (*values, *self.drop)},
            "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
        }


def change(
    put: Mapping[str, object], *, add: Mapping[str, int] | None = None, drop: tuple[str, ...] = ()
) -> Change:
    return Change(put, add or {}, drop)


@dataclass(frozen=True, slots=True)
class Store:
    """Every method raises TransientError or PermanentError; with a condition also LostError."""

    table: "Table"

    def get(self, key: Key) -> Item | None:
        """Consistently read."""
        with translated():
            return self.table.get_item(Key=key, ConsistentRead=True).get("Item")

    def put(self, item: Item, only_if: ConditionBase | None = None) -> None:
        with translated():
            self.table.put_item(Item=item, **_conditional(only_if))

    def save(self, item: Item) -> None:
        """Write a version, if the one before it is stored, or nothing is before the first.

        The client repeats a request whose answer was lost, and the repeat meets our own write: the
        write's own id tells it from somebody else's.
        """
        known = item["version"] - 1
        write_id = secrets.token_hex(8)
        expected = Attr("version").eq(known) if known else Attr("pk").not_exists()
        try:
            self.put({**item, "write_id": write_id}, expected)
        except LostError as lost:
            if lost.stored.get("write_id") != write_id:
                raise

    def delete(self, key: Key) -> None:
        """Whether it is there or not."""
        with translated():
            self.table.delete_item(Key=key)

    def update(self, key: Key, what: Change, only_if: ConditionBase | None = None) -> Item:
        """Returns the changed attributes as they are now."""
        request = what.request() | _conditional(only_if)
        with translated():
            answer = self.table.update_item(Key=key, ReturnValues="UPDATED_NEW", **request)
        return answer.get("Attributes", {})

    def update_if(self, key: Key, what: Change, only_if: ConditionBase) -> bool:
        """False: the condition didn't hold, and nothing was changed."""
        try:
            self.update(key, what, only_if)
        except LostError:
            return False
        return True

    def query(self, condition: ConditionBase, **more: Any) -> Iterator[Item]:
        """All pages, each fetched when it is needed."""
        request: dict[str, Any] = {"KeyConditionExpression": condition, **more}
        while True:
            with translated():
                page = self.table.query(**request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _conditional(only_if: ConditionBase | None) -> dict[str, Any]:
    if only_if is None:
        return {}
    return {
        "ConditionExpression": only_if,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
