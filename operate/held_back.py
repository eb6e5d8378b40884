"""What waits for its release: how many, whose, and for how much. Pure.

Sums are for the operator's terminal alone; no log ever holds them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from operate.live import moment
from operate.reports import count, oldest_first, people, worth
from shared.adapters.mail.wording import things
from shared.domain.blocker import Labels
from shared.domain.case import Case, CaseLabel
from shared.domain.finding import Match
from shared.domain.held import held


@dataclass(frozen=True, slots=True)
class HeldBack:
    """`cases` of one workspace, the oldest first."""

    workspace_id: str
    cases: tuple[Case, ...]
    labels: Labels

    @property
    def projects(self) -> int:
        return len({p for case in self.cases for p in self._projects(case)})

    def lines(self) -> Iterator[str]:
        if not self.cases:
            yield f"WS#{self.workspace_id}: nothing is held back"
            return
        on = things(self.projects, "project")
        yield f"WS#{self.workspace_id}: {count(self.cases)} held back, of {people(self.cases)}, on {on}"
        yield f"  {worth(self.cases)}"
        phases = Counter(str(case.phase) for case in self.cases)
        yield "  " + ", ".join(f"{phase}: {number}" for phase, number in sorted(phases.items()))
        yield f"  the oldest was opened {moment(self.cases[0].opened_at)}"

    def _projects(self, case: Case) -> Iterator[str]:
        for mine in case.carried:
            yield from self._project(mine)

    def _project(self, mine: CaseLabel) -> Iterator[str]:
        """A tag that names no project, and that no failure named, is none."""
        label = self.labels.get(mine.text)
        if label is not None and label.resolution.match is Match.PROJECT:
            yield label.resolution.project_id
        elif mine.suspect:
            yield f"L#{mine.text}"


def held_back(
    workspace_id: str, cases: Iterable[Case], labels: Labels, act_since: int, report: str = ""
) -> HeldBack:
    """`report`: only this one."""
    mine = [c for c in cases if held(c, act_since) and report in {"", c.report_id}]
    return HeldBack(workspace_id, oldest_first(mine), labels)
