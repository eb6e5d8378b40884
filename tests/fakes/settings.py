"""The tenants' settings in memory."""

from dataclasses import dataclass, field

from shared.contracts.settings import AccountSettings, WorkspaceSettings
from shared.domain.clock import Millis
from shared.errors import SettingsError


@dataclass(slots=True)
class FakeSettings:
    """`broken`: ids of workspaces and accounts whose settings can't be read."""

    workspaces: dict[str, WorkspaceSettings] = field(default_factory=dict)
    accounts: dict[str, AccountSettings] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    parked: dict[tuple[str, str], str] = field(default_factory=dict)
    """Workspace and event → body."""

    def add(self, *settings: WorkspaceSettings | AccountSettings) -> None:
        for one in settings:
            if isinstance(one, WorkspaceSettings):
                self.workspaces[one.workspace_id] = one
            else:
                self.accounts[one.account_id] = one

    def workspace(self, workspace_id: str) -> WorkspaceSettings | None:
        self._readable(workspace_id)
        return self.workspaces.get(workspace_id)

    def account(self, account_id: str) -> AccountSettings:
        self._readable(account_id)
        if account_id not in self.accounts:
            raise SettingsError(f"settings ACCOUNT#{account_id}: missing")
        return self.accounts[account_id]

    def park(self, workspace_id: str, event_id: str, body: str, now: Millis) -> None:
        self.parked[workspace_id, event_id] = body

    def _readable(self, key: str) -> None:
        if key in self.broken:
            raise SettingsError(f"settings {key}: broken")
