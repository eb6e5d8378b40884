"""What `recover` remembers of a workspace."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.adapters.table.codec import Codec
from shared.adapters.table.keys import workspace_key
from shared.adapters.table.store import Store
from shared.domain.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_WORKSPACES = Codec.of(Workspace)


class TableWorkspaces:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def get(self, workspace_id: str) -> Workspace:
        item = self._store.get(workspace_key(workspace_id))
        return _WORKSPACES.record(item) if item else Workspace(workspace_id)

    def save(self, workspace: Workspace) -> Workspace:
        stored = replace(workspace, version=workspace.version + 1)
        self._store.save({**_WORKSPACES.item(stored), **workspace_key(workspace.workspace_id)})
        return stored
