"""The state of the simulated Expensify and its rules, without HTTP.

Every public method expects the caller to hold `lock` and to have called `advance`; the wires do
both in one place (`App`), so that a request sees and changes one moment of the world.
"""

import itertools
import uuid
from collections.abc import Callable
from threading import RLock

from pydantic import ValidationError

from sandbox.expensify import exporting, refusals
from sandbox.expensify.exporting import Attempt, Ledger, Order, Poster
from sandbox.expensify.line import Job, Line, Step
from sandbox.expensify.models import (
    AUTO,
    CONCIERGE,
    PERSON,
    Connection,
    Expense,
    LastSync,
    Posting,
    Report,
)
from sandbox.expensify.syncing import Sync, Wish
from sandbox.expensify.world import (
    ExpenseSeed,
    NetSuiteUnreachableError,
    Project,
    ProjectSource,
    ReportChange,
    ReportSeed,
    State,
    Workspace,
    World,
    parse_projects,
)


class UnknownError(LookupError):
    """No such report or workspace."""


class Backend:
    def __init__(
        self,
        world: World,
        clock: Callable[[], float],
        projects: ProjectSource,
        post: Poster = lambda _posting, _workspace: None,
    ) -> None:
        self._post = post
        self.world = world
        self.clock = clock
        self.lock = RLock()
        self._projects = projects
        self.workspaces = {workspace.id: workspace for workspace in world.workspaces}
        self.reset()

    def reset(self) -> None:
        """Back to the loaded world, as if it had just been loaded."""
        now = self.clock()
        self._ids = itertools.count()
        self.lines = {id_: Line() for id_ in self.workspaces}
        self.connections = {w.id: self._connected(w, now) for w in self.workspaces.values()}
        self.ledger = Ledger(self._post)
        self.reports: dict[str, Report] = {}
        for seed in self.world.reports:
            self._load(seed, now)

    def advance(self, now: float) -> None:
        """Does all that has become due, in order, each at its own time."""
        while due := min(self._dues(now), default=None):
            self.lines[due[1]].run_next()

    def report(self, report_id: str) -> Report:
        if report := self.reports.get(report_id):
            return report
        raise UnknownError(f"no such report: {report_id}")

    def workspace(self, workspace_id: str) -> Workspace:
        if workspace := self.workspaces.get(workspace_id):
            return workspace
        raise UnknownError(f"no such workspace: {workspace_id}")

    def sync(self, workspace_id: str, wish: Wish, now: float) -> bool:
        """False when one runs or waits already: a second request is ignored (unverified)."""
        workspace, line = self.workspace(workspace_id), self.lines[workspace_id]
        if line.holds("sync"):
            return False
        line.add(
            Sync(
                workspace,
                self.connections[workspace_id],
                self.live_projects,
                wish,
                lambda at: self._auto_export_later(workspace, at),
            ).job(now)
        )
        return True

    def export(self, order: Order, now: float) -> None:
        """The order is one job, however many reports it names (unverified)."""
        work = Step(
            self.workspace(order.workspace_id).export_seconds,
            lambda at: self._export_now(order, at),
        )
        self.lines[order.workspace_id].add(Job("export", now, (work,)))

    def mark(self, order: Order, now: float) -> None:
        for attempt in order.attempts:
            exporting.mark(self.report(attempt.report_id), order, now, self.new_id)

    def retag(self, report_id: str, transaction_id: str, project: str) -> None:
        for expense in self.report(report_id).expenses:
            if expense.transaction_id == transaction_id:
                expense.project = project
                return
        raise UnknownError(f"no such expense: {transaction_id}")

    def put_report(self, report_id: str, change: ReportChange, now: float) -> Report:
        """Raises ValueError for a new report without a workspace, UnknownError for a wrong one."""
        report = self.reports.get(report_id) or self._new_report(report_id, change, now)
        if change.workspace_id is not None:
            report.workspace_id = self.workspace(change.workspace_id).id
        _describe(report, change)
        if change.expenses is not None:
            report.expenses = [self._expense(seed, now) for seed in change.expenses]
        if change.state is not None:
            report.move(change.state, now)
        if change.approved_days_ago is not None:
            report.date_back(now - change.approved_days_ago * 86_400)
        if change.failed:
            self._fail_before(report, now)
        return report

    def live_projects(self, account: str) -> tuple[Project, ...]:
        """Raises NetSuiteUnreachableError, for an answer without sense too."""
        try:
            return parse_projects(self._projects(account))
        except ValidationError as error:
            raise NetSuiteUnreachableError(str(error)) from error

    def new_id(self) -> str:
        """A 64-bit decimal in no order, like the App's (App contributingGuides/API.md), but the
        same in every run.
        """
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(next(self._ids))).int >> 64)

    def _dues(self, now: float) -> list[tuple[float, str]]:
        dues = ((line.next_due(), id_) for id_, line in self.lines.items())
        return [(due, id_) for due, id_ in dues if due is not None and due <= now]

    def _connected(self, workspace: Workspace, now: float) -> Connection:
        """The first snapshot is the file's, so that no order of starting or resetting matters."""
        if not workspace.auto_synced:
            return Connection()
        snapshot = self.world.projects(workspace.account)
        return Connection(snapshot, now, LastSync(True, now, "AUTOSYNC"), succeeded_at=now)

    def _load(self, seed: ReportSeed, now: float) -> None:
        given = seed.model_dump(exclude={"id"}, exclude_unset=True)
        self.put_report(seed.id, ReportChange.model_validate({"state": seed.state, **given}), now)

    def _new_report(self, report_id: str, change: ReportChange, now: float) -> Report:
        if change.workspace_id is None:
            raise ValueError("a new report needs a workspaceId")
        report = Report(report_id, self.workspace(change.workspace_id).id, now)
        report.move(State.APPROVED, now)
        self.reports[report_id] = report
        return report

    def _expense(self, seed: ExpenseSeed, now: float) -> Expense:
        given = seed.model_dump(exclude={"transaction_id"})
        return Expense(seed.transaction_id or self.new_id(), created=now, **given)

    def _fail_before(self, report: Report, now: float) -> None:
        imported = self.connections[report.workspace_id].snapshot or ()
        message = refusals.project_inactive(refusals.first_inactive(report, imported))
        exporting.fail(report, [message], _automatic(report.workspace_id, []), now, self.new_id)

    def _export_now(self, order: Order, at: float) -> None:
        live = self._live_or_none(order.workspace_id)
        for attempt in order.attempts:
            # A report may have been deleted since; then nothing is exported.
            if report := self.reports.get(attempt.report_id):
                self._export_one(report, attempt, order, live, at)

    def _export_one(
        self,
        report: Report,
        attempt: Attempt,
        order: Order,
        live: tuple[Project, ...] | None,
        at: float,
    ) -> None:
        if messages := self._refused(report, attempt, live):
            exporting.fail(report, messages, order, at, self.new_id)
            return
        try:
            posting = self.ledger.post(report, self.workspace(report.workspace_id), order, at)
        except NetSuiteUnreachableError:
            exporting.fail(report, [refusals.NETSUITE_UNREACHABLE], order, at, self.new_id)
            return
        exporting.succeed(report, posting, order, self.new_id)

    def _refused(
        self, report: Report, attempt: Attempt, live: tuple[Project, ...] | None
    ) -> list[str]:
        if attempt.refusal is not None:
            return [attempt.refusal or refusals.project_inactive(next(iter(report.labels), ""))]
        if live is None:
            return [refusals.NETSUITE_UNREACHABLE]
        imported = self.connections[report.workspace_id].snapshot or ()
        workspace = self.workspace(report.workspace_id)
        return refusals.refusals(report, workspace, imported, live, self.ledger.postings)

    def _live_or_none(self, workspace_id: str) -> tuple[Project, ...] | None:
        try:
            return self.live_projects(self.workspace(workspace_id).account)
        except NetSuiteUnreachableError:
            return None

    def _auto_export_later(self, workspace: Workspace, at: float) -> None:
        """That a sync re-exports failed reports is not published, nor that it doesn't; seen in
        Expensify/App #87547 as a double.
        """
        if workspace.auto_export:
            due = at + workspace.auto_export_seconds
            self.lines[workspace.id].at(due, lambda when: self._auto_export(workspace, when))

    def _auto_export(self, workspace: Workspace, at: float) -> None:
        failed = [r for r in self.reports.values() if r.workspace_id == workspace.id]
        ids = [report.id for report in failed if report.export_errors]
        if ids:
            self.export(_automatic(workspace.id, ids), at)

    @property
    def postings(self) -> list[Posting]:
        return self.ledger.postings


def by_person(report: Report) -> Order:
    """Somebody presses *Export*; who, is nobody that the scenario names."""
    attempts = (Attempt(report.id),)
    return Order(report.workspace_id, PERSON, "person@workspace.example", attempts)


def _automatic(workspace_id: str, report_ids: list[str]) -> Order:
    """'By Concierge on behalf of the preferred exporter' (Help, auto-export)."""
    return Order(workspace_id, AUTO, CONCIERGE, tuple(Attempt(id_) for id_ in report_ids))


def _describe(report: Report, change: ReportChange) -> None:
    if change.report_name is not None:
        report.name = change.report_name
    if change.submitter_email is not None:
        report.submitter = change.submitter_email
    if change.custom_fields is not None:
        report.custom_fields = change.custom_fields
