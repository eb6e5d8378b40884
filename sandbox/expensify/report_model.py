"""A report as a template of the Integration Server sees it.

Names: Template model (report level), github Expensify/Integrations templates/everything_csv.fm
(expense level). Null, that is missing, is *unverified* wherever it is used, and so is the format
of every instant. Amounts are in the currency's minor unit.
"""

from typing import Any

from sandbox.expensify.labels import levels
from sandbox.expensify.models import FAILED, LABEL, Action, Expense, Report
from sandbox.expensify.times import app_time, day, plain_time
from sandbox.expensify.world import State, Workspace

# Reference: mapping of reportState to the status shown.
STATUS = {
    State.OPEN: "Open",
    State.SUBMITTED: "Processing",
    State.APPROVED: "Approved",
    State.REIMBURSED: "Reimbursed",
    State.ARCHIVED: "Closed",
}
# App src/CONST/index.ts, REPORT.STATE_NUM and REPORT.STATUS_NUM. That a closed report keeps the
# state number of an approved one is unverified.
NUMBERS = {
    State.OPEN: (0, 0),
    State.SUBMITTED: (1, 1),
    State.APPROVED: (2, 3),
    State.REIMBURSED: (6, 4),
    State.ARCHIVED: (2, 2),
}


def template_model(report: Report, workspace: Workspace) -> dict[str, Any]:
    return {
        "reportID": report.id,
        "reportName": report.name,
        "policyID": workspace.id,
        "policyName": workspace.name,
        "accountEmail": report.submitter,
        "submitterEmail": report.submitter,
        "managerEmail": workspace.exporter or workspace.owner,
        "status": STATUS[report.state],
        "state": report.state.value,
        "stateNum": NUMBERS[report.state][0],
        "total": report.total,
        "currency": currency(report, workspace),
        "created": plain_time(report.created),
        "submitted": plain_time(report.submitted) if report.submitted else None,
        "approved": plain_time(report.approved) if report.approved else None,
        "customField": report.custom_fields,
        "transactionList": [_expense(e, report, workspace) for e in report.expenses],
        "actionList": [_action(action) for action in report.actions],
    }


def currency(report: Report, workspace: Workspace) -> str:
    return report.expenses[0].currency if report.expenses else workspace.output_currency


def _expense(expense: Expense, report: Report, workspace: Workspace) -> dict[str, Any]:
    tag_levels = levels(expense.project, workspace)
    return {
        "transactionID": expense.transaction_id,
        "reportID": report.id,
        "merchant": expense.merchant,
        "modifiedMerchant": "",
        "amount": expense.amount,
        "modifiedAmount": None,
        "convertedAmount": expense.amount,
        "currency": expense.currency,
        "created": day(expense.created).isoformat(),
        "category": expense.category,
        "billable": expense.billable,
        "reimbursable": True,
        "comment": "",
        "tag": ":".join(tag_levels),
        **{f"ntag{n}": level for n, level in enumerate(tag_levels, start=1)},
    }


def _action(action: Action) -> dict[str, Any]:
    """*Unverified*: that the name is the App's, that details are its originalMessage, and that
    ``message`` joins the texts as the App does (ReportActionsUtils).
    """
    return {
        "action": action.name,
        "accountEmail": action.actor,
        "created": app_time(action.at),
        "details": {**action.original, "message": _message(action)},
    }


def _message(action: Action) -> str:
    if action.name == FAILED:
        return ", ".join(action.original["result"]["messages"])
    by_hand = "marked this report as manually exported to"
    return f"{by_hand if action.original['markedManually'] else 'exported to'} {LABEL}"
