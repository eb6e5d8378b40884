"""A look: what is asked, page by page, and what each failure on the way becomes."""

from typing import Any

import pytest
import requests

from shared.adapters.http import Answer
from shared.adapters.netsuite import LOOK_BUDGET
from shared.domain.decide_watch import Question
from shared.domain.finding import Fault, Project
from shared.errors import RefusedError, ThrottledError, TransientError
from tests.adapters.netsuite_kit import Rig, answered, granted, page, rig, sample

ANY = Question(("Apollo",), ("1",))
UNKNOWN = answered(400, sample("error_400_suiteql_unknown_identifier"))
TEXTS = tuple(f"P {number}" for number in range(400))


def fault_of(made: Rig, question: Question = ANY) -> Fault:
    with pytest.raises((TransientError, RefusedError)) as caught:
        made.client.look(question)
    error: Any = caught.value
    return Fault(error.fault)


def test_a_query_is_what_oracle_describes() -> None:
    """One POST for all, with its header, its limit and its parameters."""
    made = rig(granted(), page({"id": "1", "entityid": "P"}))
    assert made.client.look(ANY) == (Project("1", "P"),)
    [_, request], [body] = made.script.requests, made.script.queries()
    assert (request.method, request.url) == (
        "POST",
        "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/query/v1/suiteql?limit=1000",
    )
    assert request.headers["Prefer"] == "transient"
    assert request.headers["Content-Type"] == "application/json"
    assert body["q"].startswith("SELECT id, entityid")
    assert (body["params"][1], body["params"][-2:]) == ("APOLLO", ["1", "0"])


@pytest.mark.parametrize("question", [Question(), Question((" ", "\x00"))])
def test_nothing_is_asked_for_nothing(question: Question) -> None:
    """Not even a login."""
    made = rig()
    assert made.client.look(question) == ()
    assert made.script.requests == []


def test_further_pages_begin_after_the_last_id() -> None:
    """Each project comes once."""
    made = rig(
        granted(),
        page({"id": "9"}, {"id": "10"}, hasMore=True),
        page({"id": "11"}, hasMore=True),
        page(),
    )
    assert [p.project_id for p in made.client.look(ANY)] == ["9", "10", "11"]
    assert [body["params"][-1] for body in made.script.queries()] == ["0", "10", "11"]


def test_many_labels_take_several_queries() -> None:
    """A project that two of them return comes once."""
    made = rig(granted(), page({"id": "1"}), page({"id": "1"}, {"id": "2"}))
    assert [p.project_id for p in made.client.look(Question(TEXTS))] == ["1", "2"]


def test_a_page_that_comes_again_is_unreadable() -> None:
    """It would never end."""
    same = page({"id": "5"}, hasMore=True)
    made = rig(granted(), same, same)
    assert fault_of(made) is Fault.UNREADABLE


def test_there_is_a_last_page() -> None:
    """So many rows can't be the answer to our question."""
    pages = [page({"id": str(number)}, hasMore=True) for number in range(1, 30)]
    made = rig(granted(), *pages)
    assert fault_of(made) is Fault.UNREADABLE
    assert len(made.script.queries()) == 20


def test_a_column_that_is_not_there_is_left_out() -> None:
    """What the plain columns tell is enough; the next look asks for them at once."""
    made = rig(granted(), UNKNOWN, page({"id": "1"}), page({"id": "1"}))
    assert made.client.look(ANY) == made.client.look(ANY) == (Project("1"),)
    wide = ["statusname" in body["q"] for body in made.script.queries()]
    assert wide == [True, False, False]


@pytest.mark.parametrize("name", ["unknown_identifier", "invalid_search_type"])
def test_a_query_refused_twice_is_a_missing_permission(name: str) -> None:
    """SuiteQL answers it with the 400 that an unknown column has; the next look asks for all."""
    refused = answered(400, sample(f"error_400_suiteql_{name}"))
    made = rig(granted(), refused, refused, page())
    assert fault_of(made) is Fault.NO_PERMISSION
    made.client.look(ANY)
    wide = ["statusname" in body["q"] for body in made.script.queries()]
    assert wide == [True, False, True]


def test_plain_columns_refused_are_not_asked_for_again() -> None:
    """Once they are known to be enough, one refusal says it."""
    made = rig(granted(), UNKNOWN, page(), UNKNOWN)
    made.client.look(ANY)
    assert fault_of(made) is Fault.NO_PERMISSION


def test_a_failure_of_the_second_try_is_its_own() -> None:
    """A 503 after an unknown column isn't a missing permission."""
    assert fault_of(rig(granted(), UNKNOWN, answered(503))) is Fault.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (answered(400, sample("error_400_expense_line_project_refused")), Fault.UNREADABLE),
        (answered(400, sample("error_400_invalid_id_legacy_type")), Fault.UNREADABLE),
        (answered(400, sample("error_400_record_already_exists")), Fault.UNREADABLE),
        (answered(400, sample("error_400_restlet_request_limit")), Fault.THROTTLED),
        (answered(403, sample("error_403_insufficient_permission_legacy")), Fault.NO_PERMISSION),
        (answered(404, sample("error_404_nonexistent_id")), Fault.UNREADABLE),
        (answered(429, sample("error_429_concurrency")), Fault.THROTTLED),
        (answered(500, sample("error_500_unexpected")), Fault.UNREACHABLE),
        (answered(200, sample("governance_limits")), Fault.UNREADABLE),
        (answered(200, sample("soap_job_records_fyle")), Fault.UNREADABLE),
        (answered(200, sample("suiteanalytics_job_rows_fivetran")), Fault.UNREADABLE),
        (answered(200, b"<html>", "text/html"), Fault.UNREADABLE),
        (answered(503, b"<html>", "text/html"), Fault.UNREACHABLE),
        (requests.ReadTimeout(), Fault.UNREACHABLE),
    ],
)
def test_each_failure_has_its_fault(answer: Answer | Exception, fault: Fault) -> None:
    """No body and no lack of one is ever an answer about a project."""
    assert fault_of(rig(granted(), answer, answer)) is fault


def test_a_throttled_look_says_when_to_come_back() -> None:
    """If NetSuite does."""
    with pytest.raises(ThrottledError) as caught:
        rig(granted(), answered(429, Retry_After="12")).client.look(ANY)
    assert caught.value.retry_after == 12_000


def test_half_an_answer_is_none() -> None:
    """When a later page or a later query fails, what came before isn't given."""
    down = answered(503)
    assert fault_of(rig(granted(), page({"id": "1"}, hasMore=True), down)) is Fault.UNREACHABLE
    assert fault_of(rig(granted(), page(), down), Question(TEXTS)) is Fault.UNREACHABLE


def test_a_dead_connection_is_tried_once_more() -> None:
    """As a warm function often finds it."""
    made = rig(granted(), requests.ConnectionError(), page({"id": "1"}))
    assert len(made.client.look(ANY)) == 1


def test_a_look_ends_in_time() -> None:
    """However many pages there are, none is asked for after the budget."""
    pages = [page({"id": str(number)}, hasMore=True) for number in range(1, 20)]
    made = rig(granted(), *pages)
    made.clock.step = 1000
    began = made.clock.now
    assert fault_of(made) is Fault.UNREACHABLE
    assert made.clock.now - began < LOOK_BUDGET + 5_000
