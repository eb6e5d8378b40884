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
    assert made.client.look(ANY) == (Project("1", "P", owners=()),)
    [_, request], [body] = made.script.requests, made.script.queries()
    assert (request.method, request.url) == (
        "POST",
        "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/query/v1/suiteql?limit=1000",
    )
    assert request.headers["Prefer"] == "transient"
    assert request.headers["Content-Type"] == "application/json"
    assert body["q"].startswith("SELECT id, entityid")
    assert (body["params"][1], body["params"][-2:]) == ("APOLLO", ["1", "0"])


def test_nothing_is_asked_for_nothing() -> None:
    """Not even a login."""
    made = rig()
    assert made.client.look(Question()) == ()
    assert made.script.requests == []


@pytest.mark.parametrize("question", [ANY, Question((" ", "\x00"))])
def test_where_nothing_matches_any_one_project_is_asked_for(question: Question) -> None:
    """So that 'none' means something: the role sees projects, and not this one."""
    empty = [page()] if question is ANY else []
    made = rig(granted(), *empty, page({"id": "3"}, hasMore=True))
    assert [p.project_id for p in made.client.look(question)] == ["3"]
    assert made.script.paths()[-1] == "suiteql?limit=1"
    body = made.script.queries()[-1]
    assert body["q"].endswith("FROM job WHERE id > ? ORDER BY id")
    assert body["params"] == ["0"]


def test_a_role_that_sees_no_project_gets_an_empty_answer() -> None:
    """What that means is decided elsewhere."""
    assert rig(granted(), page(), page()).client.look(ANY) == ()


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


def _sizes(made: Rig) -> list[int]:
    return [len(body["params"]) for body in made.script.queries()]


def test_many_labels_take_one_query() -> None:
    """And their ids with them."""
    made = rig(granted(), page({"id": "1"}))
    made.client.look(Question(TEXTS, ("1",)))
    assert _sizes(made) == [400 * 3 + 3 + 2]


def test_a_large_query_that_is_refused_is_divided() -> None:
    """That helps, so the next look begins with it; a project that two of them return comes once."""
    refused = [UNKNOWN] * 3
    halves = page({"id": "1"}), page({"id": "1"}, {"id": "2"})
    made = rig(granted(), *refused, *halves, *halves)
    for _ in range(2):
        assert [p.project_id for p in made.client.look(Question(TEXTS))] == ["1", "2"]
    assert _sizes(made) == [1204] * 3 + [1000, 208] * 2


def test_if_dividing_does_not_help_it_was_not_the_size() -> None:
    """A missing permission is told, and the next look asks for all at once."""
    made = rig(granted(), *[UNKNOWN] * 6, page({"id": "1"}))
    assert fault_of(made, Question(TEXTS)) is Fault.NO_PERMISSION
    made.client.look(Question(TEXTS))
    assert _sizes(made) == [1204] * 3 + [1000] * 3 + [1204]


@pytest.mark.parametrize(
    ("answer", "sizes"),
    [
        (answered(503), [1204, 1000, 208]),
        (answered(413, b"<html>", "text/html"), [1204, 1000, 208]),
        (answered(429), [1204, 1204]),
    ],
)
def test_a_large_query_that_fails_is_divided_by_the_next_look(
    answer: Answer, sizes: list[int]
) -> None:
    """Not if it was the pace that was refused."""
    made = rig(granted(), answer, page({"id": "1"}), page({"id": "1"}))
    fault_of(made, Question(TEXTS))
    made.client.look(Question(TEXTS))
    assert _sizes(made) == sizes


def test_a_refused_login_has_nothing_to_do_with_the_size() -> None:
    """Nothing is divided for it."""
    refused = answered(401)
    made = rig(granted(), refused, granted(), refused, page({"id": "1"}))
    assert fault_of(made, Question(TEXTS)) is Fault.TOKEN_REFUSED
    made.client.look(Question(TEXTS))
    assert _sizes(made) == [1204] * 3


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
    found = page({"id": "1"})
    made = rig(granted(), UNKNOWN, UNKNOWN, found, *[UNKNOWN] * 4, found)
    assert made.client.look(ANY) == made.client.look(ANY) == (Project("1"),)
    assert _asked_for(made, "statusname")[:3] == [True, True, False]
    assert _asked_for(made, "AS ")[-5:] == [True] * 4 + [False]


def test_only_the_columns_that_are_not_there_are_left_out() -> None:
    """Each group is tried on one row; what is there is asked for again, and from then on."""
    found, one = page({"id": "1", "statusname": "Pending"}), page()
    made = rig(granted(), UNKNOWN, UNKNOWN, found, one, UNKNOWN, one, UNKNOWN, found, found)
    assert made.client.look(ANY) == made.client.look(ANY) == (Project("1", status_name="Pending"),)
    tried = [body["q"] for body in made.script.queries()][3:7]
    assert [query.partition(" FROM ")[0] for query in tried] == [
        "SELECT id, BUILTIN.DF(entitystatus) AS statusname",
        "SELECT id, customer AS customerid, BUILTIN.DF(customer) AS customername",
        "SELECT id, parent AS parentid, BUILTIN.DF(parent) AS parentname",
        "SELECT id, subsidiary AS subsidiaryid, BUILTIN.DF(subsidiary) AS subsidiaryname",
    ]
    assert _asked_for(made, "statusname")[-2:] == [True, True]
    assert _asked_for(made, "parentname")[-2:] == [True, True]
    assert _asked_for(made, "customername")[-2:] == [False, False]
    assert [path for path in made.script.paths() if path.endswith("limit=1")] == [
        "suiteql?limit=1"
    ] * 4


def test_columns_that_are_known_alone_and_refused_together_are_left_out() -> None:
    """Better plain than never."""
    found = page({"id": "1"})
    made = rig(granted(), UNKNOWN, UNKNOWN, found, *[page()] * 4, UNKNOWN, found)
    assert made.client.look(ANY) == made.client.look(ANY) == (Project("1"),)


def test_a_failure_while_columns_are_tried_is_its_own() -> None:
    """And nothing is learned by it."""
    down = answered(503)
    made = rig(granted(), UNKNOWN, UNKNOWN, page({"id": "1"}), down, page({"id": "1"}))
    assert fault_of(made) is Fault.UNREACHABLE
    made.client.look(ANY)
    assert _asked_for(made, "subsidiary")[-1] is True


def test_an_account_without_subsidiaries_tells_the_rest() -> None:
    """That column alone is left out."""
    made = rig(granted(), UNKNOWN, page({"id": "1"}), page({"id": "1"}))
    assert made.client.look(ANY) == made.client.look(ANY) == (Project("1", owners=()),)
    assert _asked_for(made, "subsidiary") == [True, False, False]
    assert _asked_for(made, "customername") == [True, True, True]


def _asked_for(made: Rig, column: str) -> list[bool]:
    return [column in body["q"] for body in made.script.queries()]


OPEN = {"isinactive": "F", "allowexpenses": "T"}
ACME = {"customerid": "88", "customername": "Acme", "parentid": "88", "parentname": "Acme"}
PART = {**ACME, "parentid": "7", "parentname": "Programme"}


def _owners(made: Rig) -> list[tuple[str, str, bool | None]]:
    (project,) = made.client.look(ANY)
    assert project.owners is not None
    return [(owner.kind, owner.name, owner.inactive) for owner in project.owners]


def test_what_stands_above_an_open_project_is_looked_up() -> None:
    """Its customer among the customers, and the project that it is a part of among the projects."""
    made = rig(
        granted(),
        page({"id": "1", **OPEN, **PART}),
        page({"id": "88", "isinactive": "T"}),
        page({"id": "7", "isinactive": "F"}),
    )
    assert _owners(made) == [("project", "Programme", False), ("customer", "Acme", True)]
    customers, projects = made.script.queries()[1:]
    expected = "SELECT id, isinactive FROM {} WHERE id IN (?) ORDER BY id"
    assert (customers["q"], customers["params"]) == (expected.format("customer"), ["88"])
    assert (projects["q"], projects["params"]) == (expected.format("job"), ["7"])


def test_the_customer_of_a_project_that_is_none_ones_part_is_its_parent_too() -> None:
    """It is asked for once, as a customer."""
    made = rig(granted(), page({"id": "1", **OPEN, **ACME}), page({"id": "88", "isinactive": "F"}))
    assert _owners(made) == [("customer", "Acme", False)]


@pytest.mark.parametrize("status", [{"isinactive": "T", "allowexpenses": "T"}, {}])
def test_nothing_above_a_project_that_is_not_open_is_looked_up(status: dict[str, str]) -> None:
    """It doesn't matter yet."""
    made = rig(granted(), page({"id": "1", **status, **ACME}))
    assert _owners(made) == [("customer", "Acme", None)]


@pytest.mark.parametrize(
    "answer",
    [
        UNKNOWN,
        answered(403, {"o:errorDetails": [{"o:errorCode": "INSUFFICIENT_PERMISSION"}]}),
        page(),
        page({"id": "88"}),
    ],
    ids=["refused as a query", "refused", "hidden", "without the field"],
)
def test_a_customer_that_we_may_not_see_is_not_said_to_be_active(answer: Answer) -> None:
    """The project is told all the same."""
    made = rig(granted(), page({"id": "1", **OPEN, **ACME}), answer)
    assert _owners(made) == [("customer", "Acme", None)]


def test_a_failure_above_a_project_fails_the_look() -> None:
    """A part of the answer is never given for the whole."""
    failed = answered(503)
    made = rig(granted(), page({"id": "1", **OPEN, **ACME}), failed, failed)
    assert fault_of(made) is Fault.UNREACHABLE


@pytest.mark.parametrize("name", ["unknown_identifier", "invalid_search_type"])
def test_a_query_refused_however_narrow_is_a_missing_permission(name: str) -> None:
    """SuiteQL answers it with the 400 that an unknown column has; the next look asks for all."""
    refused = answered(400, sample(f"error_400_suiteql_{name}"))
    made = rig(granted(), refused, refused, refused, page({"id": "1"}))
    assert fault_of(made) is Fault.NO_PERMISSION
    made.client.look(ANY)
    assert _asked_for(made, "statusname") == [True, True, False, True]


def test_plain_columns_refused_are_not_asked_for_again() -> None:
    """Once they are known to be enough, one refusal says it."""
    made = rig(granted(), UNKNOWN, UNKNOWN, page({"id": "1"}), *[UNKNOWN] * 5)
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
    divided = rig(granted(), *[UNKNOWN] * 3, page(), down)
    assert fault_of(divided, Question(TEXTS)) is Fault.UNREACHABLE


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
