"""The REST record `job`: its JSON, and what a PATCH may say.

Properties: REST API Browser 2026.1, record job (wsjmnh/netsuite-record-rest-docs, docs/schemas/
job.md). Reading and ``fields``: Oracle section_1545141500; updating: section_1545142173; property
names and values that are wrong: section_156570709583. No recording of GET or PATCH of a project
is public: that ``{"isInactive": false}`` and ``{"entityStatus": {"id": "2"}}`` are the bodies is
inferred from the schema. Properties that exist but aren't simulated count as misspelt.
"""

from collections.abc import Collection, Mapping

from sandbox.netsuite import errors
from sandbox.netsuite.backend import Backend, Stored
from sandbox.netsuite.journal import instant
from sandbox.netsuite.world import Account, Reference

_FLAGS = frozenset({"isInactive", "allowExpenses", "allowTime", "limitTimeToAssignees"})
_TEXTS = frozenset({"entityId", "companyName"})
_READ_ONLY = frozenset({"id", "links", "refName", "altName", "dateCreated", "lastModifiedDate"})
_KNOWN = _READ_ONLY | _FLAGS | _TEXTS | {"entityStatus", "parent"}


def job_json(job: Stored, account: Account, url: str) -> dict[str, object]:
    project = job.project
    body: dict[str, object | None] = {
        "links": [{"rel": "self", "href": url}],
        "allowExpenses": project.allow_expenses,
        "allowTime": project.allow_time,
        "altName": project.company_name,
        "calculatedEndDate": project.calculated_end_date
        and project.calculated_end_date.isoformat(),
        "companyName": project.company_name,
        "dateCreated": _instant(job.created),
        "entityId": project.entity_id,
        "entityStatus": _status(project.entity_status, account),
        "id": project.id,
        "isInactive": project.is_inactive,
        "lastModifiedDate": _instant(job.modified),
        "limitTimeToAssignees": project.limit_time_to_assignees,
        "parent": _reference(project.parent),
        "projectManager": _reference(project.project_manager),
        "refName": project.company_name or project.entity_id,
        "startDate": project.start_date and project.start_date.isoformat(),
    }
    return {key: value for key, value in body.items() if value is not None}


def only(body: Mapping[str, object], fields: Collection[str]) -> dict[str, object]:
    """Of Oracle's sample: the fields asked for and ``links``, and no ``id`` unless asked for."""
    return {key: value for key, value in body.items() if key == "links" or key in fields}


def changes(
    body: Mapping[str, object], account: Account, backend: Backend, *, names_must_exist: bool
) -> dict[str, object]:
    """What of a PATCH body takes effect. Raises ApiError."""
    unknown = sorted(set(body) - _KNOWN)
    if unknown and names_must_exist:
        raise errors.unknown_property(unknown[0])
    found: dict[str, object] = {}
    for name, value in body.items():
        if name in _FLAGS:
            found[name] = _flag(name, value)
        elif name in _TEXTS:
            found[name] = _text(name, value)
        elif name == "entityStatus":
            found[name] = _known_id(name, value, account.statuses)
        elif name == "parent":
            found[name] = _known_reference(name, value, backend.references(account.id))
    return found


def _flag(name: str, value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise errors.invalid_value(name)


def _text(name: str, value: object) -> str | None:
    if isinstance(value, str) and value:
        return value
    if value is None and name != "entityId":
        return None
    raise errors.invalid_value(name)


def _known_reference(name: str, value: object, known: Mapping[str, Reference]) -> Reference | None:
    record_id = _known_id(name, value, known)
    return None if record_id is None else known[record_id]


def _known_id(name: str, value: object, known: Collection[str]) -> str | None:
    if value is None:
        return None
    record_id = value.get("id") if isinstance(value, dict) else None
    if not isinstance(record_id, str | int) or isinstance(record_id, bool):
        raise errors.invalid_value(name)
    if str(record_id) not in known:
        raise errors.invalid_field_value(name, record_id)
    return str(record_id)


def _status(status_id: str | None, account: Account) -> dict[str, str] | None:
    if status_id is None:
        return None
    return {"id": status_id, "refName": account.statuses.get(status_id, status_id)}


def _reference(reference: Reference | None) -> dict[str, object] | None:
    if reference is None:
        return None
    return {"links": [], "id": reference.id, "refName": reference.name}


def _instant(epoch_seconds: float) -> str:
    """Whole seconds, as REST records show them."""
    return instant(float(int(epoch_seconds))).replace(".000Z", "Z")
