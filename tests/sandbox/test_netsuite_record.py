from collections.abc import Iterator

import pytest

from tests.sandbox.netsuite_kit import JOB_PATH, Sim, running_sim

STRICT = {"X-NetSuite-PropertyNameValidation": "error"}


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def code(answer: object) -> tuple[int, str]:
    body = answer.json()  # type: ignore[attr-defined]
    return body["status"], body["o:errorDetails"][0]["o:errorCode"]


def test_a_project_reads_as_a_singular_resource(sim: Sim) -> None:
    """Booleans are JSON booleans, references have names, and nulls are absent."""
    answer = sim.get_job("4711")
    assert answer.headers["Content-Type"] == ("application/vnd.oracle.resource+json; type=singular")
    assert answer.json() == {
        "links": [{"rel": "self", "href": f"{sim.base}{JOB_PATH}/4711"}],
        "id": "4711",
        "refName": "Apollo Rollout",
        "entityId": "P-4711",
        "companyName": "Apollo Rollout",
        "altName": "Apollo Rollout",
        "isInactive": True,
        "allowExpenses": True,
        "allowTime": True,
        "limitTimeToAssignees": False,
        "entityStatus": {"id": "2", "refName": "In Progress"},
        "parent": {"links": [], "id": "88", "refName": "Acme Corp"},
        "dateCreated": "2026-09-21T14:13:20Z",
        "lastModifiedDate": "2026-09-21T14:13:20Z",
    }


def test_fields_choose_what_is_read(sim: Sim) -> None:
    """As in Oracle's sample the id is absent unless asked for, and links are always there."""
    body = sim.get_job("4711", "?fields=isInactive,entityStatus").json()
    assert set(body) == {"links", "isInactive", "entityStatus"}


def test_a_patch_changes_what_it_names(sim: Sim) -> None:
    """204 without a body, the record as Location, a new modification time, the rest unchanged."""
    before = sim.get_job("4711").json()
    sim.now += 60
    answer = sim.patch_job("4711", {"isInactive": False}, **STRICT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Location"] == f"{sim.base}{JOB_PATH}/4711"
    changed = {"isInactive": False, "lastModifiedDate": "2026-09-21T14:14:20Z"}
    assert sim.get_job("4711").json() == {**before, **changed}
    query = "SELECT id, isinactive FROM job WHERE id = 4711"
    assert sim.items(query) == [{"id": "4711", "isinactive": "F"}]


def test_a_patch_leaves_other_accounts_alone(sim: Sim) -> None:
    """The same internal id in another account is another project."""
    sim.patch_job("4711", {"entityId": "changed"})
    other = sim.control("GET", "projects/4711?account=7654321").json()
    assert other["entityId"] == "Other"


@pytest.mark.parametrize("value", [{"id": "1"}, {"id": 1}])
def test_a_status_is_set_by_its_id(sim: Sim, value: object) -> None:
    """The reference's id decides, as text or number."""
    assert sim.patch_job("4711", {"entityStatus": value}).status_code == 204
    status = sim.get_job("4711").json()["entityStatus"]
    assert status == {"id": "1", "refName": "Closed"}


def test_null_clears(sim: Sim) -> None:
    """Null takes the status and the parent away, and unchecks a box."""
    body = {"entityStatus": None, "parent": None, "isInactive": None}
    assert sim.patch_job("4711", body).status_code == 204
    after = sim.get_job("4711").json()
    assert not {"entityStatus", "parent"} & set(after)
    assert after["isInactive"] is False


def test_a_parent_is_set_by_its_id(sim: Sim) -> None:
    """Its name comes from what the account knows."""
    sim.patch_job("4712", {"parent": {"id": "88"}})
    assert sim.get_job("4712").json()["parent"]["refName"] == "Acme Corp"


def test_projects_in_a_ring_have_no_customer(sim: Sim) -> None:
    """A parent that is its own grandchild neither hangs nor invents a customer."""
    assert sim.patch_job("4711", {"parent": {"id": "90"}}).status_code == 204
    assert sim.items("SELECT id, customer FROM job WHERE id IN (90, 4711) ORDER BY id") == [
        {"id": "90"},
        {"id": "4711"},
    ]


@pytest.mark.parametrize("mode", [{}, {"X-NetSuite-PropertyNameValidation": "warning"}])
def test_a_misspelt_property_is_silently_nothing(sim: Sim, mode: dict[str, str]) -> None:
    """By default the typo gives 204 and changes nothing, not even the modification time."""
    sim.now += 60
    assert sim.patch_job("4711", {"isInActive": False}, **mode).status_code == 204
    after = sim.get_job("4711").json()
    assert (after["isInactive"], after["lastModifiedDate"]) == (True, "2026-09-21T14:13:20Z")


def test_a_misspelt_property_is_an_error_on_request(sim: Sim) -> None:
    """With the header set to error nothing of the body takes effect."""
    answer = sim.patch_job("4711", {"isInactive": False, "isInActive": False}, **STRICT)
    assert code(answer) == (400, "INVALID_CONTENT")
    assert answer.json()["o:errorDetails"][0]["o:errorPath"] == "isInActive"
    assert sim.get_job("4711").json()["isInactive"] is True


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"isInactive": "F"}, "INVALID_VALUE"),
        ({"isInactive": 0}, "INVALID_VALUE"),
        ({"companyName": 7}, "INVALID_VALUE"),
        ({"entityId": None}, "INVALID_VALUE"),
        ({"entityStatus": "1"}, "INVALID_VALUE"),
        ({"entityStatus": {"id": "99"}}, "INVALID_CONTENT"),
        ({"parent": {"id": "99999"}}, "INVALID_CONTENT"),
        ([], "INVALID_REQUEST"),
    ],
)
def test_wrong_values_are_refused(sim: Sim, body: object, error: str) -> None:
    """Values of the wrong type and ids that don't exist are 400, and nothing changes."""
    before = sim.get_job("4711").json()
    assert code(sim.patch_job("4711", body)) == (400, error)
    assert sim.get_job("4711").json() == before


@pytest.mark.parametrize(
    ("effect", "status"), [("script_refuses", 400), ("script_undoes", 204), ("queued", 202)]
)
def test_a_change_may_come_to_nothing(sim: Sim, effect: str, status: int) -> None:
    """By the account's scripts, or because it only stands in a queue."""
    sim.fault({effect: True})
    sim.now += 60
    assert sim.patch_job("4711", {"isInactive": False}, **STRICT).status_code == status
    after = sim.control("GET", "projects/4711?account=1234567_SB1").json()
    assert after["isInactive"] is True


def test_an_unknown_project_is_404(sim: Sim) -> None:
    """With the documented body, for reading and writing."""
    for answer in (sim.get_job("999"), sim.patch_job("999", {})):
        assert answer.status_code == 404
        assert answer.json() == {
            "type": "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html",
            "title": "Not Found",
            "status": 404,
            "o:errorDetails": [
                {"detail": "Record does not exist.", "o:errorCode": "NONEXISTENT_ID"}
            ],
        }


@pytest.mark.parametrize("record_id", ["000", "x", "P-4711", "٣", "9" * 5000])
def test_an_id_must_be_a_number(sim: Sim, record_id: str) -> None:
    """With the live body, which repeats the id and the path."""
    answer = sim.get_job(record_id)
    assert code(answer) == (400, "INVALID_ID")
    [error] = answer.json()["o:errorDetails"]
    assert error["detail"] == (
        f"Invalid record instance identifier '{record_id}'. Provide a valid record instance ID."
    )
    assert error["o:errorUrl"] == f"{JOB_PATH}/{record_id}"


def test_no_token_is_401_with_the_documented_body(sim: Sim) -> None:
    """Reads, writes and queries all ask for the token."""
    del sim.http.headers["Authorization"]
    answers = (
        sim.get_job("4711"),
        sim.patch_job("4711", {"isInactive": False}),
        sim.suiteql("SELECT id FROM job"),
    )
    for answer in answers:
        assert code(answer) == (401, "INVALID_LOGIN")
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="1234567_SB1"')


def test_the_journal_has_what_was_written(sim: Sim) -> None:
    """Method, path, status and the body of a PATCH, and no token."""
    sim.patch_job("4711", {"isInactive": False})
    entry = sim.journal()[-1]
    assert (entry["method"], entry["path"], entry["status"], entry["account"]) == (
        "PATCH",
        f"/1234567-sb1{JOB_PATH}/4711",
        204,
        "1234567-sb1",
    )
    assert entry["params"] == {"body": {"isInactive": False}}
    assert str(sim.http.headers["Authorization"]).removeprefix("Bearer ") not in str(entry)


@pytest.mark.parametrize(
    "path", ["/nowhere/services/rest/record/v1/job/1", "/1234567-sb1/services/x"]
)
def test_what_is_not_simulated_says_so(sim: Sim, path: str) -> None:
    """Unknown accounts and services are JSON errors of the usual shape."""
    answer = sim.http.get(sim.url + path, timeout=5)
    assert code(answer) == (404, "INVALID_REQUEST")
