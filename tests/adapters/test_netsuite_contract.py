"""What the port `NetSuite` promises, of the fake and of the client against the simulator alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.netsuite import World, create_app
from sandbox.serve import Server
from shared.domain.decide_watch import Question
from shared.domain.finding import (
    SETUP_FAULTS,
    Fault,
    Match,
    Owner,
    OwnerKind,
    Project,
    Status,
    resolve,
    status_of,
)
from shared.errors import RefusedError, ThrottledError, TransientError
from shared.ports import NetSuite
from tests.adapters.netsuite_kit import client_of, secrets, token_based
from tests.fakes.netsuite import FakeNetSuite
from tests.sandbox.netsuite_kit import ACCOUNT, NOW, Sim, private_pem, public_pem, running_sim

ACME, ZETA = "Acme Corp", "Zeta Ltd"
CUSTOMERS = {ACME: "88", ZETA: "99"}


def _project(
    project_id: str,
    entity_id: str,
    name: str,
    customer: str = "",
    *,
    inactive: bool = False,
    allow_expenses: bool = True,
) -> Project:
    """Whether the customer is inactive is told only of a project that is open itself."""
    told = False if allow_expenses and not inactive else None
    kind = OwnerKind.CUSTOMER
    owners = (Owner(kind, CUSTOMERS[customer], customer, told),) if customer else ()
    return Project(
        project_id,
        entity_id,
        name,
        customer,
        inactive,
        allow_expenses,
        subsidiary_id="2",
        subsidiary="Norway",
        owners=owners,
    )


PROJECTS = (
    _project("5001", "N-1", "Gemini Rollout", ACME, inactive=True),
    _project("5002", "N-2", "Gemini Rollout", ZETA),
    _project("5003", "N-3", "R/D \u00a0 Lab", ACME, allow_expenses=False),
    _project("5004", "N-4 Only an id", ""),
    _project("5005", "5001", "Named like an id"),
    _project("5006", "N-6", "100% [Élan] 'x' ? \\ :"),
)
ONE_WORLD = {"id": ACCOUNT, "subsidiaries": {"2": "Norway"}}


REFUSED = [("token", 200), ("suiteql", 401)]


class Rig(Protocol):
    """A NetSuite that holds `PROJECTS`, and can be broken."""

    netsuite: NetSuite

    def break_(self, fault: Fault) -> None: ...


class FakeRig:
    def __init__(self) -> None:
        self.fake = FakeNetSuite(list(PROJECTS))
        self.netsuite: NetSuite = self.fake

    def break_(self, fault: Fault) -> None:
        refused = fault in SETUP_FAULTS
        if fault is Fault.THROTTLED:
            self.fake.fault = ThrottledError("set")
        else:
            self.fake.fault = (RefusedError if refused else TransientError)("set", fault)


SIM_FAULTS: dict[Fault, dict[str, object]] = {
    Fault.NO_PERMISSION: {"no_permission": True},
    Fault.LOGIN_REFUSED: {"refuse_login": "invalid_request"},
    Fault.INVALID_CLIENT: {"refuse_login": "invalid_client"},
    Fault.INVALID_GRANT: {"refuse_login": "invalid_grant"},
    Fault.INVALID_SCOPE: {"refuse_login": "invalid_scope"},
    Fault.TOKEN_REFUSED: {"unauthorized": True},
    Fault.SIGNATURE_REFUSED: {"unauthorized": True},
    Fault.THROTTLED: {"throttle": True},
    Fault.UNREACHABLE: {"lost_answer": "not_done"},
    Fault.UNREADABLE: {"html": True, "status": 200},
}


SECRETS: dict[Fault, dict[str, object]] = {
    Fault.SIGNATURE_REFUSED: token_based().fresh,
    Fault.SECRET_UNUSABLE: {},
}
SEEN = [fault for fault in Fault if fault not in {Fault.DOUBTED, Fault.CLIENT_TOO_OLD}]
"""What a client can find out; doubt takes two looks."""


def asked(sim: Sim) -> list[tuple[str, int | None]]:
    """What reached NetSuite, and with which status it was answered."""
    return [(entry["path"].rpartition("/")[2], entry["status"]) for entry in sim.journal()]


class SimRig:
    def __init__(self, sim: Sim, session: requests.Session) -> None:
        self.sim = sim
        for project in PROJECTS:
            self._put(project)
        self.kept = secrets()
        self.netsuite: NetSuite = client_of(sim, session, self.kept)

    def break_(self, fault: Fault) -> None:
        self.kept.fresh = SECRETS.get(fault, self.kept.fresh)
        self.sim.fault(SIM_FAULTS.get(fault, {}))

    def _put(self, project: Project) -> None:
        body: dict[str, object] = {
            "account": ACCOUNT,
            "entityId": project.entity_id,
            "companyName": project.name,
            "isInactive": project.inactive,
            "allowExpenses": project.allow_expenses,
            "entityStatus": None,
            "subsidiary": project.subsidiary_id,
        }
        if project.customer:
            body["parent"] = {"id": CUSTOMERS[project.customer], "name": project.customer}
        put = self.sim.control("PUT", f"projects/{project.project_id}", json=body)
        assert put.status_code == 200


@pytest.fixture
def simulated() -> Iterator[SimRig]:
    world = {"accounts": [ONE_WORLD]}
    with running_sim(authorized=False, world=world) as sim, requests.Session() as session:
        yield SimRig(sim, session)


@pytest.fixture(params=["fake", "simulated"])
def rig(request: pytest.FixtureRequest) -> Rig:
    if request.param == "fake":
        return FakeRig()
    made: SimRig = request.getfixturevalue("simulated")
    return made


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("N-1", {"5001"}),
        ("n-1 GEMINI rollout", {"5001"}),
        ("gemini\u00a0rollout", {"5001", "5002"}),
        ("Acme Corp : Gemini Rollout", {"5001", "5002"}),
        ("Acme Corp:N-2", {"5002"}),
        ("R-D Lab", {"5003"}),
        ("r/d  lab", {"5003"}),
        ("N-3 R/D Lab", {"5003"}),
        ("N-4 only an ID", {"5004"}),
        ("5001", {"5001", "5005"}),
        ("100% [élan] 'x' ? \\\\: ", set()),
        ("100% [élan] 'x' ? \\ \\:", {"5006"}),
        ("Gemini", set()),
        ("Gemini%", set()),
        ("", set()),
        ("nobody\x00", set()),
    ],
)
def test_a_text_finds_what_it_may_name(rig: Rig, text: str, ids: set[str]) -> None:
    """Every project of that id, entity id, name or both; nothing that only resembles it.

    If there is none: any one that is there.
    """
    found = rig.netsuite.look(Question((text,)))
    assert {project.project_id for project in found} == (ids or {"5001"})


def test_all_is_asked_at_once(rig: Rig) -> None:
    """Texts and ids together; a project comes once, whole, however often it is meant."""
    found = rig.netsuite.look(Question(("N-1", "Gemini Rollout"), ("5001", "5004", "999999")))
    assert {project.project_id: project for project in found} == {
        project.project_id: project for project in PROJECTS if project.project_id in _MEANT
    }
    assert len(found) == len(_MEANT)


_MEANT = {"5001", "5002", "5004"}


def test_the_same_name_twice_is_for_a_person(rig: Rig) -> None:
    """Both projects come, each with its customer, so that the label is ambiguous."""
    found = rig.netsuite.look(Question(("Gemini Rollout",)))
    assert resolve("Gemini Rollout", found).match is Match.AMBIGUOUS
    assert {project.customer for project in found} == {ACME, ZETA}


def test_an_empty_question_has_an_empty_answer(rig: Rig) -> None:
    """Not an error."""
    assert rig.netsuite.look(Question()) == ()


@pytest.mark.parametrize("fault", SEEN)
def test_every_fault_is_told_from_the_others(rig: Rig, fault: Fault) -> None:
    """By its class and its name; none of them is an empty answer."""
    rig.break_(fault)
    with pytest.raises((TransientError, RefusedError)) as caught:
        rig.netsuite.look(Question(("N-1",)))
    error: Any = caught.value
    assert error.fault is fault
    assert isinstance(error, RefusedError) is (fault in SETUP_FAULTS)
    assert isinstance(error, ThrottledError) is (fault is Fault.THROTTLED)


def test_a_look_costs_one_query(simulated: SimRig) -> None:
    """And one login for all looks of a warm function."""
    simulated.netsuite.look(Question(("N-1", "N-4 Only an id"), ("5003",)))
    simulated.netsuite.look(Question(("N-1",)))
    assert asked(simulated.sim) == [("token", 200), ("suiteql", 200), ("suiteql", 200)]


def test_a_signature_does_as_well(simulated: SimRig) -> None:
    """Token-based: no login at all, and the same answer."""
    simulated.kept.fresh = token_based().fresh
    assert simulated.netsuite.look(Question(("N-1",))) == PROJECTS[:1]
    simulated.netsuite.look(Question(("N-1",)))
    assert asked(simulated.sim) == [("suiteql", 200), ("suiteql", 200)]


def test_a_lost_answer_is_asked_for_again_with_another_signature(simulated: SimRig) -> None:
    """NetSuite has seen the first one, and would call the same one a replay."""
    simulated.kept.fresh = token_based().fresh
    simulated.sim.fault({"lost_answer": "done"}, match={"path": "*/suiteql"}, times=1)
    assert simulated.netsuite.look(Question(("N-1",))) == PROJECTS[:1]
    assert asked(simulated.sim) == [("suiteql", None), ("suiteql", 200)]


def test_a_clock_that_is_wrong_is_a_refused_signature(simulated: SimRig) -> None:
    """More than five minutes off."""
    simulated.kept.fresh = token_based().fresh
    with requests.Session() as session:
        wrong = client_of(simulated.sim, session, simulated.kept)
        wrong._wire._login._clock = lambda: int((simulated.sim.now + 400) * 1000)
        with pytest.raises(RefusedError) as caught:
            wrong.look(Question(("N-1",)))
    assert caught.value.fault is Fault.SIGNATURE_REFUSED


@pytest.mark.parametrize(
    ("what", "fault"), [("certificate", Fault.INVALID_GRANT), ("mapping", Fault.INVALID_CLIENT)]
)
def test_a_door_that_closes_while_we_are_in_is_noticed(
    simulated: SimRig, what: str, fault: Fault
) -> None:
    """The token is refused, one new one is asked for, and that answer says why."""
    simulated.netsuite.look(Question(("N-1",)))
    if what == "mapping":
        simulated.sim.control("DELETE", f"accounts/{ACCOUNT}/public-key")
    else:
        simulated.sim.control("POST", f"accounts/{ACCOUNT}/revoke", data=what)
    with pytest.raises(RefusedError) as caught:
        simulated.netsuite.look(Question(("N-1",)))
    assert caught.value.fault is fault
    assert [path for path, _ in asked(simulated.sim)] == ["token", "suiteql", "suiteql", "token"]


def test_a_new_certificate_is_taken_without_a_deploy(simulated: SimRig) -> None:
    """The same warm function, another key in the secret."""
    simulated.netsuite.look(Question(("N-1",)))
    key = ec.generate_private_key(ec.SECP384R1())
    simulated.sim.control("PUT", f"accounts/{ACCOUNT}/public-key", data=public_pem(key))
    simulated.sim.control("POST", f"accounts/{ACCOUNT}/revoke", data="tokens")
    simulated.kept.fresh = secrets(privateKey=private_pem(key).decode()).fresh
    assert simulated.netsuite.look(Question(("N-1",))) == PROJECTS[:1]


@pytest.mark.parametrize("casing", ["upper", "title"])
def test_keys_may_come_in_any_case(simulated: SimRig, casing: str) -> None:
    """The same projects."""
    simulated.sim.fault({"casing": casing})
    assert simulated.netsuite.look(Question(("N-1",))) == PROJECTS[:1]


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.NO_PERMISSION, Fault.TOKEN_REFUSED])
def test_findings_are_the_same_in_another_language(simulated: SimRig, fault: Fault) -> None:
    """Words are translated; codes and statuses are not."""
    rule = {"effect": SIM_FAULTS[fault]}
    simulated.sim.control("PUT", "faults", json={"language": "es", "rules": [rule]})
    with pytest.raises((TransientError, RefusedError)) as caught:
        simulated.netsuite.look(Question(("N-1",)))
    error: Any = caught.value
    assert error.fault is fault


def test_a_hidden_row_is_no_row(simulated: SimRig) -> None:
    """Nothing tells it from a project that isn't there: the finding is left to who knows more."""
    simulated.sim.fault({"restricted": ["5001"]})
    assert simulated.netsuite.look(Question(("N-1",), ("5002",))) == PROJECTS[1:2]


def test_a_cut_answer_is_no_answer(simulated: SimRig) -> None:
    """Half a body is never read as a whole one; the next look gets it."""
    simulated.sim.fault({"cut": 0.5}, match={"path": "*/suiteql"}, times=1)
    with pytest.raises(TransientError):
        simulated.netsuite.look(Question(("N-1",)))
    assert simulated.netsuite.look(Question(("N-1",))) == PROJECTS[:1]


def test_one_request_is_in_flight_at_a_time(simulated: SimRig) -> None:
    """Login, queries and pages follow each other: a limit of one is enough."""
    simulated.sim.control("PUT", "faults", json={"concurrency": 1, "arguments": 1000})
    texts = tuple(f"P {number}" for number in range(700))
    assert simulated.netsuite.look(Question((*texts, "N-1"))) == PROJECTS[:1]
    assert asked(simulated.sim) == [
        ("token", 200),
        *[("suiteql", 400)] * 3,
        *[("suiteql", 200)] * 3,
    ]


def test_an_expired_token_is_replaced(simulated: SimRig) -> None:
    """Before it is used, so that no query is lost to it."""
    simulated.netsuite.look(Question(("N-1",)))
    simulated.sim.now += 3600
    simulated.netsuite.look(Question(("N-1",)))
    assert asked(simulated.sim) == [("token", 200), ("suiteql", 200)] * 2


def test_a_revoked_token_is_replaced(simulated: SimRig) -> None:
    """The query is sent once more, and answered."""
    simulated.sim.fault({"unauthorized": True}, times=1)
    assert simulated.netsuite.look(Question(("N-1",))) == PROJECTS[:1]
    assert asked(simulated.sim) == [*REFUSED, ("token", 200), ("suiteql", 200)]


def test_a_lost_answer_is_asked_for_once_more(simulated: SimRig) -> None:
    """Reading twice does no harm."""
    simulated.sim.fault({"lost_answer": "done"}, match={"path": "*/suiteql"}, times=1)
    assert simulated.netsuite.look(Question(("N-1",))) == PROJECTS[:1]
    assert asked(simulated.sim) == [("token", 200), ("suiteql", None), ("suiteql", 200)]


def test_more_projects_than_a_page_come_all() -> None:
    """1,000 in the first page, the rest in the second."""
    ids = [str(number) for number in range(9_500, 10_503)]
    projects = [{"id": project_id, "entityId": "Many"} for project_id in ids]
    world = World.model_validate({"accounts": [{**ONE_WORLD, "projects": projects}]})
    app = create_app(world, lambda: NOW, public_key=public_pem())
    with Server(app) as server, requests.Session() as session:
        sim = Sim(server.url)
        found = client_of(sim, session).look(Question(("many",)))
        assert [project.project_id for project in found] == ids
        assert asked(sim) == [("token", 200), ("suiteql", 200), ("suiteql", 200)]
        sim.http.close()


@contextmanager
def crowded(projects: int, between_pages: Callable[[Sim], object] | None = None) -> Iterator[Sim]:
    """That many projects, two of each name; `between_pages` is done before a delayed answer."""

    def sleep(_seconds: float) -> None:
        if between_pages is not None:
            between_pages(sim)

    ids = range(FIRST_ID, FIRST_ID + projects)
    rows = [{"id": str(n), "entityId": f"N-{n}", "companyName": f"Work {n // 2}"} for n in ids]
    world = World.model_validate({"accounts": [{**ONE_WORLD, "projects": rows}]})
    with Server(create_app(world, lambda: NOW, public_key=public_pem(), sleep=sleep)) as server:
        sim = Sim(server.url)
        with sim.http:
            yield sim


FIRST_ID = 9_000
THOUSAND = Question(
    tuple(f"Acme : Work {n // 2}" for n in range(FIRST_ID, FIRST_ID + 2000, 2)),
    tuple(str(n) for n in range(FIRST_ID, FIRST_ID + 2000, 2)),
)


def test_a_thousand_labels_and_a_thousand_ids_are_one_query() -> None:
    """Of 2,500 projects the 2,000 that are meant, each once, in two pages of that query."""
    with crowded(2_500) as sim, requests.Session() as session:
        found = client_of(sim, session).look(THOUSAND)
        assert [p.project_id for p in found] == [str(FIRST_ID + n) for n in range(2000)]
        queries = [entry["params"] for entry in sim.journal() if "q" in entry["params"]]
        assert len({query["q"] for query in queries}) == 1
        assert [query["params"] for query in queries] == [7_007] * 2


def test_no_row_is_lost_when_others_go_between_two_pages() -> None:
    """By offset the second page would begin 50 rows too late."""

    def delete(sim: Sim) -> None:
        for n in range(FIRST_ID, FIRST_ID + 50):
            assert sim.control("DELETE", f"projects/{n}").status_code == 200

    with crowded(2_000, delete) as sim, requests.Session() as session:
        netsuite = client_of(sim, session)
        netsuite.look(Question(ids=("1",)))
        once = {"effect": {"delay": 1}, "times": 1, "match": {"path": "*/suiteql"}}
        before = {"effect": {}, "times": 1, "match": {"path": "*/suiteql"}}
        sim.control("PUT", "faults", json=[before, once])
        found = {project.project_id for project in netsuite.look(THOUSAND)}
        assert found == {str(FIRST_ID + n) for n in range(2000)}


def test_no_row_comes_twice_when_others_come_between_two_pages() -> None:
    """By offset the second page would repeat the end of the first."""

    def create(sim: Sim) -> None:
        body = {"companyName": "Work 4500"}
        for n in range(1, 51):
            assert sim.control("PUT", f"projects/{n}", json=body).status_code == 200

    with crowded(2_000, create) as sim, requests.Session() as session:
        netsuite = client_of(sim, session)
        before = {"effect": {}, "times": 1, "match": {"path": "*/suiteql"}}
        once = {"effect": {"delay": 1}, "times": 1, "match": {"path": "*/suiteql"}}
        sim.control("PUT", "faults", json=[before, once])
        found = [project.project_id for project in netsuite.look(THOUSAND)]
        assert found == [str(FIRST_ID + n) for n in range(2000)]
        assert len(sim.control("GET", "projects").json()) == 2_050


def test_an_inactive_customer_is_seen(simulated: SimRig) -> None:
    """By a query of its own, once the project itself is open."""
    path = f"accounts/{ACCOUNT}/customers/99"
    assert simulated.sim.control("PUT", path, json={"isInactive": True}).status_code == 200
    (project,) = simulated.netsuite.look(Question(("N-2",)))
    assert status_of(project) is Status.OWNER_INACTIVE


def test_a_role_without_customers_sees_projects_all_the_same(simulated: SimRig) -> None:
    """And knows nothing of who stands above them."""
    simulated.sim.fault({"no_customers": True})
    (project,) = simulated.netsuite.look(Question(("N-2",)))
    assert [owner.inactive for owner in project.owners or ()] == [None]


def test_an_account_without_subsidiaries_is_asked_without() -> None:
    """'Unknown identifier', as a live account answered."""
    project = {"id": "1", "entityId": "N-1"}
    world = World.model_validate({"accounts": [{"id": ACCOUNT, "projects": [project]}]})
    app = create_app(world, lambda: NOW, public_key=public_pem())
    with Server(app) as server, requests.Session() as session:
        sim = Sim(server.url)
        (found,) = client_of(sim, session).look(Question(("N-1",)))
        assert (found.subsidiary, found.owners) == ("", ())
        assert asked(sim) == [("token", 200), ("suiteql", 400), ("suiteql", 200)]
        sim.http.close()
