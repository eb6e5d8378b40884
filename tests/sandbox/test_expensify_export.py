import json
from collections.abc import Iterator

import pytest

from tests.sandbox.expensify_kit import (
    ACCOUNT,
    NS0034,
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


def test_an_export_answers_at_once_and_acts_later(sim: Sim) -> None:
    """No onyxData in the answer; a second later the record is in NetSuite and the error gone."""
    sim.fix()
    assert set(sim.start_export(REPORT, action_ids={REPORT: "42"})) == {"jsonCode", "requestID"}
    assert sim.postings() == []
    sim.advance(1)
    [posting] = sim.postings()
    assert posting == {
        "id": "50001",
        "reportId": REPORT,
        "workspaceId": WORKSPACE,
        "account": ACCOUNT,
        "at": "2026-01-01T10:00:11.000Z",
        "by": "service:exporter@acme.example",
        "attempt": "42",
        "netsuiteUrl": (
            "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/exprept.nl?id=50001"
        ),
    }


def test_a_success_clears_the_failure(sim: Sim) -> None:
    """The flag flips, errors go, and the action bears the client's id and the record's URL."""
    sim.fix()
    sim.export(REPORT, action_ids={REPORT: "42"})
    seen = sim.open_report()
    report = seen[f"report_{REPORT}"]
    assert (report["isExportedToIntegration"], report["hasExportError"]) == (True, False)
    assert "errorFields" not in report
    assert seen[f"reportNameValuePairs_{REPORT}"] == {}
    action = seen[f"reportActions_{REPORT}"]["42"]
    assert action["actionName"] == "EXPORTINTEGRATION"
    assert action["created"] == "2026-01-01 10:00:11.000"
    assert action["originalMessage"]["reimbursableUrls"] == [sim.postings()[0]["netsuiteUrl"]]
    assert action["originalMessage"]["markedManually"] is False


def test_a_project_inactive_at_the_last_sync_is_refused(sim: Sim) -> None:
    """Although NetSuite would take it now: nothing is posted, and the failure shows three times."""
    sim.netsuite.set("4711", isInactive=False)
    before = sim.open_report()[f"report_{REPORT}"]["errorFields"]["export"]
    sim.export(REPORT, action_ids={REPORT: "42"})
    seen = sim.open_report()
    report = seen[f"report_{REPORT}"]
    assert (report["isExportedToIntegration"], report["hasExportError"]) == (False, True)
    message = NS0770.format("Apollo Rollout")
    assert report["errorFields"]["export"] == {**before, "1767261601000000": message}
    assert seen[f"reportNameValuePairs_{REPORT}"] == {"exportFailedTime": "2026-01-01 10:00:01"}
    newest = sim.actions("INTEGRATIONSMESSAGE")[-1]
    assert newest["reportActionID"] != "42"
    assert newest["originalMessage"]["label"] == "NetSuite"
    assert newest["originalMessage"]["result"]["messages"] == [message]
    assert newest["originalMessage"]["result"]["success"] is False
    assert sim.postings() == []


def test_a_project_closed_again_after_the_sync_is_refused(sim: Sim) -> None:
    """NetSuite has the last word, whatever Expensify imported."""
    sim.fix()
    sim.netsuite.set("4711", isInactive=True)
    sim.export()
    assert sim.exports()[-1]["message"] == NS0770.format("Apollo Rollout")


def test_every_failing_project_has_its_message(sim: Sim) -> None:
    """Inactive, expenses off and missing; each once, in one action; the good one isn't named."""
    projects = ["Apollo Rollout", "Hermes", "Ops", "Gone", "Ops", ""]
    sim.put_report(expenses=[{"project": project} for project in projects])
    sim.export()
    failure = sim.actions("INTEGRATIONSMESSAGE")[-1]
    assert failure["originalMessage"]["result"]["messages"] == [
        NS0770.format(label) for label in ("Apollo Rollout", "Ops", "Gone")
    ]
    assert len(sim.open_report()[f"report_{REPORT}"]["errorFields"]["export"]) == 2


@pytest.mark.parametrize(
    "label",
    [
        "Hermes",
        "P-4712",
        "P-4712 Hermes",
        "hermes",
        "P-4712\N{NO-BREAK SPACE}Hermes",
        "Acme Corp : Hermes",
        "Acme Corp:HERMES",
        "a:b:Hermes",
    ],
)
def test_a_label_finds_its_project_in_every_spelling(sim: Sim, label: str) -> None:
    """Number, name, both, hierarchical; case and no-break spaces don't matter."""
    sim.put_report(expenses=[{"project": label}])
    sim.export()
    assert sim.exports()[-1]["outcome"] == "exported"


def test_an_ambiguous_label_needs_all_of_its_projects(sim: Sim) -> None:
    """Two projects of one name: refused while one of them is inactive."""
    assert sim.netsuite.rows is not None
    sim.netsuite.rows.append({"id": "9", "entityId": "P-9", "companyName": "Apollo Rollout"})
    sim.sync()
    sim.export()
    assert sim.exports()[-1]["outcome"] == "failed"
    sim.fix()
    sim.export()
    assert sim.exports()[-1]["outcome"] == "exported"


def test_a_colon_of_the_name_itself_is_no_hierarchy(sim: Sim) -> None:
    """The whole label is tried first."""
    assert sim.netsuite.rows is not None
    sim.netsuite.rows.append({"id": "9", "entityId": "P-9", "companyName": "Phase: Apollo Rollout"})
    sim.sync()
    sim.put_report(expenses=[{"project": "Phase: Apollo Rollout"}])
    sim.export()
    assert sim.exports()[-1]["outcome"] == "exported"


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("OPEN", "failed"),
        ("SUBMITTED", "failed"),
        ("APPROVED", "exported"),
        ("REIMBURSED", "exported"),
        ("ARCHIVED", "exported"),
    ],
)
def test_only_approved_done_or_paid_reports_are_exported(
    sim: Sim, state: str, outcome: str
) -> None:
    """The others fail later, with a text that bears no NS code."""
    sim.put_report(state=state, expenses=[{"project": "Hermes"}])
    sim.export()
    assert sim.exports()[-1]["outcome"] == outcome
    assert "NS0" not in (sim.exports()[-1]["message"] or "")


@pytest.mark.parametrize(
    ("state", "numbers"),
    [
        ("OPEN", (0, 0)),
        ("SUBMITTED", (1, 1)),
        ("APPROVED", (2, 3)),
        ("REIMBURSED", (6, 4)),
        ("ARCHIVED", (2, 2)),
    ],
)
def test_states_have_the_apps_numbers(sim: Sim, state: str, numbers: tuple[int, int]) -> None:
    """The numbers stateNum and statusNum as the App's constants have them."""
    sim.put_report(state=state)
    report = sim.open_report()[f"report_{REPORT}"]
    assert (report["stateNum"], report["statusNum"]) == numbers


def test_a_second_export_posts_a_second_record(sim: Sim) -> None:
    """Nothing protects from a double by itself, not even the same action id."""
    sim.fix()
    sim.export(REPORT, action_ids={REPORT: "42"})
    sim.export(REPORT, action_ids={REPORT: "42"})
    assert [posting["reportId"] for posting in sim.postings()] == [REPORT, REPORT]
    assert len({a["reportActionID"] for a in sim.actions("EXPORTINTEGRATION")}) == 2


def test_netsuite_may_refuse_a_double() -> None:
    """With its duplicate check the second export fails with NS0034 and posts nothing."""
    with running_sim(nsDuplicateCheck=True) as sim:
        sim.fix()
        sim.export()
        sim.export()
        assert len(sim.postings()) == 1
        assert sim.exports()[-1]["message"] == NS0034
        report = sim.open_report()[f"report_{REPORT}"]
        assert (report["isExportedToIntegration"], report["hasExportError"]) == (True, True)


def test_jobs_of_a_workspace_wait_for_each_other(sim: Sim) -> None:
    """Exports asked for during a sync act one after the other when it has ended."""
    sim.netsuite.set("4711", isInactive=False)
    sim.start_sync()
    sim.start_export()
    sim.start_export()
    sim.advance(10.9)
    assert sim.postings() == []
    assert sim.control("GET", f"workspaces/{WORKSPACE}").json()["running"] == "export"
    sim.advance(100)
    assert [posting["at"][-13:] for posting in sim.postings()] == ["10:00:11.000Z", "10:00:12.000Z"]


def test_one_call_may_name_several_reports(sim: Sim) -> None:
    """They act together; a deleted one is left out; an unknown one refuses the whole call."""
    for name in ("R1", "R2", "R3"):
        sim.put_report(name, workspaceId=WORKSPACE, expenses=[{"project": "Hermes"}])
    assert sim.start_export("R1", "R2", "R3")["jsonCode"] == 200
    sim.control("DELETE", "reports/R2")
    sim.advance(1)
    assert [posting["reportId"] for posting in sim.postings()] == ["R1", "R3"]
    assert sim.start_export("R1", "R2")["jsonCode"] == 411
    sim.advance(1)
    assert len(sim.postings()) == 2


def test_an_export_that_cannot_reach_netsuite_fails(sim: Sim) -> None:
    """It has the code of a connection problem."""
    sim.fix()
    sim.netsuite.rows = None
    sim.export()
    assert sim.exports()[-1]["message"].startswith("NS0029 Export Error")


def test_malformed_calls_are_refused(sim: Sim) -> None:
    """Nothing is queued by a call that Expensify can't read."""
    fields = {"reportIDList": REPORT, "connectionName": "netsuite", "type": "MANUAL"}
    for change in (
        {"reportIDList": " , "},
        {"connectionName": "xero"},
        {"type": "AUTO"},
        {"optimisticReportActions": "{"},
    ):
        assert sim.app("Report_Export", **{**fields, **change})["jsonCode"] == 400
    assert sim.app("MarkAsExported", data="[1]")["jsonCode"] == 400
    assert sim.control("GET", f"workspaces/{WORKSPACE}").json()["running"] is None


def test_a_mark_by_hand_counts_as_exported(sim: Sim) -> None:
    """No record, no URL, errors cleared, for the service and for a person alike."""
    data = json.dumps([{"reportID": REPORT, "label": "NetSuite", "optimisticReportActionID": "43"}])
    sim.app("MarkAsExported", markedManually="true", data=data)
    report = sim.open_report()[f"report_{REPORT}"]
    assert (report["isExportedToIntegration"], report["hasExportError"]) == (True, False)
    [action] = sim.actions("EXPORTINTEGRATION")
    assert action["reportActionID"] == "43"
    assert action["originalMessage"]["markedManually"] is True
    assert action["originalMessage"]["reimbursableUrls"] == []
    sim.control("POST", f"reports/{REPORT}/mark")
    assert [(e["outcome"], e["by"]) for e in sim.exports()[1:]] == [
        ("marked", "service:exporter@acme.example"),
        ("marked", "person"),
    ]
    assert sim.postings() == []


def test_a_report_is_read_with_the_apps_signs_and_shapes(sim: Sim) -> None:
    """Totals and amounts are negative, people have numbers, actions name the one before."""
    sim.export()
    seen = sim.open_report()
    report = seen[f"report_{REPORT}"]
    assert (report["total"], report["currency"], report["policyID"]) == (-12345, "EUR", WORKSPACE)
    owner = seen["personalDetailsList"][str(report["ownerAccountID"])]
    assert owner["login"] == "sam@acme.example"
    transaction = seen["transactions_"]["transactions_501"]
    assert (transaction["amount"], transaction["tag"]) == (-12345, "Apollo Rollout")
    first, second = seen[f"reportActions_{REPORT}"].values()
    assert second["previousReportActionID"] == first["reportActionID"]


def test_an_unknown_report_has_an_error_field(sim: Sim) -> None:
    """The envelope is fine; the report that isn't there says so itself."""
    seen = sim.open_report("R00gone")
    assert seen["report_R00gone"]["errorFields"]["notFound"]
    assert "reportActions_R00gone" not in seen


def test_a_retag_changes_the_expense(sim: Sim) -> None:
    """The tag is read with its levels and escapes; an unknown expense is refused."""
    fields = {"reportID": REPORT, "transactionID": "501", "reportActionID": "1"}
    sim.app("UpdateMoneyRequestTag", tag=r"General:Acme \: Hermes", **fields)
    assert sim.report()["expenses"][0]["project"] == "Acme : Hermes"
    wrong = sim.app("UpdateMoneyRequestTag", tag="x", **{**fields, "transactionID": "gone"})
    assert wrong["jsonCode"] == 400
    sim.export()
    assert sim.exports()[-1]["outcome"] == "exported"


def test_expensify_may_export_by_itself_after_a_sync() -> None:
    """Only what had failed, some seconds after the sync, and as an automatic action."""
    with running_sim(autoExport=True, autoExportSeconds=5) as sim:
        sim.put_report("R2", workspaceId=WORKSPACE, expenses=[{"project": "Hermes"}])
        sim.fix()
        sim.advance(5.9)
        assert sim.postings() == []
        sim.advance(0.1)
        [posting] = sim.postings()
        assert (posting["reportId"], posting["by"], posting["attempt"]) == (REPORT, "auto", None)
        [action] = sim.actions("EXPORTINTEGRATION")
        assert action["automatic"] is True
        assert action["originalMessage"]["automaticAction"] is True


def test_taking_back_the_approval_resets_the_failure(sim: Sim) -> None:
    """A report that is open again has no export error, though its history stays."""
    sim.put_report(state="OPEN")
    assert sim.open_report()[f"report_{REPORT}"]["hasExportError"] is False
    assert len(sim.actions("INTEGRATIONSMESSAGE")) == 1
