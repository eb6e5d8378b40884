"""What an export does to a report, once its turn has come.

A failure (the backend's MarkExportFailed: Expensify/App issues #44020, #44678) adds an
INTEGRATIONSMESSAGE action with an id of its own, an entry in ``errorFields.export`` and the name
value pair ``exportFailedTime``. A success (MarkAsExported: issues #44019, #44679) adds an
EXPORTINTEGRATION action under the client's id and clears the error.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.expensify.models import (
    AUTO,
    CONCIERGE,
    EXPORTED,
    FAILED,
    LABEL,
    Action,
    ExportEntry,
    Posting,
    Report,
)
from sandbox.expensify.times import app_time
from sandbox.expensify.world import Workspace

type NewId = Callable[[], str]
type Poster = Callable[[Posting, Workspace], None]
"""Writes the record into NetSuite. Raises NetSuiteUnreachableError."""

_TYPES = {"EXPENSE_REPORT": "ExpRept", "VENDOR_BILL": "VendBill", "JOURNAL_ENTRY": "Journal"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """``action_id`` is the client's; ``refusal`` is a fault ('' = NS0770 for the first label).

    ``unsaid``: NetSuite gets the record, and the report never shows it; that exports end without a
    word is seen (Expensify/App #61836), that they may have arrived is *unverified*.
    """

    report_id: str
    action_id: str | None = None
    refusal: str | None = None
    unsaid: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """``by``: 'service:<e-mail>', 'person' or 'auto'. ``actor``: whom Expensify names."""

    workspace_id: str
    by: str
    actor: str
    attempts: tuple[Attempt, ...]

    def action_id_of(self, report: Report) -> str | None:
        return next((a.action_id for a in self.attempts if a.report_id == report.id), None)


@dataclass(slots=True)
class Ledger:
    """NetSuite's side of all exports."""

    write: Poster
    postings: list[Posting] = field(default_factory=list)

    def post(self, report: Report, workspace: Workspace, order: Order, at: float) -> Posting:
        """Raises NetSuiteUnreachableError: then nothing was posted."""
        record = str(50_001 + len(self.postings))
        posting = Posting(
            id=record,
            report_id=report.id,
            workspace_id=workspace.id,
            account=workspace.account,
            at=at,
            by=order.by,
            attempt=order.action_id_of(report),
            netsuite_url=_record_url(workspace.account, record),
        )
        self.write(posting, workspace)
        self.postings.append(posting)
        return posting


def record_of(posting: Posting, workspace: Workspace) -> dict[str, object]:
    """The record's fields; ids of NetSuite's transaction types as public queries have them."""
    record: dict[str, object] = {"type": _TYPES[workspace.export_destination]}
    if workspace.report_id_in != "nowhere":
        record[workspace.report_id_in] = posting.report_id
    return record


def fail(report: Report, messages: list[str], order: Order, at: float, new_id: NewId) -> None:
    text = ", ".join(messages)
    result = {"success": False, "code": 0, "title": "", "messages": messages}
    original = {"label": LABEL, "result": {**result, "link": {"url": "", "text": ""}}}
    report.actions.append(Action(new_id(), FAILED, at, CONCIERGE, order.by == AUTO, original))
    report.add_error(at, text)
    report.exports.append(ExportEntry(at, "failed", order.by, message=text))


def succeed(report: Report, posting: Posting, order: Order, new_id: NewId) -> None:
    original = _exported(posting.at, automatic=order.by == AUTO, url=posting.netsuite_url)
    action_id = _free_id(report, order.action_id_of(report), new_id)
    _close(report, original, order.actor, action_id, posting.at)
    report.exports.append(
        ExportEntry(posting.at, "exported", order.by, netsuite_url=posting.netsuite_url)
    )


def mark(report: Report, order: Order, at: float, new_id: NewId) -> None:
    """By hand: counts as exported even after failures (Expensify/App PR #61704)."""
    original = _exported(at, automatic=False, url=None)
    action_id = _free_id(report, order.action_id_of(report), new_id)
    _close(report, original, order.actor, action_id, at)
    report.exports.append(ExportEntry(at, "marked", order.by))


def _close(
    report: Report, original: dict[str, object], actor: str, action_id: str, at: float
) -> None:
    automatic = bool(original["automaticAction"])
    report.actions.append(Action(action_id, EXPORTED, at, actor, automatic, original))
    report.exported = True
    report.clear_errors()


def _free_id(report: Report, wanted: str | None, new_id: NewId) -> str:
    """That Expensify does nothing twice for the same id is unverified, so here it does."""
    taken = {action.id for action in report.actions}
    return wanted if wanted and wanted not in taken else new_id()


def _exported(at: float, *, automatic: bool, url: str | None) -> dict[str, object]:
    """App src/types/onyx/OriginalMessage.ts; URLs point at records that were really made."""
    return {
        "label": LABEL,
        "lastModified": app_time(at),
        "automaticAction": automatic,
        "markedManually": url is None,
        "reimbursableUrls": [url] if url else [],
        "nonReimbursableUrls": [],
    }


def _record_url(account: str, record: str) -> str:
    host = account.lower().replace("_", "-")
    return f"https://{host}.app.netsuite.com/app/accounting/transactions/exprept.nl?id={record}"
