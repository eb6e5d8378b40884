"""From the filled-in template to reports.

Official, but of every action *unverified*: the name, the format of its time, and that its details
are the app's originalMessage. So an NS code in an entry that nobody typed also means a failure.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace

from shared.adapters.expensify_read.history import Entry, folded, kind_of, state_if_dated
from shared.adapters.expensify_read.rendered import RenderedAction, RenderedExpense, RenderedReport
from shared.adapters.expensify_read.tags import Expense, label_of, label_uses, money, unescape
from shared.adapters.http import unreadable
from shared.domain.clock import ForeignTime, Millis
from shared.domain.detect_reports import FoundReport
from shared.domain.report import Action, ActionKind, LabelUse, Report, ReportState, Source

# Reference: the status shown, and the names of reportState.
_STATES = {
    "OPEN": ReportState.OPEN,
    "PROCESSING": ReportState.SUBMITTED,
    "SUBMITTED": ReportState.SUBMITTED,
    "APPROVED": ReportState.APPROVED,
    "REIMBURSED": ReportState.REIMBURSED,
    "CLOSED": ReportState.CLOSED,
    "ARCHIVED": ReportState.CLOSED,
}
_CODE = re.compile(r"\bNS[0-9]{4}\b")
# What people type into (App CONST), and a failed sync, which is about no report.
_FOREIGN_WORDS = frozenset(
    {
        "ADDCOMMENT",
        "CHANGEFIELD",
        "HOLD",
        "HOLDCOMMENT",
        "INTEGRATIONSYNCFAILED",
        "MODIFIEDEXPENSE",
        "REJECTED",
        "RENAMED",
    }
)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def reports_of(
    found: Iterable[RenderedReport],
    asked: Iterable[str],
    level: int | None,
    read_at: Millis,
    *,
    in_field: bool = False,
) -> tuple[Report, ...]:
    """Raises TransientError (unreadable) for a report that wasn't asked for.

    `in_field`: a field of the report holds the project, whatever its expenses are tagged with.
    A report has two ids, a long number and a short 'R00…' (Expensify/App #50272): if Expensify
    answered with the other one, the report would seem to be absent.
    """
    told = ((each, _of_field(each) if in_field else _of_tags(each, level)) for each in found)
    reports = tuple(_report(each, labels, read_at) for each, labels in told)
    ids = [report.report_id for report in reports]
    if not set(ids) <= set(asked) or len(set(ids)) < len(ids):
        raise unreadable("the answer holds a report that wasn't asked for, or one twice")
    return reports


def found_of(
    found: Iterable[RenderedReport], asked: Iterable[str], read_at: Millis
) -> tuple[FoundReport, ...]:
    """With whole tags for labels, and the fields that were asked for.

    Raises TransientError (unreadable) for a report of a workspace that wasn't asked for, one that
    comes twice, and one without its history: whoever looks for failures must not take that for a
    report without any.
    """
    told, known = tuple(found), frozenset(asked)
    if any(each.actions is None for each in told):
        raise unreadable("a report without its history")
    reports = tuple(_found(each, read_at) for each in told)
    ids = {each.report.report_id for each in reports}
    if not {each.workspace_id for each in reports} <= known or len(ids) < len(reports):
        raise unreadable("the answer holds a report that wasn't asked for, or one twice")
    return reports


def _found(each: RenderedReport, read_at: Millis) -> FoundReport:
    fields = tuple(unescape(value) for value in each.fields if value is not None)
    return FoundReport(each.policy, _report(each, _of_tags(each, None), read_at), fields)


def _of_tags(found: RenderedReport, level: int | None) -> tuple[LabelUse, ...]:
    return label_uses(_expense(each, level, found.currency) for each in found.expenses or ())


def _of_field(found: RenderedReport) -> tuple[LabelUse, ...] | None:
    """All of the report's expenses are the project's. None: the model doesn't tell the field."""
    value = next((field for field in found.fields if field is not None), None)
    if value is None:
        return None
    expenses = (_expense(each, None, found.currency) for each in found.expenses or ())
    return label_uses(replace(each, label=unescape(value)) for each in expenses)


def _report(found: RenderedReport, labels: tuple[LabelUse, ...] | None, read_at: Millis) -> Report:
    actions = tuple(_action(each) for each in found.actions or ())
    return Report(
        report_id=found.id,
        state=state_if_dated(_state(found), actions),
        source=Source.INTEGRATION,
        read_at=read_at,
        name=found.name,
        submitter=found.submitter,
        labels=labels,
        actions=actions,
    )


def _state(found: RenderedReport) -> ReportState:
    """Unknown also for a report of which a part wasn't told."""
    if found.actions is None or found.expenses is None:
        return ReportState.UNKNOWN
    shown = _STATES.get(found.status.upper())
    return shown or _STATES.get(found.state.upper(), ReportState.UNKNOWN)


def _expense(found: RenderedExpense, level: int | None, currency: str) -> Expense:
    amount = money(found.amount, found.modified, found.currency or currency)
    return Expense(_label(found, level), amount)


def _label(found: RenderedExpense, level: int | None) -> str:
    """Levels stand beside the tag in real templates; without any, the tag itself is split."""
    if level and any(found.levels):
        return unescape(found.levels[level - 1])
    return label_of(found.tag, level)


def _action(found: RenderedAction) -> Action:
    messages = found.messages or (found.message,)
    entry = Entry(
        name=folded(found.name),
        messages=tuple(message for message in messages if message),
        urls=tuple(url for urls in found.urls for url in urls if url),
        success=_flag(found.success),
        marked=_flag(found.marked) is True,
        in_progress=_flag(found.in_progress) is True,
    )
    kind = _kind(entry)
    return Action(
        id=_id(found),
        kind=kind,
        at=ForeignTime(found.at),
        messages=entry.messages if kind is ActionKind.EXPORT_FAILED else (),
        urls=entry.urls if kind is ActionKind.EXPORTED else (),
    )


def _kind(entry: Entry) -> ActionKind:
    kind = kind_of(entry)
    if kind is ActionKind.OTHER and not entry.in_progress and not entry.success:
        typed = entry.name in _FOREIGN_WORDS
        if not typed and any(_CODE.search(message) for message in entry.messages):
            return ActionKind.EXPORT_FAILED
    return kind


def _id(found: RenderedAction) -> str:
    """Integration actions have no id of their own; what they say never changes."""
    said = json.dumps([found.name, found.at, found.message, found.messages])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _flag(text: str) -> bool | None:
    return _FLAGS.get(text.lower())
