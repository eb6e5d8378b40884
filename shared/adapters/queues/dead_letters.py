"""`SqsDeadLetters`: keeps a message as it came, with the reason in an attribute beside it."""

import re
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_REASON_LENGTH = 256
# Source: SendMessage, `#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`.
_NOT_TAKEN = re.compile(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class SqsDeadLetters:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, body: str, reason: str) -> None:
        """The body is never cut: it came out of a queue, so it fits. Raises TransientError."""
        with translated():
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=body,
                MessageAttributes={
                    "reason": {"DataType": "String", "StringValue": _readable(reason)}
                },
            )


def _readable(reason: str) -> str:
    """One line; an attribute must not be empty."""
    return _NOT_TAKEN.sub(" ", reason)[:_REASON_LENGTH].strip() or "no reason given"
