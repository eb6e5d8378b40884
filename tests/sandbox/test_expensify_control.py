from collections.abc import Iterator

import pytest
import requests

from tests.sandbox.expensify_kit import (
    DEVICE,
    NS0770,
    REPORT,
    WORKSPACE,
    Sim,
    running_sim,
)


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def test_health_says_ok(sim: Sim) -> None:
    """It needs nothing."""
    assert sim.control("GET", "health").json() == {"ok": True}


def test_a_report_reads_back_as_it_was_loaded(sim: Sim) -> None:
    """With the failed attempt that the scenario gave it."""
    assert sim.report() == {
        "id": REPORT,
        "workspaceId": WORKSPACE,
        "reportName": "March travel",
        "submitterEmail": "sam@acme.example",
        "state": "APPROVED",
        "isExportedToIntegration": False,
        "hasExportError": True,
        "expenses": [
            {
                "transactionId": "501",
                "project": "Apollo Rollout",
                "merchant": 'Bahn "DB"',
                "amount": 12345,
                "currency": "EUR",
                "category": "",
                "billable": False,
            }
        ],
        "exports": [
            {
                "at": "2026-01-01T10:00:00.000Z",
                "outcome": "failed",
                "message": NS0770.format("Apollo Rollout"),
                "netsuiteUrl": None,
                "by": "auto",
            }
        ],
    }


def test_put_changes_only_what_is_given(sim: Sim) -> None:
    """Expenses, name and submitter stay when only the state moves."""
    before = sim.report()
    assert sim.put_report(state="REIMBURSED") == {**before, "state": "REIMBURSED"}


def test_put_creates_a_report(sim: Sim) -> None:
    """It needs a workspace that is there; expenses without an id get one."""
    assert sim.control("PUT", "reports/R9", {}).status_code == 400
    assert sim.control("PUT", "reports/R9", {"workspaceId": "gone"}).status_code == 404
    assert sim.control("PUT", "reports/R9", {"stat": "OPEN"}).status_code == 400
    assert sim.control("GET", "reports/R9").status_code == 404
    made = sim.put_report("R9", workspaceId=WORKSPACE, state="OPEN", expenses=[{}, {}])
    assert len({expense["transactionId"] for expense in made["expenses"]}) == 2
    assert [r["id"] for r in sim.control("GET", "reports").json()] == [REPORT, "R9"]
    sim.control("DELETE", "reports/R9")
    assert sim.control("DELETE", "reports/R9").status_code == 404


def test_a_failed_attempt_can_be_put_into_the_history(sim: Sim) -> None:
    """It names the first inactive project, or just the first."""
    expenses = [{"project": "Hermes"}, {"project": "Ops"}]
    sim.put_report("R9", workspaceId=WORKSPACE, expenses=expenses, failed=True)
    sim.put_report("R9", expenses=expenses[:1], failed=True)
    messages = [entry["message"] for entry in sim.exports("R9")]
    assert messages == [NS0770.format("Ops"), NS0770.format("Hermes")]


def test_a_person_can_export_and_retag(sim: Sim) -> None:
    """By the same rules and in the same line as everybody else."""
    body = {"transactionId": "501", "project": "Hermes"}
    assert sim.control("POST", f"reports/{REPORT}/retag", body).status_code == 200
    sim.control("POST", f"reports/{REPORT}/export")
    assert sim.postings() == []
    sim.advance(1)
    [posting] = sim.postings()
    assert (posting["by"], posting["attempt"]) == ("person", None)
    assert sim.exports()[-1]["by"] == "person"
    assert sim.control("POST", "reports/gone/export").status_code == 404
    assert sim.control("POST", "workspaces/gone/sync").status_code == 404


def test_the_journal_keeps_no_secret(sim: Sim) -> None:
    """Both faces, with parameters, codes and times, but no token, password or credential."""
    sim.start_export()
    sim.file()
    sim.advance(1.5)
    sim.job({"type": "get", "inputSettings": {"type": "policyList"}}, secret="wrong-secret")
    login, export, file, refused = sim.journal()
    assert (login["command"], login["code"]) == ("Authenticate", 200)
    assert login["params"].keys() == {"partnerName", "partnerUserID"}
    assert (export["method"], export["path"]) == ("POST", "/api/Report_Export")
    assert (export["params"]["reportIDList"], export["status"]) == (REPORT, 200)
    assert file["command"] == "file/combinedReportData"
    assert file["params"]["reportIDList"] == REPORT
    assert (refused["status"], refused["code"]) == (200, 401)
    assert refused["at"] == "2026-01-01T10:00:01.500Z"
    text = sim.control("GET", "journal").text
    secrets = [str(sim.token), DEVICE["partnerPassword"], "device-secret", "wrong-secret"]
    assert not [secret for secret in [*secrets, "field-secret"] if secret in text]


def test_reset_goes_back_to_the_loaded_world(sim: Sim) -> None:
    """Reports, postings, syncs, faults and journal; a token stays good."""
    sim.fix()
    sim.put_report("R9", workspaceId=WORKSPACE)
    sim.export()
    sim.fault({"status": 503}, {"command": "none"})
    assert sim.control("POST", "reset").status_code == 200
    assert sim.journal() == []
    assert sim.control("GET", "faults").json() == {"rules": []}
    assert sim.postings() == []
    assert [r["id"] for r in sim.control("GET", "reports").json()] == [REPORT]
    sim.export()
    assert sim.exports()[-1]["outcome"] == "failed"


def test_the_workspace_shows_its_snapshot(sim: Sim) -> None:
    """What the last sync imported, and when."""
    sim.fix()
    [state] = [w for w in sim.control("GET", "workspaces").json() if w["id"] == WORKSPACE]
    assert state["snapshotAt"] == "2026-01-01T10:00:02.000Z"
    assert state["snapshot"][0]["isInactive"] is False
    assert state["lastSync"]["isSuccessful"] is True


def test_the_page_escapes_what_people_wrote(sim: Sim) -> None:
    """Names and projects are text, wherever they stand on the page."""
    nasty = '"><script>alert(1)</script>'
    sim.put_report(reportName=nasty, expenses=[{"project": nasty, "merchant": nasty}])
    page = requests.get(sim.url, timeout=10).text
    assert "Acme Field Services" in page
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") == 3
