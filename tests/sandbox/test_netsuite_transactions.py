"""The table `transaction`, and what Expensify's exports write into it."""

from collections.abc import Iterator

import pytest

from sandbox.expensify.exporting import record_of
from sandbox.expensify.models import Posting
from sandbox.expensify.netsuite_client import poster_to
from sandbox.expensify.world import NetSuiteUnreachableError, Workspace
from tests.sandbox.netsuite_kit import ACCOUNT, Sim, running_sim

ALL = "SELECT id, type, externalid, tranid, memo FROM transaction ORDER BY id"
POSTING = Posting("50001", "R00A", "WS", ACCOUNT, 0.0, "person", None, "https://x")


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def workspace(**more: str) -> Workspace:
    return Workspace.model_validate({"id": "WS", "name": "W", "account": ACCOUNT, **more})


def test_an_export_is_a_transaction(sim: Sim) -> None:
    """With the report's id where the workspace's exports write it; null columns are left out."""
    poster_to(sim.url)(POSTING, workspace())
    assert sim.items(ALL) == [{"id": "50001", "type": "ExpRept", "externalid": "R00A"}]


@pytest.mark.parametrize(
    ("how", "record"),
    [
        ({"reportIdIn": "tranId"}, {"type": "ExpRept", "tranId": "R00A"}),
        ({"reportIdIn": "memo"}, {"type": "ExpRept", "memo": "R00A"}),
        ({"reportIdIn": "nowhere"}, {"type": "ExpRept"}),
        ({"exportDestination": "JOURNAL_ENTRY"}, {"type": "Journal", "externalId": "R00A"}),
    ],
)
def test_where_the_id_stands_is_the_workspaces(
    how: dict[str, str], record: dict[str, object]
) -> None:
    """No source tells which it is."""
    assert record_of(POSTING, workspace(**how)) == record


def test_a_transaction_is_put_listed_and_deleted(sim: Sim) -> None:
    """As a person does it in NetSuite."""
    of = f"accounts/{ACCOUNT}/transactions"
    assert sim.control("PUT", f"{of}/7", json={"memo": "R1"}).status_code == 200
    assert [t["id"] for t in sim.control("GET", of).json()] == ["7"]
    assert sim.control("DELETE", f"{of}/7").status_code == 200
    assert sim.control("DELETE", f"{of}/7").status_code == 404
    assert sim.control("PUT", f"{of}/7", json=[]).status_code == 400
    assert sim.items(ALL) == []


def test_a_reset_forgets_what_was_exported(sim: Sim) -> None:
    """Back to the loaded world."""
    poster_to(sim.url)(POSTING, workspace())
    sim.control("POST", "reset")
    assert sim.items(ALL) == []


def test_the_table_is_one_as_the_others(sim: Sim) -> None:
    """It may have an alias or qualify a column, and has no other columns."""
    poster_to(sim.url)(POSTING, workspace())
    assert sim.items("SELECT t.id FROM transaction t WHERE t.externalid = ?", "R00A")
    assert sim.items("SELECT transaction.id FROM Transaction WHERE transaction.id = 50001")
    assert sim.suiteql("SELECT custbody1 FROM transaction").status_code == 400


def test_a_netsuite_that_does_not_answer_takes_no_record() -> None:
    """Then nothing was posted."""
    with pytest.raises(NetSuiteUnreachableError):
        poster_to("http://127.0.0.1:9")(POSTING, workspace())
