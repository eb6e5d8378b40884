"""Calls the sweep every second: AWS has no schedule below a minute, and a demo no minute to wait."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.stack.progress import Progress
from sandbox.stack.stack import Stack

_EVERY_SECONDS = 1.0
_AT_THE_END_SECONDS = 2.0
_ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=70)


@contextmanager
def sweeping(stack: Stack, progress: Progress) -> Iterator[None]:
    over = Event()
    thread = Thread(target=_sweep_on, args=(stack, progress, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_AT_THE_END_SECONDS)


def _sweep_on(stack: Stack, progress: Progress, over: Event) -> None:
    said = ""
    while not over.wait(_EVERY_SECONDS):
        trouble = sweep(stack)
        if trouble and trouble != said and not over.is_set():
            progress.say(f"sweep failed: {trouble}")
        said = trouble


def sweep(stack: Stack) -> str:
    """One sweep; what went wrong, or nothing."""
    try:
        client = boto3.client("lambda", config=_ONCE, **stack.aws)
        answer = client.invoke(FunctionName=stack.functions["sweep"])
    except (BotoCoreError, ClientError) as error:
        return str(error)
    if not answer.get("FunctionError"):
        return ""
    payload = json.loads(answer["Payload"].read())
    return f"{payload.get('errorType')}: {payload.get('errorMessage')}"
