"""`EventBridgeInbox`: puts what others say on the bus, under their own source."""

import json
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import translated
from shared.adapters.bus.eventbridge import worst
from shared.domain.delivery import Message

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBridgeInbox:
    def __init__(self, client: "EventBridgeClient", bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def put(self, message: Message) -> None:
        """Raises TransientError (throttled, internal), PermanentError (no such bus)."""
        with translated():
            answer = self._client.put_events(
                Entries=[
                    {
                        "EventBusName": self._bus_name,
                        "Source": message.source,
                        "DetailType": message.detail_type,
                        "Detail": json.dumps(dict(message.detail), ensure_ascii=False),
                    }
                ]
            )
        if answer["FailedEntryCount"]:
            raise worst([entry["ErrorCode"] for entry in answer["Entries"]])
