"""The workspace that a command is about, as its settings have it."""

from shared.contracts.settings import WorkspaceSettings
from shared.errors import SettingsError
from shared.ports import Settings


def settings_of(settings: Settings, workspace_id: str) -> WorkspaceSettings:
    """Raises SettingsError: there are none, or none that can be read."""
    found = settings.workspace(workspace_id)
    if found is None:
        raise SettingsError(f"WS#{workspace_id}: no such settings")
    return found
