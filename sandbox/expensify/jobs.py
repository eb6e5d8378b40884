"""The jobs of the Integration Server (Reference; expensify-rs for what its answers really are)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.expensify import freemarker, labels
from sandbox.expensify.backend import Backend
from sandbox.expensify.errors import JobError, PageError, bad_credentials, malformed, missing
from sandbox.expensify.report_model import template_model
from sandbox.expensify.selection import select
from sandbox.expensify.times import day
from sandbox.expensify.world import Workspace

_EXTENSIONS = frozenset({"csv", "xls", "xlsx", "txt", "pdf", "json", "xml"})


@dataclass(frozen=True, slots=True)
class File:
    owner: str
    text: str
    ready_at: float


class Jobs:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._files: dict[str, File] = {}

    def clear(self) -> None:
        self._files.clear()

    def authenticate(self, job: Mapping[str, Any]) -> str:
        """The credential's id. Raises JobError 401."""
        given = job.get("credentials")
        if not isinstance(given, dict):
            raise missing("credentials")
        for workspace in self._backend.workspaces.values():
            partner = workspace.partner
            if partner and given == {
                "partnerUserID": partner.user_id,
                "partnerUserSecret": partner.user_secret,
            }:
                return partner.user_id
        raise bad_credentials()

    def export(self, job: Mapping[str, Any], template: str | None, owner: str, late: float) -> str:
        """The bare file name. The template is filled in with what there is now."""
        settings, now = _settings(job), self._backend.clock()
        name = _file_name(job)
        if "returnRandomFileName" not in _immediate_response(job):
            raise malformed("immediateResponse")
        if not template:
            raise missing("template")
        mine = {workspace.id for workspace in self._workspaces(owner)}
        visible = [r for r in self._backend.reports.values() if r.workspace_id in mine]
        chosen = select(settings, visible, day(now))
        models = [template_model(r, self._backend.workspace(r.workspace_id)) for r in chosen]
        text = _render(template, models)
        for label in _marks(job):
            for report in chosen:
                report.marks.add(label)
        self._files[name] = File(owner, text, now + self._backend.world.render_seconds + late)
        return name

    def download(self, job: Mapping[str, Any], owner: str) -> str | None:
        """None: no such file of this credential. Empty: not ready (*unverified*, expensify-rs)."""
        name = job.get("fileName")
        if not name:
            raise missing("fileName")
        file = self._files.get(str(name))
        if file is None or file.owner != owner:
            return None
        return file.text if self._backend.clock() >= file.ready_at else ""

    def policies(self, job: Mapping[str, Any], owner: str) -> dict[str, Any]:
        settings = _settings(job)
        wanted = settings.get("policyIDList")
        if not wanted:
            raise missing("policyIDList")
        if not isinstance(wanted, list):
            raise malformed("policyIDList")
        mine = {workspace.id: workspace for workspace in self._workspaces(owner)}
        if unknown := [id_ for id_ in wanted if id_ not in mine]:
            # Code: Reference. Text unverified.
            raise JobError(404, f"Policy {unknown[0]} not found")
        fields = settings.get("fields") or []
        return {"policyInfo": {id_: self._policy(mine[id_], fields) for id_ in wanted}}

    def policy_list(self, job: Mapping[str, Any], owner: str) -> dict[str, Any]:
        _settings(job)
        return {
            "policyList": [
                {
                    "id": workspace.id,
                    "name": workspace.name,
                    "owner": workspace.owner,
                    "role": "admin",
                    "type": "corporate",
                    "outputCurrency": workspace.output_currency,
                }
                for workspace in self._workspaces(owner)
            ]
        }

    def _workspaces(self, owner: str) -> list[Workspace]:
        every = self._backend.workspaces.values()
        return [w for w in every if w.partner and w.partner.user_id == owner]

    def _policy(self, workspace: Workspace, fields: list[str]) -> dict[str, Any]:
        sections = {
            "categories": [],
            "reportFields": [],
            "tags": self._tags(workspace),
            "tax": {},
        }
        return {name: value for name, value in sections.items() if name in fields}

    def _tags(self, workspace: Workspace) -> list[dict[str, Any]]:
        """A flat list, or a list of levels (Reference). That an inactive project's tag is kept
        and disabled is *unverified*.
        """
        tags = [
            {
                "name": labels.escape(labels.spell(project, workspace)),
                "glCode": "",
                "enabled": project.accepts_expenses,
            }
            for project in self._backend.connections[workspace.id].snapshot or ()
        ]
        if workspace.tag_levels is None:
            return tags
        *above, last = workspace.tag_levels
        return [*({"name": name, "tags": []} for name in above), {"name": last, "tags": tags}]


def _settings(job: Mapping[str, Any]) -> dict[str, Any]:
    settings = job.get("inputSettings")
    if not isinstance(settings, dict):
        raise missing("inputSettings")
    return settings


def _immediate_response(job: Mapping[str, Any]) -> list[str]:
    received = job.get("onReceive")
    if not isinstance(received, dict):
        raise missing("onReceive")
    return received.get("immediateResponse") or []


def _file_name(job: Mapping[str, Any]) -> str:
    output = job.get("outputSettings")
    extension = output.get("fileExtension") if isinstance(output, dict) else None
    if extension not in _EXTENSIONS or not isinstance(output, dict):
        raise malformed("fileExtension")
    return f"{output.get('fileBasename') or 'export'}{uuid.uuid4()}.{extension}"


def _render(template: str, reports: list[dict[str, Any]]) -> str:
    """Where Expensify tells of a broken template is *unverified*: here at once."""
    try:
        return freemarker.render(template, {"reports": reports, "addHeader": False})
    except freemarker.TemplateError as error:
        raise PageError(500, f"Template error: {error}") from error


def _marks(job: Mapping[str, Any]) -> list[str]:
    """``onFinish`` runs when the job succeeds; ``test`` skips it (Reference)."""
    if str(job.get("test", "")).lower() == "true":
        return []
    actions = job.get("onFinish") or []
    return [str(a.get("label", "")) for a in actions if a.get("actionName") == "markAsExported"]
