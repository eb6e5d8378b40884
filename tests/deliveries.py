"""Deliveries to the webhook, signed by hand as the specification says, not by the library."""

import base64
import hashlib
import hmac
import json
from typing import Any

from shared.contracts.settings import WebhookKeySettings
from shared.domain.clock import SECOND, Millis
from shared.domain.delivery import Post
from tests.builders import ACCOUNT, LABEL, NOW, NS0770, REPORT, WS

KEY, SECRET_NAME = "acme-bridge", "export-remediation/webhook"
SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two bytes, all of").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"the key of thirty-two bytes before").decode()
OTHERS_SECRET = "whsec_" + base64.b64encode(b"somebody else's thirty-two bytes.").decode()
ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"

FAILED: dict[str, Any] = {
    "version": 1,
    "workspaceId": WS,
    "reportId": REPORT,
    "errorMessage": NS0770.format(LABEL),
}
CHANGED: dict[str, Any] = {"version": 1, "workspaceId": WS, "reportId": REPORT}
PROJECT: dict[str, Any] = {"version": 1, "accountId": ACCOUNT, "projectId": "4711"}
DETAILS = {
    "Report Export Failed": FAILED,
    "Report Changed": CHANGED,
    "Project Changed": PROJECT,
}
SETTINGS = WebhookKeySettings(key_id=KEY, secret=SECRET_NAME, workspaces=(WS,), accounts=(ACCOUNT,))


def body_of(kind: str = "Report Export Failed", **more: Any) -> str:
    """Of the detail, None leaves a field out."""
    detail = {name: value for name, value in {**DETAILS[kind], **more}.items() if value is not None}
    return json.dumps({"type": kind, "data": detail}, ensure_ascii=False)


def signature(body: bytes, secret: str, delivery_id: str, timestamp: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def headers_of(
    body: bytes, *, secret: str = SECRET, delivery_id: str = ID, at: Millis = NOW
) -> dict[str, str]:
    timestamp = str(at // SECOND)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(body, secret, delivery_id, timestamp),
    }


def post(
    body: str | bytes | None = None,
    *,
    key_id: str = KEY,
    secret: str = SECRET,
    delivery_id: str = ID,
    at: Millis = NOW,
    **headers: str | None,
) -> Post:
    """A good one, of a failure; of the headers, None leaves one out."""
    raw = body_of() if body is None else body
    data = raw.encode() if isinstance(raw, str) else raw
    made: dict[str, str | None] = dict(
        headers_of(data, secret=secret, delivery_id=delivery_id, at=at)
    )
    made |= {name.replace("_", "-"): value for name, value in headers.items()}
    given = {name: value for name, value in made.items() if value is not None}
    return Post("POST", f"/{key_id}", given, data)
