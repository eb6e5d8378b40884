"""Events that were parked for want of settings, put back into the intake queue."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.conditions import Key as KeyIs

from shared.adapters import aws_errors
from shared.adapters.table.errors import translated
from shared.adapters.table.keys import parked_pk
from shared.adapters.table.store import Store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True, slots=True)
class Parked:
    """`sqs` and `queue`: of intake. It gets each event as it first came, under its old id."""

    table: "Table"
    sqs: Any
    queue: str

    def replay(self, workspace_id: str) -> int:
        """Each is sent, and only then removed: one may be sent twice, none is lost."""
        sent = 0
        for item in self._of(workspace_id):
            with aws_errors.translated():
                self.sqs.send_message(
                    QueueUrl=self.queue, MessageBody=item["body"], MessageAttributes=_since(item)
                )
            self._remove(item)
            sent += 1
        return sent

    def _of(self, workspace_id: str) -> Iterator[dict[str, Any]]:
        where = KeyIs("pk").eq(parked_pk(workspace_id))
        return Store(self.table).query(where, ConsistentRead=True)

    def _remove(self, item: dict[str, Any]) -> None:
        """Unless intake has parked it anew by now, which moves its end."""
        key = {name: item[name] for name in ("pk", "sk")}
        with translated():
            try:
                self.table.delete_item(Key=key, ConditionExpression=Attr("ttl").eq(item["ttl"]))
            except self.table.meta.client.exceptions.ConditionalCheckFailedException:
                return


def _since(item: dict[str, Any]) -> dict[str, Any]:
    """When it first came: intake opens its case as of then."""
    return {"since": {"DataType": "Number", "StringValue": str(item["since"])}}
