"""What the simulated Expensify remembers. Times are epoch seconds."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.expensify.world import Project, State

EXPORTED = "EXPORTINTEGRATION"
FAILED = "INTEGRATIONSMESSAGE"
LABEL = "NetSuite"
"""Action names and the label of the connection: App src/CONST/index.ts (REPORT.ACTIONS.TYPE)."""

CONCIERGE = "concierge@expensify.com"
AUTO = "auto"
PERSON = "person"

_EXPORTABLE = frozenset({State.APPROVED, State.REIMBURSED, State.ARCHIVED})
_BACK_WITH_SUBMITTER = frozenset({State.OPEN, State.SUBMITTED})


@dataclass(slots=True)
class Expense:
    transaction_id: str
    project: str
    merchant: str
    amount: int
    currency: str
    category: str
    billable: bool
    created: float


@dataclass(frozen=True, slots=True)
class Action:
    """``original`` is the App's originalMessage."""

    id: str
    name: str
    at: float
    actor: str
    automatic: bool
    original: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One outcome, for the control surface: ``exported``, ``failed`` or ``marked``."""

    at: float
    outcome: str
    by: str
    message: str | None = None
    netsuite_url: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One record that reached NetSuite; two of one report are a double export."""

    id: str
    report_id: str
    workspace_id: str
    account: str
    at: float
    by: str
    attempt: str | None
    netsuite_url: str


@dataclass(slots=True)
class Report:
    id: str
    workspace_id: str
    created: float
    name: str = ""
    submitter: str = ""
    state: State = State.OPEN
    submitted: float | None = None
    approved: float | None = None
    expenses: list[Expense] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    exports: list[ExportEntry] = field(default_factory=list)
    export_errors: dict[str, str] = field(default_factory=dict)
    export_failed_at: float | None = None
    exported: bool = False
    marks: set[str] = field(default_factory=set)
    custom_fields: dict[str, str] = field(default_factory=dict)

    @property
    def exportable(self) -> bool:
        """'Only Approved, Done, or Paid reports can be exported' (Help, NetSuite FAQ)."""
        return self.state in _EXPORTABLE

    @property
    def total(self) -> int:
        return sum(expense.amount for expense in self.expenses)

    @property
    def labels(self) -> list[str]:
        """The distinct projects of its expenses, in order."""
        return list(dict.fromkeys(e.project for e in self.expenses if e.project))

    def move(self, state: State, now: float) -> None:
        """Un-approving a failed report resets its failure (App, test of the export button)."""
        if state in _BACK_WITH_SUBMITTER:
            self.approved = None
            self.clear_errors()
        if state is State.OPEN:
            self.submitted = None
        else:
            self.submitted = self.submitted or now
        if state in _EXPORTABLE:
            self.approved = self.approved or now
        self.state = state

    def date_back(self, at: float) -> None:
        """Written, sent and approved in that moment, as far as it was at all."""
        self.created = at
        self.submitted = at if self.submitted else None
        self.approved = at if self.approved else None

    def clear_errors(self) -> None:
        self.export_errors.clear()
        self.export_failed_at = None

    def add_error(self, at: float, text: str) -> None:
        """Keyed by microseconds, as all errors of the App are; two at once get two keys."""
        key = int(at * 1_000_000)
        while str(key) in self.export_errors:
            key += 1
        self.export_errors[str(key)] = text
        self.export_failed_at = at


@dataclass(frozen=True, slots=True)
class LastSync:
    """App src/types/onyx/Policy.ts, ``lastSync``."""

    successful: bool
    at: float
    source: str
    error: str | None = None
    unauthorized: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    stage: str
    at: float


@dataclass(slots=True)
class Connection:
    """A workspace's connection to NetSuite, and what its last import brought."""

    snapshot: tuple[Project, ...] | None = None
    snapshot_at: float | None = None
    last_sync: LastSync | None = None
    succeeded_at: float | None = None
    failed_at: float | None = None
    progress: Progress | None = None
