"""What Expensify refuses us once, it would refuse us at once again: nothing more is asked for.

Not by the run that was refused, and not by a later one until the circuit's wait is over, if the one
that was refused could write it down. Operators hear at once of a login or a right that is refused.
"""

from typing import TYPE_CHECKING

from shared.domain.announce import OPERATORS
from shared.domain.clock import Millis
from shared.domain.finding import SETUP_FAULTS, Fault
from shared.domain.person import person_key
from shared.domain.rules import backoff
from tests.simulation.check_exports import SKEW
from tests.simulation.records import ViolationError
from tests.simulation.run import Run, Stage

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet

type Refusal = tuple[Run, Millis, Fault]


class RefusalChecks:
    """`_row`: by workspace, the refusals since anything was taken."""

    def __init__(self, stage: Stage, fleet: "Fleet") -> None:
        self._stage = stage
        self._fleet = fleet
        self._plans = {plan.id: plan for plan in stage.scenario.workspaces}
        self._row: dict[str, list[Refusal]] = {}
        self._open: set[str] = set()

    def asks(self, workspace_id: str, run: Run) -> None:
        """For a sync or an export. What isn't refused by the next time was taken."""
        row = self._row.setdefault(workspace_id, [])
        if workspace_id in self._open:
            row.clear()
        self._open.add(workspace_id)
        if any(refused is run for refused, _, _ in row):
            raise ViolationError(
                "refused", f"{workspace_id} asks again in the run that was refused"
            )
        if row and row[-1][0].finished:
            since = self._stage.now - row[-1][1]
            wait = backoff(self._plans[workspace_id].rules.circuit, self._known(row) - 1)
            if since < wait - SKEW:
                raise ViolationError("refused", f"{workspace_id} asks again after {since} ms")

    def _known(self, row: list[Refusal]) -> int:
        """How many of them were written down for certain."""
        return sum(run.finished for run, _, _ in row)

    def refused(self, workspace_id: str, fault: Fault) -> None:
        """What was asked for just now."""
        run = self._stage.loop.active
        if run is not None:
            self._open.discard(workspace_id)
            self._row[workspace_id].append((run, self._stage.now, fault))

    def ended(self, run: Run) -> None:
        if not run.finished:
            return
        for workspace_id, row in self._row.items():
            if len(row) == 1 and row[0][0] is run and row[0][2] in SETUP_FAULTS:
                self._told(workspace_id, row[0][2])

    def _told(self, workspace_id: str, fault: Fault) -> None:
        notices = self._fleet.notices.stored.get(person_key(OPERATORS), {}).values()
        if not any(notice.about == f"W#{workspace_id}#{fault}" for notice in notices):
            raise ViolationError("refused", f"nobody hears of {workspace_id}: {fault}")
