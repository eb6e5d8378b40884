"""`SecretsManager`: a tenant's secret by its name, kept for five minutes."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import REFUSED, translated
from shared.domain.clock import MINUTE, Millis
from shared.domain.finding import Fault
from shared.errors import RefusedError
from shared.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT: Millis = 5 * MINUTE

# To the tenant it is all one: without its secret nobody can log in.
_REFUSED = dict.fromkeys(
    [
        *REFUSED,
        "DecryptionFailure",
        "InvalidParameterException",
        "InvalidRequestException",  # marked for deletion
        "ResourceNotFoundException",
        "ValidationException",
    ],
    Fault.LOGIN_REFUSED,
)


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str = field(repr=False)
    until: Millis


class SecretsManager:
    def __init__(self, client: "SecretsManagerClient", clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def get(self, name: str, *, fresh: bool = False) -> dict[str, object]:
        """Raises RefusedError (missing, forbidden, no JSON object), TransientError."""
        kept = self._kept.get(name)
        if fresh or kept is None or self._clock() >= kept.until:
            return self._read(name)
        return _parsed(kept.text)

    def _read(self, name: str) -> dict[str, object]:
        """Kept only once it is known to be readable: a mended secret counts at once."""
        self._kept.pop(name, None)
        with translated(refused=_REFUSED):
            text = self._client.get_secret_value(SecretId=name).get("SecretString", "")
        value = _parsed(text)
        self._kept[name] = _Kept(text, self._clock() + KEPT)
        return value


def _parsed(text: str) -> dict[str, object]:
    """Anew each time, so that nobody changes what others get. Says nothing of the content."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RefusedError("the secret is no JSON object", Fault.LOGIN_REFUSED)
    return value
