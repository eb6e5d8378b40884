"""What an error of DynamoDB's client means here. By class and code, never by words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from shared.adapters.aws_errors import AWS_ERRORS, mapped
from shared.domain.finding import Fault
from shared.errors import ConflictError, PermanentError, RemediationError, TransientError

_LOST = "ConditionalCheckFailedException"


class LostError(ConflictError):
    """A condition didn't hold. `stored`: the item as it is instead, empty if there is none."""

    def __init__(self, stored: dict[str, Any]) -> None:
        super().__init__("somebody else wrote first")
        self.stored = stored


@contextmanager
def translated() -> Iterator[None]:
    """Raises ours `from` theirs."""
    try:
        yield
    except (*AWS_ERRORS, BotoCoreError, ResponseParserError) as error:
        raise translate(error) from error


def translate(error: Exception) -> RemediationError:
    """A lost condition, worth trying again, or neither.

    A missing permission is a mistake of ours like any other: nobody's login is refused here.
    """
    if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") == _LOST:
        return LostError(_stored(error))
    if isinstance(error, AWS_ERRORS):
        return mapped(error, refused={})
    if isinstance(error, ResponseParserError):
        return TransientError("AWS: an answer that can't be read", Fault.UNREADABLE)
    return PermanentError(f"AWS: {type(error).__name__}")


def _stored(error: ClientError) -> dict[str, Any]:
    """boto3 decodes answers, but not what comes with an error."""
    found: Any = error.response.get("Item", {})
    decode = TypeDeserializer().deserialize
    return {name: decode(value) for name, value in found.items()}
