"""What was sent, who may send, and the faults on demand."""

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Lock

from pydantic import BaseModel, ConfigDict, Field

from sandbox.mail.errors import MessageRejected, TooManyRequestsException
from sandbox.mail.message import Draft, Message, bare_addresses


class Faults(BaseModel):
    """A misspelt key is refused: a fault that never acts would prove nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reject: list[str] = Field(default_factory=list)
    throttle: int = Field(default=0, ge=0)
    lost_answer: bool = False


class Mailbox:
    """Thread-safe. ``clock`` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float], verified: Iterable[str] = ()) -> None:
        self._clock = clock
        self._verified = frozenset(identity.lower() for identity in verified)
        self._messages: dict[str, Message] = {}
        self._faults = Faults()
        self._lock = Lock()

    def throttle(self) -> None:
        """Raises TooManyRequestsException as long as that fault has times left."""
        with self._lock:
            if self._faults.throttle:
                self._faults.throttle -= 1
                raise TooManyRequestsException("Maximum sending rate exceeded.")

    def take(self, draft: Draft) -> Message:
        """Raises MessageRejected for a sender or a recipient that SES would refuse."""
        self._check_sender(draft.sender)
        refused = bare_addresses(*self._faults.reject)
        if refused & (draft.recipients | bare_addresses(draft.sender)):
            raise MessageRejected("Address is on the list of faults.")
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")
        message = Message(_new_id(), at, draft)
        with self._lock:
            self._messages[message.id] = message
        return message

    def _check_sender(self, sender: str) -> None:
        for address in bare_addresses(sender):
            identities = {address, address.rpartition("@")[2]}
            if self._verified and not identities & self._verified:
                raise MessageRejected(
                    "Email address is not verified. The following identities failed the check "
                    f"in region US-EAST-1: {address}"
                )

    def messages(self, recipient: str | None = None) -> list[Message]:
        """In the order of arrival; ``recipient`` may stand in any of to, cc and bcc."""
        with self._lock:
            found = list(self._messages.values())
        wanted = recipient and recipient.lower()
        return [m for m in found if not wanted or wanted in m.draft.recipients]

    def find(self, message_id: str) -> Message | None:
        return self._messages.get(message_id)

    def clear(self) -> None:
        with self._lock:
            self._messages.clear()

    @property
    def faults(self) -> Faults:
        return self._faults

    def set_faults(self, faults: Faults) -> None:
        with self._lock:
            self._faults = faults


def _new_id() -> str:
    # The shape of SES's own ids.
    return f"0100{uuid.uuid4().hex[:12]}-{uuid.uuid4()}-000000"
