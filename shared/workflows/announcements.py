"""Our own events: what a change of a case means to the outside."""

from shared.contracts.events import CaseEvent, FixRequested
from shared.domain.case import Case, Phase
from shared.domain.clock import Millis
from shared.domain.notice import Notice, Tone
from shared.ports import Announcement

_OF_PHASE = {
    Phase.EXPORTING: "Case Recovering",
    Phase.RESOLVED: "Case Resolved",
    Phase.NEEDS_PERSON: "Case Needs Person",
    Phase.CLOSED: "Case Closed",
}

_ASKING_NOTHING = frozenset({Tone.DONE, Tone.DIGEST, Tone.ATTENTION, Tone.REACTIVATION})


def opening(case: Case, now: Millis) -> Announcement:
    """A case was opened."""
    return _announce("Case Opened", case, now)


def changes(before: Case, after: Case, now: Millis) -> tuple[Announcement, ...]:
    """What the change is called, as far as others care for it.

    A case that was opened again is announced once it is known that it must be; never, if not.
    """
    if after.past is not None:
        return ()
    if before.past is None:
        return _change(before, after, now)
    if after.finished and after.episode == before.past.episode:
        return ()
    again = _announce("Case Reopened", after, now, "/reopened")
    return (again, *_change(before, after, now))


def _change(before: Case, after: Case, now: Millis) -> tuple[Announcement, ...]:
    if after.attention_at and not before.attention_at:
        return (_announce("Case Needs Attention", after, now),)
    if before.phase is after.phase or after.phase not in _OF_PHASE:
        return ()
    return (_announce(_OF_PHASE[after.phase], after, now),)


def fix_requested(notice: Notice, now: Millis) -> Announcement | None:
    """A person was told what to do. Good news asks for nothing, a reminder for nothing new."""
    if notice.tone in _ASKING_NOTHING or notice.rung:
        return None
    event_id = f"{notice.workspace_id}/{notice.id}/{notice.role}"
    event = FixRequested(
        id=event_id,
        workspaceId=notice.workspace_id,
        accountId=notice.account_id,
        about=notice.about,
        epoch=notice.epoch,
        role=notice.role,
        tone=notice.tone,
        at=now,
    )
    return Announcement("Fix Requested", event_id, event.model_dump())


def _announce(detail_type: str, case: Case, now: Millis, also: str = "") -> Announcement:
    """`also`: tells two of one write apart."""
    event_id = f"{case.workspace_id}/{case.report_id}/{case.episode}/{case.version}{also}"
    event = CaseEvent(
        id=event_id,
        workspaceId=case.workspace_id,
        reportId=case.report_id,
        episode=case.episode,
        phase=case.phase,
        why=case.reason or "",
        blockers=tuple(dict.fromkeys(a for a, _ in case.matters if not a.startswith("W#"))),
        at=now,
    )
    return Announcement(detail_type, event_id, event.model_dump())
