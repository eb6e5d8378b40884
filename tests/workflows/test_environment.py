"""A function's environment: every fault at once, and never a value."""

import traceback

import pytest

from shared.environment import environment
from shared.errors import SettingsError


def test_a_wrong_environment_names_every_variable_and_no_value() -> None:
    """Lambda logs the traceback as it is, causes included (invariant 10)."""
    value = "x" * 40
    with pytest.raises(SettingsError) as caught:
        environment({"ACTS": value})
    told = "".join(traceback.format_exception(caught.value))
    assert "ACTS" in told
    assert "TABLE_NAME" in told
    assert value not in told


def test_what_a_function_does_not_need_may_be_missing() -> None:
    """Each gets only what it uses."""
    assert environment({"TABLE_NAME": "t"}).acts == "on"
