"""The tables `job` and `customer`: the columns that live public queries use.

Names: fivetran/dbt_netsuite_source macros/get_job_columns.sql. There is a ``subsidiary`` only in
OneWorld accounts: elsewhere selecting it answers "Unknown identifier", as a live account did.
Booleans are 'T' and 'F'; unlike the REST record there is a ``customer``.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping

from sandbox.netsuite.backend import Stored, customer_of
from sandbox.netsuite.suiteql import dates
from sandbox.netsuite.world import Customer, Project, Reference

type Value = int | str | None
type _Read = Callable[[Stored, Mapping[str, Project]], Value]
type Columns = Mapping[str, tuple[str, _Read]]


def columns(*, one_world: bool, unknown: frozenset[str]) -> Columns:
    """Those of `job`, as this account or this role has them."""
    every = {**_COLUMNS, **(_ONE_WORLD if one_world else {})}
    return {name: column for name, column in every.items() if name not in unknown}


def fill(
    database: sqlite3.Connection,
    jobs: list[Stored],
    customers: list[Customer],
    columns: Columns,
) -> None:
    projects = {job.project.id: job.project for job in jobs}
    rows = [tuple(read(job, projects) for _, read in columns.values()) for job in jobs]
    _create(database, "job", {name: kind for name, (kind, _) in columns.items()}, rows)
    known = [(int(c.id), c.name, c.name, _flag(c.is_inactive)) for c in customers]
    _create(database, "customer", _CUSTOMER, known)


def _create(
    database: sqlite3.Connection,
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[Value, ...]],
) -> None:
    """Without a rowid, SQLite's hidden columns are unknown identifiers too."""
    named = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    database.execute(f"CREATE TABLE {table} ({named}) WITHOUT ROWID")
    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _flag(value: bool) -> str:
    return "T" if value else "F"


def _nothing(_job: Stored, _projects: Mapping[str, Project]) -> None:
    """A column that exists and is null in every row here."""


def _key(record_id: str | None) -> int | None:
    return None if record_id is None else int(record_id)


def _id(reference: Reference | None) -> int | None:
    return _key(reference.id if reference else None)


_COLUMNS: dict[str, tuple[str, _Read]] = {
    "id": ("INTEGER PRIMARY KEY", lambda job, _: int(job.project.id)),
    "entityid": ("TEXT", lambda job, _: job.project.entity_id),
    "entitytitle": ("TEXT", lambda job, _: _title(job.project)),
    "companyname": ("TEXT", lambda job, _: job.project.company_name),
    "altname": ("TEXT", lambda job, _: job.project.company_name),
    "isinactive": ("TEXT", lambda job, _: _flag(job.project.is_inactive)),
    "allowexpenses": ("TEXT", lambda job, _: _flag(job.project.allow_expenses)),
    "allowtime": ("TEXT", lambda job, _: _flag(job.project.allow_time)),
    "limittimetoassignees": ("TEXT", lambda job, _: _flag(job.project.limit_time_to_assignees)),
    "entitystatus": ("INTEGER", lambda job, _: _key(job.project.entity_status)),
    "customer": ("INTEGER", lambda job, projects: _id(customer_of(job.project, projects))),
    "parent": ("INTEGER", lambda job, _: _id(job.project.parent)),
    "projectmanager": ("INTEGER", lambda job, _: _id(job.project.project_manager)),
    "startdate": ("TEXT", lambda job, _: dates.from_date(job.project.start_date)),
    "calculatedenddate": ("TEXT", lambda job, _: dates.from_date(job.project.calculated_end_date)),
    "projectedenddate": ("TEXT", _nothing),
    "enddate": ("TEXT", _nothing),
    "externalid": ("TEXT", _nothing),
    "datecreated": ("TEXT", lambda job, _: dates.from_epoch(job.created)),
    "lastmodifieddate": ("TEXT", lambda job, _: dates.from_epoch(job.modified)),
}
_ONE_WORLD: dict[str, tuple[str, _Read]] = {
    "subsidiary": ("INTEGER", lambda job, _: _key(job.project.subsidiary)),
}
_CUSTOMER = {
    "id": "INTEGER PRIMARY KEY",
    "entityid": "TEXT",
    "companyname": "TEXT",
    "isinactive": "TEXT",
}
TABLES = frozenset({"job", "customer"})


def _title(project: Project) -> str:
    if project.company_name is None or project.company_name == project.entity_id:
        return project.entity_id
    return f"{project.entity_id} {project.company_name}"
