"""The scenario file, as far as it concerns Expensify.

``accounts`` is the NetSuite simulator's; here it is what the first snapshots are taken from.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

type ProjectSource = Callable[[str], list[dict[str, Any]]]
"""Asks NetSuite for the projects of an account; raises `NetSuiteUnreachableError`."""


class NetSuiteUnreachableError(Exception):
    """NetSuite didn't answer with a list of projects."""


class State(StrEnum):
    """Names of ``inputSettings.reportState`` (Reference, report exporter)."""

    OPEN = "OPEN"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    REIMBURSED = "REIMBURSED"
    ARCHIVED = "ARCHIVED"


class _Model(BaseModel):
    # The file describes more than Expensify: other readers' keys are theirs.
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
    )


class Parent(_Model):
    id: str = ""
    name: str = ""


class Project(_Model):
    id: str
    entity_id: str
    company_name: str | None = None
    is_inactive: bool = False
    allow_expenses: bool = True
    parent: Parent | None = None

    @property
    def accepts_expenses(self) -> bool:
        return self.allow_expenses and not self.is_inactive


class Account(_Model):
    id: str
    projects: tuple[Project, ...] = ()


class Partner(_Model):
    """An Integration Server credential; several workspaces may name the same."""

    user_id: str
    user_secret: str


class AppAccess(_Model):
    """A device credential of the app, and whose it is. Partner names are spelt as on the wire.

    ``second_factor``: the code that an account with two-factor authentication wants, too.
    """

    partner_name: str
    partner_password: str
    partner_user_id: str = Field(alias="partnerUserID")
    partner_user_secret: str
    email: str
    second_factor: str = ""


class Workspace(_Model):
    """Durations in seconds.

    ``tag_levels`` None is one flat tag list; else the names of the levels, the last of which
    holds the projects. ``label_style`` is how a project is spelt as a tag.
    """

    id: str
    name: str
    account: str
    partner: Partner | None = None
    app: AppAccess | None = None
    owner: str = "owner@workspace.example"
    exporter: str | None = None
    output_currency: str = "EUR"
    sync_seconds: float = Field(default=2, ge=0)
    export_seconds: float = Field(default=1, ge=0)
    # App CONST.POLICY.CONNECTIONS.SYNC_STAGE_TIMEOUT_MINUTES = 20.
    sync_timeout_seconds: float = Field(default=1200, gt=0)
    auto_export: bool = False
    auto_export_seconds: float = Field(default=5, ge=0)
    auto_synced: bool = True
    ns_duplicate_check: bool = False
    tag_levels: tuple[str, ...] | None = None
    label_style: Literal["companyName", "entityId", "both", "hierarchical"] = "companyName"
    project_mapping: Literal["TAG", "REPORT_FIELD", "NETSUITE_DEFAULT"] = "TAG"
    report_id_in: Literal["externalId", "tranId", "memo", "nowhere"] = "externalId"
    """Of the record in NetSuite. No source says which one it is: *unverified*."""
    export_destination: Literal["EXPENSE_REPORT", "VENDOR_BILL", "JOURNAL_ENTRY"] = "EXPENSE_REPORT"


class ExpenseSeed(_Model):
    """``amount`` in the currency's minor unit; without ``transaction_id`` one is made up."""

    transaction_id: str | None = None
    project: str = ""
    merchant: str = ""
    amount: int = 0
    currency: str = "EUR"
    category: str = ""
    billable: bool = False


class ReportSeed(_Model):
    id: str
    workspace_id: str
    report_name: str = ""
    submitter_email: str = ""
    state: State = State.APPROVED
    failed: bool = False
    approved_days_ago: float | None = None
    expenses: tuple[ExpenseSeed, ...] = ()


class ReportChange(_Model):
    """``PUT /_control/reports/{id}``: what is given changes; a misspelt key is refused.

    ``approved_days_ago``: it was written, sent and approved then, which the exporter's date filters
    go by (Reference, filters of the report exporter). ``custom_fields``: the report's own fields.
    """

    model_config = ConfigDict(extra="forbid")

    workspace_id: str | None = None
    report_name: str | None = None
    submitter_email: str | None = None
    state: State | None = None
    failed: bool = False
    approved_days_ago: float | None = Field(default=None, ge=0)
    expenses: tuple[ExpenseSeed, ...] | None = None
    custom_fields: dict[str, str] | None = None


class RateLimit(_Model):
    """Per credential: 5 requests per 10 s and 20 per 60 s (Help, Expensify-API.md)."""

    per10s: int = 5
    per60s: int = 20


class World(_Model):
    accounts: tuple[Account, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    reports: tuple[ReportSeed, ...] = ()
    rate_limit: RateLimit = RateLimit()
    render_seconds: float = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _reports_have_workspaces(self) -> Self:
        known = {workspace.id for workspace in self.workspaces}
        if lost := [report.id for report in self.reports if report.workspace_id not in known]:
            raise ValueError(f"reports of unknown workspaces: {', '.join(lost)}")
        return self

    def projects(self, account: str) -> tuple[Project, ...]:
        return next((item.projects for item in self.accounts if item.id == account), ())


def parse_projects(rows: list[dict[str, Any]]) -> tuple[Project, ...]:
    return tuple(Project.model_validate(row) for row in rows)


def load_world(path: Path) -> World:
    """Raises ValueError when the file doesn't describe a world."""
    return World.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
