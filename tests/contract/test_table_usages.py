from typing import TYPE_CHECKING

import pytest

from shared.adapters.table import TableUsages
from shared.domain.slots import Usage
from shared.errors import ConflictError
from shared.ports import Usages
from tests.builders import NOW
from tests.fakes.usages import FakeUsages

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@pytest.fixture(params=["memory", "dynamodb"])
def usages(request: pytest.FixtureRequest) -> Usages:
    if request.param == "memory":
        return FakeUsages()
    return TableUsages(request.getfixturevalue("table"))


def test_usage_comes_back_as_it_was_saved(usages: Usages) -> None:
    """A credential never used has no requests behind it."""
    assert usages.get("c") == Usage("c")
    usages.save(Usage("c", (NOW,), (NOW + 1,), NOW + 2))
    assert usages.get("c") == Usage("c", (NOW,), (NOW + 1,), NOW + 2, version=1)


def test_of_two_runs_that_count_at_once_one_loses(usages: Usages) -> None:
    """Otherwise one request would be counted for two."""
    usages.save(Usage("c", (NOW,)))
    with pytest.raises(ConflictError):
        usages.save(Usage("c", (NOW + 1,)))


def test_usage_expires_in_a_day(table: "Table") -> None:
    """A credential that nobody uses any more leaves nothing behind."""
    TableUsages(table).save(Usage("c", (NOW,)))
    (item,) = table.scan()["Items"]
    assert item["ttl"] == (NOW + 86_400_000) // 1000
