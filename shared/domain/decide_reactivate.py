"""`watch`: what follows for an approved reactivation from what is known, read or answered.

Pure. `advance` before anything is asked of NetSuite, `after_read` and `after_change` afterwards;
`due` says when there is something to ask. A change is written down before it is sent (`intended`),
and sent again only after a read has shown that it isn't there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.blocker import Blocker, Label
from shared.domain.case import Case, Kind
from shared.domain.clock import DAY, SECOND, Millis
from shared.domain.finding import Match
from shared.domain.reactivation import (
    Changed,
    Ended,
    Fields,
    Outcome,
    Reactivation,
    Record,
    Stage,
    Until,
)
from shared.domain.rules import Rules, backoff

HOLDS: Millis = DAY
"""An approval is for what is closed now: it is carried out within this time or not at all."""

MOST_SENT = 3
"""So often at most a change is sent, each time after a read that didn't find it."""

MOST_MISSED = 12
"""So often in a row NetSuite may give no answer about one record; with the usual waits, nine hours."""

FRESH: Millis = 90 * SECOND
"""A change follows the read that it is based on within this time, or another read. Mostly in the
same run; where NetSuite is too slow for that, in the next one, which the sweep starts in a minute.
"""

LONGEST: Millis = 30 * DAY
"""So long at most reports are waited for before the project is left open for people to close."""


@dataclass(frozen=True, slots=True)
class Now:
    """`acts`: whether we may change anything in NetSuite. `waiting`: a report still waits."""

    acts: bool
    waiting: bool
    rules: Rules
    at: Millis


def waits(project_id: str, labels: Iterable[Label], cases: Iterable[Case]) -> bool:
    """Whether a report of any workspace of the account may still need the project.

    One that is with a person may, too; so may one with a label that nobody has looked at yet, or
    that was given another label since, whatever its phase. The labels of one that failed for
    another reason are never looked at for its sake.
    """
    named = {(label.workspace_id, label.text): label for label in labels}
    return any(
        _may_be(project_id, case, named.get((case.workspace_id, text)))
        for case in cases
        if not case.finished
        for text in case.may_carry
    )


def _may_be(project_id: str, case: Case, label: Label | None) -> bool:
    if label is None or label.pending or label.resolution.match is Match.UNASKED:
        return case.kind is Kind.PROJECT
    return label.resolution.project_id == project_id


def in_progress(blockers: Iterable[Blocker]) -> tuple[tuple[Blocker, Reactivation], ...]:
    """The projects for which something is still to be done, each with its latest approval."""
    latest = ((blocker, blocker.reactivation) for blocker in blockers)
    return tuple((blocker, known) for blocker, known in latest if known is not None and known.live)


def advance(blocker: Blocker, known: Reactivation, now: Now) -> Reactivation:
    """After whatever a look saw, and as time went by; nothing was asked of NetSuite for it."""
    if not known.live or known.asked:
        return known
    if known.stage in {Stage.APPROVED, Stage.OPENING}:
        return _still_wanted(blocker, known, now)
    return _still_open(blocker, known, now)


def _still_wanted(blocker: Blocker, known: Reactivation, now: Now) -> Reactivation:
    if blocker.stays_closed:
        return over(known, Ended.RULED_OUT, now.at)
    if not blocker.blocked or blocker.epoch != known.epoch:
        late = known.sent and known.until is Until.EXPORTED
        return over(known, Ended.UNSURE if late else Ended.OPEN_ALREADY, now.at)
    if now.at - known.at >= HOLDS:
        return over(known, Ended.LAPSED, now.at)
    return known


def _still_open(blocker: Blocker, known: Reactivation, now: Now) -> Reactivation:
    """Seen to be closed meanwhile, it is another epoch, and not ours any more."""
    if blocker.epoch != known.epoch:
        return over(known, Ended.LEFT_ALONE, now.at)
    if not now.waiting:
        return known if known.free_since else replace(known, free_since=now.at)
    if now.at - known.opened_at >= LONGEST:
        return over(known, Ended.TOO_LONG, now.at)
    return replace(known, stage=Stage.OPEN, free_since=None, sent=0, missed=0)


def due(known: Reactivation, now: Now) -> Millis | None:
    """When NetSuite is to be asked, or things are to be looked at again. None: it is over.

    No report must be seen to wait twice, for the index may lag behind.
    """
    if not known.live:
        return None
    if not (known.asked or now.acts):
        return now.at + now.rules.watch_every
    if known.missed:
        return known.missed_at + backoff(now.rules.circuit, known.missed - 1)
    if known.asked:
        return known.sent_at + backoff(now.rules.circuit, known.sent - 1)
    if known.stage is Stage.OPEN:
        since = now.at if known.free_since is None else known.free_since
        return since + now.rules.watch_every
    return now.at


def sendable(known: Reactivation, now: Now) -> bool:
    """Whether a change may be sent without another read."""
    fresh = now.acts and not known.missed and now.at - known.seen_at <= FRESH
    return known.unsent and fresh and not (now.waiting and known.stage is Stage.CLOSING)


def intended(known: Reactivation, at: Millis) -> Reactivation:
    """The change as it is written down before it is sent."""
    return replace(known, asked=True, sent=known.sent + 1, sent_at=at)


def after_read(known: Reactivation, record: Record | None, at: Millis) -> Reactivation:
    """None: there is no such record, or it is hidden from our role."""
    if record is None:
        return over(known, Ended.GONE, at)
    read = replace(known, seen=record, seen_at=at, missed=0)
    if read.stage is Stage.OPEN or (read.stage is Stage.CLOSING and not read.sent):
        return _to_close(read, record, at)
    if not read.sent:
        return _to_open(read, record, at)
    return _sent_before(read, record, at)


def _to_open(read: Reactivation, record: Record, at: Millis) -> Reactivation:
    """The baseline, and what is to be changed of it."""
    if record.inactive is None:
        return over(read, Ended.UNTOLD, at)
    wanted = Fields(
        False if record.inactive else None,
        True if record.allow_expenses is False else None,
    )
    if not wanted:
        return over(read, Ended.OPEN_ALREADY, at)
    return replace(read, stage=Stage.OPENING, before=record, wanted=wanted)


def _to_close(read: Reactivation, record: Record, at: Millis) -> Reactivation:
    """Only what is just as we left it: its values, and the time at which it was last saved."""
    if record != read.after:
        return over(read, Ended.LEFT_ALONE, at)
    return replace(read, stage=Stage.CLOSING)


def _sent_before(read: Reactivation, record: Record, at: Millis) -> Reactivation:
    """What became of a change whose outcome isn't known."""
    opening = read.stage is Stage.OPENING
    if read.change.held_by(record):
        return _opened(read, record, at, sure=False) if opening else over(read, Ended.CLOSED, at)
    if record != (read.before if opening else read.after):
        return over(read, Ended.LEFT_ALONE, at)
    if read.sent >= MOST_SENT:
        return over(read, Ended.NO_ANSWER, at)
    return replace(read, asked=False)


def unreadable(known: Reactivation, codes: tuple[str, ...], at: Millis) -> Reactivation:
    """After a read that we have no right to."""
    told = replace(known, codes=codes)
    if known.asked:
        return over(told, Ended.NO_ANSWER, at)
    opening = known.stage in {Stage.APPROVED, Stage.OPENING}
    return over(told, Ended.REFUSED if opening else Ended.NOT_CLOSED, at)


def missed(known: Reactivation, at: Millis) -> Reactivation:
    """NetSuite gave no answer that we could use: it may be down, or this one record broken."""
    if known.missed + 1 >= MOST_MISSED:
        return over(known, Ended.NO_ANSWER, at)
    return replace(known, missed=known.missed + 1, missed_at=at)


def after_change(known: Reactivation, changed: Changed, at: Millis) -> Reactivation:
    """What NetSuite said, or didn't say, to a change that was just sent."""
    if changed.outcome is Outcome.UNKNOWN:
        return known
    if changed.outcome is Outcome.NOT_SENT:
        return replace(known, asked=False, sent=known.sent - 1)
    told = replace(known, codes=changed.codes)
    if changed.after is not None:
        told = replace(told, seen=changed.after, seen_at=at)
    opening = told.stage is Stage.OPENING
    if changed.outcome is Outcome.DONE and changed.after is not None:
        return (
            _opened(told, changed.after, at, sure=True) if opening else over(told, Ended.CLOSED, at)
        )
    if changed.outcome is Outcome.ABSENT:
        return over(told, Ended.GONE, at)
    if not opening:
        return over(told, Ended.NOT_CLOSED, at)
    refused = changed.outcome is Outcome.REFUSED
    return over(told, Ended.REFUSED if refused else Ended.NOT_TAKEN, at)


def _opened(known: Reactivation, record: Record, at: Millis, *, sure: bool) -> Reactivation:
    """`sure`: it was we who did. Meanwhile somebody may have closed it by its other field."""
    if record.inactive or record.allow_expenses is False:
        return over(known, Ended.LEFT_ALONE, at)
    held = replace(known, after=record, opened_at=at, asked=False, sent=0)
    if known.until is Until.GOOD:
        return over(held, Ended.OPENED, at)
    return replace(held, stage=Stage.OPEN) if sure else over(held, Ended.UNSURE, at)


def withdrawn(known: Reactivation, by: str, at: Millis) -> Reactivation:
    """Of one that is live, and of which no change is on its way."""
    return replace(over(known, Ended.WITHDRAWN, at), ended_by=by)


def over(known: Reactivation, ended: Ended, at: Millis) -> Reactivation:
    return replace(known, stage=Stage.OVER, ended=ended, ended_at=at, asked=False)
