"""What one complete read of a report says, ranked: the first that holds decides (E1 to E11)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from shared.domain.case import Case
from shared.domain.clock import Millis
from shared.domain.failure_text import Problem, parse
from shared.domain.report import (
    NOT_APPROVED,
    Action,
    ActionKind,
    Baseline,
    Report,
    ReportState,
    baseline_of,
    new_actions,
    newest,
)

PROJECT_CODE = "NS0770"
EXISTS_CODE = "NS0034"


class Evidence(IntEnum):
    EXPORTED = 1
    IN_NETSUITE = 2
    SAID_TO_EXIST = 3
    MARKED = 4
    PROJECT_REFUSED = 5
    OTHER_REFUSED = 6
    NOT_APPROVED = 7
    ABSENT = 8
    NOTHING_NEW = 9
    UNREADABLE = 11
    """10 ('nothing new, a project still blocked') is 9 as far as the report goes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that one run has read so far, by each face of Expensify.

    `absent`: asked for in a complete read that returned a neighbour, and not in it.
    `unread`: asked for, but the read failed, was partial, throttled or unreadable.
    `garbled`: of those, what was asked for officially, in an answer that was of no use.
    `alone`: not returned, and no neighbour either, so that nothing can be said.
    `in_netsuite`: report id → whether NetSuite holds it, from queries whose control was found.
    """

    official: dict[str, Report] = field(default_factory=dict)
    app: dict[str, Report] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    garbled: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    in_netsuite: dict[str, bool] = field(default_factory=dict)

    @property
    def began(self) -> bool:
        return bool(self.official or self.app or self.missed)

    @property
    def missed(self) -> frozenset[str]:
        """Asked for, and not to be decided on in this run."""
        return self.absent | self.unread | self.alone

    def looked_at(self, report_id: str) -> bool:
        return report_id in self.official or report_id in self.app or report_id in self.missed


@dataclass(frozen=True, slots=True)
class Reading:
    """The evidence on one case, with what supports it. `earlier`: what other tries came to that
    are new, too, and don't count any more. `ours`: it arrived by an attempt of ours.
    """

    evidence: Evidence
    report: Report | None = None
    problems: tuple[Problem, ...] = ()
    earlier: tuple[Problem, ...] = ()
    urls: tuple[str, ...] = ()
    ours: bool = False

    @property
    def signature(self) -> str:
        """What makes two failures equal: their codes and the projects they name."""
        parts = {f"{p.code}:{','.join(sorted(p.projects))}" for p in self.problems}
        return "|".join(sorted(parts))

    @property
    def text(self) -> str:
        return " · ".join(p.text for p in self.problems)


def weigh(case: Case, seen: Seen, absent_gap: Millis, now: Millis) -> Reading | None:
    """The strongest evidence on the case; None if this run hasn't looked at its report.

    What is in flight is judged by the face from which its baseline came. What isn't, by both:
    flagged as exported without anything new is an export before its failure, so that NetSuite may
    hold it.
    """
    official, app = seen.official.get(case.report_id), seen.app.get(case.report_id)
    reports = [r for r in ((app,) if case.intent else (official, app)) if r is not None]
    if not reports:
        return _without_report(case, seen, absent_gap, now)
    strongest = min((_of_report(r, mark_of(case, r)) for r in reports), key=_rank)
    held = seen.in_netsuite.get(case.report_id) or (not case.intent and app and app.exported)
    if held and strongest.evidence not in _NOT_ONLY_HELD:
        return replace(strongest, evidence=Evidence.IN_NETSUITE)
    if strongest.evidence is Evidence.EXPORTED and app is not None:
        return replace(strongest, ours=_by_us(case, app))
    return strongest


def _by_us(case: Case, app: Report) -> bool:
    """Expensify's app keeps the attempt's id as the action's."""
    fresh = new_actions(app, mark_of(case, app))
    return any(a.kind is ActionKind.EXPORTED and a.id in case.tried for a in fresh)


def _rank(reading: Reading) -> Evidence:
    return reading.evidence


_NOT_ONLY_HELD = frozenset({Evidence.EXPORTED, Evidence.MARKED})


def mark_of(case: Case, report: Report) -> Baseline:
    """After what an action counts as new.

    In flight: the intent's baseline. Else the last known failure. A first read takes the newest
    failure of the kind that opened the case for it, or the newest of any kind; a history that
    shows none has nothing new.
    """
    if case.intent and case.intent.baseline.source is report.source:
        return case.intent.baseline
    if case.known and case.known.source is report.source:
        return case.known
    return first_mark(case, report)


def first_mark(case: Case, report: Report) -> Baseline:
    """Never before the end of the episode that went before, if there was one."""
    failures = [a for a in report.actions if a.kind is ActionKind.EXPORT_FAILED]
    alike = [a for a in failures if {p.code or "" for p in problems_of([a])} & set(case.codes)]
    mark = baseline_of(report, upto=newest(alike or failures))
    end = next((end for end in case.over if end.source is report.source), mark)
    return end if (end.last_at or "") > (mark.last_at or "") else mark


def _without_report(case: Case, seen: Seen, gap: Millis, now: Millis) -> Reading | None:
    if case.report_id in seen.absent:
        since = case.absent_since
        gone = since is not None and now - since >= gap
        return Reading(Evidence.ABSENT if gone else Evidence.UNREADABLE)
    return Reading(Evidence.UNREADABLE) if seen.looked_at(case.report_id) else None


def _of_report(report: Report, mark: Baseline) -> Reading:
    if report.state is ReportState.UNKNOWN:
        return Reading(Evidence.UNREADABLE, report)
    fresh = new_actions(report, mark)
    arrival = _arrival(report, mark)
    if arrival is not None:
        return Reading(Evidence.EXPORTED, report, urls=arrival)
    return _of_failures(report, fresh, mark)


def _arrival(report: Report, mark: Baseline) -> tuple[str, ...] | None:
    """The URLs of a new export; empty if only the flag says so; None if there is none.

    A success without URLs isn't one: `EXPORTINTEGRATION` may stand in the history before anything
    reached NetSuite, and a mark by hand has none either.
    """
    urls = [
        url
        for action in new_actions(report, mark)
        if action.kind is ActionKind.EXPORTED
        for url in action.urls
    ]
    flipped = bool(report.exported) and not mark.exported and not _marked(report, mark)
    return tuple(urls) if urls or flipped else None


def _marked(report: Report, mark: Baseline) -> bool:
    return any(a.kind is ActionKind.MARKED_BY_HAND for a in new_actions(report, mark))


def _failed_since_marked(fresh: tuple[Action, ...]) -> bool:
    """Somebody exported it again, so the mark is void (a report unapproved and approved anew)."""
    last = newest(a for a in fresh if a.kind in _TELLING)
    return last is not None and last.kind is ActionKind.EXPORT_FAILED


_TELLING = frozenset({ActionKind.EXPORT_FAILED, ActionKind.MARKED_BY_HAND})


def _of_failures(report: Report, fresh: tuple[Action, ...], mark: Baseline) -> Reading:
    failures = [action for action in fresh if action.kind is ActionKind.EXPORT_FAILED]
    problems = problems_of(failures)
    if any(problem.code == EXISTS_CODE for problem in problems):
        return Reading(Evidence.SAID_TO_EXIST, report, problems)
    if _marked(report, mark) and (report.exported or not _failed_since_marked(fresh)):
        return Reading(Evidence.MARKED, report, problems)
    if failures:
        return _refused(report, failures)
    if (report.error_count or 0) > mark.error_count:
        return Reading(Evidence.OTHER_REFUSED, report)
    if report.state in NOT_APPROVED:
        return Reading(Evidence.NOT_APPROVED, report)
    return Reading(Evidence.NOTHING_NEW, report)


def _refused(report: Report, failures: list[Action]) -> Reading:
    """Somebody may have tried several times: the last try tells what is wrong by now. Of one
    instant there may be two, in no order.
    """
    last = max(failure.at for failure in failures)
    latest = [failure for failure in failures if failure.at == last]
    if all(any(p.code == PROJECT_CODE for p in problems_of([f])) for f in latest):
        return Reading(Evidence.PROJECT_REFUSED, report, problems_of(failures))
    earlier = (failure for failure in failures if failure.at != last)
    return Reading(Evidence.OTHER_REFUSED, report, problems_of(latest), problems_of(earlier))


def problems_of(actions: Iterable[Action]) -> tuple[Problem, ...]:
    """What the failures among them say; other actions have no messages."""
    return tuple(
        problem
        for action in actions
        for message in action.messages
        for problem in parse(message).problems
    )
