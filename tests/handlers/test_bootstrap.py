"""What a function is made of: its environment, its clients, what it keeps."""

from importlib import import_module
from typing import Any

import pytest

from shared.bootstrap import common
from shared.bootstrap import recover as recover_bootstrap
from shared.bootstrap import watch as watch_bootstrap
from shared.contracts.settings import AccountSettings, WorkspaceSettings
from shared.errors import SettingsError
from tests.builders import NOW
from tests.handlers.kit import Context, Stack
from tests.template.reading import functions

ACCOUNT = "1234567_SB1"
NOTHING_COUNTED = pytest.mark.filterwarnings("ignore:No application metrics:UserWarning")
"""Powertools warns of an invocation that ended before anything was counted."""


@pytest.mark.parametrize("name", functions())
def test_every_function_starts_with_what_the_template_gives_it(stack: Stack, name: str) -> None:
    """Every adapter that it uses can be built, and is built once."""
    function = name.removesuffix("Function").lower()
    with stack.as_function(function):
        build = getattr(import_module(f"shared.bootstrap.{function}"), function)
        assert build() is build()


@NOTHING_COUNTED
def test_a_function_without_its_table_says_so_at_its_first_invocation(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it touches anything."""
    with stack.as_function("sweep") as sweep:
        monkeypatch.delenv("TABLE_NAME")
        with pytest.raises(SettingsError, match="TABLE_NAME"):
            sweep.handler({}, Context("sweep"))


def account(**more: Any) -> AccountSettings:
    return AccountSettings.model_validate({"account_id": ACCOUNT, "secret": "s", **more})


def test_a_netsuite_session_is_kept_while_the_settings_stay_the_same(stack: Stack) -> None:
    """And with it the token; changed settings have a client of their own."""
    with stack.as_function("watch"):
        build = watch_bootstrap._netsuite
        assert build(account()) is build(account())
        assert build(account()) is not build(account(secret="other"))


def test_an_expensify_session_is_kept_while_the_settings_stay_the_same(stack: Stack) -> None:
    """Of each workspace its own."""

    def workspace(workspace_id: str) -> WorkspaceSettings:
        people = {"netsuite_admins": ["a@b.c"], "workspace_admins": ["a@b.c"]}
        return WorkspaceSettings.model_validate(
            {
                "workspace_id": workspace_id,
                "name": "Acme",
                "account_id": ACCOUNT,
                "mode": "auto",
                "people": {**people, "allowed_domains": ["b.c"]},
                "expensify": {"secret": "s"},
            }
        )

    with stack.as_function("recover"):
        build = recover_bootstrap._expensify
        assert build(workspace("W1")) is build(workspace("W1"))
        assert build(workspace("W1")) is not build(workspace("W2"))


@pytest.mark.parametrize(("given", "acts"), [("on", True), ("off", False)])
def test_the_kill_switch_is_the_stacks_parameter(
    stack: Stack, given: str, acts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the template hands it to the function that acts."""
    monkeypatch.setitem(stack.deployment.refs, "Acts", given)
    with stack.as_function("recover"):
        assert recover_bootstrap.recover().acts() is acts


def test_a_mail_is_never_repeated_by_the_client(stack: Stack) -> None:
    """Its answer may be lost though it was sent; every other call may be tried again."""
    with stack.as_function("notify"):
        tries = {
            name: common.client(name, tries=n).meta.config.retries["total_max_attempts"]
            for name, n in (("sesv2", 1), ("sns", 3))
        }
    assert tries == {"sesv2": 1, "sns": 3}


def test_a_client_gives_up_long_before_the_run_does(stack: Stack) -> None:
    """All tries together fit into a run's budget."""
    with stack.as_function("sweep"):
        config = common.client("sqs").meta.config
    assert 3 * (config.connect_timeout + config.read_timeout) <= 25


def test_our_clock_counts_milliseconds(stack: Stack) -> None:
    """Since 1970."""
    assert common.clock() == NOW
