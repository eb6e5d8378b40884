"""Whoever owns the AWS account: listens to the bus, takes a right away, changes a queue."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from sandbox.stack.stack import Stack

_NAME = "owner"


class Ear:
    """Hears the failures of one workspace, as any subscriber of the bus would."""

    def __init__(self, stack: Stack, workspace_id: str) -> None:
        self._sqs = boto3.client("sqs", **stack.aws)
        self._inbox = self._sqs.create_queue(QueueName=_NAME)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._inbox, AttributeNames=["QueueArn"])
        events = boto3.client("events", **stack.aws)
        pattern = {
            "source": ["expensify"],
            "detail-type": ["Report Export Failed"],
            "detail": {"workspaceId": [workspace_id]},
        }
        events.put_rule(Name=_NAME, EventBusName=stack.bus, EventPattern=json.dumps(pattern))
        target = {"Id": _NAME, "Arn": arn["Attributes"]["QueueArn"]}
        events.put_targets(Rule=_NAME, EventBusName=stack.bus, Targets=[target])  # type: ignore[list-item]
        self._heard: list[dict[str, Any]] = []

    def ids(self, report_id: str) -> list[str]:
        """The `eventId` of each event about the report so far, with all repeats."""
        while got := self._sqs.receive_message(QueueUrl=self._inbox, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            for message in got:
                self._heard.append(json.loads(message["Body"])["detail"])
                handle = message["ReceiptHandle"]
                self._sqs.delete_message(QueueUrl=self._inbox, ReceiptHandle=handle)
        return [each["eventId"] for each in self._heard if each["reportId"] == report_id]


@contextmanager
def may_not_put(stack: Stack, function: str, partition: str) -> Iterator[None]:
    """The function may put no item into this partition of the table, whatever its role allows."""
    role = boto3.client("lambda", **stack.aws).get_function(FunctionName=stack.functions[function])
    of = {
        "RoleName": role["Configuration"]["Role"].rpartition("/")[2],
        "PolicyName": _NAME,
    }
    refusal = {
        "Effect": "Deny",
        "Action": "dynamodb:PutItem",
        "Resource": "*",
        "Condition": {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": [partition]}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [refusal]})
    iam = boto3.client("iam", **stack.aws)
    iam.put_role_policy(**of, PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(**of)


@contextmanager
def delivers_again(stack: Stack, queue: str, seconds: int) -> Iterator[None]:
    """A message whose run died comes again so soon, and not after the template's six minutes."""
    sqs, url = boto3.client("sqs", **stack.aws), stack.queues[queue]
    name = "VisibilityTimeout"
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: before})
