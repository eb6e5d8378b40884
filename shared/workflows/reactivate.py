"""Carries out what people approved: opens projects in NetSuite, and closes them again.

Every change is written down before it is asked for. Whatever ends here is told before it is stored.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.contracts.settings import AccountSettings, WorkspaceSettings
from shared.domain.blocker import Blocker, Label, reactivated
from shared.domain.clock import Millis
from shared.domain.decide_reactivate import (
    Now,
    advance,
    after_change,
    after_read,
    due,
    in_progress,
    intended,
    missed,
    sendable,
    unreadable,
    waits,
)
from shared.domain.finding import LOGIN_FAULTS, Fault
from shared.domain.mode import Mode
from shared.domain.reactivation import Changed, Outcome, Reactivation, Record, Stage
from shared.domain.reactivation_notices import ending_notices
from shared.domain.rules import Rules
from shared.errors import RefusedError, SettingsError, TransientError
from shared.ports import (
    Accounts,
    Cases,
    Clock,
    NetSuite,
    Notices,
    Reconciler,
    Rows,
    Settings,
    Wakes,
)
from shared.reconcile import Budget
from shared.workflows.common import put_notices, wake_all
from shared.workflows.remembered import RememberedCases

READ_TIMEOUT: Millis = 20_000
CHANGE_TIMEOUT: Millis = 20_000
"""The longest that a read, or a change with its read back, may take, signing in included."""

type FaultOf = TransientError | RefusedError


@dataclass(frozen=True, slots=True)
class Reactivate:
    """`acts`: the stack's kill switch."""

    accounts: Accounts
    cases: Cases
    notices: Notices
    rows: Rows
    wakes: Wakes
    settings: Settings
    acts: Callable[[], bool]
    clock: Clock

    def carry_out(
        self, settings: AccountSettings, netsuite: NetSuite, budget: Budget
    ) -> "CarriedOut":
        """One step of each that is in progress. Raises SettingsError, TransientError (the table),
        ConflictError.
        """
        account_id = settings.account_id
        labels = self.accounts.labels(account_id)
        cases = RememberedCases(self.cases)
        account = _Known(labels, cases, settings.rules(), settings.reactivation == "on_approval")
        dues: list[Millis] = []
        for each in in_progress(self.accounts.blockers(account_id)):
            run = _Run(self, netsuite, budget, account, each)
            try:
                next_due = run.step()
            except (TransientError, RefusedError) as error:
                return CarriedOut(None, error)
            dues += [] if next_due is None else [next_due]
        return CarriedOut(min(dues, default=None))


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """`due`: when to go on. `fault`: why NetSuite couldn't be asked."""

    due: Millis | None
    fault: FaultOf | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """Of the account, read once per run. `allowed`: its settings let us open what is approved."""

    labels: tuple[Label, ...]
    cases: RememberedCases
    rules: Rules
    allowed: bool


class _Run:
    """One step of one project's reactivation."""

    def __init__(
        self,
        tools: Reactivate,
        netsuite: NetSuite,
        budget: Budget,
        account: _Known,
        of: tuple[Blocker, Reactivation],
    ) -> None:
        self._tools = tools
        self._netsuite = netsuite
        self._budget = budget
        self._account = account
        self._blocker, self._known = of

    def step(self) -> Millis | None:
        """When to look again. Raises TransientError, RefusedError: NetSuite, or our login there."""
        now = self._now()
        known = self._write(advance(self._blocker, self._known, now))
        if not sendable(known, now):
            next_due = due(known, now)
            if next_due is None or next_due > now.at:
                return next_due
            if not self._budget.allows(READ_TIMEOUT):
                return self._tools.clock()  # with the whole budget of another run
            known = self._write(self._read(known))
        now = self._now(anew=known.stage is Stage.CLOSING)
        return self._changed(known) if sendable(known, now) else due(known, now)

    def _changed(self, known: Reactivation) -> Millis | None:
        if not self._budget.allows(CHANGE_TIMEOUT):
            return self._tools.clock()  # with the whole budget of another run
        at = self._tools.clock()
        asked = self._write(intended(known, at))
        try:
            changed = self._netsuite.change(self._blocker.project_id, asked.change)
        except (TransientError, RefusedError) as error:
            known = self._write(after_change(asked, Changed(Outcome.NOT_SENT), self._tools.clock()))
            return due(self._write(self._missed(known, error)), self._now())
        after = self._write(after_change(asked, changed, self._tools.clock()))
        next_due = due(after, self._now())
        if after.opened_at and not known.opened_at:
            return (
                self._tools.clock() + self._account.rules.gap
            )  # so that it is seen by a query, too
        return next_due

    def _read(self, known: Reactivation) -> Reactivation:
        try:
            record: Record | None = self._netsuite.record(self._blocker.project_id)
        except (TransientError, RefusedError) as error:
            if error.fault is Fault.NO_PERMISSION:
                return unreadable(known, (str(error.fault),), self._tools.clock())
            return self._missed(known, error)
        return after_read(known, record, self._tools.clock())

    def _missed(self, known: Reactivation, error: FaultOf) -> Reactivation:
        """A refused login and too many requests concern the whole account: see `Watch`."""
        if error.fault in LOGIN_FAULTS or error.fault is Fault.THROTTLED:
            raise error
        return missed(known, self._tools.clock())

    def _write(self, after: Reactivation) -> Reactivation:
        if after == self._known:
            return after
        tools, people = self._tools, set[str]()
        if not after.live:
            audiences = {ws: s.audience() for ws, s in self._concerned()}
            told = ending_notices(self._blocker, after, audiences, tools.clock())
            people = put_notices(told, tools.notices, tools.rows, tools.clock())
        self._blocker = tools.accounts.put_blocker(reactivated(self._blocker, after))
        self._known = after
        wake_all(tools.wakes, Reconciler.NOTIFY, people)
        return after

    def _now(self, *, anew: bool = False) -> Now:
        """`anew`: who waits is looked up once more."""
        return Now(
            acts=self._account.allowed and self._acts(),
            waiting=self._waiting(self._tools.cases if anew else self._account.cases),
            rules=self._account.rules,
            at=self._tools.clock(),
        )

    def _acts(self) -> bool:
        """Read anew just before each change, as before every act."""
        acting = any(settings.mode is Mode.AUTO for _, settings in self._concerned())
        return acting and self._tools.acts()

    def _waiting(self, cases: Cases) -> bool:
        """Over every workspace of the account, whatever its mode; before it is open, that is all
        the same.
        """
        if not self._known.opened_at:
            return True
        every = {label.workspace_id for label in self._account.labels}
        unfinished = (case for ws in sorted(every) for case in cases.unfinished(ws))
        return waits(self._blocker.project_id, self._account.labels, unfinished)

    def _concerned(self) -> Iterable[tuple[str, WorkspaceSettings]]:
        """The workspaces whose labels name the project, and whose settings can be read."""
        named = {
            label.workspace_id
            for label in self._account.labels
            if label.resolution.project_id == self._blocker.project_id
        }
        for workspace_id in sorted(named):
            try:
                settings = self._tools.settings.workspace(workspace_id)
            except SettingsError:
                continue
            if settings is not None:
                yield workspace_id, settings
