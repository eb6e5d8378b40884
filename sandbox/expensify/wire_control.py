"""The control surface: what people and tests do to the world behind Expensify's back.

``GET /_control/health``, ``journal``, ``faults``, ``reports``, ``postings``; ``PUT`` and ``GET``
``/_control/reports/{id}``, ``GET /_control/workspaces/{id}``. What a person does in Expensify:
``POST /_control/reports/{id}/export``, ``/mark``, ``/retag`` (``{transactionId, project}``),
``POST /_control/workspaces/{id}/sync``, ``DELETE /_control/reports/{id}``. ``POST
/_control/reset`` goes back to the loaded world.

Of the app: ``GET /_control/app/codes/{email}`` is the magic code that was mailed; ``POST
/_control/app/expire`` ends all tokens, ``POST /_control/app/revoke`` (``{login}``) a device, and
``PUT /_control/app`` (``{oldestVersion}``) refuses what is older.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.expensify import onyx
from sandbox.expensify.backend import Backend, UnknownError, by_person
from sandbox.expensify.models import ExportEntry, Posting, Report
from sandbox.expensify.runtime import EFFECTS, Runtime
from sandbox.expensify.syncing import Wish
from sandbox.expensify.times import iso
from sandbox.expensify.world import ReportChange
from sandbox.faults import FaultRules

_OK = {"ok": True}


def blueprint(runtime: Runtime) -> Blueprint:
    wire = Blueprint("control", __name__, url_prefix="/_control")
    wire.register_error_handler(UnknownError, lambda error: _refusal(404, error))
    wire.register_error_handler(ValueError, lambda error: _refusal(400, error))
    _simulator_routes(wire, runtime)
    _report_routes(wire, runtime)
    _person_routes(wire, runtime)
    _workspace_routes(wire, runtime)
    _app_routes(wire, runtime)
    return wire


def _simulator_routes(wire: Blueprint, runtime: Runtime) -> None:
    @wire.get("/health")
    def health() -> Response:
        return jsonify(_OK)

    @wire.get("/journal")
    def journal() -> Response:
        return jsonify(runtime.journal.to_json())

    @wire.get("/faults")
    def faults() -> Response:
        return jsonify(runtime.faults.to_json())

    @wire.put("/faults")
    def put_faults() -> Response:
        faults = FaultRules.from_json(_body(), effects=EFFECTS)
        of = request.args.get("of")
        runtime.faults = faults if of is None else faults.named(of, runtime.faults)
        return jsonify(runtime.faults.to_json())

    @wire.post("/reset")
    def reset() -> Response:
        runtime.reset()
        return jsonify(_OK)


def _report_routes(wire: Blueprint, runtime: Runtime) -> None:
    backend = runtime.backend

    @wire.get("/reports")
    def reports() -> Response:
        with runtime.moment():
            return jsonify([report_json(report) for report in backend.reports.values()])

    @wire.get("/reports/<report_id>")
    def report(report_id: str) -> Response:
        with runtime.moment():
            return jsonify(report_json(backend.report(report_id)))

    @wire.put("/reports/<report_id>")
    def put_report(report_id: str) -> Response:
        given = {key: value for key, value in _body().items() if key != "id"}
        change = ReportChange.model_validate(given)
        with runtime.moment() as now:
            return jsonify(report_json(backend.put_report(report_id, change, now)))

    @wire.delete("/reports/<report_id>")
    def delete_report(report_id: str) -> Response:
        with runtime.moment():
            del backend.reports[backend.report(report_id).id]
            return jsonify(_OK)

    @wire.get("/postings")
    def postings() -> Response:
        with runtime.moment():
            return jsonify([posting_json(posting) for posting in backend.postings])


def _person_routes(wire: Blueprint, runtime: Runtime) -> None:
    backend = runtime.backend

    @wire.post("/reports/<report_id>/export")
    def export(report_id: str) -> Response:
        with runtime.moment() as now:
            backend.export(by_person(backend.report(report_id)), now)
            return jsonify(_OK)

    @wire.post("/reports/<report_id>/mark")
    def mark(report_id: str) -> Response:
        with runtime.moment() as now:
            backend.mark(by_person(backend.report(report_id)), now)
            return jsonify(report_json(backend.report(report_id)))

    @wire.post("/reports/<report_id>/retag")
    def retag(report_id: str) -> Response:
        wish = _body()
        with runtime.moment():
            backend.retag(report_id, str(wish.get("transactionId")), str(wish.get("project", "")))
            return jsonify(report_json(backend.report(report_id)))


def _workspace_routes(wire: Blueprint, runtime: Runtime) -> None:
    backend = runtime.backend

    @wire.get("/workspaces")
    def workspaces() -> Response:
        with runtime.moment():
            return jsonify([workspace_json(backend, id_) for id_ in backend.workspaces])

    @wire.get("/workspaces/<workspace_id>")
    def workspace(workspace_id: str) -> Response:
        with runtime.moment():
            return jsonify(workspace_json(backend, workspace_id))

    @wire.post("/workspaces/<workspace_id>/sync")
    def sync(workspace_id: str) -> Response:
        with runtime.moment() as now:
            started = backend.sync(workspace_id, Wish("EXPENSIFYWEB"), now)
            return jsonify({"started": started})


def _app_routes(wire: Blueprint, runtime: Runtime) -> None:
    @wire.get("/app/codes/<email>")
    def code(email: str) -> Response:
        if email not in runtime.devices.codes:
            raise UnknownError(f"no code was mailed to {email}")
        return jsonify({"code": runtime.devices.codes[email]})

    @wire.post("/app/expire")
    def expire() -> Response:
        with runtime.moment():
            runtime.sessions.expire()
            return jsonify(_OK)

    @wire.post("/app/revoke")
    def revoke() -> Response:
        login = str(_body()["login"])
        with runtime.moment():
            runtime.devices.revoked.add(login)
            return jsonify(_OK)

    @wire.put("/app")
    def change() -> Response:
        with runtime.moment():
            runtime.oldest_app = str(_body()["oldestVersion"])
            return jsonify(_OK)


def report_json(report: Report) -> dict[str, Any]:
    return {
        "id": report.id,
        "workspaceId": report.workspace_id,
        "reportName": report.name,
        "submitterEmail": report.submitter,
        "state": report.state.value,
        "isExportedToIntegration": report.exported,
        "hasExportError": bool(report.export_errors),
        "expenses": [
            {
                "transactionId": expense.transaction_id,
                "project": expense.project,
                "merchant": expense.merchant,
                "amount": expense.amount,
                "currency": expense.currency,
                "category": expense.category,
                "billable": expense.billable,
            }
            for expense in report.expenses
        ],
        "exports": [_export_json(entry) for entry in report.exports],
    }


def _export_json(entry: ExportEntry) -> dict[str, Any]:
    return {
        "at": iso(entry.at),
        "outcome": entry.outcome,
        "message": entry.message,
        "netsuiteUrl": entry.netsuite_url,
        "by": entry.by,
    }


def posting_json(posting: Posting) -> dict[str, Any]:
    return {
        "id": posting.id,
        "reportId": posting.report_id,
        "workspaceId": posting.workspace_id,
        "account": posting.account,
        "at": iso(posting.at),
        "by": posting.by,
        "attempt": posting.attempt,
        "netsuiteUrl": posting.netsuite_url,
    }


def workspace_json(backend: Backend, workspace_id: str) -> dict[str, Any]:
    workspace = backend.workspace(workspace_id)
    connection = backend.connections[workspace_id]
    last, progress = connection.last_sync, connection.progress
    return {
        "id": workspace.id,
        "name": workspace.name,
        "account": workspace.account,
        **backend.lines[workspace_id].to_json(),
        "stage": progress.stage if progress else None,
        "lastSync": onyx.last_sync(last, connection.succeeded_at) if last else None,
        "snapshotAt": iso(connection.snapshot_at) if connection.snapshot_at else None,
        "snapshot": [
            project.model_dump(by_alias=True, exclude_none=True)
            for project in connection.snapshot or ()
        ],
    }


def _body() -> Any:
    return request.get_json(force=True)


def _refusal(status: int, error: Exception) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), status
