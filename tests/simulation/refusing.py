"""Expensify's app refuses, for a while, all that it is asked to do in a workspace.

Its answers' codes and what they mean: Expensify-common, lib/API.jsx (AUTH_FAILURES), and App,
src/CONST (426). Reading goes on.
"""

from collections.abc import Callable
from random import Random

from shared.domain.clock import Millis
from shared.domain.finding import Fault
from tests.simulation.run import Stage

CODES = {
    403: Fault.LOGIN_REFUSED,
    407: Fault.LOGIN_REFUSED,
    408: Fault.LOGIN_REFUSED,
    411: Fault.NO_PERMISSION,
    426: Fault.CLIENT_TOO_OLD,
}


class Doorman:
    """Draws by itself. `refused` hears of every refusal, this one's or not."""

    def __init__(self, stage: Stage) -> None:
        plan = stage.scenario.refusals
        self._stage = stage
        self._rng = Random(f"doorman {stage.scenario.seed}")
        self._lasts = plan.lasts if plan else ()
        self._left = plan.after if plan else 0
        self._workspace_id = plan.workspace_id if plan else ""
        self._until: Millis = 0
        self._code = 0
        self.refused: Callable[[str, Fault], None] = lambda _workspace, _fault: None

    def refuses(self, workspace_id: str, point: str) -> Fault | None:
        """Somebody asks for a sync or an export. Some of the exports are taken before it begins."""
        stage = self._stage
        if stage.calm or workspace_id != self._workspace_id:
            return None
        if stage.now >= self._until and self._begins(point):
            self._until = stage.now + self._rng.choice(self._lasts)
            self._code = self._rng.choice(sorted(CODES))
        if stage.now >= self._until:
            return None
        stage.tally.faults += 1
        stage.say(point, f"refused, code {self._code}")
        return CODES[self._code]

    def _begins(self, point: str) -> bool:
        if point != "app.export":
            return False
        self._left -= 1
        if self._left >= 0:
            return False
        self._left = self._rng.randrange(1, 5)
        return True
