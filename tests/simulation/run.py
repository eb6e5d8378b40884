"""One run of one function, and the points at which it may die."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from shared.domain.clock import SECOND, Millis
from shared.errors import ThrottledError
from tests.simulation.journal import Journal
from tests.simulation.loop import Activity, Loop
from tests.simulation.scenario import START, Scenario

OFTEN = 0.3
SELDOM = 0.004
LATENCY = (200, 900)
SLOW = (2 * SECOND, 12 * SECOND)
"""How long a call to another company's service takes, in milliseconds."""

FUNCTION_TIMEOUT: Millis = 60 * SECOND


class CrashError(BaseException):
    """The function dies here: no handler of ours runs any more."""


class Run(Activity):
    """`skew`: how far this machine's clock is off. `steps`: cells of the decision table it took.

    `look_began`: when it began to look. `finished_at`: it looked, and recorded all that came of it by then. `rare`: one of its cells is
    seldom taken, or it has something to say that nobody told us.
    """

    __slots__ = (
        "began",
        "finished_at",
        "function",
        "key",
        "look_began",
        "number",
        "rare",
        "skew",
        "steps",
    )

    def __init__(self, number: int, function: str, key: str, began: Millis, skew: Millis) -> None:
        super().__init__()
        self.number = number
        self.function = function
        self.key = key
        self.began = self.look_began = began
        self.skew = skew
        self.steps: set[tuple[str, str]] = set()
        self.finished_at: Millis | None = None
        self.rare = False

    @property
    def finished(self) -> bool:
        return self.finished_at is not None

    def knew(self, at: Millis) -> bool:
        """Whether all that came of it could be known at that time."""
        return self.finished_at is not None and self.finished_at < at

    @property
    def name(self) -> str:
        return f"{self.function}/{self.number} {self.key[:12]}"


@dataclass(slots=True)
class Tally:
    """What one history came to. `crashes`: (cell of the table, crash point) → how often."""

    effects: int = 0
    faults: int = 0
    runs: int = 0
    crashes: dict[tuple[str, str, str], int] = field(default_factory=dict)
    cells: dict[tuple[str, str], int] = field(default_factory=dict)


class Stage:
    """What all simulated services share: time, chance, the story so far."""

    def __init__(self, scenario: Scenario, journal: Journal) -> None:
        self.scenario = scenario
        self.loop: Loop[Run] = Loop(START)
        self.rng = Random(scenario.seed ^ 0x5EED)
        self._random = self.rng.random
        self.journal = journal
        self.tally = Tally()
        self.chances = scenario.chances
        self.clocks = scenario.clocks or {}
        self.calm = False
        self.crashed: Callable[[Run, str], None] = lambda _run, _point: None

    @property
    def now(self) -> Millis:
        return self.loop.now

    def clock(self) -> Millis:
        """Our own clock, as the running function's machine shows it."""
        run = self.loop.active
        return self.loop.now + (run.skew if run else 0)

    def foreign(self, service: str, at: Millis) -> Millis:
        """An instant by another service's clock."""
        return at + self.clocks.get(service, 0)

    def chance(self, probability: float) -> bool:
        return probability > 0 and not self.calm and self._random() < probability

    def fault(self, probability: float, what: str = "") -> bool:
        """Whether something goes wrong now."""
        if not self.chance(probability):
            return False
        self.tally.faults += 1
        if what:
            self.note("fault", what)
        return True

    def note(self, actor: str, what: str, result: str = "") -> None:
        self.journal.note(self.loop.now, actor, what, result)

    def say(self, what: str, result: str = "") -> None:
        """As `note`, by whoever is running."""
        if self.journal.on:
            run = self.loop.active
            self.journal.note(self.loop.now, run.name if run else "?", what, result)

    # --- calls of the running function ----------------------------------------------------------

    def look(self) -> None:
        """A read of the table."""
        if self.chances.table and self.fault(self.chances.table, "the table throttles"):
            raise ThrottledError("simulated")
        self._brief()

    def _brief(self) -> None:
        """Milliseconds, of which some are enough to let others in between; seldom seconds."""
        chance = self._random()
        if chance < OFTEN:
            slow = chance < SELDOM and self.chances.slow and not self.calm
            self.loop.pause(int(chance * (4 * SECOND / SELDOM if slow else 100)))
            self._still_running("")

    def effect(self, point: str) -> None:
        """Just before something changes: the crash point of that name."""
        self.tally.effects += 1
        if not self.calm:
            self._may_die(point)
            if self.chances.table and self.fault(self.chances.table, "the table throttles"):
                raise ThrottledError("simulated")
        self._brief()

    def _may_die(self, point: str) -> None:
        run = self.loop.active
        if run is None:
            return
        by_chance = self.chances.crash and self.chance(self._deadliness(run))
        if by_chance or (run.steps and self._aimed_at(run, point)):
            self._die(run, point)

    def _aimed_at(self, run: Run, point: str) -> bool:
        aim = self.scenario.aim
        if aim is None or self.calm or aim.point != point or aim.cell not in run.steps:
            return False
        return self._random() < 0.8

    def _deadliness(self, run: Run) -> float:
        """Where it seldom gets, it dies more often, so that every such death is seen."""
        usual = self.chances.crash
        return max(usual, 0.08) if run.rare else usual

    def outside(self, point: str = "") -> None:
        """On the way to another company's service."""
        if point:
            self.tally.effects += 1
            self._may_die(point)
        self.loop.pause(self._latency())
        self._still_running(point)

    def back(self, point: str = "") -> None:
        """On the way back."""
        self.loop.pause(self._latency())
        self._still_running(point)

    def _latency(self) -> Millis:
        low, high = SLOW if self.chance(self.chances.slow) else LATENCY
        return int(low + (high - low) * self.rng.random()) // 2

    def _still_running(self, point: str) -> None:
        run = self.loop.active
        if run is not None and self.loop.now - run.began > FUNCTION_TIMEOUT:
            self._die(run, point or "timeout")

    def _die(self, run: Run, point: str) -> None:
        self.tally.faults += 1
        self.say("crashes", f"before {point}")
        for cell in run.steps:
            key = (*cell, point)
            self.tally.crashes[key] = self.tally.crashes.get(key, 0) + 1
        self.crashed(run, point)
        raise CrashError(point)
