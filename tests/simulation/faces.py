"""The two faces of Expensify as the ports have them: reads are snapshots, answers get lost."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import NoReturn, Protocol

from shared.domain.clock import ForeignTime, Millis
from shared.domain.finding import Fault
from shared.domain.report import (
    Action,
    ActionKind,
    LabelUse,
    Money,
    Report,
    ReportState,
    Source,
)
from shared.domain.sync import SyncState
from shared.errors import OutcomeUnknownError, RefusedError, ThrottledError, TransientError
from shared.ports import ReadAnswer
from tests.simulation.expensify import SimExpensify, SyncJob
from tests.simulation.expensify_model import OURS, Attempt, Entry, SimReport
from tests.simulation.run import Stage

FAULTS = (
    ThrottledError("simulated"),
    TransientError("simulated"),
    TransientError("partial", Fault.UNREADABLE),
    RefusedError("simulated"),
)
_EUROS = (Money("EUR", 1250),)


class Line(Protocol):
    """The way to the Integration Server, where requests are counted."""

    def ask(self, hold: int = 0) -> None: ...

    def fetch(self) -> None: ...

    def fail(self, what: str) -> None: ...


class SimReader:
    """Implements `ReportReader`. `seen` hears of every report that an answer holds."""

    def __init__(
        self,
        stage: Stage,
        expensify: SimExpensify,
        seen: Callable[[SimReport, Source], None],
        line: Line | None,
    ) -> None:
        self._stage = stage
        self._expensify = expensify
        self._seen = seen
        self._line = line

    def read(self, report_ids: tuple[str, ...]) -> ReadAnswer:
        stage, began = self._stage, self._stage.clock()
        if self._line is None:
            stage.outside()
            _maybe_fail(stage, "reads reports")
        else:
            self._line.ask(hold=1)
            stage.outside()
            self._line.fail("reads reports")
            self._line.fetch()
        if self._expensify.spoiler.spoils(report_ids):
            raise TransientError("spoilt", Fault.UNREADABLE)
        found = [r for r in map(self._found, report_ids) if r is not None]
        garbled = self._expensify.garbled
        answer = tuple(
            _garbled(shown) if shown.report_id in garbled else shown
            for shown in (reported(stage, r, Source.INTEGRATION, began) for r in found)
        )
        for report in found:
            if report.id not in garbled:
                self._seen(report, Source.INTEGRATION)
        garbled.clear()
        if stage.journal.on:
            told = ", ".join(f"{r.id} {_in_short(r)}" for r in found)
            stage.say(f"reads {len(report_ids)} reports officially", told or "none of them")
        stage.back()
        return ReadAnswer(answer)

    def _found(self, report_id: str) -> SimReport | None:
        """Once, and not for long, an answer may lack a report without saying so."""
        report = self._expensify.reports.get(report_id)
        if report is None:
            return None
        self._expensify.shown(report, Source.INTEGRATION)
        if report.deleted:
            return None
        stage = self._stage
        if not report.hidden_once and stage.fault(stage.chances.reads / 4, f"{report_id} is hid"):
            report.hidden_once = True
            gap = self._expensify.plans[report.workspace_id].rules.absent_gap
            report.hidden_until = stage.now + gap * 2 // 3
        return None if stage.now < report.hidden_until else report


class SimApp:
    """Implements `ExpensifyApp` for one workspace. `asked` hears of every request of ours, `idle`
    of every read that shows no running sync.
    """

    def __init__(
        self,
        stage: Stage,
        expensify: SimExpensify,
        workspace_id: str,
        seen: Callable[[SimReport, Source], None],
        asked: Callable[[str, str, str], None],
        idle: Callable[[], None],
    ) -> None:
        self._stage = stage
        self._expensify = expensify
        self._workspace_id = workspace_id
        self._seen = seen
        self._asked = asked
        self._idle = idle

    def open_report(self, report_id: str) -> Report | None:
        stage, began = self._stage, self._stage.clock()
        stage.outside()
        _maybe_fail(stage, f"opens {report_id}")
        report = self._expensify.reports.get(report_id)
        if report is not None:
            self._expensify.shown(report, Source.APP)
        if report is None or report.deleted:
            stage.say(f"opens {report_id}", "no such report")
            stage.back()
            return None
        answer = reported(stage, report, Source.APP, began)
        if report_id in self._expensify.garbled:
            self._expensify.garbled.discard(report_id)
            stage.say(f"opens {report_id}", "nothing that we understand")
            stage.back()
            return _garbled(answer)
        self._seen(report, Source.APP)
        stage.say(f"opens {report_id}", _in_short(report))
        stage.back()
        return answer

    def sync_state(self) -> SyncState:
        stage = self._stage
        stage.outside()
        _maybe_fail(stage, "reads the sync's state")
        line = self._expensify.lines[self._workspace_id]
        if not line.syncing:
            self._idle()
        state = SyncState(
            running=line.syncing,
            last_success=_moment(stage, line.succeeded),
            last_failure=_moment(stage, line.failed),
        )
        stage.back()
        return state

    def start_sync(self) -> None:
        stage, at = self._stage, self._stage.now
        self._asked("sync", self._workspace_id, "")
        job = SyncJob(OURS, at)
        self._act("app.start_sync", lambda: self._expensify.sync(self._workspace_id, job))
        stage.say("asks for a sync")

    def export(self, report_id: str, attempt_id: str) -> None:
        stage = self._stage
        self._asked("export", report_id, attempt_id)
        attempt = Attempt(OURS, attempt_id, stage.now)
        self._act("app.export", lambda: self._expensify.export(report_id, attempt))
        stage.say(f"asks for the export of {report_id}")

    def _act(self, point: str, effect: Callable[[], None]) -> None:
        """Done or not done, told or not told."""
        stage = self._stage
        stage.outside(point)
        if (fault := self._expensify.doorman.refuses(self._workspace_id, point)) is not None:
            self._refused(point, fault)
        if stage.fault(stage.chances.answers, f"{point} gets no clear answer"):
            how = stage.rng.random()
            if how < 0.3:
                stage.say(point, "refused for certain")
                self._refused(point, Fault.LOGIN_REFUSED)
            if how < 0.6:
                effect()
            elif how < 0.75:
                later = stage.now + stage.rng.randrange(1000, 90_000)
                stage.loop.at(later, effect)
            stage.back()
            stage.say(point, f"no answer ({'done' if how < 0.6 else 'not done yet'})")
            raise OutcomeUnknownError("simulated")
        effect()
        stage.back()

    def _refused(self, point: str, fault: Fault) -> NoReturn:
        self._asked(f"no {point}", self._workspace_id, "")
        self._expensify.doorman.refused(self._workspace_id, fault)
        raise RefusedError("simulated", fault)


def _garbled(report: Report) -> Report:
    """A status that nobody knows: nothing of it may be believed."""
    return replace(report, state=ReportState.UNKNOWN)


def _maybe_fail(stage: Stage, what: str) -> None:
    if stage.fault(stage.chances.reads):
        error = copy(stage.rng.choice(FAULTS))  # what is raised keeps its history alive
        stage.say(what, f"{type(error).__name__} {error.fault}")
        stage.back()
        raise error


def _moment(stage: Stage, at: Millis | None) -> ForeignTime | None:
    return None if at is None else written(stage.foreign("expensify", at), Source.APP)


def written(at: Millis, source: Source) -> ForeignTime:
    """The Integration Server's times have no fractions."""
    if source is Source.INTEGRATION:
        return ForeignTime(str(at // 1000))
    return ForeignTime(f"{at // 1000}.{at % 1000:03d}")


def reported(stage: Stage, report: SimReport, source: Source, read_at: Millis) -> Report:
    app = source is Source.APP
    uses = tuple(LabelUse(text, report.labels.count(text), _EUROS) for text in report.texts)
    shift = stage.clocks.get("expensify", 0)
    actions = tuple(_action(n, entry, source, shift) for n, entry in enumerate(report.history))
    return Report(
        report_id=report.id,
        state=report.state,
        source=source,
        read_at=read_at,
        name=f"Trip {report.id}",
        submitter=report.submitter,
        labels=uses,
        actions=actions,
        exported=report.exported if app else None,
        error_count=report.errors if app else None,
    )


def _action(number: int, entry: Entry, source: Source, shift: Millis) -> Action:
    failed = entry.kind is ActionKind.EXPORT_FAILED
    return Action(
        id=entry.id if source is Source.APP else f"{number:03d}",
        kind=entry.kind,
        at=written(entry.at + shift, source),
        messages=(entry.message,) if failed else (),
        urls=(entry.url,) if entry.url else (),
    )


def _in_short(report: SimReport) -> str:
    last = report.history[-1] if report.history else None
    told = f"{last.kind} {last.code}".strip() if last else "nothing yet"
    exported = ", exported" if report.exported else ""
    return f"[{report.state}{exported}, {'+'.join(report.texts) or 'no project'}, last: {told}]"
