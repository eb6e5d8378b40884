"""From a saved project in NetSuite to a look at its account: the script's own request, taken."""

import json
import re
import subprocess
from typing import Any

import pytest

from shared.domain.clock import MINUTE
from tests.deliveries import SECRET_NAME
from tests.handlers.deployment import client
from tests.handlers.kit import Stack
from tests.suitescript.kit import PROJECT, saved

ACCOUNT, KEY = "1234567_SB1", "acme-netsuite"
PAGE = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made() -> tuple[str, str]:
    """Both forms of a secret, by the very lines that the page gives."""
    found = re.search(r"<!-- snippet: secret -->\n```bash\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", found[1]], capture_output=True, text=True, check=True
    ).stdout
    ours, theirs = (line.rpartition(" ")[2] for line in told.splitlines())
    return ours, theirs


@pytest.fixture
def door(tenants: Stack, made: tuple[str, str]) -> Stack:
    """A key that speaks for the account and for no workspace."""
    body = json.dumps({"key_id": KEY, "secret": SECRET_NAME, "accounts": [ACCOUNT]})
    item = {"pk": "SETTINGS", "sk": f"KEY#{KEY}", "body": body}
    tenants.deployment.table.put_item(Item=item)
    secret = json.dumps({KEY: [made[1]]})
    client("secretsmanager").create_secret(Name=SECRET_NAME, SecretString=secret)
    return tenants


def post_of(stack: Stack, secret: str, **changed: Any) -> dict[str, Any]:
    """What the script sends by the stack's clock, as a function URL hands it over."""
    secrets = {"custsecret_export_remediation": secret}
    done = saved(**{"now": stack.clock(), "accountId": ACCOUNT, "secrets": secrets, **changed})
    [post] = done["posts"]
    return {
        "version": "2.0",
        "rawPath": f"/{KEY}",
        "headers": post["headers"],
        "requestContext": {"http": {"method": "POST", "path": f"/{KEY}"}},
        "body": post["body"],
        "isBase64Encoded": False,
    }


def deliver(stack: Stack, event: dict[str, Any]) -> tuple[int, dict[str, str]]:
    answer = stack.invoke("webhook", event)
    return answer["statusCode"], json.loads(answer["body"])


def test_the_hint_wakes_the_account(door: Stack, made: tuple[str, str]) -> None:
    """Accepted, on the bus, and intake has the account looked at."""
    assert deliver(door, post_of(door, made[0])) == (202, {"outcome": "accepted"})
    [message] = door.messages("IntakeQueue")
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == ("netsuite", "Project Changed")
    assert event["detail"] == {"version": 1, "accountId": ACCOUNT, "projectId": "4711"}
    door.invoke("intake", {"Records": [door._record("IntakeQueue", message)]})
    assert door.keys("WatchQueue") == [ACCOUNT]


def test_two_saves_are_two_hints(door: Stack, made: tuple[str, str]) -> None:
    """Even within a millisecond; the same request twice is one."""
    first, second = post_of(door, made[0]), post_of(door, made[0])
    outcomes = [deliver(door, event)[1]["outcome"] for event in (first, second, first)]
    assert outcomes == ["accepted", "accepted", "duplicate"]


def test_another_secret_or_account_or_an_old_hint_is_refused(
    door: Stack, made: tuple[str, str]
) -> None:
    """As the page's table says: 401, 403, 400."""
    assert deliver(door, post_of(door, "another secret of thirty-two bytes"))[0] == 401
    assert deliver(door, post_of(door, made[0], accountId="7654321"))[0] == 403
    old = post_of(door, made[0])
    door.clock.advance(6 * MINUTE)
    assert deliver(door, old)[0] == 400
