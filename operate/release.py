"""Lets go what was held back when its workspace went live: shown, agreed to, case by case."""

from collections.abc import Callable
from dataclasses import dataclass

from operate.held_back import HeldBack, held_back
from operate.named import settings_of
from shared.domain.blocker import by_text
from shared.domain.case import Case
from shared.domain.clock import Millis
from shared.domain.held import held, released
from shared.errors import ConflictError
from shared.ports import Accounts, Cases, Reconciler, Rows, Settings

TRIES = 10
"""How often a case that somebody else writes meanwhile is read and written again."""


@dataclass(frozen=True, slots=True)
class Release:
    """`who` releases: it goes into the history of each case."""

    cases: Cases
    accounts: Accounts
    settings: Settings
    rows: Rows
    who: str
    clock: Callable[[], Millis]
    say: Callable[[str], None]
    confirm: Callable[[str], bool]

    def show(self, workspace_id: str, report: str = "") -> HeldBack:
        """Raises SettingsError if there are none, or none that can be read."""
        settings = settings_of(self.settings, workspace_id)
        labels = by_text(self.accounts.labels(settings.account_id, workspace_id))
        cases = self.cases.unfinished(workspace_id)
        since = settings.rules(acts=True).act_since
        found = held_back(workspace_id, cases, labels, since, report)
        for line in found.lines():
            self.say(line)
        return found

    def release(self, workspace_id: str, report: str = "") -> bool:
        """Whether all that was shown, and agreed to, is free by now. Doing so again is harmless."""
        found = self.show(workspace_id, report)
        if not found.cases:
            return True
        if not self.confirm(f"Release {len(found.cases)}?"):
            self.say("Nothing was released.")
            return True
        return self._release(found)

    def _release(self, found: HeldBack) -> bool:
        """The workspace is due before the first write and after the last: no crash forgets one."""
        self._have_looked_at(found.workspace_id)
        since = self._act_since(found.workspace_id)
        stuck = [case.report_id for case in found.cases if not self._let_go(case, since)]
        self._have_looked_at(found.workspace_id)
        self.say(f"WS#{found.workspace_id}: released {len(found.cases) - len(stuck)}")
        for report_id in stuck:
            self.say(f"{report_id}: keeps changing; release it again")
        return not stuck

    def _let_go(self, shown: Case, act_since: Millis) -> bool:
        """False: somebody else was quicker, each time."""
        for _ in range(TRIES):
            case = self.cases.get(*shown.key)
            if case is None or case.finished or not held(case, act_since):
                return True
            try:
                self.cases.put(released(case, self.who, act_since, self.clock()))
            except ConflictError:
                continue
            return True
        return False

    def _act_since(self, workspace_id: str) -> Millis:
        settings = self.settings.workspace(workspace_id)
        return settings.rules(acts=True).act_since if settings else 0

    def _have_looked_at(self, workspace_id: str) -> None:
        """The sweep finds the row within a minute."""
        self.rows.pull(Reconciler.RECOVER, workspace_id, self.clock())
