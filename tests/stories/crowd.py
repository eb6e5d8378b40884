"""Forty workspaces that share one account, and a thousand projects in it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.world import World
from tests.stories.kit import ACTING, CROWD, CROWD_EACH, CROWDED, at, crowd_project, expense

QUERIES = {"path": f"/{CROWDED}/*/suiteql"}
SLOW = {"delay": 0.3}
"""Long enough for a second request to be seen beside it."""

_IDS = re.compile(r"\bid IN \(([?, ]+)\)")


@dataclass(frozen=True)
class Crowd:
    world: World

    @property
    def reports(self) -> list[str]:
        """One of each workspace, in their order."""
        return [f"RCROWD{number:05d}" for number in range(len(CROWD))]

    @property
    def people(self) -> list[str]:
        """Whom the workspaces that act tell: the others tell nobody."""
        return [f"{name}@{each}.example" for each in ACTING for name in ("ines", "nora")]

    def open_all(self) -> None:
        self.world.set_all_projects(CROWDED, isInactive=False)

    def stick(self) -> None:
        """One report per workspace, with an expense for each of its projects."""
        for number, report_id in enumerate(self.reports):
            mine = range(number * CROWD_EACH, (number + 1) * CROWD_EACH)
            self.world.set_report(
                report_id,
                workspaceId=f"WS{CROWD[number].upper()}",
                reportName="Tour",
                submitterEmail=f"ines@{CROWD[number]}.example",
                state="APPROVED",
                failed=True,
                expenses=[expense(f"crowd{each}", crowd_project(each)) for each in mine],
            )

    def answers_slowly(self) -> None:
        self.world.netsuite_faults({"match": QUERIES, "effect": SLOW})

    def throttles_half(self) -> None:
        """The first, then two let in, then two refused, and so on: a look may need two queries."""
        refused = {"match": QUERIES, "times": 1, "effect": {**SLOW, "throttle": True}}
        let_in = {"match": QUERIES, "times": 1, "effect": SLOW}
        self.world.netsuite_faults(*[refused, let_in, let_in, refused] * 500)

    def queries(self, after: int = 0) -> list[dict[str, Any]]:
        """Those that were answered, oldest first, without the first `after`."""
        answered = (e for e in self.world.netsuite_journal(CROWDED) if e["status"] is not None)
        return [e for e in answered if e["path"].endswith("/suiteql")][after:]

    def is_quiet(self, seconds: float) -> bool:
        """Nothing was asked in this time."""
        last = at(self.queries()[-1])
        return (datetime.now(UTC) - last).total_seconds() > seconds

    def exports(self) -> Counter[str]:
        """Our requests to export, by report."""
        calls = (e["params"]["reportIDList"] for e in self.world.calls("Report_Export"))
        return Counter(report for report in calls if report in set(self.reports))


def ids_asked(query: dict[str, Any]) -> int:
    """How many projects a query asks for by their ids; 0 if there is a name among what it asks."""
    text = str(query["params"]["q"])
    found = _IDS.search(text)
    return found[1].count("?") if found and "REGEXP_REPLACE" not in text else 0


def throttled(queries: Iterable[dict[str, Any]]) -> float:
    """Which share of them was refused."""
    statuses = [query["status"] for query in queries]
    return statuses.count(429) / len(statuses)
