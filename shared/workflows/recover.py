"""Look at one workspace: read, decide, record, and only then ask something of Expensify."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from shared.contracts.settings import WorkspaceSettings
from shared.domain.absence import by_report
from shared.domain.blocker import by_id, by_text
from shared.domain.case import Case, Phase, Why, moved, with_asks
from shared.domain.clock import SECOND, Millis
from shared.domain.decide_recover import (
    CaseChange,
    Observed,
    Plan,
    Reads,
    Remembered,
    decide_recover,
)
from shared.domain.finding import Fault
from shared.domain.notice import Role
from shared.domain.refusals import act_refused, act_taken, is_operators
from shared.domain.report import Report, Source
from shared.domain.setup_fault import BROKEN_SETTINGS, STACK, setup_fault
from shared.domain.syncing import sync_postponed, sync_refused
from shared.domain.workspace import Workspace
from shared.errors import (
    ConflictError,
    NoSlotError,
    OutcomeUnknownError,
    PermanentError,
    RefusedError,
    SettingsError,
    TransientError,
)
from shared.ports import (
    Accounts,
    Bus,
    Cases,
    Clock,
    ExpensifyApp,
    Notices,
    Reconciler,
    ReportReader,
    Rows,
    Settings,
    Wakes,
    Workspaces,
)
from shared.reconcile import Budget
from shared.workflows.announcements import changes as announced
from shared.workflows.common import nudge, put_notices, tell_operators, wake_all

ROUNDS = 7
"""Reading rounds of one look: due reports, the doubtful ones, the sync's state, the chunk, and the
next in line for those of it that couldn't be read.
"""

READ_SHARE: Millis = 18 * SECOND
"""Reports are opened one by one while this much of the run is left: the official read and the
exports must fit, too.
"""

CALL_TIMEOUT: Millis = 13_000
"""The longest that one call to Expensify may take."""


@dataclass(frozen=True, slots=True)
class Expensify:
    """Both faces, for one workspace."""

    reader: ReportReader
    app: ExpensifyApp


@dataclass(frozen=True, slots=True)
class Recover:
    """`fixers`: who can put a code right, from the catalogue."""

    cases: Cases
    accounts: Accounts
    workspaces: Workspaces
    notices: Notices
    rows: Rows
    wakes: Wakes
    settings: Settings
    bus: Bus
    expensify: Callable[[WorkspaceSettings], Expensify]
    acts: Callable[[], bool]
    fixers: Mapping[str, Role]
    clock: Clock

    def look(self, workspace_id: str, budget: Budget) -> Millis | None:
        """Returns when to look next. Raises SettingsError, TransientError (the table)."""
        try:
            settings = self.settings.workspace(workspace_id)
        except SettingsError:
            self._tell_operators(workspace_id, workspace_id)
            raise
        if settings is None:
            return None
        expensify = self.expensify(settings)
        known = self._with_members(self._remembered(settings))
        plan = self._decided(known, settings, expensify, budget)
        return _Run(self, settings, expensify, budget, known.workspace).carry_out(plan)

    def _remembered(self, settings: WorkspaceSettings) -> Remembered:
        """Labels and blockers are read here, before any sync of this run can begin."""
        proves = settings.rules(acts=True).prove_absence
        where = settings.account_id, settings.workspace_id
        return Remembered(
            self.workspaces.get(settings.workspace_id),
            self.cases.unfinished(settings.workspace_id),
            by_text(self.accounts.labels(*where)),
            by_id(self.accounts.blockers(settings.account_id)),
            by_report(self.accounts.inquiries(*where) if proves else ()),
        )

    def _with_members(self, known: Remembered) -> Remembered:
        """The index may lag: a report that a recovery counts on is read from the table itself.

        Not so if it is listed as in flight: then it was, and holds its place until the next look.
        """
        members = {m for r in known.workspace.recoveries for m in r.members}
        members -= {case.report_id for case in known.cases if case.in_flight}
        found = (self.cases.get(known.workspace.workspace_id, m) for m in sorted(members))
        fresh = tuple(case for case in found if case and not case.finished)
        rest = (case for case in known.cases if case.report_id not in members)
        return replace(known, cases=(*rest, *fresh))

    def _decided(
        self,
        known: Remembered,
        settings: WorkspaceSettings,
        expensify: Expensify,
        budget: Budget,
    ) -> Plan:
        observed = Observed()
        rules = settings.rules(acts=self.acting())
        audience = replace(settings.audience(), fixers=self.fixers)
        for _ in range(ROUNDS):
            plan = decide_recover(known, observed, rules, audience, self.clock())
            if not plan.reads:
                return plan
            observed = _Reading(expensify, budget).read(observed, plan.reads)
        return decide_recover(known, replace(observed, closed=True), rules, audience, self.clock())

    def acting(self) -> bool:
        """A switch that nobody can read is off: what is in flight is read back all the same."""
        try:
            return self.acts()
        except SettingsError:
            self._tell_operators(STACK)
            return False

    def _tell_operators(self, of: str, workspace_id: str = "") -> None:
        now = self.clock()
        fault = setup_fault(of, BROKEN_SETTINGS, now, workspace_id=workspace_id)
        tell_operators(fault, self.notices, self.rows, self.wakes, now)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One round of reads. A fault ends it, a lack of time closes it; what wasn't read is unread."""

    expensify: Expensify
    budget: Budget

    def read(self, observed: Observed, reads: Reads) -> Observed:
        try:
            for report_id in reads.app:
                observed = self._by_app(observed, report_id, reads.app)
            if reads.integration:
                observed = self._official(observed, reads.integration)
            if observed.fault is not None:
                return observed
            if reads.sync and self._fits(observed):
                observed = replace(observed, sync_state=self.expensify.app.sync_state())
        except NoSlotError:
            # Nobody's fault: the workspace is due again soon, and no circuit opens.
            return _without(replace(observed, closed=True), *reads.integration)
        except (TransientError, PermanentError) as error:
            return _without(replace(observed, fault=_fault(error)), *reads.integration, *reads.app)
        return observed if self._fits(observed) else replace(observed, closed=True)

    def _fits(self, observed: Observed) -> bool:
        return not observed.closed and self.budget.allows(CALL_TIMEOUT)

    def _official(self, observed: Observed, report_ids: tuple[str, ...]) -> Observed:
        if not self._fits(observed):
            return _without(observed, *report_ids)
        try:
            answer = self.expensify.reader.read(report_ids)
        except (TransientError, PermanentError) as error:
            if _fault(error) is not Fault.UNREADABLE:
                raise
            return _garbled(observed, report_ids)
        return self._with(observed, answer.reports, frozenset(report_ids), Source.INTEGRATION)

    def _by_app(self, observed: Observed, report_id: str, asked: tuple[str, ...]) -> Observed:
        """One of those that are asked for; one that can't be understood doesn't keep us from the
        others. A neighbour counts for those that were not returned before it, too.
        """
        if not self.budget.allows(READ_SHARE):
            return _without(observed, report_id)
        try:
            report = self.expensify.app.open_report(report_id)
        except (TransientError, PermanentError) as error:
            if _fault(error) is not Fault.UNREADABLE:
                raise
            return _without(observed, report_id)
        found = (report,) if report else ()
        alone = observed.seen.alone & frozenset(asked)
        return self._with(observed, found, alone | {report_id}, Source.APP)

    def _with(
        self,
        observed: Observed,
        found: tuple[Report, ...],
        asked: frozenset[str],
        source: Source,
    ) -> Observed:
        """Not returned beside a neighbour: absent. Not returned alone: nothing can be said."""
        seen = observed.seen
        known = seen.app if source is Source.APP else seen.official
        older = {r.report_id: r for r in known.values() if r.report_id not in asked}
        reports = older | {r.report_id: r for r in found}
        missing = asked - reports.keys()
        if source is Source.APP:
            seen = replace(seen, app=reports)
        else:
            seen = replace(seen, official=reports)
        if reports:
            absent, alone = seen.absent | missing, seen.alone - missing
            return replace(observed, seen=replace(seen, absent=absent, alone=alone))
        return replace(observed, seen=replace(seen, alone=seen.alone | missing))


def _without(observed: Observed, *report_ids: str) -> Observed:
    seen = observed.seen
    known = seen.absent | seen.alone | (seen.official.keys() & seen.app.keys())
    unread = seen.unread | (frozenset(report_ids) - known)
    return replace(observed, seen=replace(seen, unread=unread))


def _garbled(observed: Observed, report_ids: tuple[str, ...]) -> Observed:
    """One of them is enough for that: it is for `batches` to find out which."""
    seen = replace(observed.seen, garbled=frozenset(report_ids))
    return _without(replace(observed, fault=Fault.UNREADABLE, seen=seen), *report_ids)


def _fault(error: TransientError | PermanentError) -> Fault:
    """An answer that is of no use, and says no more than that, is unreadable."""
    return error.fault if isinstance(error, TransientError | RefusedError) else Fault.UNREADABLE


@dataclass(frozen=True, slots=True)
class _Run:
    """Records a plan, then acts on it, each act behind its own conditional write.

    `before`: the workspace as this look found it.
    """

    of: Recover
    settings: WorkspaceSettings
    expensify: Expensify
    budget: Budget
    before: Workspace

    def carry_out(self, plan: Plan) -> Millis:
        version, stored = self._record(plan)
        late = plan.start_sync and not self.budget.allows(CALL_TIMEOUT)
        if plan.workspace is not None:
            workspace = sync_postponed(plan.workspace, self.before) if late else plan.workspace
            saved = self.of.workspaces.save(replace(workspace, version=version))
            if plan.start_sync and not late:
                self._start_sync(saved)
        # A lost write leaves a case as somebody else made it: look at that at once.
        due = self.of.clock() if late or None in stored.values() else plan.due
        for export in plan.exports:
            if not self.budget.allows(CALL_TIMEOUT) or not self._may_act():
                return min(due, self.of.clock())
            refusal = self._export(export, stored)
            if refusal is not None:
                return min(due, self._refused(refusal))
        if plan.exports:
            self._taken()
        return due

    def _record(self, plan: Plan) -> tuple[int, dict[str, Case | None]]:
        """Asks and notices before the cases that remember them: a crash repeats, never forgets.

        Returns the workspace's version, and the cases as they were stored.
        """
        now = self.of.clock()
        where = self.settings.account_id, self.settings.workspace_id
        self.of.accounts.keep(*where, plan.keep, self._wanted_until(now))
        asked = {c.after.report_id: self._ask(c, now) for c in plan.changes}
        for inquiry in plan.inquiries:
            self.of.accounts.inquire(inquiry)
        if plan.look_at_account or any(asked.values()):
            account = self.settings.account_id
            nudge(self.of.rows, self.of.wakes, Reconciler.WATCH, account, now)
        self._announce([(c.before, c.after) for c in plan.changes], now)
        people = put_notices(plan.notices, self.of.notices, self.of.rows, now)
        known = self.of.workspaces.save(plan.remember) if plan.remember else self.before
        stored = {c.after.report_id: self._write(c, asked[c.after.report_id]) for c in plan.changes}
        wake_all(self.of.wakes, Reconciler.NOTIFY, people)
        return known.version, stored

    def _may_act(self) -> bool:
        """Read anew: a switch thrown during this run stops the next act."""
        settings = self.of.settings.workspace(self.settings.workspace_id)
        return settings is not None and settings.mode == self.settings.mode and self.of.acting()

    def _ask(self, change: CaseChange, now: Millis) -> dict[str, int]:
        case, until = change.after, self._wanted_until(now)
        return self.of.accounts.ask(case.account_id, case.workspace_id, change.asks, until)

    def _wanted_until(self, now: Millis) -> Millis:
        return now + self.settings.rules(acts=True).wanted_for

    def _write(self, change: CaseChange, asked: dict[str, int]) -> Case | None:
        """None: somebody else wrote first; the next look sees what they made of it."""
        try:
            return self.of.cases.put(with_asks(change.after, asked))
        except ConflictError:
            return None

    def _announce(self, changes: list[tuple[Case, Case]], now: Millis) -> None:
        """Before the write: a crash in between says it again, under the same id, not never."""
        will_be = ((b, replace(a, version=b.version + 1)) for b, a in changes)
        events = [event for before, after in will_be for event in announced(before, after, now)]
        self.of.bus.publish(events)

    def _start_sync(self, saved: Workspace) -> None:
        """The intent is stored. Unless it was refused for certain, the sync's state will tell."""
        if not self._may_act():
            self.of.workspaces.save(sync_refused(saved, self.of.clock()))
            return
        try:
            self.expensify.app.start_sync()
        except OutcomeUnknownError:
            return
        except RefusedError as error:
            self.of.workspaces.save(sync_refused(saved, self.of.clock()))
            self._refused(error)
        else:
            self._taken()

    def _refused(self, error: RefusedError) -> Millis:
        """Whatever was refused, the next would be, too. Returns when to try again."""
        now, rules = self.of.clock(), self.settings.rules(acts=True)
        workspace_id, account_id = self.settings.workspace_id, self.settings.account_id
        before = self.of.workspaces.get(workspace_id)
        after = act_refused(before, error.fault, rules, now)
        if is_operators(before, after, rules):
            of = {"workspace_id": workspace_id, "account_id": account_id}
            fault = setup_fault(workspace_id, error.fault, now, **of)
            tell_operators(fault, self.of.notices, self.of.rows, self.of.wakes, now)
        return self.of.workspaces.save(after).no_acts_until

    def _taken(self) -> None:
        """What was asked for is no longer refused."""
        if self.before.refusals:
            known = self.of.workspaces.get(self.settings.workspace_id)
            self.of.workspaces.save(act_taken(known))

    def _export(self, export: CaseChange, stored: dict[str, Case | None]) -> RefusedError | None:
        """Intent first, then the one call, then what became of it. Returns its refusal."""
        report_id = export.after.report_id
        if report_id in stored and stored[report_id] is None:
            return None
        before = stored.get(report_id) or export.before
        now = self.of.clock()
        after = replace(export.after, version=before.version)
        self._announce([(before, after)], now)
        try:
            going = self.of.cases.put(after)
        except ConflictError:
            return None
        if going.intent is None:
            raise PermanentError("an export without an intent")
        try:
            self.expensify.app.export(report_id, going.intent.attempt_id)
        except OutcomeUnknownError:
            self._note(going, Phase.UNVERIFIED, Why.CALL_UNKNOWN)
        except RefusedError as error:
            back = replace(going, intent=None, attempts=going.attempts - 1)
            self._note(back, Phase.WAITING, Why.CALL_REFUSED)
            return error
        return None

    def _note(self, going: Case, phase: Phase, why: Why) -> None:
        now = self.of.clock()
        rules = self.settings.rules(acts=True)
        look = now + (rules.confirm[0] if going.intent else rules.circuit[-1])
        with suppress(ConflictError):
            self.of.cases.put(replace(moved(going, phase, why, now), next_look=look))
