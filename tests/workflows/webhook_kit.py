"""The webhook on fakes, with the real library, and the service behind it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.adapters.signatures import StandardWebhooks
from shared.contracts.events import INCOMING, Incoming
from shared.domain.delivery import Answer, Message, Post
from shared.workflows.webhook import Webhook
from tests.deliveries import KEY, SECRET, SECRET_NAME, SETTINGS
from tests.fakes.clock import FakeClock, library_clock
from tests.fakes.secrets import FakeSecrets
from tests.fakes.webhook import FakeDeliveries, FakeInbox, FakeKeys
from tests.workflows.fuse import Fuse, Fused


@dataclass(slots=True)
class Door:
    """One key of one workspace and one account."""

    clock: FakeClock = field(default_factory=FakeClock)
    fuse: Fuse = field(default_factory=Fuse)
    keys: FakeKeys = field(default_factory=FakeKeys)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    inbox: FakeInbox = field(default_factory=FakeInbox)

    def __post_init__(self) -> None:
        self.keys.add(SETTINGS)
        self.secrets.values[SECRET_NAME] = {KEY: [SECRET]}

    def webhook(self) -> Webhook:
        return Webhook(
            keys=self.keys,
            secrets=self.secrets,
            signatures=StandardWebhooks(),
            deliveries=self._port("deliveries"),
            inbox=self._port("inbox"),
            clock=self.clock,
        )

    def take(self, post: Post) -> Answer:
        return self.webhook().take(post)

    def _port(self, name: str) -> Any:
        return Fused(name, getattr(self, name), self.fuse)

    def events(self) -> list[str]:
        """What is on the bus, as intake's queue holds it."""
        return [envelope(message, f"bus-{i}") for i, message in enumerate(self.inbox.messages)]


def envelope(message: Message, event_id: str = "bus-1") -> str:
    """EventBridge takes nothing that isn't JSON by the book."""
    event = {"id": event_id, "source": message.source, "detail-type": message.detail_type}
    whole = {**event, "detail": dict(message.detail)}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False)


def understood(message: Message) -> Incoming:
    """By intake's own contract."""
    return INCOMING.validate_json(envelope(message))


@contextmanager
def pinned(clock: FakeClock) -> Iterator[FakeClock]:
    """The library's clock is ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("standardwebhooks.webhooks.datetime", library_clock(clock))
        yield clock
