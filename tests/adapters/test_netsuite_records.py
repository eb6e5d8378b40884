"""A project's record: what is sent for it, and what each answer means, above all to a change."""

import json
from functools import partial
from typing import Any

import pytest
import requests

from shared.adapters.http import Answer
from shared.adapters.netsuite import CHANGE_BUDGET, JobChange, JobRecord, Outcome
from shared.domain.finding import Fault, Project, Status, status_of
from shared.errors import (
    OutcomeUnknownError,
    PermanentError,
    RefusedError,
    ThrottledError,
    TransientError,
)
from tests.adapters.netsuite_kit import Rig, answered, granted, rig, sample, token_based

OPEN = JobChange(inactive=False)
URL = "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/job/4711"
UNAUTHORIZED = answered(401, sample("error_401_invalid_login"))
ABSENT = answered(404, sample("error_404_nonexistent_id"))
ACCEPTED = answered(204, Location=URL)


def job(**changed: object) -> Answer:
    """As Oracle's schema has it: camel case, booleans, references with their names."""
    body = {
        "links": [{"rel": "self", "href": URL}],
        "id": "4711",
        "entityId": "P-4711",
        "companyName": "Apollo Rollout",
        "isInactive": False,
        "allowExpenses": True,
        "entityStatus": {"id": "2", "refName": "In Progress"},
        "lastModifiedDate": "2026-09-21T14:13:20Z",
        **changed,
    }
    given = {name: value for name, value in body.items() if value != "left out"}
    return answered(200, given, "application/vnd.oracle.resource+json; type=singular")


def error_of(made: Rig, wanted: JobChange | None = OPEN) -> Any:
    """Of a change, or of a reading if nothing is wanted."""
    of = made.client.records
    done = partial(of.change, "4711", wanted) if wanted else partial(of.read, "4711")
    with pytest.raises((TransientError, PermanentError, OutcomeUnknownError)) as caught:
        done()
    return caught.value


def test_a_record_becomes_the_same_project_as_a_row() -> None:
    """Booleans here, 'T' and 'F' there; the status' id and the modification's time beside it."""
    made = rig(granted(), job(subsidiary={"id": "3", "refName": "Norway"}))
    assert made.client.records.read("4711") == JobRecord(
        Project(
            "4711",
            "P-4711",
            "Apollo Rollout",
            inactive=False,
            allow_expenses=True,
            status_name="In Progress",
            subsidiary_id="3",
            subsidiary="Norway",
        ),
        status_id="2",
        modified="2026-09-21T14:13:20Z",
    )
    request = made.script.requests[-1]
    assert (request.method, request.url, request.body) == ("GET", URL, None)
    assert "Prefer" not in request.headers


@pytest.mark.parametrize("missing", ["left out", None])
def test_what_is_left_out_of_a_record_is_unknown(missing: object) -> None:
    """Neither inactive nor active; a project without a status has none."""
    made = rig(granted(), job(isInactive=missing, allowExpenses=missing, entityStatus=missing))
    record = made.client.records.read("4711")
    assert record is not None
    assert (record.project.inactive, record.project.allow_expenses) == (None, None)
    assert (record.status_id, status_of(record.project)) == ("", Status.UNKNOWN)
    assert not OPEN.holds(record)


def test_names_of_properties_may_come_in_any_case() -> None:
    """Of references, too."""
    shouted = {"ID": "4711", "ISINACTIVE": True, "entitystatus": {"ID": "1", "RefName": "Closed"}}
    record = rig(granted(), answered(200, shouted)).client.records.read("4711")
    assert record == JobRecord(Project("4711", inactive=True, status_name="Closed"), "1")


@pytest.mark.parametrize(
    "answer",
    [
        job(isInactive="F"),
        job(isInactive=0),
        job(id="4712"),
        job(id="left out"),
        job(entityStatus="2"),
        answered(200, [1]),
        answered(200, b"<html>", "text/html"),
        answered(200, b'{"id": "4711"', "application/json"),
        answered(202),
        answered(400, sample("error_400_invalid_id_legacy_type")),
        answered(400, sample("error_400_suiteql_unknown_identifier")),
        answered(404),
        answered(404, b"<html>", "text/html"),
    ],
)
def test_half_a_record_is_none(answer: Answer) -> None:
    """A text for a boolean, another record, no JSON, a 404 in somebody else's words."""
    assert error_of(rig(granted(), answer), None).fault is Fault.UNREADABLE


def test_a_record_that_is_not_there_may_be_hidden() -> None:
    """It is no finding that the project is deleted."""
    assert rig(granted(), ABSENT).client.records.read("4711") is None


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (answered(403, sample("error_403_insufficient_permission_legacy")), Fault.NO_PERMISSION),
        (answered(429, sample("error_429_concurrency")), Fault.THROTTLED),
        (answered(500, sample("error_500_unexpected")), Fault.UNREACHABLE),
        (requests.ReadTimeout(), Fault.UNREACHABLE),
    ],
)
def test_a_reading_fails_as_a_look_does(answer: Answer | Exception, fault: Fault) -> None:
    """With the same faults, so that the same circuit opens."""
    assert error_of(rig(granted(), answer, answer), None).fault is fault


@pytest.mark.parametrize("strange", ["", "0", "007", "P-1", "1/../2", "1?x", "٣", "1" * 16])
def test_only_an_internal_id_becomes_a_part_of_the_address(strange: str) -> None:
    """Nothing is sent for anything else."""
    made = rig()
    with pytest.raises(ValueError, match="internal id"):
        made.client.records.read(strange)
    with pytest.raises(ValueError, match="internal id"):
        made.client.records.change(strange, OPEN)
    assert made.script.requests == []


@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        (JobChange(inactive=False), {"isInactive": False}),
        (JobChange(inactive=True), {"isInactive": True}),
        (JobChange(allow_expenses=True), {"allowExpenses": True}),
        (JobChange(status_id="2"), {"entityStatus": {"id": "2"}}),
        (
            JobChange(inactive=False, allow_expenses=True, status_id="2"),
            {"isInactive": False, "allowExpenses": True, "entityStatus": {"id": "2"}},
        ),
    ],
)
def test_a_change_names_only_what_it_changes(wanted: JobChange, body: object) -> None:
    """One PATCH that must not misspell anything; then the record is read back."""
    made = rig(granted(), ACCEPTED, job())
    made.client.records.change("4711", wanted)
    [_, patch, get] = made.script.requests
    assert (patch.method, patch.url) == ("PATCH", URL)
    assert json.loads(patch.body or b"") == body
    assert patch.headers["X-NetSuite-PropertyNameValidation"] == "error"
    assert patch.headers["Authorization"] == "Bearer token-1"
    assert "Prefer" not in patch.headers
    assert (get.method, get.url) == ("GET", URL)


@pytest.mark.parametrize("strange", ["0", "x", "1 OR 1", "1" * 16])
def test_a_change_must_be_one(strange: str) -> None:
    """Not of nothing, and a status by its internal id."""
    with pytest.raises(ValueError, match="nothing to change"):
        JobChange()
    with pytest.raises(ValueError, match="internal id"):
        JobChange(status_id=strange)


@pytest.mark.parametrize("answer", [ACCEPTED, job(isInactive=True)], ids=["204", "200"])
def test_what_was_read_back_is_told(answer: Answer) -> None:
    """Not what was answered."""
    changed = rig(granted(), answer, job(isInactive=False)).client.records.change("4711", OPEN)
    assert changed.outcome is Outcome.DONE
    assert changed.after is not None
    assert changed.after.project.inactive is False


@pytest.mark.parametrize(
    ("wanted", "after"),
    [
        (OPEN, {"isInactive": True}),
        (OPEN, {"isInactive": None}),
        (JobChange(inactive=False, allow_expenses=True), {"allowExpenses": False}),
        (JobChange(inactive=False, status_id="2"), {"entityStatus": {"id": "1"}}),
    ],
)
def test_a_change_that_did_not_last_is_told(wanted: JobChange, after: dict[str, object]) -> None:
    """A script of the account's set it back, or a person did, or it was never taken."""
    changed = rig(granted(), ACCEPTED, job(**after)).client.records.change("4711", wanted)
    assert changed.outcome is Outcome.NOT_TAKEN
    assert changed.after is not None


@pytest.mark.parametrize(
    ("answer", "outcome", "codes"),
    [
        (ABSENT, Outcome.ABSENT, ("NONEXISTENT_ID",)),
        (
            answered(400, sample("error_400_expense_line_project_refused")),
            Outcome.REFUSED,
            ("USER_ERROR",),
        ),
        (
            answered(400, {"o:errorDetails": [{"o:errorCode": "INVALID_CONTENT"}]}),
            Outcome.REFUSED,
            ("INVALID_CONTENT",),
        ),
        (
            answered(404, {"o:errorDetails": [{"o:errorCode": "INVALID_REQUEST"}]}),
            Outcome.REFUSED,
            ("INVALID_REQUEST",),
        ),
    ],
)
def test_a_refused_change_is_an_answer(
    answer: Answer, outcome: Outcome, codes: tuple[str, ...]
) -> None:
    """Nothing was done, and the codes say why, as far as codes do."""
    made = rig(granted(), answer)
    changed = made.client.records.change("4711", OPEN)
    assert (changed.outcome, changed.codes, changed.after) == (outcome, codes, None)
    assert len(made.script.requests) == 2


def test_a_project_that_vanishes_after_the_change_is_absent() -> None:
    """Deleted in between, or hidden from our role by the change."""
    changed = rig(granted(), ACCEPTED, ABSENT).client.records.change("4711", OPEN)
    assert (changed.outcome, changed.after) == (Outcome.ABSENT, None)


@pytest.mark.parametrize(
    ("answer", "kind", "fault"),
    [
        (
            answered(403, sample("error_403_insufficient_permission_legacy")),
            RefusedError,
            Fault.NO_PERMISSION,
        ),
        (answered(429, sample("error_429_concurrency")), ThrottledError, Fault.THROTTLED),
        (
            answered(400, sample("error_400_restlet_request_limit")),
            ThrottledError,
            Fault.THROTTLED,
        ),
        (requests.ConnectTimeout(), TransientError, Fault.UNREACHABLE),
    ],
)
def test_where_nothing_was_done_the_error_says_so(
    answer: Answer | Exception, kind: type[Exception], fault: Fault
) -> None:
    """By its class; it is sent once all the same."""
    made = rig(granted(), answer)
    error = error_of(made)
    assert isinstance(error, kind)
    assert error.fault is fault
    assert len(made.script.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        requests.ReadTimeout(),
        requests.ConnectionError(),
        answered(500, sample("error_500_unexpected")),
        answered(503, b"<html>", "text/html"),
        answered(200, b"<html>", "text/html"),
        answered(400, b"<html>", "text/html"),
        answered(400),
        answered(404),
        answered(202),
        answered(302),
    ],
)
def test_a_change_without_an_answer_is_never_sent_again(answer: Answer | Exception) -> None:
    """It may have been done. 202 says that it stands in a queue, which is no better."""
    made = rig(granted(), answer)
    assert isinstance(error_of(made), OutcomeUnknownError)
    assert [request.method for request in made.script.requests] == ["POST", "PATCH"]


@pytest.mark.parametrize(
    "answer",
    [
        answered(429, sample("error_429_concurrency")),
        answered(403, sample("error_403_insufficient_permission_legacy")),
        answered(200, b"<html>", "text/html"),
        requests.ReadTimeout(),
    ],
)
def test_a_change_that_cannot_be_read_back_is_unknown(answer: Answer | Exception) -> None:
    """It was accepted; what the record holds now is for a later reading to say."""
    made = rig(granted(), ACCEPTED, answer, answer)
    assert isinstance(error_of(made), OutcomeUnknownError)


def test_a_refused_token_is_replaced_before_the_change() -> None:
    """A refused sender has changed nothing, so it is sent again: once, with the new token."""
    made = rig(granted(), UNAUTHORIZED, granted("token-2"), ACCEPTED, job())
    assert made.client.records.change("4711", OPEN).outcome is Outcome.DONE
    sent = [r.headers["Authorization"] for r in made.script.requests if r.method == "PATCH"]
    assert sent == ["Bearer token-1", "Bearer token-2"]
    twice = rig(granted(), UNAUTHORIZED, granted("token-2"), UNAUTHORIZED)
    assert error_of(twice).fault is Fault.TOKEN_REFUSED


def test_a_login_that_fails_leaves_the_change_unsent() -> None:
    """However it fails, that is no unknown outcome."""
    assert error_of(rig(answered(400, {"error": "invalid_grant"}))).fault is Fault.INVALID_GRANT
    lost = rig(requests.ReadTimeout(), requests.ReadTimeout())
    assert isinstance(error_of(lost), TransientError)


def test_no_change_begins_that_cannot_end_in_time() -> None:
    """Logging in took most of it."""
    made = rig(granted())
    made.clock.step = CHANGE_BUDGET // 4
    assert isinstance(error_of(made), TransientError)
    assert [request.method for request in made.script.requests] == ["POST"]


def test_a_change_is_signed_as_what_it_is() -> None:
    """Token-based: the signature covers the method."""
    made = rig(ACCEPTED, job(), kept=token_based())
    assert made.client.records.change("4711", OPEN).outcome is Outcome.DONE
    assert [r.headers["Authorization"][:6] for r in made.script.requests] == ["OAuth "] * 2


def test_looks_and_records_share_one_token() -> None:
    """One login for both."""
    made = rig(granted(), job(), job())
    made.client.records.read("4711")
    made.client.records.read("4711")
    assert made.script.paths() == ["token", "4711", "4711"]
