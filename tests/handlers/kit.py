"""The deployed service on one machine: real handlers, a frozen clock, queues that are emptied."""

import functools
import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import requests
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from sandbox.expensify import World as ExpensifyWorld
from sandbox.expensify import create_app as create_expensify
from sandbox.expensify.netsuite_client import projects_of
from sandbox.netsuite import World as NetSuiteWorld
from sandbox.netsuite import create_app as create_netsuite
from sandbox.serve import Server
from sandbox.stack.seed import seed
from scripts.write_events import samples
from shared.bootstrap import common
from shared.domain.clock import SECOND
from shared.observability import logger, metrics
from tests.builders import NOW
from tests.fakes.clock import FakeClock, library_clock
from tests.handlers.deployment import REGION, WITNESS, Deployment, client, deployed
from tests.sandbox.netsuite_kit import private_pem, public_pem

NOWHERE = "http://127.0.0.1:9"
BOOTSTRAP = (
    "common", "outside", "intake", "watch", "recover", "notify", "detect", "sweep", "webhook"
)  # fmt: skip
QUEUES = {
    "intake": "IntakeQueue",
    "watch": "WatchQueue",
    "recover": "RecoverQueue",
    "notify": "NotifyQueue",
    "detect": "DetectQueue",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a function of its invocation, as far as anybody here reads it."""

    function_name: str
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:x"
    aws_request_id: str = "5b441b59-a550-11f0-8de9-0242ac120002"


@dataclass(slots=True)
class Stack:
    """`netsuite` and `expensify`: where their simulators listen, if there are any.

    `log`: what the functions' logger wrote.
    """

    deployment: Deployment
    patch: pytest.MonkeyPatch
    clock: FakeClock
    log: StringIO
    netsuite: str = NOWHERE
    expensify: str = NOWHERE
    invoked: list[str] = field(default_factory=list)

    def empty(self) -> None:
        """As it was when nothing had happened yet."""
        self.deployment.empty()
        self.clock.now = NOW
        self.log.seek(0)
        self.log.truncate()
        self.invoked.clear()

    # --- functions ---------------------------------------------------------------------------

    def invoke(self, name: str, event: dict[str, Any]) -> Any:
        """As Lambda would: in an environment that holds what the template gives, and no more."""
        self.invoked.append(name)
        with self.as_function(name) as module:
            return module.handler(event, Context(name))

    @contextmanager
    def as_function(self, name: str) -> Iterator[ModuleType]:
        """Every function is a process of its own: it shares no variable and nothing kept."""
        variables = self.deployment.variables(f"{name.capitalize()}Function")
        clear_caches()
        with self.patch.context() as patch:
            patch.setenv("AWS_DEFAULT_REGION", REGION)
            for key, value in variables.items():
                patch.setenv(key, value)
            yield importlib.import_module(f"handlers.{name}")

    def sample(self, name: str) -> dict[str, Any]:
        """From `events/`, by its name there."""
        found: dict[str, Any] = samples()[name]
        return found

    # --- queues ------------------------------------------------------------------------------

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """All that are in it, taken out; `queue` is the template's name."""
        sqs, url = client("sqs"), self.deployment.refs[queue]
        found: list[dict[str, Any]] = []
        while batch := sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages"):
            for message in batch:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found += batch
        return found

    def keys(self, queue: str) -> list[str]:
        """Of the wake-ups in it, taken out."""
        return [json.loads(message["Body"])["key"] for message in self.messages(queue)]

    def said(self) -> list[dict[str, Any]]:
        """Our own events, as whoever listens on the bus gets them; taken out."""
        return [json.loads(message["Body"]) for message in self.messages(WITNESS)]

    def work(self) -> None:
        """Every message on its way, and those that follow from it."""
        while sum(self._work(name, queue) for name, queue in QUEUES.items()):
            pass

    def _work(self, name: str, queue: str) -> bool:
        found = self.messages(queue)
        size = 10 if name == "intake" else 1
        for start in range(0, len(found), size):
            batch = [self._record(queue, message) for message in found[start : start + size]]
            self.invoke(name, {"Records": batch})
        return bool(found)

    def _record(self, queue: str, message: dict[str, Any]) -> dict[str, Any]:
        """As Lambda hands it over; the queue's clock is ours."""
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": {**message["Attributes"], "SentTimestamp": str(self.clock())},
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.deployment.arns[queue],
            "awsRegion": REGION,
        }

    # --- the world ---------------------------------------------------------------------------

    def fail(self, **detail: Any) -> None:
        """Somebody puts a failure on the bus."""
        self.put_on_bus("expensify", "Report Export Failed", detail)

    def put_on_bus(self, source: str, detail_type: str, detail: dict[str, Any]) -> None:
        entry = {
            "Source": source,
            "DetailType": detail_type,
            "EventBusName": self.deployment.refs["Bus"],
            "Detail": json.dumps(detail),
        }
        assert client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def seed(self, world: dict[str, Any], private_key: str) -> None:
        """The tenants' settings and secrets of a world, as the sandbox puts them."""
        stack: Any = SimpleNamespace(
            aws={"region_name": REGION},
            table=self.deployment.table.name,
            netsuite=self.netsuite,
            expensify=self.expensify,
            private_key=private_key,
        )
        seed(stack, world)

    def pass_seconds(self, seconds: int) -> None:
        """Then the sweep comes, and everything that is due happens."""
        self.clock.advance(seconds * SECOND)
        requests.get(f"{self.expensify}/_control/postings", timeout=5).raise_for_status()
        self.invoke("sweep", self.sample("sweep/schedule.v1.json"))
        self.work()

    def reopen(self, project_id: str) -> None:
        url = f"{self.netsuite}/_control/projects/{project_id}"
        requests.put(url, json={"isInactive": False}, timeout=5).raise_for_status()

    def postings(self) -> list[str]:
        found = requests.get(f"{self.expensify}/_control/postings", timeout=5).json()
        return [posting["reportId"] for posting in found]

    def item(self, pk: str, sk: str) -> dict[str, Any]:
        return dict(self.deployment.table.get_item(Key={"pk": pk, "sk": sk}).get("Item", {}))

    def mails(self) -> list[Any]:
        return list(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages)

    def topic(self, name: str) -> list[dict[str, Any]]:
        """The notices that this topic of the template's took."""
        found = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[self.deployment.refs[name]]
        return [json.loads(sent[1]) for sent in found.sent_notifications]


def logged(stack: Stack) -> list[dict[str, Any]]:
    """Each line of the functions' log."""
    return [json.loads(line) for line in stack.log.getvalue().splitlines()]


def clear_caches() -> None:
    """What a function keeps between invocations; the AWS clients, which hold no state, stay."""
    for module in BOOTSTRAP:
        loaded = importlib.import_module(f"shared.bootstrap.{module}")
        for kept in vars(loaded).values():
            if isinstance(kept, functools._lru_cache_wrapper) and kept is not common.client:
                kept.cache_clear()


@contextmanager
def deployed_stack() -> Iterator[Stack]:
    """In a process that has nothing of another test's."""
    with deployed() as deployment, pytest.MonkeyPatch.context() as patch:
        common.client.cache_clear()
        metrics.clear_metrics()
        clock, log = FakeClock(NOW), StringIO()
        patch.setattr(common, "time", SimpleNamespace(time_ns=lambda: clock() * 1_000_000))
        patch.setattr("standardwebhooks.webhooks.datetime", library_clock(clock))
        patch.setattr(logger.registered_handler, "stream", log)
        yield Stack(deployment, patch, clock, log)
        common.client.cache_clear()
        clear_caches()


@contextmanager
def with_world(stack: Stack, world: dict[str, Any]) -> Iterator[Stack]:
    """Both simulators on loopback, by the stack's clock; the tenants' settings and secrets."""

    def seconds() -> float:
        return stack.clock() / SECOND

    app = create_netsuite(NetSuiteWorld.model_validate(world), seconds, public_key=public_pem())
    with Server(app) as netsuite:
        projects = projects_of(netsuite.url)
        tenants = ExpensifyWorld.model_validate(world)
        with Server(create_expensify(tenants, seconds, projects=projects)) as expensify:
            stack.netsuite, stack.expensify = netsuite.url, expensify.url
            stack.seed(world, private_pem().decode())
            yield stack
    stack.netsuite = stack.expensify = NOWHERE
