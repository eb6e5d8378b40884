"""What a row of NetSuite says: a fact, or nothing."""

from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.domain.finding import (
    BLOCKED,
    DOUBTFUL,
    LOGIN_FAULTS,
    SETUP_FAULTS,
    Fault,
    Match,
    Project,
    Resolution,
    Status,
    looks_closed,
    resolve,
    status_of,
)
from shared.domain.folding import fold, name_forms
from tests.builders import LABEL, PROJECT

APOLLO = Project(PROJECT, "P-17", LABEL, "Acme")

NAMES = st.sampled_from(["Apollo", "APOLLO ", "Zeus", "Zeus/2", "Zeus-2", "P-17", "17", "4711", ""])
IDS = st.sampled_from(["1", "2", "17", "4711"])
PROJECTS = st.lists(
    st.builds(Project, project_id=IDS, entity_id=NAMES, name=NAMES), max_size=5
).map(tuple)
LABELS = st.builds(
    "".join, st.tuples(st.sampled_from(["", "Acme:", "Acme : ", r"Acme\: "]), NAMES)
).filter(str.strip)


@pytest.mark.parametrize(
    ("inactive", "expenses", "status"),
    [
        (False, True, Status.ACTIVE),
        (True, True, Status.INACTIVE),
        (True, False, Status.INACTIVE),
        (True, None, Status.INACTIVE),
        (False, False, Status.EXPENSES_OFF),
        (False, None, Status.UNKNOWN),
        (None, True, Status.UNKNOWN),
        (None, False, Status.UNKNOWN),
        (None, None, Status.UNKNOWN),
    ],
)
def test_unknown_is_not_a_status(
    inactive: bool | None, expenses: bool | None, status: Status
) -> None:
    """A missing field is neither active nor inactive."""
    assert status_of(Project("1", inactive=inactive, allow_expenses=expenses)) is status


def test_neither_active_nor_unknown_blocks() -> None:
    """Only what was seen to refuse expenses is a blocker."""
    assert set(Status) - BLOCKED == {Status.ACTIVE, Status.UNKNOWN}


def test_no_fault_is_a_status() -> None:
    """A look that failed says nothing of any project; set-up is the operator's to put right."""
    assert not {fault.value for fault in Fault} & {status.value for status in Status}
    passing = {Fault.DOUBTED, Fault.THROTTLED, Fault.UNREACHABLE, Fault.UNREADABLE}
    assert set(Fault) - SETUP_FAULTS == passing
    assert {Fault.NO_PERMISSION, Fault.CLIENT_TOO_OLD} == SETUP_FAULTS - LOGIN_FAULTS
    assert DOUBTFUL < LOGIN_FAULTS


@pytest.mark.parametrize(
    ("name", "closed"), [("Closed", True), ("CLOSED - won", True), ("In Progress", False)]
)
def test_a_closed_status_is_a_warning_and_no_block(name: str, closed: bool) -> None:
    """No source says that a Closed project refuses expenses."""
    row = Project("1", inactive=False, allow_expenses=True, status_name=name)
    assert looks_closed(row) is closed
    assert status_of(row) is Status.ACTIVE


@pytest.mark.parametrize(
    "label",
    [
        PROJECT,
        "P-17",
        "p/17",
        "P-17 Apollo Rollout",
        LABEL,
        "apollo \u00a0ROLLOUT",
        "Acme : Apollo Rollout",
        "Acme:Apollo Rollout",
        r"Region:Acme \: Apollo Rollout",
    ],
)
def test_a_label_names_a_project_by_id_entity_id_both_or_name(label: str) -> None:
    """Letter case, blanks, '/' for '-' and upper levels make no difference."""
    rows = (APOLLO, Project("99", "P-99", "Zeus"))
    assert resolve(label, rows) == Resolution(Match.PROJECT, PROJECT)


def test_a_label_that_no_row_answers_to_is_not_found() -> None:
    """Neither the nearest row nor the only one; fields that are empty answer to nothing."""
    assert resolve("Apollo", (APOLLO, Project("99"))) == Resolution(Match.NOT_FOUND)
    assert resolve("Apollo", ()) == Resolution(Match.NOT_FOUND)


def test_ambiguous_is_never_the_first_hit() -> None:
    """The same name under two customers is normal: all candidates, in one order."""
    rows = (Project("9", "P-9", LABEL, "Beta"), Project("10", "P-10", LABEL, "Acme"))
    expected = Resolution(Match.AMBIGUOUS, candidates=("10", "9"))
    assert resolve(LABEL, rows) == resolve(LABEL, rows[::-1]) == expected


def test_a_row_that_comes_twice_is_one_project() -> None:
    """A repeated row makes nothing ambiguous."""
    assert resolve(LABEL, (APOLLO, APOLLO)).match is Match.PROJECT


def test_the_stronger_way_of_matching_decides() -> None:
    """An id or entity id outranks both together, and those a name; two ids are no one project."""
    name, entity, number = Project("1", "X", "17"), Project("2", "17", "Y"), Project("17", "Z", "Z")
    assert resolve("17", (name, entity, number)).match is Match.AMBIGUOUS
    assert resolve("17", (name, number)).project_id == "17"
    assert resolve("17", (name, entity)).project_id == "2"
    assert resolve("17", (name,)).project_id == "1"


def test_ambiguity_at_the_stronger_way_is_not_settled_by_a_weaker_one() -> None:
    """Two entity ids hit: a single name doesn't choose between them."""
    rows = (Project("1", "A", "X"), Project("2", "A", "Y"), Project("3", "B", "A"))
    assert resolve("A", rows).match is Match.AMBIGUOUS


@given(LABELS, PROJECTS, st.randoms())
@settings(deadline=None)
def test_the_order_of_the_rows_does_not_count(
    label: str, rows: tuple[Project, ...], order: Random
) -> None:
    """NetSuite may list them as it likes."""
    mixed = list(rows)
    order.shuffle(mixed)
    assert resolve(label, tuple(mixed)) == resolve(label, rows)


@st.composite
def named(draw: st.DrawFn) -> tuple[str, tuple[Project, ...]]:
    """A label made of one project's own words, among other projects."""
    one = Project(draw(IDS), draw(NAMES), draw(NAMES.filter(bool)))
    words = [one.project_id, one.entity_id or one.name, one.name, f"{one.entity_id} {one.name}"]
    prefix = draw(st.sampled_from(["", "Acme:", "Acme : "]))
    return prefix + draw(st.sampled_from(words)), (one, *draw(PROJECTS)[:2])


@given(named())
@settings(deadline=None)
def test_two_projects_at_the_same_strength_are_never_one(
    known: tuple[str, tuple[Project, ...]],
) -> None:
    """A second project that differs from the chosen one by its id alone makes it ambiguous."""
    label, rows = known
    chosen = resolve(label, rows)
    assume(chosen.match is Match.PROJECT)
    forms = {fold(form) for form in name_forms(label)}
    same = [row for row in rows if row.project_id == chosen.project_id]
    by_entity = any(fold(row.entity_id) in forms for row in same)
    by_id = fold(chosen.project_id) in forms and not by_entity
    twins = tuple(
        Project(f"twin-{row.project_id}", row.entity_id, row.name)
        for row in rows
        if row.project_id == chosen.project_id
    )
    after = resolve(label, rows + twins)
    if by_id:
        assert after == chosen
    else:
        assert after.match is Match.AMBIGUOUS
        assert chosen.project_id in after.candidates


@given(LABELS, PROJECTS)
@settings(deadline=None)
def test_a_resolution_holds_what_its_match_says(label: str, rows: tuple[Project, ...]) -> None:
    """One project, several candidates, or neither; all of them rows of the answer."""
    found, ids = resolve(label, rows), {row.project_id for row in rows}
    assert bool(found.project_id) is (found.match is Match.PROJECT)
    assert (len(found.candidates) > 1) is (found.match is Match.AMBIGUOUS)
    assert ({found.project_id} - {""}) | set(found.candidates) <= ids
