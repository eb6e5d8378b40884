import pytest

from shared.contracts.settings import StackSettings
from shared.errors import SettingsError
from tests.builders import ACCOUNT, NOW, WS
from tests.contract.kit import ACCOUNT_SETTINGS, WORKSPACE_SETTINGS, Stores


def test_workspace_that_no_settings_name_is_none(stores: Stores) -> None:
    """Its events are parked, it isn't an error."""
    assert stores.settings.workspace("nobody") is None


def test_workspace_settings_come_back_as_they_were_written(stores: Stores) -> None:
    """To the last interval."""
    stores.configure(WORKSPACE_SETTINGS)
    assert stores.settings.workspace(WS) == WORKSPACE_SETTINGS


def test_account_settings_come_back_as_they_were_written(stores: Stores) -> None:
    """Beside those of a workspace."""
    stores.configure(ACCOUNT_SETTINGS)
    stores.configure(WORKSPACE_SETTINGS)
    assert stores.settings.account(ACCOUNT) == ACCOUNT_SETTINGS


def test_changed_settings_hold_at_once(stores: Stores) -> None:
    """A switch thrown during a run stops the next act."""
    stores.configure(WORKSPACE_SETTINGS)
    stores.settings.workspace(WS)
    changed = WORKSPACE_SETTINGS.model_copy(update={"act_since": NOW})
    stores.configure(changed)
    assert stores.settings.workspace(WS) == changed


def test_missing_account_settings_are_an_error(stores: Stores) -> None:
    """A workspace names the account, so somebody forgot it."""
    with pytest.raises(SettingsError, match=ACCOUNT):
        stores.settings.account(ACCOUNT)


def test_broken_settings_concern_their_tenant_alone(stores: Stores) -> None:
    """An error for this one, nothing for the others."""
    other = WORKSPACE_SETTINGS.model_copy(update={"workspace_id": "WS2"})
    stores.configure(other)
    stores.damage(WORKSPACE_SETTINGS)
    stores.damage(ACCOUNT_SETTINGS)
    with pytest.raises(SettingsError):
        stores.settings.workspace(WS)
    with pytest.raises(SettingsError):
        stores.settings.account(ACCOUNT)
    assert stores.settings.workspace("WS2") == other


def test_the_stack_acts_unless_it_is_told_otherwise(stores: Stores) -> None:
    """Read anew each time."""
    assert stores.settings.acts()
    stores.configure(StackSettings(acts="off"))
    assert not stores.settings.acts()
    stores.configure(StackSettings(acts="on"))
    assert stores.settings.acts()


def test_a_broken_kill_switch_is_an_error(stores: Stores) -> None:
    """It is neither on nor off; the tenants' settings are none the worse."""
    stores.configure(WORKSPACE_SETTINGS)
    stores.damage(StackSettings())
    with pytest.raises(SettingsError):
        stores.settings.acts()
    assert stores.settings.workspace(WS) == WORKSPACE_SETTINGS


def test_parked_event_is_kept_once(stores: Stores) -> None:
    """It is delivered at least once, and parked once; another one is another."""
    stores.settings.park("unknown", "e1", '{"id": "e1"}', NOW, NOW)
    stores.settings.park("unknown", "e1", '{"id": "e1"}', NOW + 1, NOW)
    stores.settings.park("unknown", "e2", '{"id": "e2"}', NOW, NOW)
    stores.settings.park("other", "e1", "{}", NOW, NOW)
    assert [stores.settings.parked_events(ws) for ws in ("unknown", "other", WS)] == [2, 1, 0]
    assert sorted(stores.parked("unknown")) == ['{"id": "e1"}', '{"id": "e2"}']
