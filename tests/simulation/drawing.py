"""A scenario from a seed: mostly small and short, so that there can be many."""

from dataclasses import replace
from random import Random

from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, Millis
from shared.domain.rules import Rules
from tests.simulation.drawing_ladder import laddered
from tests.simulation.drawing_reactivation import approving
from tests.simulation.drawing_refusals import refusing
from tests.simulation.drawing_search import searching
from tests.simulation.drift import draw_drift, draw_subsidiary
from tests.simulation.filing import proving
from tests.simulation.modes import draw_modes
from tests.simulation.scenario import (
    START,
    Aim,
    ProjectPlan,
    ReportPlan,
    Scenario,
    WorkspacePlan,
)
from tests.simulation.themes import Theme, draw_theme

SMALL = 0.997
"""How many histories are about three or four reports and soon over: most mistakes need no more."""

_NAMES = ("Apollo", "Borealis", "Cassini", "Dawn", "Euclid", "Fermi", "Galileo", "Huygens")
_QUICK = (((1, 3, 5), 6), ((1, 2, 3), 2))
_BRISK = Rules(
    watch_every=4 * MINUTE,
    wanted_for=40 * MINUTE,
    circuit=(30 * SECOND, MINUTE, 3 * MINUTE, 6 * MINUTE),
    sync_poll=40 * SECOND,
    sync_ask_again=4 * MINUTE,
    sync_give_up=9 * MINUTE,
    sync_spacing=2 * MINUTE,
    auto_export_grace=20 * SECOND,
    reread_waiting=10 * MINUTE,
    reread_person=8 * MINUTE,
    reread_asked=MINUTE,
    ask_again=10 * MINUTE,
    absent_gap=4 * MINUTE,
    confirm=(40 * SECOND, 2 * MINUTE, 5 * MINUTE, 20 * MINUTE),
    unverified_after=3 * MINUTE,
    settle=6 * MINUTE,
    person_after=40 * MINUTE,
    paused=(3 * MINUTE, 10 * MINUTE, 40 * MINUTE),
    idle=15 * MINUTE,
)
"""Settings under which a whole story fits into a quarter of an hour."""


def draw(seed: int, aim: Aim | None = None) -> Scenario:
    """`aim`: instead of what the seed would have been aimed at, if at anything."""
    rng = Random(seed)
    accounts = ("100001",) if rng.random() < 0.7 else ("100001", "100002")
    crowd = rng.random() * (1 if aim is None else SMALL)
    hurry = crowd < SMALL
    theme = draw_theme(rng, aimed=hurry, at=aim)
    projects = {account: _projects(rng, account, theme) for account in accounts}
    storm = _storm(theme)
    calm = START + (rng.randrange(*(m * MINUTE for m in storm)) if hurry else _chaos(rng))
    brisk = theme.aim or (hurry and rng.random() < 0.96)
    rules = _rules(rng, calm - START, _BRISK if brisk else Rules())
    late = not theme.aim and rng.random() < 0.004
    late_fix = rng.randrange(2 * HOUR, 12 * DAY) if late else 0
    if late_fix:
        rules = replace(
            rules, watch_every=3 * HOUR, reread_waiting=6 * HOUR, idle=12 * HOUR, wanted_for=DAY
        )
    workspaces = tuple(
        _workspace(rng, n, accounts[n % len(accounts)], projects, rules, crowd, calm, theme)
        for n in range(2)
    )
    drift = () if theme.aim else draw_drift(seed, projects, calm)
    if drift:
        workspaces = tuple(
            replace(w, subsidiary=draw_subsidiary(seed, w.id, drift)) for w in workspaces
        )
    scenario = Scenario(
        seed=seed,
        projects=projects,
        workspaces=workspaces,
        chances=theme.chances,
        habits=theme.habits,
        meddling=theme.meddling,
        heeding=rng.choice((0.0, 0.5, 0.9)),
        calm_at=calm,
        hurry=hurry,
        aim=theme.aim,
        stubborn=_stubborn(rng, projects),
        ambush=theme.ambush,
        late_fix=late_fix,
        drift=drift,
        modes=() if theme.aim else draw_modes(seed, tuple(w.id for w in workspaces), calm),
        clocks={
            "expensify": rng.randrange(-9 * HOUR, 9 * HOUR),
            "netsuite": rng.randrange(-3 * DAY, 3 * DAY),
            "queue": rng.randrange(-900, 900),
        },
    )
    return searching(refusing(approving(laddered(proving(scenario)))))


def _storm(theme: Theme) -> tuple[int, int]:
    """In minutes: long enough for a report to be exported while another one is in flight."""
    if theme.aim is None:
        return 3, 9
    return (11, 15) if theme.aim.point == "app.export" else (8, 13)


def _chaos(rng: Random) -> Millis:
    kind = rng.random()
    if kind < 0.9:
        return rng.randrange(20 * MINUTE, 100 * MINUTE)
    return rng.randrange(HOUR, 6 * HOUR) if kind < 0.995 else rng.randrange(DAY, 3 * DAY)


def _rules(rng: Random, chaos: Millis, rules: Rules) -> Rules:
    if chaos > 2 * HOUR:
        rules = replace(rules, watch_every=rng.choice((10, 20, 40)) * MINUTE)
    if chaos > DAY:
        rules = replace(rules, watch_every=HOUR)
    if rng.random() < 0.4:
        steps, window = rng.choice(_QUICK)
        rules = replace(rules, steps=steps, window=window, few_submitters=2)
    return rules


def _projects(rng: Random, account: str, theme: Theme) -> tuple[ProjectPlan, ...]:
    count = rng.choice((2, 2, 2, 3, 4))
    names = rng.sample(_NAMES, count)
    plans = [
        ProjectPlan(f"{account[-1]}{n}0", name, closed="inactive" if theme.aim else _closed(rng))
        for n, name in enumerate(names, start=1)
    ]
    if rng.random() < 0.1:
        twin = replace(plans[0], id=f"{account[-1]}99", customer="Other", closed="")
        plans.append(twin)
    return tuple(plans)


def _stubborn(rng: Random, projects: dict[str, tuple[ProjectPlan, ...]]) -> frozenset[str]:
    if rng.random() >= 0.05:
        return frozenset()
    return frozenset(plans[0].id for plans in projects.values())


def _closed(rng: Random) -> str:
    return rng.choices(("inactive", "", "expenses_off", "gone"), (12, 4, 2, 1))[0]


def _workspace(
    rng: Random,
    number: int,
    account: str,
    projects: dict[str, tuple[ProjectPlan, ...]],
    rules: Rules,
    crowd: float,
    calm: Millis,
    theme: Theme,
) -> WorkspacePlan:
    ws = f"WS{number + 1}"
    submitters = _submitters(rng, ws)
    labels = tuple(dict.fromkeys(p.label for p in projects[account]))
    if theme.gathered:
        labels = labels[:1]
    reports = tuple(
        ReportPlan(
            f"R{number + 1}{n:03d}",
            rng.choice(submitters),
            _labels(rng, labels),
            START + _fails(rng, calm - START),
            stumbles=rng.random() < theme.stumbles,
        )
        for n in range(_count(rng, number, crowd, gathered=theme.gathered))
    )
    if rng.random() < 0.08:
        rules = replace(rules, act_since=START + rng.randrange(calm - START))
    return WorkspacePlan(
        ws,
        account,
        submitters,
        reports,
        replace(rules, **theme.rules),
        rules,
        netsuite_admins=("nora@acme.example", "outside@other.example"),
        workspace_admins=(f"wim.{ws}@acme.example",),
        retag_by=rng.choice(("submitter", "submitter", "workspace_admin")),
        auto_export=rng.random() < (0.05 if theme.aim else 0.3),
        duplicate_check=rng.random() < 0.8,
    )


def _fails(rng: Random, chaos: Millis) -> Millis:
    span = chaos // 2 if rng.random() < 0.2 else min(30 * SECOND, chaos // 4)
    return rng.randrange(1, span)


def _count(rng: Random, number: int, crowd: float, *, gathered: bool) -> int:
    """Of one workspace; at least three reports together."""
    if crowd < SMALL and gathered and number == 0:
        return rng.choice((2, 3, 4))
    if crowd < SMALL:
        return rng.choice((2, 2, 2, 3)) if number == 0 else rng.choice((1, 1, 1, 2))
    return rng.randrange(3, 8) if crowd < 0.9994 else rng.randrange(30, 60)


def _submitters(rng: Random, ws: str) -> tuple[str, ...]:
    people = rng.choice((1, 2, 2, 3, 4, 8))
    return (*(f"sub{n}.{ws}@acme.example" for n in range(people)), f"guest.{ws}@else.example")


def _labels(rng: Random, labels: tuple[str, ...]) -> tuple[str, ...]:
    kind = rng.random()
    if kind < 0.7:
        return (rng.choice(labels[:2]),)
    if kind < 0.85:
        return tuple(rng.sample(labels, 2)) if len(labels) > 1 else labels
    return (rng.choice(labels), "Marketing")
