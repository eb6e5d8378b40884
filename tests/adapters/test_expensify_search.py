"""Finding reports by time, workspaces and their tags: what is asked, what each answer means."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.expensify_read import Allowance, IntegrationSearch
from shared.adapters.expensify_read.jobs import template
from shared.adapters.http import Answer
from shared.domain.finding import Fault
from shared.domain.policy import Policy, Tag
from shared.domain.report import ActionKind
from shared.domain.span import Span, day_of
from shared.errors import (
    NoSlotError,
    PermanentError,
    RemediationError,
    ThrottledError,
    TooMuchError,
    TransientError,
)
from tests.adapters.expensify_kit import (
    SAMPLES,
    fields,
    rig,
    said,
    sample,
    secrets,
    settings_for,
    text,
)
from tests.adapters.netsuite_kit import Script, Ticking, answered
from tests.fakes.usages import FakeUsages
from tests.sandbox.expensify_kit import NOW as SIM_NOW
from tests.sandbox.expensify_kit import REPORT, WORKSPACE, Sim, running_sim

NAME = "export0fd99e06-a636-4974-b6bc-3ceb12163386.json"
IDS = ("W1", "W2")


def searching(*answers: Answer | Exception) -> tuple[IntegrationSearch, Script]:
    script, clock, session = Script(*answers), Ticking(), requests.Session()
    session.mount("https://", script)
    settings = settings_for("https://expensify.example")
    allowance = Allowance(FakeUsages(), clock, urgent=False)
    return IntegrationSearch(settings, secrets(), session, clock, allowance), script


def job(script: Script, number: int = 0) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(fields(script.requests[number])["requestJobDescription"])
    return asked


def report(**changed: Any) -> dict[str, Any]:
    whole = {
        "id": "R1",
        "policy": "W1",
        "name": "Trip",
        "submitter": "sam@acme.example",
        "status": "Approved",
        "state": "APPROVED",
        "currency": "EUR",
        "expenses": [],
        "actions": [],
    }
    return {**whole, **changed}


def file_of(*reports: dict[str, Any]) -> Answer:
    return said({"reports": reports, "complete": True})


# --- what is asked -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "filters"),
    [
        (Span(20_454, approved=True), {"approvedAfter": "2026-01-01"}),
        (Span(20_454, 20_484), {"startDate": "2026-01-01", "endDate": "2026-01-31"}),
        (
            Span(20_454, 20_454, approved=True),
            {"approvedAfter": "2026-01-01", "endDate": "2026-01-01"},
        ),
    ],
)
def test_a_span_is_asked_for_by_its_dates(span: Span, filters: dict[str, str]) -> None:
    """Of all workspaces in one job, and only of what may be exported."""
    search, script = searching(text(NAME))
    assert search.search(IDS, span) == NAME
    assert job(script)["inputSettings"] == {
        "type": "combinedReportData",
        "reportState": "APPROVED,REIMBURSED,ARCHIVED",
        "filters": {"policyIDList": "W1,W2", **filters},
    }
    assert "onFinish" not in job(script)
    assert fields(script.requests[0])["template"] == template()


def test_fields_of_the_report_are_told_by_their_names() -> None:
    """In either spelling; one that isn't told is no empty one."""
    told = report(id="R1", fields=[None, "Apollo \\: Rollout", None, None])
    search, script = searching(text(NAME), file_of(told, report(id="R2", fields=[None] * 4)))
    name = search.search(IDS, Span(1), ("Project Name", "Site"))
    assert '["Project Name", "Project_Name", "Site"]' in fields(script.requests[0])["template"]
    found = search.fetch(name, IDS)
    assert found is not None
    assert [each.fields for each in found] == [("Apollo : Rollout",), ()]


_SENT = {
    "req_01_file_by_report_ids.json",
    "req_03_file_approvedAfter.json",
    "req_04_download.json",
    "req_05_get_policy.json",
    "req_06_get_policyList.json",
}
_NEVER_SENT = {
    "req_02_file_states_label_onfinish.json": "onFinish",
    "req_07_update_policy_tags_inline.json": "tags",
    "req_08_update_reportStatus.json": "status",
}


def test_each_documented_request_is_sent_or_never_sent() -> None:
    """Those that change something never are."""
    assert {path.name for path in SAMPLES.glob("req_*")} == _SENT | set(_NEVER_SENT)


@pytest.mark.parametrize("name", sorted(_SENT))
def test_what_we_send_has_the_documented_form(name: str) -> None:
    """No field at a place where the reference has none, and of the same kind."""
    search, script = searching(*[text(NAME)] * 2, file_of(), said({}), said({}), text(NAME))
    reader = rig(text(NAME), file_of())
    reader.reader.read(("R1",))
    ours = [*reader.jobs()]
    search.search(IDS, Span(20_454, approved=True))
    with pytest.raises(TransientError):
        search.policies() if "policyList" in name else search.tags(IDS)
    ours += [job(script, number) for number in range(len(script.requests))]
    documented = sample(name)
    alike = [each for each in ours if _kind(each) == _kind(documented)]
    assert alike
    assert any(_fits(each, documented) for each in alike)


def _kind(asked: dict[str, Any]) -> tuple[str, str]:
    return asked["type"], asked.get("inputSettings", {}).get("type", "")


def _fits(ours: Any, documented: Any) -> bool:
    """Its keys are among the documented ones; reportState, policyIDList are in req_02 and the text."""
    if isinstance(ours, dict) and isinstance(documented, dict):
        known = {*documented, "reportState", "policyIDList", "endDate"}
        return set(ours) <= known and all(
            _fits(value, documented[key]) for key, value in ours.items() if key in documented
        )
    return type(ours) is type(documented)


@pytest.mark.parametrize("name", sorted(_NEVER_SENT))
def test_what_changes_something_is_never_sent(name: str) -> None:
    """It is documented, and not for us."""
    documented = json.dumps(sample(name))
    assert f'"{_NEVER_SENT[name]}"' in documented
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (SAMPLES.parents[3] / "shared/adapters/expensify_read").glob("*.py")
    )
    assert f'"{_NEVER_SENT[name]}":' not in source
    assert '"update"' not in source


def test_the_template_reads_documented_columns() -> None:
    """What the everything-template has, or the page on the model or a live client adds."""
    columns = set((SAMPLES / "template_columns_everything.csv").read_text().strip().split(","))
    for name in ("reportID", "reportName", "accountEmail", "status", "state", "currency"):
        assert name in columns
        assert f"report.{name}" in template()
    for name in ("tag", "amount", "modifiedAmount", "currency"):
        assert f"expense.{name}" in columns
        assert f"expense.{name}" in template()


# --- what an answer means ------------------------------------------------------------------------


def fetched(answer: Answer | Exception) -> Any:
    search, _ = searching(text(NAME), answer)
    search.search(IDS, Span(1))
    return search.fetch(NAME, IDS)


def test_each_report_comes_with_its_workspace() -> None:
    """One answer holds those of many."""
    found = fetched(file_of(report(), report(id="R2", policy="W2")))
    assert [(each.workspace_id, each.report.report_id) for each in found] == [
        ("W1", "R1"),
        ("W2", "R2"),
    ]


@pytest.mark.parametrize("late", [text(""), text(" \n"), said({"responseMessage": "not found"})])
def test_a_late_file_is_not_there_yet(late: Answer) -> None:
    """It is fetched by a later look; nobody waits here."""
    assert fetched(late) is None


@pytest.mark.parametrize(
    "odd",
    [
        file_of(report(policy="W3")),
        file_of(report(policy="")),
        file_of(report(), report(policy="W2")),
        file_of(report(actions=None)),
        said({"reports": [report()]}),
        answered(200, b"<html><title>Sorry</title></html>", "text/html"),
        text(b"\xff\xfe"),
    ],
)
def test_an_answer_that_may_hide_a_failure_is_unreadable(odd: Answer) -> None:
    """Of another workspace, twice, without its history, cut, or a page."""
    with pytest.raises(TransientError) as raised:
        fetched(odd)
    assert raised.value.fault is Fault.UNREADABLE


def test_a_file_that_is_too_large_says_so() -> None:
    """A shorter span may fit."""
    with pytest.raises(TooMuchError):
        fetched(text(b" " * (8 * 1024 * 1024 + 1)))


@pytest.mark.parametrize("spelt", [int, str])
@pytest.mark.parametrize(
    ("code", "error"), [(404, PermanentError), (410, PermanentError), (429, ThrottledError)]
)
def test_every_job_knows_the_codes(spelt: type, code: int, error: type[Exception]) -> None:
    """As numbers and as texts, inside of HTTP 200."""
    refusal = said({"responseCode": spelt(code)})
    calls = (
        lambda s: s.policies(),
        lambda s: s.tags(IDS),
        lambda s: s.search(IDS, Span(1)),
        lambda s: s.fetch(NAME, IDS),
    )
    for call in calls:
        with pytest.raises(error) as raised:
            call(searching(refusal)[0])
        assert not isinstance(raised.value, NoSlotError)


# --- workspaces and tags -------------------------------------------------------------------------


def test_the_documented_list_of_workspaces_is_read() -> None:
    """As the reference has it."""
    search, _ = searching(said(sample("doc_get_policyList_answer.json")))
    assert search.policies() == (
        Policy("DEADBEEF12345678", "Acme Corp USA Policy", "user"),
        Policy("BA5EBA1187654321", "Acme Corp France Policy", "auditor"),
        Policy("F005BA11000099999", "ACME Corp Candidate Policy", "admin"),
    )


def test_the_documented_tags_are_read_in_both_shapes() -> None:
    """A flat list, and a level without tags, in one answer."""
    ids = ("4C6722D4BD2BD941", "3F329EA1C3809E6C")
    search, _ = searching(said(sample("doc_get_policy_answer.json")))
    assert search.tags(ids) == {
        ids[0]: (Tag("Enterprise"), Tag("Enterprise:Sub A"), Tag("Enterprise:Sub B")),
        ids[1]: (),
    }


def test_levels_colons_and_disabled_tags_are_told() -> None:
    """What isn't said to be disabled is enabled."""
    tags = [{"name": "Project", "tags": [{"name": r"Acme \: Apollo", "enabled": False}]}, {}]
    search, _ = searching(said({"policyInfo": {"W1": {"tags": tags}, "W2": {"tags": []}}}))
    found = search.tags(IDS)
    assert found["W1"] == (Tag("Acme : Apollo", enabled=False, level="Project"), Tag(""))
    assert found["W2"] == ()


@pytest.mark.parametrize(
    "body",
    [
        {"policyInfo": []},
        {"policyInfo": {"W1": {"tags": []}}},
        {"policyInfo": {"W1": {"tags": []}, "W2": {"tax": {}}}},
        {"policyInfo": "no"},
        {},
    ],
)
def test_tags_that_are_missing_are_not_none(body: dict[str, Any]) -> None:
    """Unknown isn't empty."""
    with pytest.raises(TransientError) as raised:
        searching(said(body))[0].tags(IDS)
    assert raised.value.fault is Fault.UNREADABLE


_BODIES = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["responseCode", "policyList", "policyInfo", "tags", "W1", "reports", "id"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda body: json.dumps(body).encode()),
)


@given(body=_BODIES, status=st.sampled_from([200, 200, 404, 429, 500]))
def test_no_answer_crashes_a_decoder(body: bytes, status: int) -> None:
    """Whatever comes: a value, or an error of ours."""
    calls = (
        lambda s: s.policies(),
        lambda s: s.tags(IDS),
        lambda s: s.search(IDS, Span(1)),
        lambda s: s.fetch(NAME, IDS),
    )
    for call in calls:
        try:
            call(searching(text(body, status))[0])
        except RemediationError:
            continue


# --- against the simulator -----------------------------------------------------------------------


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def on(sim: Sim) -> IntegrationSearch:
    allowance = Allowance(FakeUsages(), Ticking(), urgent=True)
    settings = settings_for(sim.url)
    return IntegrationSearch(settings, secrets(), requests.Session(), Ticking(), allowance)


def test_a_failure_is_found_by_its_day(sim: Sim) -> None:
    """Through Expensify's own filters and our template."""
    today = day_of(int(SIM_NOW * 1000))
    for span, ids in (
        (Span(today - 7, approved=True), [REPORT]),
        (Span(today - 7, today), [REPORT]),
        (Span(today - 7, today - 1), []),
        (Span(today - 7, today - 7, approved=True), []),
    ):
        search = on(sim)
        found = search.fetch(search.search((WORKSPACE,), span), (WORKSPACE,))
        assert found is not None
        assert [each.report.report_id for each in found] == ids
        kinds = {a.kind for each in found for a in each.report.actions}
        assert kinds == ({ActionKind.EXPORT_FAILED} if ids else set())


def test_the_simulators_workspaces_and_tags_are_read(sim: Sim) -> None:
    """A workspace that the credential doesn't see isn't there."""
    search = on(sim)
    assert [each.id for each in search.policies()] == [WORKSPACE]
    assert Tag("Hermes") in search.tags((WORKSPACE,))[WORKSPACE]
    with pytest.raises(PermanentError):
        search.tags((WORKSPACE, "ELSEWHERE"))
