"""The webhook of the deployed template, over HTTP, with IAM enforced."""

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests

from shared.domain.clock import MINUTE, Millis
from shared.domain.delivery import LARGEST
from tests.deliveries import OTHERS_SECRET, SECRET, headers_of
from tests.stories.kit import DELIVERED, Tenant
from tests.stories.sender import Sender

pytestmark = pytest.mark.stack

KIND = "Report Export Failed"
STORY = DELIVERED


def now() -> Millis:
    return time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def sender(world: Any) -> Sender:
    """Its key is one of this story's workspace."""
    made = Sender(world, "delivered-bridge", SECRET)
    made.may_speak_for(Tenant(world, STORY).workspace)
    return made


@pytest.fixture(scope="module")
def stranger(world: Any) -> Sender:
    """Its key is good, and of another workspace."""
    made = Sender(world, "others-bridge", OTHERS_SECRET)
    made.may_speak_for("WSOTHERS")
    return made


def told(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["outcome"]


def test_delivered(sender: Sender, stranger: Sender, tenant: Callable[[str], Tenant]) -> None:
    """Refused in every way it may be, then taken once: one case, one mail; the repeat adds nothing."""
    our = tenant(STORY)
    (report,) = our.stick(1, ["ines"])
    data = our.world.failure(report)

    old = sender.deliver(KIND, data, delivery_id="msg_1", at=now() - 6 * MINUTE)
    assert (told(old), "5 minutes" in old.json()["reason"]) == ((400, "refused"), True)
    wrong = sender.deliver(KIND, data, delivery_id="msg_1", at=now(), secret=OTHERS_SECRET)
    assert told(wrong) == (401, "refused")
    theirs = stranger.deliver(KIND, data, delivery_id="msg_1", at=now())
    assert told(theirs) == (403, "refused")
    body = b"x" * (LARGEST + 1)
    assert told(sender.send(body, headers_of(body, at=now()))) == (413, "refused")
    time.sleep(5)  # a wrong event would be a case by now, and a mail
    assert our.mails() == []

    sent = now()
    assert told(sender.deliver(KIND, data, delivery_id="msg_1", at=sent)) == (202, "accepted")
    our.world.wait("asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")))
    assert told(sender.deliver(KIND, data, delivery_id="msg_1", at=sent)) == (200, "duplicate")
    assert told(sender.deliver(KIND, data, delivery_id="msg_1", at=now())) == (200, "duplicate")
    other = sender.deliver(KIND, {**data, "reportId": "R0"}, delivery_id="msg_1", at=now())
    assert told(other) == (409, "refused")

    our.reactivate()
    our.world.wait("posted", lambda: our.world.postings(report))
    our.world.wait("both told", lambda: len(our.mails()) == 4)
    assert len(our.exports()) == 1


def test_a_browser_is_refused(sender: Sender) -> None:
    """A link that somebody opens does nothing."""
    url = f"{sender.world.stack.webhook}/{sender.key_id}"
    assert told(requests.get(url, timeout=30)) == (405, "refused")


def test_the_webhook_reads_no_tenants_secret_and_no_case(
    sender: Sender, tenant: Callable[[str], Tenant]
) -> None:
    """A key whose settings name a tenant's secret opens nothing, as its role can't read it."""
    our = tenant(STORY)
    stack = our.world.stack
    body = {
        "version": 1,
        "key_id": "greedy",
        "secret": f"export-remediation/sandbox/{our.workspace}",
    }
    table = boto3.resource("dynamodb", **stack.aws).Table(stack.table)
    text = json.dumps({**body, "workspaces": [our.workspace]})
    table.put_item(Item={"pk": "SETTINGS", "sk": "KEY#greedy", "body": text, "version": 1})
    greedy = Sender(our.world, "greedy", SECRET)
    answer = greedy.deliver(KIND, {}, delivery_id="msg_2", at=now())
    assert told(answer) == (503, "unavailable")
    assert answer.headers["retry-after"] == "60"


def test_nothing_of_it_is_a_dead_letter(tenant: Callable[[str], Tenant]) -> None:
    """What is accepted is understood."""
    assert tenant(STORY).world.dead_letters() == []
