"""Which reports an exporter job means.

Reference, report exporter; expensify-rs for the rules of 2026 about ``endDate``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sandbox.expensify.errors import JobError, malformed, missing
from sandbox.expensify.models import Report
from sandbox.expensify.times import day
from sandbox.expensify.world import State

type Test = Callable[[Report], bool]

_LONGEST_SPAN = timedelta(days=366)


def select(settings: Mapping[str, Any], reports: Iterable[Report], today: date) -> list[Report]:
    """What doesn't exist is simply not there. Raises JobError."""
    filters = settings.get("filters")
    if not isinstance(filters, dict):
        raise missing("filters")
    tests = [*_filter_tests(filters, today), *_state_tests(settings)]
    chosen = [report for report in reports if all(test(report) for test in tests)]
    chosen.sort(key=lambda report: (report.created, report.id))
    return chosen[: _limit(settings)]


def _filter_tests(filters: Mapping[str, Any], today: date) -> list[Test]:
    if not {"reportIDList", "startDate", "approvedAfter"} & set(filters):
        raise missing("startDate")
    start, approved_after = _date(filters, "startDate"), _date(filters, "approvedAfter")
    end = _date(filters, "endDate")
    for anchor in (start, approved_after):
        _check_span(anchor, end, today)
    tests: list[Test] = []
    if ids := _names(filters, "reportIDList"):
        tests.append(lambda report: report.id in ids)
    if policies := _names(filters, "policyIDList"):
        tests.append(lambda report: report.workspace_id in policies)
    if mark := filters.get("markedAsExported"):
        tests.append(lambda report: mark not in report.marks)
    return [*tests, *_date_tests(start, end, approved_after)]


def _date_tests(start: date | None, end: date | None, approved_after: date | None) -> list[Test]:
    """``startDate`` and ``endDate`` compare 'submitted or created, whichever is later', which
    moves with neither approval nor export.
    """
    tests: list[Test] = []
    if start:
        tests.append(lambda report: _sent(report) >= start)
    if end:
        tests.append(lambda report: _sent(report) <= end)
    if approved_after:
        tests.append(lambda r: r.approved is not None and day(r.approved) >= approved_after)
    return tests


def _state_tests(settings: Mapping[str, Any]) -> list[Test]:
    names = _names(settings, "reportState")
    if unknown := sorted(names - set(State)):
        raise JobError(410, f"Status '{unknown[0]}' is not supported")
    return [lambda report: report.state in names] if names else []


def _check_span(anchor: date | None, end: date | None, today: date) -> None:
    if anchor and end is None and today - anchor > _LONGEST_SPAN:
        raise missing("endDate")
    if anchor and end and end - anchor > _LONGEST_SPAN:
        raise malformed("endDate")


def _sent(report: Report) -> date:
    return day(max(report.submitted or 0.0, report.created))


def _names(source: Mapping[str, Any], key: str) -> frozenset[str]:
    """A comma-joined text here, never a list (Reference)."""
    value = source.get(key, "")
    if not isinstance(value, str):
        raise malformed(key)
    return frozenset(name.strip() for name in value.split(",") if name.strip())


def _date(filters: Mapping[str, Any], key: str) -> date | None:
    value = filters.get(key)
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        text = f"Malformed date '{value}'. Expected format is yyyy-MM-dd"
        raise JobError(410, text) from None


def _limit(settings: Mapping[str, Any]) -> int | None:
    value = str(settings.get("limit", ""))
    if not value:
        return None
    if not value.isdecimal():
        raise malformed("limit")
    return int(value)
