"""Files of the webhook's keys: checked, planned and pushed like the others."""

from typing import Any

import pytest

from operate.__main__ import main
from operate.check import Checked
from operate.plan import Stored, plan
from operate.sheet import sheet_of
from shared.contracts.settings import WebhookKeySettings
from tests.builders import NOW, WS
from tests.operate.cloud import Cloud
from tests.operate.conftest import Folder
from tests.operate.kit import ACCOUNT, account, checked, file, told, without_none, workspace


def key(**more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "version": 1,
        "key_id": "acme-bridge",
        "secret": "export-remediation/webhook",
        "workspaces": [WS],
        "accounts": ["1234567-sb1"],
    }
    return without_none({**values, **more})


def with_tenant(**more: Any) -> Checked:
    return checked(k=key(**more), w=workspace(), a=account())


def test_a_file_with_a_key_id_is_about_a_key() -> None:
    """Its accounts in their one form."""
    sheet = sheet_of(file("any.json", key()))
    assert sheet.names == "KEY#acme-bridge"
    assert isinstance(sheet.settings, WebhookKeySettings)
    assert sheet.settings.accounts == (ACCOUNT,)
    assert told(with_tenant()) == []


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"key_id": "Acme"}, "key_id"),
        ({"key_id": "a b"}, "key_id"),
        ({"key_id": None}, "workspaces"),
        ({"secret": None}, "secret"),
        ({"secret": "no good name!"}, "secret"),
        ({"secret": "export-remediation/acme"}, "secret"),
        ({"secret": "export-remediation/webhooks"}, "secret"),
        ({"secret": "export-remediation/webhook/"}, "secret"),
        ({"workspaces": [], "accounts": []}, "workspaces"),
        ({"workspaces": ["a#b"]}, "workspaces.0"),
        ({"accounts": ["evil.example/"]}, "accounts.0"),
        ({"colour": 1}, "colour"),
    ],
)
def test_what_is_wrong_with_a_key_is_told(more: dict[str, Any], where: str) -> None:
    """With the field."""
    problems = with_tenant(**more).problems
    assert where in {problem.where for problem in problems}


@pytest.mark.parametrize(
    "secret", ["webhook", "export-remediation/webhook", "a/b/webhook/acme", "webhook/acme"]
)
def test_the_webhooks_own_secrets_are_good(secret: str) -> None:
    """Those that its role can read."""
    assert told(with_tenant(secret=secret)) == []


def test_whom_a_key_speaks_for_has_a_file() -> None:
    """A mistyped id would refuse every delivery."""
    problems = told(with_tenant(workspaces=[WS, "OTHER"], accounts=["7654321", ACCOUNT]))
    assert problems == [
        "k.json: accounts.0: no file is about this NetSuite account",
        "k.json: workspaces.1: no file is about this workspace",
    ]


def test_a_key_that_is_in_no_file_any_more_is_named_and_may_be_removed() -> None:
    """It goes on opening its door until then."""
    stored = [Stored("KEY#old", "{}")]
    nothing = checked(w=workspace(), a=account())
    assert plan(nothing, stored, prune=False, now=NOW).gone == ("KEY#old",)
    assert plan(nothing, stored, prune=True, now=NOW).changes[-1].sk == "KEY#old"


def test_a_pushed_key_holds_at_once(cloud: Cloud, folder: Folder) -> None:
    """It needs no look: each delivery reads it anew."""
    folder.write(key=key(), acme=workspace(), netsuite=account())
    assert main(["push", "--dir", str(folder.path), *cloud.where, "--yes"]) == 0
    found = cloud.settings.webhook_key("acme-bridge")
    assert found is not None
    assert (found.workspaces, found.accounts) == ((WS,), (ACCOUNT,))
