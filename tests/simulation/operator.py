"""Whoever went live quietly, and lets go later what was held back: with the real command's code."""

from random import Random

from operate.release import Release
from shared.domain.clock import MINUTE, Millis
from shared.domain.held import held
from tests.simulation.functions import Fleet
from tests.simulation.records import Records
from tests.simulation.run import Run, Stage

RELEASES = 0.7
"""So many of those who hold something back let it go, half of them one report alone."""


class Operator:
    """Draws by itself; a command that dies is given again."""

    def __init__(self, stage: Stage, fleet: Fleet, records: Records) -> None:
        self._stage = stage
        self._fleet = fleet
        self._records = records
        self._rng = Random(stage.scenario.seed ^ 0x0E1EA5E)

    def begin(self) -> None:
        for plan in self._stage.scenario.workspaces:
            if plan.rules.act_since and self._rng.random() < RELEASES:
                one = self._rng.random() < 0.5
                report = self._rng.choice(plan.reports).id if one and plan.reports else ""
                span = 2 * max(plan.rules.act_since - self._stage.now, MINUTE)
                self._command(plan.id, report, plan.rules.act_since + self._rng.randrange(span))

    def _command(self, workspace_id: str, report: str, at: Millis) -> None:
        def body(_run: Run) -> None:
            self._release(workspace_id, report)

        def then(_began: Millis, well: bool) -> None:
            if not well:
                self._command(workspace_id, report, self._stage.now + MINUTE)

        self._fleet.invoker.start(at, "operator", workspace_id, body, then)

    def _release(self, workspace_id: str, report: str) -> None:
        """From now on whatever was asked for may go, and nothing else.

        What the index didn't show yet is still held back: whoever looks again lets that go, too.
        """
        cases = [c for c in self._fleet.cases.cases.values() if c.workspace_id == workspace_id]
        self._records.released |= {c.report_id for c in cases if report in {"", c.report_id}}
        release = Release(
            cases=self._fleet.cases,
            accounts=self._fleet.accounts,
            settings=self._fleet.settings,
            rows=self._fleet.rows,
            who="operator",
            clock=self._stage.clock,
            say=self._stage.say,
            confirm=lambda _question: True,
        )
        well = release.release(workspace_id, report)
        if not well or any(self._is_held(c.workspace_id, c.report_id) for c in cases):
            self._command(workspace_id, report, self._stage.now + MINUTE)

    def _is_held(self, workspace_id: str, report_id: str) -> bool:
        """It was asked for, and the command knew nothing of it."""
        case = self._fleet.cases.cases[workspace_id, report_id]
        (plan,) = (p for p in self._stage.scenario.workspaces if p.id == workspace_id)
        asked = report_id in self._records.released
        return asked and not case.finished and held(case, plan.rules.act_since)
