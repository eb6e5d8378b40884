"""`detect`, deployed into the simulation where nobody else tells us of failures."""

from typing import TYPE_CHECKING

from shared.domain.clock import HOUR, Millis
from shared.domain.report import ActionKind
from shared.ports import Reconciler
from shared.workflows.detect import Detect
from tests.simulation.expensify import REFUSED, SimExpensify
from tests.simulation.expensify_model import AUTO, Attempt, Entry
from tests.simulation.run import Stage
from tests.simulation.scenario import START, SearchPlan
from tests.simulation.searching import (
    SimCredentials,
    SimFinder,
    SimInbox,
    SimLine,
    SimSightings,
    SimTenants,
    SimUsages,
)

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet

FAILED_BEFORE: Millis = 7 * HOUR


class Search:
    """`recovers`, `searches`: the two who share the credential."""

    def __init__(
        self, stage: Stage, expensify: SimExpensify, fleet: "Fleet", plan: SearchPlan
    ) -> None:
        self._stage = stage
        self._fleet = fleet
        self.plan = plan
        usages = SimUsages(stage)
        self.recovers = SimLine(stage, usages, urgent=True)
        self.searches = SimLine(stage, usages, urgent=False)
        self.finder = SimFinder(stage, expensify, plan, self.searches)
        self.credentials = SimCredentials(stage)
        self.inbox = SimInbox(stage)
        self.tenants = SimTenants(stage, fleet.settings, plan)
        self.detect = Detect(
            credentials=self.credentials,
            sightings=SimSightings(stage),
            notices=fleet.notices,
            rows=fleet.rows,
            wakes=fleet,
            tenants=self.tenants,
            inbox=self.inbox,
            finder=lambda _settings: self.finder,
            clock=stage.clock,
        )
        for report_id in sorted(plan.failed):
            report = expensify.reports[report_id]
            text = REFUSED.format(report.texts[0])
            report.history.append(
                Entry(
                    f"b{report_id}",
                    ActionKind.EXPORT_FAILED,
                    START - FAILED_BEFORE,
                    text,
                    projects=tuple(report.texts[:1]),
                    code="NS0770",
                    attempt=Attempt(AUTO),
                )
            )
            report.errors = 1

    def begin(self) -> None:
        """An operator pushes the settings, now and whenever they change, which has us look."""
        changes = [at for each in self.plan.absences for at in (each.since, each.until)]
        for at in (START, *changes):
            self._stage.loop.at(at, self._pushed)

    def _pushed(self) -> None:
        self._fleet.rows.move_up(Reconciler.DETECT, self.tenants.key, self._stage.now)
