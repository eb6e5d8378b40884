"""What a look at NetSuite found out about a label or a project: facts, never guesses."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.folding import fold, name_forms


class Status(StrEnum):
    """Whether a project accepts expenses, as last observed."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPENSES_OFF = "expenses_off"
    GONE = "gone"
    UNKNOWN = "unknown"


BLOCKED = frozenset({Status.INACTIVE, Status.EXPENSES_OFF, Status.GONE})


class Fault(StrEnum):
    """Why a look at NetSuite told us nothing. None of them is a status of a project.

    A refused login says what refused it: our secret before anything was sent, NetSuite's token
    endpoint in its own words, or the service a token or a signature. `DOUBTED`: one of the last
    two, seen once: NetSuite answers so to too many requests, too.
    """

    NO_PERMISSION = "no_permission"
    LOGIN_REFUSED = "login_refused"
    SECRET_UNUSABLE = "secret_unusable"  # noqa: S105
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    TOKEN_REFUSED = "token_refused"  # noqa: S105
    SIGNATURE_REFUSED = "signature_refused"
    DOUBTED = "doubted"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"


DOUBTFUL = frozenset({Fault.TOKEN_REFUSED, Fault.SIGNATURE_REFUSED})
LOGIN_FAULTS = DOUBTFUL | {
    Fault.LOGIN_REFUSED,
    Fault.SECRET_UNUSABLE,
    Fault.INVALID_CLIENT,
    Fault.INVALID_GRANT,
    Fault.INVALID_SCOPE,
}
SETUP_FAULTS = LOGIN_FAULTS | {Fault.NO_PERMISSION}


class Match(StrEnum):
    UNASKED = "unasked"
    PROJECT = "project"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Project:
    """One row of NetSuite's `job` record. None means that NetSuite left the field out."""

    project_id: str
    entity_id: str = ""
    name: str = ""
    customer: str = ""
    inactive: bool | None = None
    allow_expenses: bool | None = None
    status_name: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which project a label names."""

    match: Match = Match.UNASKED
    project_id: str = ""
    candidates: tuple[str, ...] = ()


def status_of(project: Project) -> Status:
    """A missing `isinactive` is unknown, never active; a missing 'Allow Expenses' column is too.

    A Closed project status alone isn't a block: no page of Oracle's says that it refuses expenses
    (section_N1183012), and status names are set per account.
    """
    if project.inactive is None:
        return Status.UNKNOWN
    if project.inactive:
        return Status.INACTIVE
    if project.allow_expenses is None:
        return Status.UNKNOWN
    return Status.ACTIVE if project.allow_expenses else Status.EXPENSES_OFF


def looks_closed(project: Project) -> bool:
    """A warning only: see `status_of`."""
    return "closed" in project.status_name.casefold()


def resolve(label: str, projects: tuple[Project, ...]) -> Resolution:
    """Which one project the label names: the strongest way of matching that hits decides.

    More than one hit at that strength is ambiguous, never the first hit: the same name under
    different customers is normal.
    """
    for names_of in _WAYS:
        for form in name_forms(label):
            hits = sorted({p.project_id for p in projects if fold(form) in names_of(p)})
            if len(hits) == 1:
                return Resolution(Match.PROJECT, hits[0])
            if hits:
                return Resolution(Match.AMBIGUOUS, candidates=tuple(hits))
    return Resolution(Match.NOT_FOUND)


def _by_ids(project: Project) -> set[str]:
    """Internal and entity ids are of one strength: both may be bare numbers, and collide."""
    return {fold(project.project_id), fold(project.entity_id)} - {""}


def _by_both(project: Project) -> set[str]:
    return {fold(f"{project.entity_id} {project.name}")} - {""}


def _by_name(project: Project) -> set[str]:
    return {fold(project.name)} - {""}


_WAYS = (_by_ids, _by_both, _by_name)
