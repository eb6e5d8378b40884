"""What a mail says of being a reminder: which one, and since when its matter is known."""

from datetime import UTC, datetime

from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import SECOND, Millis
from shared.domain.notice import Notice
from shared.domain.rules import Rules


def reminder_of(notice: Notice, settings: WorkspaceSettings | None) -> str:
    """Empty if it is none."""
    if not notice.rung:
        return ""
    rules = settings.rules(acts=True) if settings else Rules()
    since = notice.created_at if notice.since is None else notice.since
    which = f"This is reminder {notice.rung} of {max(notice.rung, len(rules.reminders))}"
    told = f"{which}; we first wrote about this on {_day(since, rules)}."
    last = notice.rung >= len(rules.reminders)
    return f"{told} It is the last one; we go on watching all the same." if last else told


def _day(at: Millis, rules: Rules) -> str:
    """15 January 2027, where the workspace is."""
    there = datetime.fromtimestamp((at + rules.utc_offset) / SECOND, UTC)
    return f"{there.day} {there:%B %Y}"
