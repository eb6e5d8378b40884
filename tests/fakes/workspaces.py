"""What `recover` remembers, in memory."""

from dataclasses import dataclass, field

from shared.domain.workspace import Workspace
from tests.fakes.versions import Versions


@dataclass(slots=True)
class FakeWorkspaces:
    known: Versions[str, Workspace] = field(default_factory=Versions)

    def get(self, workspace_id: str) -> Workspace:
        return self.known.stored.get(workspace_id, Workspace(workspace_id))

    def save(self, workspace: Workspace) -> Workspace:
        return self.known.save(workspace.workspace_id, workspace)

    @property
    def writes(self) -> list[Workspace]:
        return self.known.writes
