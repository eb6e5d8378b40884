"""The tenants' settings, as JSON, and the events that no settings name a workspace for."""

from contextlib import suppress
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key as KeyIs
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.adapters.table.keys import (
    PARKED_FOR,
    SETTINGS,
    Key,
    account_settings_key,
    expiry,
    parked_key,
    parked_pk,
    stack_settings_key,
    webhook_key_settings_key,
    workspace_settings_key,
)
from shared.adapters.table.store import Store
from shared.contracts.settings import (
    AccountSettings,
    StackSettings,
    WebhookKeySettings,
    WorkspaceSettings,
)
from shared.domain.clock import Millis
from shared.errors import SettingsError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class TableSettings:
    """Read anew each time, so that a switch thrown is a switch thrown."""

    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def workspace(self, workspace_id: str) -> WorkspaceSettings | None:
        key = workspace_settings_key(workspace_id)
        body = self._body(key)
        if body is None:
            return None
        settings = _parsed(WorkspaceSettings, key, body)
        return _own(settings, settings.workspace_id == workspace_id, key)

    def all_workspaces(self) -> tuple[WorkspaceSettings, ...]:
        """All that can be read; whose can't be is told by whoever looks at that workspace."""
        where = KeyIs("pk").eq(SETTINGS) & KeyIs("sk").begins_with("WS#")
        found: list[WorkspaceSettings] = []
        for item in self._store.query(where, ConsistentRead=True):
            key = {"pk": SETTINGS, "sk": str(item["sk"])}
            with suppress(SettingsError):
                settings = _parsed(WorkspaceSettings, key, item.get("body", ""))
                own = key == workspace_settings_key(settings.workspace_id)
                found.append(_own(settings, own, key))
        return tuple(found)

    def account(self, account_id: str) -> AccountSettings:
        key = account_settings_key(account_id)
        body = self._body(key)
        if body is None:
            raise SettingsError(f"settings {key['sk']}: missing")
        settings = _parsed(AccountSettings, key, body)
        return _own(settings, settings.account_id == account_id, key)

    def webhook_key(self, key_id: str) -> WebhookKeySettings | None:
        key = webhook_key_settings_key(key_id)
        body = self._body(key)
        if body is None:
            return None
        settings = _parsed(WebhookKeySettings, key, body)
        return _own(settings, settings.key_id == key_id, key)

    def acts(self) -> bool:
        key = stack_settings_key()
        body = self._body(key)
        return body is None or _parsed(StackSettings, key, body).acts == "on"

    def park(self, workspace_id: str, event_id: str, body: str, now: Millis, since: Millis) -> None:
        times = {"ttl": expiry(now + PARKED_FOR), "since": since}
        self._store.put({**parked_key(workspace_id, event_id), "body": body, **times})

    def parked_events(self, workspace_id: str) -> int:
        where = KeyIs("pk").eq(parked_pk(workspace_id))
        return sum(1 for _ in self._store.query(where, ProjectionExpression="sk"))

    def _body(self, key: Key) -> object:
        """None if there are no such settings; an item without a body has broken ones."""
        item = self._store.get(key)
        return item.get("body", "") if item else None


def _parsed[M: BaseModel](model: type[M], key: Key, body: object) -> M:
    if not isinstance(body, str):
        raise SettingsError(f"settings {key['sk']}: body (string_type)")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        # Without the cause, whose text repeats the values.
        raise SettingsError(f"settings {key['sk']}: {_faults(error)}") from None


def _faults(error: ValidationError) -> str:
    """Which fields are wrong and how, never what they hold."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'body'} ({_how(fault)})"
        for fault in error.errors(include_url=False)
    )


def _how(fault: ErrorDetails) -> str:
    """Our own validators say what to do; the value is blanked in their words."""
    if fault["type"] != "value_error":
        return fault["type"]
    words, given = str(fault["ctx"]["error"]), str(fault["input"])
    return words.replace(given, "…") if given else words


def _own[M: BaseModel](settings: M, own: bool, key: Key) -> M:  # noqa: FBT001
    """Settings filed under another's id would have us act in the wrong place."""
    if not own:
        raise SettingsError(f"settings {key['sk']}: they name another id")
    return settings
