"""JSON Schemas of the settings files: the contracts, with what each field means to an operator."""

from typing import Any

from pydantic import BaseModel

from shared.contracts.settings import (
    AccountSettings,
    StackSettings,
    WebhookKeySettings,
    WorkspaceSettings,
)
from shared.domain.clock import SECOND, Millis
from shared.domain.rules import Rules

FILES: dict[str, type[BaseModel]] = {
    "workspace": WorkspaceSettings,
    "account": AccountSettings,
    "webhook-key": WebhookKeySettings,
    "stack": StackSettings,
}

WORDS: dict[str, dict[str, str]] = {
    "WorkspaceSettings": {
        "version": "The form of this file: 1.",
        "workspace_id": "The Expensify workspace's id (policy id), from the address of its page.",
        "name": "What people call the workspace; mails do, too.",
        "account_id": "The NetSuite account that the workspace exports to; it has a file of its own.",
        "mode": (
            "observe: read and record what would have been. assist: tell people what to do, the "
            "sync and the export too. auto: sync and export by ourselves once a project is fixed."
        ),
        "people": "Whom the workspace's notices go to.",
        "expensify": "How we log in to Expensify.",
        "subsidiary": "NetSuite subsidiary whose project is meant where several have the same name.",
        "detect": "on: Expensify is searched for failures; off: only events tell of them.",
        "timing": "Waits, in seconds. Leave out what need not differ from the default.",
        "mails": "How many mails a person gets, and when.",
        "act_since": (
            "Cases opened before this moment (milliseconds since 1970) wait for `make release`. "
            "Leave it out: the push that makes the workspace act sets it; 0 holds nothing back."
        ),
    },
    "AccountSettings": {
        "version": "The form of this file: 1.",
        "account_id": "The NetSuite account id, such as 1234567, or 1234567_SB1 for a sandbox.",
        "secret": "Name of the secret in Secrets Manager that holds the NetSuite login.",
        "api_url": "Only for tests: where the REST API is, instead of NetSuite's own address.",
        "app_url": "Only for tests: where project pages are, instead of NetSuite's own address.",
        "timing": "Waits, in seconds. Leave out what need not differ from the default.",
    },
    "WebhookKeySettings": {
        "version": "The form of this file: 1.",
        "key_id": "The end of the address that its holder delivers to; small letters, digits, hyphens.",
        "secret": "Name of the secret that holds its secrets; ends in /webhook or /webhook/ and a name.",
        "workspaces": "Expensify workspaces that its holder may speak for.",
        "accounts": "NetSuite accounts that its holder may speak for.",
    },
    "StackSettings": {
        "version": "The form of this file: 1.",
        "acts": "The kill switch: off stops every sync and export of every workspace.",
    },
    "Addresses": {
        "netsuite_admins": "Who can reactivate projects in NetSuite.",
        "workspace_admins": "Who administers the workspace in Expensify.",
        "retag_by": "Who may change the project of an expense on an approved report.",
        "allowed_domains": "Nobody outside these domains is ever written to.",
    },
    "Mails": {
        "per_day": "The most mails that one person gets in a day; the last is a digest of the rest.",
        "working_days": "The days on which reminders fall due: 1 is Monday, 7 is Sunday.",
        "utc_offset": "How far the workspace's clocks are ahead of UTC: where its days begin.",
    },
    "ExpensifySettings": {
        "secret": "Name of the secret in Secrets Manager that holds the Expensify logins.",
        "integration_url": "Only for tests: where the Integration Server is.",
        "app_url": "Only for tests: where the app's API is.",
        "app_version": "What we say the app's version is; a newer one, once Expensify refuses it.",
        "app_partner": "The app's partner name, should Expensify change it.",
        "web_url": "Only for tests: where reports are shown; links in mails begin so.",
        "project_tag_level": "Which level of a multi-level tag is the project; else all of it is.",
        "project_in": "Where Expensify keeps the project: on each expense, or once per report.",
        "project_field": "Name of the report field that is the project, so that we can read it.",
        "requests_per_10s": "Less than Expensify's limit where another tool uses the same login.",
        "requests_per_60s": "The same for a minute.",
        "exports_as": "What reports become in NetSuite; journal entries carry no project.",
    },
    "Timing": {
        "watch_every": "How often NetSuite is asked about blocked projects.",
        "wanted_for": "How long a label is watched after it was last wanted.",
        "sync_spacing": "The least time between two syncs of ours.",
        "sync_poll": "How often a running sync is looked at.",
        "sync_ask_again": "A sync that has not ended by then is asked for once more.",
        "sync_give_up": "A sync that has not ended by then is a person's matter.",
        "auto_export_grace": "How long Expensify may export by itself after a sync.",
        "gap": "The least time between two looks, so that a storm is one look.",
        "read_fresh": "How old a read may be on which an export is decided.",
        "reread_waiting": "How often a waiting report is read.",
        "reread_person": "How often a report is read that waits for a person.",
        "absent_gap": "How far apart two reads must be that miss a report, until it is gone.",
        "unverified_after": "An export without evidence by then is unverified.",
        "settle": "How long evidence of an export may take; then it is a person's matter.",
        "person_after": "How long an export said to exist may lack evidence.",
        "submitter_after": "How much later submitters hear of a project on which many wait.",
        "mail_day": "Only for tests: how long the day is in which mails are counted.",
        "reminders": "When a person is reminded, in working time since the first mail.",
        "reread_asked": "How soon a report is read after people were asked to export it; then later.",
        "ask_again": "In assist: how long reports gather that are fixed after their project's mail.",
        "detect_fresh": "How often reports are searched that were approved in the last 7 days.",
        "detect_recent": "The same of 35 days.",
        "detect_old": "The same of 400 days.",
        "circuit": "Waits after failed calls, one after another; the last repeats.",
        "confirm": "When to read back an export, one wait after another.",
        "paused": "When to look again at a report that isn't approved, one wait after another.",
    },
}

_MORE: dict[tuple[str, str], dict[str, Any]] = {
    ("WorkspaceSettings", "account_id"): {"pattern": "^[A-Za-z0-9]+([_-][A-Za-z0-9]+)?$"},
    ("WebhookKeySettings", "accounts"): {
        "items": {"type": "string", "pattern": "^[A-Za-z0-9]+([_-][A-Za-z0-9]+)?$"}
    },
    ("AccountSettings", "account_id"): {"pattern": "^[A-Za-z0-9]+([_-][A-Za-z0-9]+)?$"},
}
"""What the contracts check in code."""


def schemas() -> dict[str, dict[str, Any]]:
    """By kind of file."""
    return {kind: _schema(model) for kind, model in FILES.items()}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object":
            _explain(part)
    dialect = {"type": "string", "description": "Where this schema is, for your editor."}
    schema["properties"] = {"$schema": dialect, **schema["properties"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _explain(part: dict[str, Any]) -> None:
    """Titles only repeat the names; descriptions written for developers are replaced."""
    model = part.pop("title")
    part.pop("description", None)
    for name, field in part["properties"].items():
        field.pop("title", None)
        field |= {"description": WORDS[model][name], **_MORE.get((model, name), {})}
        if model == "Timing":
            field["default"] = _seconds(getattr(Rules(), name))


def _seconds(wait: Millis | tuple[Millis, ...]) -> float | list[float]:
    if isinstance(wait, tuple):
        return [each / SECOND for each in wait]
    return wait / SECOND
