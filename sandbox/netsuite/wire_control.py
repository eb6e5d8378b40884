"""The control surface: loopback only, no authentication, and no part of NetSuite.

- ``GET /_control/health``, ``GET /_control/journal?account=`` (its form in paths), ``POST
  /_control/reset`` (projects as loaded, no faults, journal empty; tokens and public keys stay)
- ``GET /_control/accounts/{id}``: the most requests, those for a token included, that were at work
  at the same time since the start or the last reset
- ``GET``, ``PUT /_control/faults``: see ``gate.py``
- ``GET /_control/projects?account=``, ``GET``, ``PUT /_control/projects/{id}?account=``: a PUT
  changes what its JSON body names, and creates what isn't there; the account may be left out
  where only one can be meant
- ``PUT /_control/projects?account=``: changes what its JSON body names in every project of the
  account at once, as a mass update does
- ``POST /_control/projects/{id}?account=``: the same from a form, for the page's buttons
- ``DELETE /_control/projects/{id}?account=``: gone, as after a merge
- ``PUT /_control/accounts/{id}/customers/{id}``: a customer that projects point to, in part
- ``GET /_control/accounts/{id}/transactions``; ``PUT`` and ``DELETE`` of ``.../transactions/{id}``:
  what Expensify, or anybody, writes or deletes
- ``PUT /_control/accounts/{id}/public-key``: PEM text of a new certificate; ``DELETE``: the mapping
  is gone, as after a sandbox refresh; ``POST /_control/accounts/{id}/revoke`` with ``certificate`` or
  ``tokens`` as its body: an administrator revoked it, or them
"""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox.netsuite.assertion import check_public_key
from sandbox.netsuite.backend import Backend, Stored, UnknownError
from sandbox.netsuite.gate import Gate
from sandbox.netsuite.journal import Journal
from sandbox.netsuite.world import Account, Transaction

_FORM_FLAGS = ("isInactive", "allowExpenses")


def blueprint(backend: Backend, gate: Gate, journal: Journal) -> Blueprint:
    routes = Blueprint("control", __name__, url_prefix="/_control")
    routes.register_error_handler(UnknownError, lambda error: _wrong(404, error))
    routes.register_error_handler(ValueError, lambda error: _wrong(400, error))

    @routes.get("/health")
    def health() -> Response:
        return jsonify(ok=True)

    @routes.get("/journal")
    def read_journal() -> Response:
        account = request.args.get("account")
        return jsonify([e for e in journal.to_json() if account in {None, e["account"]}])

    @routes.route("/faults", methods=["GET", "PUT"])
    def faults() -> Response:
        if request.method == "PUT":
            gate.set_faults(request.get_json(force=True), request.args.get("of"))
        return jsonify(gate.faults.to_json())

    @routes.post("/reset")
    def reset() -> Response:
        backend.reset()
        gate.set_faults([])
        journal.clear()
        return jsonify(ok=True)

    @routes.get("/accounts/<name>")
    def account(name: str) -> Response:
        account_id = backend.account(name).id
        return jsonify(id=account_id, mostAtWork=backend.most_at_work(account_id))

    _add_logins(routes, backend)
    _add_projects(routes, backend)
    return routes


def _add_logins(routes: Blueprint, backend: Backend) -> None:
    revoke = {"certificate": backend.revoke_certificate, "tokens": backend.revoke_tokens}

    @routes.put("/accounts/<name>/public-key")
    def public_key(name: str) -> Response:
        pem = check_public_key(request.get_data(as_text=True))
        backend.set_public_key(backend.account(name).id, pem)
        return jsonify(ok=True)

    @routes.delete("/accounts/<name>/public-key")
    def forget(name: str) -> Response:
        backend.forget_certificate(backend.account(name).id)
        return jsonify(ok=True)

    @routes.post("/accounts/<name>/revoke")
    def revoked(name: str) -> Response:
        what = request.get_data(as_text=True)
        if what not in revoke:
            abort(400, "the body must be 'certificate' or 'tokens'")
        revoke[what](backend.account(name).id)
        return jsonify(ok=True)


def _add_projects(routes: Blueprint, backend: Backend) -> None:
    @routes.get("/projects")
    def projects() -> Response:
        name = request.args.get("account")
        accounts = backend.accounts() if name is None else [backend.account(name)]
        return jsonify([_json(a, job) for a in accounts for job in backend.jobs(a.id)])

    @routes.put("/projects")
    def put_all() -> Response:
        account, values = backend.account(request.args["account"]), _object()
        jobs = [backend.change(account.id, j.project.id, values) for j in backend.jobs(account.id)]
        return jsonify(changed=len(jobs))

    @routes.get("/projects/<project_id>")
    def project(project_id: str) -> Response:
        account = _account(backend, project_id, request.args)
        return jsonify(_json(account, backend.job(account.id, project_id)))

    @routes.put("/projects/<project_id>")
    def put_project(project_id: str) -> Response:
        body = _object()
        account = _account(backend, project_id, {**request.args, **body})
        values = {key: value for key, value in body.items() if key not in {"account", "id"}}
        return jsonify(_json(account, _put(backend, account, project_id, values)))

    @routes.delete("/projects/<project_id>")
    def delete_project(project_id: str) -> Response:
        account = _account(backend, project_id, request.args)
        backend.delete(account.id, project_id)
        return jsonify(ok=True)

    @routes.post("/projects/<project_id>")
    def press_button(project_id: str) -> BaseResponse:
        account = _account(backend, project_id, request.args)
        values = {key: request.form[key] for key in _FORM_FLAGS if key in request.form}
        backend.change(account.id, project_id, values)
        page = f"/{account.slug}/app/accounting/project/project.nl?id={project_id}"
        return redirect(page, code=303)

    _add_customers(routes, backend)
    _add_transactions(routes, backend)


def _add_transactions(routes: Blueprint, backend: Backend) -> None:
    @routes.get("/accounts/<name>/transactions")
    def transactions(name: str) -> Response:
        account = backend.account(name)
        return jsonify([t.to_json() for t in backend.transactions(account.id)])

    @routes.route("/accounts/<name>/transactions/<transaction_id>", methods=["PUT", "DELETE"])
    def transaction(name: str, transaction_id: str) -> Response:
        account = backend.account(name)
        if request.method == "DELETE":
            backend.delete_transaction(account.id, transaction_id)
            return jsonify(ok=True)
        written = Transaction.model_validate({**_object(), "id": transaction_id})
        backend.put_transaction(account.id, written)
        return jsonify(written.to_json())


def _add_customers(routes: Blueprint, backend: Backend) -> None:
    @routes.put("/accounts/<name>/customers/<customer_id>")
    def put_customer(name: str, customer_id: str) -> Response:
        changes, account = _object(), backend.account(name)
        return jsonify(backend.change_customer(account.id, customer_id, changes).to_json())


def _object() -> dict[str, object]:
    """The request's body."""
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        abort(400, "the body must be a JSON object")
    return body


def _put(
    backend: Backend, account: Account, project_id: str, values: Mapping[str, object]
) -> Stored:
    try:
        return backend.change(account.id, project_id, values)
    except UnknownError:
        return backend.create(account.id, project_id, values)


def _account(backend: Backend, project_id: str, given: Mapping[str, object]) -> Account:
    name = given.get("account")
    return backend.account_of(project_id) if name is None else backend.account(str(name))


def _json(account: Account, job: Stored) -> dict[str, object]:
    return {"account": account.id, **job.project.to_json()}


def _wrong(status: int, error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), status
