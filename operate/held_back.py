"""What waits for its release: how many, whose, and for how much. Pure.

Sums are for the operator's terminal alone; no log ever holds them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from operate.live import moment
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
    def people(self) -> int:
        return len({case.submitter for case in self.cases if case.submitter})

    @property
    def projects(self) -> int:
        return len({p for case in self.cases for p in self._projects(case)})

    @property
    def sums(self) -> dict[str, int]:
        """By currency, in hundredths of its unit."""
        sums: Counter[str] = Counter()
        for money in (m for case in self.cases for x in case.carried for m in x.sums):
            sums[money.currency] += money.minor
        return dict(sorted(sums.items()))

    @property
    def unread(self) -> int:
        """Of these nobody knows the sums."""
        return sum(not any(x.sums for x in case.carried) for case in self.cases)

    def lines(self) -> Iterator[str]:
        count = counted(len(self.cases), "report")
        if not self.cases:
            yield f"WS#{self.workspace_id}: nothing is held back"
            return
        people, projects = counted(self.people, "person"), counted(self.projects, "project")
        yield f"WS#{self.workspace_id}: {count} held back, of {people}, on {projects}"
        yield f"  {worth(self)}"
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
    mine = (c for c in cases if held(c, act_since) and report in {"", c.report_id})
    oldest = sorted(mine, key=lambda case: (case.opened_at, case.report_id))
    return HeldBack(workspace_id, tuple(oldest), labels)


def worth(held_back: HeldBack) -> str:
    """In words: the sums, and of how many reports nobody knows any."""
    unread = counted(held_back.unread, "report")
    return _sums_of(held_back) + (f"; {unread} without a known sum" if held_back.unread else "")


def _sums_of(held_back: HeldBack) -> str:
    """In words."""
    sums = (f"{currency} {_amount(minor)}" for currency, minor in held_back.sums.items())
    return ", ".join(sums) or "no sum is known"


def _amount(minor: int) -> str:
    sign, whole = "-" if minor < 0 else "", abs(minor)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


def counted(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {'people' if what == 'person' else what + 's'}"
