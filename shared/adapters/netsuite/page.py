"""A page of projects as SuiteQL answers it: texts only, nulls left out, names in any case.

Page: Oracle section_156414087576. Case of names: section_156257796125. That booleans are 'T' and
'F', and that null columns are left out: public clients agree (docs.estuary.dev netsuite-suitetalk).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.adapters.http import Answer, unreadable
from shared.adapters.netsuite.suiteql import PAGE_ROWS
from shared.domain.finding import Owner, OwnerKind, Project

_FLAGS = {"T": True, "F": False}


def lower_keys(item: object) -> object:
    """Their case isn't promised, and may change with a release.

    Raises ValueError for one column that is told twice, and not alike.
    """
    if not isinstance(item, dict):
        return item
    lower: dict[str, object] = {}
    for key, value in item.items():
        if lower.setdefault(str(key).lower(), value) != value:
            raise ValueError("a column in two spellings")
    return lower


type _Id = Annotated[str, StringConstraints(pattern="^[0-9]{1,18}$")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    id: _Id
    entityid: str | None = None
    companyname: str | None = None
    isinactive: Literal["T", "F"] | None = None
    allowexpenses: Literal["T", "F"] | None = None
    statusname: str | None = None
    customerid: _Id | None = None
    customername: str | None = None
    parentid: _Id | None = None
    parentname: str | None = None
    subsidiaryid: _Id | None = None
    subsidiaryname: str | None = None

    def project(self, *, with_owners: bool) -> Project:
        """A null column is left out: only who asked for owners knows that there are none."""
        return Project(
            self.id,
            entity_id=self.entityid or "",
            name=self.companyname or "",
            customer=self.customername or "",
            inactive=_FLAGS.get(self.isinactive or ""),
            allow_expenses=_FLAGS.get(self.allowexpenses or ""),
            status_name=self.statusname or "",
            subsidiary_id=self.subsidiaryid or "",
            subsidiary=self.subsidiaryname or "",
            owners=tuple(self._owners()) if with_owners else None,
        )

    def _owners(self) -> Iterator[Owner]:
        """The parent of a project that isn't part of another one is its customer."""
        if self.parentid and self.parentid != self.customerid:
            yield Owner(OwnerKind.PROJECT, self.parentid, self.parentname or "")
        if self.customerid:
            yield Owner(OwnerKind.CUSTOMER, self.customerid, self.customername or "")


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    items: list[Annotated[_Row, BeforeValidator(lower_keys)]]
    count: int | None = None
    has_more: bool | None = Field(default=None, alias="hasMore")


@dataclass(frozen=True, slots=True)
class Page:
    """`last`: the id after which the next page begins; None when this one is the last."""

    projects: tuple[Project, ...]
    last: str | None = None


def decode(answer: Answer, *, with_owners: bool = False) -> Page:
    """Raises TransientError (unreadable): a page that is wrong anywhere tells nothing at all."""
    body = _body(answer)
    projects = tuple(row.project(with_owners=with_owners) for row in body.items)
    return Page(projects, _last(body) if _goes_on(body) else None)


def inactive_of(answer: Answer) -> dict[str, bool]:
    """Of the records of a page, by id, those that say whether they are. Raises TransientError."""
    rows = _body(answer).items
    return {row.id: _FLAGS[row.isinactive] for row in rows if row.isinactive}


def _body(answer: Answer) -> _Body:
    body = answer.parse(_Body)
    if body.count is not None and body.count != len(body.items):
        raise unreadable(f"{len(body.items)} rows in a page of {body.count}")
    flags: dict[str, tuple[str | None, str | None]] = {}
    for row in body.items:
        told = row.isinactive, row.allowexpenses
        if flags.setdefault(row.id, told) != told:
            raise unreadable("one project is told twice, and not alike")
    return body


def _goes_on(body: _Body) -> bool:
    """Some answers leave `hasMore` out: then a full page may have a next one."""
    return len(body.items) >= PAGE_ROWS if body.has_more is None else body.has_more


def _last(body: _Body) -> str:
    ids = [int(row.id) for row in body.items]
    if not ids or ids != sorted(set(ids)):
        raise unreadable("a page that isn't in the order of ids, with more to come")
    return str(ids[-1])
