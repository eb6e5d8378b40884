"""The queries of a look: what they ask for, how many arguments they have, what they find."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.netsuite.backend import Stored
from sandbox.netsuite.suiteql import Snapshot, run
from sandbox.netsuite.world import Project as Job
from shared.adapters.netsuite.suiteql import (
    ALL_COLUMNS,
    PLAIN_COLUMNS,
    Lookup,
    Query,
    lookups,
    query,
)
from shared.domain.decide_watch import Question
from shared.domain.finding import Match, Project, resolve

BLANKS = (
    "[\t \u00a0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u2028\u2029\u202f\u205f\u3000]+"
)
NAMES = st.text("aAbBéÉЖж-/:.(]?'%_0²\u00a0\u2003 ", min_size=1, max_size=8)
QUESTIONS = st.builds(
    Question,
    st.lists(NAMES | st.integers(0, 9999).map(str), max_size=6).map(tuple),
    st.lists(st.integers(1, 9999).map(str), max_size=6, unique=True).map(tuple),
)


def _dashed(text: str) -> str:
    return text.replace("/", "-")


def _spread(text: str) -> str:
    return text.replace(" ", "\u00a0 \u2003")


SPELLINGS: tuple[Callable[[str], str], ...] = (str.swapcase, str.lower, _dashed, _spread, str)


def test_a_query_of_names_and_ids() -> None:
    """Three ways to be named, and the ids; everything that is asked for is a bound parameter."""
    asked = query(Lookup(("APOLLO", "P-1"), ("4711",)), PLAIN_COLUMNS, "90")
    folded = "UPPER(TRIM(REGEXP_REPLACE(REPLACE({}, '/', '-'), ?, ' '))) IN (?, ?)"
    names = ("entityid", "companyname", "entityid || ' ' || companyname")
    assert asked.text == (
        "SELECT id, entityid, companyname, isinactive, allowexpenses FROM job WHERE ("
        + " OR ".join(folded.format(name) for name in names)
        + " OR id IN (?)) AND id > ? ORDER BY id"
    )
    assert asked.params == (*(BLANKS, "APOLLO", "P-1") * 3, "4711", "90")


def test_a_query_of_ids_alone() -> None:
    """No text is compared that nobody asked for; the first page begins before every id."""
    asked = query(Lookup(ids=("1", "2")), ALL_COLUMNS)
    assert asked.text.endswith(
        "subsidiary AS subsidiaryid, BUILTIN.DF(subsidiary) AS subsidiaryname "
        "FROM job WHERE (id IN (?, ?)) AND id > ? ORDER BY id"
    )
    assert asked.params == ("1", "2", "0")


@pytest.mark.parametrize(
    ("text", "keys", "ids"),
    [
        ("Apollo  Rollout", ("APOLLO ROLLOUT",), ()),
        ("a/b\u00a0c", ("A-B C",), ()),
        ("Acme : Rollout", ("ACME : ROLLOUT", "ROLLOUT"), ()),
        ("Acme:Rollout", ("ACME:ROLLOUT", "ROLLOUT"), ()),
        ("4711", ("4711",), ("4711",)),
        ("Acme:4711", ("ACME:4711", "4711"), ("4711",)),
        ("04711", ("04711",), ()),
        ("٤٧", ("٤٧",), ()),
        ("1" * 16, ("1" * 16,), ()),
        ("Straße", ("STRAßE", "STRASSE"), ()),
        ("x" * 501, (), ()),
        ("a\x00b", (), ()),
        ("a\ud800", (), ()),
        (" ", (), ()),
    ],
)
def test_a_text_becomes_its_keys(text: str, keys: tuple[str, ...], ids: tuple[str, ...]) -> None:
    """Every form once, in capitals; digits also as an id; nothing that would break the query."""
    expected = (Lookup(keys, ids),) if keys or ids else ()
    assert lookups(Question((text,))) == expected


def test_nothing_is_asked_twice() -> None:
    """Labels that differ in spelling alone share their arguments, and so do ids."""
    question = Question(("Apollo", "APOLLO", "Acme : apollo", "7"), ("7", "8"))
    [lookup] = lookups(question)
    assert lookup == Lookup(("APOLLO", "ACME : APOLLO", "7"), ("7", "8"))


def _lists(asked: Query) -> list[int]:
    """How many arguments each IN has."""
    return [marks.count("?") for marks in re.findall(r" IN \(([?, ]+)\)", asked.text)]


@pytest.mark.parametrize(
    ("label", "sizes"),
    [
        ("P {}", [1000] * 4),
        ("Acme : P {}", [1000, 1000] * 3 + [1000]),
        ("Work:Acme \\: P {}", [1000, 1000, 1000] * 3 + [1000]),
    ],
)
def test_one_query_takes_a_thousand_labels_and_a_thousand_ids(label: str, sizes: list[int]) -> None:
    """However many forms a label has; no IN has more than 1,000 arguments."""
    texts = tuple(label.format(number) for number in range(1000))
    ids = tuple(str(number) for number in range(1, 1001))
    [lookup] = lookups(Question(texts, ids))
    assert _lists(query(lookup, ALL_COLUMNS)) == sizes
    assert len(lookups(Question((), (*ids, "1001")))) == 2


def test_a_careful_query_takes_a_thousand_arguments() -> None:
    """In all: three times each key, the ids, and four of its own; one more makes several."""
    texts = tuple(f"P {number}" for number in range(300))
    ids = tuple(str(number) for number in range(1, 97))
    [lookup] = lookups(Question(texts, ids), careful=True)
    assert len(query(lookup, ALL_COLUMNS).params) == 1000
    assert len(lookups(Question(texts, (*ids, "97")), careful=True)) == 2


@pytest.mark.parametrize("careful", [False, True])
def test_more_arguments_take_several_queries(careful: bool) -> None:
    """Each within its limits, and together they ask for everything."""
    texts = tuple(f"P {number}" for number in range(4000))
    ids = tuple(str(number) for number in range(1, 2001))
    asked = lookups(Question(texts, ids), careful=careful)
    queries = [query(one, ALL_COLUMNS) for one in asked]
    assert len(queries) == (16 if careful else 2)
    assert max(size for one in queries for size in _lists(one)) <= 1000
    assert careful is (max(len(one.params) for one in queries) <= 1000)
    assert [key for one in asked for key in one.keys] == list(texts)
    assert [id_ for one in asked for id_ in one.ids] == list(ids)


@given(QUESTIONS, st.booleans())
def test_every_mark_has_its_argument(question: Question, careful: bool) -> None:
    """As many as there are question marks, whatever the names hold."""
    for lookup in lookups(question, careful=careful):
        asked = query(lookup, ALL_COLUMNS)
        assert asked.text.count("?") == len(asked.params)


@given(
    st.lists(
        st.builds(
            Job,
            id=st.integers(1, 99_999).map(str),
            entityId=NAMES.filter(str.strip),
            companyName=st.none() | NAMES.filter(str.strip),
        ),
        max_size=5,
        unique_by=lambda job: job.id,
    ),
    st.data(),
)
def test_whatever_a_label_names_is_found(jobs: list[Job], data: st.DataObject) -> None:
    """Nothing that would resolve the label stays out of the answer."""
    names = [f"{job.entity_id} {job.company_name}" for job in jobs] + [
        name for job in jobs for name in (job.id, job.entity_id, job.company_name) if name
    ]
    label = data.draw(st.sampled_from(names) if names else NAMES)
    label = data.draw(st.sampled_from(SPELLINGS))(label)
    label = data.draw(st.sampled_from(["", "Acme:", "Acme : "])) + label
    projects = tuple(Project(job.id, job.entity_id, job.company_name or "") for job in jobs)
    wanted = resolve(label, projects)
    ids = {wanted.project_id} if wanted.match is Match.PROJECT else set(wanted.candidates)
    assert ids <= {row for one in lookups(Question((label,))) for row in _found(one, jobs)}


def _found(lookup: Lookup, jobs: list[Job]) -> set[str]:
    asked: Query = query(lookup, PLAIN_COLUMNS)
    snapshot = Snapshot([Stored(job, 0.0, 0.0) for job in jobs], {})
    return {str(row["id"]) for row in run(asked.text, asked.params, snapshot)}
