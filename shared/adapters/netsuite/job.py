"""The REST record `job`: what is read of it, and what may be changed.

Properties: REST API Browser 2026.1, record job (wsjmnh/netsuite-record-rest-docs, docs/schemas/
job.md). Booleans are JSON's, unlike SuiteQL's; what is null may be left out. There is no customer
(Oracle article_83090456314): `parent` is one or a project, so the owners stay untold.
"""

import re
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, model_validator

from shared.adapters.http import Answer, unreadable
from shared.adapters.netsuite.page import lower_keys
from shared.domain.finding import Project

_STATUS_ID = re.compile("[1-9][0-9]{0,14}")


@dataclass(frozen=True, slots=True)
class JobRecord:
    """`modified`: NetSuite's time as it was written, to be compared with another one of it alone.

    `status_id` is empty if the project has no status, which happens.
    """

    project: Project
    status_id: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class JobChange:
    """None and '' leave a field as it is. Raises ValueError if that leaves nothing to change.

    Reactivating is ``{"isInactive": false}``, a status ``{"entityStatus": {"id": "2"}}``: inferred
    from the schema, for nobody has published a recording.
    """

    inactive: bool | None = None
    allow_expenses: bool | None = None
    status_id: str = ""

    def __post_init__(self) -> None:
        if not self.body:
            raise ValueError("nothing to change")
        if self.status_id and not _STATUS_ID.fullmatch(self.status_id):
            raise ValueError("not the internal id of a status")

    @property
    def body(self) -> dict[str, object]:
        """Of the PATCH: what is left out stays as it is (Oracle section_1545142173)."""
        status = {"id": self.status_id} if self.status_id else None
        named = {
            "isInactive": self.inactive,
            "allowExpenses": self.allow_expenses,
            "entityStatus": status,
        }
        return {name: value for name, value in named.items() if value is not None}

    def holds(self, record: JobRecord) -> bool:
        """Whether the record has every value that is asked for; one that it doesn't tell is not."""
        return (
            self.inactive in {None, record.project.inactive}
            and self.allow_expenses in {None, record.project.allow_expenses}
            and self.status_id in {"", record.status_id}
        )


class _Model(BaseModel):
    """Names in any case, and nulls like what is left out."""

    model_config = ConfigDict(extra="ignore", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: object) -> object:
        lowered = lower_keys(given)
        if not isinstance(lowered, dict):
            return lowered
        return {name: value for name, value in lowered.items() if value is not None}


class _Reference(_Model):
    id: str = ""
    refname: str = ""


class _Job(_Model):
    id: str
    entityid: str = ""
    companyname: str = ""
    isinactive: bool | None = None
    allowexpenses: bool | None = None
    entitystatus: _Reference = _Reference()
    subsidiary: _Reference = _Reference()
    lastmodifieddate: str = ""


def decode(answer: Answer, project_id: str) -> JobRecord:
    """Raises TransientError (unreadable), also for another record than the one asked for."""
    job = answer.parse(_Job)
    if job.id != project_id:
        raise unreadable("another record than the one asked for")
    project = Project(
        job.id,
        entity_id=job.entityid,
        name=job.companyname,
        inactive=job.isinactive,
        allow_expenses=job.allowexpenses,
        status_name=job.entitystatus.refname,
        subsidiary_id=job.subsidiary.id,
        subsidiary=job.subsidiary.refname,
    )
    return JobRecord(project, job.entitystatus.id, job.lastmodifieddate)
