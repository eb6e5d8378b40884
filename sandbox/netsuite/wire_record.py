"""``GET`` and ``PATCH /services/rest/record/v1/job/{id}``; see ``record.py`` for the sources.

A PATCH answers 204 without a body, and its Location is the record. A misspelt property is a
warning unless ``X-NetSuite-PropertyNameValidation: error`` (Oracle section_156570709583); the
warning's response header has no public name, so none is sent.
"""

from flask import Blueprint, Response, request

from sandbox.netsuite import errors, record
from sandbox.netsuite.backend import Backend, Stored, UnknownError
from sandbox.netsuite.gate import answer, effect_value, is_on
from sandbox.netsuite.routes import authorized_account, base_url
from sandbox.netsuite.world import Account, is_record_id

_PATH = "/services/rest/record/v1/job"
_QUEUE = "/services/rest/async/v1/job/1"
_MEDIA = "application/vnd.oracle.resource+json; type=singular"


def blueprint(backend: Backend) -> Blueprint:
    routes = Blueprint("record", __name__)

    @routes.get(f"/<slug>{_PATH}/<record_id>")
    def read(slug: str, record_id: str) -> Response:
        account, job = _found(backend, slug, record_id)
        body = record.job_json(job, account, _url(slug, record_id))
        fields = request.args.get("fields")
        return answer(body if fields is None else record.only(body, fields.split(",")), _MEDIA)

    @routes.patch(f"/<slug>{_PATH}/<record_id>")
    def update(slug: str, record_id: str) -> Response:
        account, job = _found(backend, slug, record_id)
        strict = request.headers.get("X-NetSuite-PropertyNameValidation", "").lower() == "error"
        changes = record.changes(_body(), account, backend, names_must_exist=strict)
        if is_on("script_refuses"):
            raise errors.refused_by_script()
        if is_on("queued"):
            return Response(status=202, headers={"Location": f"{base_url(slug)}{_QUEUE}"})
        if changes:
            before = job.project.to_json()
            backend.change(account.id, record_id, before if is_on("script_undoes") else changes)
        return Response(status=204, headers={"Location": _url(slug, record_id)})

    return routes


def _found(backend: Backend, slug: str, record_id: str) -> tuple[Account, Stored]:
    account = authorized_account(backend, slug)
    if is_on("no_permission"):
        raise errors.insufficient_permission()
    if not is_record_id(record_id):
        raise errors.invalid_id(record_id, f"{_PATH}/{record_id}")
    if record_id in (effect_value("restricted") or ()):
        raise errors.nonexistent_id()
    try:
        return account, backend.job(account.id, record_id)
    except UnknownError:
        raise errors.nonexistent_id() from None


def _body() -> dict[str, object]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise errors.malformed_request()
    return body


def _url(slug: str, record_id: str) -> str:
    return f"{base_url(slug)}{_PATH}/{record_id}"
