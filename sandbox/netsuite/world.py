"""The ``accounts`` part of the scenario file; the rest of the file is the other simulators'.

Field names and meanings of a project: Oracle article_83090456314 ("Job"). Built-in project
statuses: Oracle article_0414124831, section_N1183012; 2 = In Progress is seen in recorded jobs
(fylein/fyle-netsuite-api tests/test_netsuite/fixtures.py), the other ids are inferred, and an
account may rename them all.
"""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

STATUSES = {
    "1": "Closed",
    "2": "In Progress",
    "3": "Not Awarded",
    "4": "Pending",
    "5": "Awarded",
}
IN_PROGRESS = "2"

_RECORD_ID = r"^[0-9]{1,15}$"
type RecordId = Annotated[str, StringConstraints(pattern=_RECORD_ID)]
# NetSuite runs on Oracle, where an empty text is null.
type Text = Annotated[str | None, BeforeValidator(lambda value: None if value == "" else value)]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
    )


class Reference(_Model):
    id: RecordId
    name: str


class Project(_Model):
    id: RecordId
    entity_id: str = Field(min_length=1)
    company_name: Text = None
    is_inactive: bool = False
    allow_expenses: bool = True
    allow_time: bool = True
    limit_time_to_assignees: bool = False
    entity_status: RecordId | None = IN_PROGRESS
    parent: Reference | None = None
    subsidiary: RecordId | None = None
    project_manager: Reference | None = None
    start_date: date | None = None
    calculated_end_date: date | None = None

    def to_json(self) -> dict[str, object]:
        return self.model_dump(mode="json", by_alias=True)


class Customer(_Model):
    id: RecordId
    name: str
    is_inactive: bool = False

    def to_json(self) -> dict[str, object]:
        return self.model_dump(mode="json", by_alias=True)


class Transaction(_Model):
    """What a query may see of one. Where Expensify writes a report's id is *unverified*."""

    id: RecordId
    type: str = "ExpRept"
    external_id: Text = None
    tran_id: Text = None
    memo: Text = None

    def to_json(self) -> dict[str, object]:
        return self.model_dump(mode="json", by_alias=True)


class Account(_Model):
    """`customers` that are inactive; those that projects point to exist without being listed.

    `subsidiaries`: id -> name; an account that has any is a OneWorld account.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]+(_[0-9A-Z]+)?$")]
    client_id: str = "sandbox-client"
    certificate_id: str = "sandbox-cert"
    consumer_key: str = "sandbox-consumer"
    consumer_secret: str = "sandbox consumer & secret"
    token_id: str = "sandbox-token"
    token_secret: str = "sandbox/token+secret"
    statuses: dict[str, str] = Field(default_factory=lambda: dict(STATUSES))
    # The lowest service tier allows 5 requests at a time (Oracle bridgehead_1500275603).
    concurrency: int = Field(default=5, ge=1)
    projects: tuple[Project, ...] = ()
    customers: tuple[Customer, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    subsidiaries: dict[str, str] = Field(default_factory=dict)

    @property
    def slug(self) -> str:
        return slug(self.id)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        _refuse_doubles([project.id for project in self.projects], f"project of {self.id}")
        return self


class World(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    accounts: tuple[Account, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        _refuse_doubles([account.id for account in self.accounts], "account")
        return self


def slug(account_id: str) -> str:
    """The account's form in host names (jacobsvante/netsuite, config.py account_slugified)."""
    return account_id.lower().replace("_", "-")


def is_record_id(text: str) -> bool:
    return re.fullmatch(_RECORD_ID, text) is not None and int(text) > 0


def load_world(path: Path) -> World:
    """Raises ValueError when the file doesn't describe accounts."""
    return World.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})


def _refuse_doubles(ids: list[str], what: str) -> None:
    if doubles := {item for item in ids if ids.count(item) > 1}:
        raise ValueError(f"{what} given twice: {', '.join(sorted(doubles))}")
