"""What a mail says of a reactivation: who approved it, and what was done to the project."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.adapters.mail.wording import listing, shown
from shared.domain.clock import SECOND, Millis
from shared.domain.reactivation import Ended, Reactivation, Record, Until


@dataclass(frozen=True, slots=True)
class ReactivationView:
    """`ended` names how; `before` and `now` are the project's fields then and as last read."""

    ended: str
    by: str
    at: str
    until_exported: bool
    opened: bool
    before: str
    now: str
    codes: str
    summary: str


def reactivation_of(done: Reactivation | None) -> ReactivationView | None:
    if done is None:
        return None
    by, at = shown(done.by), _moment(done.at)
    opened = done.after is not None
    closed = ", and closed again" if done.ended is Ended.CLOSED else ""
    summary = f"by us, as {by} approved on {at}{closed}" if opened else ""
    return ReactivationView(
        ended=str(done.ended or ""),
        by=by,
        at=at,
        until_exported=done.until is Until.EXPORTED,
        opened=opened,
        before=_fields(done.before),
        now=_fields(done.seen),
        codes=listing([shown(code) for code in done.codes]),
        summary=summary,
    )


def _fields(record: Record | None) -> str:
    if record is None:
        return ""
    told = {"Inactive": record.inactive, "Allow Expenses": record.allow_expenses}
    return ", ".join(
        f"{name} is {'ticked' if value else 'not ticked'}"
        for name, value in told.items()
        if value is not None
    )


def _moment(at: Millis) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, UTC):%Y-%m-%d %H:%M} UTC"
