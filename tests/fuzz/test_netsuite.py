"""NetSuite: whatever it answers, a project is what its row says, or the look tells nothing."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http import Answer
from shared.adapters.netsuite.answers import error_codes, failure, verdict
from shared.adapters.netsuite.credentials import credentials_of
from shared.adapters.netsuite.job import decode as decode_record
from shared.adapters.netsuite.page import decode, inactive_of
from shared.domain.decide_watch import Question
from shared.domain.finding import SETUP_FAULTS, Fault, Project, Status, status_of
from shared.errors import RefusedError, ThrottledError, TransientError
from tests.adapters.netsuite_kit import (
    CREDENTIALS,
    JSON,
    SAMPLES,
    TOKEN,
    TOKEN_BASED,
    KeptSecrets,
    answered,
    rig,
    token_based,
)
from tests.fuzz.values import FUZZ, answers, damaged, loaded

ROW: dict[str, Any] = {
    "id": "4711",
    "entityid": "P-4711",
    "companyname": "Apollo",
    "isinactive": "T",
    "allowexpenses": "T",
    "statusname": "In Progress",
    "customerid": "9",
    "customername": "Acme",
    "parentid": "9",
    "parentname": "Acme",
    "subsidiaryid": "1",
    "subsidiaryname": "Norway",
}
OPEN: dict[str, Any] = {"Id": "4712", "EntityId": "P-4712", "IsInactive": "F", "AllowExpenses": "T"}
PAGE: dict[str, Any] = {
    "links": [],
    "count": 2,
    "hasMore": False,
    "items": [ROW, OPEN],
    "offset": 0,
    "totalResults": 2,
}
BODIES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SAMPLES.glob("*.json"))]
ANY = Question(("Apollo",), ("4711",))


def rows(body: bytes) -> list[dict[str, Any]]:
    """By the plainest reading there is, keys in small letters."""
    page = loaded(body)
    return [{str(k).lower(): v for k, v in row.items()} for row in page["items"]]


@FUZZ
@given(damaged(PAGE, most=4), st.booleans())
def test_a_project_is_what_its_row_says(page: Any, with_owners: bool) -> None:
    """Active only by an 'F', inactive only by a 'T', as many projects as rows."""
    body = json.dumps(page).encode()
    try:
        found = decode(answered(200, body, JSON), with_owners=with_owners)
    except TransientError:
        return
    raw = rows(body)
    assert [project.project_id for project in found.projects] == [row["id"] for row in raw]
    for project, row in zip(found.projects, raw, strict=True):
        _is_told(project, row)
    assert inactive_of(answered(200, body, JSON)) == {
        row["id"]: row["isinactive"] == "T" for row in raw if row.get("isinactive")
    }
    if found.last is None:
        assert page.get("hasMore") is not True


def _is_told(project: Project, row: dict[str, Any]) -> None:
    flags = {True: "T", False: "F", None: None}
    assert flags[project.inactive] == row.get("isinactive")
    assert flags[project.allow_expenses] == row.get("allowexpenses")
    if status_of(project) is Status.ACTIVE:
        assert (row["isinactive"], row["allowexpenses"]) == ("F", "T")


@FUZZ
@given(
    st.lists(st.sampled_from(["isinactive", "IsInactive", "ISINACTIVE"]), unique=True, max_size=3),
    st.lists(st.sampled_from(["T", "F"]), min_size=3, max_size=3),
)
def test_one_column_told_twice_is_not_told_by_chance(names: list[str], values: list[str]) -> None:
    """Keys come in any case; where two differ, nobody knows which one holds."""
    row = {"id": "1", "allowexpenses": "T", **dict(zip(names, values, strict=False))}
    answer = answered(200, {"items": [row], "count": 1}, JSON)
    told = {row[name] for name in names}
    try:
        (project,) = decode(answer).projects
    except TransientError:
        assert len(names) > 1
        return
    assert len(told) <= 1
    assert project.inactive is ({"T": True, "F": False}[told.pop()] if told else None)


@FUZZ
@given(st.lists(st.sampled_from([ROW, {**ROW, "isinactive": "F"}, OPEN]), max_size=4))
def test_one_project_told_twice_is_not_told_by_chance(items: list[dict[str, Any]]) -> None:
    """The same row twice is one; rows of one id that differ are none."""
    answer = answered(200, {"items": items, "count": len(items)}, JSON)
    told = {row.get("isinactive") for row in items if row.get("id") == "4711"}
    try:
        found = decode(answer).projects
    except TransientError:
        assert len(told) > 1
        return
    assert len(told) <= 1
    assert {p.inactive for p in found if p.project_id == "4711"} == {value == "T" for value in told}


@FUZZ
@given(answers(PAGE, *BODIES, media=JSON))
def test_no_answer_crashes_a_verdict(answer: Answer) -> None:
    """Each verdict has its error; codes are plain words."""
    found = verdict(answer)
    error = failure(found, answer)
    assert isinstance(error, TransientError | RefusedError)
    assert all(code.replace("_", "").isalpha() and code.isascii() for code in error_codes(answer))
    if isinstance(error, ThrottledError):
        assert answer.status == 429 or b"LIMIT_EXCEEDED" in answer.body


@FUZZ
@given(answers(PAGE, *BODIES, TOKEN, media=JSON))
def test_no_answer_crashes_a_look(answer: Answer) -> None:
    """With either way to log in, and as an answer to the login itself."""
    granted = answered(200, TOKEN, "application/json")
    for made in (
        rig(granted, *[answer] * 3, granted, *[answer] * 9),
        rig(*[answer] * 9, kept=token_based()),
        rig(answer, answer, answer),
    ):
        try:
            found = made.client.look(ANY)
        except RefusedError as error:
            assert error.fault in SETUP_FAULTS
        except TransientError as error:
            assert (error.fault is Fault.THROTTLED) is isinstance(error, ThrottledError)
        except IndexError:
            # The script ran out: what was taken for a good answer made it ask for more.
            assert answer.status == 200
        else:
            raw = [row["id"] for row in rows(answer.body)]
            assert {project.project_id for project in found} <= set(raw)


JOB: dict[str, Any] = {
    "id": "4711",
    "entityId": "P-4711",
    "companyName": "Apollo",
    "isInactive": True,
    "allowExpenses": False,
    "entityStatus": {"id": "2", "refName": "In Progress"},
    "subsidiary": {"id": "1", "refName": "Norway"},
    "lastModifiedDate": "2026-01-01T10:00:00Z",
}


@FUZZ
@given(damaged(JOB, most=4))
def test_a_record_is_what_it_says(given_job: Any) -> None:
    """Its flags are booleans, told or not, and it is the one that was asked for."""
    body = json.dumps(given_job).encode()
    try:
        found = decode_record(answered(200, body, "application/json"), "4711").project
    except TransientError as error:
        assert error.fault is Fault.UNREADABLE
        return
    raw = {str(key).lower(): value for key, value in loaded(body).items()}
    assert (found.project_id, raw["id"]) == ("4711", "4711")
    assert (found.inactive, found.allow_expenses) == (
        raw.get("isinactive"),
        raw.get("allowexpenses"),
    )


@FUZZ
@given(damaged({"netsuite": CREDENTIALS}, {"netsuite": TOKEN_BASED}))
def test_no_secret_crashes_a_login(secret: Any) -> None:
    """One that can't be used is a refusal of our own, which shows nothing of it."""
    if not isinstance(secret, dict):
        return
    try:
        credentials_of(secret)
        rig(answered(200, TOKEN, "application/json"), *[answered(200, PAGE)] * 3,
            kept=KeptSecrets(secret)).client.look(ANY)  # fmt: skip
    except RefusedError as error:
        assert error.fault is Fault.SECRET_UNUSABLE
        assert "PRIVATE KEY" not in str(error)
        assert "sandbox" not in str(error)
    except TransientError as error:
        # Nothing was asked for a token: the first answer, which is one, is no page.
        assert error.fault is Fault.UNREADABLE
