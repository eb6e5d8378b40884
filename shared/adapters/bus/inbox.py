"""`EventBridgeInbox`: puts what others say on the bus, under their own source."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import translated
from shared.adapters.bus.eventbridge import worst
from shared.domain.delivery import Message

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

_ENTRIES = 10
_BYTES = 200_000
"""Source: PutEvents takes at most 10 entries and 256 KB, which count more than the detail."""


class EventBridgeInbox:
    def __init__(self, client: "EventBridgeClient", bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def put(self, *messages: Message) -> None:
        """Every one is tried before the worst refusal is raised.

        Raises TransientError (throttled, internal), PermanentError (no such bus).
        """
        refusals: list[str] = []
        for call in _calls(self._entry(each) for each in messages):
            refusals += self._put(call)
        if refusals:
            raise worst(refusals)

    def _put(self, entries: list["PutEventsRequestEntryTypeDef"]) -> list[str]:
        """The codes of those that weren't taken: the call as a whole succeeds all the same."""
        with translated():
            answer = self._client.put_events(Entries=entries)
        if not answer["FailedEntryCount"]:
            return []
        return [entry["ErrorCode"] for entry in answer["Entries"] if entry.get("ErrorCode")]

    def _entry(self, message: Message) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._bus_name,
            "Source": message.source,
            "DetailType": message.detail_type,
            "Detail": json.dumps(dict(message.detail), ensure_ascii=False),
        }


def _calls(
    entries: Iterable["PutEventsRequestEntryTypeDef"],
) -> Iterator[list["PutEventsRequestEntryTypeDef"]]:
    """As few as may be; one that is too large alone goes alone, and is refused."""
    call: list[PutEventsRequestEntryTypeDef] = []
    size = 0
    for entry in entries:
        more = len(str(entry["Detail"]).encode())
        if call and (len(call) == _ENTRIES or size + more > _BYTES):
            yield call
            call, size = [], 0
        call.append(entry)
        size += more
    if call:
        yield call
