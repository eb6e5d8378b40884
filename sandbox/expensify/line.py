"""The line of one workspace's jobs: 'Expensify runs only one job per Workspace at a time'.

Source: Help, NS0593-*.md. Syncs and exports wait for each other; timers wait for nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

type Kind = Literal["sync", "export"]
type Work = Callable[[float], None]
"""Is told the instant at which it was due, which may be long before the instant of its run."""


@dataclass(frozen=True, slots=True)
class Step:
    """``after`` is counted in seconds from the beginning of the job."""

    after: float
    work: Work


@dataclass(frozen=True, slots=True)
class Job:
    kind: Kind
    asked_at: float
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Line:
    _waiting: deque[Job] = field(default_factory=deque)
    _running: Job | None = None
    _left: deque[Step] = field(default_factory=deque)
    _began_at: float = 0.0
    _free_at: float = 0.0
    _timers: list[tuple[float, Work]] = field(default_factory=list)

    def add(self, job: Job) -> None:
        self._waiting.append(job)

    def at(self, when: float, work: Work) -> None:
        self._timers.append((when, work))

    def holds(self, kind: Kind) -> bool:
        """Whether such a job runs or waits."""
        return any(job.kind == kind for job in self._jobs())

    def to_json(self) -> dict[str, object]:
        return {
            "running": self._running.kind if self._running else None,
            "waiting": [job.kind for job in self._waiting],
        }

    def next_due(self) -> float | None:
        return min(self._dues(), default=None)

    def run_next(self) -> None:
        """Does whatever is due first; a job's first step is due when it may begin."""
        timer = min(self._timers, key=lambda item: item[0], default=None)
        if timer and timer[0] <= min(self._job_dues(), default=timer[0]):
            self._timers.remove(timer)
            timer[1](timer[0])
        elif self._running:
            self._step()
        else:
            self._begin()

    def _begin(self) -> None:
        self._began_at = min(self._job_dues())
        self._running = self._waiting.popleft()
        self._left = deque(self._running.steps)
        self._leave_if_done(self._began_at)

    def _step(self) -> None:
        step = self._left.popleft()
        due = self._began_at + step.after
        step.work(due)
        self._leave_if_done(due)

    def _leave_if_done(self, at: float) -> None:
        if not self._left:
            self._running, self._free_at = None, at

    def _jobs(self) -> Iterable[Job]:
        return [*([self._running] if self._running else []), *self._waiting]

    def _dues(self) -> Iterable[float]:
        return [*self._job_dues(), *(due for due, _ in self._timers)]

    def _job_dues(self) -> list[float]:
        if self._running:
            return [self._began_at + self._left[0].after]
        return [max(self._free_at, self._waiting[0].asked_at)] if self._waiting else []
