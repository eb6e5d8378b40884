"""The table `job`: the columns that live public queries use.

Names: fivetran/dbt_netsuite_source macros/get_job_columns.sql. There is no ``subsidiary``: the
accounts are not OneWorld, so selecting it answers "Unknown identifier", as a live account did.
Booleans are 'T' and 'F'; unlike the REST record there is a ``customer``.
"""

from collections.abc import Callable, Mapping

from sandbox.netsuite.backend import Stored, customer_of
from sandbox.netsuite.suiteql import dates
from sandbox.netsuite.world import Project, Reference

type Value = int | str | None
type _Read = Callable[[Stored, Mapping[str, Project]], Value]


def rows(jobs: list[Stored]) -> list[tuple[Value, ...]]:
    projects = {job.project.id: job.project for job in jobs}
    return [tuple(read(job, projects) for _, read in _COLUMNS.values()) for job in jobs]


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
# Without a rowid, SQLite's hidden columns are unknown identifiers too.
CREATE = (
    f"CREATE TABLE job ({', '.join(f'{c} {t}' for c, (t, _) in _COLUMNS.items())}) WITHOUT ROWID"
)
INSERT = f"INSERT INTO job VALUES ({', '.join('?' * len(_COLUMNS))})"
TABLES = frozenset({"job"})


def _title(project: Project) -> str:
    if project.company_name is None or project.company_name == project.entity_id:
        return project.entity_id
    return f"{project.entity_id} {project.company_name}"
