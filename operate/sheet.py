"""One settings file, as far as it can be understood."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from operate.files import File
from operate.problem import Problem, problems_of
from operate.sanity import sanity
from shared.adapters.table.keys import (
    account_settings_key,
    stack_settings_key,
    webhook_key_settings_key,
    workspace_settings_key,
)
from shared.contracts.account import one_form
from shared.contracts.settings import (
    AccountSettings,
    StackSettings,
    WebhookKeySettings,
    WorkspaceSettings,
)

type AnySettings = WorkspaceSettings | AccountSettings | WebhookKeySettings | StackSettings

STACK_FILE = "stack.json"
_OF_WORKSPACE = frozenset(WorkspaceSettings.model_fields) - frozenset(AccountSettings.model_fields)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`names`: the sort key of what it is about, empty if not even that can be told.

    `settings` and `body`, what the table is to hold, are there if there are no problems.
    """

    file: str
    names: str = ""
    settings: AnySettings | None = None
    body: str = ""
    problems: tuple[Problem, ...] = ()


class _BrokenJsonError(ValueError):
    """JSON that has no one meaning."""


def sheet_of(file: File) -> Sheet:
    try:
        content = _content(file.content)
    except (ValueError, RecursionError) as error:
        return Sheet(file.name, problems=(Problem(file.name, "", _broken(error)),))
    content.pop("$schema", None)
    model, names = _about(file.name, content)
    body = canonical(content)
    try:
        # From JSON text, as the functions will read it.
        settings = model.model_validate_json(body)
    except ValidationError as error:
        return Sheet(file.name, names, problems=tuple(problems_of(file.name, error, model)))
    insane = tuple(Problem(file.name, where, what) for where, what in sanity(settings))
    return Sheet(file.name, names, settings, body, insane)


def canonical(content: object) -> str:
    """The same for contents that mean the same, and readable in the console."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)


def _content(raw: bytes) -> dict[str, Any]:
    """Raises ValueError."""
    content = json.loads(
        raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number
    )
    if not isinstance(content, dict):
        raise _BrokenJsonError("must be one object, in braces")
    # Half a character, written as an escape, is valid JSON and no text.
    canonical(content).encode()
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets the last of two equal names win, which nobody means."""
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _BrokenJsonError(f"'{twice[0]}' is given twice")
    return dict(pairs)


def _no_number(_name: str) -> None:
    raise _BrokenJsonError("NaN and Infinity are no numbers of JSON")


def _broken(error: ValueError | RecursionError) -> str:
    match error:
        case json.JSONDecodeError():
            return f"no JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        case UnicodeError():
            return "no UTF-8 text"
        case RecursionError():
            return "nested too deep"
        case _:
            return str(error)


def _about(file: str, content: dict[str, Any]) -> tuple[type[AnySettings], str]:
    """By the name for the stack, else by the fields that only a key or only a workspace has."""
    if PurePath(file).name == STACK_FILE:
        return StackSettings, stack_settings_key()["sk"]
    if "key_id" in content:
        return WebhookKeySettings, _key(content["key_id"], webhook_key_settings_key)
    if content.keys() & _OF_WORKSPACE:
        return WorkspaceSettings, _key(content.get("workspace_id"), workspace_settings_key)
    return AccountSettings, _key(_one_form(content.get("account_id")), account_settings_key)


def _one_form(account_id: object) -> object:
    """As `AccountSettings` has it, which can't be asked about a broken file."""
    return one_form(account_id) if isinstance(account_id, str) else None


def _key(value: object, key: Callable[[str], dict[str, str]]) -> str:
    return key(value)["sk"] if isinstance(value, str) and value else ""
