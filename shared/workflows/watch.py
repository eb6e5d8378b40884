"""Look at one NetSuite account: one query for everything that waits on it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from shared.contracts.settings import AccountSettings
from shared.domain.blocker import by_id
from shared.domain.clock import SECOND, Millis
from shared.domain.decide_reactivate import in_progress
from shared.domain.decide_watch import (
    Account,
    Look,
    Question,
    Records,
    RememberedAccount,
    WatchPlan,
    decide_watch,
    question,
    wanted,
)
from shared.domain.finding import Fault
from shared.domain.identity import Identity
from shared.domain.setup_fault import BROKEN_SETTINGS, setup_fault
from shared.errors import RefusedError, SettingsError, ThrottledError, TransientError
from shared.ports import Accounts, Clock, NetSuite, Notices, Reconciler, Rows, Settings, Wakes
from shared.reconcile import Budget
from shared.workflows.common import nudge, put_notices, tell_operators, wake_all
from shared.workflows.reactivate import Reactivate

LEFT_FOR_QUERY: Millis = 5 * SECOND
"""What must be left of a run for a query to begin. With signing in and a second try it may take 20 s,
but it changes nothing, and the function has longer than the run. Were it to end within the run, an
account whose projects take a few seconds to be read from the table would never be asked.
"""

WRITING: Millis = 20 * SECOND
"""How long after the end of a run what was seen may still be written. The function has 60 s in all."""


@dataclass(frozen=True, slots=True)
class Watch:
    accounts: Accounts
    notices: Notices
    rows: Rows
    wakes: Wakes
    settings: Settings
    netsuite: Callable[[AccountSettings], NetSuite]
    reactivate: Reactivate
    clock: Clock

    def look(self, account_id: str, budget: Budget) -> Millis | None:
        """Observe, decide, record, wake. Returns when to look next.

        Raises SettingsError, TransientError (the table), ConflictError.
        """
        known, now = self._remembered(account_id), self.clock()
        approved = in_progress(known.blockers.values())
        if not wanted(known, now) and not approved:
            return None
        try:
            settings = self.settings.account(account_id)
        except SettingsError:
            self._tell_operators(account_id, _whose(known))
            raise
        known = replace(known, identity=self._identity(known, now))
        rules = settings.rules()
        asked = question(known, rules, now)
        look = self._ask(settings, asked, now, budget) if asked else None
        plan = decide_watch(known, look, rules, now)
        if not self._record(plan, budget):
            return self.clock()
        return self._carry_out(settings, plan.due, budget) if approved else plan.due

    def _carry_out(
        self, settings: AccountSettings, next_due: Millis | None, budget: Budget
    ) -> Millis | None:
        """What people approved, unless NetSuite is to be left alone."""
        account_id = settings.account_id
        quiet_until = self.accounts.get(account_id).quiet_until
        if quiet_until > self.clock():
            return _earlier(next_due, quiet_until)
        done = self.reactivate.carry_out(settings, self.netsuite(settings), budget)
        if done.fault is None:
            return _earlier(next_due, done.due)
        now = self.clock()
        look = self._fault(done.fault, now)
        shut = decide_watch(self._remembered(account_id), look, settings.rules(), now)
        self._record(shut, budget)
        return shut.due

    def _remembered(self, account_id: str) -> RememberedAccount:
        return RememberedAccount(
            self._paid(self.accounts.get(account_id)),
            self.accounts.labels(account_id),
            by_id(self.accounts.blockers(account_id)),
            inquiries=self.accounts.inquiries(account_id),
        )

    def _identity(self, known: RememberedAccount, now: Millis) -> Identity:
        """Read after the labels: who chooses writes that first, and then has the label asked for."""
        waiting = sorted({x.workspace_id for x in known.labels if x.wanted_until > now})
        aliases = (alias for ws in waiting for alias in self.accounts.aliases(ws))
        return Identity(
            {(alias.workspace_id, alias.text): alias for alias in aliases},
            {ws: self._subsidiary(ws) for ws in waiting},
        )

    def _subsidiary(self, workspace_id: str) -> str:
        """None of a workspace whose settings are missing or broken: that is its own fault alone."""
        try:
            settings = self.settings.workspace(workspace_id)
        except SettingsError:
            return ""
        return (settings and settings.subsidiary) or ""

    def _tell_operators(self, account_id: str, workspace_id: str) -> None:
        now, who = self.clock(), {"workspace_id": workspace_id, "account_id": account_id}
        fault = setup_fault(account_id, BROKEN_SETTINGS, now, **who)
        tell_operators(fault, self.notices, self.rows, self.wakes, now)

    def _ask(
        self, account: AccountSettings, asked: Question, now: Millis, budget: Budget
    ) -> Look | None:
        if not budget.allows(LEFT_FOR_QUERY):
            return None
        netsuite = self.netsuite(account)
        try:
            rows = netsuite.look(asked) if asked.of_projects else ()
            return Look(rows, records=self._records(netsuite, asked, budget))
        except (TransientError, RefusedError) as error:
            return self._fault(error, now)

    def _fault(self, error: TransientError | RefusedError, now: Millis) -> Look:
        asked = error.retry_after if isinstance(error, ThrottledError) else None
        return Look(fault=error.fault, retry_after=self._since(now, asked))

    def _records(self, netsuite: NetSuite, asked: Question, budget: Budget) -> Records | None:
        """None if the query comes to nothing: whatever it does, projects are looked at all the same.

        Raises ThrottledError: then the account is left alone.
        """
        if not asked.reports or not budget.allows(LEFT_FOR_QUERY):
            return None
        try:
            return Records(netsuite.find_records(asked.reports))
        except ThrottledError:
            raise
        except TransientError:
            return None
        except RefusedError as error:
            if error.fault is not Fault.NO_PERMISSION:
                raise
            return Records(refused=True)

    def _since(self, now: Millis, retry_after: Millis | None) -> Millis:
        """NetSuite counts from its answer, a look from when it began."""
        return retry_after + self.clock() - now if retry_after else 0

    def _record(self, plan: WatchPlan, budget: Budget) -> bool:
        """Notices and debts before what they are about: a crash repeats, never forgets.

        Blockers before labels: an answered label's blocker is always there to be read. False: a very
        large account's rows don't fit into this run; what is left is seen by the next look as well.
        """
        people = put_notices(plan.notices, self.notices, self.rows, self.clock())
        account = self.accounts.save(replace(plan.account, owed=plan.workspaces))
        left = self._write_rows(plan, budget.ends_at + WRITING)
        wake_all(self.wakes, Reconciler.NOTIFY, people)
        self._paid(account)
        return not left

    def _write_rows(self, plan: WatchPlan, until: Millis) -> int:
        """How many it had no time for."""
        writes: list[Callable[[], object]] = [
            *(partial(self.accounts.put_blocker, blocker) for blocker in plan.blockers),
            *(partial(self.accounts.answer, label) for label in plan.labels),
            *(partial(self.accounts.inform, inquiry) for inquiry in plan.inquiries),
        ]
        for done, write in enumerate(writes):
            if self.clock() > until:
                return len(writes) - done
            write()
        return 0

    def _paid(self, account: Account) -> Account:
        """Wakes whom it owes that, also on behalf of a look that died before it could."""
        if not account.owed:
            return account
        now = self.clock()
        for workspace_id in account.owed:
            nudge(self.rows, self.wakes, Reconciler.RECOVER, workspace_id, now)
        return self.accounts.save(replace(account, owed=()))


def _whose(known: RememberedAccount) -> str:
    """One of the workspaces that wait for this account; empty if only an approval does."""
    waiting = [x.workspace_id for x in known.labels] + [i.workspace_id for i in known.inquiries]
    return next(iter(waiting), "")


def _earlier(one: Millis | None, other: Millis | None) -> Millis | None:
    return min((at for at in (one, other) if at is not None), default=None)
