"""The deployed stack, with the operator's credentials. AWS_ENDPOINT_URL leads to an emulator."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from operate.parked import Parked
from operate.secret import TenantSecrets
from operate.store import SettingsStore
from shared.adapters.aws_errors import translated
from shared.domain.clock import Millis
from shared.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table as BotoTable


def clock() -> Millis:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Stack:
    """`name` finds the table and the queue by the stack's outputs, unless they are given."""

    name: str
    table_name: str = ""
    queue_url: str = ""

    @cached_property
    def table(self) -> "BotoTable":
        return boto3.resource("dynamodb").Table(self.table_name or self._output("TableName"))

    @cached_property
    def store(self) -> SettingsStore:
        return SettingsStore(self.table, self.who, clock)

    @cached_property
    def who(self) -> str:
        """The principal that AWS knows us by."""
        with translated():
            return str(_client("sts").get_caller_identity()["Arn"])

    def workspaces(self) -> list[str]:
        """Those that settings name."""
        kinds = (each.sk.partition("#") for each in self.store.all())
        return [key for kind, _, key in kinds if kind == "WS"]

    def parked(self) -> Parked:
        return Parked(self.table, _client("sqs"), self.queue_url or self._output("IntakeQueueUrl"))

    @property
    def secrets(self) -> TenantSecrets:
        return TenantSecrets(_client("secretsmanager"))

    def never_acts(self) -> bool:
        """Deployed with `Acts=off`, whatever its settings say. False if that can't be told."""
        return not self.table_name and self._described["Parameters"].get("Acts") == "off"

    def _output(self, name: str) -> str:
        found = self._described["Outputs"].get(name)
        if not found:
            raise PermanentError(f"the stack {self.name} has no output {name}")
        return found

    @cached_property
    def _described(self) -> Mapping[str, Mapping[str, str]]:
        with translated():
            (stack,) = _client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return {
            "Outputs": {x["OutputKey"]: x["OutputValue"] for x in stack.get("Outputs", [])},
            "Parameters": {
                x["ParameterKey"]: x["ParameterValue"] for x in stack.get("Parameters", [])
            },
        }


def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]
