"""What one history is about. `drawing.draw` draws it from its seed before anything happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.clock import Millis
from shared.domain.mode import Mode
from shared.domain.rules import Rules

START: Millis = 1_800_000_000_000
"""2027-01-15 08:00 UTC."""

type Cell = tuple[str, str]
"""Of the decision table: evidence and phase group."""


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """`label`: as Expensify spells it. `closed`: what is wrong with it when the history begins."""

    id: str
    label: str
    customer: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class DriftPlan:
    """What becomes of a project, and when: see `drift`."""

    at: Millis
    kind: str
    account: str
    project_id: str


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """`stumbles`: its first export fails for another reason than a project."""

    id: str
    submitter: str
    labels: tuple[str, ...]
    fails_at: Millis
    stumbles: bool = False


@dataclass(frozen=True, slots=True)
class WorkspacePlan:
    """`rules` are what its settings say, `calm_rules` what they say once it is calm.
    `auto_export`: Expensify tries again after a sync.
    """

    id: str
    account: str
    submitters: tuple[str, ...]
    reports: tuple[ReportPlan, ...]
    rules: Rules
    calm_rules: Rules
    netsuite_admins: tuple[str, ...]
    workspace_admins: tuple[str, ...]
    retag_by: str = "submitter"
    auto_export: bool = False
    duplicate_check: bool = True
    subsidiary: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """What Expensify does with an export instead of an honest answer, each with its chance.

    `unsaid`, `exists` and `late`: it is in NetSuite, and Expensify never says so, says NS0034, or
    says so much later. `other`: it fails for another reason. `slow`: the job takes very long.
    """

    forgotten: float = 0.0
    unsaid: float = 0.0
    exists: float = 0.0
    late: float = 0.0
    other: float = 0.0
    slow: float = 0.0


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely things go wrong, per call or message, until the calm begins."""

    crash: float = 0.0
    table: float = 0.0
    reads: float = 0.0
    answers: float = 0.0
    queues: float = 0.0
    netsuite: float = 0.0
    mail: float = 0.0
    syncs: float = 0.0
    silence: Silence = field(default_factory=Silence)
    lag: int = 1
    """The longest that the index lags behind, in milliseconds."""

    slow: float = 0.0
    """How likely an outside call takes seconds instead of tenths."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often people do this rather than that, when they do something."""

    toggle: int = 5
    retag: int = 4
    export: int = 3
    mark: int = 2
    unapprove: int = 2
    delete: int = 1
    sync: int = 3
    hint: int = 1
    switch: int = 0


@dataclass(frozen=True, slots=True)
class Aim:
    """A run that took this cell of the decision table dies at this effect, if it comes to it."""

    cell: Cell
    point: str

    def words(self) -> tuple[str, str, str]:
        """As the tables and the command line write it."""
        evidence, group = self.cell
        return evidence.lower(), group, self.point


@dataclass(frozen=True, slots=True)
class ModeSwitch:
    """An operator pushes settings with this mode."""

    at: Millis
    workspace_id: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class RecordsPlan:
    """`columns`: where each account's records have their report's id; empty: nowhere. `known`: how
    many reports of a workspace we have seen exported before. `hides`: how likely a query doesn't
    see all records.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)
    hides: float = 0.0


@dataclass(frozen=True, slots=True)
class Absence:
    """From `since` until `until` nobody searches a workspace: its settings don't name the credential
    or, if it is `hidden`, the credential doesn't see it.
    """

    workspace_id: str
    since: Millis
    until: Millis
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Nobody tells us of failures: we search for them. `ages`: how many days ago each report was
    approved, and sent. `failed`: the reports that failed before the history begins. `late`,
    `large`: how likely a file isn't there yet, or is more than we take. `eager`: searches are wanted
    more often than can be.
    """

    ages: Mapping[str, tuple[int, int]]
    failed: frozenset[str] = frozenset()
    late: float = 0.0
    large: float = 0.0
    absences: tuple[Absence, ...] = ()
    eager: bool = False


@dataclass(frozen=True, slots=True)
class RefusalPlan:
    """Expensify takes `after` exports of ours in a workspace, and then refuses all that we ask for, for
    one of these times; and again after some more.
    """

    workspace_id: str
    after: int
    lasts: tuple[Millis, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    seed: int
    projects: dict[str, tuple[ProjectPlan, ...]]
    workspaces: tuple[WorkspacePlan, ...]
    chances: Chances
    habits: Habits
    meddling: float
    """How likely people do something at each occasion."""

    heeding: float
    """How likely people do what a mail asks of them."""

    calm_at: Millis
    hurry: bool = False
    """People act within minutes and syncs are short, so that the history is short."""

    aim: Aim | None = None
    stubborn: frozenset[str] = frozenset()
    """Projects that no sync brings to Expensify, although it ends well."""

    ambush: bool = False
    """Somebody acts on a report just when we asked for its export; silence is for ours alone."""

    late_fix: Millis = 0
    """How long after everything has come to rest the last closed projects are opened, if at all."""

    ladders: bool = False
    """Reminders come after minutes, and a day is short."""

    rulings: float = 0.0
    """How likely an administrator says that a project stays closed."""

    approvals: float = 0.0
    """How likely an operator approves, at each occasion, that we open what is closed."""

    disallowed: frozenset[str] = frozenset()
    """Accounts whose settings don't let us open anything, though there are approvals."""

    drift: tuple[DriftPlan, ...] = ()
    clocks: dict[str, Millis] | None = None
    records: RecordsPlan = field(default_factory=RecordsPlan)
    modes: tuple[ModeSwitch, ...] = ()
    """Of workspaces that aren't in `auto` all the time."""

    search: SearchPlan | None = None
    refusals: RefusalPlan | None = None
