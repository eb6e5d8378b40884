"""What a look at NetSuite found out about a label or a project: facts, never guesses."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from shared.domain.folding import fold, name_forms


class Status(StrEnum):
    """Whether a project accepts expenses, as last observed."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPENSES_OFF = "expenses_off"
    OWNER_INACTIVE = "owner_inactive"
    """The project is open, but its customer or its parent project is inactive."""

    GONE = "gone"
    UNKNOWN = "unknown"


BLOCKED = frozenset({Status.INACTIVE, Status.EXPENSES_OFF, Status.OWNER_INACTIVE, Status.GONE})


class Fault(StrEnum):
    """Why a look at NetSuite, or at Expensify, told us nothing. None of them is a status of a project.

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
    CLIENT_TOO_OLD = "client_too_old"
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
SETUP_FAULTS = LOGIN_FAULTS | {Fault.NO_PERMISSION, Fault.CLIENT_TOO_OLD}


class Match(StrEnum):
    UNASKED = "unasked"
    PROJECT = "project"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    ALIAS_GONE = "alias_gone"
    """Somebody chose a project for the label, and NetSuite has it no more."""


UNNAMED = frozenset({Match.NOT_FOUND, Match.AMBIGUOUS, Match.ALIAS_GONE})
"""A label names no one project, as far as a look could tell."""


class OwnerKind(StrEnum):
    CUSTOMER = "customer"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Owner:
    """What a project stands under: its customer, or the project that is its parent.

    `inactive` is None if NetSuite didn't tell.
    """

    kind: OwnerKind
    record_id: str
    name: str = ""
    inactive: bool | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """One row of NetSuite's `job` record. None means that NetSuite left the field out.

    `owners` is None if they weren't told at all, empty if the project has none.
    """

    project_id: str
    entity_id: str = ""
    name: str = ""
    customer: str = ""
    inactive: bool | None = None
    allow_expenses: bool | None = None
    status_name: str = ""
    subsidiary_id: str = ""
    subsidiary: str = ""
    owners: tuple[Owner, ...] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the projects that a label may name, as people tell them apart."""

    project_id: str
    entity_id: str = ""
    name: str = ""
    customer: str = ""
    subsidiary: str = ""

    @property
    def line(self) -> str:
        """Its internal id first: that is what an alias is given by."""
        name = self.name or self.entity_id
        number = self.entity_id if self.entity_id != name else ""
        more = [
            number,
            self.customer and f"customer {self.customer}",
            self.subsidiary and f"subsidiary {self.subsidiary}",
        ]
        known = ", ".join(part for part in more if part)
        return f"{self.project_id}: {name} ({known})" if known else f"{self.project_id}: {name}"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which project a label names.

    `chosen`: the project that an alias names; with it no name is matched. `turn`: how often the
    label turned out to name none. `details` describe the candidates. `lost`: none is found, but
    several once had the name.
    """

    match: Match = Match.UNASKED
    project_id: str = ""
    candidates: tuple[str, ...] = ()
    chosen: str = ""
    turn: int = 0
    details: tuple[Candidate, ...] = ()
    lost: bool = False

    @property
    def never_found(self) -> bool:
        """Nothing was ever found under the text, as for a department, a class, a location."""
        return self.match is Match.NOT_FOUND and not self.lost


def status_of(project: Project) -> Status:
    """A missing `isinactive` is unknown, never active; a missing 'Allow Expenses' column is too.

    A Closed project status alone isn't a block: no page of Oracle's says that it refuses expenses
    (section_N1183012), and status names are set per account. An owner that NetSuite doesn't tell
    of blocks nothing, see `tells_owners`.
    """
    if project.inactive is None:
        return Status.UNKNOWN
    if project.inactive:
        return Status.INACTIVE
    if project.allow_expenses is None:
        return Status.UNKNOWN
    if not project.allow_expenses:
        return Status.EXPENSES_OFF
    return Status.OWNER_INACTIVE if inactive_owner(project) else Status.ACTIVE


def inactive_owner(project: Project) -> Owner | None:
    """The first owner that is seen to be inactive."""
    return next((owner for owner in project.owners or () if owner.inactive), None)


def tells_owners(project: Project) -> bool:
    """Whether the row says of every owner whether it is inactive."""
    return project.owners is not None and all(o.inactive is not None for o in project.owners)


def looks_closed(project: Project) -> bool:
    """A warning only: see `status_of`."""
    return "closed" in project.status_name.casefold()


@dataclass(frozen=True, slots=True)
class Names:
    """Projects by what labels may call them: read once, however many labels are compared with them.

    Each maps a name to the ids of the projects that have it: `ways` by the ways of matching, the
    strongest first; `folded` in any of them; `exact` as it is written.
    """

    ways: tuple[Mapping[str, set[str]], ...]
    folded: Mapping[str, set[str]]
    exact: Mapping[str, set[str]]

    @classmethod
    def of(cls, projects: Collection[Project]) -> Self:
        ways = tuple(_by(names_of, projects) for names_of in _WAYS)
        return cls(ways, _by(_all_folded, projects), _by(_texts, projects))

    def resolve(self, label: str) -> Resolution:
        """Which one project the label names: the strongest way of matching that hits decides.

        More than one hit at that strength is ambiguous, never the first hit: the same name under
        different customers is normal. So is one hit that another project's name fits better.
        """
        forms = name_forms(label)
        for way in self.ways:
            for place, form in enumerate(forms):
                if hits := way.get(fold(form)):
                    return self._chosen(hits, forms[: place + 1])
        return Resolution(Match.NOT_FOUND)

    def _chosen(self, hits: set[str], forms: tuple[str, ...]) -> Resolution:
        """`forms`: the one that hit, after those that say more and didn't hit in this way."""
        everybody = sorted(hits | self._rivals(hits, forms))
        if len(everybody) == 1:
            return Resolution(Match.PROJECT, everybody[0])
        return Resolution(Match.AMBIGUOUS, candidates=tuple(everybody))

    def _rivals(self, hits: set[str], forms: tuple[str, ...]) -> set[str]:
        """Projects that fit better in a weaker way: by more of the label, or letter by letter where
        the hit fits by folding alone.
        """
        *fuller, form = forms
        rivals = {rival for more in fuller for rival in self.folded.get(fold(more), ())}
        exact: set[str] = self.exact.get(form, set())
        return rivals if hits & exact else rivals | exact


def resolve(label: str, projects: Collection[Project]) -> Resolution:
    """One label alone: see `Names.resolve`."""
    return Names.of(projects).resolve(label)


def _by(
    names_of: Callable[[Project], Iterable[str]], projects: Iterable[Project]
) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for project in projects:
        for name in names_of(project):
            found.setdefault(name, set()).add(project.project_id)
    return found


def _texts(project: Project) -> tuple[str, ...]:
    own = project.project_id, project.entity_id, project.name
    return (*own, f"{project.entity_id} {project.name}") if _has_both(project) else own


def _all_folded(project: Project) -> set[str]:
    return {fold(text) for text in _texts(project)} - {""}


def in_subsidiary(found: Resolution, projects: tuple[Project, ...], subsidiary: str) -> Resolution:
    """Of several candidates the one in this subsidiary (its name or internal id), if only one is.

    A subsidiary that NetSuite didn't tell is no other one: then nothing is narrowed down.
    """
    rows = [p for p in projects if p.project_id in found.candidates]
    if not subsidiary or not all(p.subsidiary_id or p.subsidiary for p in rows):
        return found
    wanted = fold(subsidiary)
    inside = {p.project_id for p in rows if wanted in {p.subsidiary_id, fold(p.subsidiary)}}
    return Resolution(Match.PROJECT, inside.pop()) if len(inside) == 1 else found


def described(found: Resolution, projects: tuple[Project, ...]) -> tuple[Candidate, ...]:
    """The candidates in the order of their ids."""
    rows = {p.project_id: p for p in projects if p.project_id in found.candidates}
    return tuple(
        Candidate(p.project_id, p.entity_id, p.name, p.customer, p.subsidiary)
        for _, p in sorted(rows.items())
    )


def _by_ids(project: Project) -> set[str]:
    """Internal and entity ids are of one strength: both may be bare numbers, and collide."""
    return {fold(project.project_id), fold(project.entity_id)} - {""}


def _by_both(project: Project) -> set[str]:
    """Of a project that has both: one part alone is no stronger for the want of the other."""
    return {fold(f"{project.entity_id} {project.name}")} if _has_both(project) else set()


def _has_both(project: Project) -> bool:
    return bool(fold(project.entity_id) and fold(project.name))


def _by_name(project: Project) -> set[str]:
    return {fold(project.name)} - {""}


_WAYS = (_by_ids, _by_both, _by_name)
