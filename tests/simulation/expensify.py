"""Expensify: one line of jobs per workspace, imports, exports, and an auto-export of its own.

'Expensify runs only one job per Workspace at a time' (Help, NS0593): syncs and exports wait for
each other. A sync takes its picture of NetSuite near its beginning. The semantics are those of
`sandbox/expensify`, in virtual time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.clock import HOUR, MINUTE, SECOND, Millis
from shared.domain.report import EXPORTABLE, ActionKind, ReportState, Source
from tests.simulation.expensify_model import (
    AUTO,
    NOT_APPROVED,
    OURS,
    PERSON,
    Attempt,
    Connection,
    Entry,
    Posting,
    SimReport,
    SyncRun,
)
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.refusing import Doorman
from tests.simulation.run import Stage
from tests.simulation.scenario import Scenario, Silence, WorkspacePlan
from tests.simulation.spoiling import Spoiler

EXISTS = (
    "NS0034 Export Error: This record already exists. Please search for the report ID in "
    "NetSuite, delete the entry, and reexport from Expensify."
)
REFUSED = (
    "NS0770 Export Error: Project [{}] is not active and can’t accept expenses. "
    "Please update the project tag."
)
OTHER = "NS0029 Export Error: Unable to export this report due to an error."
INVALID = "NS0024 Export Error: Invalid 'customer' tag."
UNAPPROVED = "Only approved, done, or paid reports can be exported."


@dataclass(frozen=True, slots=True)
class SyncJob:
    """`asked_at`: when we asked (0: not we)."""

    by: str
    asked_at: Millis = 0


@dataclass(frozen=True, slots=True)
class ExportJob:
    report_id: str
    attempt: Attempt


class SimExpensify:
    """`heard` is called after each failure; `outcome` after each entry of a history."""

    def __init__(self, stage: Stage, scenario: Scenario, netsuite: SimNetSuite) -> None:
        self._stage = stage
        self._netsuite = netsuite
        self.plans = {plan.id: plan for plan in scenario.workspaces}
        self.reports = {r.id: r for plan in scenario.workspaces for r in _reports(plan)}
        self.lines = {plan.id: self._connection(plan) for plan in scenario.workspaces}
        self.postings: list[Posting] = []
        self.in_line: set[str] = set()
        self.syncs: list[SyncRun] = []
        self.garbled: set[str] = set()
        self.doorman = Doorman(stage)
        self.spoiler = Spoiler(stage)
        self._ids = 0
        self.outcome: Callable[[SimReport, Entry], None] = lambda _report, _entry: None
        self.posted: Callable[[Posting], None] = lambda _posting: None
        self.synced: Callable[[SyncRun], None] = lambda _sync: None
        self.shown: Callable[[SimReport, Source], None] = lambda _report, _source: None

    # --- what anybody may ask for ---------------------------------------------------------------

    def sync(self, workspace_id: str, job: SyncJob) -> None:
        self._enqueue(workspace_id, job)

    def export(self, report_id: str, attempt: Attempt) -> None:
        report = self.reports[report_id]
        if not report.deleted:
            self.in_line.add(attempt.id)
            self._enqueue(report.workspace_id, ExportJob(report_id, attempt))

    def column_of(self, account: str) -> str:
        """Where records have their report's id."""
        return self._netsuite.filing.plan.columns.get(account, "")

    def is_of(self, report_id: str, workspace_id: str) -> bool:
        """Whether a report, perhaps from before the history, is this workspace's."""
        report = self.reports.get(report_id)
        return report.workspace_id == workspace_id if report else report_id.startswith(workspace_id)

    def mark(self, report_id: str, who: str) -> None:
        report = self.reports[report_id]
        if report.over or report.state not in EXPORTABLE or self._is_busy(report):
            return
        self._stage.note(who, f"marks {report_id} as exported")
        self._add(report, ActionKind.MARKED_BY_HAND, Attempt(PERSON))
        report.exported, report.errors = True, 0

    def _is_busy(self, report: SimReport) -> bool:
        """Nobody reads of a failure and marks the report within one second, of which the official
        face tells no order.
        """
        return bool(report.history) and self._stage.now - report.history[-1].at <= SECOND

    def unapprove(self, report_id: str) -> None:
        """A report that was only marked counts as not exported again."""
        report = self.reports[report_id]
        if report.deleted or report.state not in EXPORTABLE:
            return
        if report.exported and any(p.report_id == report_id for p in self.postings):
            return
        self._stage.note(report.submitter, f"has {report_id} unapproved")
        report.state, report.errors = ReportState.OPEN, 0
        report.exported, report.reset = False, len(report.history)
        report.unapproved_at = self._stage.now

    def approve(self, report_id: str) -> None:
        report = self.reports[report_id]
        if report.state in NOT_APPROVED and not report.deleted:
            self._stage.note("approver", f"approves {report_id}")
            report.state = ReportState.APPROVED
            report.unapproved_at, report.approved_at = None, self._stage.now

    def delete(self, report_id: str) -> None:
        report = self.reports[report_id]
        if not report.over:
            self._stage.note(report.submitter, f"deletes {report_id}")
            report.deleted = True

    def retag(self, report_id: str, old: str, new: str) -> None:
        report = self.reports[report_id]
        if not report.over:
            self._stage.note(report.submitter, f"retags {report_id}: {old!r} → {new!r}")
            report.labels = [new if label == old else label for label in report.labels]

    # --- the line -------------------------------------------------------------------------------

    def _connection(self, plan: WorkspacePlan) -> Connection:
        """The first picture is older than the closing of half of the projects."""
        return Connection(self._picture(plan.account), succeeded=self._stage.now - HOUR)

    def _picture(self, account: str) -> dict[str, bool]:
        return {p.id: p.accepts for p in self._netsuite.projects[account].values()}

    def _enqueue(self, workspace_id: str, job: SyncJob | ExportJob) -> None:
        line = self.lines[workspace_id]
        line.jobs.append(job)
        if not line.busy:
            self._next(workspace_id)

    def _next(self, workspace_id: str) -> None:
        line = self.lines[workspace_id]
        line.busy = bool(line.jobs)
        if not line.jobs:
            return
        job = line.jobs.pop(0)
        if isinstance(job, SyncJob):
            self._begin_sync(workspace_id, line, job)
        elif isinstance(job, ExportJob):
            slow = self._silence(job.attempt.by).slow
            took = self._length(slow, 3 * SECOND, 20 * SECOND)
            self._stage.loop.at(self._stage.now + took, lambda: self._end_export(workspace_id, job))

    def _length(self, slow: float, least: Millis, most: Millis) -> Millis:
        """Now and then a job takes much longer: its effect comes late."""
        length = self._stage.rng.randrange(least, most)
        if self._stage.fault(slow, "an Expensify job takes very long"):
            most = 20 if self._stage.scenario.hurry else 100
            return length + self._stage.rng.randrange(2 * MINUTE, most * MINUTE)
        return length

    def _begin_sync(self, workspace_id: str, line: Connection, job: SyncJob) -> None:
        stage, began = self._stage, self._stage.now
        slow = self._silence(PERSON).slow
        length = self._length(slow, 10 * SECOND, (1 if stage.scenario.hurry else 3) * MINUTE)
        sticks_for = (9 if stage.scenario.hurry else 25) * MINUTE
        stuck = stage.fault(stage.chances.syncs / 3, f"sync of {workspace_id} sticks")
        fails = stage.fault(stage.chances.syncs, f"sync of {workspace_id} fails")
        line.syncing = True
        stage.note("Expensify", f"sync of {workspace_id} begins", f"for {job.by}")
        picture: dict[str, bool] = {}

        def take_picture() -> None:
            picture.update(self._picture(self.plans[workspace_id].account))
            picture.update(dict.fromkeys(stage.scenario.stubborn, False))

        def end() -> None:
            line.syncing = False
            if fails:
                line.failed = stage.now
            elif not stuck:
                line.snapshot, line.succeeded, line.failed = picture, stage.now, None
                self.syncs.append(SyncRun(workspace_id, job.by, job.asked_at, began, stage.now))
                self._auto_export_later(workspace_id)
                self.synced(self.syncs[-1])
            result = "failed" if fails else "no end" if stuck else "done"
            stage.note("Expensify", f"sync of {workspace_id} for {job.by}", result)
            self._next(workspace_id)

        stage.loop.at(began + length // 5, take_picture)
        stage.loop.at(began + (sticks_for if stuck else length), end)

    def _auto_export_later(self, workspace_id: str) -> None:
        if self.plans[workspace_id].auto_export:
            later = self._stage.now + self._stage.rng.randrange(5 * SECOND, 100 * SECOND)
            self._stage.loop.at(later, lambda: self._auto_export(workspace_id))

    def _auto_export(self, workspace_id: str) -> None:
        for report in self.reports.values():
            if report.workspace_id == workspace_id and report.errors and not report.over:
                self.export(report.id, Attempt(AUTO))

    # --- exporting ------------------------------------------------------------------------------

    def _end_export(self, workspace_id: str, job: ExportJob) -> None:
        report = self.reports[job.report_id]
        self.in_line.discard(job.attempt.id)
        if not report.deleted and not (report.exported and job.attempt.by != OURS):
            self.export_now(report, job.attempt)
        self._next(workspace_id)

    def export_now(
        self, report: SimReport, attempt: Attempt, silence: Silence | None = None
    ) -> None:
        """What an export comes to, once it is its turn."""
        stage = self._stage
        silence = silence or self._silence(attempt.by)
        if stage.fault(
            silence.forgotten, f"the export of {report.id} by {attempt.by} is forgotten"
        ):
            return
        if self._refused(report, attempt):
            return
        record = self._netsuite.filing.post(report.account, report.id)
        self.postings.append(Posting(report.id, stage.now, attempt))
        self.posted(self.postings[-1])
        if stage.fault(silence.unsaid, f"{report.id} is in NetSuite, and Expensify never says so"):
            return
        if stage.fault(silence.exists, f"{report.id} is in NetSuite, and Expensify says NS0034"):
            self._fail(report, attempt, EXISTS, "NS0034")
            return
        if stage.fault(silence.late, f"{report.id} is in NetSuite, Expensify says so later"):
            most = 15 if stage.scenario.hurry else 90
            later = stage.now + stage.rng.randrange(MINUTE, most * MINUTE)
            stage.loop.at(later, lambda: self._arrive(report, attempt, record))
            return
        self._arrive(report, attempt, record)

    def _silence(self, by: str) -> Silence:
        spared = self._stage.scenario.ambush and by != OURS
        return Silence() if spared else self._stage.chances.silence

    def _refused(self, report: SimReport, attempt: Attempt) -> bool:
        if report.state not in EXPORTABLE:
            self._fail(report, attempt, UNAPPROVED, "")
            return True
        posted = any(p.report_id == report.id for p in self.postings)
        if posted and self.plans[report.workspace_id].duplicate_check:
            self._fail(report, attempt, EXISTS, "NS0034")
            return True
        if attempt.stumbles:
            self._fail(report, attempt, OTHER, "NS0029")
            return True
        closed = [label for label in report.texts if not self.accepted(report, label)]
        if closed:
            text = ", ".join(REFUSED.format(label) for label in closed)
            self._fail(report, attempt, text, "NS0770", tuple(closed))
            return True
        other = self._silence(attempt.by).other
        if self._stage.fault(other, "Expensify fails for another reason"):
            self._fail(report, attempt, OTHER, "NS0029")
            return True
        return False

    def accepted(self, report: SimReport, label: str) -> bool:
        """Active at the last sync, and still so in NetSuite. A tag that is no project is fine."""
        picture = self.lines[report.workspace_id].snapshot
        meant = self._netsuite.meant_by(report, label)
        return all(p.accepts and picture.get(p.id, False) for p in meant)

    def refuse(self, report: SimReport, attempt: Attempt) -> None:
        """For a reason that has nothing to do with projects."""
        self._fail(report, attempt, INVALID, "NS0024")

    def _fail(
        self,
        report: SimReport,
        attempt: Attempt,
        text: str,
        code: str,
        projects: tuple[str, ...] = (),
    ) -> None:
        report.errors += 1
        self._stage.note("Expensify", f"export of {report.id} by {attempt.by}", text[:50])
        failed = ActionKind.EXPORT_FAILED
        self._add(report, failed, attempt, message=text, code=code, projects=projects)

    def _arrive(self, report: SimReport, attempt: Attempt, record: str) -> None:
        if report.deleted:
            return
        self._stage.note("Expensify", f"export of {report.id} by {attempt.by}", "exported")
        report.exported, report.errors = True, 0
        self._add(
            report, ActionKind.EXPORTED, attempt, url=f"https://netsuite/exprept.nl?id={record}"
        )

    def _add(
        self,
        report: SimReport,
        kind: ActionKind,
        attempt: Attempt,
        *,
        message: str = "",
        url: str = "",
        code: str = "",
        projects: tuple[str, ...] = (),
    ) -> None:
        self._ids += 1
        taken = any(entry.id == attempt.id for entry in report.history)
        ours = attempt.by == OURS and kind is ActionKind.EXPORTED and not taken
        name = attempt.id if ours else f"{self._ids * 7919 % 100003:06d}"
        entry = Entry(name, kind, self._stage.now, message, url, projects, code, attempt)
        report.history.append(entry)
        self.outcome(report, entry)


def _reports(plan: WorkspacePlan) -> list[SimReport]:
    return [
        SimReport(r.id, plan.id, plan.account, r.submitter, list(r.labels)) for r in plan.reports
    ]
