"""What the service reads and changes of a project's record, in the service's own words."""

from shared.adapters.netsuite.job import JobChange, JobRecord
from shared.adapters.netsuite.records import Records
from shared.domain.finding import Fault
from shared.domain.reactivation import Changed, Fields, Outcome, Record
from shared.errors import OutcomeUnknownError, RefusedError

NO_PERMISSION = "no_permission"
"""In place of a code of NetSuite's, which there may be none of."""


def read(records: Records, project_id: str) -> Record | None:
    """Raises TransientError, RefusedError."""
    found = records.read(project_id)
    return None if found is None else _record(found)


def change(records: Records, project_id: str, wanted: Fields) -> Changed:
    """Raises TransientError, RefusedError (the login): nothing was done."""
    asked = JobChange(inactive=wanted.inactive, allow_expenses=wanted.allow_expenses)
    try:
        changed = records.change(project_id, asked)
    except OutcomeUnknownError:
        return Changed(Outcome.UNKNOWN)
    except RefusedError as error:
        if error.fault is not Fault.NO_PERMISSION:
            raise
        return Changed(Outcome.REFUSED, codes=(NO_PERMISSION,))
    after = None if changed.after is None else _record(changed.after)
    return Changed(Outcome(changed.outcome), after, changed.codes)


def _record(found: JobRecord) -> Record:
    project = found.project
    return Record(project.inactive, project.allow_expenses, found.status_id, found.modified)
