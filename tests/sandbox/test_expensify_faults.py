from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.expensify_kit import NS0034, NS0770, REPORT, WORKSPACE, Sim, running_sim

EXPORT = {"command": "Report_Export"}
SYNC = {"command": "SyncPolicyToNetSuite"}


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        running.fix()
        yield running


def add_reports(sim: Sim, *names: str) -> None:
    for name in names:
        sim.put_report(name, workspaceId=WORKSPACE, expenses=[{"project": "Hermes"}])


def last_outcomes(sim: Sim, *names: str) -> list[str]:
    return [sim.exports(name)[-1]["outcome"] if sim.exports(name) else "none" for name in names]


def test_an_export_can_be_refused_with_any_text(sim: Sim) -> None:
    """It is accepted and fails later; without text it is NS0770 for an active project."""
    sim.fault({"refuse_export": "NS0024 Export Error: x"}, {**EXPORT, "reportID": REPORT}, times=1)
    sim.export()
    assert sim.exports()[-1]["message"] == "NS0024 Export Error: x"
    sim.fault({"refuse_export": None}, EXPORT, times=1)
    sim.export()
    assert sim.exports()[-1]["message"] == NS0770.format("Apollo Rollout")
    sim.export()
    assert sim.exports()[-1]["outcome"] == "exported"


def test_a_rule_with_a_report_counts_reports(sim: Sim) -> None:
    """In a call of several reports only the named one is refused or forgotten."""
    add_reports(sim, "R1", "R2", "R3")
    sim.fault({"refuse_export": "no"}, {**EXPORT, "reportID": "R2"})
    sim.export("R1", "R2", "R3")
    assert last_outcomes(sim, "R1", "R2", "R3") == ["exported", "failed", "exported"]
    sim.fault({"export_never": True}, {**EXPORT, "reportID": "R3"})
    sim.export("R1", "R3")
    assert [len(sim.exports(name)) for name in ("R1", "R3")] == [2, 1]


def test_a_rule_without_a_report_counts_requests(sim: Sim) -> None:
    """It acts on all reports of the call, once."""
    add_reports(sim, "R1", "R2")
    sim.fault({"refuse_export": "no"}, EXPORT, times=1)
    sim.export("R1", "R2")
    sim.export("R1")
    assert last_outcomes(sim, "R1", "R2") == ["exported", "failed"]


def test_a_request_can_fail_because_of_one_of_its_reports(sim: Sim) -> None:
    """What isn't about one report's export happens to the whole request."""
    add_reports(sim, "R1", "R2")
    sim.fault({"jsonCode": 666}, {**EXPORT, "reportID": "R2"})
    assert sim.start_export("R1", "R2")["jsonCode"] == 666
    sim.advance(1)
    assert sim.postings() == []


def test_an_export_can_be_swallowed(sim: Sim) -> None:
    """Accepted with 200, and then nothing ever happens."""
    sim.fault({"export_never": True}, EXPORT, times=1)
    assert sim.start_export()["jsonCode"] == 200
    sim.advance(86_400)
    assert sim.postings() == []
    assert len(sim.exports()) == 1


def test_an_export_can_arrive_without_a_word() -> None:
    """The record is in NetSuite, and the report as before; a next export is refused with NS0034."""
    with running_sim(nsDuplicateCheck=True) as sim:
        sim.fix()
        sim.fault({"export_unsaid": True}, EXPORT, times=1)
        before = sim.open_report()
        sim.export()
        assert [posting["reportId"] for posting in sim.postings()] == [REPORT]
        assert sim.open_report() == before
        sim.export()
        assert len(sim.postings()) == 1
        assert sim.exports()[-1]["message"] == NS0034


def test_an_answer_can_be_lost_although_the_work_is_done(sim: Sim) -> None:
    """The connection ends without an answer, and the record arrives."""
    sim.fault({"lost_answer": "done"}, EXPORT, times=1)
    with pytest.raises(requests.ConnectionError):
        sim.start_export()
    sim.advance(1)
    assert len(sim.postings()) == 1
    [entry] = [e for e in sim.journal() if e["command"] == "Report_Export"]
    assert (entry["status"], entry["fault"]) == (None, {"lost_answer": "done"})


def test_an_answer_can_be_lost_with_the_work(sim: Sim) -> None:
    """The connection ends without an answer, and nothing is done."""
    sim.fault({"lost_answer": "not_done"}, SYNC, times=1)
    before = sim.connection()["lastSync"]
    with pytest.raises(requests.ConnectionError):
        sim.start_sync()
    sim.advance(100)
    assert sim.connection()["lastSync"] == before


@pytest.mark.parametrize(
    ("effect", "status", "text"),
    [
        ({"status": 503}, 503, "HTTP Status 503"),
        ({"status": 502, "body": "Bad gateway"}, 502, "Bad gateway"),
        ({"html": True}, 503, "<html>"),
        ({"html": True, "status": 200}, 200, "<html>"),
        ({"throttle": True}, 429, "<html>"),
    ],
)
def test_the_app_can_be_out_of_order(
    sim: Sim, effect: dict[str, Any], status: int, text: str
) -> None:
    """Pages instead of envelopes, before any work is done."""
    sim.fault(effect, EXPORT, times=1)
    sim.token = sim.authenticate()["authToken"]
    answer = sim.post("Report_Export", authToken=sim.token, reportIDList=REPORT)
    assert answer.status_code == status
    assert text in answer.text
    sim.advance(1)
    assert sim.postings() == []


def test_a_token_can_be_refused_once(sim: Sim) -> None:
    """The jsonCode is 407 inside HTTP 200, then all is well."""
    sim.fault({"jsonCode": 407}, {"command": "OpenReport"}, times=1)
    assert sim.app("OpenReport", reportID=REPORT)["jsonCode"] == 407
    assert sim.app("OpenReport", reportID=REPORT)["jsonCode"] == 200


def test_a_delay_passes_before_the_work(sim: Sim) -> None:
    """Delays are the only thing that takes real time, and join with other effects."""
    sim.fault({"delay": 7.5, "jsonCode": 500}, {"command": "OpenReport"}, times=1)
    assert sim.app("OpenReport", reportID=REPORT)["jsonCode"] == 500
    assert sim.delays == [7.5]


def test_the_integration_server_has_its_own_faults(sim: Sim) -> None:
    """Throttling, codes inside, files that come late or seem lost."""
    sim.fault({"throttle": True}, {"command": "file/combinedReportData"}, times=1)
    assert (sim.file().status_code, sim.file().status_code) == (429, 200)
    sim.fault({"responseCode": 500}, {"command": "file/*", "reportIDList": REPORT}, times=1)
    assert sim.file().json()["responseCode"] == 500
    sim.fault({"not_ready": "empty"}, {"command": "download"}, times=1)
    name = sim.file("x").text
    assert [sim.download(name).text for _ in range(2)] == ["", "x"]
    sim.fault({"not_ready": "envelope"}, {"command": "download"}, times=1)
    assert sim.download(name).json() == {"responseMessage": "File not found"}
    sim.fault({"render_seconds": 5}, {"command": "file/combinedReportData"}, times=1)
    name = sim.file("x").text
    assert sim.download(name).text == ""
    sim.advance(5)
    assert sim.download(name).text == "x"
    sim.fault({"html": True, "status": 500}, {"command": "get/policyList"}, times=1)
    page = sim.job({"type": "get", "inputSettings": {"type": "policyList"}})
    assert (page.status_code, page.text[:6]) == (500, "<html>")


def test_a_misspelt_fault_is_refused(sim: Sim) -> None:
    """A fault that never acts would prove nothing."""
    rule = {"match": {}, "effect": {"refuse_exports": "x"}}
    answer = sim.control("PUT", "faults", {"rules": [rule]})
    assert answer.status_code == 400
    assert "refuse_exports" in answer.json()["error"]
    assert sim.control("GET", "faults").json() == {"rules": []}


def test_people_are_not_touched_by_faults(sim: Sim) -> None:
    """Faults are of the two faces; what a person does goes its way."""
    sim.fault({"refuse_export": "no"}, {})
    sim.control("POST", f"reports/{REPORT}/export")
    sim.advance(1)
    assert [posting["by"] for posting in sim.postings()] == ["person"]
