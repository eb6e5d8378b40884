"""What goes wrong in a history, and what people do: at random, or aimed at one seldom moment."""

from dataclasses import dataclass, field, replace
from random import Random

from shared.domain.evidence import Evidence
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
LATER = frozenset({Evidence.IN_NETSUITE})
"""Evidence from a query that comes with a later issue."""

CELLS = tuple((e.name, group) for e in Evidence if e not in LATER for group in GROUPS)

AIMED = 0.5
FAULTLESS = 0.25
"""So many histories have no faults at all, so that nothing hides behind them."""


@dataclass(frozen=True, slots=True)
class Theme:
    """`stumbles`: how likely a report's first export fails for another reason."""

    chances: Chances
    habits: Habits = field(default_factory=Habits)
    meddling: float = 0.0
    stumbles: float = 0.02
    aim: Aim | None = None


def draw_theme(rng: Random, *, aimed: bool) -> Theme:
    theme = Theme(
        chances=_chances(rng),
        habits=_habits(rng),
        meddling=rng.choice((0.0, 0.05, 0.15, 0.35)),
    )
    if not aimed or rng.random() >= AIMED:
        return theme
    aim = Aim(rng.choice(CELLS), rng.choice(POINTS))
    return _aimed(rng, theme, aim)


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
    habit = rng.choice(("", "toggle", "retag", "export", "mark", "unapprove", "delete", "sync"))
    return replace(Habits(), **{habit: 25}) if habit else Habits()


_HABIT_FOR = {
    Evidence.EXPORTED.name: "export",
    Evidence.SAID_TO_EXIST.name: "export",
    Evidence.MARKED.name: "mark",
    Evidence.PROJECT_REFUSED.name: "export",
    Evidence.OTHER_REFUSED.name: "export",
    Evidence.NOT_APPROVED.name: "unapprove",
    Evidence.ABSENT.name: "delete",
}
_SILENCE_FOR = {
    Evidence.SAID_TO_EXIST.name: Silence(exists=0.5, unsaid=0.2),
    Evidence.OTHER_REFUSED.name: Silence(other=0.6),
}


def _aimed(rng: Random, theme: Theme, aim: Aim) -> Theme:
    """What makes the aim likely is made likely; the rest stays as rare as it was drawn."""
    evidence, group = aim.cell
    habit = _HABIT_FOR.get(evidence)
    habits = replace(Habits(), toggle=8, **{habit: 60}) if habit else theme.habits
    silence = _SILENCE_FOR.get(evidence, theme.chances.silence)
    if group == "in_flight" and not silence.any:
        silence = Silence(forgotten=0.3, late=0.3)
    reads = max(theme.chances.reads, 0.2 if evidence == Evidence.UNREADABLE.name else 0.0)
    crash = min(theme.chances.crash, 0.02)
    return Theme(
        chances=replace(theme.chances, silence=silence, reads=reads, crash=crash),
        habits=habits,
        meddling=rng.choice((0.35, 0.7)) if habit else theme.meddling,
        stumbles=0.6 if group == "person" else theme.stumbles,
        aim=aim,
    )
