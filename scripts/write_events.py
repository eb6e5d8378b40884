"""Writes `events/`: golden samples in the exact shape in which Lambda gets them, and the schemas.

A test fails when what is there differs from what this would write.
"""

import base64
import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from shared.contracts.events import (
    CaseEvent,
    FixRequested,
    ProjectChanged,
    ReportChanged,
    ReportExportFailed,
    WakeUp,
)

EVENTS = Path(__file__).resolve().parents[1] / "events"
REGION, ACCOUNT = "eu-west-1", "123456789012"
SENT = "1800000000000"

FAILED: dict[str, Any] = {
    "version": 1,
    "workspaceId": "A1B2C3D4E5F60718",
    "reportId": "R00ROME00001",
    "errorMessage": (
        "NS0770 Export Error: Project [Apollo Rollout] is not active and can’t accept expenses. "
        "Please update the project tag."
    ),
    "eventId": "expensify-action-5509240412000765850",
    "failedAt": "2027-01-15 09:58:07.412",
    "reportName": "Rome kick-off",
    "submitterEmail": "ines@acme.example",
    "approverEmail": "wim.accounting@acme.example",
    "amount": {"value": 439.5, "currency": "EUR"},
    "expenses": [
        {
            "transactionId": "901",
            "project": "Apollo Rollout",
            "merchant": "Hotel Forum",
            "amount": {"value": 412.0, "currency": "EUR"},
        }
    ],
}
SMALLEST = {name: FAILED[name] for name in ("version", "workspaceId", "reportId", "errorMessage")}
OTHER = {
    **SMALLEST,
    "errorMessage": (
        "NS0024 Export Error: Invalid 'customer' or 'project' tag. Please make sure the employee "
        "is listed as a resource on the 'customer' or 'project' in NetSuite."
    ),
}
CHANGED = {
    "version": 1,
    "workspaceId": "A1B2C3D4E5F60718",
    "reportId": "R00ROME00001",
    "eventId": "R00ROME00001.5f1c8f0a2b7d4e63",
    "what": "exported",
}
PROJECT = {"version": 1, "accountId": "1234567_SB1", "projectId": "4711"}

CREDENTIAL = "export-remediation/field.7f3a91bc04d2"
KEY_ID = "acme-bridge"
WEBHOOK_SECRET = f"whsec_{base64.b64encode(b'the sample key, of no use at all').decode()}"
"""The samples of the webhook are signed with it, at `SENT`: later than that they are too old."""


def samples() -> dict[str, Any]:
    """File names under `events/` and their content."""
    failed = ("expensify", "Report Export Failed")
    return {
        "intake/report-export-failed.v1.json": _queued(_event(*failed, FAILED)),
        "intake/report-export-failed-smallest.v1.json": _queued(_event(*failed, SMALLEST)),
        "intake/report-export-failed-other-code.v1.json": _queued(_event(*failed, OTHER)),
        "intake/report-export-failed-malformed.v1.json": _queued(
            _event(*failed, {"version": 1, "workspaceId": "A1B2C3D4E5F60718"})
        ),
        "intake/report-changed.v1.json": _queued(_event("expensify", "Report Changed", CHANGED)),
        "intake/project-changed.v1.json": _queued(_event("netsuite", "Project Changed", PROJECT)),
        "watch/wake-up.v1.json": _woken("WatchQueue", "1234567_SB1"),
        "recover/wake-up.v1.json": _woken("RecoverQueue", "A1B2C3D4E5F60718"),
        "notify/wake-up.v1.json": _woken("NotifyQueue", "operators"),
        "detect/wake-up.v1.json": _woken("DetectQueue", CREDENTIAL),
        "sweep/schedule.v1.json": _scheduled(),
        "webhook/report-export-failed.v1.json": delivery("Report Export Failed", FAILED),
        "webhook/report-changed.v1.json": delivery("Report Changed", CHANGED, in_base64=True),
        "webhook/project-changed.v1.json": delivery("Project Changed", PROJECT),
        "webhook/wrong-signature.v1.json": delivery("Report Changed", CHANGED, signature="v1,AAAA"),
        **{f"schemas/{name}.v1.json": schema for name, schema in schemas().items()},
    }


def schemas() -> dict[str, Any]:
    models = (ReportExportFailed, ReportChanged, ProjectChanged, CaseEvent, FixRequested, WakeUp)
    return {model.__name__: model.model_json_schema() for model in models}


def _event(source: str, detail_type: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": "2027-01-15T09:58:09Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


def _queued(*events: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [_record("IntakeQueue", json.dumps(e, ensure_ascii=False)) for e in events]}


def _woken(queue: str, key: str) -> dict[str, Any]:
    record = _record(f"{queue}.fifo", json.dumps({"version": 1, "key": key}))
    record["attributes"] |= {
        "MessageGroupId": key,
        "MessageDeduplicationId": "0f8fad5bd9cb469fa16570867728950e",
        "SequenceNumber": "18849496460467696128",
    }
    return {"Records": [record]}


def _scheduled() -> dict[str, Any]:
    """What EventBridge Scheduler sends to a target without an input of its own."""
    event = _event("aws.scheduler", "Scheduled Event", {})
    schedule = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/sweep"
    return {**event, "resources": [schedule], "detail": "{}"}


def delivery(
    kind: str, data: dict[str, Any], *, in_base64: bool = False, signature: str = ""
) -> dict[str, Any]:
    """What a function URL sends to its function (payload format 2.0)."""
    body = json.dumps({"type": kind, "data": data}, ensure_ascii=False)
    sent, delivery_id = int(SENT) // 1000, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
    signed = Webhook(WEBHOOK_SECRET).sign(delivery_id, datetime.fromtimestamp(sent, UTC), body)
    host = "abcdefghijklmnopqrstuvwxyz012345"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": f"/{KEY_ID}",
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "host": f"{host}.lambda-url.{REGION}.on.aws",
            "user-agent": "bridge/1.0",
            "webhook-id": delivery_id,
            "webhook-signature": signature or signed,
            "webhook-timestamp": str(sent),
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": host,
            "domainName": f"{host}.lambda-url.{REGION}.on.aws",
            "domainPrefix": host,
            "http": {
                "method": "POST",
                "path": f"/{KEY_ID}",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "bridge/1.0",
            },
            "requestId": "5b441b59-a550-11f0-8de9-0242ac120002",
            "routeKey": "$default",
            "stage": "$default",
            "time": "15/Jan/2027:08:00:00 +0000",
            "timeEpoch": int(SENT),
        },
        "body": base64.b64encode(body.encode()).decode() if in_base64 else body,
        "isBase64Encoded": in_base64,
    }


def _record(queue: str, body: str) -> dict[str, Any]:
    return {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": SENT,
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": SENT,
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode()).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }


def rendered(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    for name, content in samples().items():
        path = EVENTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered(content), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(EVENTS.parent)}\n")


if __name__ == "__main__":
    main()
