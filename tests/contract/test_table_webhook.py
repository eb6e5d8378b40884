"""Keys and deliveries of the webhook, in memory and in the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from shared.adapters.table import TableDeliveries, TableSettings
from shared.domain.clock import SECOND
from shared.errors import SettingsError
from shared.ports import Deliveries, WebhookKeys
from tests.builders import NOW
from tests.contract.kit import store_settings
from tests.deliveries import ID, KEY, SETTINGS
from tests.fakes.webhook import FakeDeliveries, FakeKeys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True, slots=True)
class Door:
    keys: WebhookKeys
    deliveries: Deliveries
    configure: Callable[[], None]
    damage: Callable[[], None]


@pytest.fixture(params=["memory", "dynamodb"])
def door(request: pytest.FixtureRequest) -> Door:
    if request.param == "memory":
        keys = FakeKeys()
        return Door(
            keys, FakeDeliveries(), lambda: keys.add(SETTINGS), lambda: keys.broken.add(KEY)
        )
    table: Table = request.getfixturevalue("table")
    return Door(
        TableSettings(table),
        TableDeliveries(table),
        lambda: store_settings(table, f"KEY#{KEY}", SETTINGS.model_dump_json()),
        lambda: store_settings(table, f"KEY#{KEY}", '{"key_id": "acme-bridge"}'),
    )


def test_a_key_that_no_settings_name_is_none(door: Door) -> None:
    """It isn't an error: anybody may ask for anything."""
    assert door.keys.webhook_key("nobody") is None


def test_a_key_comes_back_as_it_was_written(door: Door) -> None:
    """Accounts in their one form."""
    door.configure()
    assert door.keys.webhook_key(KEY) == SETTINGS


def test_a_broken_key_is_an_error(door: Door) -> None:
    """Of its own."""
    door.configure()
    door.damage()
    with pytest.raises(SettingsError, match=KEY):
        door.keys.webhook_key(KEY)
    assert door.keys.webhook_key("other") is None


def test_a_key_filed_under_another_id_is_an_error(table: "Table") -> None:
    """It would open the wrong door."""
    store_settings(table, "KEY#other", SETTINGS.model_dump_json())
    with pytest.raises(SettingsError, match="another id"):
        TableSettings(table).webhook_key("other")


def test_a_delivery_is_known_once_it_is_remembered(door: Door) -> None:
    """Of its key, and of no other."""
    assert door.deliveries.known(KEY, ID) is None
    door.deliveries.remember(KEY, ID, "content", NOW)
    assert door.deliveries.known(KEY, ID) == "content"
    assert door.deliveries.known("other", ID) is None
    assert door.deliveries.known(KEY, "other") is None


def test_what_was_remembered_first_stays(door: Door) -> None:
    """Two that race are both taken; one of them is remembered."""
    door.deliveries.remember(KEY, ID, "first", NOW)
    door.deliveries.remember(KEY, ID, "second", NOW)
    assert door.deliveries.known(KEY, ID) == "first"


def test_a_delivery_expires(table: "Table") -> None:
    """DynamoDB counts in seconds."""
    TableDeliveries(table).remember(KEY, ID, "content", NOW)
    (item,) = table.scan()["Items"]
    assert item["ttl"] == NOW // SECOND
    assert str(item["pk"]).startswith("DELIVERY#")
