"""What an answer means, by status and error code, and what a page of rows says."""

import json
from typing import Any

import pytest

from shared.adapters.http import Answer
from shared.adapters.netsuite.answers import Verdict, error_codes, failure, verdict
from shared.adapters.netsuite.page import decode
from shared.domain.finding import Fault, Project, Status, status_of
from shared.errors import RefusedError, RemediationError, ThrottledError, TransientError
from tests.adapters.netsuite_kit import JSON, SAMPLES, answered, page, sample

ERROR = "application/vnd.oracle.resource+json; type=error"
HTML = "text/html"
THROTTLED = ("CONCURRENCY_LIMIT_EXCEEDED", "SSS_REQUEST_LIMIT_EXCEEDED")


def problem(status: int, *codes: str) -> Answer:
    details = [{"detail": "Una frase.", "o:errorCode": code} for code in codes]
    return answered(status, {"status": status, "o:errorDetails": details}, ERROR)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (page(), Verdict.OK),
        (answered(200, b"<html>", HTML), Verdict.UNREADABLE),
        (answered(200, b"{}", "text/plain"), Verdict.UNREADABLE),
        (answered(202, {}), Verdict.UNREADABLE),
        (answered(204), Verdict.UNREADABLE),
        (answered(302, b"", HTML), Verdict.UNREADABLE),
        (problem(400, "INVALID_PARAMETER"), Verdict.QUERY),
        (problem(400, "USER_ERROR"), Verdict.UNREADABLE),
        (problem(400), Verdict.UNREADABLE),
        (answered(400, b"INVALID_PARAMETER", HTML), Verdict.UNREADABLE),
        *((problem(400, code), Verdict.THROTTLED) for code in THROTTLED),
        *((problem(403, code), Verdict.THROTTLED) for code in THROTTLED),
        *((problem(503, code), Verdict.THROTTLED) for code in THROTTLED),
        (problem(400, "USER_ERROR", "INSUFFICIENT_PERMISSION"), Verdict.PERMISSION),
        (problem(401, "INVALID_LOGIN"), Verdict.LOGIN),
        (problem(403, "INVALID_LOGIN_ATTEMPT"), Verdict.LOGIN),
        (answered(401), Verdict.LOGIN),
        (answered(401, b"<html>", HTML), Verdict.UNREADABLE),
        (problem(403, "INSUFFICIENT_PERMISSION"), Verdict.PERMISSION),
        (answered(403), Verdict.PERMISSION),
        (answered(403, b"<html>", HTML), Verdict.UNREADABLE),
        (problem(404, "NONEXISTENT_ID"), Verdict.UNREADABLE),
        (answered(429, b"<html>", HTML), Verdict.THROTTLED),
        (problem(500, "UNEXPECTED_ERROR"), Verdict.DOWN),
        (answered(503, b"<html>", HTML), Verdict.DOWN),
        (answered(599), Verdict.DOWN),
    ],
)
def test_status_and_code_decide(answer: Answer, expected: Verdict) -> None:
    """Never the words; and a body of something in between makes a refusal unreadable."""
    assert verdict(answer) is expected


SAMPLE_VERDICTS = {
    "collection_page_first": (200, Verdict.OK),
    "collection_page_last": (200, Verdict.OK),
    "error_400_expense_line_project_refused": (400, Verdict.UNREADABLE),
    "error_400_invalid_id_legacy_type": (400, Verdict.UNREADABLE),
    "error_400_record_already_exists": (400, Verdict.UNREADABLE),
    "error_400_restlet_request_limit": (400, Verdict.THROTTLED),
    "error_400_suiteql_invalid_search_type": (400, Verdict.QUERY),
    "error_400_suiteql_unknown_identifier": (400, Verdict.QUERY),
    "error_401_invalid_login": (401, Verdict.LOGIN),
    "error_403_insufficient_permission_legacy": (403, Verdict.PERMISSION),
    "error_404_nonexistent_id": (404, Verdict.UNREADABLE),
    "error_429_concurrency": (429, Verdict.THROTTLED),
    "error_500_unexpected": (500, Verdict.DOWN),
    "governance_limits": (200, Verdict.OK),
    "soap_job_records_fyle": (200, Verdict.OK),
    "suiteanalytics_job_rows_fivetran": (200, Verdict.OK),
    "token_error_invalid_grant": (400, Verdict.UNREADABLE),
    "token_response": (200, Verdict.OK),
    "www_authenticate_headers": (401, Verdict.LOGIN),
}


def test_every_sample_has_its_verdict() -> None:
    """None is left out, and each is what its name says when a query is answered by it."""
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(SAMPLE_VERDICTS)
    found = {
        name: (status, verdict(answered(status, sample(name), ERROR)))
        for name, (status, _) in SAMPLE_VERDICTS.items()
    }
    assert found == SAMPLE_VERDICTS


@pytest.mark.parametrize(
    "name",
    ["governance_limits", "soap_job_records_fyle", "token_response", "error_404_nonexistent_id"],
)
def test_other_bodies_are_no_page(name: str) -> None:
    """JSON under 200 that isn't a page tells nothing, and isn't an empty page."""
    with pytest.raises(TransientError) as caught:
        decode(answered(200, sample(name)))
    assert caught.value.fault is Fault.UNREADABLE


@pytest.mark.parametrize(
    ("found", "kind", "fault"),
    [
        (Verdict.LOGIN, RefusedError, Fault.LOGIN_REFUSED),
        (Verdict.PERMISSION, RefusedError, Fault.NO_PERMISSION),
        (Verdict.QUERY, RefusedError, Fault.NO_PERMISSION),
        (Verdict.THROTTLED, ThrottledError, Fault.THROTTLED),
        (Verdict.DOWN, TransientError, Fault.UNREACHABLE),
        (Verdict.UNREADABLE, TransientError, Fault.UNREADABLE),
    ],
)
def test_each_verdict_is_an_error(
    found: Verdict, kind: type[RemediationError], fault: Fault
) -> None:
    """Which says what happens next."""
    error: Any = failure(found, problem(400, "B_CODE", "A_CODE"))
    assert (type(error), error.fault) == (kind, fault)
    assert str(error) == "NetSuite answered 400 (A_CODE, B_CODE)"


def test_a_throttled_answer_says_until_when() -> None:
    """If it says so at all; the time is kept in milliseconds."""
    error: Any = failure(Verdict.THROTTLED, answered(429, Retry_After="30"))
    assert error.retry_after == 30_000
    error = failure(Verdict.THROTTLED, answered(429, sample("error_429_concurrency"), ERROR))
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (b"", set()),
        (b"[1]", set()),
        (b'{"o:errorDetails": 3}', set()),
        (b'{"error": "invalid_grant"}', {"invalid_grant"}),
        (b'{"error": {"code": "X", "message": "m"}}', {"X"}),
        (b'{"error": "<script>nora@acme.example"}', set()),
        (b'{"o:errorDetails": [{"o:errorCode": "A"}, {"detail": "no code"}]}', {"A"}),
    ],
)
def test_codes_are_read_where_there_are_any(body: bytes, codes: set[str]) -> None:
    """What doesn't look like a code isn't repeated in an error."""
    assert error_codes(answered(400, body)) == codes


def test_a_code_that_is_none_is_not_told() -> None:
    """Then the media type stands in its place, or that there is no body."""
    said = str(failure(Verdict.DOWN, answered(500, b"<p>nora@acme.example</p>", HTML)))
    assert said == "NetSuite answered 500 (text/html)"
    said = str(failure(Verdict.DOWN, answered(500, media="")))
    assert said == "NetSuite answered 500 (no body)"


def test_a_row_becomes_a_project() -> None:
    """'T' and 'F' are booleans; the texts of status and customer come along."""
    row = {
        "links": [],
        "id": "4711",
        "entityid": "P-4711",
        "companyname": "Apollo Rollout",
        "isinactive": "F",
        "allowexpenses": "T",
        "statusname": "In Progress",
        "customername": "Acme Corp",
    }
    assert decode(page(row)).projects == (
        Project("4711", "P-4711", "Apollo Rollout", "Acme Corp", False, True, "In Progress"),
    )


def test_what_is_left_out_is_unknown() -> None:
    """A missing `isinactive` is neither active nor inactive."""
    [project] = decode(page({"id": "1"})).projects
    assert project == Project("1")
    assert (project.inactive, project.allow_expenses) == (None, None)
    assert status_of(project) is Status.UNKNOWN


def test_null_is_the_same_as_left_out() -> None:
    """Should a release begin to write nulls."""
    row = {"id": "1", "companyname": None, "isinactive": None, "allowexpenses": None}
    assert decode(page(row)).projects == (Project("1"),)


def test_names_come_in_any_case() -> None:
    """Oracle doesn't promise one, and it may change with a release."""
    row = {"ID": "1", "EntityId": "P", "isInactive": "T", "ALLOWEXPENSES": "F"}
    assert decode(page(row)).projects == (Project("1", "P", inactive=True, allow_expenses=False),)


def test_recorded_rows_are_read() -> None:
    """Rows of the analytics table `job`, with many columns that we didn't ask for."""
    rows = json.loads(sample("suiteanalytics_job_rows_fivetran"))
    projects = decode(page(*rows)).projects
    assert [(p.project_id, p.entity_id, status_of(p)) for p in projects] == [
        (row["id"], row["entityid"], Status.ACTIVE) for row in rows
    ]
    assert {p.customer for p in projects} == {""}, "the id of a customer isn't its name"


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"id": ""},
        {"id": 4711},
        {"id": "4711 "},
        {"id": "٤٧"},
        {"id": "1", "isinactive": ""},
        {"id": "1", "isinactive": "false"},
        {"id": "1", "isinactive": True},
        {"id": "1", "isinactive": "t"},
        {"id": "1", "allowexpenses": 1},
        {"id": "1", "entityid": 7},
        {"id": "1", "companyname": ["x"]},
        "row",
        None,
    ],
)
def test_one_wrong_row_spoils_the_page(row: Any) -> None:
    """Rather no answer than a wrong one."""
    with pytest.raises(TransientError) as caught:
        decode(page({"id": "1"}, row))
    assert caught.value.fault is Fault.UNREADABLE


@pytest.mark.parametrize(
    "answer",
    [
        page({"id": "1"}, count=2),
        page({"id": "1"}, count="1"),
        page({"id": "1"}, hasMore="no"),
        page(items=None),
        answered(200, {"items": {"id": "1"}}),
        answered(200, b'{"items": [], "count": 0'),
        answered(200, b'{"items": []}', "text/html"),
    ],
)
def test_a_wrong_envelope_is_unreadable(answer: Answer) -> None:
    """A page that lacks rows, or whose shape isn't known."""
    with pytest.raises(TransientError) as caught:
        decode(answer)
    assert caught.value.fault is Fault.UNREADABLE


def test_the_values_of_a_wrong_page_are_not_told() -> None:
    """An error names the place alone."""
    with pytest.raises(TransientError) as caught:
        decode(page({"id": "nora@acme.example"}))
    assert str(caught.value) == "items.0.id (string_pattern_mismatch)"


@pytest.mark.parametrize(
    ("answer", "last"),
    [
        (page(), None),
        (page({"id": "1"}), None),
        (page({"id": "9"}, {"id": "10"}, hasMore=True), "10"),
        (page({"id": "9"}, {"id": "10"}, hasMore=None), None),
        (page(*({"id": str(n)} for n in range(1, 1000)), hasMore=None), None),
        (page(*({"id": str(n)} for n in range(1, 1001)), hasMore=None), "1000"),
        (answered(200, {"items": []}), None),
    ],
)
def test_a_page_says_whether_it_is_the_last(answer: Answer, last: str | None) -> None:
    """By `hasMore`, or by being full where that is left out; ids are compared as numbers."""
    assert decode(answer).last == last


@pytest.mark.parametrize(
    "answer",
    [
        page(hasMore=True),
        page({"id": "2"}, {"id": "1"}, hasMore=True),
        page({"id": "1"}, {"id": "1"}, hasMore=True),
        answered(200, sample("collection_page_first"), JSON),
    ],
)
def test_a_page_out_of_order_has_no_next_one(answer: Answer) -> None:
    """What comes after it couldn't be told, so the whole answer is unreadable."""
    with pytest.raises(TransientError) as caught:
        decode(answer)
    assert caught.value.fault is Fault.UNREADABLE


def test_the_last_page_of_the_documentation_is_read() -> None:
    """With its links, which nobody needs."""
    assert decode(answered(200, sample("collection_page_last"))).projects == (Project("90"),)
