"""A report as Expensify shows it in one complete read."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.clock import ForeignTime, Millis


class ReportState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REIMBURSED = "reimbursed"
    CLOSED = "closed"
    UNKNOWN = "unknown"


EXPORTABLE = frozenset({ReportState.APPROVED, ReportState.REIMBURSED, ReportState.CLOSED})
"""'Only Approved, Done, or Paid reports can be exported' (Expensify's NetSuite FAQ); Done is Closed."""

NOT_APPROVED = frozenset({ReportState.OPEN, ReportState.SUBMITTED})


class ActionKind(StrEnum):
    EXPORT_FAILED = "export_failed"
    EXPORTED = "exported"
    MARKED_BY_HAND = "marked_by_hand"
    OTHER = "other"


THROUGH = frozenset({ActionKind.EXPORTED, ActionKind.MARKED_BY_HAND})
"""What says that a report is through, unless it was refused or unapproved since."""


class Source(StrEnum):
    """Which face of Expensify a read came from; their action identities can't be mixed."""

    INTEGRATION = "integration"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Action:
    """One entry of the report's history."""

    id: str
    kind: ActionKind
    at: ForeignTime
    messages: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in hundredths of the currency's unit, whatever the currency: so Expensify stores
    yen and dinars, too. Source: Expensify/App CurrencyUtils, convertToBackendAmount.
    """

    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class LabelUse:
    """How often, and for how much, a report's expenses carry one label."""

    label: str
    count: int
    sums: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`exported` and `error_count` are None where the source doesn't tell them."""

    report_id: str
    state: ReportState
    source: Source
    read_at: Millis
    name: str = ""
    submitter: str = ""
    labels: tuple[LabelUse, ...] = ()
    actions: tuple[Action, ...] = ()
    exported: bool | None = None
    error_count: int | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a report's history held at one moment; only what comes after it counts.

    Actions of the very last instant are remembered by id, so that a newcomer with the same
    time stamp is still seen as new.
    """

    source: Source
    last_at: ForeignTime | None = None
    ids_at_last: tuple[str, ...] = ()
    exported: bool = False
    error_count: int = 0


def baseline_of(report: Report, upto: Action | None = None) -> Baseline:
    """The baseline at the end of the history, or just after the action `upto`.

    Others of its kind and instant belong to it: one failure may be told twice.
    """
    last_at = upto.at if upto else max((a.at for a in report.actions), default=None)
    last = (a for a in report.actions if a.at == last_at)
    ids = tuple(sorted(a.id for a in last if upto is None or a.kind is upto.kind))
    return Baseline(
        source=report.source,
        last_at=last_at,
        ids_at_last=ids,
        exported=bool(report.exported),
        error_count=report.error_count or 0,
    )


def new_actions(report: Report, baseline: Baseline) -> tuple[Action, ...]:
    """The actions that came after the baseline, oldest first."""
    last = baseline.last_at
    return tuple(
        action
        for action in sorted(report.actions, key=lambda a: (a.at, a.id))
        if last is None
        or action.at > last
        or (action.at == last and action.id not in baseline.ids_at_last)
    )


def newest(actions: Iterable[Action]) -> Action | None:
    return max(actions, key=lambda a: (a.at, a.id), default=None)
