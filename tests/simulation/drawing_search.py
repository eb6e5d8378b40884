"""Histories in which nobody tells us of failures, so that we search: a fraction of the small ones.

Drawn from numbers of their own, so that every other history stays what it was.
"""

from dataclasses import replace
from random import Random

from shared.domain.clock import MINUTE, SECOND, Millis
from tests.simulation.scenario import START, Absence, Scenario, SearchPlan, WorkspacePlan

SEARCHED = 0.125

OFTEN = {
    "detect_fresh": 3 * MINUTE,
    "detect_recent": 7 * MINUTE,
    "detect_old": 52 * MINUTE,
}
"""So that a day's searches fit into an hour. There is one search a minute, and these are three of four
minutes'.
"""

EAGER = {**OFTEN, "detect_fresh": MINUTE}
"""More than there is time for."""

_APPROVED = ((0, 7), (8, 34), (37, 399))
_SENT_BEFORE = (0, 0, 1, 5, 60)


def searching(scenario: Scenario) -> Scenario:
    """The scenario, perhaps one in which failures must be found.

    Mostly what is there when it begins is seen before anything fails.
    """
    rng = Random(f"search {scenario.seed}")
    if not scenario.hurry or scenario.aim or scenario.late_fix or rng.random() >= SEARCHED:
        return scenario
    later = rng.choice((20 * SECOND, 90 * SECOND, 3 * MINUTE))
    longer = later + rng.choice((0, 0, 4, 10)) * MINUTE
    reports = [report.id for plan in scenario.workspaces for report in plan.reports]
    known = rng.choice((0.0, 0.3, 0.6))
    eager = rng.random() < 0.1
    return replace(
        scenario,
        workspaces=tuple(
            _later(plan, later, EAGER if eager else OFTEN) for plan in scenario.workspaces
        ),
        calm_at=scenario.calm_at + longer,
        search=SearchPlan(
            ages={report: _age(rng) for report in reports},
            failed=frozenset(report for report in reports if rng.random() < known),
            late=rng.choice((0.0, 0.1, 0.4)),
            large=rng.choice((0.0, 0.1, 0.4)),
            absences=_absences(rng, scenario),
            eager=eager,
        ),
    )


def _later(plan: WorkspacePlan, later: Millis, often: dict[str, Millis]) -> WorkspacePlan:
    reports = tuple(replace(r, fails_at=r.fails_at + later) for r in plan.reports)
    rules, calm = replace(plan.rules, **often), replace(plan.calm_rules, **often)
    return replace(plan, reports=reports, rules=rules, calm_rules=calm)


def _age(rng: Random) -> tuple[int, int]:
    """Days since it was approved, and since it was sent."""
    first, last = rng.choices(_APPROVED, (6, 2, 2))[0]
    approved = rng.randint(first, last)
    return approved, approved + rng.choice(_SENT_BEFORE)


def _absences(rng: Random, scenario: Scenario) -> tuple[Absence, ...]:
    if rng.random() >= 0.25:
        return ()
    workspace = rng.choice(scenario.workspaces).id
    if rng.random() < 0.2:
        return (Absence(workspace, START, rng.randrange(START, scenario.calm_at), hidden=True),)
    since, until = sorted(rng.randrange(START, scenario.calm_at) for _ in range(2))
    return (Absence(workspace, since, until),)
