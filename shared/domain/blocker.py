"""The root cause that cases share, and the labels through which they reach it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from shared.domain.clock import DAY, Millis
from shared.domain.finding import (
    BLOCKED,
    Owner,
    Project,
    Resolution,
    Status,
    inactive_owner,
    looks_closed,
    status_of,
)
from shared.domain.reactivation import Reactivation, with_latest


@dataclass(frozen=True, slots=True)
class Ruling:
    """Somebody said that the project stays closed: `by` whom, in which of its epochs."""

    epoch: int
    by: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Blocker:
    """One project of one account. `epoch` is +1 each time it turns blocked, and each time that
    another record must be opened. `owner`: the customer or parent that is to be. `reactivations`:
    the latest approvals to open it, the oldest first.
    """

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
    owner: Owner | None = None
    reactivations: tuple[Reactivation, ...] = ()

    @property
    def reactivation(self) -> Reactivation | None:
        """The latest one that somebody approved, whatever became of it."""
        return self.reactivations[-1] if self.reactivations else None

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
    finished look had seen when it began: a look answers only what was asked before it. `valid_from`:
    answers to earlier questions don't count any more, for somebody has chosen since.
    """

    account_id: str
    workspace_id: str
    text: str
    asked: int = 0
    answered: int = 0
    resolution: Resolution = field(default_factory=Resolution)
    wanted_until: Millis = 0
    valid_from: int = 0

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
        owner=inactive_owner(project) if status_of(project) is Status.OWNER_INACTIVE else None,
        flips=known.flips if known else (),
        ruling=known.ruling if known else None,
        version=known.version if known else 0,
        reactivations=known.reactivations if known else (),
    )
    return _turned(known, seen, now)


def vanish(known: Blocker, now: Millis) -> Blocker:
    """The blocker after a complete look by id that returned no row for it."""
    return _turned(known, replace(known, status=Status.GONE, owner=None), now)


def _turned(known: Blocker | None, seen: Blocker, now: Millis) -> Blocker:
    if not seen.blocked:
        return seen
    if known and known.blocked:
        return replace(seen, epoch=seen.epoch + _other_record(known, seen))
    recent = tuple(at for at in seen.flips if now - at < DAY)
    return replace(seen, epoch=seen.epoch + 1, flips=(*recent, now))


def _other_record(known: Blocker, seen: Blocker) -> bool:
    """Whoever was asked to open one record must be asked for another; of a project that is gone
    nothing is asked that wasn't before.
    """
    return seen.status is not Status.GONE and _record(known) != _record(seen)


def _record(blocker: Blocker) -> tuple[str, str]:
    """What would have to be opened."""
    if blocker.owner is not None:
        return blocker.owner.kind, blocker.owner.record_id
    return "", "" if blocker.status is Status.GONE else blocker.project_id


def restless(blocker: Blocker, flips_per_day: int, now: Millis) -> bool:
    """It turned blocked so often within 24 h that it is left to people for that day."""
    return sum(now - at < DAY for at in blocker.flips) >= flips_per_day


def reactivated(blocker: Blocker, latest: Reactivation) -> Blocker:
    return replace(blocker, reactivations=with_latest(blocker.reactivations, latest))


def by_text(labels: Iterable[Label]) -> Labels:
    return {label.text: label for label in labels}


def by_id(blockers: Iterable[Blocker]) -> Blockers:
    return {blocker.project_id: blocker for blocker in blockers}
