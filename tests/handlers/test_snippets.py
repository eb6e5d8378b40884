"""The snippets of docs/webhook.md, run as they stand there."""

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.adapters.table import TableCases
from shared.contracts.settings import WebhookKeySettings
from shared.domain.delivery import LARGEST
from tests.deliveries import KEY, OTHERS_SECRET, SECRET, SECRET_NAME
from tests.handlers.deployment import client
from tests.handlers.kit import Stack
from tests.handlers.url import function_url

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhook.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- snippet: ([a-z-]+) -->\n```[a-z]+\n(.*?)```", re.DOTALL)
SNIPPETS = dict(BLOCK.findall(PAGE))
WORKSPACE, ACCOUNT, REPORT = "A1B2C3D4E5F60718", "1234567_SB1", "R00ROME00001"


@dataclass(frozen=True, slots=True)
class Door:
    stack: Stack
    url: str

    def events(self) -> list[dict[str, Any]]:
        """What the bus handed to intake."""
        return [json.loads(message["Body"]) for message in self.stack.messages("IntakeQueue")]


@pytest.fixture
def door(tenants: Stack) -> Iterator[Door]:
    """The clock stands still at this very moment: a snippet asks the real one."""
    settings = WebhookKeySettings(
        key_id=KEY, secret=SECRET_NAME, workspaces=(WORKSPACE,), accounts=(ACCOUNT,)
    )
    body = settings.model_dump_json()
    tenants.deployment.table.put_item(Item={"pk": "SETTINGS", "sk": f"KEY#{KEY}", "body": body})
    secret = json.dumps({KEY: [SECRET]})
    client("secretsmanager").create_secret(Name=SECRET_NAME, SecretString=secret)
    tenants.clock.now = time.time_ns() // 1_000_000
    with function_url(tenants) as url:
        yield Door(tenants, f"{url}/{KEY}")


def is_a_case(stack: Stack) -> bool:
    stack.work()
    return TableCases(stack.deployment.table).get(WORKSPACE, REPORT) is not None


def test_every_snippet_is_run() -> None:
    """One that isn't marked would be run by nobody; the others on the page do nothing."""
    assert set(SNIPPETS) == {"curl", "zapier", "workato-sign", "workato-send", "aws"}
    ready = PAGE[PAGE.index("## Ready to use") :]
    assert ready.count("```") == 2 * len(SNIPPETS)


def curl(door: Door, secret: str = SECRET) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "WEBHOOK_URL": door.url, "WEBHOOK_SECRET": secret}
    command = ["bash", "-euo", "pipefail", "-c", SNIPPETS["curl"]]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_curl(door: Door) -> None:
    """Delivered, it ends as a case; with another secret it says why not."""
    done = curl(door)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"outcome": "accepted"}), done.stderr
    assert is_a_case(door.stack)
    refused = curl(door, OTHERS_SECRET)
    assert refused.returncode != 0
    assert json.loads(refused.stdout)["outcome"] == "refused"


def zapier(door: Door, **more: str) -> Any:
    """As Zapier runs it: with `input_data`, for `output`."""
    given = {
        "webhook_url": door.url,
        "webhook_secret": SECRET,
        "event_id": "item-17",
        "workspace_id": WORKSPACE,
        "report_id": REPORT,
        "error_message": "NS0770 Export Error: Project [Apollo Rollout] is not active …",
        **more,
    }
    names: dict[str, Any] = {"input_data": given}
    exec(compile(SNIPPETS["zapier"], "zapier", "exec"), names)
    return names["output"]


def test_zapier(door: Door) -> None:
    """Run again by Zapier it is a duplicate; refused, the step fails with the reason."""
    assert zapier(door) == {"outcome": "accepted"}
    assert is_a_case(door.stack)
    assert zapier(door) == {"outcome": "duplicate"}
    with pytest.raises(RuntimeError, match=r"403: .*does not speak for"):
        zapier(door, workspace_id="OTHER", event_id="item-18")


def test_workato(door: Door) -> None:
    """What the first step returns, in the second one's places, is a delivery."""
    names: dict[str, Any] = {}
    exec(compile(SNIPPETS["workato-sign"], "workato", "exec"), names)
    given = {"event_id": "j-7", "account_id": "1234567-sb1", "project_id": "4711"}
    signed = names["main"]({"webhook_secret": SECRET, **given})
    step = json.loads(SNIPPETS["workato-send"])

    def filled(text: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda pill: str(signed[pill[1]]), text)

    answer = requests.request(
        step["Method"],
        door.url,
        headers={name: filled(value) for name, value in step["Request headers"].items()},
        data=filled(step["Request body"]).encode(),
        timeout=20,
    )
    assert (answer.status_code, answer.json()) == (202, {"outcome": "accepted"})
    (event,) = door.events()
    assert (event["source"], event["detail-type"]) == ("netsuite", "Project Changed")
    assert event["detail"] == {"version": 1, "accountId": ACCOUNT, "projectId": "4711"}


def test_aws(door: Door) -> None:
    """The command's words, done by the client that the command would use."""
    words = shlex.split(SNIPPETS["aws"])
    assert words[:4] == ["aws", "events", "put-events", "--entries"]
    (entries,) = words[4:]
    own = door.stack.deployment.refs["Bus"]
    put = [{**entry, "EventBusName": own} for entry in json.loads(entries)]
    assert client("events").put_events(Entries=put)["FailedEntryCount"] == 0
    assert is_a_case(door.stack)


def test_a_browser_and_a_huge_body_are_refused_over_http(door: Door) -> None:
    """As anybody on the internet may try."""
    assert requests.get(door.url, timeout=20).status_code == 405
    huge = requests.post(door.url, data=b"x" * (LARGEST + 1), timeout=20)
    assert (huge.status_code, huge.json()["outcome"]) == (413, "refused")
    assert door.events() == []
