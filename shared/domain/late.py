"""Late life: a failure that is told after its report's case had ended, or has even expired.

The event opens the next episode, in silence, and the report's own history tells whether anything
failed since. Only histories are compared, each with itself (invariant 11): not the event's time.
"""

from dataclasses import replace
from enum import Enum, auto

from shared.domain.case import Case, Past, Why, moved
from shared.domain.clock import Millis
from shared.domain.evidence import Evidence, Reading, Seen
from shared.domain.report import (
    THROUGH,
    Action,
    ActionKind,
    Baseline,
    Report,
    ReportState,
    baseline_of,
    new_actions,
    newest,
)
from shared.domain.rules import Rules


class Told(Enum):
    """What a read makes of a case that was opened again."""

    LATE = auto()
    """Nothing is left to do since it ended."""
    NEW = auto()
    OPEN = auto()
    """It can't be told yet."""


def told(case: Case, past: Past, reading: Reading, seen: Seen, rules: Rules, now: Millis) -> Told:
    if reading.report is None:
        return _told_by_absence(case, past, reading, rules, now)
    if reading.report.state is ReportState.UNKNOWN:
        return Told.OPEN
    app = seen.app.get(case.report_id)
    if app is None and now - case.opened_at < rules.absent_gap:
        return Told.OPEN
    return Told.LATE if (app and app.exported) or _quiet(past, seen, case.report_id) else Told.NEW


def over_again(case: Case, past: Past, now: Millis) -> Case:
    """As it had ended, with a line of history: the episode never was."""
    ended = replace(
        moved(case, past.phase, Why.TOLD_LATE, now),
        episode=past.episode,
        kind=past.kind,
        reason=past.reason,
        codes=past.codes,
        labels=past.labels,
        over=past.over,
        past=None,
    )
    return replace(ended, absent_since=None, alone_since=None)


def open_for_good(case: Case, past: Past, seen: Seen) -> Case:
    """Whatever stood in a history up to the old end is none of the new episode's trouble."""
    ends = {end.source: end for end in past.over}
    found = (seen.official.get(case.report_id), seen.app.get(case.report_id))
    reports = (r for r in found if r and _readable(r) and not _followed(r))
    ends |= {r.source: _end(r) for r in reports if r.source not in ends}
    return replace(case, past=None, over=tuple(ends.values()))


def past_of(case: Case) -> Past:
    """Of a finished case that is opened again."""
    return Past(
        case.episode, case.phase, case.kind, case.reason, case.over, case.codes, case.labels
    )


def with_end(case: Case, seen: Seen) -> Case:
    """The case that ends by this read, with where each history stood.

    Up to what ended it: a failure after an export may be of a report that was unapproved since.
    """
    reports = (seen.official.get(case.report_id), seen.app.get(case.report_id))
    return replace(case, over=tuple(_end(r) for r in reports if r and _readable(r)))


def trace(case: Case) -> Case:
    """What must outlive a finished case that we exported: no name, no text, no address.

    Without the attempts a later failure of the same report would lead to a second export.
    """
    return Case(
        workspace_id=case.workspace_id,
        report_id=case.report_id,
        account_id=case.account_id,
        opened_at=case.opened_at,
        next_look=case.opened_at,
        episode=case.episode,
        phase=case.phase,
        kind=case.kind,
        reason=case.reason,
        attempts=case.attempts,
        tried=case.tried,
        over=case.over,
        ended_at=case.ended_at,
    )


def _told_by_absence(case: Case, past: Past, reading: Reading, rules: Rules, now: Millis) -> Told:
    """Gone when it ended, and still so, is nothing new. Whoever waits for people is told at once."""
    since = case.alone_since
    given_up = since is not None and now - since >= rules.person_after
    if reading.evidence is Evidence.ABSENT or given_up:
        return Told.LATE if past.reason is Why.DELETED else Told.NEW
    return Told.OPEN


def _quiet(past: Past, seen: Seen, report_id: str) -> bool:
    """Nothing is left to do: whatever failed is through, or nothing failed since the end.

    The latter by the faces of which the end is known.
    """
    found = (seen.official.get(report_id), seen.app.get(report_id))
    reports = [report for report in found if report and _readable(report)]
    if all(map(_followed, reports)):
        return True
    ends = {end.source: end for end in past.over}
    known = [report for report in reports if report.source in ends]
    return bool(known) and not any(_failed_since(r, ends[r.source]) for r in known)


def _failed_since(report: Report, end: Baseline) -> bool:
    failed = any(_is_failure(action) for action in new_actions(report, end))
    return failed or (report.error_count or 0) > end.error_count


def _followed(report: Report) -> bool:
    """Whether its last failure stands before an export or a mark."""
    through = _last_through(report)
    return through is not None and not _failed_since(report, baseline_of(report, upto=through))


def _end(report: Report) -> Baseline:
    return baseline_of(report, upto=_last_through(report))


def _last_through(report: Report) -> Action | None:
    return newest(action for action in report.actions if action.kind in THROUGH)


def _is_failure(action: Action) -> bool:
    return action.kind is ActionKind.EXPORT_FAILED


def _readable(report: Report) -> bool:
    return report.state is not ReportState.UNKNOWN
