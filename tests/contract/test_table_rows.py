import pytest

from shared.domain.clock import MINUTE, Millis
from shared.ports import Reconciler, Row
from tests.builders import NOW, WS
from tests.contract.kit import Stores

RECOVER = Reconciler.RECOVER
ARMED = NOW + 5 * MINUTE


def due(stores: Stores, key: str = WS) -> Millis | None:
    return stores.rows.get(RECOVER, key).due


def finish(stores: Stores, at: Millis | None, looked_at: Millis = NOW) -> Row:
    stores.rows.finish(RECOVER, WS, armed=ARMED, looked_at=looked_at, due=at)
    return stores.rows.get(RECOVER, WS)


def test_row_never_written_is_never_due(stores: Stores) -> None:
    """And was never looked at."""
    assert stores.rows.get(RECOVER, WS) == Row(RECOVER, WS)
    assert stores.rows.overdue(NOW, 10) == ()


@pytest.mark.parametrize("before", [None, NOW, ARMED + 1])
def test_arming_moves_the_row_whatever_it_was(stores: Stores, before: Millis | None) -> None:
    """The safety net stands before the run begins."""
    if before is not None:
        stores.rows.arm(RECOVER, WS, before)
    stores.rows.arm(RECOVER, WS, ARMED)
    assert due(stores) == ARMED


def test_arming_keeps_when_it_was_looked_at(stores: Stores) -> None:
    """Or wake-ups that were satisfied would be looked at again."""
    stores.rows.arm(RECOVER, WS, ARMED)
    finish(stores, None)
    stores.rows.arm(RECOVER, WS, ARMED)
    assert stores.rows.get(RECOVER, WS) == Row(RECOVER, WS, ARMED, NOW)


@pytest.mark.parametrize("at", [NOW + MINUTE, ARMED, ARMED + MINUTE, None])
def test_end_of_a_run_sets_the_next_look(stores: Stores, at: Millis | None) -> None:
    """Earlier or later than the safety net, or never."""
    stores.rows.arm(RECOVER, WS, ARMED)
    assert finish(stores, at) == Row(RECOVER, WS, at, NOW)


@pytest.mark.parametrize(
    ("ours", "theirs", "stays"),
    [
        (NOW + 9 * MINUTE, NOW + MINUTE, NOW + MINUTE),
        (NOW + MINUTE, NOW + 2 * MINUTE, NOW + MINUTE),
        (None, NOW + MINUTE, NOW + MINUTE),
    ],
)
def test_end_of_a_run_yields_to_an_earlier_wish(
    stores: Stores, ours: Millis | None, theirs: Millis, stays: Millis
) -> None:
    """What was asked for while it ran isn't forgotten."""
    stores.rows.arm(RECOVER, WS, ARMED)
    stores.rows.pull(RECOVER, WS, theirs)
    assert finish(stores, ours) == Row(RECOVER, WS, stays, NOW)


def test_a_pull_says_whether_it_moved_the_row(stores: Stores) -> None:
    """If not, the row was due by then already: at the end of a run it may not be any more."""
    assert stores.rows.pull(RECOVER, WS, ARMED)
    assert not stores.rows.pull(RECOVER, WS, ARMED)
    assert not stores.rows.pull(RECOVER, WS, ARMED + 1)
    assert stores.rows.pull(RECOVER, WS, ARMED - 1)


@pytest.mark.parametrize("ours", [NOW + MINUTE, None])
def test_end_of_a_run_whose_row_is_due_no_more(stores: Stores, ours: Millis | None) -> None:
    """Another run ended meanwhile and wanted no further look: ours counts."""
    stores.rows.arm(RECOVER, WS, ARMED)
    finish(stores, None)
    assert finish(stores, ours, looked_at=NOW + 1) == Row(RECOVER, WS, ours, NOW + 1)


def test_end_of_a_run_on_a_row_that_is_gone(stores: Stores) -> None:
    """It is created, so that nothing is left without its next look."""
    assert finish(stores, NOW + MINUTE) == Row(RECOVER, WS, NOW + MINUTE, NOW)


def test_looked_at_never_goes_back(stores: Stores) -> None:
    """A slow run that ends last began first."""
    stores.rows.arm(RECOVER, WS, ARMED)
    finish(stores, None, looked_at=NOW)
    stores.rows.arm(RECOVER, WS, ARMED)
    assert finish(stores, NOW + MINUTE, looked_at=NOW - 1) == Row(RECOVER, WS, NOW + MINUTE, NOW)


def test_pulling_creates_the_row(stores: Stores) -> None:
    """The first event of a workspace makes it due."""
    stores.rows.pull(RECOVER, WS, NOW)
    assert stores.rows.get(RECOVER, WS) == Row(RECOVER, WS, NOW)


@pytest.mark.parametrize(("to", "stays"), [(NOW - 1, NOW - 1), (NOW, NOW), (NOW + 1, NOW)])
def test_pulling_only_ever_moves_earlier(stores: Stores, to: Millis, stays: Millis) -> None:
    """A later wish is served by the earlier look."""
    stores.rows.arm(RECOVER, WS, NOW)
    stores.rows.pull(RECOVER, WS, to)
    assert due(stores) == stays


def test_pulling_a_row_that_is_due_no_more(stores: Stores) -> None:
    """An account that rested is watched again."""
    stores.rows.arm(RECOVER, WS, ARMED)
    finish(stores, None)
    stores.rows.pull(RECOVER, WS, NOW + MINUTE)
    assert stores.rows.get(RECOVER, WS) == Row(RECOVER, WS, NOW + MINUTE, NOW)


def test_overdue_rows_come_earliest_first(stores: Stores) -> None:
    """Of every reconciler; a row that is due this very moment is overdue."""
    stores.rows.arm(Reconciler.WATCH, "a", NOW)
    stores.rows.arm(Reconciler.NOTIFY, "b", NOW - MINUTE)
    stores.rows.arm(RECOVER, "c", NOW + 1)
    found = [(row.reconciler, row.key, row.due) for row in stores.rows.overdue(NOW, 10)]
    assert found == [(Reconciler.NOTIFY, "b", NOW - MINUTE), (Reconciler.WATCH, "a", NOW)]


def test_overdue_takes_no_more_than_asked_for(stores: Stores) -> None:
    """A backlog is worked off piece by piece."""
    for n in range(5):
        stores.rows.arm(RECOVER, f"w{n}", NOW - n)
    assert [row.key for row in stores.rows.overdue(NOW, 3)] == ["w4", "w3", "w2"]


def test_row_without_a_next_look_is_not_overdue(stores: Stores) -> None:
    """It left the index."""
    stores.rows.arm(RECOVER, WS, ARMED)
    finish(stores, None)
    assert stores.rows.overdue(ARMED + MINUTE, 10) == ()


def test_claimed_row_is_overdue_no_more(stores: Stores) -> None:
    """The next sweep won't multiply its wake-ups."""
    stores.rows.arm(RECOVER, WS, NOW)
    (row,) = stores.rows.overdue(NOW, 10)
    assert stores.rows.claim(row, ARMED)
    assert stores.rows.overdue(NOW, 10) == ()
    assert due(stores) == ARMED


def test_claim_of_a_row_that_moved_is_lost(stores: Stores) -> None:
    """The index was behind: somebody looks already."""
    stores.rows.arm(RECOVER, WS, NOW)
    (row,) = stores.rows.overdue(NOW, 10)
    stores.rows.arm(RECOVER, WS, ARMED)
    assert not stores.rows.claim(row, ARMED + MINUTE)
    assert due(stores) == ARMED


def test_claim_keeps_when_it_was_looked_at(stores: Stores) -> None:
    """The index doesn't tell, and the claim must not forget."""
    stores.rows.arm(RECOVER, WS, ARMED)
    finish(stores, NOW)
    (row,) = stores.rows.overdue(NOW, 10)
    stores.rows.claim(row, ARMED)
    assert stores.rows.get(RECOVER, WS) == Row(RECOVER, WS, ARMED, NOW)


def test_rows_of_two_reconcilers_with_one_key_are_two(stores: Stores) -> None:
    """An account and a person may be called alike."""
    stores.rows.arm(RECOVER, WS, NOW)
    stores.rows.arm(Reconciler.WATCH, WS, ARMED)
    assert due(stores) == NOW
