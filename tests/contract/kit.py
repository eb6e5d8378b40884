"""The same ports twice: in memory, and on the template's table in an emulated DynamoDB."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from shared.adapters.table import (
    TableAccounts,
    TableCases,
    TableNotices,
    TableRows,
    TableSettings,
    TableWorkspaces,
)
from shared.adapters.table.keys import case_key
from shared.contracts.settings import AccountSettings, StackSettings, WorkspaceSettings
from shared.domain.setup_fault import STACK
from shared.ports import Accounts, Cases, Notices, Rows, Settings, Workspaces
from tests.builders import ACCOUNT, ADMIN, WS, WS_ADMIN
from tests.fakes.accounts import FakeAccounts
from tests.fakes.cases import FakeCases
from tests.fakes.notices import FakeNotices
from tests.fakes.rows import FakeRows
from tests.fakes.settings import FakeSettings
from tests.fakes.workspaces import FakeWorkspaces
from tests.template.reading import resources

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

type AnySettings = WorkspaceSettings | AccountSettings | StackSettings

WORKSPACE_SETTINGS = WorkspaceSettings.model_validate(
    {
        "workspace_id": WS,
        "name": "Acme Field Services",
        "account_id": ACCOUNT,
        "mode": "auto",
        "people": {
            "netsuite_admins": [ADMIN],
            "workspace_admins": [WS_ADMIN],
            "allowed_domains": ["acme.example"],
        },
        "expensify": {"secret": "tenant/acme", "web_url": "http://127.0.0.1:8080/"},
        "timing": {"gap": 1.5, "paused": [3, 5]},
    }
)
ACCOUNT_SETTINGS = AccountSettings(account_id=ACCOUNT, secret="tenant/netsuite")


@dataclass(frozen=True, slots=True)
class Stores:
    """`configure` and `damage` do what an operator does to settings, `expire` what time does to a
    finished case.
    """

    cases: Cases
    accounts: Accounts
    workspaces: Workspaces
    notices: Notices
    rows: Rows
    settings: Settings
    configure: Callable[[AnySettings], None]
    damage: Callable[[AnySettings], None]
    parked: Callable[[str], list[str]]
    expire: Callable[[str, str], None]


def in_memory() -> Stores:
    settings, cases = FakeSettings(), FakeCases()
    return Stores(
        cases,
        FakeAccounts(),
        FakeWorkspaces(),
        FakeNotices(),
        FakeRows(),
        settings,
        settings.add,
        lambda one: settings.broken.add(_id(one)),
        lambda ws: [body for (of, _), body in settings.parked.items() if of == ws],
        cases.expire,
    )


def on_table(table: "Table") -> Stores:
    return Stores(
        TableCases(table),
        TableAccounts(table),
        TableWorkspaces(table),
        TableNotices(table),
        TableRows(table),
        TableSettings(table),
        lambda one: store_settings(table, _sk(one), one.model_dump_json()),
        lambda one: store_settings(table, _sk(one), '{"version": 2}'),
        partial(_parked, table),
        partial(_expire, table),
    )


def create_table(dynamodb: "DynamoDBServiceResource", name: str) -> "Table":
    """As the template has it."""
    described = resources("AWS::DynamoDB::Table")["Table"]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return dynamodb.create_table(TableName=name, **{key: described[key] for key in wanted})


def store_settings(table: "Table", sk: str, body: str) -> None:
    table.put_item(Item={"pk": "SETTINGS", "sk": sk, "body": body, "revision": 1})


def _expire(table: "Table", workspace_id: str, report_id: str) -> None:
    table.delete_item(Key=case_key(workspace_id, report_id))


def _parked(table: "Table", workspace_id: str) -> list[str]:
    found = table.query(KeyConditionExpression=Key("pk").eq(f"PARKED#{workspace_id}"))
    return [str(item["body"]) for item in found["Items"]]


def _id(settings: AnySettings) -> str:
    match settings:
        case WorkspaceSettings():
            return settings.workspace_id
        case AccountSettings():
            return settings.account_id
        case StackSettings():
            return STACK


def _sk(settings: AnySettings) -> str:
    if isinstance(settings, StackSettings):
        return "STACK"
    kind = "WS" if isinstance(settings, WorkspaceSettings) else "ACCOUNT"
    return f"{kind}#{_id(settings)}"
