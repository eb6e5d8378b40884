"""What every function has: clock, environment, table, queues."""

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from shared.adapters.queues import SqsWakes
from shared.adapters.table import TableRows, TableSettings
from shared.domain.clock import Millis
from shared.environment import Environment, environment
from shared.ports import Reconciler

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_TRIES = 3


def _config(tries: int) -> Config:
    retries: Any = {"mode": "standard", "total_max_attempts": tries}
    return Config(connect_timeout=2, read_timeout=5, retries=retries)


def clock() -> Millis:
    return time.time_ns() // 1_000_000


@cache
def env() -> Environment:
    return environment(os.environ)


@cache
def client(service: str, *, tries: int = _TRIES) -> Any:
    """`tries` is 1 where a repeat is not safe: a mail whose answer is lost may have been sent."""
    return boto3.client(service, config=_config(tries))  # type: ignore[call-overload]


@cache
def table() -> "Table":
    return boto3.resource("dynamodb", config=_config(_TRIES)).Table(env().table)


@cache
def rows() -> TableRows:
    return TableRows(table())


@cache
def settings() -> TableSettings:
    return TableSettings(table())


@cache
def wakes() -> SqsWakes:
    urls = {
        Reconciler.WATCH: env().watch_queue,
        Reconciler.RECOVER: env().recover_queue,
        Reconciler.NOTIFY: env().notify_queue,
        Reconciler.DETECT: env().detect_queue,
    }
    return SqsWakes(client("sqs"), {who: url for who, url in urls.items() if url})
