"""The query for the records of reports: its text, its pages, and what its failures become."""

import pytest

from shared.domain.absence import ReportRecord
from shared.domain.finding import Fault
from shared.errors import RefusedError, TransientError
from tests.adapters.netsuite_kit import answered, granted, page, rig, sample

UNKNOWN = answered(400, sample("error_400_suiteql_unknown_identifier"))


def test_every_column_is_asked_for_with_every_text() -> None:
    """All of it bound, and the next page by id."""
    made = rig(granted(), page({"id": "5", "TranID": "R1", "memo": "a trip", "externalid": "R2"}))
    found = made.client.find_records(("R1", "R2"))
    assert set(found) == {ReportRecord("5", "tranid", "R1"), ReportRecord("5", "externalid", "R2")}
    (body,) = made.script.queries()
    assert body["q"] == (
        "SELECT id, externalid, tranid, memo FROM transaction WHERE (externalid IN (?, ?) "
        "OR tranid IN (?, ?) OR memo IN (?, ?)) AND id > ? ORDER BY id"
    )
    assert body["params"] == ["R1", "R2"] * 3 + ["0"]


def test_all_pages_are_read() -> None:
    """A part of the answer is never given for the whole."""
    made = rig(
        granted(), page({"id": "9", "memo": "R1"}, hasMore=True), page({"id": "11", "memo": "R1"})
    )
    assert [r.record_id for r in made.client.find_records(("R1",))] == ["9", "11"]
    assert [body["params"][-1] for body in made.script.queries()] == ["0", "9"]


def test_pages_end() -> None:
    """One that comes again would never; so many can't be the answer."""
    same = page({"id": "5"}, hasMore=True)
    endless = [page({"id": str(number)}, hasMore=True) for number in range(1, 30)]
    for pages in ([same, same], endless):
        with pytest.raises(TransientError) as caught:
            rig(granted(), *pages).client.find_records(("R1",))
        assert caught.value.fault is Fault.UNREADABLE


def test_an_account_that_shows_no_external_id_is_asked_without() -> None:
    """And at once the next time."""
    made = rig(granted(), UNKNOWN, page(), page())
    assert made.client.find_records(("R1",)) == made.client.find_records(("R1",)) == ()
    assert ["externalid" in body["q"] for body in made.script.queries()] == [True, False, False]


def test_a_query_refused_however_narrow_is_a_missing_permission() -> None:
    """The role may not see transactions; the next time both are tried again."""
    made = rig(granted(), UNKNOWN, UNKNOWN)
    with pytest.raises(RefusedError) as refused:
        made.client.find_records(("R1",))
    assert refused.value.fault is Fault.NO_PERMISSION
