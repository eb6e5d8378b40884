"""A report that spoils every answer that it is in keeps no other back."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.batches import batch_of, become_unreadable, halvings, with_reading
from shared.domain.case import Case
from shared.domain.clock import HOUR, MINUTE
from shared.domain.decide_recover import Observed, Plan, Remembered, decide_recover
from shared.domain.evidence import Seen
from shared.domain.finding import Fault
from shared.domain.notice import Tone
from shared.domain.rules import Rules
from shared.domain.setup_fault import bad_report
from shared.domain.workspace import Workspace
from tests.builders import NOW, PEOPLE, REPORT, WS, case, official

RULES = Rules()
ALONE = halvings(RULES.read_batch)


def tried(misread: int, *ids: int) -> list[Case]:
    return [case(report_id=f"R{i:02}", misread=misread) for i in ids]


def look(*cases: Case, garbled: bool, faults: int = 0, neighbour: str = "") -> Plan:
    """After one read of all of them."""
    ids = frozenset(c.report_id for c in cases)
    seen = Seen(unread=ids, garbled=ids) if garbled else Seen(unread=ids)
    workspace = Workspace(WS, faults=faults, neighbour=neighbour)
    observed = Observed(seen=seen, fault=Fault.UNREADABLE)
    return decide_recover(Remembered(workspace, cases, {}, {}), observed, RULES, PEOPLE, NOW)


@pytest.mark.parametrize(
    ("misread", "size"), [(0, 50), (1, 25), (2, 12), (3, 6), (4, 3), (5, 1), (6, 1), (99, 1)]
)
def test_what_was_asked_for_in_vain_is_asked_for_by_halves(misread: int, size: int) -> None:
    """At last alone; never not at all."""
    assert len(batch_of(tried(misread, *range(60)), RULES.read_batch)) == size
    assert (misread >= ALONE) is (size == 1)


def test_the_first_that_is_due_comes_first() -> None:
    """With those that were asked for in vain as often, in their order."""
    due = [*tried(1, 1), *tried(0, 2), *tried(1, 3), *tried(2, 4)]
    assert [c.report_id for c in batch_of(due, 50)] == ["R01", "R03"]
    assert batch_of([], 50) == []


@pytest.mark.parametrize(
    ("before", "wait"),
    [
        (0, 0),
        (ALONE - 1, 0),
        (ALONE, MINUTE),
        (ALONE + 1, 2 * MINUTE),
        (ALONE + 4, HOUR),
        (ALONE + 40, HOUR),
    ],
)
def test_only_what_was_asked_for_alone_has_to_wait(before: int, wait: int) -> None:
    """Longer each time; the others are due at once."""
    (known,) = tried(before, 1)
    after = with_reading(known, Seen(garbled=frozenset({"R01"})), RULES, NOW)
    assert (after.misread, after.next_look) == (before + 1, NOW + wait)


def test_what_is_returned_is_good_again() -> None:
    """And what wasn't asked for stays as it is."""
    (known,) = tried(3, 1)
    assert with_reading(known, Seen(official={"R01": official()}), RULES, NOW).misread == 0
    assert with_reading(known, Seen(unread=frozenset({"R01"})), RULES, NOW) is known
    (good,) = tried(0, 1)
    assert with_reading(good, Seen(official={"R01": official()}), RULES, NOW) is good


def test_a_read_that_failed_otherwise_counts_for_nothing() -> None:
    """Expensify may be down: no report is to blame."""
    assert look(*tried(0, 1, 2), garbled=False).changes == ()


def test_while_the_bad_one_is_looked_for_the_circuit_opens_for_the_shortest_time() -> None:
    """Then longer: it is no single report."""
    for faults, wait in ((0, 1), (ALONE, 1), (ALONE + 1, 2), (ALONE + 3, 15)):
        workspace = look(*tried(0, 1, 2), garbled=True, faults=faults).workspace
        assert workspace is not None
        assert (workspace.quiet_until, workspace.faults) == (NOW + wait * MINUTE, faults + 1)


def test_the_operators_hear_once_which_it_is() -> None:
    """After an hour and a half of asking for it alone."""
    last = ALONE + len(RULES.circuit) - 1
    for misread, told in ((last - 1, []), (last, [bad_report("R01", WS, NOW)]), (last + 1, [])):
        notices = look(*tried(misread, 1), garbled=True, faults=1).notices
        assert list(notices) == told
    (notice,) = told or [bad_report("R01", WS, NOW)]
    assert (notice.about, notice.workspace_id) == ("W#R01#unreadable_report", WS)
    assert (notice.person, notice.tone) == (OPERATORS, Tone.SETUP_FAULT)


def test_a_case_that_is_new_to_us_has_not_become_anything() -> None:
    """It wasn't there before."""
    assert become_unreadable([], tried(ALONE + 4, 1), RULES) == []
    assert become_unreadable([], tried(ALONE + 5, 1), RULES) == ["R01"]


def test_a_bad_one_is_nobodys_neighbour() -> None:
    """Neither an open case nor the one that was kept for it."""
    lonely = case(alone_since=NOW - 1)
    known = Remembered(Workspace(WS), (lonely, *tried(1, 1), *tried(0, 2)), {}, {})
    later = [replace(c, next_look=NOW + 1) for c in known.cases[1:]]
    reads = decide_recover(
        replace(known, cases=(lonely, *later)), Observed(), RULES, PEOPLE, NOW
    ).reads
    assert reads.integration == (REPORT, "R02")
    after = look(*tried(0, 1), garbled=True, neighbour="R01").workspace
    assert after is not None
    assert after.neighbour == ""
    seen = Seen(absent=frozenset({"R01"}))
    alone = Remembered(Workspace(WS, neighbour="R01"), tuple(tried(0, 1)), {}, {})
    gone = decide_recover(alone, Observed(seen=seen), RULES, PEOPLE, NOW).workspace
    assert gone is not None
    assert gone.neighbour == "R01"
    kept = look(*tried(0, 1), garbled=True, neighbour="R99").workspace
    assert kept is not None
    assert kept.neighbour == "R99"
