"""Whoever runs the stack: subscribed to one of its topics, and with settings in a folder."""

import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import boto3

from operate.__main__ import main
from sandbox.stack.deploy import STACK_NAME
from sandbox.stack.seed import account_settings, workspace_settings
from sandbox.stack.stack import Stack


class Operator:
    def __init__(self, stack: Stack, topic_output: str = "OperatorsTopicArn") -> None:
        self._stack = stack
        self._sqs = boto3.client("sqs", **stack.aws)
        topic = stack.outputs[topic_output]
        self._inbox = self._sqs.create_queue(
            QueueName=f"inbox-{uuid4().hex}", Attributes={"Policy": json.dumps(_open_to(topic))}
        )["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._inbox, AttributeNames=["QueueArn"])
        boto3.client("sns", **stack.aws).subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
        )

    def heard(self, workspace_id: str) -> list[dict[str, Any]]:
        """The notices about this workspace; each is heard once, those about others, too."""
        return [notice for notice in self.hears() if notice["workspaceId"] == workspace_id]

    def hears(self) -> list[dict[str, Any]]:
        """Some of the notices that weren't heard yet."""
        got = self._sqs.receive_message(QueueUrl=self._inbox, MaxNumberOfMessages=10)
        messages = got.get("Messages", [])
        for message in messages:
            handle = message["ReceiptHandle"]
            self._sqs.delete_message(QueueUrl=self._inbox, ReceiptHandle=handle)
        return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]

    def history(self, workspace_id: str, report_id: str) -> list[str]:
        """The steps of a case, as `aws dynamodb get-item` shows them; none before there is one."""
        table = boto3.resource("dynamodb", **self._stack.aws).Table(self._stack.table)
        key = {"pk": f"CASE#{workspace_id}#{report_id}", "sk": "CASE"}
        case: Any = table.get_item(Key=key).get("Item", {"history": []})
        return [f"{e['why']} {e.get('detail', '')}".strip() for e in case["history"]]

    def writes(self, folder: Path, workspace_id: str, **more: Any) -> None:
        """The files of a workspace, with `more` in it (without what is None), and its account."""
        folder.mkdir()
        world = self._stack.world
        (described,) = [w for w in world["workspaces"] if w["id"] == workspace_id]
        (account,) = [a for a in world["accounts"] if a["id"] == described["account"]]
        for settings in (
            workspace_settings(self._stack, described, world),
            account_settings(self._stack, account, world),
        ):
            content = settings.model_dump(mode="json", exclude_unset=True)
            if "workspace_id" in content:
                content = {k: v for k, v in (content | more).items() if v is not None}
            path = folder / f"{type(settings).__name__}.json"
            path.write_text(json.dumps(content), encoding="utf-8")

    def pushes(self, folder: Path) -> int:
        """`make settings-push STACK=… DIR=… YES=1`."""
        return self._runs("push", "--dir", str(folder), "--yes")[0]

    def says_it_stays_closed(self, account_id: str, project_id: str) -> int:
        """`make stays-closed STACK=… ACCOUNT=… PROJECT=…`."""
        return self._runs("stays-closed", account_id, project_id)[0]

    def approves(self, account_id: str, project_id: str) -> str:
        """What `make reactivate STACK=… ACCOUNT=… PROJECT=… UNTIL=exported YES=1` says."""
        code, said = self._runs("reactivate", account_id, project_id, "--until=exported", "--yes")
        assert code == 0, said
        return said

    def held(self, workspace_id: str) -> str:
        """What `make held STACK=… WS=…` says."""
        return self._runs("held", "--workspace", workspace_id)[1]

    def releases(self, workspace_id: str) -> str:
        """What `make release STACK=… WS=… YES=1` says; it must go well."""
        code, said = self._runs("release", "--workspace", workspace_id, "--yes")
        assert code == 0, said
        return said

    def chooses(self, workspace_id: str, label: str, project_id: str) -> int:
        """`make alias STACK=… WS=… LABEL=… PROJECT=…`."""
        of = ("--workspace", workspace_id, "--label", label, "--project", project_id)
        return self._runs("alias", *of)[0]

    def _runs(self, *command: str) -> tuple[int, str]:
        """With the sandbox's credentials: its exit code, and what it says."""
        aws = self._stack.aws
        access = {
            "AWS_ENDPOINT_URL": aws["endpoint_url"],
            "AWS_DEFAULT_REGION": aws["region_name"],
            "AWS_ACCESS_KEY_ID": aws["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": aws["aws_secret_access_key"],
        }
        said = io.StringIO()
        with patch.dict(os.environ, access), redirect_stdout(said):
            return main([*command, "--stack", STACK_NAME]), said.getvalue()


def _open_to(topic: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
