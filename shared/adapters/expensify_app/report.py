"""A report as the app opens it (`OpenReport`).

Shapes: App src/types/onyx/{Report,ReportAction,OriginalMessage,Transaction}.ts, and the recorded
answer in src/libs/E2E/apiMocks/openReport.ts. *Unverified*: that an answer always brings all of
these pieces (one that lacks a piece is unreadable), and how an unknown report is told: the client
knows it by ``errorFields.notFound``.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from shared.adapters.expensify_app.onyx import Store
from shared.adapters.expensify_read.history import (
    FAILED,
    Entry,
    is_export,
    kind_of,
    state_if_dated,
)
from shared.adapters.expensify_read.lenient import Lenient, Maybe, Text
from shared.adapters.expensify_read.tags import Expense, label_of, label_uses, money
from shared.adapters.http import unreadable, wrong_places
from shared.domain.clock import ForeignTime, Millis
from shared.domain.report import Action, ActionKind, LabelUse, Report, ReportState, Source

# (stateNum, statusNum): App src/CONST/index.ts, REPORT.STATE_NUM and REPORT.STATUS_NUM.
_STATES: dict[tuple[int | None, int | None], ReportState] = {
    (0, 0): ReportState.OPEN,
    (1, 1): ReportState.SUBMITTED,
    (2, 2): ReportState.CLOSED,
    (2, 3): ReportState.APPROVED,
}
# The state number of a reimbursed report says how far the money is.
_REIMBURSED = 4


class _ErrorFields(Lenient):
    """Hashes of what went wrong, by the instant at which it did."""

    export: Maybe[dict[str, Any]] = None
    not_found: Any = None


class _Report(Lenient):
    report_name: Text = ""
    state_num: Maybe[int] = None
    status_num: Maybe[int] = None
    owner_account_id: Text = ""
    currency: Text = ""
    total: Maybe[float] = None
    is_exported_to_integration: Maybe[bool] = None
    has_export_error: Maybe[bool] = None
    error_fields: Maybe[_ErrorFields] = None


class _Transaction(Lenient):
    """Amounts in the currency's minor unit; a change is 0 or empty where there is none."""

    report_id: Text = ""
    tag: Text = ""
    amount: Maybe[float] = None
    modified_amount: Maybe[float] = None
    currency: Text = ""
    modified_currency: Text = ""


class _Action(Lenient):
    """`message` takes the place of `original_message` in later versions of the app."""

    action_name: str
    created: Text = ""
    original_message: Any = None
    message: Any = None
    pending_action: Text = ""

    def details(self) -> Any:
        return self.message if isinstance(self.message, dict) else self.original_message or {}


class _Result(Lenient):
    success: Maybe[bool] = None
    messages: Maybe[tuple[str, ...]] = None


class _Details(Lenient):
    """Of an integration's message and of an export."""

    result: Maybe[_Result] = None
    marked_manually: Maybe[bool] = None
    in_progress: Maybe[bool] = None
    reimbursable_urls: Maybe[tuple[str, ...]] = None
    non_reimbursable_urls: Maybe[tuple[str, ...]] = None
    travel_invoicing_urls: Maybe[tuple[str, ...]] = None

    def urls(self) -> tuple[str, ...]:
        lists = (self.reimbursable_urls, self.non_reimbursable_urls, self.travel_invoicing_urls)
        return tuple(url for urls in lists for url in urls or () if url)


def report_of(store: Store, report_id: str, level: int | None, read_at: Millis) -> Report | None:
    """None: no such report. Raises TransientError (unreadable)."""
    try:
        found = _Report.model_validate(_piece(store, f"report_{report_id}"))
        if found.error_fields and found.error_fields.not_found:
            return None
        actions = tuple(_actions(_piece(store, f"reportActions_{report_id}")))
        labels = _labels(store, report_id, found, level)
    except ValidationError as error:
        raise unreadable(f"OpenReport: {wrong_places(error)}") from None
    return Report(
        report_id=report_id,
        state=state_if_dated(_state(found), actions),
        source=Source.APP,
        read_at=read_at,
        name=found.report_name,
        submitter=_login(store, found.owner_account_id),
        labels=labels,
        actions=actions,
        exported=found.is_exported_to_integration is True,
        error_count=_error_count(found),
    )


def _piece(store: Store, key: str) -> dict[str, Any]:
    piece = store.get(key)
    if piece == []:
        return {}
    if not isinstance(piece, dict):
        raise unreadable(f"no {key.partition('_')[0]} in the answer")
    return piece


def _state(found: _Report) -> ReportState:
    if found.status_num == _REIMBURSED:
        return ReportState.REIMBURSED
    return _STATES.get((found.state_num, found.status_num), ReportState.UNKNOWN)


def _error_count(found: _Report) -> int:
    """Each failed export leaves an entry, which only administrators see (Expensify/App #44020)."""
    errors = found.error_fields.export if found.error_fields else None
    return len(errors or ()) or int(found.has_export_error is True)


def _login(store: Store, account_id: str) -> str:
    """That the answer brings its people is *unverified*."""
    people = store.get("personalDetailsList")
    person = people.get(account_id) if isinstance(people, dict) else None
    login = person.get("login") if isinstance(person, dict) else None
    return login if isinstance(login, str) else ""


def _labels(
    store: Store, report_id: str, found: _Report, level: int | None
) -> tuple[LabelUse, ...]:
    """A sum without an expense is a part of an answer, not a report without projects."""
    expenses = [_expense(t, found, level) for t in _transactions(store, report_id)]
    if found.total and not expenses:
        raise unreadable("no transactions in the answer")
    return label_uses(expenses)


def _transactions(store: Store, report_id: str) -> Iterator[_Transaction]:
    """An answer may bring other reports' expenses, too."""
    for key, value in store.items():
        if key.startswith("transactions_") and value is not None:
            transaction = _Transaction.model_validate(value)
            if transaction.report_id in {"", report_id}:
                yield transaction


def _expense(found: _Transaction, report: _Report, level: int | None) -> Expense:
    currency = found.modified_currency or found.currency or report.currency
    amount = money(found.amount, found.modified_amount, currency)
    return Expense(label_of(found.tag, level), amount)


def _actions(found: dict[str, Any]) -> Iterable[Action]:
    return (_action(key, _Action.model_validate(value)) for key, value in found.items())


def _action(action_id: str, found: _Action) -> Action:
    entry = _entry(found)
    kind = kind_of(entry)
    return Action(
        id=action_id,
        kind=kind,
        at=ForeignTime(found.created),
        messages=entry.messages if kind is ActionKind.EXPORT_FAILED else (),
        urls=entry.urls if kind is ActionKind.EXPORTED else (),
    )


def _entry(found: _Action) -> Entry:
    """The details of other actions have other shapes, and aren't looked at."""
    if found.action_name != FAILED and not is_export(found.action_name):
        return Entry(found.action_name)
    details = _Details.model_validate(found.details())
    result = details.result or _Result()
    return Entry(
        name=found.action_name,
        messages=tuple(message for message in result.messages or () if message),
        urls=details.urls(),
        success=result.success,
        marked=details.marked_manually is True,
        in_progress=details.in_progress is True or found.pending_action == "add",
    )
