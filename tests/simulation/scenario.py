"""What one history is about: drawn from its seed before anything happens."""

from dataclasses import dataclass, replace
from random import Random

from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, Millis
from shared.domain.rules import Rules

START: Millis = 1_800_000_000_000
"""2027-01-15 08:00 UTC."""


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """`label`: as Expensify spells it. `closed`: what is wrong with it when the history begins."""

    id: str
    label: str
    customer: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class ReportPlan:
    id: str
    submitter: str
    labels: tuple[str, ...]
    fails_at: Millis


@dataclass(frozen=True, slots=True)
class WorkspacePlan:
    """`rules` are what its settings say. `auto_export`: Expensify tries again after a sync."""

    id: str
    account: str
    submitters: tuple[str, ...]
    reports: tuple[ReportPlan, ...]
    rules: Rules
    netsuite_admins: tuple[str, ...]
    workspace_admins: tuple[str, ...]
    retag_by: str = "submitter"
    auto_export: bool = False
    duplicate_check: bool = True


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely things go wrong, per call or message, until the calm begins."""

    crash: float = 0.0
    table: float = 0.0
    reads: float = 0.0
    answers: float = 0.0
    silent: float = 0.0
    queues: float = 0.0
    netsuite: float = 0.0
    mail: float = 0.0
    syncs: float = 0.0
    lag: int = 1
    """The longest that the index lags behind, in milliseconds."""

    slow: float = 0.0
    """How likely an outside call takes seconds instead of tenths."""

    @property
    def any(self) -> bool:
        return any(
            (self.crash, self.table, self.reads, self.answers, self.silent, self.queues)
        ) or any((self.netsuite, self.mail, self.syncs, self.slow))


@dataclass(frozen=True, slots=True)
class Scenario:
    seed: int
    projects: dict[str, tuple[ProjectPlan, ...]]
    workspaces: tuple[WorkspacePlan, ...]
    chances: Chances
    meddling: float
    """How likely people do something at each occasion."""

    heeding: float
    """How likely people do what a mail asks of them."""

    calm_at: Millis
    hurry: bool = False
    """People act within minutes, so that the history is short."""

    late_fix: Millis = 0
    """How long after everything has come to rest the last closed projects are opened, if at all."""

    clocks: dict[str, Millis] | None = None


_NAMES = ("Apollo", "Borealis", "Cassini", "Dawn", "Euclid", "Fermi", "Galileo", "Huygens")
SMALL = 0.75
"""How many histories are about a handful of reports."""

_QUICK = (((1, 3, 5), 6), ((1, 2, 3), 2))


def draw(seed: int) -> Scenario:
    rng = Random(seed)
    accounts = ("100001",) if rng.random() < 0.5 else ("100001", "100002")
    crowd = rng.random()
    hurry = crowd < SMALL and rng.random() < 0.8
    projects = {account: _projects(rng, account) for account in accounts}
    calm = START + (rng.randrange(5 * MINUTE, 30 * MINUTE) if hurry else _chaos(rng))
    rules = _rules(rng, calm - START)
    late_fix = rng.randrange(2 * HOUR, 12 * DAY) if rng.random() < 0.015 else 0
    if late_fix:
        rules = replace(rules, watch_every=3 * HOUR)
    workspaces = tuple(
        _workspace(rng, n, accounts[n % len(accounts)], projects, rules, crowd, calm)
        for n in range(2)
    )
    return Scenario(
        seed=seed,
        projects=projects,
        workspaces=workspaces,
        chances=_chances(rng),
        meddling=rng.choice((0.0, 0.05, 0.15, 0.35)),
        heeding=rng.choice((0.0, 0.5, 0.9)),
        calm_at=calm,
        hurry=hurry,
        late_fix=late_fix,
        clocks={
            "expensify": rng.randrange(-9 * HOUR, 9 * HOUR),
            "netsuite": rng.randrange(-3 * DAY, 3 * DAY),
            "queue": rng.randrange(-900, 900),
        },
    )


def _chaos(rng: Random) -> Millis:
    kind = rng.random()
    if kind < 0.9:
        return rng.randrange(20 * MINUTE, 100 * MINUTE)
    return rng.randrange(HOUR, 6 * HOUR) if kind < 0.995 else rng.randrange(DAY, 3 * DAY)


def _rules(rng: Random, chaos: Millis) -> Rules:
    rules = Rules()
    if chaos > 2 * HOUR:
        rules = replace(rules, watch_every=rng.choice((10, 20, 40)) * MINUTE)
    if chaos > DAY:
        rules = replace(rules, watch_every=HOUR)
    if rng.random() < 0.4:
        steps, window = rng.choice(_QUICK)
        rules = replace(rules, steps=steps, window=window, few_submitters=2)
    return rules


def _projects(rng: Random, account: str) -> tuple[ProjectPlan, ...]:
    count = rng.choice((2, 2, 3, 4))
    names = rng.sample(_NAMES, count)
    plans = [
        ProjectPlan(f"{account[-1]}{n}0", name, closed=_closed(rng))
        for n, name in enumerate(names, start=1)
    ]
    if rng.random() < 0.1:
        twin = replace(plans[0], id=f"{account[-1]}99", customer="Other", closed="")
        plans.append(twin)
    return tuple(plans)


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
) -> WorkspacePlan:
    ws = f"WS{number + 1}"
    submitters = _submitters(rng, ws)
    labels = tuple(dict.fromkeys(p.label for p in projects[account]))
    count = _count(rng, crowd)
    reports = tuple(
        ReportPlan(
            f"R{number + 1}{n:03d}",
            rng.choice(submitters),
            _labels(rng, labels),
            START + _fails(rng, calm - START),
        )
        for n in range(count)
    )
    if rng.random() < 0.08:
        rules = replace(rules, act_since=START + rng.randrange(20 * MINUTE))
    return WorkspacePlan(
        ws,
        account,
        submitters,
        reports,
        rules,
        netsuite_admins=("nora@acme.example", "outside@other.example"),
        workspace_admins=(f"wim.{ws}@acme.example",),
        retag_by=rng.choice(("submitter", "submitter", "workspace_admin")),
        auto_export=rng.random() < 0.3,
        duplicate_check=rng.random() < 0.8,
    )


def _fails(rng: Random, chaos: Millis) -> Millis:
    span = chaos // 2 if rng.random() < 0.3 else min(4 * MINUTE, chaos // 4)
    return rng.randrange(1, span)


def _count(rng: Random, crowd: float) -> int:
    """Of one workspace; at least three reports together."""
    if crowd < SMALL:
        return rng.choice((2, 2, 2, 3))
    return rng.randrange(3, 8) if crowd < 0.995 else rng.randrange(30, 60)


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


def _chances(rng: Random) -> Chances:
    """A third of the histories has no faults at all, so that nothing hides behind them."""
    if rng.random() < 0.3:
        return Chances(lag=rng.choice((1, 1500)))

    def some(*values: float) -> float:
        return rng.choice((0.0, *values))

    return Chances(
        crash=some(0.005, 0.02, 0.02, 0.06, 0.06, 0.15),
        table=some(0.002, 0.01),
        reads=some(0.05, 0.25),
        answers=some(0.05, 0.3),
        silent=some(0.05, 0.2),
        queues=some(0.1, 0.4),
        netsuite=some(0.05, 0.25),
        mail=some(0.1, 0.3),
        syncs=some(0.1, 0.4),
        lag=rng.choice((1, 1500, 4000)),
        slow=some(0.05, 0.3),
    )


LATENCY = (200, 900)
SLOW = (2 * SECOND, 12 * SECOND)
