"""What the webhook needs, in memory."""

from dataclasses import dataclass, field

from shared.contracts.settings import WebhookKeySettings
from shared.domain.clock import Millis
from shared.domain.delivery import Message
from shared.errors import SettingsError, TransientError


@dataclass(slots=True)
class FakeKeys:
    """`broken`: ids of keys whose settings can't be read."""

    keys: dict[str, WebhookKeySettings] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def add(self, *keys: WebhookKeySettings) -> None:
        self.keys |= {key.key_id: key for key in keys}

    def webhook_key(self, key_id: str) -> WebhookKeySettings | None:
        if key_id in self.broken:
            raise SettingsError(f"settings KEY#{key_id}: broken")
        return self.keys.get(key_id)


@dataclass(slots=True)
class FakeDeliveries:
    contents: dict[tuple[str, str], str] = field(default_factory=dict)
    until: dict[tuple[str, str], Millis] = field(default_factory=dict)

    def known(self, key_id: str, delivery_id: str) -> str | None:
        return self.contents.get((key_id, delivery_id))

    def remember(self, key_id: str, delivery_id: str, content: str, until: Millis) -> None:
        self.contents.setdefault((key_id, delivery_id), content)
        self.until.setdefault((key_id, delivery_id), until)


@dataclass(slots=True)
class FakeInbox:
    """`fault` is raised by every call while it is set."""

    messages: list[Message] = field(default_factory=list)
    fault: TransientError | None = None

    def put(self, *messages: Message) -> None:
        if self.fault is not None:
            raise self.fault
        self.messages += messages

    def __len__(self) -> int:
        return len(self.messages)
