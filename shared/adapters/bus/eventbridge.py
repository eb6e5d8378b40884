"""`EventBridgeBus`: puts announcements, ten a call, and looks at what became of each."""

import json
from collections.abc import Iterable
from itertools import batched
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import THROTTLED, TRANSIENT, translated
from shared.errors import PermanentError, ThrottledError, TransientError
from shared.ports import Announcement

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "export-remediation"
VERSION = 1
_A_CALL = 10
"""Source: PutEvents takes at most 10 entries."""


class EventBridgeBus:
    def __init__(self, client: "EventBridgeClient", bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def publish(self, announcements: Iterable[Announcement]) -> None:
        """Every one is tried before the worst refusal is raised.

        Raises TransientError (throttled, internal), PermanentError (a broken entry, no such bus).
        """
        refusals: list[str] = []
        for chunk in batched(announcements, _A_CALL, strict=False):
            refusals += self._put([self._entry(each) for each in chunk])
        if refusals:
            raise worst(refusals)

    def _put(self, entries: list["PutEventsRequestEntryTypeDef"]) -> list[str]:
        """The codes of those that weren't taken: the call as a whole succeeds all the same."""
        with translated():
            answer = self._client.put_events(Entries=entries)
        if not answer["FailedEntryCount"]:
            return []
        return [entry["ErrorCode"] for entry in answer["Entries"] if entry.get("ErrorCode")]

    def _entry(self, announcement: Announcement) -> "PutEventsRequestEntryTypeDef":
        detail = {"version": VERSION, **announcement.detail, "id": announcement.id}
        return {
            "EventBusName": self._bus_name,
            "Source": SOURCE,
            "DetailType": announcement.detail_type,
            "Detail": json.dumps(detail, ensure_ascii=False),
        }


def worst(codes: list[str]) -> TransientError | PermanentError:
    """One hopeless entry must not hide that others are worth another try."""
    text = f"{len(codes)} events weren't taken: {', '.join(sorted(set(codes)))}"
    if any(code in TRANSIENT for code in codes):
        return TransientError(text)
    if any(code in THROTTLED for code in codes):
        return ThrottledError(text)
    return PermanentError(text)
