"""Histories in which reminders come after minutes and a day is short: a fraction of the small ones.

Drawn from a number of their own, so that every other history stays what it was.
"""

from dataclasses import replace
from random import Random

from shared.domain.clock import HOUR, MINUTE
from tests.simulation.scenario import Scenario

LADDERED = 0.1


def laddered(scenario: Scenario) -> Scenario:
    """The scenario, perhaps with a ladder that fits into it."""
    rng = Random(scenario.seed ^ 0x1ADDE2)
    if not scenario.hurry or scenario.aim or scenario.late_fix or rng.random() >= LADDERED:
        return scenario
    numbers = {
        "reminders": (2 * MINUTE, 5 * MINUTE, 10 * MINUTE),
        "mail_day": rng.choice((6, 15)) * MINUTE,
        "mails_per_day": rng.choice((1, 2, 3, 10)),
        "working_days": (1, 2, 3, 4, 5, 6, 7),
        "utc_offset": rng.choice((-5 * HOUR, 0, 5 * HOUR + 30 * MINUTE)),
        "few_submitters": rng.choice((0, 5)),
        "submitter_after": rng.choice((3, 30)) * MINUTE,
    }
    plans = (
        replace(
            plan,
            rules=replace(plan.rules, **numbers),
            calm_rules=replace(plan.calm_rules, **numbers),
        )
        for plan in scenario.workspaces
    )
    return replace(
        scenario,
        workspaces=tuple(plans),
        ladders=True,
        rulings=rng.choice((0.0, 0.5, 1.0)),
        heeding=rng.choice((0.0, 0.0, scenario.heeding)),
        late_fix=rng.choice((0, 50 * MINUTE)),
    )
