"""The one place where adapters are built. Everything is made once per warm function."""

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import requests
from botocore.config import Config

from shared.adapters.bus import EventBridgeBus
from shared.adapters.expensify_app import AppApi
from shared.adapters.expensify_read import IntegrationServer
from shared.adapters.mail import SesChannel
from shared.adapters.netsuite import NetSuiteClient
from shared.adapters.queues import SqsDeadLetters, SqsWakes
from shared.adapters.secrets import SecretsManager
from shared.adapters.sns import SnsChannel
from shared.adapters.table import (
    TableAccounts,
    TableCases,
    TableNotices,
    TableRows,
    TableSettings,
    TableWorkspaces,
)
from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import Millis
from shared.environment import Environment, environment
from shared.ports import NetSuite, Reconciler
from shared.workflows.intake import Intake
from shared.workflows.notify import Notify
from shared.workflows.recover import Expensify, Recover
from shared.workflows.sweep import Sweep
from shared.workflows.truth import Truth
from shared.workflows.watch import Watch

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_AWS = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
)


def clock() -> Millis:
    return time.time_ns() // 1_000_000


@cache
def env() -> Environment:
    return environment(os.environ)


@cache
def rows() -> TableRows:
    return TableRows(_table())


@cache
def wakes() -> SqsWakes:
    urls = {
        Reconciler.WATCH: env().watch_queue,
        Reconciler.RECOVER: env().recover_queue,
        Reconciler.NOTIFY: env().notify_queue,
    }
    return SqsWakes(_client("sqs"), {who: url for who, url in urls.items() if url})


@cache
def intake() -> Intake:
    return Intake(
        cases=_cases(),
        accounts=_accounts(),
        rows=rows(),
        wakes=wakes(),
        settings=_settings(),
        bus=_bus(),
        dead_letters=SqsDeadLetters(_client("sqs"), env().dead_letters),
        clock=clock,
    )


@cache
def watch() -> Watch:
    return Watch(
        accounts=_accounts(),
        notices=_notices(),
        rows=rows(),
        wakes=wakes(),
        settings=_settings(),
        netsuite=_netsuite,
        clock=clock,
    )


@cache
def recover() -> Recover:
    return Recover(
        cases=_cases(),
        accounts=_accounts(),
        workspaces=TableWorkspaces(_table()),
        notices=_notices(),
        rows=rows(),
        wakes=wakes(),
        settings=_settings(),
        bus=_bus(),
        expensify=_expensify,
        acts=lambda: env().acts == "on",
        clock=clock,
    )


@cache
def notify() -> Notify:
    return Notify(
        notices=_notices(),
        settings=_settings(),
        truth=Truth(_cases(), _accounts(), TableWorkspaces(_table())),
        mail=SesChannel(_client("sesv2"), env().sender, _settings().account),
        topic=SnsChannel(_client("sns"), env().people_topic, env().operators_topic),
        bus=_bus(),
        clock=clock,
    )


@cache
def sweep() -> Sweep:
    return Sweep(rows=rows(), wakes=wakes(), clock=clock)


@cache
def _table() -> "Table":
    return boto3.resource("dynamodb", config=_AWS).Table(env().table)


@cache
def _client(service: str) -> Any:
    return boto3.client(service, config=_AWS)  # type: ignore[call-overload]


@cache
def _cases() -> TableCases:
    return TableCases(_table())


@cache
def _accounts() -> TableAccounts:
    return TableAccounts(_table())


@cache
def _notices() -> TableNotices:
    return TableNotices(_table())


@cache
def _settings() -> TableSettings:
    return TableSettings(_table())


@cache
def _bus() -> EventBridgeBus:
    return EventBridgeBus(_client("events"), env().bus)


@cache
def _secrets() -> SecretsManager:
    return SecretsManager(_client("secretsmanager"), clock)


@cache
def _session() -> requests.Session:
    return requests.Session()


_netsuite_clients: dict[str, tuple[object, NetSuite]] = {}
_expensify_clients: dict[str, tuple[object, Expensify]] = {}


def _netsuite(account_id: str) -> NetSuite:
    """Kept while the settings stay the same, and with it its token."""
    settings = _settings().account(account_id)
    known = _netsuite_clients.get(account_id)
    if known is None or known[0] != settings:
        known = settings, NetSuiteClient(settings, _secrets(), _session(), clock)
        _netsuite_clients[account_id] = known
    return known[1]


def _expensify(settings: WorkspaceSettings) -> Expensify:
    known = _expensify_clients.get(settings.workspace_id)
    if known is None or known[0] != settings:
        use = settings.expensify
        reader = IntegrationServer(use, _secrets(), _session(), clock)
        app = AppApi(settings.workspace_id, use, _secrets(), _session(), clock)
        known = settings, Expensify(reader, app)
        _expensify_clients[settings.workspace_id] = known
    return known[1]
