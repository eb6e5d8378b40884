"""What stands in NetSuite of the reports that were exported, and where their ids stand in it.

Drawn from numbers of their own, so that a history in which nobody asks for records is what it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from shared.domain.absence import ReportRecord, Sample
from shared.domain.clock import MINUTE, SECOND
from shared.domain.evidence import Evidence
from tests.simulation.scenario import RecordsPlan, Scenario, Silence

PROVING = 0.1
"""In so many of the small histories NetSuite may prove what became of an export."""

COLUMNS = ("externalid", "tranid", "memo")
TYPED = 2
"""So many reports of a workspace, fewer than anything is learned from, have their id in a memo that
somebody typed.
"""

_NUMBERS = {
    "settle": 4 * MINUTE,
    "sync_poll": 15 * SECOND,
    "unverified_after": 100 * SECOND,
    "sync_spacing": 30 * SECOND,
    "prove_absence": True,
}
"""So that a proof fits into the storm. No call of ours is on its way for longer than 90 seconds."""


def proving(scenario: Scenario) -> Scenario:
    """The scenario, perhaps one in which exports are silent and NetSuite is asked about them."""
    rng = Random(f"absence {scenario.seed}")
    aimed = scenario.aim is not None and scenario.aim.cell[0] == Evidence.IN_NETSUITE.name
    likely = scenario.hurry and not scenario.aim and not scenario.late_fix
    if not aimed and (not likely or rng.random() >= PROVING):
        return scenario
    accounts = sorted(scenario.projects)
    plans = tuple(
        replace(
            plan,
            rules=replace(plan.rules, **_NUMBERS),
            calm_rules=replace(plan.calm_rules, **_NUMBERS),
            auto_export=plan.auto_export and aimed,
        )
        for plan in scenario.workspaces
    )
    much = rng.choice((0.1, 0.5, 0.8))
    silent = Silence(
        forgotten=much,
        unsaid=rng.random() * much / 2,
        exists=rng.random() * 0.1,
        late=rng.random() * 0.2,
        slow=rng.choice((0.0, 0.05, 0.2)),
    )
    chances = scenario.chances
    return replace(
        scenario,
        workspaces=plans,
        calm_at=scenario.calm_at + rng.randrange(8, 20) * MINUTE,
        chances=chances if aimed else replace(chances, silence=silent),
        records=RecordsPlan(
            columns={a: rng.choice(COLUMNS if aimed else (*COLUMNS, "")) for a in accounts},
            known={
                plan.id: rng.choice((3, 5) if aimed else (0, 1, 2, 3, 5, 5, 5, 5, 5))
                for plan in plans
            },
            hides=0.0 if aimed else rng.choice((0.0, 0.2, 0.5)),
        ),
    )


_BEFORE = "OLD"


def is_before(report_id: str) -> bool:
    """Whether it was exported before the history begins."""
    return _BEFORE in report_id


@dataclass(slots=True)
class Filing:
    """The records of all accounts."""

    plan: RecordsPlan
    _held: dict[str, list[ReportRecord]] = field(default_factory=dict)
    _count: int = 50_000

    def post(self, account: str, report_id: str) -> str:
        """The new record's id."""
        self._count += 1
        if column := self.plan.columns.get(account, ""):
            self._write(account, column, report_id)
        return str(self._count)

    def _write(self, account: str, column: str, report_id: str) -> None:
        record = ReportRecord(str(self._count), column, report_id)
        self._held.setdefault(account, []).append(record)

    def before(self, account: str, workspace_id: str) -> tuple[Sample, ...]:
        """What was exported before the history begins."""
        samples = []
        for number in range(self.plan.known.get(workspace_id, 0)):
            report_id = f"{workspace_id}{_BEFORE}{number}"
            samples.append(Sample(report_id, (self.post(account, report_id),)))
            if number < TYPED and self.plan.columns[account] != "memo":
                self._write(account, "memo", report_id)
        return tuple(samples)

    def find(self, account: str, texts: tuple[str, ...]) -> tuple[ReportRecord, ...]:
        held: Mapping[str, list[ReportRecord]] = self._held
        return tuple(r for r in held.get(account, ()) if r.text in texts)
