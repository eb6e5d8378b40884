"""Dates as Oracle has them: a type of their own, shown in the account's format when selected raw.

A selected date-time shows only its date, M/D/YYYY by default; its time takes TO_CHAR (public
connectors, such as docs.estuary.dev netsuite-suitetalk, wrap it for that reason). The account's
time zone isn't UTC here, so that a client that forgets SYS_EXTRACT_UTC is found out.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

ACCOUNT_ZONE = timezone(timedelta(hours=-8))
# SQLite has no date type: this first character tells a date from a text.
_MARK = "\x02"
_STORED = "%Y-%m-%d %H:%M:%S"
_PARTS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "HH12": "%I",
    "HH": "%I",
    "MI": "%M",
    "SS": "%S",
    "AM": "%p",
}
_FORMAT = re.compile(r'"([^"]*)"|(YYYY|MM|DD|HH24|HH12|HH|MI|SS|AM)|([-/ :.,])', re.IGNORECASE)


def from_epoch(seconds: float) -> str:
    return _mark(datetime.fromtimestamp(seconds, ACCOUNT_ZONE))


def from_date(day: date | None) -> str | None:
    return None if day is None else f"{_MARK}{day.isoformat()} 00:00:00"


def is_date(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_MARK)


def in_account_format(value: str) -> str:
    moment = _parse(value)
    return f"{moment.month}/{moment.day}/{moment.year}"


def to_char(value: object, template: str | None = None) -> str | None:
    """Raises ValueError for a template that isn't simulated."""
    if value is None:
        return None
    if not isinstance(value, str) or not is_date(value):
        return str(value)
    return in_account_format(value) if template is None else _format(value, template)


def to_date(text: str | None, template: str) -> str | None:
    """Raises ValueError when the text isn't of the template."""
    if text is None:
        return None
    return _mark(datetime.strptime(text, _strftime(template)))


def extract_utc(value: str | None) -> str | None:
    if value is None:
        return None
    return _mark(_parse(value).replace(tzinfo=ACCOUNT_ZONE).astimezone(UTC))


def _mark(moment: datetime) -> str:
    return _MARK + moment.strftime(_STORED)


def _parse(value: str) -> datetime:
    return datetime.strptime(value.removeprefix(_MARK), _STORED)


def _format(value: str, template: str) -> str:
    return _parse(value).strftime(_strftime(template))


def _strftime(template: str) -> str:
    out, at = "", 0
    while at < len(template):
        match = _FORMAT.match(template, at)
        if match is None:
            raise ValueError(f"date format {template}")
        literal, part, mark = match.groups()
        out += _PARTS[part.upper()] if part else (literal or mark or "").replace("%", "%%")
        at = match.end()
    return out
