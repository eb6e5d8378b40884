"""The public events, version 1, in EventBridge's envelope. Unknown extra fields are ignored."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

type Id = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[\w.-]+$")
]
type Text = Annotated[str, StringConstraints(max_length=200_000)]
type Short = Annotated[str, StringConstraints(max_length=1_000)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Amount(_Model):
    """`value` in the currency's major unit, as people write it (12.50)."""

    value: float
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Expense(_Model):
    transactionId: Id
    project: Short | None = None
    merchant: Short | None = None
    amount: Amount | None = None


class ReportExportFailed(_Model):
    """`failedAt` is a time of Expensify's own clock; `eventId` recognises a repeat of the event."""

    version: Literal[1]
    workspaceId: Id
    reportId: Id
    errorMessage: Text
    eventId: Short | None = None
    failedAt: Short | None = None
    reportName: Short | None = None
    submitterEmail: Short | None = None
    approverEmail: Short | None = None
    amount: Amount | None = None
    expenses: tuple[Expense, ...] = ()


class ReportChanged(_Model):
    """A hint to look at a report; `eventId` tells a repeat of the event from the next one."""

    version: Literal[1]
    workspaceId: Id
    reportId: Id
    eventId: Short | None = None
    what: Short | None = None


class ProjectChanged(_Model):
    """A hint to look at an account."""

    version: Literal[1]
    accountId: Id
    projectId: Id


class _Envelope(_Model):
    id: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class FailedEnvelope(_Envelope):
    source: Literal["expensify"]
    detail_type: Annotated[Literal["Report Export Failed"], Field(alias="detail-type")]
    detail: ReportExportFailed


class ReportChangedEnvelope(_Envelope):
    source: Literal["expensify"]
    detail_type: Annotated[Literal["Report Changed"], Field(alias="detail-type")]
    detail: ReportChanged


class ProjectChangedEnvelope(_Envelope):
    source: Literal["netsuite"]
    detail_type: Annotated[Literal["Project Changed"], Field(alias="detail-type")]
    detail: ProjectChanged


type Incoming = Annotated[
    FailedEnvelope | ReportChangedEnvelope | ProjectChangedEnvelope,
    Field(discriminator="detail_type"),
]
INCOMING: TypeAdapter[Incoming] = TypeAdapter(Incoming)


class CaseEvent(_Model):
    """Every event of ours: `Case Opened`, `Case Recovering`, `Case Resolved` and so on.

    `at` in milliseconds since 1970, by our clock.
    """

    version: Literal[1] = 1
    id: str
    workspaceId: str
    reportId: str
    episode: int
    phase: str
    why: str
    blockers: tuple[str, ...] = ()
    at: int


class FixRequested(_Model):
    """Somebody was told what to do. `about` is `P#<project>`, `L#<label>` or `W#<what>`."""

    version: Literal[1] = 1
    id: str
    workspaceId: str
    accountId: str
    about: str
    epoch: int
    role: str
    tone: str
    at: int


class WakeUp(_Model):
    """The body of a wake-up: a key and nothing else."""

    version: Literal[1] = 1
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
