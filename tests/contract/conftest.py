from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from tests.contract.kit import Stores, create_table, in_memory, on_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

_numbers = count()


@pytest.fixture(scope="module")
def dynamodb() -> Iterator["DynamoDBServiceResource"]:
    with mock_aws():
        yield boto3.resource("dynamodb", region_name="us-east-1")


@pytest.fixture
def table(dynamodb: "DynamoDBServiceResource") -> "Table":
    """An empty one of its own for each test."""
    return create_table(dynamodb, f"table-{next(_numbers)}")


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """Each test that takes it runs on the fakes and on the adapters."""
    if request.param == "memory":
        return in_memory()
    return on_table(request.getfixturevalue("table"))
