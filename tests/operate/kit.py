"""Settings files, as an operator writes them."""

import json
from typing import Any

from operate.check import Checked, check
from operate.files import File
from tests.builders import ADMIN, WS, WS_ADMIN

ACCOUNT = "1234567_SB1"


def workspace(workspace_id: str = WS, **more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "version": 1,
        "workspace_id": workspace_id,
        "name": "Acme",
        "account_id": ACCOUNT,
        "mode": "auto",
        "people": people(),
        "expensify": {"secret": "export-remediation/acme"},
    }
    return without_none({**values, **more})


def people(**more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "netsuite_admins": [ADMIN],
        "workspace_admins": [WS_ADMIN],
        "allowed_domains": ["acme.example"],
    }
    return without_none({**values, **more})


def account(account_id: str = ACCOUNT, **more: Any) -> dict[str, Any]:
    values = {"version": 1, "account_id": account_id, "secret": "export-remediation/acme"}
    return without_none({**values, **more})


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def file(name: str, content: Any) -> File:
    """Text is taken as it is, anything else written as JSON."""
    text = content if isinstance(content, str) else json.dumps(content)
    return File(name, text.encode())


def checked(**contents: Any) -> Checked:
    """Files by name, without their ending."""
    return check(file(f"{name}.json", content) for name, content in contents.items())


def told(of: Checked) -> list[str]:
    return [str(problem) for problem in of.problems]
