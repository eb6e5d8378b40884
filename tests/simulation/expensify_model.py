"""What the simulated Expensify remembers of a report, with who asked for what."""

from dataclasses import dataclass, field

from shared.domain.clock import Millis
from shared.domain.report import ActionKind, ReportState

PERSON, AUTO, OURS = "person", "auto", "ours"
NOT_APPROVED = frozenset({ReportState.OPEN, ReportState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request for an export. `id` is ours if we asked for it. `stumbles`: see `ReportPlan`."""

    by: str
    id: str = ""
    asked_at: Millis = 0
    stumbles: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a report's history. `attempt`: what it is the outcome of."""

    id: str
    kind: ActionKind
    at: Millis
    message: str = ""
    url: str = ""
    projects: tuple[str, ...] = ()
    code: str = ""
    attempt: Attempt | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One record that reached NetSuite."""

    report_id: str
    at: Millis
    attempt: Attempt


@dataclass(slots=True)
class SimReport:
    """`labels`: one per expense, empty for none. `reset`: how long its history was when it was
    last unapproved; a mark or an export before that counts no more.
    """

    id: str
    workspace_id: str
    account: str
    submitter: str
    labels: list[str]
    state: ReportState = ReportState.APPROVED
    history: list[Entry] = field(default_factory=list)
    exported: bool = False
    errors: int = 0
    deleted: bool = False
    reset: int = 0
    hidden_until: Millis = 0
    hidden_once: bool = False
    unapproved_at: Millis | None = None
    approved_at: Millis | None = None
    """When it was approved anew, if it was."""

    @property
    def texts(self) -> list[str]:
        return list(dict.fromkeys(label for label in self.labels if label))

    @property
    def over(self) -> bool:
        """Nothing is left to be done about it."""
        return self.exported or self.deleted


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One sync that ended well. `asked_at` is ours (0: somebody else's); `read_at` the import's."""

    workspace_id: str
    by: str
    asked_at: Millis
    began: Millis
    ended: Millis


@dataclass(slots=True)
class Connection:
    """A workspace's line: one job at a time, and what the last import brought."""

    snapshot: dict[str, bool]
    jobs: list[object] = field(default_factory=list)
    busy: bool = False
    syncing: bool = False
    succeeded: Millis | None = None
    failed: Millis | None = None
