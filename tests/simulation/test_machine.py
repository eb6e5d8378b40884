"""The same world and the same invariants as a state machine, so that failures shrink."""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from hypothesis.strategies import integers, sampled_from

from shared.domain.clock import MINUTE, SECOND
from tests.simulation.drawing import draw
from tests.simulation.expensify import SyncJob
from tests.simulation.expensify_model import PERSON, Attempt, SimReport
from tests.simulation.journal import Journal
from tests.simulation.scenario import Chances
from tests.simulation.simulation import Simulation

CALM = Chances(lag=1)
STORMY = Chances(crash=0.03, table=0.01, reads=0.1, answers=0.2, queues=0.2, netsuite=0.1, mail=0.2)


class World(RuleBasedStateMachine):
    """People and faults by Hypothesis; time passes only when it says so."""

    simulation: Simulation

    @initialize(seed=integers(0, 500))
    def begin(self, seed: int) -> None:
        scenario = replace(draw(seed), chances=CALM, meddling=0.0, heeding=0.0, late_fix=0)
        self.simulation = Simulation(scenario, Journal())
        self.simulation.begin()

    @rule(minutes=integers(1, 40))
    def time_passes(self, minutes: int) -> None:
        stage = self.simulation.stage
        stage.loop.play(stage.now + minutes * MINUTE)

    @rule(seconds=integers(1, 30))
    def a_moment_passes(self, seconds: int) -> None:
        stage = self.simulation.stage
        stage.loop.play(stage.now + seconds * SECOND)

    @rule(stormy=sampled_from((True, False)))
    def weather_changes(self, stormy: bool) -> None:
        self.simulation.stage.chances = STORMY if stormy else CALM

    @rule(which=integers(0, 3), closed=sampled_from(("", "inactive", "expenses_off")))
    def somebody_changes_a_project(self, which: int, closed: str) -> None:
        netsuite = self.simulation.netsuite
        for account, projects in netsuite.projects.items():
            project = list(projects.values())[which % len(projects)]
            if project.closed != "gone":
                netsuite.change(account, project.id, closed, "administrator")

    @rule(which=integers(0, 7), to=sampled_from(("", "Nowhere", "other")))
    def somebody_retags(self, which: int, to: str) -> None:
        expensify, report = self.simulation.expensify, self._report(which)
        if report.texts:
            others = [p.label for p in self.simulation.netsuite.projects[report.account].values()]
            expensify.retag(report.id, report.texts[0], others[-1] if to == "other" else to)

    @rule(which=integers(0, 7), act=sampled_from(("export", "mark", "unapprove", "approve")))
    def somebody_meddles(self, which: int, act: str) -> None:
        expensify, report = self.simulation.expensify, self._report(which)
        match act:
            case "export":
                expensify.export(report.id, Attempt(PERSON))
            case "mark":
                expensify.mark(report.id, "somebody")
            case "unapprove":
                expensify.unapprove(report.id)
            case _:
                expensify.approve(report.id)

    @rule(which=integers(0, 1))
    def somebody_syncs(self, which: int) -> None:
        expensify = self.simulation.expensify
        expensify.sync(list(expensify.plans)[which], SyncJob(PERSON))

    @rule(on=sampled_from((True, False)))
    def the_operator_switches(self, on: bool) -> None:
        self.simulation.switch(on)

    def teardown(self) -> None:
        """And then everything that can finish finishes."""
        if hasattr(self, "simulation"):
            self.simulation.come_to_rest()

    def _report(self, which: int) -> SimReport:
        reports = list(self.simulation.expensify.reports.values())
        return reports[which % len(reports)]


TestWorld = World.TestCase
TestWorld.settings = settings(
    derandomize=True,
    database=None,
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
