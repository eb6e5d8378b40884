"""What a push would change: files against the table. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff

from pydantic import ValidationError

from operate.check import Checked
from operate.live import with_act_since
from operate.sheet import Sheet, canonical
from shared.adapters.table.keys import stack_settings_key
from shared.contracts.settings import StackSettings, WorkspaceSettings
from shared.domain.clock import Millis

STACK = stack_settings_key()["sk"]
_TENANTS = ("WS#", "ACCOUNT#", "KEY#")
"""What a push may remove. The kill switch may stand in no file, and another version may know more."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Settings in the table: `sk` says whose, `by` and `at` who wrote them, and when.

    `version` 0: written by hand. `raw` is the body as it is stored, text or not.
    """

    sk: str
    body: str
    version: int = 0
    by: str = ""
    at: Millis = 0
    raw: object = None


@dataclass(frozen=True, slots=True)
class Change:
    """`before` None: new. `body` None: to be removed. `live`: the workspace goes live by it."""

    sk: str
    before: Stored | None
    body: str | None
    live: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`gone`: in the table, no longer in files, and to stay. `kept_off`: see `_turns_on`."""

    changes: tuple[Change, ...] = ()
    gone: tuple[str, ...] = ()
    kept_off: bool = False


def plan(checked: Checked, stored: Iterable[Stored], *, prune: bool, now: Millis) -> Plan:
    """Nothing is removed while a file is broken: it may be about the very thing."""
    there = {each.sk: each for each in stored}
    changes = (_change(sheet, there.get(sheet.names), now) for sheet in checked.good)
    wanted = tuple(change for change in changes if not _same(change))
    kept_off = any(_turns_on(change) for change in wanted)
    writes = tuple(change for change in wanted if not _turns_on(change))
    tenants = (sk for sk in sorted(there) if sk.startswith(_TENANTS))
    gone = tuple(sk for sk in tenants if sk not in checked.named)
    if prune and not checked.problems:
        return Plan((*writes, *(Change(sk, there[sk], None) for sk in gone)), (), kept_off)
    return Plan(writes, gone, kept_off)


def difference(change: Change) -> str:
    """Unified, field by field; the fields in alphabetical order on both sides."""
    before, after = change.before, change.body
    number = before.version if before else 0
    lines = unified_diff(
        _readable(before.body) if before else [],
        after.splitlines() if after is not None else [],
        f"{change.sk}, version {number}" if before else "(new)",
        "(removed)" if after is None else f"{change.sk}, from file",
        lineterm="",
    )
    return "\n".join(lines)


def _change(sheet: Sheet, before: Stored | None, now: Millis) -> Change:
    if not isinstance(sheet.settings, WorkspaceSettings):
        return Change(sheet.names, before, sheet.body)
    body, live = with_act_since(sheet.body, before.body if before else None, now)
    return Change(sheet.names, before, body, live)


def _same(change: Change) -> bool:
    before, body = change.before, change.body or ""
    return before is not None and _readable(before.body) == body.splitlines()


def _readable(body: str) -> list[str]:
    """What isn't JSON is shown as it stands."""
    try:
        return canonical(json.loads(body)).splitlines()
    except ValueError:
        return body.splitlines()


def _turns_on(change: Change) -> bool:
    """A push, which may run by itself, never undoes a kill switch that somebody has thrown."""
    if change.sk != STACK or change.before is None or change.body is None:
        return False
    return _acts(change.body) and not _acts(change.before.body)


def _acts(body: str) -> bool:
    """As the functions read it: a switch that nobody can read is off."""
    try:
        return StackSettings.model_validate_json(body).acts == "on"
    except ValidationError:
        return False
