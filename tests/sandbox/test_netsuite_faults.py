from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
import requests

from sandbox.faults import Effect, FaultRules
from sandbox.netsuite import World, create_app
from sandbox.serve import Server
from tests.sandbox.netsuite_kit import (
    ACCOUNT,
    NOW,
    OTHER_ACCOUNT,
    WORLD,
    Sim,
    public_pem,
    running_sim,
)

SUITEQL_ONLY = {"path": "*/suiteql"}


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def error_code(answer: requests.Response) -> str:
    return str(answer.json()["o:errorDetails"][0]["o:errorCode"])


def test_a_fault_acts_its_times_and_no_longer(sim: Sim) -> None:
    """Two 503 answers, then the truth again; what is left can be read."""
    sim.fault({"status": 503}, match=SUITEQL_ONLY, times=2)
    assert sim.get_job("4711").status_code == 200
    statuses = [sim.suiteql("SELECT id FROM job").status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    [rule] = sim.control("GET", "faults").json()["rules"]
    assert rule == {"match": SUITEQL_ONLY, "times": 0, "effect": {"status": 503}}


def test_a_fault_can_bring_its_own_body(sim: Sim) -> None:
    """Objects are answered as JSON, texts as they are, nothing as an unexpected error."""
    sim.fault({"status": 500, "body": {"a": 1}}, times=1)
    assert sim.get_job("4711").json() == {"a": 1}
    sim.fault({"status": 502, "body": "Bad gateway"}, times=1)
    assert sim.get_job("4711").text == "Bad gateway"
    sim.fault({"status": 500}, times=1)
    assert error_code(sim.get_job("4711")) == "UNEXPECTED_ERROR"


def test_html_can_come_instead_of_json(sim: Sim) -> None:
    """An error page, with 503 or with the status asked for."""
    for effect, status in (({"html": True}, 503), ({"html": True, "status": 200}, 200)):
        sim.fault(effect)
        answer = sim.get_job("4711")
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (
            status,
            "text/html",
        )


def test_a_delay_comes_before_the_work(sim: Sim) -> None:
    """The request waits, then is answered as always."""
    sim.fault({"delay": 1.5}, match={"account": "1234567-sb1", "method": "GET"})
    assert sim.get_job("4711").status_code == 200
    sim.suiteql("SELECT id FROM job")
    assert sim.slept == [1.5]


@pytest.mark.parametrize(("lost", "inactive"), [("done", False), ("not_done", True)])
def test_an_answer_can_be_lost(sim: Sim, lost: str, inactive: bool) -> None:
    """The client sees a dropped connection either way; the journal shows no status."""
    sim.fault({"lost_answer": lost}, match={"method": "PATCH"}, times=1)
    with pytest.raises(requests.ConnectionError):
        sim.patch_job("4711", {"isInactive": False})
    entry = sim.journal()[-1]
    assert (entry["status"], entry["fault"]) == (None, {"lost_answer": lost})
    assert sim.get_job("4711").json()["isInactive"] is inactive


def test_throttling_has_the_documented_body(sim: Sim) -> None:
    """429 with its odd title and its two codes."""
    sim.fault({"throttle": True}, times=1)
    answer = sim.get_job("4711")
    assert answer.status_code == 429
    assert answer.json() == {
        "type": "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html",
        "title": "Bad Request",
        "status": 429,
        "o:errorCode": "USER_ERROR",
        "o:errorDetails": [
            {
                "detail": "Concurrent request limit exceeded. Request blocked.",
                "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
            }
        ],
    }


def test_throttling_may_say_when_to_come_back(sim: Sim) -> None:
    """If something in front of NetSuite does."""
    sim.fault({"throttle": True, "retry_after": 30}, times=1)
    answer = sim.get_job("4711")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")


def test_words_follow_the_users_language(sim: Sim) -> None:
    """Codes and statuses don't; the token endpoint has no words."""
    rules = [{"effect": {"throttle": True}, "times": 1, "match": {"method": "GET"}}]
    sim.control("PUT", "faults", json={"language": "es", "rules": rules})
    answer = sim.get_job("4711")
    assert (answer.status_code, error_code(answer)) == (429, "CONCURRENCY_LIMIT_EXCEEDED")
    assert "límite de solicitudes" in answer.json()["o:errorDetails"][0]["detail"]
    query = sim.suiteql("SELECT nothing FROM job")
    assert (query.status_code, error_code(query)) == (400, "INVALID_PARAMETER")
    assert "identifier" not in query.text
    assert sim.login("x").json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(("casing", "key"), [("upper", "ENTITYID"), ("title", "Entityid")])
def test_keys_of_rows_may_come_in_another_case(sim: Sim, casing: str, key: str) -> None:
    """The envelope's don't."""
    sim.fault({"casing": casing})
    body = sim.suiteql("SELECT entityid FROM job WHERE id = ?", "4711").json()
    assert body["items"] == [{"links": [], key: "P-4711"}]
    assert (body["count"], body["hasMore"]) == (1, False)


def test_restricted_rows_are_left_out_without_a_word(sim: Sim) -> None:
    """The query succeeds; the record doesn't exist."""
    sim.fault({"restricted": ["4711"]})
    assert sim.items("SELECT id FROM job ORDER BY id") == [{"id": "90"}, {"id": "4712"}]
    assert error_code(sim.get_job("4711")) == "NONEXISTENT_ID"
    assert sim.get_job("4712").status_code == 200


@pytest.mark.parametrize("share", [0, 0.5])
def test_an_answer_can_be_cut_off(sim: Sim, share: float) -> None:
    """Its length is announced, a part of it comes, and the work is done."""
    sim.fault({"cut": share}, match={"path": "*/suiteql"}, times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        sim.suiteql("SELECT id FROM job")
    assert sim.journal()[-1]["status"] == 200
    assert sim.suiteql("SELECT id FROM job").status_code == 200


def test_an_answer_can_trickle_in(sim: Sim) -> None:
    """Whole in the end, with nine or ten pauses."""
    sim.fault({"trickle": 2.5}, times=1)
    whole = sim.get_job("4711")
    assert whole.json()["id"] == "4711"
    assert set(sim.slept) == {2.5}
    assert 9 <= len(sim.slept) <= 10


def test_columns_can_be_lacking(sim: Sim) -> None:
    """As those of a feature that is off; the others are there."""
    sim.fault({"unknown_columns": ["entitystatus"]})
    assert error_code(sim.suiteql("SELECT entitystatus FROM job")) == "INVALID_PARAMETER"
    assert sim.suiteql("SELECT id, customer FROM job").status_code == 200


def test_without_permission_the_record_does_not_exist_for_queries(sim: Sim) -> None:
    """SuiteQL answers 400 'was not found', the record 403; a bad token is still 401."""
    sim.fault({"no_permission": True})
    query = sim.suiteql("SELECT id FROM job")
    assert query.status_code == 400
    assert query.json()["o:errorDetails"][0]["detail"].endswith(
        "Search error occurred: Record 'job' was not found."
    )
    assert error_code(sim.get_job("4711")) == "INSUFFICIENT_PERMISSION"
    assert sim.patch_job("4711", {"isInactive": False}).status_code == 403
    del sim.http.headers["Authorization"]
    assert sim.get_job("4711").status_code == 401


def test_unauthorized_spares_the_token_endpoint(sim: Sim) -> None:
    """A login in between neither fails nor uses up the fault."""
    sim.fault({"unauthorized": True}, times=1)
    assert sim.login().status_code == 200
    assert sim.get_job("4711").status_code == 401
    assert sim.get_job("4711").status_code == 200


def test_a_login_can_be_refused(sim: Sim) -> None:
    """A good assertion is invalid_grant; tokens given before still work."""
    sim.fault({"refuse_login": True})
    assert sim.get_job("4711").status_code == 200
    answer = sim.login()
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(("error", "status"), [("invalid_client", 401), ("invalid_scope", 400)])
def test_a_login_can_be_refused_for_another_reason(sim: Sim, error: str, status: int) -> None:
    """By its name."""
    sim.fault({"refuse_login": error})
    answer = sim.login()
    assert (answer.status_code, answer.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    "faults",
    [
        {"rules": [{"effect": {"no_permision": True}}]},
        {"rules": [{"effect": {"status": 99}}]},
        {"rules": [{"effect": {"lost_answer": "maybe"}}]},
        {"rules": [{"effect": {}, "time": 1}]},
        {"concurency": 1},
        7,
    ],
)
def test_misspelt_faults_are_refused(sim: Sim, faults: object) -> None:
    """A fault that never acts would prove nothing, so it is 400 and the old ones stay."""
    sim.fault({"status": 503})
    assert sim.control("PUT", "faults", json=faults).status_code == 400
    assert sim.get_job("4711").status_code == 503


@contextmanager
def holding() -> Iterator[tuple[Sim, Callable[[str], Future[Any]], Event]]:
    """A simulator whose delays last until the event is set, and a way to begin a slow request."""
    entered, go_on = Event(), Event()

    def hold(_seconds: float) -> None:
        entered.set()
        assert go_on.wait(5)

    app = create_app(World.model_validate(WORLD), lambda: NOW, public_key=public_pem(), sleep=hold)
    with Server(app) as server, ThreadPoolExecutor() as pool:
        sim = Sim(server.url)

        def slowly(project: str) -> Future[Any]:
            began = pool.submit(sim.get_job, project)
            assert entered.wait(5)
            return began

        yield sim, slowly, go_on
        sim.http.close()


def test_more_requests_than_the_limit_are_refused() -> None:
    """While one is at work the second is 429, and logins are outside the limit."""
    with holding() as (sim, slowly, go_on):
        sim.authorize()
        delayed = {"match": {"path": "*/job/4711"}, "effect": {"delay": 1}}
        sim.control("PUT", "faults", json={"concurrency": 1, "rules": [delayed]})
        slow = slowly("4711")
        assert error_code(sim.get_job("4712")) == "CONCURRENCY_LIMIT_EXCEEDED"
        assert sim.login().status_code == 200
        go_on.set()
        assert slow.result(5).status_code == 200
        assert sim.get_job("4712").status_code == 200


def test_the_most_requests_at_once_are_remembered() -> None:
    """One after another is one; a login beside a query is two; of each account; until a reset."""
    with holding() as (sim, slowly, go_on):
        sim.authorize()
        sim.get_job("4711")
        assert most_at_work(sim) == 1
        sim.fault({"delay": 1}, match={"path": "*/job/4711"})
        slow = slowly("4711")
        sim.login()
        go_on.set()
        assert slow.result(5).status_code == 200
        assert (most_at_work(sim), most_at_work(sim, OTHER_ACCOUNT)) == (2, 0)
        sim.control("POST", "reset")
        assert most_at_work(sim) == 0


def most_at_work(sim: Sim, account: str = ACCOUNT) -> object:
    return sim.control("GET", f"accounts/{account}").json()["mostAtWork"]


def test_rules_match_by_name_and_by_equal_parameters() -> None:
    """The first rule that matches and isn't used up is taken."""
    rules = FaultRules.from_json(
        [
            {
                "match": {"command": "Sync*", "id": 7, "dry": True},
                "times": 1,
                "effect": {"status": 500},
            },
            {"match": {"command": "SyncPolicy"}, "effect": {"delay": 2}},
        ]
    )
    take = rules.take
    assert take("path", "SyncPolicy", {"id": "7", "dry": "true"}) is None
    assert take("command", "SyncPolicy", {"id": "8", "dry": "true"}) == Effect(delay=2)
    assert take("command", "SyncPolicy", {"id": "7", "dry": "true"}) == Effect(status=500)
    assert take("command", "SyncPolicy", {"id": "7", "dry": "true"}) == Effect(delay=2)
    assert take("command", "OpenReport", {}) is None


def test_foreign_effects_are_passed_over() -> None:
    """A rule whose effect has no sense for a request waits for one where it has."""
    rules = FaultRules.from_json([{"times": 1, "effect": {"weird": 3}}], effects={"weird"})
    assert rules.take("path", "/", {}, foreign={"weird"}) is None
    effect = rules.take("path", "/", {})
    assert effect is not None
    assert effect.specific == {"weird": 3}
    assert rules.take("path", "/", {}) is None


def test_who_shares_a_simulator_replaces_only_what_is_his(sim: Sim) -> None:
    """Whatever was given without a name is replaced by nobody with one."""
    busy, broken = {"status": 503}, {"status": 500}

    def give(of: str, *effects: dict[str, int]) -> None:
        rules = [{"match": {"path": "*/job/*"}, "times": 1, "effect": e} for e in effects]
        sim.control("PUT", f"faults{of}", json=rules)

    give("", busy)
    give("?of=ann", broken, broken)
    give("?of=bob", broken)
    give("?of=ann", broken)
    sim.authorize()
    assert [sim.get_job("4711").status_code for _ in range(4)] == [500, 500, 503, 200]
    give("?of=ann", broken)
    give("?of=bob")
    give("?of=ann")
    assert sim.get_job("4711").status_code == 200


def test_one_time_is_never_shared() -> None:
    """50 threads get the 20 times of a rule 20 times."""
    rules = FaultRules.from_json([{"times": 20, "effect": {"status": 500}}])
    with ThreadPoolExecutor(8) as pool:
        effects = list(pool.map(lambda _: rules.take("path", "/", {}), range(50)))
    assert sum(effect is not None for effect in effects) == 20


def test_accounts_have_their_own_limit(sim: Sim) -> None:
    """Reset takes faults and settings away, and the world's limit counts again."""
    sim.control("PUT", "faults", json={"concurrency": 0})
    assert sim.get_job("4711").status_code == 429
    sim.control("POST", "reset")
    assert sim.control("GET", "faults").json() == {"rules": []}
    assert sim.get_job("4711").status_code == 200
    assert sim.control("GET", f"projects?account={ACCOUNT}").status_code == 200
