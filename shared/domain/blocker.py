"""The root cause that cases share, and the labels through which they reach it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from shared.domain.clock import DAY, Millis
from shared.domain.finding import BLOCKED, Project, Resolution, Status, looks_closed, status_of


@dataclass(frozen=True, slots=True)
class Ruling:
    """Somebody said that the project stays closed: `by` whom, in which of its epochs."""

    epoch: int
    by: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Blocker:
    """One project of one account. `epoch` is +1 each time it turns blocked."""

    account_id: str
    project_id: str
    status: Status
    epoch: int = 0
    name: str = ""
    entity_id: str = ""
    customer: str = ""
    closed: bool = False
    flips: tuple[Millis, ...] = ()
    ruling: Ruling | None = None
    version: int = 0

    @property
    def blocked(self) -> bool:
        return self.status in BLOCKED

    @property
    def stays_closed(self) -> bool:
        """In its present epoch; the next one is asked about anew."""
        return self.blocked and self.ruling is not None and self.ruling.epoch == self.epoch


@dataclass(frozen=True, slots=True)
class Label:
    """A text under which reports of one workspace carry a project.

    `asked` counts the times somebody wanted it looked at, `answered` is the count that the last
    finished look had seen when it began: a look answers only what was asked before it.
    """

    account_id: str
    workspace_id: str
    text: str
    asked: int = 0
    answered: int = 0
    resolution: Resolution = field(default_factory=Resolution)
    wanted_until: Millis = 0

    @property
    def pending(self) -> bool:
        return self.asked > self.answered


type Labels = Mapping[str, Label]
type Blockers = Mapping[str, Blocker]


def observe(account_id: str, known: Blocker | None, project: Project, now: Millis) -> Blocker:
    """The blocker after a look that returned the project's row."""
    seen = Blocker(
        account_id,
        project.project_id,
        status_of(project),
        epoch=known.epoch if known else 0,
        name=project.name or project.entity_id,
        entity_id=project.entity_id,
        customer=project.customer,
        closed=looks_closed(project),
        flips=known.flips if known else (),
        ruling=known.ruling if known else None,
        version=known.version if known else 0,
    )
    return _turned(known, seen, now)


def vanish(known: Blocker, now: Millis) -> Blocker:
    """The blocker after a complete look by id that returned no row for it."""
    return _turned(known, replace(known, status=Status.GONE), now)


def _turned(known: Blocker | None, seen: Blocker, now: Millis) -> Blocker:
    if not seen.blocked or (known and known.blocked):
        return seen
    recent = tuple(at for at in seen.flips if now - at < DAY)
    return replace(seen, epoch=seen.epoch + 1, flips=(*recent, now))


def restless(blocker: Blocker, flips_per_day: int, now: Millis) -> bool:
    """It turned blocked so often within 24 h that it is left to people for that day."""
    return sum(now - at < DAY for at in blocker.flips) >= flips_per_day


def by_text(labels: Iterable[Label]) -> Labels:
    return {label.text: label for label in labels}


def by_id(blockers: Iterable[Blocker]) -> Blockers:
    return {blocker.project_id: blocker for blocker in blockers}
