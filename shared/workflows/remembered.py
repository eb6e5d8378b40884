"""Cases that are read once, for as long as one look takes."""

from dataclasses import dataclass, field

from shared.domain.case import Case
from shared.ports import Cases


@dataclass(frozen=True, slots=True)
class RememberedCases:
    """Implements the reading half of `Cases`."""

    cases: Cases
    known: dict[str, tuple[Case, ...]] = field(default_factory=dict)

    def get(self, workspace_id: str, report_id: str) -> Case | None:
        return self.cases.get(workspace_id, report_id)

    def unfinished(self, workspace_id: str) -> tuple[Case, ...]:
        if workspace_id not in self.known:
            self.known[workspace_id] = self.cases.unfinished(workspace_id)
        return self.known[workspace_id]

    def put(self, case: Case) -> Case:
        return self.cases.put(case)
