"""The commands of the app API (App src/libs/API/types.ts and src/libs/API/parameters).

``OpenPolicyAccountingPage`` is the client's fresh read of a workspace with its connections (App
src/libs/actions/PolicyConnections.ts: a READ command with ``policyID``); which pieces of the
database its answer brings is *unverified*. ``Report_Export`` and ``SyncPolicyToNetSuite`` answer at
once and without onyxData (App src/types/onyx/ReportMetadata.ts; PR #46671).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.expensify import labels, onyx
from sandbox.expensify.backend import Backend, UnknownError
from sandbox.expensify.errors import bad_request, not_allowed, not_authenticated
from sandbox.expensify.exporting import Attempt, Order
from sandbox.expensify.models import Report
from sandbox.expensify.sessions import Session, Sessions
from sandbox.expensify.signing_in import Devices, signed_in
from sandbox.expensify.syncing import INVALID_CREDENTIALS, Wish
from sandbox.expensify.world import Workspace
from sandbox.faults import Effect

type Params = Mapping[str, str]
type Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """``effects``: the fault of each report of a ``Report_Export``, else of the whole request."""

    params: Params
    session: Session
    now: float
    effect: Effect
    effects: Mapping[str, Effect]

    def need(self, name: str) -> str:
        if value := self.params.get(name):
            return value
        raise bad_request(f"Missing parameter {name}")

    def effect_of(self, report_id: str) -> dict[str, Any]:
        return self.effects.get(report_id, self.effect).specific


class Commands:
    def __init__(self, backend: Backend, sessions: Sessions, devices: Devices) -> None:
        self._backend = backend
        self._sessions = sessions
        self._devices = devices

    @property
    def without_token(self) -> dict[str, Callable[[Params, float], Body]]:
        """Commands that need none (App src/libs/Network/enhanceParameters.ts)."""
        return {
            "Authenticate": self._authenticate,
            "BeginSignIn": self._begin_sign_in,
            "SignInUser": self._sign_in_user,
        }

    @property
    def by_name(self) -> dict[str, Callable[[Call], Body]]:
        return {
            "SyncPolicyToNetSuite": self._sync,
            "OpenPolicyAccountingPage": self._open_policy,
            "Report_Export": self._export,
            "OpenReport": self._open_report,
            "MarkAsExported": self._mark,
            "UpdateMoneyRequestTag": self._retag,
        }

    def _authenticate(self, params: Params, now: float) -> Body:
        """Any jsonCode but 200 means signed out (App src/libs/Authentication.ts); 407 for wrong
        credentials is *unverified*.
        """
        access = self._devices.opens(self._backend.workspaces.values(), params)
        if access is None:
            raise not_authenticated()
        token = self._sessions.open(access, now)
        return {"authToken": token, "encryptedAuthToken": token[::-1]}

    def _begin_sign_in(self, params: Params, _now: float) -> Body:
        return self._devices.begin(self._backend.workspaces.values(), params)

    def _sign_in_user(self, params: Params, now: float) -> Body:
        device = self._devices.finish(self._backend.workspaces.values(), params)
        return signed_in(device, self._sessions.open(device, now))

    def _sync(self, call: Call) -> Body:
        workspace = self._workspace(call, call.need("policyID"))
        self._backend.sync(workspace.id, _wish(call.effect.specific), call.now)
        return {}

    def _open_policy(self, call: Call) -> Body:
        workspace = self._workspace(call, call.need("policyID"))
        connection = self._backend.connections[workspace.id]
        return {"onyxData": onyx.policy_updates(workspace, connection)}

    def _export(self, call: Call) -> Body:
        if call.need("connectionName") != onyx.NETSUITE or call.need("type") != "MANUAL":
            raise bad_request("Unknown connection or type")
        optimistic = _optimistic_ids(call.params.get("optimisticReportActions", ""))
        reports = [self._report(call, id_) for id_ in report_ids(call.params)]
        orders: dict[str, list[Attempt]] = {}
        for report in reports:
            attempt = _attempt(report, optimistic.get(report.id), call.effect_of(report.id))
            if attempt:
                orders.setdefault(report.workspace_id, []).append(attempt)
        for workspace_id, attempts in orders.items():
            self._backend.export(_order(call, workspace_id, attempts), call.now)
        return {}

    def _open_report(self, call: Call) -> Body:
        """That an unknown report is jsonCode 200 with an error field is *unverified*."""
        report_id = call.need("reportID")
        report = self._backend.reports.get(report_id)
        if report is None or not self._may(call, report.workspace_id):
            return {"onyxData": onyx.report_not_found(report_id)}
        workspace = self._backend.workspace(report.workspace_id)
        return {
            "onyxData": onyx.report_updates(report, workspace),
            "hasOlderActions": False,
            "hasNewerActions": False,
        }

    def _mark(self, call: Call) -> Body:
        """App MarkAsExportedParams.ts: ``data`` = JSON list of reportID, label, action id."""
        for item in _list_of_objects(call.need("data")):
            report = self._report(call, str(item.get("reportID", "")))
            attempt = Attempt(report.id, item.get("optimisticReportActionID"))
            self._backend.mark(_order(call, report.workspace_id, [attempt]), call.now)
        return {}

    def _retag(self, call: Call) -> Body:
        report = self._report(call, call.need("reportID"))
        label = labels.label_of(call.params.get("tag", ""))
        try:
            self._backend.retag(report.id, call.need("transactionID"), label)
        except UnknownError as error:
            raise bad_request(str(error)) from error
        return {}

    def _workspace(self, call: Call, workspace_id: str) -> Workspace:
        if not self._may(call, workspace_id):
            raise not_allowed()
        return self._backend.workspace(workspace_id)

    def _report(self, call: Call, report_id: str) -> Report:
        """Refuses what isn't there like what may not be seen (*unverified*)."""
        report = self._backend.reports.get(report_id)
        if report is None or not self._may(call, report.workspace_id):
            raise not_allowed()
        return report

    def _may(self, call: Call, workspace_id: str) -> bool:
        workspace = self._backend.workspaces.get(workspace_id)
        app = workspace.app if workspace else None
        return app is not None and app.email == call.session.email


def _wish(fault: Mapping[str, Any]) -> Wish:
    unauthorized = bool(fault.get("sync_unauthorized"))
    return Wish(
        "NEWEXPENSIFY",
        INVALID_CREDENTIALS if unauthorized else fault.get("sync_fails"),
        stuck=bool(fault.get("sync_stuck")),
        silent=bool(fault.get("sync_silent")),
        unauthorized=unauthorized,
    )


def report_ids(params: Params) -> list[str]:
    """Comma-separated (*unverified* for more than one)."""
    listed = params.get("reportIDList", "").split(",")
    ids = [part.strip() for part in listed if part.strip()]
    if not ids:
        raise bad_request("Missing parameter reportIDList")
    return ids


def _order(call: Call, workspace_id: str, attempts: list[Attempt]) -> Order:
    email = call.session.email
    return Order(workspace_id, f"service:{email}", email, tuple(attempts))


def _attempt(report: Report, action_id: str | None, fault: Mapping[str, Any]) -> Attempt | None:
    if fault.get("export_never"):
        return None
    refusal = _refusal_text(fault["refuse_export"]) if "refuse_export" in fault else None
    return Attempt(report.id, action_id, refusal, unsaid=bool(fault.get("export_unsaid")))


def _refusal_text(refusal: object) -> str:
    """Without a text (true, null or empty) the backend names the first project."""
    return refusal if isinstance(refusal, str) else ""


def _optimistic_ids(text: str) -> dict[str, str]:
    """JSON of report id to action id (App ReportExportParams.ts)."""
    try:
        ids = json.loads(text or "{}")
    except ValueError:
        ids = None
    if not isinstance(ids, dict):
        raise bad_request("optimisticReportActions is malformed")
    return {str(report): str(action) for report, action in ids.items()}


def _list_of_objects(text: str) -> list[dict[str, Any]]:
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request("data is malformed")
    return items
