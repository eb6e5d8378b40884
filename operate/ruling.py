"""'It stays closed': an administrator's word about one project, for as long as it is closed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from operate.blocked import blocker_of
from operate.races import until_won
from shared.domain.blocker import Ruling
from shared.domain.clock import Millis
from shared.ports import Accounts, Reconciler, Rows


@dataclass(frozen=True, slots=True)
class StaysClosed:
    """`who` says it: both that and when are stored with the project."""

    accounts: Accounts
    rows: Rows
    who: str
    clock: Callable[[], Millis]

    def rule(self, account_id: str, project_id: str) -> tuple[str, ...]:
        """Returns the workspaces that are looked at for it: they tell whom it concerns.

        Raises PermanentError (the project isn't closed as far as we know), ConflictError.
        """
        return until_won(lambda: self._rule(account_id, project_id))

    def _rule(self, account_id: str, project_id: str) -> tuple[str, ...]:
        blocker = blocker_of(self.accounts, account_id, project_id, lambda b: b.blocked)
        if not blocker.stays_closed:
            ruling = Ruling(blocker.epoch, self.who, self.clock())
            self.accounts.put_blocker(replace(blocker, ruling=ruling))
        return self._nudged(account_id, project_id)

    def _nudged(self, account_id: str, project_id: str) -> tuple[str, ...]:
        """Said again, it nudges again: a crash in between loses nothing."""
        labels = self.accounts.labels(account_id)
        found = sorted({x.workspace_id for x in labels if x.resolution.project_id == project_id})
        for workspace_id in found:
            self.rows.pull(Reconciler.RECOVER, workspace_id, self.clock())
        return tuple(found)
