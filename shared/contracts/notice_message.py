"""A notice as the topics carry it, version 1: for chat bots and ticket systems.

Addresses stay out: `personKey` stands for the person, and reports don't say whose they are.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.domain.notice import Role, Tone


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
    )


class Sum(_Model):
    """`minor` in the currency's minor unit (cents)."""

    currency: str
    minor: int


class ReportOfNotice(_Model):
    report_id: str
    name: str
    sums: tuple[Sum, ...] = ()


class OwnerOfNotice(_Model):
    """`kind`: customer or project."""

    kind: str
    id: str
    name: str = ""


class ProjectOfNotice(_Model):
    """`url` leads to the project in NetSuite. `status` as last observed.

    `owner`: the inactive customer or parent project. `closed`: a warning about the status' name.
    """

    id: str
    name: str
    entity_id: str = ""
    customer: str = ""
    status: str = ""
    closed: bool = False
    owner: OwnerOfNotice | None = None
    url: str | None = None


class NoticeMessage(_Model):
    """`about` is `P#<project>`, `L#<label>` or `W#<what>`; `noticeId` and `personKey` together
    recognise a repeat.

    `candidates` are the internal ids of the projects that a label may mean, `choices` describe them.
    `reports` holds the first 100 of `reportCount`; `people` counts whose they are. `reminder`
    counts the times that this was told before, `toldSince` (milliseconds since 1970) is the first.
    `subject` and `text` are what the mail says.
    """

    version: Literal[1] = 1
    kind: Literal["notice"] = "notice"
    notice_id: str
    tone: Tone
    role: Role
    workspace_id: str
    account_id: str
    about: str
    epoch: int
    person_key: str
    project: ProjectOfNotice | None = None
    label: str = ""
    candidates: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    reports: tuple[ReportOfNotice, ...] = Field(default=(), max_length=100)
    report_count: int = 0
    people: int = 0
    reminder: int = 0
    told_since: int | None = None
    subject: str
    text: str
