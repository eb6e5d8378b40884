"""AWS clients of two kinds: moto's, which do the service, and stand-ins that fail as told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError
from moto import mock_aws

REGION = "eu-west-1"


@contextmanager
def aws(service: str) -> Iterator[Any]:
    """A service of moto's, empty, with credentials that open nothing."""
    with mock_aws():
        yield client(service)


def client(service: str, endpoint_url: str | None = None) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name=REGION,
        endpoint_url=endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def refusal(code: str, status: int = 400, words: str = "") -> ClientError:
    """What boto3 raises; `words` is what the service says beside the code."""
    answer: Any = {
        "Error": {"Code": code, "Message": words},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "Operation")


def timeout() -> ConnectTimeoutError:
    return ConnectTimeoutError(endpoint_url="https://aws.example")


class Failing:
    """A client whose every call ends in the errors given, in their order; None succeeds."""

    def __init__(self, *errors: Exception | None, answer: Any = None) -> None:
        self.errors = list(errors)
        self.answer = answer
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            self.calls.append(parameters)
            error = self.errors.pop(0) if self.errors else None
            if error is not None:
                raise error
            return self.answer

        return call
