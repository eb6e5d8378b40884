import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.sandbox.expensify_kit import (
    NS0770,
    OTHER_WORKSPACE,
    REPORT,
    WORKSPACE,
    WORLD,
    Sim,
    file_job,
    running_sim,
    running_world,
)

IDS = "<#list reports as r>${r.reportID} </#list>"
WHOLE = """<#-- all that the service reads -->
[<#list reports as r>{
  "id": "${r.reportID?json_string}", "policy": "${r.policyID?json_string}",
  "name": "${r.reportName?json_string}", "submitter": "${r.accountEmail?json_string}",
  "status": "${r.status}", "total": ${r.total?c}, "currency": "${r.currency}",
  "approved": "${(r.approved)!""}",
  "expenses": [<#list r.transactionList as e>{
    "id": "${e.transactionID}", "tag": "${(e.tag!"")?json_string}",
    "level": "${(e.ntag1!"")?json_string}", "merchant": "${e.merchant?json_string}",
    "amount": ${e.amount?c}, "billable": ${e.billable?c}
  }<#sep>,</#sep></#list>],
  "actions": [<#list r.actionList as a>{
    "action": "${a.action}", "created": "${a.created}", "by": "${a.accountEmail}",
    "message": "${(a.details.message!"")?json_string}",
    "messages": [<#list (a.details.result.messages)![] as m>
      "${m?json_string}"<#sep>,</#sep></#list>],
    "urls": [<#list a.details.reimbursableUrls![] as u>"${u?json_string}"<#sep>,</#sep></#list>],
    "keys": [<#list a.details?keys as k>"${k}"<#sep>,</#sep></#list>]
  }<#sep>,</#sep></#list>]
}<#sep>,</#sep></#list>]"""


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def test_the_exporter_answers_a_bare_file_name(sim: Sim) -> None:
    """The answer is text, not JSON, and names a file that can be downloaded."""
    answer = sim.file("hello")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert re.fullmatch(r"export[0-9a-f-]{36}\.json", answer.text)
    assert sim.download(answer.text).text == "hello"


def test_a_template_sees_report_expenses_and_history(sim: Sim) -> None:
    """One JSON template brings everything that the service reads, well escaped."""
    [report] = json.loads(sim.rendered(WHOLE))
    assert report["id"] == REPORT
    assert (report["policy"], report["status"], report["total"]) == (WORKSPACE, "Approved", 12345)
    assert report["submitter"] == "sam@acme.example"
    [expense] = report["expenses"]
    assert expense["merchant"] == 'Bahn "DB"'
    assert (expense["tag"], expense["level"]) == ("Apollo Rollout", "Apollo Rollout")
    [action] = report["actions"]
    assert action["action"] == "INTEGRATIONSMESSAGE"
    assert action["messages"] == [action["message"]] == [NS0770.format("Apollo Rollout")]
    assert action["created"] == "2026-01-01 10:00:00.000"


def test_a_success_shows_in_the_history(sim: Sim) -> None:
    """An export adds EXPORTINTEGRATION with the address of the record."""
    sim.fix()
    sim.export()
    [report] = json.loads(sim.rendered(WHOLE))
    exported = report["actions"][-1]
    assert exported["action"] == "EXPORTINTEGRATION"
    assert exported["by"] == "exporter@acme.example"
    assert exported["urls"] == [sim.postings()[0]["netsuiteUrl"]]
    assert {"label", "markedManually", "automaticAction"} <= set(exported["keys"])


def test_a_colon_in_a_label_is_escaped(sim: Sim) -> None:
    """Colons join tag levels, so a literal one comes as backslash-colon."""
    sim.put_report(expenses=[{"transactionId": "1", "project": "Acme : Apollo"}])
    assert sim.rendered(r"${reports[0].transactionList[0].tag}") == r"Acme \: Apollo"


def test_the_file_shows_the_moment_of_the_job(sim: Sim) -> None:
    """What happens between job and download isn't in the file."""
    name = sim.file("${reports[0].reportName}").text
    sim.put_report(reportName="later")
    assert sim.download(name).text == "March travel"


def test_reports_that_are_not_there_are_absent(sim: Sim) -> None:
    """Unknown ids and other people's reports simply don't come."""
    sim.put_report("R00other", workspaceId=OTHER_WORKSPACE)
    ids = f"R00gone,{REPORT},R00other"
    assert sim.rendered(IDS, filters={"reportIDList": ids}) == f"{REPORT} "
    assert sim.rendered(IDS, filters={"reportIDList": "R00gone"}) == ""


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"filters": {"startDate": "2025-12-01"}}, "all"),
        ({"filters": {"startDate": "2026-01-02"}}, "none"),
        ({"filters": {"startDate": "2025-12-01", "endDate": "2025-12-31"}}, "none"),
        ({"filters": {"approvedAfter": "2026-01-01"}}, "approved"),
        ({"filters": {"approvedAfter": "2026-01-02"}}, "none"),
        ({"filters": {"startDate": "2025-12-01", "policyIDList": "x,y"}}, "none"),
        ({"filters": {"startDate": "2025-12-01", "policyIDList": f"x,{WORKSPACE}"}}, "all"),
        ({"filters": {"startDate": "2025-12-01"}, "reportState": "OPEN,REIMBURSED"}, "open"),
        ({"filters": {"startDate": "2025-12-01"}, "limit": "1"}, "approved"),
    ],
)
def test_filters_choose_the_reports(sim: Sim, settings: dict[str, Any], expected: str) -> None:
    """Dates, workspaces, states and limit all narrow the choice."""
    sim.put_report("R00open", workspaceId=WORKSPACE, state="OPEN")
    chosen = {"all": [REPORT, "R00open"], "none": [], "approved": [REPORT], "open": ["R00open"]}
    assert sim.rendered(IDS, **settings).split() == chosen[expected]


def test_a_label_of_exported_reports_excludes_them(sim: Sim) -> None:
    """The onFinish action marks the reports when the job succeeds, unless it is a test."""
    job = file_job(filters={"reportIDList": REPORT, "markedAsExported": "Seen"})
    marking = {**job, "onFinish": [{"actionName": "markAsExported", "label": "Seen"}]}
    names = [sim.job(j, IDS).text for j in ({**marking, "test": "true"}, marking, marking)]
    assert [sim.download(name).text for name in names] == [f"{REPORT} ", f"{REPORT} ", ""]


@pytest.mark.parametrize(
    ("job", "code", "message"),
    [
        (file_job(), 410, "Required parameter 'filters' is missing"),
        (file_job(filters={}), 410, "Required parameter 'startDate' is missing"),
        (file_job(filters={"startDate": "16-01-01"}), 410, "Malformed date '16-01-01'. Expected"),
        (file_job(filters={"startDate": "2024-01-01"}), 410, "'endDate' is missing"),
        (
            file_job(filters={"startDate": "2024-01-01", "endDate": "2025-06-01"}),
            410,
            "'endDate' is missing or malformed",
        ),
        (file_job(filters={"reportIDList": ["a"]}), 410, "'reportIDList' is missing or malformed"),
        (
            file_job(filters={"reportIDList": "a"}, reportState="DONE"),
            410,
            "Status 'DONE' is not supported",
        ),
        (file_job(filters={"reportIDList": "a"}, limit="many"), 410, "'limit'"),
        (
            {**file_job(filters={"reportIDList": "a"}), "outputSettings": {}},
            410,
            "'fileExtension'",
        ),
        ({**file_job(filters={"reportIDList": "a"}), "onReceive": {}}, 410, "immediateResponse"),
        ({"type": "update", "inputSettings": {"type": "policy"}}, 410, "'type'"),
        ({"type": "download"}, 410, "'fileName'"),
        ({"type": "get", "inputSettings": {"type": "policy"}}, 410, "'policyIDList' is missing"),
        ({"type": "file", "credentials": {"partnerUserID": "aa_field"}}, 401, ""),
        ({"type": "file", "credentials": None}, 410, "'credentials'"),
    ],
)
def test_a_wrong_job_is_refused_inside_http_200(
    sim: Sim, job: dict[str, Any], code: int, message: str
) -> None:
    """The body's responseCode is the truth; the type of the content says nothing."""
    answer = sim.job(job, "x")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.json()["responseCode"] == code
    assert message in answer.json()["responseMessage"]


def test_a_wrong_secret_is_401_in_the_body(sim: Sim) -> None:
    """Credentials are checked before anything else."""
    assert sim.job(file_job(), "x", secret="wrong").json()["responseCode"] == 401


def test_a_job_without_template_is_refused(sim: Sim) -> None:
    """The template is a form field of its own."""
    answer = sim.job(file_job(filters={"reportIDList": REPORT}))
    assert answer.json()["responseMessage"] == "Required parameter 'template' is missing"


@pytest.mark.parametrize("text", ["{'type': 'file'}", '{"type": "file",}', "[]", ""])
def test_a_job_that_is_not_strict_json_gets_the_servers_page(sim: Sim, text: str) -> None:
    """The parser behind the real service is lenient, this one isn't."""
    answer = sim.job(text)
    assert answer.status_code == 500
    assert "HTTP Status 500 - JSONObject" in answer.text


def test_a_broken_template_is_a_clear_500(sim: Sim) -> None:
    """The page names what is wrong."""
    answer = sim.file("${reports?upper_case}")
    assert answer.status_code == 500
    assert "?upper_case is not supported" in answer.text


def test_a_file_of_nobody_is_not_found(sim: Sim) -> None:
    """The envelope has a message and no code; other credentials' files aren't there either."""
    assert sim.download("export-gone.json").json() == {"responseMessage": "File not found"}
    name = sim.file("x").text
    credentials = {"partnerUserID": "aa_other", "partnerUserSecret": "other-secret"}
    foreign = sim.job({"type": "download", "fileName": name, "credentials": credentials})
    assert foreign.json() == {"responseMessage": "File not found"}


def test_a_slow_file_is_empty_until_it_is_there() -> None:
    """Rendering takes its time when the scenario says so."""
    world = {**deepcopy(WORLD), "renderSeconds": 3}
    with running_world(world) as sim:
        name = sim.file("x").text
        assert (sim.download(name).status_code, sim.download(name).text) == (200, "")
        sim.advance(3)
        assert sim.download(name).text == "x"


def test_the_rate_limit_counts_per_credential() -> None:
    """Five in 10 s and twenty in 60 s; more is 429, with a body of its own."""
    world = deepcopy(WORLD)
    del world["rateLimit"]
    with running_world(world) as sim:
        first = [sim.download("x").status_code for _ in range(6)]
        assert first == [200, 200, 200, 200, 200, 429]
        assert sim.download("x").json()["responseCode"] == 429
        other = {"partnerUserID": "aa_other", "partnerUserSecret": "other-secret"}
        list_job = {"type": "get", "inputSettings": {"type": "policyList"}}
        assert sim.job({**list_job, "credentials": other}).status_code == 200
        for _ in range(3):
            sim.advance(10)
            assert [sim.download("x").status_code for _ in range(5)] == [200] * 5
        sim.advance(10)
        assert sim.download("x").status_code == 429
        sim.advance(20)
        assert sim.download("x").status_code == 200
