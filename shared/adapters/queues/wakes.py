"""`SqsWakes`: one FIFO queue per reconciler, one message group per key."""

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.adapters.aws_errors import translated
from shared.contracts.events import WakeUp
from shared.ports import Reconciler

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Source: SendMessage, MessageGroupId: up to 128 alphanumeric and punctuation characters.
_GROUP = re.compile(r"[!-~]{1,128}")


class SqsWakes:
    def __init__(self, client: "SQSClient", urls: Mapping[Reconciler, str]) -> None:
        self._client = client
        self._urls = urls

    def wake(self, reconciler: Reconciler, key: str) -> None:
        """Never deduplicated: the queue would drop a wake-up that is needed.

        Raises TransientError, RefusedError.
        """
        with translated():
            self._client.send_message(
                QueueUrl=self._urls[reconciler],
                MessageBody=WakeUp(key=key).model_dump_json(),
                MessageGroupId=group_of(key),
                MessageDeduplicationId=uuid4().hex,
            )


def group_of(key: str) -> str:
    """The key, or what stands for it where SQS wouldn't take it."""
    return key if _GROUP.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()
