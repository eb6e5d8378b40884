"""How the simulator misbehaves, and what the client makes of it: what `test_netsuite_contract.py`
doesn't have, because the port promises nothing of it.

Where each behaviour comes from is said in `sandbox/netsuite`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest
import requests

from shared.adapters.netsuite import JobChange, NetSuiteClient, Outcome
from shared.adapters.netsuite.answers import Verdict, verdict
from shared.adapters.netsuite.wire import Request
from shared.contracts.settings import AccountSettings
from shared.domain.decide_watch import Question
from shared.domain.finding import Fault, OwnerKind, Status, status_of
from shared.errors import OutcomeUnknownError, RefusedError, TransientError
from tests.adapters.netsuite_kit import KeptSecrets, client_of, secrets, token_based
from tests.sandbox.netsuite_kit import ACCOUNT, SUITEQL_PATH, Sim, running_sim

ANY = Question(ids=("4711",))
OPEN = JobChange(inactive=False)
QUERIES, RECORDS = {"path": "*/suiteql"}, {"path": "*/job/*"}
PATCHES = {"method": "PATCH"}


@dataclass(frozen=True, slots=True)
class Rig:
    sim: Sim
    netsuite: NetSuiteClient
    kept: KeptSecrets

    def sent(self) -> list[tuple[str, int | None]]:
        """Of records, what reached the simulator and how it was answered."""
        entries = [e for e in self.sim.journal() if "/record/" in e["path"]]
        return [(entry["method"], entry["status"]) for entry in entries]

    def project(self) -> dict[str, Any]:
        """As it stands in NetSuite, whoever may see it."""
        body: dict[str, Any] = self.sim.control("GET", f"projects/4711?account={ACCOUNT}").json()
        return body


@contextmanager
def running(**options: Any) -> Iterator[Rig]:
    kept = secrets()
    with running_sim(authorized=False, **options) as sim, requests.Session() as session:
        yield Rig(sim, client_of(sim, session, kept), kept)


@pytest.fixture
def made() -> Iterator[Rig]:
    """4711 is inactive, 4712 takes no expenses, 90 is a part of 4711 and has no status."""
    with running() as rig:
        yield rig


# --- records --------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [secrets(), token_based()], ids=["token", "signature"])
def test_a_project_is_reactivated_and_read_back(made: Rig, secret: KeptSecrets) -> None:
    """By both logins: PATCH, then GET, and the next look sees it by query as well."""
    made.kept.fresh = secret.fresh
    before = made.netsuite.records.read("4711")
    assert before is not None
    assert before.project.inactive is True
    made.sim.now += 60
    changed = made.netsuite.records.change("4711", OPEN)
    assert changed.outcome is Outcome.DONE
    assert changed.after is not None
    assert changed.after.modified > before.modified
    assert made.sent() == [("GET", 200), ("PATCH", 204), ("GET", 200)]
    [project] = made.netsuite.look(ANY)
    assert status_of(project) is Status.ACTIVE


def test_a_record_and_a_row_tell_the_same(made: Rig) -> None:
    """Whatever one says in booleans and the other in letters; the record knows no customer."""
    for project_id in ("4711", "4712", "90"):
        record = made.netsuite.records.read(project_id)
        [row] = made.netsuite.look(Question(ids=(project_id,)))
        assert record is not None
        told, seen = record.project, row
        assert (told.entity_id, told.name, told.inactive) == (
            seen.entity_id,
            seen.name,
            seen.inactive,
        )
        assert (told.allow_expenses, told.status_name) == (seen.allow_expenses, seen.status_name)


def test_several_fields_are_changed_at_once(made: Rig) -> None:
    """And set back to what they were."""
    closed = JobChange(inactive=True, allow_expenses=False, status_id="1")
    opened = JobChange(inactive=False, allow_expenses=True, status_id="2")
    for wanted in (opened, closed):
        changed = made.netsuite.records.change("4712", wanted)
        assert changed.outcome is Outcome.DONE
        assert changed.after is not None
        assert wanted.holds(changed.after)


def test_a_misspelt_property_would_be_refused(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """We ask for that: without it the answer is 204 and nothing is changed, which we'd see, too."""
    monkeypatch.setattr(JobChange, "body", {"isInActive": False})
    changed = made.netsuite.records.change("4711", OPEN)
    assert (changed.outcome, changed.codes) == (Outcome.REFUSED, ("INVALID_CONTENT",))
    monkeypatch.setattr("shared.adapters.netsuite.records._STRICT", {})
    assert made.netsuite.records.change("4711", OPEN).outcome is Outcome.NOT_TAKEN
    assert made.sent() == [("PATCH", 400), ("PATCH", 204), ("GET", 200)]
    assert made.project()["isInactive"] is True


def test_a_status_that_is_not_there_is_refused(made: Rig) -> None:
    """Nothing else of the change is done."""
    changed = made.netsuite.records.change("4711", JobChange(inactive=False, status_id="99"))
    assert (changed.outcome, changed.codes) == (Outcome.REFUSED, ("INVALID_CONTENT",))
    assert made.project()["isInactive"] is True


@pytest.mark.parametrize(
    ("effect", "outcome", "codes"),
    [
        ({"script_refuses": True}, Outcome.REFUSED, ("USER_ERROR",)),
        ({"script_undoes": True}, Outcome.NOT_TAKEN, ()),
        ({"restricted": ["4711"]}, Outcome.ABSENT, ("NONEXISTENT_ID",)),
    ],
)
@pytest.mark.parametrize("language", [None, "es"])
def test_what_the_account_makes_of_a_change(
    made: Rig, effect: object, outcome: Outcome, codes: tuple[str, ...], language: str | None
) -> None:
    """Its scripts may refuse it or take it back; the project may be hidden from us. Words don't
    matter.
    """
    faults = {"language": language, "rules": [{"effect": effect, "match": RECORDS}]}
    made.sim.control("PUT", "faults", json=faults)
    changed = made.netsuite.records.change("4711", OPEN)
    assert (changed.outcome, changed.codes) == (outcome, codes)
    assert made.project()["isInactive"] is True


@pytest.mark.parametrize(
    ("effect", "done"),
    [
        ({"lost_answer": "done"}, True),
        ({"lost_answer": "not_done"}, False),
        ({"queued": True}, False),
        ({"html": True}, False),
        ({"html": True, "status": 200}, False),
        ({"status": 500}, False),
    ],
)
def test_a_change_of_which_nothing_is_known_is_sent_once(
    made: Rig, effect: object, done: bool
) -> None:
    """Whether it was done or not; a reading tells, as soon as there is one."""
    made.sim.fault(effect, match=PATCHES)
    with pytest.raises(OutcomeUnknownError):
        made.netsuite.records.change("4711", OPEN)
    assert [method for method, _ in made.sent()] == ["PATCH"]
    record = made.netsuite.records.read("4711")
    assert record is not None
    assert OPEN.holds(record) is done


def test_a_change_that_is_not_seen_to_have_arrived_is_unknown(made: Rig) -> None:
    """Half of the record came back."""
    made.sim.fault({"cut": 0.5}, match={"path": "*/job/*", "method": "GET"})
    with pytest.raises(OutcomeUnknownError):
        made.netsuite.records.change("4711", OPEN)
    assert made.project()["isInactive"] is False


@pytest.mark.parametrize(
    ("effect", "fault"),
    [
        ({"no_permission": True}, Fault.NO_PERMISSION),
        ({"unauthorized": True}, Fault.TOKEN_REFUSED),
        ({"refuse_login": "invalid_client"}, Fault.INVALID_CLIENT),
        ({"throttle": True, "retry_after": 7}, Fault.THROTTLED),
    ],
)
def test_a_change_that_was_not_let_in_did_nothing(made: Rig, effect: object, fault: Fault) -> None:
    """And is an error that says so, with the fault that a look would have."""
    made.sim.fault(effect)
    with pytest.raises((RefusedError, TransientError)) as caught:
        made.netsuite.records.change("4711", OPEN)
    error: Any = caught.value
    assert error.fault is fault
    assert made.project()["isInactive"] is True


def test_a_hidden_project_and_a_deleted_one_look_alike(made: Rig) -> None:
    """None, both."""
    made.sim.fault({"restricted": ["4711"]}, match=RECORDS)
    assert made.netsuite.records.read("4711") is None
    assert made.netsuite.records.read("999999") is None


def test_the_link_leads_to_the_project(made: Rig) -> None:
    """The address of NetSuite's own page."""
    settings = AccountSettings.model_validate(
        {"account_id": ACCOUNT, "secret": "s", "app_url": made.sim.base}
    )
    page = requests.get(settings.project_url("4711"), timeout=5)
    assert (page.status_code, "Apollo Rollout" in page.text) == (200, True)


# --- queries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["entitystatus", "customer", "parent"])
def test_a_column_that_the_account_lacks_costs_only_itself(made: Rig, column: str) -> None:
    """Learned by the first look, at the price of a few refusals; the second asks once."""
    made.sim.fault({"unknown_columns": [column]}, match=QUERIES)
    first = made.netsuite.look(ANY)
    refused = len(made.sim.journal())
    assert made.netsuite.look(ANY) == first
    assert len(made.sim.journal()) == refused + 1
    [project] = first
    assert (project.project_id, project.inactive) == ("4711", True)
    assert project.allow_expenses is True
    assert project.status_name == ("" if column == "entitystatus" else "In Progress")
    owners = column not in {"customer", "parent"}
    assert (project.owners is not None) is owners
    assert project.customer == ("" if column == "customer" else "Acme Corp")


def test_without_the_columns_that_decide_nothing_is_found(made: Rig) -> None:
    """What can't tell whether a project is open is told to the operators, not taken for open."""
    made.sim.fault({"unknown_columns": ["allowexpenses"]}, match=QUERIES)
    with pytest.raises(RefusedError) as caught:
        made.netsuite.look(ANY)
    assert caught.value.fault is Fault.NO_PERMISSION


def test_a_customer_is_known_by_its_kind(made: Rig) -> None:
    """Of 4711 it is the parent as well; 90 has 4711 above it, and inherits its customer."""
    [part] = made.netsuite.look(Question(ids=("90",)))
    kinds = [(owner.kind, owner.record_id) for owner in part.owners or ()]
    assert kinds == [(OwnerKind.PROJECT, "4711"), (OwnerKind.CUSTOMER, "88")]


def _asked(made: Rig, page: str, arguments: int = 1) -> Verdict:
    """By the client's own wire, what it never asks."""
    marks = ", ".join("?" * arguments)
    body = {
        "q": f"SELECT id FROM job WHERE id IN ({marks}) ORDER BY id",
        "params": [str(number) for number in range(1, arguments + 1)],
    }
    url = f"{made.sim.base}{SUITEQL_PATH}{page}"
    request = Request(url, headers={"Prefer": "transient"}, json=body)
    return verdict(made.netsuite._wire.ask(request, int(made.sim.now * 1000) + 20_000))


@pytest.mark.parametrize(
    ("page", "arguments", "found"),
    [
        ("?limit=1000", 1000, Verdict.OK),
        ("", 1, Verdict.OK),
        ("?limit=5&offset=10", 1, Verdict.OK),
        ("?limit=1001", 1, Verdict.QUERY),
        ("?limit=0", 1, Verdict.QUERY),
        ("?limit=10&offset=5", 1, Verdict.QUERY),
        ("?limit=1&offset=1000", 1, Verdict.QUERY),
        ("?limit=1000", 1001, Verdict.QUERY),
    ],
)
@pytest.mark.parametrize("secret", [secrets(), token_based()], ids=["token", "signature"])
def test_the_limits_of_a_query_are_kept(
    made: Rig, page: str, arguments: int, found: Verdict, secret: KeptSecrets
) -> None:
    """A page of 1 to 1,000, an offset that is a multiple of it, 1,000 pages, 1,000 in one IN."""
    made.kept.fresh = secret.fresh
    assert _asked(made, page, arguments) is found


@pytest.mark.parametrize(
    ("status", "fault"),
    [(200, Fault.UNREADABLE), (403, Fault.UNREADABLE), (503, Fault.UNREACHABLE)],
)
def test_a_page_for_people_is_no_answer(made: Rig, status: int, fault: Fault) -> None:
    """Its status isn't NetSuite's word on our rights; a login gets it, too."""
    made.sim.fault({"html": True, "status": status})
    with pytest.raises(TransientError) as caught:
        made.netsuite.look(ANY)
    assert caught.value.fault is fault


def test_half_of_the_calls_throttled_is_no_half_answer(made: Rig) -> None:
    """Each look has all or nothing."""
    rule = {"effect": {"throttle": True}, "match": QUERIES, "times": 1}
    for _ in range(3):
        made.sim.control("PUT", "faults", json=[rule])
        with pytest.raises(TransientError) as caught:
            made.netsuite.look(ANY)
        assert caught.value.fault is Fault.THROTTLED
        assert len(made.netsuite.look(ANY)) == 1


# --- slow answers ---------------------------------------------------------------------------------


def _pass(sim: Sim, seconds: float) -> None:
    sim.now += seconds


def test_an_answer_that_trickles_in_is_given_up() -> None:
    """A piece every three seconds keeps no look beyond its budget of twenty."""
    with running(sleep=_pass) as made:
        began = made.sim.now
        made.sim.fault({"trickle": 3.0}, match=QUERIES)
        with pytest.raises(TransientError) as caught:
            made.netsuite.look(ANY)
        assert caught.value.fault is Fault.UNREACHABLE
        assert made.sim.now - began < 40
        made.sim.fault({"trickle": 1.0}, match=QUERIES)
        assert len(made.netsuite.look(ANY)) == 1


def test_an_answer_that_does_not_come_is_given_up() -> None:
    """The socket's own timeout, cut to what is left of the budget: here 0.3 s."""
    over = Event()
    with running(sleep=lambda *_: over.wait(10)) as made:
        made.netsuite.look(ANY)
        made.sim.fault({"delay": 60}, match=QUERIES)
        ticks = iter([0.0])
        clock = lambda: int((made.sim.now + next(ticks, 19.7)) * 1000)  # noqa: E731
        made.netsuite._clock = made.netsuite._wire._http._clock = clock
        try:
            with pytest.raises(TransientError) as caught:
                made.netsuite.look(ANY)
        finally:
            over.set()
        assert caught.value.fault is Fault.UNREACHABLE
