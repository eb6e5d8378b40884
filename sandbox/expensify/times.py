"""How Expensify writes instants; all of them are UTC."""

from datetime import UTC, date, datetime


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def iso(at: float) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def app_time(at: float) -> str:
    """``2026-01-01 10:00:00.000`` (App src/libs/E2E/apiMocks/openReport.ts)."""
    return moment(at).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")


def plain_time(at: float) -> str:
    return moment(at).strftime("%Y-%m-%d %H:%M:%S")


def day(at: float) -> date:
    return moment(at).date()
