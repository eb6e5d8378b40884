"""What the operators are told of a set-up that doesn't work: each matter once a day."""

from dataclasses import replace

from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, Millis
from shared.domain.notice import Notice, Role, Tone

UNKNOWN_WORKSPACE = "unknown_workspace"
"""Events are parked, because no settings name their workspace."""

BROKEN_SETTINGS = "broken_settings"

UNREADABLE_REPORT = "unreadable_report"
"""Expensify's answers about this one report are of no use."""

STACK = "*"
"""Stands for the stack where others have an id; no id holds it."""

_DAILY = frozenset({UNKNOWN_WORKSPACE, BROKEN_SETTINGS})


def setup_fault(
    of: str, what: str, now: Millis, *, workspace_id: str = "", account_id: str = ""
) -> Notice:
    """`of`: the workspace, account, report or stack whose set-up it is."""
    return Notice(
        OPERATORS,
        Role.OPERATOR,
        Tone.SETUP_FAULT,
        workspace_id,
        account_id,
        f"W#{of}#{what}",
        now // DAY,
        now,
        send_after=now,
    )


def bad_report(report_id: str, workspace_id: str, now: Millis) -> Notice:
    return setup_fault(report_id, UNREADABLE_REPORT, now, workspace_id=workspace_id)


def is_daily(notice: Notice) -> bool:
    """Whether it is told again each day without anything happening, for as long as it holds."""
    return notice.tone is Tone.SETUP_FAULT and notice.about.rpartition("#")[2] in _DAILY


def tomorrow(notice: Notice, now: Millis) -> Notice:
    """The same matter, a day from now."""
    later = now + DAY
    return replace(
        notice, epoch=later // DAY, created_at=now, send_after=later, sent_at=None, listed=()
    )
