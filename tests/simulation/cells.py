"""Which cells of the decision table were taken, and in which of them a function died where."""

from collections import Counter
from collections.abc import Callable

from shared.domain import decide_recover, recover_table
from shared.domain.case import Case, Phase
from shared.domain.evidence import Evidence, Reading
from tests.simulation.run import Run
from tests.simulation.themes import GROUPS, POINTS

RARE = 100
_USUAL = frozenset(
    {
        (Evidence.NOTHING_NEW.name, "waiting"),
        (Evidence.UNREADABLE.name, "waiting"),
        (Evidence.EXPORTED.name, "in_flight"),
    }
)

type Cells = Counter[tuple[str, str]]
type Crashes = Counter[tuple[str, str, str]]


class Recorder:
    """Stands for `step`, and notes in the active run which cell was taken."""

    def __init__(self) -> None:
        self.active: Callable[[], Run | None] = lambda: None
        self._real = recover_table.step

    def __call__(
        self, case: Case, reading: Reading, ctx: recover_table.Context
    ) -> recover_table.Step:
        run = self.active()
        if run is not None:
            cell = reading.evidence.name, group_of(case)
            run.steps.add(cell)
            run.rare |= cell not in _USUAL
        return self._real(case, reading, ctx)


def group_of(case: Case) -> str:
    if case.in_flight:
        return "in_flight"
    return "person" if case.phase is Phase.NEEDS_PERSON else "waiting"


recorder = Recorder()
setattr(decide_recover, "step", recorder)  # noqa: B010 -- it isn't exported on purpose


def table(cells: Cells, crashes: Crashes) -> list[str]:
    """Rows: evidence x phase; columns: how often a run that took the cell died at each point."""
    width = max(len(point) for point in POINTS) + 1
    lines = [f"{'evidence × phase':<28}{'taken':>10}" + "".join(f"{p:>{width}}" for p in POINTS)]
    for evidence in Evidence:
        for group in GROUPS:
            name = evidence.name
            counts = "".join(f"{crashes[name, group, point]:>{width}}" for point in POINTS)
            row = f"{name.lower() + ' × ' + group:<28}"
            lines.append(f"{row}{cells[name, group]:>10}{counts}")
    return lines


def rare(crashes: Crashes) -> list[str]:
    """What occurred less than `RARE` times, of what can occur."""
    return [
        f"{evidence.name.lower()} × {group} × {point}: {crashes[evidence.name, group, point]}"
        for evidence in Evidence
        for group in GROUPS
        for point in POINTS
        if crashes[evidence.name, group, point] < RARE
    ]
