"""onyxData of the app API: the pieces of its database that an answer brings.

Shapes: App src/libs/E2E/apiMocks/openReport.ts (recorded by its authors), src/types/onyx/Report.ts,
Policy.ts, ReportNameValuePairs.ts.
"""

import zlib
from typing import Any

from sandbox.expensify.labels import levels
from sandbox.expensify.models import (
    CONCIERGE,
    Action,
    Connection,
    Expense,
    LastSync,
    Report,
)
from sandbox.expensify.report_model import NUMBERS, currency
from sandbox.expensify.times import app_time, day, iso, plain_time
from sandbox.expensify.world import Workspace

NETSUITE = "netsuite"
# App CONST.ACCOUNT_ID.CONCIERGE.
_CONCIERGE_ID = 8392101
_NO_TOTAL: dict[str, Any] = {
    "modifiedAmount": 0,
    "modifiedCreated": "",
    "modifiedCurrency": "",
    "modifiedMerchant": "",
    "reimbursable": True,
}

type Update = dict[str, Any]


def merge(key: str, value: Any) -> Update:
    return {"onyxMethod": "merge", "key": key, "value": value}


def report_updates(report: Report, workspace: Workspace) -> list[Update]:
    """The name value pairs' place in this answer is *unverified*."""
    updates = [
        merge(f"report_{report.id}", _report(report, workspace)),
        {
            "onyxMethod": "mergecollection",
            "key": "transactions_",
            "value": {
                f"transactions_{e.transaction_id}": _transaction(e, report, workspace)
                for e in report.expenses
            },
        },
        merge(f"reportActions_{report.id}", _actions(report)),
        merge("personalDetailsList", _people(report)),
    ]
    failed_at = report.export_failed_at
    failed = {"exportFailedTime": plain_time(failed_at)} if failed_at is not None else {}
    return [*updates, merge(f"reportNameValuePairs_{report.id}", failed)]


def report_not_found(report_id: str) -> list[Update]:
    """The client knows a report that it may not see, or that isn't there, by this field
    (App src/libs/ReportUtils.ts); the key inside and the text are *unverified*.
    """
    return [
        merge(
            f"report_{report_id}",
            {"reportID": report_id, "errorFields": {"notFound": {"0": "Report not found"}}},
        )
    ]


def policy_updates(workspace: Workspace, connection: Connection) -> list[Update]:
    updates = [merge(f"policy_{workspace.id}", _policy(workspace, connection))]
    if progress := connection.progress:
        value = {
            "stageInProgress": progress.stage,
            "connectionName": NETSUITE,
            "timestamp": iso(progress.at),
        }
        updates.append(merge(f"policyConnectionSyncProgress_{workspace.id}", value))
    return updates


def _report(report: Report, workspace: Workspace) -> dict[str, Any]:
    """An expense report's amounts have the sign of a debt (App src/libs/actions/Report)."""
    state_num, status_num = NUMBERS[report.state]
    value = {
        "reportID": report.id,
        "reportName": report.name,
        "type": "expense",
        "policyID": workspace.id,
        "policyName": workspace.name,
        "ownerAccountID": account_id(report.submitter),
        "managerID": account_id(workspace.exporter or workspace.owner),
        "stateNum": state_num,
        "statusNum": status_num,
        "total": -report.total,
        "currency": currency(report, workspace),
        "created": plain_time(report.created),
        "isExportedToIntegration": report.exported,
        "hasExportError": bool(report.export_errors),
    }
    errors = {"errorFields": {"export": dict(report.export_errors)}}
    return {**value, **(errors if report.export_errors else {})}


def _transaction(expense: Expense, report: Report, workspace: Workspace) -> dict[str, Any]:
    return {
        **_NO_TOTAL,
        "transactionID": expense.transaction_id,
        "reportID": report.id,
        "amount": -expense.amount,
        "currency": expense.currency,
        "merchant": expense.merchant,
        "category": expense.category,
        "tag": ":".join(levels(expense.project, workspace)),
        "billable": expense.billable,
        "created": day(expense.created).isoformat(),
    }


def _actions(report: Report) -> dict[str, Any]:
    """Oldest first; each names the one before it."""
    actions: dict[str, Any] = {}
    previous = None
    for action in report.actions:
        actions[action.id] = _action(action, previous)
        previous = action.id
    return actions


def _action(action: Action, previous: str | None) -> dict[str, Any]:
    return {
        "reportActionID": action.id,
        "actionName": action.name,
        "created": app_time(action.at),
        "lastModified": app_time(action.at),
        "timestamp": int(action.at),
        "reportActionTimestamp": int(action.at * 1000),
        "actorAccountID": account_id(action.actor),
        "automatic": action.automatic,
        "originalMessage": action.original,
        "message": [],
        "shouldShow": True,
        "previousReportActionID": previous,
        "whisperedToAccountIDs": [],
    }


def _people(report: Report) -> dict[str, Any]:
    """How the app tells e-mail addresses of account ids; in this answer *unverified*."""
    known = dict.fromkeys([report.submitter, *(action.actor for action in report.actions)])
    return {
        str(account_id(login)): {"accountID": account_id(login), "login": login}
        for login in known
        if login
    }


def account_id(login: str) -> int:
    return _CONCIERGE_ID if login == CONCIERGE else zlib.crc32(login.encode())


def _policy(workspace: Workspace, connection: Connection) -> dict[str, Any]:
    exporter = workspace.exporter or (workspace.app.email if workspace.app else workspace.owner)
    return {
        "id": workspace.id,
        "name": workspace.name,
        "type": "corporate",
        "role": "admin",
        "owner": workspace.owner,
        "outputCurrency": workspace.output_currency,
        "exporter": exporter,
        "connections": {NETSUITE: _netsuite(workspace, connection, exporter)},
    }


def _netsuite(workspace: Workspace, connection: Connection, exporter: str) -> dict[str, Any]:
    """NetSuite counts as connected by ``verified`` (App, test of the export button)."""
    value: dict[str, Any] = {
        "accountID": workspace.account,
        "verified": True,
        "config": {"autoSync": {"enabled": workspace.auto_export, "jobID": ""}},
        "options": {"config": _options(workspace, exporter), "data": {}},
    }
    if connection.succeeded_at is not None:
        value["lastSyncDate"] = iso(connection.succeeded_at)
    if connection.failed_at is not None:
        value["lastErrorSyncDate"] = iso(connection.failed_at)
    if connection.last_sync:
        value["lastSync"] = last_sync(connection.last_sync, connection.succeeded_at)
    return value


def last_sync(sync: LastSync, succeeded_at: float | None) -> dict[str, Any]:
    """A failure keeps the date of the last success (*unverified*)."""
    value: dict[str, Any] = {
        "isSuccessful": sync.successful,
        "isConnected": True,
        "isAuthenticationError": sync.unauthorized,
        "source": sync.source,
    }
    if succeeded_at is not None:
        value["successfulDate"] = iso(succeeded_at)
    if not sync.successful:
        value |= {"errorDate": iso(sync.at), "errorMessage": sync.error}
    return value


def _options(workspace: Workspace, exporter: str) -> dict[str, Any]:
    mapping = dict.fromkeys(("classes", "locations", "customers", "departments"), "TAG")
    return {
        "exporter": exporter,
        "reimbursableExpensesExportDestination": workspace.export_destination,
        "nonreimbursableExpensesExportDestination": workspace.export_destination,
        "syncOptions": {
            "mapping": {**mapping, "jobs": workspace.project_mapping},
            "crossSubsidiaryCustomers": False,
        },
    }
