"""A tenant's secret, of which one part is replaced. What is in it is never shown."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import translated
from shared.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

type Secret = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TenantSecrets:
    client: "SecretsManagerClient"

    def read(self, name: str) -> Secret | None:
        """None if there is none. Raises PermanentError, TransientError."""
        with translated():
            try:
                found = self.client.get_secret_value(SecretId=name)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
                return None
        return _object(name, found.get("SecretString", ""))

    def put(self, name: str, part: str, content: Secret) -> None:
        """Beside its other parts, as they are now; the earlier content stays as AWSPREVIOUS."""
        before = self.read(name)
        text = json.dumps({**(before or {}), part: content})
        with translated():
            if before is None:
                self.client.create_secret(Name=name, SecretString=text)
            else:
                self.client.put_secret_value(SecretId=name, SecretString=text)


def _object(name: str, text: str) -> Secret:
    """What can't be read isn't written over."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise PermanentError(f"the secret {name} is no JSON object; it stays as it is")
    return value
