"""A page for people who want to play: workspaces, reports, and the buttons that a person has."""

from flask import Blueprint, render_template

from sandbox.expensify.runtime import Runtime
from sandbox.expensify.wire_control import posting_json, report_json, workspace_json


def blueprint(runtime: Runtime) -> Blueprint:
    wire = Blueprint("view", __name__)

    @wire.get("/")
    def index() -> str:
        backend = runtime.backend
        with runtime.moment():
            return render_template(
                "index.html",
                workspaces=[workspace_json(backend, id_) for id_ in backend.workspaces],
                reports=[report_json(report) for report in backend.reports.values()],
                postings=[posting_json(posting) for posting in backend.postings],
            )

    return wire
