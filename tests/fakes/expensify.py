"""An Expensify in memory: both of its faces show one world.

Nothing happens by itself: what was asked for happens in `settle`, in the order of asking.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256

from shared.domain.clock import ForeignTime
from shared.domain.finding import Fault
from shared.domain.report import (
    EXPORTABLE,
    Action,
    ActionKind,
    LabelUse,
    Report,
    ReportState,
    Source,
)
from shared.domain.sync import SyncState
from shared.errors import OutcomeUnknownError, RefusedError, ThrottledError, TransientError
from shared.ports import Clock, ReadAnswer
from tests.builders import LABEL, NS0770, SUBMITTER, WS, uses


class Trouble(StrEnum):
    """What may happen to a call. The last two differ by whether the work was done all the same."""

    THROTTLED = "throttled"
    REFUSED = "refused"
    LOST_UNDONE = "lost_undone"
    LOST_DONE = "lost_done"


@dataclass(slots=True)
class Held:
    """One report, as the fake keeps it."""

    state: ReportState
    labels: tuple[LabelUse, ...]
    actions: list[Action] = field(default_factory=list)
    exported: bool = False
    errors: int = 0
    submitter: str = SUBMITTER


@dataclass(slots=True)
class FakeExpensify:
    """`closed`: labels of projects that are inactive in NetSuite now.

    Expensify knows of them as of its last sync. `asked` holds every call; `postings` what reached
    NetSuite.
    """

    clock: Clock
    workspace_id: str = WS
    closed: set[str] = field(default_factory=set)
    sync_fails: bool = False
    reports: dict[str, Held] = field(default_factory=dict)
    postings: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sync: SyncState = field(default_factory=lambda: SyncState(running=False))
    _imported: frozenset[str] = frozenset()
    _pending: list[Callable[[], None]] = field(default_factory=list)
    _troubles: defaultdict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    _seconds: int = 0

    def trouble(self, call: str, *troubles: Trouble) -> None:
        """What happens to the next calls of this name, such as 'export'."""
        self._troubles[call].extend(troubles)

    def put(self, report_id: str, *labels: str, state: ReportState = ReportState.APPROVED) -> None:
        self.reports[report_id] = Held(state, uses(*(labels or (LABEL,))))

    def retag(self, report_id: str, *labels: str) -> None:
        self.reports[report_id].labels = uses(*labels)

    def mark(self, report_id: str) -> None:
        """A person marks it as exported by hand."""
        self._add(report_id, ActionKind.MARKED_BY_HAND)
        self._close(report_id)

    def fail(self, report_id: str, message: str) -> None:
        self._add(report_id, ActionKind.EXPORT_FAILED, messages=(message,))
        self.reports[report_id].errors += 1

    def ask_export(self, report_id: str, attempt_id: str = "") -> None:
        """What the app's *Export* does, whoever presses it."""
        self._pending.append(lambda: self._export(report_id, attempt_id))

    def ask_sync(self) -> None:
        if not self.sync.running:
            self.sync = replace(self.sync, running=True)
            self._pending.append(self._sync)

    def settle(self) -> None:
        """All that was asked for happens now."""
        while self._pending:
            self._pending.pop(0)()

    def called(self, call: str, about: str, work: Callable[[], None] = lambda: None) -> None:
        """Notes a call that only reads or, if it has `work`, acts; raises its trouble."""
        self.asked.append((call, about))
        trouble = self._troubles[call].popleft() if self._troubles[call] else None
        if trouble in {None, Trouble.LOST_DONE}:
            work()
        if trouble:
            raise _error(trouble, acts=call in {"export", "start_sync"})

    def _sync(self) -> None:
        at = self._now()
        if self.sync_fails:
            self.sync = replace(self.sync, running=False, last_failure=at)
            return
        self._imported = frozenset(self.closed)
        self.sync = SyncState(running=False, last_success=at)

    def _export(self, report_id: str, attempt_id: str) -> None:
        held = self.reports[report_id]
        wrong = [use.label for use in held.labels if use.label in self._imported | self.closed]
        if held.state not in EXPORTABLE:
            self.fail(report_id, "Only approved, done, or paid reports can be exported.")
        elif wrong:
            self.fail(report_id, NS0770.format(wrong[0]))
        else:
            self.postings.append(report_id)
            url = f"https://netsuite.example/expense/{len(self.postings)}"
            self._add(report_id, ActionKind.EXPORTED, action_id=attempt_id, urls=(url,))
            self._close(report_id)

    def _close(self, report_id: str) -> None:
        self.reports[report_id].exported = True
        self.reports[report_id].errors = 0

    def _add(
        self,
        report_id: str,
        kind: ActionKind,
        *,
        action_id: str = "",
        messages: tuple[str, ...] = (),
        urls: tuple[str, ...] = (),
    ) -> None:
        actions = self.reports[report_id].actions
        at = self._now()
        actions.append(Action(action_id or f"{len(actions) + 1:019d}", kind, at, messages, urls))

    def _now(self) -> ForeignTime:
        """Expensify's own clock, which has nothing to do with ours."""
        self._seconds += 1
        minutes, seconds = divmod(self._seconds, 60)
        return ForeignTime(f"2026-01-01 10:{minutes:02d}:{seconds:02d}.000")


@dataclass(frozen=True, slots=True)
class FakeReader:
    """The official face: it tells neither flag nor count, and its actions have no id."""

    world: FakeExpensify

    def read(self, report_ids: tuple[str, ...]) -> ReadAnswer:
        if not report_ids:
            return ReadAnswer(())
        self.world.called("read", ",".join(report_ids))
        found = (i for i in report_ids if i in self.world.reports)
        return ReadAnswer(tuple(self._report(report_id) for report_id in found))

    def _report(self, report_id: str) -> Report:
        report = _report(self.world, report_id, Source.INTEGRATION)
        actions = tuple(replace(a, id=_made_up(a)) for a in report.actions)
        return replace(report, actions=actions)


@dataclass(frozen=True, slots=True)
class FakeApp:
    """The app's own face."""

    world: FakeExpensify

    def open_report(self, report_id: str) -> Report | None:
        self.world.called("open_report", report_id)
        held = self.world.reports.get(report_id)
        if held is None:
            return None
        report = _report(self.world, report_id, Source.APP)
        return replace(report, exported=held.exported, error_count=held.errors)

    def sync_state(self) -> SyncState:
        self.world.called("sync_state", self.world.workspace_id)
        return self.world.sync

    def start_sync(self) -> None:
        self.world.called("start_sync", self.world.workspace_id, self.world.ask_sync)

    def export(self, report_id: str, attempt_id: str) -> None:
        self.world.called("export", report_id, lambda: self.world.ask_export(report_id, attempt_id))


def _report(world: FakeExpensify, report_id: str, source: Source) -> Report:
    held = world.reports[report_id]
    return Report(
        report_id=report_id,
        state=held.state,
        source=source,
        read_at=world.clock(),
        name="Trip",
        submitter=held.submitter,
        labels=tuple(sorted(held.labels, key=lambda use: use.label)),
        actions=tuple(held.actions),
    )


def _made_up(action: Action) -> str:
    return sha256(f"{action.kind} {action.at} {action.messages}".encode()).hexdigest()[:16]


def _error(trouble: Trouble, *, acts: bool) -> Exception:
    if trouble is Trouble.REFUSED:
        return RefusedError("refused")
    if trouble is Trouble.THROTTLED:
        return RefusedError("throttled", Fault.THROTTLED) if acts else ThrottledError("throttled")
    return OutcomeUnknownError("lost") if acts else TransientError("lost")
