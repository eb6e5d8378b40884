"""Signing in to Expensify's app, as `make expensify-login` runs it, against the simulator."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests

from operate.__main__ import main
from operate.expensify_login import PART
from shared.adapters.expensify_app import AppApi
from shared.adapters.secrets import SecretsManager
from tests.adapters.netsuite_kit import Ticking
from tests.operate.cloud import Cloud
from tests.operate.kit import workspace
from tests.sandbox.expensify_kit import DEVICE, OTHER_WORKSPACE, WORKSPACE, Sim, running_sim

NAME = "export-remediation/acme"
EMAIL = "exporter@acme.example"
OFFICIAL = {"partnerUserID": "aa_field", "partnerUserSecret": "field-secret"}
OLD = {**DEVICE, "partnerUserSecret": "old", "email": EMAIL}

type Out = pytest.CaptureFixture[str]


class Desk:
    """An operator at a terminal, with a mailbox. `types` are the answers; CODE is the mailed one."""

    def __init__(self, cloud: Cloud, sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud, self.sim = cloud, sim
        self._monkeypatch = monkeypatch
        self.client: Any = boto3.client("secretsmanager")

    def settle(self, secret: object = None, workspace_id: str = WORKSPACE, **more: Any) -> None:
        expensify = {"secret": NAME, "app_url": f"{self.sim.url}/api/", **more}
        body = json.dumps(workspace(workspace_id, expensify=expensify))
        self.cloud.put(f"WS#{workspace_id}", body=body, version=1)
        if secret is not None:
            text = secret if isinstance(secret, str) else json.dumps(secret)
            self.client.create_secret(Name=NAME, SecretString=text)

    def log_in(self, *types: str, email: str = EMAIL, workspace_id: str = WORKSPACE) -> int:
        self._monkeypatch.setattr("sys.stdin", Typed(self.sim, types, email or EMAIL))
        named = ["--workspace", workspace_id, "--email", email]
        return main(["expensify-login", *self.cloud.where, *named])

    def stored(self) -> Any:
        return json.loads(self.client.get_secret_value(SecretId=NAME)["SecretString"])


class Typed(io.StringIO):
    """CODE stands for what is in the mailbox at that moment."""

    def __init__(self, sim: Sim, lines: tuple[str, ...], email: str) -> None:
        super().__init__()
        self._sim, self._lines, self._email = sim, list(lines), email

    def readline(self, _size: int | None = -1) -> str:
        line = self._lines.pop(0) if self._lines else ""
        if line == "CODE":
            line = self._sim.control("GET", f"app/codes/{self._email}").json()["code"]
        return f"{line}\n" if line else ""


@pytest.fixture
def desk(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with running_sim() as sim:
        yield Desk(cloud, sim, monkeypatch)


def test_a_login_is_made_tried_and_stored_beside_the_rest(desk: Desk, capsys: Out) -> None:
    """It takes the old one's place; the function's client works with it at once."""
    desk.settle({"expensify": OFFICIAL, PART: OLD, "netsuite": {"clientId": "x"}})
    assert desk.log_in("CODE") == 0
    stored = desk.stored()
    assert (stored["expensify"], stored["netsuite"]) == (OFFICIAL, {"clientId": "x"})
    made = stored[PART]
    assert made["partnerUserID"].startswith("expensify.cash-")
    assert made["partnerUserID"] != OLD["partnerUserID"]
    assert (made["partnerName"], made["partnerPassword"], made["email"]) == (
        DEVICE["partnerName"],
        DEVICE["partnerPassword"],
        EMAIL,
    )
    found = desk.cloud.settings.workspace(WORKSPACE)
    assert found is not None
    secrets = SecretsManager(desk.client, Ticking())
    app = AppApi(WORKSPACE, found.expensify, secrets, requests.Session(), Ticking())
    assert app.open_report("R00A1B2C3D4E") is not None
    assert f"Stored in the secret {NAME}" in capsys.readouterr().out


def test_nothing_secret_is_shown(desk: Desk, capsys: Out) -> None:
    """Neither what is stored nor what was typed."""
    desk.settle({PART: OLD})
    desk.log_in("CODE")
    shown = "".join(capsys.readouterr())
    made = desk.stored()[PART]
    for secret in ("partnerPassword", "partnerUserID", "partnerUserSecret", "email"):
        assert made[secret] not in shown
    assert made["partnerUserSecret"] not in json.dumps(desk.sim.journal())


def test_a_tenant_without_a_secret_gets_one(desk: Desk) -> None:
    """The partner's password is asked for, its name is that of the settings."""
    desk.settle()
    assert desk.log_in(DEVICE["partnerPassword"], "CODE") == 0
    assert set(desk.stored()) == {PART}
    assert "partnerName" not in desk.stored()[PART]


def test_the_address_of_before_is_taken_if_none_is_given(desk: Desk) -> None:
    """Or the one that is typed."""
    desk.settle({PART: OLD})
    assert desk.log_in("", "CODE", email="") == 0
    assert desk.stored()[PART]["email"] == EMAIL
    assert desk.log_in(EMAIL, "CODE", email="") == 0


def test_a_wrong_code_may_be_typed_again(desk: Desk, capsys: Out) -> None:
    """Three times in all."""
    desk.settle({PART: OLD})
    assert desk.log_in("wrong", "wrong", "CODE") == 0
    assert capsys.readouterr().out.count("Refused: the code is wrong") == 2
    before = desk.stored()
    assert desk.log_in("wrong", "wrong", "wrong", "CODE") == 1
    assert desk.stored() == before


def test_a_second_factor_is_asked_for_where_there_is_one(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expensify says so when it mails the code."""
    access = {**DEVICE, "email": EMAIL, "secondFactor": "654321"}
    with running_sim(app=access) as sim:
        desk = Desk(cloud, sim, monkeypatch)
        desk.settle({PART: OLD})
        assert desk.log_in("CODE", "654321") == 0
        assert desk.log_in("CODE", "111111") == 1


@pytest.mark.parametrize("types", [(), ("",)])
def test_who_types_nothing_stores_nothing(desk: Desk, types: tuple[str, ...], capsys: Out) -> None:
    """No answer, as in a pipeline, is none."""
    desk.settle({PART: OLD})
    assert desk.log_in(*types) == 1
    assert desk.stored() == {PART: OLD}
    assert capsys.readouterr().out.endswith("Nothing was stored.\n")


def test_without_a_partner_password_nobody_is_mailed(desk: Desk) -> None:
    """Nothing could come of it."""
    desk.settle({"expensify": OFFICIAL})
    assert desk.log_in("") == 1
    assert desk.sim.journal() == []


def test_a_stranger_is_not_signed_up(desk: Desk, capsys: Out) -> None:
    """A typing mistake would else make a new account."""
    desk.settle({PART: OLD})
    assert desk.log_in("1", email="nobody@acme.example") == 1
    assert "no validated account" in capsys.readouterr().out


def test_who_may_not_see_the_workspace_is_not_stored(desk: Desk, capsys: Out) -> None:
    """The login of before may be the better one."""
    desk.settle({PART: OLD}, OTHER_WORKSPACE)
    assert desk.log_in("CODE", workspace_id=OTHER_WORKSPACE) == 1
    assert desk.stored() == {PART: OLD}
    assert "The new login is refused, no_permission" in capsys.readouterr().out


def test_a_login_whose_workspace_cannot_be_read_is_stored_with_a_warning(
    desk: Desk, capsys: Out
) -> None:
    """What the read brings on a live account is unverified."""
    desk.settle({PART: OLD})
    desk.sim.fault({"jsonCode": 500}, {"command": "OpenPolicyAccountingPage"})
    assert desk.log_in("CODE") == 0
    assert desk.stored()[PART] != OLD
    assert "the workspace could not be read" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", "[1]", '"text"'])
def test_a_secret_that_cannot_be_read_is_not_written_over(
    desk: Desk, text: str, capsys: Out
) -> None:
    """There may be logins in it, and nobody is mailed for nothing."""
    desk.settle(text)
    assert desk.log_in("CODE") == 1
    assert desk.client.get_secret_value(SecretId=NAME)["SecretString"] == text
    assert f"the secret {NAME} is no JSON object" in capsys.readouterr().out
    assert desk.sim.journal() == []


def test_a_client_that_is_too_old_is_told(desk: Desk, capsys: Out) -> None:
    """The settings say which version we are."""
    desk.settle({PART: OLD}, app_version="1.0.0-0")
    desk.sim.control("PUT", "app", {"oldestVersion": "2.0.0"})
    assert desk.log_in("CODE") == 1
    assert "RefusedError: the app's API says 426" in capsys.readouterr().out


def test_a_workspace_without_settings_is_named(desk: Desk, capsys: Out) -> None:
    """They say which secret it is."""
    assert desk.log_in("CODE") == 1
    assert f"no settings name the workspace {WORKSPACE}" in capsys.readouterr().out


def test_whoever_may_not_read_the_secret_is_told(desk: Desk, capsys: Out) -> None:
    """One that is marked for deletion, for one."""
    desk.settle({PART: OLD})
    desk.client.delete_secret(SecretId=NAME)
    assert desk.log_in("CODE") == 1
    assert "AWS GetSecretValue" in capsys.readouterr().out


def test_hidden_answers_are_hidden_at_a_terminal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is none, there is nothing to hide."""
    asked: list[str] = []

    def hidden(question: str) -> str:
        asked.append(question)
        return DEVICE["partnerPassword"]

    monkeypatch.setattr(Typed, "isatty", lambda _self: True)
    monkeypatch.setattr("operate.__main__.getpass", hidden)
    desk.settle()
    assert desk.log_in("CODE") == 0
    assert len(asked) == 1
