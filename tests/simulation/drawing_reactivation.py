"""Histories in which operators approve that we open projects: a fraction of the small ones.

Drawn from a number of their own, so that every other history stays what it was.
"""

from dataclasses import replace
from random import Random

from shared.domain.clock import MINUTE, SECOND
from tests.simulation.scenario import Scenario

APPROVED = 0.12
LOSSY = 0.4
"""In so many of these most changes get no clear answer."""


def approving(scenario: Scenario) -> Scenario:
    """The scenario, perhaps with approvals; in most of these, people open little by themselves.

    NetSuite is looked at often, and it is stormy for longer, so that much is closed again while
    things still go wrong.
    """
    rng = Random(scenario.seed ^ 0xA99407E)
    if not scenario.hurry or scenario.aim or scenario.late_fix or rng.random() >= APPROVED:
        return scenario
    never, lossy = rng.random() < 0.1, rng.random() < LOSSY
    often = {"watch_every": 40 * SECOND, "circuit": (20 * SECOND, MINUTE, 2 * MINUTE)}
    plans = tuple(
        replace(
            plan,
            rules=replace(plan.rules, **often),
            calm_rules=replace(plan.calm_rules, **often),
        )
        for plan in scenario.workspaces
    )
    return replace(
        scenario,
        workspaces=plans,
        approvals=rng.choice((0.5, 0.9)),
        disallowed=frozenset(scenario.projects) if never else frozenset(),
        chances=replace(scenario.chances, answers=0.6) if lossy else scenario.chances,
        heeding=rng.choice((0.0, 0.0, scenario.heeding)),
        calm_at=scenario.calm_at + rng.randrange(6) * MINUTE,
    )
