"""One history: everything put together, played to its end, and judged."""

from tests.simulation.bridge import Bridge
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import Entry, SimReport
from tests.simulation.functions import Fleet
from tests.simulation.journal import Journal
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.people import People
from tests.simulation.run import Stage, Tally
from tests.simulation.scenario import Scenario, draw
from tests.simulation.witness import Witness


class Simulation:
    def __init__(self, scenario: Scenario, journal: Journal) -> None:
        self.stage = Stage(scenario, journal)
        self.netsuite = SimNetSuite(self.stage, scenario)
        self.expensify = SimExpensify(self.stage, scenario, self.netsuite)
        self.witness = Witness(self.stage, self.netsuite, self.expensify)
        self.fleet = Fleet(self.stage, self.netsuite, self.expensify, self.witness)
        self.bridge = Bridge(self.stage, self.fleet.intake_queue.send)
        self.people = People(
            self.stage, self.netsuite, self.expensify, self.bridge, self._switch
        )
        self.witness.occasion = self.people.occasion
        self.expensify.outcome = self._outcome

    def play(self) -> Tally:
        """Raises ViolationError."""
        stage = self.stage
        self.people.begin()
        stage.loop.play(stage.scenario.calm_at)
        stage.calm = True
        self.people.calm_down()
        stage.loop.play(stage.scenario.calm_at + 6 * 3_600_000)
        return stage.tally

    def _outcome(self, report: SimReport, entry: Entry) -> None:
        self.witness.outcome(report, entry)
        self.bridge.failed(report, entry)

    def _switch(self, on: bool) -> None:  # noqa: FBT001 -- a switch
        if self.fleet.acts != on:
            self.stage.note("operator", f"switches acts {'on' if on else 'off'}")
            self.fleet.acts = on
            self.witness.records.off_since = None if on else self.stage.now


def play(seed: int, journal: Journal | None = None) -> Tally:
    """Play the history of this seed. Raises ViolationError."""
    return Simulation(draw(seed), journal or Journal()).play()
