"""Expensify's official face for whoever searches it, and what `detect` keeps in the table."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace

from shared.adapters.expensify_read.allowance import Allowance
from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.decide_detect import Credential
from shared.domain.delivery import Message
from shared.domain.detect_reports import FoundReport, Sighting
from shared.domain.policy import Policy, Tag
from shared.domain.report import EXPORTABLE, Action, ActionKind, Report, ReportState, Source
from shared.domain.slots import Usage
from shared.domain.span import Span, day_of
from shared.errors import (
    ConflictError,
    NoSlotError,
    RemediationError,
    ThrottledError,
    TooMuchError,
    TransientError,
)
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import SimReport
from tests.simulation.faces import FAULTS, reported, written
from tests.simulation.run import Stage
from tests.simulation.scenario import START, SearchPlan
from tests.simulation.table_notices import SimSettings

LOGIN = "login"


class SimUsages:
    """Implements `Usages`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.stored: dict[str, Usage] = {}

    def get(self, credential: str) -> Usage:
        self._stage.look()
        return self.stored.get(credential) or Usage(credential)

    def save(self, usage: Usage) -> Usage:
        self._stage.effect("usages.save")
        stored = self.stored.get(usage.credential)
        if (stored.version if stored else 0) != usage.version:
            raise ConflictError("simulated")
        new = replace(usage, version=usage.version + 1)
        self.stored[usage.credential] = new
        return new


class SimLine:
    """The way to the Integration Server, with a slot before each request, as `Connection` has it.
    `sent` hears of every request, `denied` of every one for which there is no slot, `shut` of every
    'too many' that is written down.
    """

    def __init__(self, stage: Stage, usages: SimUsages, *, urgent: bool) -> None:
        self._stage = stage
        self._allowance = Allowance(usages, stage.clock, urgent=urgent)
        self.sent: Callable[[], None] = lambda: None
        self.shut: Callable[[Millis], None] = lambda _wait: None
        self.denied: Callable[[], None] = lambda: None

    def ask(self, hold: int = 0) -> None:
        """Raises NoSlotError, TransientError (table)."""
        try:
            self._allowance.take(LOGIN, hold)
        except NoSlotError:
            self.denied()
            raise
        self.sent()

    def fetch(self) -> None:
        self._allowance.use(LOGIN)
        self.sent()

    def fail(self, what: str) -> None:
        """Now and then. 'Too many' is everybody's."""
        stage = self._stage
        if not stage.fault(stage.chances.reads):
            return
        error: RemediationError = copy(stage.rng.choice(FAULTS))
        stage.say(what, f"{type(error).__name__}")
        stage.back()
        if isinstance(error, ThrottledError):
            self._allowance.refused(LOGIN, error)
            self.shut(MINUTE)
        raise error


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as it was when a file was made: `length` of its history."""

    report: SimReport
    length: int
    state: ReportState
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """`ready_at`: None: never. `found` is what we read, `shown` what that was."""

    made_at: Millis
    ready_at: Millis | None
    workspaces: tuple[str, ...]
    found: tuple[FoundReport, ...]
    shown: tuple[Shown, ...]
    parts: int


class SimFinder:
    """Implements `ReportFinder`. `delivered` hears of every file that we got."""

    def __init__(
        self, stage: Stage, expensify: SimExpensify, plan: SearchPlan, line: SimLine
    ) -> None:
        self._stage = stage
        self._expensify = expensify
        self._plan = plan
        self._line = line
        self._files: dict[str, File] = {}
        self.delivered: Callable[[File], None] = lambda _file: None

    def policies(self) -> tuple[Policy, ...]:
        stage = self._stage
        self._line.ask()
        stage.outside()
        self._line.fail("asks for the workspaces")
        hidden = {
            absence.workspace_id
            for absence in self._plan.absences
            if absence.hidden and absence.since <= stage.now < absence.until
        }
        seen = tuple(Policy(ws) for ws in self._expensify.plans if ws not in hidden)
        stage.back()
        return seen

    def tags(self, policy_ids: tuple[str, ...]) -> Mapping[str, tuple[Tag, ...]]:
        raise NotImplementedError

    def search(self, policy_ids: tuple[str, ...], span: Span, fields: tuple[str, ...] = ()) -> str:
        stage = self._stage
        self._line.ask(hold=1)
        stage.outside()
        self._line.fail("has a file made")
        name = f"file{len(self._files)}"
        self._files[name] = self._made(policy_ids, span)
        stage.say(f"has {name} made", f"{span}")
        stage.back()
        return name

    def fetch(self, name: str, policy_ids: tuple[str, ...]) -> tuple[FoundReport, ...] | None:
        stage, file = self._stage, self._files[name]
        self._line.fetch()
        stage.outside()
        self._line.fail(f"fetches {name}")
        stage.back()
        if file.ready_at is None or stage.now < file.ready_at:
            stage.say(f"fetches {name}", "not yet")
            return None
        if file.parts and len(file.found) > 1 and stage.fault(self._plan.large, "it is too large"):
            raise TooMuchError("simulated")
        if stage.journal.on:
            told = ", ".join(f"{s.report.id} ({s.length})" for s in file.shown)
            stage.say(f"fetches {name}", told or "nothing")
        self.delivered(file)
        return file.found

    def _made(self, policy_ids: tuple[str, ...], span: Span) -> File:
        stage = self._stage
        reports = [r for r in self._expensify.reports.values() if self._is_in(r, policy_ids, span)]
        return File(
            stage.now,
            self._ready_at(),
            policy_ids,
            tuple(FoundReport(r.workspace_id, self._shown(r)) for r in reports),
            tuple(Shown(r, len(r.history), r.state, tuple(r.labels)) for r in reports),
            len(span.parts(day_of(stage.now))),
        )

    def _ready_at(self) -> Millis | None:
        stage = self._stage
        if not stage.fault(self._plan.late, "the file isn't there yet"):
            return stage.now
        return None if stage.chance(0.1) else stage.now + stage.rng.randrange(40 * SECOND)

    def _is_in(self, report: SimReport, policy_ids: tuple[str, ...], span: Span) -> bool:
        if report.deleted or report.state not in EXPORTABLE:
            return False
        if report.workspace_id not in policy_ids:
            return False
        approved, sent = self.days_of(report)
        if span.approved:
            return approved >= span.first and (span.last is None or sent <= span.last)
        return span.first <= sent and (span.last is None or sent <= span.last)

    def days_of(self, report: SimReport) -> tuple[int, int]:
        """On which days, by Expensify's clock, it was approved and sent."""
        if report.approved_at is not None:
            anew = day_of(self._stage.foreign("expensify", report.approved_at))
            return anew, anew
        began = day_of(self._stage.foreign("expensify", START))
        approved, sent = self._plan.ages[report.id]
        return began - approved, began - sent

    def _shown(self, report: SimReport) -> Report:
        """With its approvals, of which only this face tells."""
        stage = self._stage
        whole = reported(stage, report, Source.INTEGRATION, stage.clock())
        shift = stage.clocks.get("expensify", 0)
        times = [START - self._plan.ages[report.id][0] * 24 * 60 * MINUTE - MINUTE]
        times += [report.approved_at] if report.approved_at is not None else []
        approvals = (
            Action(f"a{at}", ActionKind.OTHER, written(at + shift, Source.INTEGRATION))
            for at in times
        )
        return replace(whole, actions=(*approvals, *whole.actions))


class SimCredentials:
    """Implements `Credentials`. `saved` hears of what is remembered."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.stored: dict[str, Credential] = {}
        self.saved: Callable[[Credential], None] = lambda _credential: None

    def get(self, key: str) -> Credential:
        self._stage.look()
        return self.stored.get(key) or Credential(key)

    def save(self, credential: Credential) -> Credential:
        self._stage.effect("credentials.save")
        stored = self.stored.get(credential.key)
        if (stored.version if stored else 0) != credential.version:
            raise ConflictError("simulated")
        new = replace(credential, version=credential.version + 1)
        self.stored[credential.key] = new
        self.saved(new)
        return new


class SimSightings:
    """Implements `Sightings`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._stored: dict[tuple[str, str], Sighting] = {}

    def of(self, workspace_id: str) -> tuple[Sighting, ...]:
        self._stage.look()
        return tuple(s for (ws, _), s in self._stored.items() if ws == workspace_id)

    def put(self, sighting: Sighting, now: Millis) -> None:
        self._stage.effect("sightings.put")
        self._stored[sighting.key] = sighting


class SimInbox:
    """Implements `Inbox`. `taken` hears of every message that the bus took."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.taken: Callable[[Message], None] = lambda _message: None

    def put(self, *messages: Message) -> None:
        """One call, of which a part may be refused."""
        stage = self._stage
        stage.effect("inbox.put")
        refused = False
        for message in messages:
            if stage.fault(stage.chances.table, "the bus refuses an entry"):
                refused = True
                continue
            stage.say(f"says: {message.detail_type}", str(message.detail["reportId"]))
            self.taken(message)
        if refused:
            raise TransientError("simulated")


class SimTenants:
    """Implements `Tenants`."""

    def __init__(self, stage: Stage, settings: SimSettings, plan: SearchPlan) -> None:
        self._stage = stage
        self._settings = settings
        self._plan = plan
        self.key = self._settings.known(next(iter(self._ids()))).expensify.credential

    def all_workspaces(self) -> tuple[WorkspaceSettings, ...]:
        self._stage.look()
        return self.members()

    def members(self) -> tuple[WorkspaceSettings, ...]:
        return tuple(self._settings.known(ws) for ws in self._ids() if not self._is_away(ws))

    def _is_away(self, workspace_id: str) -> bool:
        now = self._stage.now
        return any(
            absence.workspace_id == workspace_id and absence.since <= now < absence.until
            for absence in self._plan.absences
            if not absence.hidden
        )

    def _ids(self) -> Iterable[str]:
        return (plan.id for plan in self._stage.scenario.workspaces)
