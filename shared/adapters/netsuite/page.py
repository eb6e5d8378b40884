"""A page of projects as SuiteQL answers it: texts only, nulls left out, names in any case.

Page: Oracle section_156414087576. Case of names: section_156257796125. That booleans are 'T' and
'F', and that null columns are left out: public clients agree (docs.estuary.dev netsuite-suitetalk).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.adapters.http import Answer, unreadable
from shared.adapters.netsuite.suiteql import PAGE_ROWS
from shared.domain.finding import Project

_FLAGS = {"T": True, "F": False}


def _lower(item: object) -> object:
    return {str(key).lower(): item[key] for key in item} if isinstance(item, dict) else item


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    id: Annotated[str, StringConstraints(pattern="^[0-9]{1,18}$")]
    entityid: str | None = None
    companyname: str | None = None
    isinactive: Literal["T", "F"] | None = None
    allowexpenses: Literal["T", "F"] | None = None
    statusname: str | None = None
    customername: str | None = None

    def project(self) -> Project:
        return Project(
            self.id,
            entity_id=self.entityid or "",
            name=self.companyname or "",
            customer=self.customername or "",
            inactive=_FLAGS.get(self.isinactive or ""),
            allow_expenses=_FLAGS.get(self.allowexpenses or ""),
            status_name=self.statusname or "",
        )


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    items: list[Annotated[_Row, BeforeValidator(_lower)]]
    count: int | None = None
    has_more: bool | None = Field(default=None, alias="hasMore")


@dataclass(frozen=True, slots=True)
class Page:
    """`last`: the id after which the next page begins; None when this one is the last."""

    projects: tuple[Project, ...]
    last: str | None = None


def decode(answer: Answer) -> Page:
    """Raises TransientError (unreadable): a page that is wrong anywhere tells nothing at all."""
    body = answer.parse(_Body)
    if body.count is not None and body.count != len(body.items):
        raise unreadable(f"{len(body.items)} rows in a page of {body.count}")
    projects = tuple(row.project() for row in body.items)
    return Page(projects, _last(body) if _goes_on(body) else None)


def _goes_on(body: _Body) -> bool:
    """Some answers leave `hasMore` out: then a full page may have a next one."""
    return len(body.items) >= PAGE_ROWS if body.has_more is None else body.has_more


def _last(body: _Body) -> str:
    ids = [int(row.id) for row in body.items]
    if not ids or ids != sorted(set(ids)):
        raise unreadable("a page that isn't in the order of ids, with more to come")
    return str(ids[-1])
