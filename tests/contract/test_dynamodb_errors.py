"""What an error of DynamoDB, or of the way there, means to the caller."""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from boto3.dynamodb.conditions import Key
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from shared.adapters.table.errors import LostError, translate
from shared.adapters.table.store import Store, change
from shared.domain.finding import Fault
from shared.errors import ConflictError, PermanentError, ThrottledError, TransientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

URL = "https://dynamodb.example"


def answered(code: str, status: int = 400, words: str = "") -> ClientError:
    error = {"Error": {"Code": code, "Message": words}}
    return ClientError({**error, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutItem")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    "code",
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"],
)
def test_throttling_is_throttling(code: str) -> None:
    """Not now, but later."""
    assert isinstance(translate(answered(code)), ThrottledError)


@pytest.mark.parametrize(
    "error",
    [
        answered("InternalServerError", 500),
        answered("ServiceUnavailable", 503),
        answered("502", 502),
        answered("SomethingNew", 500),
        EndpointConnectionError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        ResponseParserError("no JSON"),
    ],
    ids=repr,
)
def test_trouble_on_their_side_or_on_the_way_is_transient(error: Exception) -> None:
    """The same request may work the next time."""
    ours = translate(error)
    assert isinstance(ours, TransientError)
    unread = isinstance(error, ResponseParserError)
    assert ours.fault is (Fault.UNREADABLE if unread else Fault.UNREACHABLE)


@pytest.mark.parametrize(
    "error",
    [
        answered("ValidationException"),
        answered("ResourceNotFoundException"),
        answered("AccessDeniedException"),
        answered("SomethingNew"),
        ParamValidationError(report="no"),
        NoCredentialsError(),
    ],
    ids=repr,
)
def test_everything_else_is_permanent(error: Exception) -> None:
    """A mistake of ours, which no repeat mends. Nobody's login counts as refused."""
    assert type(translate(error)) is PermanentError


def test_words_decide_nothing_and_are_not_repeated() -> None:
    """They are for people, may change, and may hold content."""
    error = answered("ValidationException", words="ThrottlingException: nora@acme.example")
    ours = translate(error)
    assert type(ours) is PermanentError
    assert "nora" not in str(ours)


def test_lost_condition_is_a_conflict_that_shows_what_is_stored(table: "Table") -> None:
    """Nested and numeric attributes are decoded like any others."""
    there: dict[str, Any] = {"pk": "a", "sk": "b", "n": 7, "deep": {"list": ["x"]}}
    table.put_item(Item=there)
    with pytest.raises(ConflictError) as caught:
        Store(table).put({"pk": "a", "sk": "b"}, Key("pk").eq("other"))
    assert isinstance(caught.value, LostError)
    assert caught.value.stored == there
    assert isinstance(caught.value.__cause__, ClientError)


def test_lost_condition_on_nothing_shows_nothing(table: "Table") -> None:
    """There is no item to show."""
    with pytest.raises(LostError) as caught:
        Store(table).update({"pk": "a", "sk": "b"}, change({"n": 1}), Key("pk").eq("a"))
    assert caught.value.stored == {}


CALLS: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.get({"pk": "a", "sk": "b"}),
    "put": lambda store: store.put({"pk": "a", "sk": "b"}),
    "save": lambda store: store.save({"pk": "a", "sk": "b", "version": 1}),
    "update": lambda store: store.update({"pk": "a", "sk": "b"}, change({"n": 1})),
    "query": lambda store: list(store.query(Key("pk").eq("a"))),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_no_request_lets_an_error_of_the_client_through(
    dynamodb: "DynamoDBServiceResource", call: Callable[[Store], object]
) -> None:
    """Workflows know our errors only; the cause stands behind ours."""
    with pytest.raises(PermanentError, match="ResourceNotFound") as caught:
        call(Store(dynamodb.Table("no-such-table")))
    assert isinstance(caught.value.__cause__, ClientError)


def test_endpoint_that_nobody_listens_at_is_transient() -> None:
    """From the socket up: no words, no guesses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    unreachable = boto3.resource(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(TransientError) as caught:
        Store(unreachable.Table("any")).get({"pk": "a", "sk": "b"})
    assert isinstance(caught.value.__cause__, BotoCoreError)
