"""Every body of `samples/netsuite`, answered to the client: each yields its finding.

`test_netsuite_answers.py` says what each means taken alone; here the whole client gets it, after a
login, as the answer to a query, or to the login itself.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from shared.adapters.http import Answer
from shared.domain.decide_watch import Account, Look, Question, RememberedAccount, decide_watch
from shared.domain.finding import SETUP_FAULTS, Fault, Project, Status, looks_closed, status_of
from shared.domain.rules import Rules
from shared.errors import RefusedError, ThrottledError, TransientError
from tests.adapters.netsuite_kit import JSON, SAMPLES, answered, granted, page, rig, sample
from tests.builders import ACCOUNT, NOW, label

ERROR = "application/vnd.oracle.resource+json; type=error"
OAUTH = "application/json"
ANY = Question(("Apollo",), ("1",))


@dataclass(frozen=True, slots=True)
class Replay:
    """How a sample is answered; `login`: to the request for a token. `fault`: None if it succeeds."""

    status: int
    fault: Fault | None
    media: str = ERROR
    login: bool = False


REPLAYS = {
    "collection_page_first": Replay(200, Fault.UNREADABLE, JSON),
    "collection_page_last": Replay(200, None, JSON),
    "error_400_expense_line_project_refused": Replay(400, Fault.UNREADABLE),
    "error_400_invalid_id_legacy_type": Replay(400, Fault.UNREADABLE),
    "error_400_record_already_exists": Replay(400, Fault.UNREADABLE),
    "error_400_restlet_request_limit": Replay(400, Fault.THROTTLED, OAUTH),
    "error_400_suiteql_invalid_search_type": Replay(400, Fault.NO_PERMISSION),
    "error_400_suiteql_unknown_identifier": Replay(400, Fault.NO_PERMISSION),
    "error_401_invalid_login": Replay(401, Fault.TOKEN_REFUSED),
    "error_403_insufficient_permission_legacy": Replay(403, Fault.NO_PERMISSION),
    "error_404_nonexistent_id": Replay(404, Fault.UNREADABLE),
    "error_429_concurrency": Replay(429, Fault.THROTTLED),
    "error_500_unexpected": Replay(500, Fault.UNREACHABLE),
    "governance_limits": Replay(200, Fault.UNREADABLE, JSON),
    "soap_job_records_fyle": Replay(200, Fault.UNREADABLE, JSON),
    "suiteanalytics_job_rows_fivetran": Replay(200, Fault.UNREADABLE, JSON),
    "token_error_invalid_grant": Replay(400, Fault.INVALID_GRANT, OAUTH, login=True),
    "token_response": Replay(200, None, OAUTH, login=True),
    "www_authenticate_headers": Replay(401, Fault.TOKEN_REFUSED, JSON),
}


def test_no_sample_is_left_out() -> None:
    """A new one wants its line here."""
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(REPLAYS)


def looked(*answers: Answer) -> tuple[tuple[Project, ...], Fault | None]:
    try:
        return rig(*answers).client.look(ANY), None
    except (TransientError, RefusedError) as error:
        return (), _fault(error)


def _fault(error: TransientError | RefusedError) -> Fault:
    """Its class says what happens next, and must fit."""
    assert isinstance(error, ThrottledError) is (error.fault is Fault.THROTTLED)
    assert isinstance(error, RefusedError) is (error.fault in SETUP_FAULTS)
    return error.fault


@pytest.mark.parametrize("name", REPLAYS)
def test_each_sample_yields_its_finding(name: str) -> None:
    """The same body again and again, until the client gives up or is satisfied."""
    replay = REPLAYS[name]
    same = answered(replay.status, sample(name), replay.media)
    answers = (
        (same, page({"id": "1"})) if replay.login else (granted(), same, *(granted(), same) * 2)
    )
    if name.startswith("error_400_suiteql"):
        answers = (granted(), same, same, same)
    _, fault = looked(*answers)
    assert fault is replay.fault


@pytest.mark.parametrize("name", [name for name, replay in REPLAYS.items() if replay.fault])
def test_no_refusal_changes_anything_that_is_known(name: str) -> None:
    """Whatever it was, no project becomes active, inactive or absent by it."""
    known = RememberedAccount(Account(ACCOUNT), (label(),), {})
    plan = decide_watch(known, Look(fault=REPLAYS[name].fault), Rules(), NOW)
    assert (plan.blockers, plan.labels, plan.workspaces) == ((), (), ())
    assert plan.due is not None


def test_the_challenges_are_refusals_without_a_body() -> None:
    """The status decides; the header's words are not read."""
    headers: dict[str, str] = json.loads(sample("www_authenticate_headers"))
    refused = answered(401, WWW_Authenticate=headers["401"])
    assert looked(granted(), refused, granted(), refused)[1] is Fault.TOKEN_REFUSED
    unread = answered(400, WWW_Authenticate=headers["400"])
    assert looked(granted(), unread)[1] is Fault.UNREADABLE
    basic = answered(401, WWW_Authenticate=headers["token_endpoint_401_invalid_client"])
    assert looked(basic)[1] is Fault.LOGIN_REFUSED
    client = answered(401, {"error": "invalid_client"}, OAUTH)
    assert looked(client)[1] is Fault.INVALID_CLIENT


def test_the_last_page_of_the_list_is_read_as_rows_without_columns() -> None:
    """A list of records carries nothing but ids: a project of which nothing is known."""
    projects, _ = looked(granted(), answered(200, sample("collection_page_last"), JSON))
    assert projects == (Project("90", owners=()),)
    assert status_of(projects[0]) is Status.UNKNOWN


def test_the_first_page_is_not_in_the_order_that_was_asked_for() -> None:
    """107 before 41, with more to come: what follows can't be asked for by its id."""
    first = answered(200, sample("collection_page_first"), JSON)
    assert looked(granted(), first, page()) == ((), Fault.UNREADABLE)


def test_recorded_rows_of_the_table_are_projects() -> None:
    """As SuiteQL would bring them, with columns that nobody asked for."""
    rows = json.loads(sample("suiteanalytics_job_rows_fivetran"))
    projects, fault = looked(granted(), page(*rows))
    assert fault is None
    assert [(p.project_id, p.entity_id, status_of(p)) for p in projects] == [
        (row["id"], row["entityid"], Status.ACTIVE) for row in rows
    ]


def test_recorded_projects_have_their_status() -> None:
    """What SOAP recorded of real projects, written as SuiteQL writes it; one has no status at all."""
    recorded = json.loads(sample("soap_job_records_fyle"))
    projects, fault = looked(granted(), page(*(_row(record) for record in recorded)))
    assert fault is None
    assert [(p.project_id, p.status_name, status_of(p)) for p in projects] == [
        ("1497", "In Progress", Status.ACTIVE),
        ("1498", "In Progress", Status.ACTIVE),
        ("1499", "", Status.ACTIVE),
        ("1501", "In Progress", Status.ACTIVE),
        ("1502", "In Progress", Status.ACTIVE),
    ]
    assert not any(looks_closed(project) for project in projects)


def _row(record: dict[str, Any]) -> dict[str, object]:
    """Texts, 'T' and 'F', and no key for what is null."""
    columns = {
        "id": record["internalId"],
        "entityid": record["entityId"],
        "companyname": record["companyName"],
        "isinactive": "FT"[record["isInactive"]],
        "allowexpenses": "FT"[record["allowExpenses"]],
        "statusname": (record["entityStatus"] or {}).get("name"),
        "customername": (record["parent"] or {}).get("name"),
    }
    return {key: value for key, value in columns.items() if value is not None}
