"""What goes wrong in a history, and what people do: at random, or aimed at one seldom moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from shared.domain.clock import MINUTE, SECOND
from shared.domain.evidence import Evidence
from tests.simulation.rarest import RAREST
from tests.simulation.scenario import Aim, Chances, Habits, Silence

POINTS = (
    "accounts.keep",
    "accounts.ask",
    "rows.pull",
    "wakes.wake",
    "notices.put",
    "cases.put",
    "workspaces.save",
    "app.start_sync",
    "app.export",
    "bus.publish",
    "rows.finish",
    "ack",
)
"""Where a run of `recover` can die once it has decided."""

GROUPS = ("waiting", "in_flight", "person")
_RARE_POINTS = {"accounts.keep": 2, "accounts.ask": 3, "app.start_sync": 6, "app.export": 7}
_RARE_CELLS = {"in_flight": 2, Evidence.ABSENT.name: 3, Evidence.IN_NETSUITE.name: 3}
"""What a run seldom comes to is aimed at more often."""

CELLS = tuple((e.name, group) for e in Evidence for group in GROUPS)

AIMED = 0.3
FAULTLESS = 0.25
"""So many histories have no faults at all, so that nothing hides behind them."""

_WATCHFUL = {
    "reread_waiting": 2 * SECOND,
    "reread_person": 2 * SECOND,
    "absent_gap": 30 * SECOND,
    "confirm": (20 * SECOND, 30 * SECOND, 45 * SECOND, MINUTE, 3 * MINUTE),
}
"""Where nearly every look reads every report, any two things can fall into one look."""


@dataclass(frozen=True, slots=True)
class Theme:
    """`stumbles`: how likely a report's first export fails for another reason. `rules` replace
    the scenario's own. `gathered`: all reports of a workspace hang on one project.
    """

    chances: Chances
    habits: Habits = field(default_factory=Habits)
    meddling: float = 0.0
    stumbles: float = 0.02
    aim: Aim | None = None
    ambush: bool = False
    gathered: bool = False
    rules: Mapping[str, Any] = field(default_factory=dict)


def draw_theme(rng: Random, *, aimed: bool, at: Aim | None = None) -> Theme:
    """`aimed`: some may be aimed, at a cell and effect drawn; `at`: this one is, at that."""
    theme = Theme(
        chances=_chances(rng),
        habits=_habits(rng),
        meddling=rng.choice((0.0, 0.05, 0.15, 0.35)),
        gathered=rng.random() < 0.2,
    )
    if at is not None:
        return _aimed(rng, theme, at)
    if not aimed or rng.random() >= AIMED:
        return theme
    cells = [_RARE_CELLS.get(evidence, 1) * _RARE_CELLS.get(group, 1) for evidence, group in CELLS]
    (cell,) = rng.choices(CELLS, cells)
    often = _RARE_POINTS | RAREST.get(cell, {})
    (point,) = rng.choices(POINTS, [often.get(point, 1) for point in POINTS])
    return _aimed(rng, theme, Aim(cell, point))


def _chances(rng: Random) -> Chances:
    if rng.random() < FAULTLESS:
        return Chances(lag=rng.choice((1, 1500)))

    def some(*values: float) -> float:
        return rng.choice((0.0, *values))

    return Chances(
        crash=some(0.005, 0.02, 0.02, 0.06, 0.06, 0.15),
        table=some(0.002, 0.01),
        reads=some(0.05, 0.25),
        answers=some(0.05, 0.3),
        queues=some(0.1, 0.4),
        netsuite=some(0.05, 0.25),
        mail=some(0.1, 0.3),
        syncs=some(0.1, 0.4),
        silence=_silence(rng),
        lag=rng.choice((1, 1500, 4000)),
        slow=some(0.05, 0.3),
    )


def _silence(rng: Random) -> Silence:
    if rng.random() < 0.4:
        return Silence()
    much = rng.choice((0.02, 0.06, 0.2))
    return Silence(
        forgotten=rng.random() * much,
        unsaid=rng.random() * much,
        exists=rng.random() * much,
        late=rng.random() * much,
        other=rng.random() * much,
        slow=rng.random() * much,
    )


def _habits(rng: Random) -> Habits:
    """Each history has a habit of its own, or none."""
    habit = rng.choice(
        ("", "", "toggle", "retag", "export", "mark", "unapprove", "delete", "sync", "switch")
    )
    return replace(Habits(), **{habit: 25}) if habit else Habits()


_SILENCE_FOR = {
    Evidence.SAID_TO_EXIST.name: Silence(exists=0.5, unsaid=0.2),
    Evidence.IN_NETSUITE.name: Silence(unsaid=0.6),
    Evidence.OTHER_REFUSED.name: Silence(other=0.6),
    Evidence.NOTHING_NEW.name: Silence(forgotten=0.3, late=0.4),
    Evidence.UNREADABLE.name: Silence(forgotten=0.3, late=0.4),
}
_SILENT = Silence(forgotten=0.7, slow=0.2)


def _aimed(rng: Random, theme: Theme, aim: Aim) -> Theme:
    """What makes the aim likely is made likely; the rest stays as rare as it was drawn."""
    evidence, group = aim.cell
    in_flight = group == "in_flight"
    return Theme(
        chances=_aimed_chances(theme.chances, evidence, in_flight=in_flight),
        meddling=rng.choice((0.0, 0.05)),
        stumbles=0.6 if group == "person" else theme.stumbles,
        aim=aim,
        ambush=in_flight,
        gathered=rng.random() < 0.7,
        rules={**_WATCHFUL, "wanted_for": MINUTE} if aim.point == _KEEP else _WATCHFUL,
    )


_KEEP = "accounts.keep"


def _aimed_chances(chances: Chances, evidence: str, *, in_flight: bool) -> Chances:
    """Few deaths and failed reads besides: they mostly end a look before its effect."""
    reads, crash = min(chances.reads, 0.05), min(chances.crash, 0.005)
    if not in_flight:
        silence = _SILENCE_FOR.get(evidence, chances.silence)
        return replace(chances, silence=silence, reads=reads, crash=crash)
    silent = Silence(unsaid=0.8) if evidence == Evidence.IN_NETSUITE.name else _SILENT
    return Chances(silence=silent, reads=reads, crash=crash, lag=chances.lag)
