"""A stack that is up: where everything is, and how to talk to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit

from sandbox.stack.environment import FAKE_KEY, REGION

FUNCTIONS = ("Intake", "Watch", "Recover", "Notify", "Detect", "Sweep", "Webhook")
QUEUES = ("Intake", "Watch", "Recover", "Notify", "Detect")
DEAD_LETTERS = (*QUEUES, "Delivery")

type World = dict[str, Any]
"""The scenario file as it was read; each reader knows its own part."""


class AwsAccess(TypedDict):
    """What a boto3 client needs: `boto3.client("sqs", **stack.aws)`."""

    endpoint_url: str
    region_name: str
    aws_access_key_id: str
    aws_secret_access_key: str


def aws_access(endpoint: str) -> AwsAccess:
    return AwsAccess(
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=FAKE_KEY,
        aws_secret_access_key=FAKE_KEY,
    )


@dataclass(frozen=True, slots=True)
class Stack:
    """`outputs` are the template's; the properties name those that are used most.

    `check_alive` raises ChildError when a process of the sandbox has ended.
    """

    aws: AwsAccess
    outputs: Mapping[str, str]
    netsuite: str
    expensify: str
    mail: str
    world: World
    folder: Path
    check_alive: Callable[[], None]
    private_key: str = field(repr=False)

    @property
    def bus(self) -> str:
        return self.outputs["BusName"]

    @property
    def table(self) -> str:
        return self.outputs["TableName"]

    @property
    def webhook(self) -> str:
        """The function URL, without a slash at the end. Its own name leads nowhere: the emulator
        serves it under a path.
        """
        name = urlsplit(self.outputs["WebhookUrl"]).netloc
        return f"{self.aws['endpoint_url']}/_aws/lambda-url/{name.partition('.')[0]}"

    @property
    def functions(self) -> dict[str, str]:
        """By lower-case noun: intake, watch, recover, notify, detect, sweep, webhook."""
        return {name.lower(): self.outputs[f"{name}FunctionName"] for name in FUNCTIONS}

    @property
    def queues(self) -> dict[str, str]:
        """URLs: intake, watch, recover, notify, detect."""
        return {name.lower(): self.outputs[f"{name}QueueUrl"] for name in QUEUES}

    @property
    def dead_letters(self) -> dict[str, str]:
        """URLs: intake, watch, recover, notify, detect, delivery."""
        return {name.lower(): self.outputs[f"{name}DeadLettersUrl"] for name in DEAD_LETTERS}

    @property
    def log_groups(self) -> dict[str, str]:
        return {noun: f"/aws/lambda/{name}" for noun, name in self.functions.items()}
