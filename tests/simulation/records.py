"""What the witness saw: the ground truth that the invariants are checked against."""

from dataclasses import dataclass, field
from typing import Final

from shared.domain.clock import Millis
from tests.simulation.expensify_model import Entry
from tests.simulation.run import Run


class ViolationError(BaseException):
    """An invariant doesn't hold. No handler of ours may swallow it."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what}")
        self.invariant = invariant


@dataclass(slots=True, eq=False)
class Request:
    """One export that we asked for. `outcome` is Expensify's; `known_at`: when we first read it.

    `projects`: those that it is a trial of; `proves`: those that its arrival may be taken to prove.
    `refuted`: we read of a failure that came after what we saw before (`seen` entries of the
    history), whoever's: its evidence can't be told from our own. `held`: NetSuite told that it has
    the report.
    """

    at: Millis
    workspace_id: str
    report_id: str
    attempt_id: str
    run: Run
    projects: frozenset[str]
    proves: frozenset[str]
    seen: int
    outcome: Entry | None = None
    known_at: Millis | None = None
    refuted: bool = False
    held: bool = False


@dataclass(slots=True, eq=False)
class Answer:
    """What NetSuite told of one project."""

    at: Millis
    accepts: bool
    run: Run


@dataclass(slots=True)
class Known:
    """What our reads of one report showed. `seen`: how many entries of its history. `run`: whose
    read first showed these labels, of those runs that could record it.
    """

    at: Millis = 0
    seen: int = 0
    labels: tuple[str, ...] = ()
    run: Run | None = None
    exported: bool = False
    over_since: Millis | None = None
    told_at: Millis | None = None
    """When the first accepted event of its present episode was taken."""

    told_before: int = 0
    """How long its history was at the latest failure of the episodes that are over."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a look that ran to its end had read of a report, unchanged `since`.

    `seen`: how many entries of its history. `through`: how many when it last showed as over.
    """

    since: Millis
    over: bool
    labels: tuple[str, ...]
    seen: int = 0
    through: int = 0


NEVER: Final = Settled(since=0, over=False, labels=())
"""No look ran to its end."""


@dataclass(slots=True)
class Records:
    requests: dict[str, list[Request]] = field(default_factory=dict)
    by_workspace: dict[str, list[Request]] = field(default_factory=dict)
    answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    watched: dict[tuple[str, str], Millis] = field(default_factory=dict)
    """Since when we know that a project is meant by a label, so that its turns count."""

    syncs_asked: dict[str, list[Millis]] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    settled: dict[str, Settled] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)
    """The reports that an operator let go, or began to."""

    off_since: Millis | None = None
    """Since when the kill switch is thrown."""
