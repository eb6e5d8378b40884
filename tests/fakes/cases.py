"""Cases in memory, with an index that may lag behind."""

from dataclasses import dataclass, field

from shared.adapters.table.codec import shortened
from shared.domain.case import Case
from shared.domain.late import trace
from tests.fakes.versions import Versions

type CaseKey = tuple[str, str]


@dataclass(slots=True)
class FakeCases:
    """While `stale`, `unfinished` answers as of the last `catch_up`, or of the beginning."""

    stale: bool = False
    known: Versions[CaseKey, Case] = field(default_factory=Versions)
    _index: dict[CaseKey, Case] = field(default_factory=dict, init=False)
    _traces: dict[CaseKey, Case] = field(default_factory=dict, init=False)

    def get(self, workspace_id: str, report_id: str) -> Case | None:
        key = workspace_id, report_id
        return self.known.stored.get(key) or self._traces.get(key)

    def unfinished(self, workspace_id: str) -> tuple[Case, ...]:
        if not self.stale:
            self.catch_up()
        found = (self._index[key] for key in sorted(self._index) if key[0] == workspace_id)
        return tuple(case for case in found if not case.finished)

    def put(self, case: Case) -> Case:
        if case.finished and case.attempts:
            self._traces[case.key] = trace(case)
        return self.known.save(case.key, shortened(case))

    def expire(self, workspace_id: str, report_id: str) -> None:
        """Its time is over, and the table has removed it."""
        del self.known.stored[workspace_id, report_id]

    def catch_up(self) -> None:
        self._index = dict(self.known.stored)

    @property
    def writes(self) -> list[Case]:
        return self.known.writes

    def __contains__(self, key: CaseKey) -> bool:
        return key in self.known.stored

    def __len__(self) -> int:
        return len(self.known.stored)
