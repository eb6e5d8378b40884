"""Histories in which Expensify refuses us in the midst of a chunk: a fraction of the small ones.

Drawn from numbers of their own, so that every other history stays what it was.
"""

from dataclasses import replace
from random import Random

from shared.domain.clock import MINUTE, SECOND
from tests.simulation.scenario import (
    START,
    RefusalPlan,
    ReportPlan,
    Scenario,
    Silence,
    WorkspacePlan,
)

REFUSED = 0.05


def refusing(scenario: Scenario) -> Scenario:
    """The scenario, perhaps with a workspace whose reports all wait for one project, so that once the
    canary has arrived a whole chunk goes.
    """
    rng = Random(f"refusals {scenario.seed}")
    if not scenario.hurry or scenario.aim or scenario.late_fix or rng.random() >= REFUSED:
        return scenario
    first, *others = scenario.workspaces
    one, *rest = scenario.projects[first.account]
    closed = (replace(one, closed="inactive"), *rest)
    return replace(
        scenario,
        projects={**scenario.projects, first.account: closed},
        workspaces=(_waiting(first, one.label, rng), *others),
        chances=replace(scenario.chances, silence=Silence()),
        stubborn=frozenset(),
        calm_at=scenario.calm_at + rng.randrange(4, 12) * MINUTE,
        refusals=RefusalPlan(
            first.id,
            after=rng.randrange(1, 5),
            lasts=(20 * SECOND, 2 * MINUTE, 5 * MINUTE),
        ),
    )


def _waiting(plan: WorkspacePlan, label: str, rng: Random) -> WorkspacePlan:
    reports = tuple(
        ReportPlan(
            f"R1{n:03d}",
            rng.choice(plan.submitters),
            (label,),
            START + rng.randrange(SECOND, 20 * SECOND),
        )
        for n in range(rng.randrange(5, 9))
    )
    act_since = {"act_since": 0, "steps": (1, 10, 20), "window": 50}
    return replace(
        plan,
        reports=reports,
        rules=replace(plan.rules, **act_since),
        calm_rules=replace(plan.calm_rules, **act_since),
        auto_export=False,
    )
