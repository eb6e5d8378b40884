"""An HTTP request and its answer, as a function URL hands them over (payload format 2.0)."""

import base64
import binascii
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.delivery import (
    LARGEST,
    NO_BASE64,
    NO_POST,
    NO_REQUEST,
    NO_TEXT,
    TOO_LARGE,
    UNAVAILABLE,
    Answer,
    Post,
)

_LARGEST_BASE64 = -(-LARGEST // 3) * 4
_PATIENCE_SECONDS = "60"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Http(_Part):
    method: str


class _Context(_Part):
    http: _Http


class _Event(_Part):
    rawPath: str
    requestContext: _Context
    headers: dict[str, str] = {}
    body: str | None = None
    isBase64Encoded: bool = False


def post_of(event: dict[str, Any]) -> Post | Answer:
    """The size is looked at before anything else is."""
    try:
        given = _Event.model_validate(event)
    except ValidationError:
        return NO_REQUEST
    body = _body(given.body or "", in_base64=given.isBase64Encoded)
    if isinstance(body, Answer):
        return body
    return Post(given.requestContext.http.method, given.rawPath, _lower(given.headers), body)


def response(answer: Answer) -> dict[str, Any]:
    said = {"outcome": answer.outcome} | ({"reason": answer.reason} if answer.reason else {})
    headers = {"content-type": "application/json"}
    if answer.status == UNAVAILABLE.status:
        headers["retry-after"] = _PATIENCE_SECONDS
    if answer.status == NO_POST.status:
        headers["allow"] = "POST"
    return {"statusCode": answer.status, "headers": headers, "body": json.dumps(said)}


def _body(text: str, *, in_base64: bool) -> bytes | Answer:
    """A text has no more characters than bytes, so a huge one is refused undecoded."""
    if len(text) > (_LARGEST_BASE64 if in_base64 else LARGEST):
        return TOO_LARGE
    try:
        body = base64.b64decode(text, validate=True) if in_base64 else text.encode()
    except UnicodeEncodeError:
        return NO_TEXT
    except (binascii.Error, ValueError):
        return NO_BASE64
    return TOO_LARGE if len(body) > LARGEST else body


def _lower(headers: dict[str, str]) -> dict[str, str]:
    """One that is given twice is a list, as in HTTP; no header of ours may be one."""
    joined: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    return joined
