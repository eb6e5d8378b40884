"""Runs the emulator with IAM enforced: a function can do here what its role in the template allows.

Corrections, so that the template means here what it means on AWS:

- Whoever is not a function owns the account, whatever the credentials say, as usual in a sandbox.
- The template refuses calls without TLS. On loopback there is none, so each request says what a
  proxy that ends TLS would say.
- A batch call needs the permission of the single call; `sqs:SendMessageBatch` is no IAM action.
  Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
- `events:PutEvents` carries the condition key `events:source`.
  Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
- `dynamodb:GetItem` and `dynamodb:PutItem` carry the condition key `dynamodb:LeadingKeys`.
  Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
- A FIFO queue is read for several message groups at a time, never twice for one. The emulator does
  so only one message at a time, because its batches mix groups; ours are of one message.
  Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html

Everything is set by environment variables, see `sandbox/stack/emulator.py`.
"""

import asyncio
import json
import os
import re
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from ministack import app as emulator
from ministack.core import iam_actions, iam_evaluator
from ministack.services import lambda_svc

_OWNER = b"test"
# The emulator gives each function a session; their keys begin so.
_NO_FUNCTION = re.compile(rb"Credential=(?!ASIA)[^/]*/")

_action_of = iam_actions.extract_iam_action
_context_of = iam_actions.request_tag_context
_authenticate = iam_evaluator.authenticate
_concurrency = lambda_svc._sqs_esm_concurrency  # noqa: SLF001 - it has no public switch


async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "http":
        headers = [corrected(name, value) for name, value in scope["headers"]]
        scope["headers"] = [*headers, (b"x-forwarded-proto", b"https")]
    await emulator.app(scope, receive, send)


def corrected(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name.lower() == b"authorization":
        return name, _NO_FUNCTION.sub(b"Credential=" + _OWNER + b"/", value)
    return name, value


def authenticate(access_key: str, account: str) -> Any:
    return None if access_key == _OWNER.decode() else _authenticate(access_key, account)


def action_of(*request: Any) -> str | None:
    action = _action_of(*request)
    return action.removesuffix("Batch") if action and action.startswith("sqs:") else action


def context_of(service: str, action: str, body: bytes, parameters: Any) -> dict[str, Any]:
    context = _context_of(service, action, body, parameters)
    if action == "events:PutEvents":
        sources = {entry.get("Source") for entry in json.loads(body)["Entries"]}
        context["events:source"] = sources.pop() if len(sources) == 1 else None
    if action in {"dynamodb:GetItem", "dynamodb:PutItem"}:
        request = json.loads(body)
        key = request.get("Key") or request["Item"]
        context["dynamodb:LeadingKeys"] = [key["pk"]["S"]]
    return context


def concurrency(mapping: dict[str, Any], function: Any, settings: Any, queue: Any = None) -> int:
    """Without the queue the emulator does not know that it is FIFO; parameters come as text."""
    alone = int(mapping.get("BatchSize", 10)) == 1
    return int(_concurrency(mapping, function, settings, None if alone else queue))


def main() -> None:
    iam_evaluator.authenticate = authenticate
    iam_actions.extract_iam_action = action_of
    iam_actions.request_tag_context = context_of
    lambda_svc._sqs_esm_concurrency = concurrency  # noqa: SLF001 - as above
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main()
