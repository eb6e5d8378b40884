"""The table and the intake queue of a stack, in moto."""

import json
from typing import Any

from boto3.dynamodb.conditions import Key

from shared.adapters.table import TableRows, TableSettings
from shared.domain.clock import HOUR
from shared.ports import Reconciler
from tests.builders import NOW
from tests.contract.kit import create_table

TABLE = "table"


class Cloud:
    def __init__(self, dynamodb: Any, sqs: Any) -> None:
        self.sqs = sqs
        self.table = create_table(dynamodb, TABLE)
        self.queue = sqs.create_queue(QueueName="intake")["QueueUrl"]
        self.settings = TableSettings(self.table)

    @property
    def where(self) -> list[str]:
        """As `make` tells it."""
        return ["--table", TABLE, "--queue", self.queue]

    def put(self, sk: str, **more: Any) -> None:
        """By hand, in the console."""
        self.table.put_item(Item={"pk": "SETTINGS", "sk": sk, **more})

    def item(self, sk: str) -> dict[str, Any]:
        found = self.table.get_item(Key={"pk": "SETTINGS", "sk": sk}, ConsistentRead=True)
        return dict(found.get("Item", {}))

    def content(self, sk: str) -> Any:
        return json.loads(self.item(sk)["body"])

    def versions(self) -> dict[str, int]:
        found = self.table.query(KeyConditionExpression=Key("pk").eq("SETTINGS"))["Items"]
        return {str(item["sk"]): int(item["version"]) for item in found}

    def earlier(self, sk: str) -> list[dict[str, Any]]:
        found = self.table.query(KeyConditionExpression=Key("pk").eq(f"SETTINGS#{sk}"))
        return [dict(item) for item in found["Items"]]

    def queued_since(self) -> list[int]:
        """When the queue's events first came; they stay in the queue."""
        wanted = {"MessageAttributeNames": ["since"], "VisibilityTimeout": 0}
        got = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, **wanted)
        return [int(m["MessageAttributes"]["since"]["StringValue"]) for m in got["Messages"]]

    def park(self, workspace_id: str, event_id: str, body: str = "{}") -> None:
        self.settings.park(workspace_id, event_id, body, NOW, NOW - HOUR)

    def queued(self) -> list[str]:
        """And taken out of the queue."""
        got = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        for message in got.get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in got.get("Messages", [])]

    def due(self, who: Reconciler, key: str) -> bool:
        return TableRows(self.table).get(who, key).due is not None
