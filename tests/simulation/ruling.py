"""An administrator says that a project stays closed, by the operator's command."""

from typing import TYPE_CHECKING

from operate.ruling import StaysClosed
from shared.domain.clock import MINUTE, Millis
from shared.errors import ConflictError, PermanentError, TransientError
from tests.simulation.check_ladder import LadderChecks
from tests.simulation.run import Run, Stage

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet


class Administrator:
    """Says it of whatever is closed, some time into the history."""

    def __init__(self, stage: Stage, fleet: "Fleet", checks: LadderChecks) -> None:
        self._stage = stage
        self._fleet = fleet
        self._checks = checks

    def begin(self) -> None:
        """Two moments, of which the first mostly lies before anybody was told."""
        for most in (4, 12):
            likely = self._stage.scenario.rulings
            if likely and self._stage.rng.random() < likely:
                later = self._stage.now + self._stage.rng.randrange(MINUTE, most * MINUTE)
                self._stage.loop.at(later, self._say)

    def _say(self) -> None:
        closed = [key for key, b in self._fleet.accounts.blocked.items() if b.blocked]
        if not closed:
            return
        account_id, project_id = self._stage.rng.choice(closed)

        def then(_began: Millis, _well: bool) -> None:
            """Whoever types the command sees whether it went well."""

        def body(_run: Run) -> None:
            self._rule(account_id, project_id)

        self._fleet.invoker.start(self._stage.now, "operate", project_id, body, then)

    def _rule(self, account_id: str, project_id: str) -> None:
        fleet = self._fleet
        ruling = StaysClosed(fleet.accounts, fleet.rows, "nora", self._stage.clock)
        try:
            ruling.rule(account_id, project_id)
        except (ConflictError, PermanentError, TransientError):
            return
        self._stage.say(f"says that {project_id} stays closed")
        self._checks.ruled(account_id, project_id)
