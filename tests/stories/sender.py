"""Somebody outside who delivers to the webhook, over HTTP, with a key of one story's workspace."""

import json
from dataclasses import dataclass
from typing import Any

import boto3
import requests

from sandbox.stack.seed import WEBHOOK_SECRET
from sandbox.world import World
from shared.domain.clock import Millis
from tests.deliveries import headers_of


@dataclass(frozen=True, slots=True)
class Sender:
    """`key_id` and `secret` of its key."""

    world: World
    key_id: str
    secret: str

    def may_speak_for(self, *workspaces: str) -> None:
        """The operator makes the key."""
        stack = self.world.stack
        body = {"version": 1, "key_id": self.key_id, "secret": f"{WEBHOOK_SECRET}/{self.key_id}"}
        item = {"pk": "SETTINGS", "sk": f"KEY#{self.key_id}", "version": 1}
        text = json.dumps({**body, "workspaces": workspaces})
        table = boto3.resource("dynamodb", **stack.aws).Table(stack.table)
        table.put_item(Item={**item, "body": text})
        boto3.client("secretsmanager", **stack.aws).create_secret(
            Name=str(body["secret"]), SecretString=json.dumps({self.key_id: [self.secret]})
        )

    def deliver(
        self, kind: str, data: dict[str, Any], *, delivery_id: str, at: Millis, secret: str = ""
    ) -> requests.Response:
        body = json.dumps({"type": kind, "data": data}, ensure_ascii=False).encode()
        return self.send(
            body, headers_of(body, secret=secret or self.secret, delivery_id=delivery_id, at=at)
        )

    def send(self, body: bytes, headers: dict[str, str]) -> requests.Response:
        """Whatever it is."""
        url = f"{self.world.stack.webhook}/{self.key_id}"
        return requests.post(url, data=body, headers=headers, timeout=30)
