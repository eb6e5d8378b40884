"""What the workflows need of the world, as small protocols. Adapters and fakes implement them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.contracts.settings import AccountSettings, WebhookKeySettings, WorkspaceSettings
from shared.domain.absence import Inquiry, ReportRecord
from shared.domain.blocker import Blocker, Label
from shared.domain.case import Case
from shared.domain.clock import Millis
from shared.domain.decide_detect import Credential
from shared.domain.decide_notify import Letter
from shared.domain.decide_watch import Account, Question
from shared.domain.delivery import Message, Sealed
from shared.domain.detect_reports import FoundReport, Sighting
from shared.domain.finding import Project
from shared.domain.identity import Alias
from shared.domain.notice import Notice
from shared.domain.policy import Policy, Tag
from shared.domain.reactivation import Changed, Fields, Record
from shared.domain.report import Report
from shared.domain.slots import Usage
from shared.domain.span import Span
from shared.domain.sync import SyncState
from shared.domain.workspace import Workspace

type Clock = Callable[[], Millis]


class Reconciler(StrEnum):
    """Who looks: `watch` at an account, `recover` at a workspace, `notify` at a person, `detect` at a
    credential of Expensify's.
    """

    WATCH = "watch"
    RECOVER = "recover"
    NOTIFY = "notify"
    DETECT = "detect"


@dataclass(frozen=True, slots=True)
class Row:
    """One reconciler's row. `looked_at`: when the last finished look began."""

    reconciler: Reconciler
    key: str
    due: Millis | None = None
    looked_at: Millis = 0


class Rows(Protocol):
    """When to look at what. Only these rows are ever due."""

    def get(self, reconciler: Reconciler, key: str) -> Row:
        """The row, consistently read; a row never written is due never and was never looked at."""

    def arm(self, reconciler: Reconciler, key: str, due: Millis) -> None:
        """Set `due` unconditionally: the safety net of a run that is about to begin."""

    def finish(
        self,
        reconciler: Reconciler,
        key: str,
        *,
        armed: Millis,
        looked_at: Millis,
        due: Millis | None,
    ) -> None:
        """End of a run: set `looked_at` and `due`. If `due` is no longer `armed`, somebody moved
        it meanwhile: the earlier of theirs and ours stays. None removes the row from the index.
        """

    def pull(self, reconciler: Reconciler, key: str, due: Millis) -> bool:
        """Move `due` earlier, never later; creates the row. False: it was due by then already."""

    def overdue(self, now: Millis, limit: int) -> tuple[Row, ...]:
        """Rows with `due` <= now by the index (eventually consistent), the earliest first."""

    def claim(self, row: Row, due: Millis) -> bool:
        """Move `due` of an overdue row if it still is what the index said; False if it isn't."""


class Wakes(Protocol):
    def wake(self, reconciler: Reconciler, key: str) -> None:
        """Send 'look at this now': a key and nothing else, with a fresh deduplication id."""


class Cases(Protocol):
    def get(self, workspace_id: str, report_id: str) -> Case | None:
        """The case, consistently read.

        Of one that has expired, what must not be forgotten (`late.trace`): as if never stored.
        """

    def unfinished(self, workspace_id: str) -> tuple[Case, ...]:
        """All cases that have not ended, by the index (eventually consistent)."""

    def put(self, case: Case) -> Case:
        """Write if the stored version still is `case.version` (0: none is stored).

        Returns the case with its new version. Raises ConflictError.
        """


class Accounts(Protocol):
    """Labels and blockers of an account, and what `watch` remembers of it."""

    def get(self, account_id: str) -> Account: ...

    def save(self, account: Account) -> Account:
        """Conditional on the version, like `Cases.put`. Raises ConflictError."""

    def labels(self, account_id: str, workspace_id: str = "") -> tuple[Label, ...]:
        """Of one workspace, or of all; consistently read."""

    def blockers(self, account_id: str) -> tuple[Blocker, ...]:
        """All of the account, consistently read."""

    def ask(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> dict[str, int]:
        """Ask for a look at these labels; returns each one's new `asked` number.

        `wanted_until` only ever grows.
        """

    def ask_anew(self, account_id: str, workspace_id: str, text: str, wanted_until: Millis) -> None:
        """As `ask`; and no answer to an earlier question counts any more."""

    def keep(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> None:
        """Have these labels, which exist, watched until then; `wanted_until` only ever grows."""

    def answer(self, label: Label) -> None:
        """Store `answered` and `resolution`, unless a later look answered already."""

    def put_blocker(self, blocker: Blocker) -> Blocker:
        """Conditional on the version, like `Cases.put`. Raises ConflictError."""

    def inquiries(self, account_id: str, workspace_id: str = "") -> tuple[Inquiry, ...]:
        """Of one workspace, or of all; consistently read. Old ones expire."""

    def inquire(self, inquiry: Inquiry) -> None:
        """Ask for a look at the report's record; counts, as `ask` does. What was answered stays
        until it is answered anew.
        """

    def inform(self, inquiry: Inquiry) -> None:
        """Store `answered` and `answer`, unless a later look answered already."""

    def aliases(self, workspace_id: str) -> tuple[Alias, ...]:
        """What somebody chose for labels of this workspace; consistently read."""

    def put_alias(self, alias: Alias) -> None:
        """In place of an earlier choice for the label."""

    def drop_alias(self, workspace_id: str, text: str) -> None:
        """Nothing happens if there is none."""


class Workspaces(Protocol):
    """What `recover` remembers."""

    def get(self, workspace_id: str) -> Workspace: ...

    def save(self, workspace: Workspace) -> Workspace:
        """Conditional on the version, like `Cases.put`. Raises ConflictError."""


class Notices(Protocol):
    """A person's notices; `person_key` stands for the address wherever addresses must not be."""

    def put(self, notice: Notice) -> bool:
        """Put once: False if this person has a notice of this id already.

        One that was dropped unsent may be put again: what it says became true after all. One that
        is pending is only made young again (`created_at`, see `decide_notify.YOUNG`), and is sent
        no later than this one would be (`send_after`).
        """

    def of(self, person_key: str) -> tuple[Notice, ...]:
        """All notices of the person, sent, dropped or pending."""

    def settle(self, notice: Notice) -> None:
        """Store `sent_at` or `dropped`."""


class Settings(Protocol):
    def workspace(self, workspace_id: str) -> WorkspaceSettings | None:
        """None if no settings name the workspace. Raises SettingsError if they are broken."""

    def account(self, account_id: str) -> AccountSettings:
        """Raises SettingsError if they are missing or broken."""

    def acts(self) -> bool:
        """The kill switch, read anew; on unless settings say off. Raises SettingsError."""

    def park(self, workspace_id: str, event_id: str, body: str, now: Millis, since: Millis) -> None:
        """Keep an event of a workspace without settings that can be read, for 14 days.

        `since`: when it first came, by our clock.
        """

    def parked_events(self, workspace_id: str) -> int:
        """How many are kept."""


class Secrets(Protocol):
    def get(self, name: str, *, fresh: bool = False) -> dict[str, object]:
        """The secret's JSON, cached 5 min; `fresh` skips the cache. Raises RefusedError."""


class WebhookKeys(Protocol):
    def webhook_key(self, key_id: str) -> WebhookKeySettings | None:
        """None if no settings name it. Raises SettingsError if they are broken."""


class Signatures(Protocol):
    def hold(self, given: Sealed, secrets: Iterable[str]) -> bool:
        """Whether it was signed with one of these. Raises SettingsError if one can't be used."""


class Deliveries(Protocol):
    """What was delivered to the webhook lately."""

    def known(self, key_id: str, delivery_id: str) -> str | None:
        """Under which fingerprint, consistently read; None: never, or long ago."""

    def remember(self, key_id: str, delivery_id: str, content: str, until: Millis) -> None:
        """Once: what was remembered first stays."""


class Inbox(Protocol):
    def put(self, *messages: Message) -> None:
        """On the bus, each under its own source; at least once. Raises TransientError."""


class Usages(Protocol):
    """What each credential of Expensify's was used for lately."""

    def get(self, credential: str) -> Usage:
        """Consistently read; a credential never used has no requests behind it."""

    def save(self, usage: Usage) -> Usage:
        """Conditional on the version, like `Cases.put`. Raises ConflictError."""


class NetSuite(Protocol):
    """One account."""

    def look(self, question: Question) -> tuple[Project, ...]:
        """Every project that one of the texts may name or that has one of the ids.

        If there is none: any one project that we may see, so that 'none' means something.
        Raises TransientError, RefusedError.
        """

    def find_records(self, texts: tuple[str, ...]) -> tuple[ReportRecord, ...]:
        """All that hold one of these texts, letter by letter, where Expensify may write a report's
        id. Raises TransientError, RefusedError.
        """

    def record(self, project_id: str) -> Record | None:
        """None: no such record, or hidden from our role. Raises TransientError, RefusedError."""

    def change(self, project_id: str, wanted: Fields) -> Changed:
        """Asked once, and read back. Raises TransientError, RefusedError (the login): nothing was
        done. A permission that we lack is refused, an answer that never came is unknown.
        """


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A complete answer: what isn't in `reports` was not returned."""

    reports: tuple[Report, ...]


class ReportReader(Protocol):
    """Expensify's official Integration Server: the read side."""

    def read(self, report_ids: tuple[str, ...]) -> ReadAnswer:
        """Raises TransientError (throttled, unreachable, unreadable, partial), RefusedError."""


class ReportFinder(Protocol):
    """Expensify's official Integration Server: finding what nobody told us of.

    Every method raises TransientError (NoSlotError: nothing was asked), RefusedError, PermanentError.
    """

    def policies(self) -> tuple[Policy, ...]:
        """All workspaces that the credential sees."""

    def tags(self, policy_ids: tuple[str, ...]) -> Mapping[str, tuple[Tag, ...]]:
        """By workspace."""

    def search(self, policy_ids: tuple[str, ...], span: Span, fields: tuple[str, ...] = ()) -> str:
        """Have the file made of a span's reports that may be exported; returns its name.

        `fields`: names of report fields that the file has to hold.
        """

    def fetch(self, name: str, policy_ids: tuple[str, ...]) -> tuple[FoundReport, ...] | None:
        """All of them, with whole tags for labels; None: the file isn't there yet.

        Also raises TooMuchError.
        """


class Credentials(Protocol):
    """What `detect` remembers."""

    def get(self, key: str) -> Credential: ...

    def save(self, credential: Credential) -> Credential:
        """Conditional on the version, like `Cases.put`. Raises ConflictError."""


class Sightings(Protocol):
    """Of each report with a failure, what was seen and said."""

    def of(self, workspace_id: str) -> tuple[Sighting, ...]:
        """All of the workspace, consistently read."""

    def put(self, sighting: Sighting, now: Millis) -> None:
        """In place of an earlier one; kept for as long as the report is searched for."""


class Tenants(Protocol):
    def all_workspaces(self) -> tuple[WorkspaceSettings, ...]:
        """All whose settings can be read."""


class ExpensifyApp(Protocol):
    """The app's own, unofficial API: the act side, and the state of what was acted on."""

    def open_report(self, report_id: str) -> Report | None:
        """None: no such report. Raises TransientError, RefusedError."""

    def sync_state(self) -> SyncState:
        """From a fresh policy read. Raises TransientError, RefusedError."""

    def start_sync(self) -> None:
        """Raises RefusedError (nothing was done), OutcomeUnknownError (it may have begun)."""

    def export(self, report_id: str, attempt_id: str) -> None:
        """Ask once, never repeat. Raises RefusedError (nothing was done), OutcomeUnknownError."""


class Channel(Protocol):
    """A way to tell people."""

    def send(self, letter: Letter, settings: WorkspaceSettings | None) -> None:
        """`settings`: None if the workspace's can't be read; only operators are told then.

        Raises TransientError, PermanentError (this recipient can't be reached).
        """


@dataclass(frozen=True, slots=True)
class Announcement:
    """One of our own events for the bus; `id` is deterministic, so that a repeat is recognised."""

    detail_type: str
    id: str
    detail: dict[str, object]


class Bus(Protocol):
    def publish(self, announcements: Iterable[Announcement]) -> None:
        """At least once. Raises TransientError if any entry wasn't taken."""


class DeadLetters(Protocol):
    def put(self, body: str, reason: str) -> None:
        """Keep a message that can't be understood, with the reason readable beside it."""
