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

_ASKING_NOTHING = frozenset({Tone.DONE, Tone.DIGEST, Tone.ATTENTION})


def opening(case: Case, now: Millis) -> Announcement:
    """A case was opened, or opened again by a later failure."""
    return _announce("Case Opened" if case.episode == 1 else "Case Reopened", case, now)


def change(before: Case, after: Case, now: Millis) -> Announcement | None:
    """What the change is called, if it is one that others care for."""
    if after.attention_at and not before.attention_at:
        return _announce("Case Needs Attention", after, now)
    if before.phase is after.phase or after.phase not in _OF_PHASE:
        return None
    return _announce(_OF_PHASE[after.phase], after, now)


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


def _announce(detail_type: str, case: Case, now: Millis) -> Announcement:
    event_id = f"{case.workspace_id}/{case.report_id}/{case.episode}/{case.version}"
    event = CaseEvent(
        id=event_id,
        workspaceId=case.workspace_id,
        reportId=case.report_id,
        episode=case.episode,
        phase=case.phase,
        why=case.reason or "",
        blockers=tuple(dict.fromkeys(about for about, _ in case.matters)),
        at=now,
    )
    return Announcement(detail_type, event_id, event.model_dump())
