"""What decides which project a label names before any name is matched: people and settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.clock import Millis


@dataclass(frozen=True, slots=True)
class Alias:
    """Somebody's choice: in this workspace this label names that project. `by`: who chose."""

    workspace_id: str
    text: str
    project_id: str
    by: str = ""
    at: Millis = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """`aliases` by workspace and label, `subsidiaries` (name or internal id) by workspace."""

    aliases: Mapping[tuple[str, str], Alias] = field(default_factory=dict)
    subsidiaries: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, workspace_id: str, text: str) -> str:
        """The project that somebody chose for the label; empty if nobody did."""
        alias = self.aliases.get((workspace_id, text))
        return alias.project_id if alias else ""
