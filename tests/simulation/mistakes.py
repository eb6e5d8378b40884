"""Mistakes planted on purpose, one at a time: the checker must catch every one of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain import admit, announce, decide_notify, decide_recover, decide_watch
from shared.domain.admit import Admission
from shared.domain.evidence import Evidence, weigh
from shared.domain.finding import Match, Names, Resolution
from shared.workflows.intake import Intake
from tests.simulation import (
    mistakes_absence,
    mistakes_asks,
    mistakes_batches,
    mistakes_exports,
    mistakes_golive,
    mistakes_identity,
    mistakes_ladder,
    mistakes_modes,
    mistakes_netsuite,
    mistakes_reactivation,
    mistakes_refusals,
    mistakes_search,
)
from tests.simulation.planting import MISTAKES, mistake, simple, swapped
from tests.simulation.queues import FifoQueue
from tests.simulation.table_cases import SimCases
from tests.simulation.table_rows import SimRows

__all__ = [
    "MISTAKES",
    "mistakes_absence",
    "mistakes_asks",
    "mistakes_batches",
    "mistakes_exports",
    "mistakes_golive",
    "mistakes_identity",
    "mistakes_ladder",
    "mistakes_modes",
    "mistakes_netsuite",
    "mistakes_reactivation",
    "mistakes_refusals",
    "mistakes_search",
]

# --- the table and the queues ----------------------------------------------------------------


@mistake("unconditional case write", "I1")
def _unconditional() -> Iterator[None]:
    """The writes take their time, so that others get in between."""

    def put(self: Any, case: Any) -> Any:
        self._stage.effect("cases.put")
        self._stage.loop.pause(int(self._stage.rng.random() * 4000))
        return self.overwrite(case)

    with swapped(SimCases, put=put):
        yield


class _Late:
    """Rows that are made due no sooner than the wake-ups are sent."""

    def __init__(self, rows: Any, wakes: Any) -> None:
        self._rows, self._wakes = rows, wakes
        self._pulls: list[tuple[Any, ...]] = []

    def pull(self, *pull: Any) -> None:
        self._pulls.append(pull)

    def wake(self, *wake: Any) -> None:
        while self._pulls:
            self._rows.pull(*self._pulls.pop(0))
        self._wakes.wake(*wake)


@mistake("a duplicate skips the later steps", "I3 liveness")
def _duplicate() -> Iterator[None]:
    """Beside it the order that makes it matter: due only after the write."""
    right = Intake._admit

    def admit_once(self: Any, failure: Any, settings: Any) -> None:
        existing = self.cases.get(failure.workspace_id, failure.report_id)
        if existing is None or failure.event_id not in existing.events:
            late = _Late(self.rows, self.wakes)
            right(replace(self, rows=late, wakes=late), failure, settings)

    with swapped(Intake, _admit=admit_once):
        yield


@mistake("a wake-up skipped though it was sent after the look began", "I3")
def _skipped() -> Iterator[None]:
    right: Any = SimRows.finish

    def finish(self: Any, *key: Any, looked_at: int, **more: Any) -> None:
        right(self, *key, looked_at=self._stage.clock() + 2000, **more)

    with swapped(SimRows, finish=finish):
        yield


@mistake("a run ends with no due", "I3")
def _ends_undue() -> Iterator[None]:
    right: Any = SimRows.finish

    def finish(self: Any, *key: Any, due: int | None, **more: Any) -> None:
        right(self, *key, due=None, **more)

    with swapped(SimRows, finish=finish):
        yield


@mistake("a run crashes with no due", "I3")
def _crashes_undue() -> Iterator[None]:
    right = SimRows.arm

    def arm(self: Any, reconciler: Any, key: str, due: int | None) -> None:
        right(self, reconciler, key, None)  # type: ignore[arg-type]

    with swapped(SimRows, arm=arm):
        yield


@mistake("two runs of one key at a time", "I5")
def _two_runs() -> Iterator[None]:
    right = FifoQueue.__init__

    def init(self: Any, *args: Any) -> None:
        right(self, *args)
        self.one_at_a_time = False

    with swapped(FifoQueue, __init__=init):
        yield


# --- what is known ---------------------------------------------------------------------------


@mistake("episode ignored", "liveness")
def _episode() -> Iterator[None]:
    with swapped(admit, _reopened=lambda *_: Admission(None, (), "duplicate")):
        yield


@mistake("absent taken as deleted on a partial read", "I4 liveness")
def _absent() -> Iterator[None]:
    def gone(case: Any, seen: Any, *more: Any) -> Any:
        reading = weigh(case, seen, *more)
        if reading and reading.evidence is Evidence.UNREADABLE and case.report_id in seen.absent:
            return replace(reading, evidence=Evidence.ABSENT)
        return reading

    with swapped(decide_recover, weigh=gone):
        yield


@mistake("alias by first hit", "I4")
def _first_hit() -> Iterator[None]:
    right = Names.resolve

    def first(names: Names, label: str) -> Resolution:
        found = right(names, label)
        if found.match is Match.AMBIGUOUS:
            return Resolution(Match.PROJECT, found.candidates[0])
        return found

    with swapped(Names, resolve=first):
        yield


@mistake("attention stops watching", "liveness")
def _attention() -> Iterator[None]:
    with swapped(decide_watch, _open=lambda label, *_: label.pending):
        yield


# --- people ----------------------------------------------------------------------------------

simple("notice not checked again", "I5", decide_notify, _drop=lambda _letter: "")
simple(
    "recipients of any domain", "I5", announce, _within=lambda _people, addresses: list(addresses)
)
