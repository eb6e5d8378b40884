"""No folding of names leads to the wrong project, and no order of rows to another one."""

from collections.abc import Iterator
from random import Random
from typing import override

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.decide_watch import Look
from shared.domain.finding import (
    Candidate,
    Match,
    Owner,
    OwnerKind,
    Project,
    Resolution,
    Status,
    described,
    in_subsidiary,
    inactive_owner,
    resolve,
    status_of,
    tells_owners,
)
from shared.domain.folding import fold, name_forms

# Few letters and every sign that is folded, so that names collide all the time.
WORDS = st.text(st.sampled_from("aAß/- \u00a0\t1"), max_size=4)
ROWS = st.lists(
    st.builds(Project, st.sampled_from(["1", "11", "2", "3", "4"]), WORDS, WORDS), max_size=6
).map(tuple)
LABELS = st.builds("".join, st.tuples(st.sampled_from(["", "a:", "a : ", r"a\: "]), WORDS)).filter(
    str.strip
)


def texts(row: Project) -> set[str]:
    """All that a label may call a project by."""
    both = f"{row.entity_id} {row.name}"
    return {row.project_id, row.entity_id, row.name, both} - {""}


def fits(row: Project, form: str) -> bool:
    return fold(form) in {fold(text) for text in texts(row)} - {""}


class Counted(tuple[Project, ...]):
    """Rows that count how often they are gone through."""

    __slots__ = ()
    readings = 0

    @override
    def __iter__(self) -> Iterator[Project]:
        Counted.readings += 1
        return super().__iter__()


def test_rows_are_gone_through_once_for_all_labels() -> None:
    """A thousand labels and as many rows would be a million comparisons, twice in a look."""
    rows = Counted(Project(str(n), f"P-{n}", f"Project {n}") for n in range(1, 41))
    look = Look(rows)
    assert look.names is look.names
    before = Counted.readings
    assert all(look.names.resolve(row.name).project_id == row.project_id for row in tuple(rows))
    assert Counted.readings == before + 1


@given(LABELS, ROWS)
@settings(deadline=None, max_examples=400)
def test_no_single_hit_beats_another_projects_very_name(
    label: str, rows: tuple[Project, ...]
) -> None:
    """If one project is chosen, no other one bears the whole label letter by letter, unless the
    chosen one does, too.
    """
    found = resolve(label, rows)
    if found.match is not Match.PROJECT:
        return
    whole = name_forms(label)[0]
    exact = {row.project_id for row in rows if whole in texts(row)}
    assert not exact or found.project_id in exact


@given(LABELS, ROWS)
@settings(deadline=None, max_examples=400)
def test_a_single_hit_by_a_part_of_the_label_beats_no_hit_by_the_whole(
    label: str, rows: tuple[Project, ...]
) -> None:
    """The last level counts only where nobody is called like all of it."""
    found = resolve(label, rows)
    whole = name_forms(label)[0]
    by_whole = {row.project_id for row in rows if fits(row, whole)}
    if found.match is Match.PROJECT and by_whole:
        assert found.project_id in by_whole


@given(LABELS, ROWS, st.sampled_from([str.upper, str.lower, str.swapcase]))
@settings(deadline=None)
def test_a_twin_that_differs_by_folding_alone_is_never_told_apart(
    label: str, rows: tuple[Project, ...], other: object
) -> None:
    """Case, blanks and '/' against '-': Expensify may have changed them, so nobody can say."""
    found = resolve(label, rows)
    if found.match is not Match.PROJECT:
        return

    def twin(text: str) -> str:
        return other(text).replace("/", "-").replace(" ", "\u00a0")  # type: ignore[operator]

    twins = tuple(
        Project(f"9{row.project_id}", twin(row.entity_id), twin(row.name))
        for row in rows
        if row.project_id == found.project_id
    )
    after = resolve(label, (*rows, *twins))
    by_its_id = any(fold(form) == found.project_id for form in name_forms(label))
    assert by_its_id or after.match is Match.AMBIGUOUS


@given(LABELS, ROWS, st.randoms())
@settings(deadline=None, max_examples=400)
def test_the_order_of_rows_never_matters(
    label: str, rows: tuple[Project, ...], order: Random
) -> None:
    """Nor how often one comes."""
    mixed = [*rows, *rows]
    order.shuffle(mixed)
    first, again = resolve(label, rows), resolve(label, tuple(mixed))
    assert first == again
    assert in_subsidiary(first, rows, "1") == in_subsidiary(again, tuple(mixed), "1")


@given(LABELS, ROWS)
@settings(deadline=None)
def test_further_rows_never_choose_between_candidates(
    label: str, rows: tuple[Project, ...]
) -> None:
    """What is ambiguous by name stays so, unless one is called that by its very id or number."""
    forms = {fold(form) for form in name_forms(label)}
    called = {row.project_id for row in rows if forms & _by_more_than_a_name(row)}
    for number in range(len(rows)):
        if resolve(label, rows[:number]).match is Match.AMBIGUOUS:
            after = resolve(label, rows)
            assert after.match is Match.AMBIGUOUS or after.project_id in called


def _by_more_than_a_name(row: Project) -> set[str]:
    both = f"{row.entity_id} {row.name}" if row.entity_id and row.name else ""
    return {fold(text) for text in (row.project_id, row.entity_id, both)} - {""}


@pytest.mark.parametrize(
    ("label", "left", "right"),
    [
        ("Zeus-2", Project("1", name="Zeus-2"), Project("2", name="Zeus/2")),
        ("Zeus", Project("1", name="Zeus"), Project("2", name="ZEUS")),
        ("Zeus 2", Project("1", name="Zeus 2"), Project("2", name="Zeus\u00a02")),
        ("Zeus", Project("1", entity_id="ZEUS"), Project("2", name="Zeus")),
        ("Acme:17", Project("1", entity_id="17"), Project("2", name="Acme:17")),
        ("Zeus", Project("1", name="Zeus"), Project("2", "P-2", "Zeus")),
        ("ACME:17", Project("1", entity_id="17"), Project("2", name="Acme:17")),
        ("P-2 Zeus:17", Project("1", entity_id="17"), Project("2", "P-2", "Zeus:17")),
    ],
    ids=[
        "slash",
        "case",
        "blank",
        "folded id against name",
        "part against whole",
        "no entity id",
        "both",
        "part against id and name",
    ],
)
def test_collisions_are_ambiguous(label: str, left: Project, right: Project) -> None:
    """Never the first hit, in either order."""
    expected = Resolution(Match.AMBIGUOUS, candidates=("1", "2"))
    assert resolve(label, (left, right)) == resolve(label, (right, left)) == expected


def test_an_exact_id_is_no_collision_with_an_exact_name() -> None:
    """Both fit letter by letter: then the stronger way decides, as ever."""
    rows = (Project("1", "17", "Y"), Project("2", "X", "17"))
    assert resolve("17", rows).project_id == "1"
    levels = (Project("1", "Acme:17", "Y"), Project("2", "X", "Acme:17"))
    assert resolve("Acme:17", levels).project_id == "1"


# --- subsidiaries ----------------------------------------------------------------------------

NORWAY = Project("1", name="Apollo", subsidiary_id="5", subsidiary="Norway")
SPAIN = Project("2", name="Apollo", subsidiary_id="6", subsidiary="Spain")
UNTOLD = Project("3", name="Apollo")


@pytest.mark.parametrize("subsidiary", ["Spain", " SPAIN", "6"])
def test_the_workspaces_subsidiary_decides_among_equals(subsidiary: str) -> None:
    """By its name as people write it, or by its internal id."""
    rows = (NORWAY, SPAIN)
    found = in_subsidiary(resolve("Apollo", rows), rows, subsidiary)
    assert found == Resolution(Match.PROJECT, "2")


def test_a_subsidiary_may_be_told_by_its_id_or_its_name_alone() -> None:
    """Either tells that it is another one."""
    rows = (
        Project("1", name="Apollo", subsidiary="Norway"),
        Project("2", name="Apollo", subsidiary_id="6"),
    )
    found = resolve("Apollo", rows)
    assert in_subsidiary(found, rows, "Norway") == Resolution(Match.PROJECT, "1")
    assert in_subsidiary(found, rows, "6") == Resolution(Match.PROJECT, "2")


@pytest.mark.parametrize(
    ("rows", "subsidiary"),
    [
        ((NORWAY, SPAIN), ""),
        ((NORWAY, SPAIN), "Italy"),
        ((NORWAY, UNTOLD), "Norway"),
        ((NORWAY, Project("4", name="Apollo", subsidiary="Norway")), "Norway"),
    ],
    ids=["none named", "none of it", "one untold", "both of it"],
)
def test_a_subsidiary_that_tells_nothing_leaves_it_ambiguous(
    rows: tuple[Project, ...], subsidiary: str
) -> None:
    """An unknown subsidiary isn't another one."""
    found = resolve("Apollo", rows)
    assert in_subsidiary(found, rows, subsidiary) == found
    assert found.match is Match.AMBIGUOUS


def test_one_project_needs_no_subsidiary() -> None:
    """It may be another one's: companies share projects."""
    found = resolve("Apollo", (NORWAY,))
    assert in_subsidiary(found, (NORWAY,), "Spain") == Resolution(Match.PROJECT, "1")


def test_candidates_are_told_apart_by_customer_and_subsidiary() -> None:
    """The internal id first: that is what a person chooses by."""
    rows = (SPAIN, Project("1", "P-1", "Apollo", "Acme"))
    details = described(resolve("Apollo", rows), rows)
    assert details == (
        Candidate("1", "P-1", "Apollo", "Acme"),
        Candidate("2", "", "Apollo", "", "Spain"),
    )
    assert [each.line for each in details] == [
        "1: Apollo (P-1, customer Acme)",
        "2: Apollo (subsidiary Spain)",
    ]
    assert Candidate("3", "P-3").line == "3: P-3"
    assert described(Resolution(Match.PROJECT, "1"), rows) == ()


# --- owners ----------------------------------------------------------------------------------


def under(*inactive: bool | None) -> Project:
    owners = tuple(
        Owner(OwnerKind.CUSTOMER, str(number), inactive=each)
        for number, each in enumerate(inactive)
    )
    return Project("1", inactive=False, allow_expenses=True, owners=owners)


@pytest.mark.parametrize(
    ("project", "status", "tells"),
    [
        (under(), Status.ACTIVE, True),
        (under(False), Status.ACTIVE, True),
        (under(True), Status.OWNER_INACTIVE, True),
        (under(False, True), Status.OWNER_INACTIVE, True),
        (under(None), Status.ACTIVE, False),
        (under(None, True), Status.OWNER_INACTIVE, False),
        (Project("1", inactive=False, allow_expenses=True), Status.ACTIVE, False),
    ],
)
def test_an_owner_blocks_only_if_it_is_seen_to_be_inactive(
    project: Project, status: Status, tells: bool
) -> None:
    """What NetSuite doesn't tell of an owner is no status of its project."""
    assert status_of(project) is status
    assert tells_owners(project) is tells


def test_the_first_inactive_owner_is_the_one_to_open() -> None:
    """One thing to do at a time."""
    owner = inactive_owner(under(False, True, True))
    assert owner is not None
    assert owner.record_id == "1"
