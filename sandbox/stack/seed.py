"""Puts the tenants' settings and secrets of a world into a fresh stack."""

import json
import time
from typing import Any

import boto3

from sandbox.stack.stack import Stack, World
from shared.adapters.table import TableRows
from shared.contracts.settings import AccountSettings, WebhookKeySettings, WorkspaceSettings
from shared.ports import Reconciler

SECRET = "export-remediation/sandbox"
WEBHOOK_SECRET = "export-remediation/webhook/sandbox"


def seed(stack: Stack, world: World) -> None:
    """Called once, after the deployment and before the first sweep.

    A workspace with `settingsLater` gets no settings, as if its operator had forgotten it; one with
    `actSince` leaves alone what is older (milliseconds since 1970).
    Every tenant of the world shares one secret per workspace, named after it.
    """
    table = boto3.resource("dynamodb", **stack.aws).Table(stack.table)
    now = time.time_ns() // 1_000_000
    for account in world.get("accounts", []):
        settings = account_settings(stack, account, world)
        _put(table, f"ACCOUNT#{settings.account_id}", settings.model_dump_json(exclude_unset=True))
        _secret(stack, f"{SECRET}/{settings.account_id}", _netsuite_secret(stack, account))
    for workspace in world.get("workspaces", []):
        settings_of = workspace_settings(stack, workspace, world)
        if not workspace.get("settingsLater"):
            _put(table, f"WS#{workspace['id']}", settings_of.model_dump_json(exclude_unset=True))
            TableRows(table).pull(Reconciler.DETECT, settings_of.expensify.credential, now)
        _secret(stack, secret_of(workspace), _expensify_secret(workspace))
    keys = world.get("webhookKeys", [])
    for key in keys:
        named = _webhook_key(key)
        _put(table, f"KEY#{named.key_id}", named.model_dump_json(exclude_unset=True))
    if keys:
        _secret(stack, WEBHOOK_SECRET, {key["id"]: key["secrets"] for key in keys})


def account_settings(stack: Stack, account: dict[str, Any], world: World) -> AccountSettings:
    slug = str(account["id"]).lower().replace("_", "-")
    return AccountSettings.model_validate(
        {
            "version": 1,
            "account_id": account["id"],
            "secret": f"{SECRET}/{account['id']}",
            "api_url": f"{stack.netsuite}/{slug}",
            "app_url": f"{stack.netsuite}/{slug}",
            "timing": {**_service(world)["timing"], **_own_timing(world, account)},
            **({"reactivation": "on_approval"} if _opens(world, account) else {}),
        }
    )


def _opens(world: World, account: dict[str, Any]) -> bool:
    """`service.reactivation` names the accounts in which we may open what is approved."""
    return account["id"] in _service(world).get("reactivation", [])


def _own_timing(world: World, account: dict[str, Any]) -> dict[str, Any]:
    """`service.accountTiming`: by account id, what is other than for all."""
    timing: dict[str, Any] = _service(world).get("accountTiming", {}).get(account["id"], {})
    return timing


def workspace_settings(stack: Stack, workspace: dict[str, Any], world: World) -> WorkspaceSettings:
    service = _service(world)
    return WorkspaceSettings.model_validate(
        {
            "version": 1,
            "workspace_id": workspace["id"],
            "name": workspace["name"],
            "account_id": workspace["account"],
            "mode": workspace.get("mode", "auto"),
            "people": workspace.get("people", service["people"]),
            "expensify": {
                "secret": secret_of(workspace),
                "integration_url": f"{stack.expensify}/Integration-Server/ExpensifyIntegrations",
                "app_url": f"{stack.expensify}/api/",
                "web_url": f"{stack.expensify}/",
                **_limits(world),
            },
            "timing": {**service["timing"], **workspace.get("timing", {})},
            "detect": workspace.get("detect", "on"),
            "act_since": workspace.get("actSince", 0),
            **({"mails": workspace["mails"]} if "mails" in workspace else {}),
            **({"second_export": workspace["secondExport"]} if "secondExport" in workspace else {}),
        }
    )


def _limits(world: World) -> dict[str, int]:
    """Of requests, if Expensify's differ here from the real one's."""
    limits = world.get("rateLimit", {})
    names = {"per10s": "requests_per_10s", "per60s": "requests_per_60s"}
    return {names[name]: limits[name] for name in limits}


def secret_of(workspace: dict[str, Any]) -> str:
    return f"{SECRET}/{workspace['id']}"


def _webhook_key(key: dict[str, Any]) -> WebhookKeySettings:
    whose = {name: key[name] for name in ("workspaces", "accounts") if name in key}
    return WebhookKeySettings.model_validate(
        {"version": 1, "key_id": key["id"], "secret": WEBHOOK_SECRET, **whose}
    )


def _service(world: World) -> dict[str, Any]:
    service: dict[str, Any] = world["service"]
    return service


def _netsuite_secret(stack: Stack, account: dict[str, Any]) -> dict[str, Any]:
    """Token-based where the world gives such keys, else OAuth 2.0."""
    if "consumer_key" in account:
        return {
            "netsuite": {
                "consumerKey": account["consumer_key"],
                "consumerSecret": account["consumer_secret"],
                "tokenId": account["token_id"],
                "tokenSecret": account["token_secret"],
            }
        }
    return {
        "netsuite": {
            "clientId": account["client_id"],
            "certificateId": account["certificate_id"],
            "privateKey": stack.private_key,
        }
    }


def _expensify_secret(workspace: dict[str, Any]) -> dict[str, Any]:
    """Whoever doesn't act, nor will (`actsLater`), needs no login to the app, so there is none."""
    partner = workspace["partner"]
    official = {
        "expensify": {
            "partnerUserID": partner["userId"],
            "partnerUserSecret": partner["userSecret"],
        }
    }
    acts = workspace.get("mode", "auto") == "auto" or workspace.get("actsLater", False)
    return {**official, "expensifyApp": workspace["app"]} if acts else official


def _put(table: Any, key: str, body: str) -> None:
    table.put_item(Item={"pk": "SETTINGS", "sk": key, "body": body, "version": 1})


def _secret(stack: Stack, name: str, content: dict[str, Any]) -> None:
    client = boto3.client("secretsmanager", **stack.aws)
    client.create_secret(Name=name, SecretString=json.dumps(content))
