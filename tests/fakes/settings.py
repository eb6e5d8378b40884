"""The tenants' settings in memory."""

from dataclasses import dataclass, field

from shared.contracts.settings import AccountSettings, StackSettings, WorkspaceSettings
from shared.domain.clock import Millis
from shared.domain.setup_fault import STACK
from shared.errors import SettingsError


@dataclass(slots=True)
class FakeSettings:
    """`broken`: ids of workspaces and accounts, and `STACK`, whose settings can't be read.

    `switch`: the stack's kill switch.
    """

    workspaces: dict[str, WorkspaceSettings] = field(default_factory=dict)
    accounts: dict[str, AccountSettings] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    parked: dict[tuple[str, str], str] = field(default_factory=dict)
    parked_since: dict[tuple[str, str], Millis] = field(default_factory=dict)
    """Workspace and event → body."""
    switch: bool = True

    def add(self, *settings: WorkspaceSettings | AccountSettings | StackSettings) -> None:
        for one in settings:
            match one:
                case WorkspaceSettings():
                    self.workspaces[one.workspace_id] = one
                case AccountSettings():
                    self.accounts[one.account_id] = one
                case StackSettings():
                    self.switch = one.acts == "on"

    def workspace(self, workspace_id: str) -> WorkspaceSettings | None:
        self._readable(workspace_id)
        return self.workspaces.get(workspace_id)

    def all_workspaces(self) -> tuple[WorkspaceSettings, ...]:
        """All that can be read."""
        return tuple(s for key, s in sorted(self.workspaces.items()) if key not in self.broken)

    def account(self, account_id: str) -> AccountSettings:
        self._readable(account_id)
        if account_id not in self.accounts:
            raise SettingsError(f"settings ACCOUNT#{account_id}: missing")
        return self.accounts[account_id]

    def acts(self) -> bool:
        self._readable(STACK)
        return self.switch

    def park(self, workspace_id: str, event_id: str, body: str, now: Millis, since: Millis) -> None:
        self.parked[workspace_id, event_id] = body
        self.parked_since[workspace_id, event_id] = since

    def parked_events(self, workspace_id: str) -> int:
        return sum(1 for of, _ in self.parked if of == workspace_id)

    def _readable(self, key: str) -> None:
        if key in self.broken:
            raise SettingsError(f"settings {key}: broken")
