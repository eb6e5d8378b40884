"""For people who play with the sandbox: the accounts, and a project with its buttons.

The address is NetSuite's own for a project, so that a link made for the real one works here.
"""

from flask import Blueprint, Response, abort, render_template, request

from sandbox.netsuite.backend import Backend, UnknownError
from sandbox.netsuite.routes import find_account

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"


def blueprint(backend: Backend) -> Blueprint:
    routes = Blueprint("pages", __name__, template_folder="templates")

    @routes.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    @routes.get("/")
    def index() -> str:
        accounts = [(account, backend.jobs(account.id)) for account in backend.accounts()]
        return render_template("index.html", accounts=accounts)

    @routes.get("/<slug>/app/accounting/project/project.nl")
    def project(slug: str) -> str:
        account = find_account(backend, slug)
        try:
            job = backend.job(account.id, request.args.get("id", ""))
        except UnknownError:
            abort(404)
        status = account.statuses.get(job.project.entity_status or "", "")
        return render_template("project.html", account=account, project=job.project, status=status)

    return routes
