"""`StandardWebhooks`: signatures by the scheme's own library."""

import base64
import binascii
from collections.abc import Iterable

from standardwebhooks import Webhook, WebhookVerificationError

from shared.domain.delivery import Sealed
from shared.errors import SettingsError

_PREFIX = "whsec_"
_SHORTEST = 24
"""Bytes of a secret. Source: the specification, 'Signature scheme'."""


class StandardWebhooks:
    def hold(self, given: Sealed, secrets: Iterable[str]) -> bool:
        """Raises SettingsError if none fits and one can't be used: it may be the one."""
        keys = [_key(secret) for secret in secrets]
        if any(key and _fits(given, key) for key in keys):
            return True
        if None in keys:
            raise SettingsError(f"webhook key {given.key_id}: a secret can't be used")
        return False


def _key(secret: str) -> bytes | None:
    """The library would take any text for base64 and leave out what isn't."""
    bare = secret.removeprefix(_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) >= _SHORTEST else None


def _fits(given: Sealed, key: bytes) -> bool:
    headers = {
        "webhook-id": given.delivery_id,
        "webhook-timestamp": given.timestamp,
        "webhook-signature": given.signature,
    }
    try:
        Webhook(key).verify(given.text, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        # ValueError: the library takes the header apart without asking whether it can.
        return False
    return True
