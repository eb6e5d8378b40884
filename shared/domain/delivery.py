"""What somebody delivers to the webhook: is it whole and recent, may its key say this, was it here?

Source: spec/standard-webhooks.md of github.com/standard-webhooks/standard-webhooks, version 1.0.0.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.clock import DAY, MINUTE, SECOND, Millis

LARGEST = 256 * 1024
"""Bytes of a body."""

LARGEST_DETAIL = 250_000
"""Bytes of what goes on the bus. Source: PutEvents and SQS take 256 KB, envelope included."""

TOLERANCE: Millis = 5 * MINUTE
"""How far a delivery's time may be from ours: the one foreign time that is compared with our own
clock, because the protocol has it so. A captured delivery is of no use any longer than that.
"""

REMEMBERED: Millis = 7 * DAY
"""How long an id is. Source: the specification's retry schedule ends after 76 hours."""

FAILED = "Report Export Failed"

_KEY_ID = re.compile(r"/([a-z0-9][a-z0-9-]{0,62})/?")
_ID = re.compile(r"[A-Za-z0-9_:/+=-]{1,200}")
"""No full stop, so that signed content has one reading only ('Signature scheme'); and no '@'."""

_TIMESTAMP = re.compile(r"[1-9][0-9]{8,10}")


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told. `reason` never repeats anything of what was sent.

    `key_id` and `delivery_id` are set once the signature holds, `fault` if the mistake is ours:
    they are for our log.
    """

    status: int
    outcome: Outcome
    reason: str = ""
    key_id: str = ""
    delivery_id: str = ""
    fault: str = ""


def refused(status: int, reason: str) -> Answer:
    return Answer(status, Outcome.REFUSED, reason)


ACCEPTED = Answer(202, Outcome.ACCEPTED)
DUPLICATE = Answer(200, Outcome.DUPLICATE)
UNAVAILABLE = Answer(503, Outcome.UNAVAILABLE, "not taken: deliver it again later")

NO_REQUEST = refused(400, "no HTTP request")
NO_BASE64 = refused(400, "the body is not the base64 that it is said to be")
NO_TEXT = refused(400, "the body is not UTF-8 text")
TOO_LARGE = refused(413, "the body has more than 256 KB")
TOO_LARGE_DETAIL = refused(413, "what is known of data has more than 250,000 bytes")
NO_POST = refused(405, "only POST is taken")
NO_KEY_ID = refused(404, "the path must be the id of a key and nothing else")
NO_ID = refused(400, "webhook-id: must be 1 to 200 letters, digits and _ : / + = -")
NO_TIMESTAMP = refused(400, "webhook-timestamp: must be whole seconds since 1970")
NO_SIGNATURE = refused(400, "webhook-signature: is missing")
OLD = refused(400, "webhook-timestamp: is more than 5 minutes from now")
NOT_SIGNED = refused(401, "no such key, or webhook-signature was not made with it")
NOT_YOURS = refused(403, "this key does not speak for that workspace or account")
CLASH = refused(409, "webhook-id: has been used for another content")


@dataclass(frozen=True, slots=True)
class Post:
    """An HTTP request. `headers` have lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A delivery as it was signed, or as somebody says that it was. `timestamp` in seconds."""

    key_id: str
    delivery_id: str
    timestamp: str
    signature: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is said, in the public contract's words, of a workspace or of an account."""

    source: str
    detail_type: str
    detail: Mapping[str, object]
    workspace_id: str = ""
    account_id: str = ""


def sealed(post: Post, now: Millis) -> Sealed | Answer:
    """All that can be said without the key."""
    path = _KEY_ID.fullmatch(post.path)
    if post.method != "POST":
        return NO_POST
    if path is None:
        return NO_KEY_ID
    try:
        text = post.body.decode()
    except UnicodeDecodeError:
        return NO_TEXT
    found = Sealed(
        key_id=path[1],
        delivery_id=post.headers.get("webhook-id", ""),
        timestamp=post.headers.get("webhook-timestamp", ""),
        signature=post.headers.get("webhook-signature", ""),
        text=text,
    )
    return _fault(found, now) or found


def _fault(given: Sealed, now: Millis) -> Answer | None:
    if not _ID.fullmatch(given.delivery_id):
        return NO_ID
    if not _TIMESTAMP.fullmatch(given.timestamp):
        return NO_TIMESTAMP
    if not given.signature:
        return NO_SIGNATURE
    if abs(now - int(given.timestamp) * SECOND) > TOLERANCE:
        return OLD
    return None


def permitted(message: Message, workspaces: tuple[str, ...], accounts: tuple[str, ...]) -> bool:
    """Whether a key of these workspaces and accounts may say it: each for itself, not for the
    workspaces of its account, nor for the account of its workspaces.
    """
    return message.workspace_id in workspaces or message.account_id in accounts


def fingerprint(message: Message) -> str:
    """Equal for equal content, however it was spelled in JSON."""
    content = [message.source, message.detail_type, dict(message.detail)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def repeated(before: str | None, now: str) -> Answer | None:
    """By the fingerprints under which an id is known, and comes again; None: it is new.

    An id used twice for different things isn't a repeat: the second one would be lost silently.
    """
    if before is None:
        return None
    return DUPLICATE if before == now else CLASH


def recognisable(message: Message, given: Sealed) -> Message:
    """With an event id that its repeats have as well, by which intake knows them.

    A failure that has an id or a time of its own keeps it: others may report the same one.
    """
    if message.detail_type != FAILED or message.detail.keys() & {"eventId", "failedAt"}:
        return message
    event_id = f"webhook/{given.key_id}/{given.delivery_id}/{fingerprint(message)[:16]}"
    return replace(message, detail={**message.detail, "eventId": event_id})
