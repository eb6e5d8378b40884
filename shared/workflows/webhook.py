"""Take one delivery of somebody outside: check who says it and whether they may, put it on the bus."""

from dataclasses import dataclass, replace

from shared.contracts.delivery import message_of
from shared.contracts.settings import WebhookKeySettings
from shared.domain.delivery import (
    ACCEPTED,
    NOT_SIGNED,
    NOT_YOURS,
    REMEMBERED,
    UNAVAILABLE,
    Answer,
    Message,
    Post,
    Sealed,
    fingerprint,
    permitted,
    recognisable,
    repeated,
    sealed,
)
from shared.errors import RefusedError, SettingsError, TransientError
from shared.ports import Clock, Deliveries, Inbox, Secrets, Signatures, WebhookKeys


@dataclass(frozen=True, slots=True)
class Webhook:
    keys: WebhookKeys
    secrets: Secrets
    signatures: Signatures
    deliveries: Deliveries
    inbox: Inbox
    clock: Clock

    def take(self, post: Post) -> Answer:
        """What isn't accepted for a fault of ours is to be delivered again."""
        try:
            return self._take(post)
        except (TransientError, SettingsError, RefusedError) as error:
            return replace(UNAVAILABLE, fault=type(error).__name__)

    def _take(self, post: Post) -> Answer:
        given = sealed(post, self.clock())
        if isinstance(given, Answer):
            return given
        key = self.keys.webhook_key(given.key_id)
        if key is None or not self.signatures.hold(given, self._secrets(key)):
            return NOT_SIGNED
        answer = self._open(given, key)
        return replace(answer, key_id=given.key_id, delivery_id=given.delivery_id)

    def _secrets(self, key: WebhookKeySettings) -> tuple[str, ...]:
        """All that are valid at the moment. Raises SettingsError."""
        found = self.secrets.get(key.secret).get(key.key_id)
        if not isinstance(found, list) or not found:
            raise SettingsError(f"webhook key {key.key_id}: its secret holds no list for it")
        return tuple(str(each) for each in found)

    def _open(self, given: Sealed, key: WebhookKeySettings) -> Answer:
        message = message_of(given.text)
        if isinstance(message, Answer):
            return message
        if not permitted(message, key.workspaces, key.accounts):
            return NOT_YOURS
        return self._pass_on(message, given)

    def _pass_on(self, message: Message, given: Sealed) -> Answer:
        """Put on the bus first, remembered afterwards.

        A crash in between costs a second event under the same id, which intake recognises; the
        other way round it would cost the event.
        """
        content = fingerprint(message)
        before = self.deliveries.known(given.key_id, given.delivery_id)
        answer = repeated(before, content)
        if answer is not None:
            return answer
        self.inbox.put(recognisable(message, given))
        until = self.clock() + REMEMBERED
        self.deliveries.remember(given.key_id, given.delivery_id, content, until)
        return ACCEPTED
