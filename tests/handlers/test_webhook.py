"""The webhook's function: its golden samples, on the template's resources."""

import json
from typing import Any

import pytest

from scripts.write_events import CHANGED, FAILED, KEY_ID, PROJECT, WEBHOOK_SECRET, delivery
from shared.adapters.table import TableCases, TableDeliveries
from shared.domain.clock import HOUR
from tests.deliveries import SECRET_NAME
from tests.handlers.deployment import client
from tests.handlers.kit import Stack, logged

WORKSPACE, ACCOUNT, REPORT = "A1B2C3D4E5F60718", "1234567_SB1", "R00ROME00001"


@pytest.fixture
def door(tenants: Stack) -> Stack:
    """With a key of the default world's workspace and account."""
    body = {"key_id": KEY_ID, "secret": SECRET_NAME, "workspaces": [WORKSPACE]}
    settings = json.dumps({**body, "accounts": [ACCOUNT]})
    item = {"pk": "SETTINGS", "sk": f"KEY#{KEY_ID}", "body": settings}
    tenants.deployment.table.put_item(Item=item)
    secret = json.dumps({KEY_ID: [WEBHOOK_SECRET]})
    client("secretsmanager").create_secret(Name=SECRET_NAME, SecretString=secret)
    return tenants


def deliver(stack: Stack, event: dict[str, Any]) -> tuple[int, dict[str, str]]:
    answer = stack.invoke("webhook", event)
    return answer["statusCode"], json.loads(answer["body"])


def sample(stack: Stack, name: str) -> dict[str, Any]:
    return stack.sample(f"webhook/{name}.v1.json")


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics of the only invocation."""
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    names = [each["Name"] for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    return {name: line[name][0] for name in names}


def test_a_delivered_failure_becomes_a_case(door: Stack) -> None:
    """By bus, rule, queue and intake, as any other event."""
    assert deliver(door, sample(door, "report-export-failed")) == (202, {"outcome": "accepted"})
    door.work()
    case = TableCases(door.deployment.table).get(WORKSPACE, REPORT)
    assert case is not None
    assert case.events == (FAILED["eventId"],)
    assert deliver(door, sample(door, "report-export-failed")) == (200, {"outcome": "duplicate"})
    assert door.messages("IntakeQueue") == []


@pytest.mark.parametrize(
    ("name", "source", "kind", "detail"),
    [
        ("report-changed", "expensify", "Report Changed", CHANGED),
        ("project-changed", "netsuite", "Project Changed", PROJECT),
    ],
)
def test_a_hint_reaches_intake_as_it_was_said(
    door: Stack, name: str, source: str, kind: str, detail: dict[str, Any]
) -> None:
    """In base64 and without."""
    assert deliver(door, sample(door, name))[0] == 202
    (message,) = door.messages("IntakeQueue")
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == (source, kind)
    assert event["detail"] == detail


def test_a_wrong_signature_changes_nothing(door: Stack) -> None:
    """And isn't told why in other words than an unknown key is."""
    status, said = deliver(door, sample(door, "wrong-signature"))
    assert (status, said["outcome"]) == (401, "refused")
    strange = delivery("Report Changed", CHANGED) | {"rawPath": "/nobody"}
    assert deliver(door, strange) == (status, said)
    assert door.messages("IntakeQueue") == []


def test_the_samples_are_too_old_an_hour_later(door: Stack) -> None:
    """As they are for `sam local invoke`."""
    door.clock.advance(HOUR)
    status, said = deliver(door, sample(door, "report-export-failed"))
    assert (status, "5 minutes" in said["reason"]) == (400, True)


def test_a_delivery_is_remembered_under_its_key_and_id(door: Stack) -> None:
    """As the role allows it to be."""
    event = sample(door, "report-changed")
    deliver(door, event)
    known = TableDeliveries(door.deployment.table)
    assert known.known(KEY_ID, event["headers"]["webhook-id"])


def test_what_became_of_a_delivery_is_logged_and_counted(
    door: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose it was and which, and nothing of what it said."""
    deliver(door, sample(door, "report-export-failed"))
    (line,) = logged(door)
    assert (line["level"], line["outcome"], line["status"]) == ("INFO", "accepted", 202)
    assert (line["key_id"], line["delivery_id"][:4]) == (KEY_ID, "msg_")
    for content in ("acme.example", "Apollo", "Rome", REPORT):
        assert content not in door.log.getvalue()
    assert printed(capsys) == {"Webhook accepted": 1}


def test_nothing_of_a_stranger_is_logged(door: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the path nor the id that was made up."""
    strange = delivery("Report Changed", CHANGED) | {"rawPath": "/stranger"}
    strange["headers"]["webhook-id"] = "made-up"
    deliver(door, strange)
    assert "stranger" not in door.log.getvalue()
    assert "made-up" not in door.log.getvalue()
    assert printed(capsys) == {"Webhook refused": 1}


@pytest.mark.parametrize("error", [KeyError("Apollo"), RecursionError("Apollo")])
def test_a_mistake_of_ours_asks_to_come_again_and_says_no_word_of_its_own(
    door: Stack,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is an error in the log, by its class, and a 5xx that an alarm counts."""

    def broken(*_: object) -> str | None:
        raise error

    monkeypatch.setattr(TableDeliveries, "known", broken)
    event = sample(door, "report-export-failed")
    answer = door.invoke("webhook", event)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "60")
    (line,) = logged(door)
    assert (line["level"], line["fault"]) == ("ERROR", type(error).__name__)
    assert "Apollo" not in door.log.getvalue() + answer["body"]
    assert printed(capsys) == {"Webhook unavailable": 1}


def test_a_secret_that_is_not_there_is_a_fault_of_ours(tenants: Stack) -> None:
    """Until somebody stores it."""
    body = {"key_id": KEY_ID, "secret": SECRET_NAME, "workspaces": [WORKSPACE]}
    item = {"pk": "SETTINGS", "sk": f"KEY#{KEY_ID}", "body": json.dumps(body)}
    tenants.deployment.table.put_item(Item=item)
    assert deliver(tenants, sample(tenants, "report-changed"))[0] == 503
