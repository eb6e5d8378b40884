from dataclasses import replace

import pytest

from shared.domain.case import Case, Entry, Failed, Phase, Why, moved
from shared.domain.late import trace
from shared.domain.report import Money
from shared.errors import ConflictError
from tests.builders import NOW, REPORT, WS, base, case, flying
from tests.contract.kit import Stores


def new(**more: object) -> Case:
    return case(version=0, **more)


def test_case_comes_back_as_it_was_put(stores: Stores) -> None:
    """Nothing of it is lost, and its version is one higher."""
    full = replace(
        flying(version=0, events=("e1", "e2"), told=("P#4711@1",)),
        labels=(replace(case().labels[0], sums=(Money("EUR", 1250), Money("JPY", 7))),),
        failed=(Failed("4711", 1, 0, "NS0770:Apollo"),),
        history=(Entry(NOW, Phase.WAITING, Why.OPENED, "Project [Ü] isn’t active"),),
    )
    stored = stores.cases.put(full)
    assert stored == replace(full, version=1)
    assert stores.cases.get(WS, REPORT) == stored


def test_unknown_case_is_none(stores: Stores) -> None:
    """Nothing is made up for it."""
    assert stores.cases.get(WS, "nobody") is None


def test_case_is_overwritten_by_its_next_version(stores: Stores) -> None:
    """What a write leaves out is gone, and doesn't linger from the version before."""
    first = stores.cases.put(flying(version=0))
    second = stores.cases.put(replace(first, intent=None, phase=Phase.WAITING))
    found = stores.cases.get(WS, REPORT)
    assert found == second
    assert (second.version, second.intent) == (2, None)


def test_second_case_of_a_report_loses(stores: Stores) -> None:
    """Version 0 says that none is stored."""
    stores.cases.put(new(submitter="first@acme.example"))
    with pytest.raises(ConflictError):
        stores.cases.put(new(submitter="second@acme.example"))
    found = stores.cases.get(WS, REPORT)
    assert found is not None
    assert found.submitter == "first@acme.example"


def test_write_on_an_old_version_loses(stores: Stores) -> None:
    """It would undo what somebody else wrote."""
    first = stores.cases.put(new())
    stores.cases.put(replace(first, paused=1))
    with pytest.raises(ConflictError):
        stores.cases.put(replace(first, paused=2))


def test_write_on_a_version_that_never_was_loses(stores: Stores) -> None:
    """A case that isn't there has no version 3."""
    with pytest.raises(ConflictError):
        stores.cases.put(case(version=3))
    assert stores.cases.get(WS, REPORT) is None


def test_unfinished_are_those_of_every_open_phase(stores: Stores) -> None:
    """In the order of their reports, whatever their phase."""
    phases = ["needs_person", "waiting", "exporting", "unverified", "waiting"]
    put = [
        stores.cases.put(new(report_id=f"R{n}", phase=Phase(phase)))
        for n, phase in enumerate(phases)
    ]
    assert stores.cases.unfinished(WS) == tuple(put)


def test_unfinished_are_those_of_one_workspace(stores: Stores) -> None:
    """The same report id may exist in another one, and so may an id that begins alike."""
    mine = stores.cases.put(new())
    stores.cases.put(new(workspace_id="WS2"))
    stores.cases.put(new(workspace_id="WS1-b"))
    assert stores.cases.unfinished(WS) == (mine,)
    assert stores.cases.unfinished("WS") == ()


@pytest.mark.parametrize("phase", [Phase.RESOLVED, Phase.CLOSED])
def test_case_that_ended_is_kept_but_not_listed(stores: Stores, phase: Phase) -> None:
    """It left the index, and can still be read by its report."""
    ended = stores.cases.put(moved(stores.cases.put(new()), phase, Why.EXPORTED, NOW))
    assert stores.cases.unfinished(WS) == ()
    assert stores.cases.get(WS, REPORT) == ended


def test_case_that_is_opened_again_is_listed_again(stores: Stores) -> None:
    """The next episode is written over the last."""
    ended = stores.cases.put(moved(stores.cases.put(new()), Phase.CLOSED, Why.MARKED, NOW))
    again = stores.cases.put(replace(ended, phase=Phase.WAITING, episode=2, ended_at=None))
    assert stores.cases.unfinished(WS) == (again,)


def test_long_details_of_the_history_are_cut(stores: Stores) -> None:
    """A message may be thousands of characters long, and there are twenty lines."""
    entries = (Entry(NOW, Phase.WAITING, Why.ADDED, "x" * 301), Entry(NOW, Phase.WAITING, Why.READ))
    stored = stores.cases.put(new(history=entries))
    assert [len(entry.detail) for entry in stored.history] == [300, 0]
    assert stores.cases.get(WS, REPORT) == stored


# --- what outlives a case --------------------------------------------------------------------------


def test_of_an_expired_case_that_we_exported_the_attempts_are_known(
    stores: Stores,
) -> None:
    """As of a finished case that was never stored, so that the next episode can be."""
    ended = stores.cases.put(
        new(phase=Phase.RESOLVED, ended_at=NOW, attempts=1, tried=("777",), over=(base(),))
    )
    stores.expire(WS, REPORT)
    left = stores.cases.get(WS, REPORT)
    assert left == trace(ended)
    assert left is not None
    assert left.finished
    again = stores.cases.put(replace(left, phase=Phase.WAITING, ended_at=None, episode=2))
    assert (again.version, stores.cases.get(WS, REPORT)) == (1, again)


def test_of_an_expired_case_that_we_never_exported_nothing_is_left(
    stores: Stores,
) -> None:
    """Its report's own history tells all that there is to know."""
    stores.cases.put(new(phase=Phase.CLOSED, ended_at=NOW))
    stores.expire(WS, REPORT)
    assert stores.cases.get(WS, REPORT) is None


def test_an_open_case_leaves_no_trace(stores: Stores) -> None:
    """It doesn't expire; were it lost, that must show."""
    stores.cases.put(new(attempts=1))
    stores.expire(WS, REPORT)
    assert stores.cases.get(WS, REPORT) is None
