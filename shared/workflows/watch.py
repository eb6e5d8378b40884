"""Look at one NetSuite account: one query for everything that waits on it."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.contracts.settings import AccountSettings
from shared.domain.blocker import by_id
from shared.domain.clock import Millis
from shared.domain.decide_watch import (
    Look,
    Question,
    RememberedAccount,
    WatchPlan,
    decide_watch,
    question,
)
from shared.domain.setup_fault import BROKEN_SETTINGS, setup_fault
from shared.errors import RefusedError, SettingsError, TransientError
from shared.ports import Accounts, Clock, NetSuite, Notices, Reconciler, Rows, Settings, Wakes
from shared.reconcile import Budget
from shared.workflows.common import nudge, put_notices, tell_operators, wake_all

NETSUITE_TIMEOUT: Millis = 20_000
"""The longest that one look may take: signing in, the query, one second try."""


@dataclass(frozen=True, slots=True)
class Watch:
    accounts: Accounts
    notices: Notices
    rows: Rows
    wakes: Wakes
    settings: Settings
    netsuite: Callable[[AccountSettings], NetSuite]
    clock: Clock

    def look(self, account_id: str, budget: Budget) -> Millis | None:
        """Observe, decide, record, wake. Returns when to look next.

        Raises SettingsError, TransientError (the table), ConflictError.
        """
        known = RememberedAccount(
            self.accounts.get(account_id),
            self.accounts.labels(account_id),
            by_id(self.accounts.blockers(account_id)),
        )
        try:
            settings = self.settings.account(account_id)
        except SettingsError:
            if not known.labels:
                # Anybody may name an account in a hint; nothing of ours waits for this one.
                return None
            self._tell_operators(account_id, known.labels[0].workspace_id)
            raise
        rules, now = settings.rules(), self.clock()
        asked = question(known, rules, now)
        look = self._ask(settings, asked, budget) if asked else None
        plan = decide_watch(known, look, rules, now)
        self._record(plan)
        return plan.due

    def _tell_operators(self, account_id: str, workspace_id: str) -> None:
        now, who = self.clock(), {"workspace_id": workspace_id, "account_id": account_id}
        fault = setup_fault(account_id, BROKEN_SETTINGS, now, **who)
        tell_operators(fault, self.notices, self.rows, self.wakes, now)

    def _ask(self, account: AccountSettings, asked: Question, budget: Budget) -> Look | None:
        if not budget.allows(NETSUITE_TIMEOUT):
            return None
        try:
            return Look(self.netsuite(account).look(asked))
        except (TransientError, RefusedError) as error:
            return Look(fault=error.fault)

    def _record(self, plan: WatchPlan) -> None:
        """Blockers before labels: an answered label's blocker is always there to be read."""
        for blocker in plan.blockers:
            self.accounts.put_blocker(blocker)
        for label in plan.labels:
            self.accounts.answer(label)
        self.accounts.save(plan.account)
        now = self.clock()
        people = put_notices(plan.notices, self.notices, self.rows, now)
        wake_all(self.wakes, Reconciler.NOTIFY, people)
        for workspace_id in plan.workspaces:
            nudge(self.rows, self.wakes, Reconciler.RECOVER, workspace_id, now)
