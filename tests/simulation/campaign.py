"""Many histories on all cores: progress, rate, what they covered, and what they found."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

from tests.simulation.cells import RARE, Cells, Crashes, rare, table
from tests.simulation.mistakes import MISTAKES
from tests.simulation.quickness import quick_worker
from tests.simulation.records import ViolationError
from tests.simulation.scenario import Aim
from tests.simulation.simulation import play

BATCH = 50
MIN_EFFECTS = 40
FAULTY = 0.6


def say(line: str) -> None:
    """To the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(slots=True)
class Score:
    """What a batch, or all of them, came to."""

    histories: int = 0
    effects: int = 0
    faulty: int = 0
    cells: Cells = field(default_factory=Counter)
    crashes: Crashes = field(default_factory=Counter)
    violations: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        self.histories += other.histories
        self.effects += other.effects
        self.faulty += other.faulty
        self.cells.update(other.cells)
        self.crashes.update(other.crashes)
        self.violations.extend(other.violations)


def batch(first: int, count: int, aim: Aim | None = None) -> Score:
    """Play these seeds."""
    score = Score()
    for seed in range(first, first + count):
        score.histories += 1
        try:
            tally = play(seed, aim=aim)
        except ViolationError as violation:
            score.violations.append((seed, str(violation)))
            continue
        score.effects += tally.effects
        score.faulty += tally.faults > 0
        score.cells.update(tally.cells)
        score.crashes.update(tally.crashes)
    return score


def batch_with(mistake: str, first: int, count: int) -> Score:
    """Play these seeds with a mistake planted, up to the first violation that is its doing."""
    score, planted = Score(), MISTAKES[mistake]
    for seed in range(first, first + count):
        score.histories += 1
        try:
            with planted.plant():
                play(seed)
        except ViolationError as violation:
            if violation.invariant in planted.breaks and _clean(seed):
                score.violations.append((seed, str(violation)))
                break
    return score


def _clean(seed: int) -> bool:
    try:
        play(seed)
    except ViolationError:
        return False
    return True


def campaign(first: int, histories: int, workers: int, aim: Aim | None = None) -> int:
    """Returns 1 if any history violated an invariant."""
    began, total = time.monotonic(), Score()
    seeds = range(first, first + histories)
    say(f"seeds {seeds.start} to {seeds.stop - 1}, {workers} workers")
    for score in _batches(partial(batch, aim=aim), seeds, workers):
        total.add(score)
        _progress(total, histories, began)
        for seed, what in score.violations:
            say(f"\nseed {seed}: {what}")
            say(f"  python -m tests.simulation --seed {seed} --tell{_option(aim)}")
    say("")
    _coverage(total, aim)
    _report(total, time.monotonic() - began)
    return 1 if total.violations else 0


def _option(aim: Aim | None) -> str:
    return "" if aim is None else f" --aim {' '.join(aim.words())}"


def _batches(work: Callable[[int, int], Score], seeds: range, workers: int) -> Iterator[Score]:
    """The scores as they come in; never more work handed out than the workers can hold."""
    starts = iter(range(seeds.start, seeds.stop, BATCH))
    with ProcessPoolExecutor(workers, initializer=quick_worker) as pool:
        running: set[Future[Score]] = set()
        while True:
            for start in starts:
                size = min(BATCH, seeds.stop - start)
                running.add(pool.submit(work, start, size))
                if len(running) > workers:
                    break
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def _progress(total: Score, histories: int, began: float) -> None:
    rate = total.histories / max(time.monotonic() - began, 0.001)
    left = (histories - total.histories) / max(rate, 0.001)
    sys.stdout.write(
        f"\r{total.histories} of {histories}, {rate:.0f} per second, {left / 60:.0f} min left, "
        f"{len(total.violations)} violations   "
    )
    sys.stdout.flush()


def _coverage(total: Score, aim: Aim | None) -> None:
    if aim is not None:
        say(f"{' × '.join(aim.words())}: {total.crashes[*aim.cell, aim.point]}")
        return
    say("\n".join(table(total.cells, total.crashes)))
    missing = rare(total.crashes)
    say(f"\nless than {RARE} times ({len(missing)}):")
    say("\n".join(f"  {line}" for line in missing))


def _report(total: Score, seconds: float) -> None:
    effects = total.effects / max(total.histories, 1)
    faulty = total.faulty / max(total.histories, 1)
    say(
        f"\n{total.histories} histories in {seconds:.0f} s ({total.histories / seconds:.0f} per "
        f"second), mean of {effects:.0f} effects, faults in {faulty:.0%}, "
        f"{len(total.violations)} violations"
    )
    if effects < MIN_EFFECTS or faulty < FAULTY:
        say(f"too tame: at least {MIN_EFFECTS} effects, and faults in {FAULTY:.0%}")


def catch_all(budget: int, workers: int) -> int:
    """Returns 1 if a planted mistake goes unnoticed."""
    caught = 0
    for name in MISTAKES:
        found, played = catch(name, budget, workers)
        caught += bool(found)
        told = f"caught after {played:>6} histories: {found}" if found else "NOT CAUGHT"
        say(f"{name:<55} {told}")
    say(f"caught {caught} of {len(MISTAKES)}")
    return 0 if caught == len(MISTAKES) else 1


def catch(name: str, budget: int, workers: int) -> tuple[str, int]:
    """The first violation that the mistake leads to, and how many histories that took."""
    played = 0
    for score in _batches(partial(batch_with, name), range(budget), workers):
        played += score.histories
        if score.violations:
            seed, what = score.violations[0]
            return f"{what} (seed {seed})", played
    return "", played
