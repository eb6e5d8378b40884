"""HTTP shape of the Integration Server: ``POST /Integration-Server/ExpensifyIntegrations``.

JSON comes as text/plain too, so that nobody may go by the content type (expensify-rs). Expensify
reads the job leniently; here it must be strict JSON.
"""

import json
from typing import Any

from flask import Blueprint, Response, request

from sandbox.expensify.errors import (
    FILE_NOT_FOUND,
    TOO_MANY,
    JobError,
    PageError,
    malformed,
)
from sandbox.expensify.journal import without_secrets
from sandbox.expensify.runtime import Runtime, page
from sandbox.faults import Effect

PATH = "/Integration-Server/ExpensifyIntegrations"
_TEXT = "text/plain;charset=utf-8"
_OWN_EFFECTS = {
    "file/combinedReportData": frozenset({"responseCode", "render_seconds"}),
    "download": frozenset({"responseCode", "not_ready"}),
}
_COMMON_EFFECTS = frozenset({"responseCode"})


def blueprint(runtime: Runtime) -> Blueprint:
    wire = Blueprint("integration", __name__)

    @wire.post(PATH)
    def job() -> Response:
        entry = runtime.begin()
        try:
            description = _description()
        except PageError as error:
            entry.status = error.status
            return page(error.status, str(error))
        entry.command, entry.params = _command(description), _params(description)
        own = _OWN_EFFECTS.get(entry.command, _COMMON_EFFECTS)
        effect = runtime.take(entry.command, entry.params, own)
        return runtime.answer(
            entry, effect, lambda e: _answer(runtime, description, e), throttled=_too_many
        )

    return wire


def _description() -> dict[str, Any]:
    """The messages are those of Tomcat's page (Expensify/Integrations, expensify_export.sh)."""
    text = request.form.get("requestJobDescription")
    if text is None:
        raise PageError(500, "requestJobDescription")
    try:
        description = json.loads(text)
    except ValueError:
        raise PageError(500, "JSONObject") from None
    if not isinstance(description, dict):
        raise PageError(500, "JSONObject")
    return description


def _command(job: dict[str, Any]) -> str:
    settings = job.get("inputSettings")
    kind = settings.get("type") if isinstance(settings, dict) else None
    return "/".join(str(part) for part in (job.get("type"), kind) if part)


def _params(job: dict[str, Any]) -> dict[str, Any]:
    """The job without its credentials; what it asks for is also at the top, for faults to match."""
    settings = job.get("inputSettings")
    inner = dict(settings) if isinstance(settings, dict) else {}
    filters = inner.get("filters")
    return {**without_secrets(job), **inner, **(filters if isinstance(filters, dict) else {})}


def _answer(runtime: Runtime, job: dict[str, Any], effect: Effect) -> Response:
    try:
        with runtime.moment() as now:
            owner = runtime.jobs.authenticate(job)
            if not runtime.limiter.admit(owner, now):
                return _too_many()
            return _run(runtime, job, owner, effect)
    except JobError as error:
        return _json(error.body)
    except PageError as error:
        return page(error.status, str(error))


def _run(runtime: Runtime, job: dict[str, Any], owner: str, effect: Effect) -> Response:
    if code := effect.specific.get("responseCode"):
        raise JobError(int(code), "Fault")
    jobs = runtime.jobs
    match _command(job):
        case "file/combinedReportData":
            late = float(effect.specific.get("render_seconds", 0))
            name = jobs.export(job, request.form.get("template"), owner, late)
            return Response(name, content_type=_TEXT)
        case "download":
            return _download(runtime, job, owner, effect)
        case "get/policy":
            return _json({**jobs.policies(job, owner), "responseCode": 200})
        case "get/policyList":
            return _json({**jobs.policy_list(job, owner), "responseCode": 200})
        case _:
            raise malformed("type")


def _download(runtime: Runtime, job: dict[str, Any], owner: str, effect: Effect) -> Response:
    not_ready = effect.specific.get("not_ready")
    text = runtime.jobs.download(job, owner)
    if text is None or not_ready == "envelope":
        return _json(FILE_NOT_FOUND)
    return Response("" if not_ready else text, content_type=_TEXT)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type=_TEXT)


def _too_many() -> Response:
    """'It may give status code 429' (Help, Expensify-API.md)."""
    return _json(TOO_MANY, status=429)
