"""The golden samples of `events/`: what they are, what fits them, and what each does."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from scripts.write_events import (
    CHANGED,
    EVENTS,
    FAILED,
    OTHER,
    PROJECT,
    SENT,
    SMALLEST,
    main,
    rendered,
    samples,
    schemas,
)
from shared.adapters.table import TableAccounts, TableCases, TableNotices, TableRows
from shared.domain.announce import OPERATORS
from shared.domain.case import Kind, Phase
from shared.domain.clock import HOUR, MINUTE
from shared.domain.finding import Match, Status
from shared.domain.notice import Notice, Role, Tone
from shared.ports import Reconciler
from tests.builders import NOW
from tests.handlers.kit import Stack
from tests.template.reading import functions

WORKSPACE, ACCOUNT, REPORT = "A1B2C3D4E5F60718", "1234567_SB1", "R00ROME00001"
DETAILS = {
    "ReportExportFailed": (FAILED, SMALLEST, OTHER),
    "ReportChanged": (CHANGED,),
    "ProjectChanged": (PROJECT,),
    "WakeUp": ({"version": 1, "key": ACCOUNT},),
}
INTAKE = [name for name in samples() if name.startswith("intake/")]


# --- the files -----------------------------------------------------------------------------------


def test_the_folder_holds_the_samples_and_nothing_else() -> None:
    """A sample that nobody renders any more is gone."""
    found = {str(path.relative_to(EVENTS)) for path in EVENTS.rglob("*") if path.is_file()}
    assert found == set(samples())


@pytest.mark.parametrize("name", samples())
def test_every_file_is_what_would_be_written_today(name: str) -> None:
    """A changed contract shows as a changed sample."""
    assert (EVENTS / name).read_text("utf-8") == rendered(samples()[name])


def test_writing_makes_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says which."""
    monkeypatch.setattr("scripts.write_events.EVENTS", tmp_path / "events")
    main()
    written = {str(p.relative_to(tmp_path / "events")) for p in tmp_path.rglob("*.json")}
    assert written == set(samples())
    assert len(capsys.readouterr().out.splitlines()) == len(written)


def test_every_function_has_a_sample_to_be_invoked_with() -> None:
    """A folder for each."""
    folders = {name.partition("/")[0] for name in samples()} - {"schemas"}
    assert {f"{folder.capitalize()}Function" for folder in folders} == set(functions())


@pytest.mark.parametrize("name", [n for n in samples() if "/wake-up" in n or n in INTAKE])
def test_a_sample_has_the_shape_of_what_sqs_delivers(name: str) -> None:
    """Every field that Lambda's event source sends, with the body as text."""
    (record,) = samples()[name]["Records"]
    assert set(record) == {
        "messageId",
        "receiptHandle",
        "body",
        "attributes",
        "messageAttributes",
        "md5OfBody",
        "eventSource",
        "eventSourceARN",
        "awsRegion",
    }
    assert record["eventSource"] == "aws:sqs"
    assert record["attributes"]["SentTimestamp"] == SENT
    assert isinstance(json.loads(record["body"]), dict)
    assert ("MessageGroupId" in record["attributes"]) == record["eventSourceARN"].endswith(".fifo")


# --- the schemas ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", schemas())
def test_every_schema_is_one(name: str) -> None:
    """By the rules of JSON Schema."""
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize(
    ("name", "detail"), [(name, detail) for name, details in DETAILS.items() for detail in details]
)
def test_the_schemas_accept_the_golden_details(name: str, detail: dict[str, Any]) -> None:
    """And refuse them without a field that must be there."""
    jsonschema.validate(detail, schemas()[name])
    for required in schemas()[name]["required"]:
        missing = {key: value for key, value in detail.items() if key != required}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(missing, schemas()[name])


def test_the_malformed_sample_is_malformed() -> None:
    """By the schema, too."""
    (record,) = samples()["intake/report-export-failed-malformed.v1.json"]["Records"]
    detail = json.loads(record["body"])["detail"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(detail, schemas()["ReportExportFailed"])


# --- each sample and its function ----------------------------------------------------------------


def intake(stack: Stack, name: str) -> Any:
    return stack.invoke("intake", stack.sample(f"intake/{name}.v1.json"))


def asked_and_due(stack: Stack, queue: str, reconciler: Reconciler, key: str) -> bool:
    """Woken now, and by the sweep if the wake-up is lost."""
    due = TableRows(stack.deployment.table).get(reconciler, key).due
    return stack.keys(queue) == [key] and due == NOW


@pytest.mark.parametrize("name", ["report-export-failed", "report-export-failed-smallest"])
def test_a_failure_becomes_a_case_and_two_wake_ups(tenants: Stack, name: str) -> None:
    """With every optional field or without any."""
    assert intake(tenants, name) == {"batchItemFailures": []}
    case = TableCases(tenants.deployment.table).get(WORKSPACE, REPORT)
    assert case is not None
    assert (case.phase, case.kind, case.codes) == (Phase.WAITING, Kind.PROJECT, ("NS0770",))
    assert case.report_name == ("" if name.endswith("smallest") else "Rome kick-off")
    (label,) = TableAccounts(tenants.deployment.table).labels(ACCOUNT)
    assert (label.text, label.pending) == ("Apollo Rollout", True)
    assert asked_and_due(tenants, "RecoverQueue", Reconciler.RECOVER, WORKSPACE)
    assert asked_and_due(tenants, "WatchQueue", Reconciler.WATCH, ACCOUNT)
    assert [event["detail-type"] for event in tenants.said()] == ["Case Opened"]


def test_another_failure_becomes_a_case_in_peoples_hands(tenants: Stack) -> None:
    """No project is asked about."""
    intake(tenants, "report-export-failed-other-code")
    case = TableCases(tenants.deployment.table).get(WORKSPACE, REPORT)
    assert case is not None
    assert (case.phase, case.kind, case.codes) == (Phase.NEEDS_PERSON, Kind.OTHER, ("NS0024",))
    assert TableAccounts(tenants.deployment.table).labels(ACCOUNT) == ()
    assert tenants.keys("RecoverQueue") == [WORKSPACE]


def test_a_malformed_event_is_a_dead_letter_with_a_readable_reason(tenants: Stack) -> None:
    """And no failure of the batch: five more deliveries would not mend it."""
    assert intake(tenants, "report-export-failed-malformed") == {"batchItemFailures": []}
    (letter,) = tenants.messages("IntakeDeadLetters")
    (record,) = tenants.sample("intake/report-export-failed-malformed.v1.json")["Records"]
    assert letter["Body"] == record["body"]
    reason = letter["MessageAttributes"]["reason"]["StringValue"]
    assert reason.startswith("MalformedError: ")
    assert "reportId: missing" in reason
    assert "errorMessage: missing" in reason
    assert tenants.keys("RecoverQueue") == []


def test_a_changed_report_has_its_workspace_looked_at(tenants: Stack) -> None:
    """And its case read again."""
    intake(tenants, "report-export-failed")
    cases = TableCases(tenants.deployment.table)
    case = cases.get(WORKSPACE, REPORT)
    assert case is not None
    cases.put(replace(case, next_look=NOW + HOUR))
    tenants.messages("RecoverQueue")
    intake(tenants, "report-changed")
    read_soon = cases.get(WORKSPACE, REPORT)
    assert read_soon is not None
    assert read_soon.next_look == NOW
    assert tenants.keys("RecoverQueue") == [WORKSPACE]


def test_a_changed_project_has_its_account_looked_at(tenants: Stack) -> None:
    """And nothing else."""
    intake(tenants, "project-changed")
    assert asked_and_due(tenants, "WatchQueue", Reconciler.WATCH, ACCOUNT)
    assert tenants.keys("RecoverQueue") == []


def test_a_wake_up_of_an_account_finds_out_about_its_projects(outside: Stack) -> None:
    """NetSuite is asked, the answer is stored, the workspace is woken."""
    intake(outside, "report-export-failed")
    outside.messages("RecoverQueue")
    assert outside.invoke("watch", outside.sample("watch/wake-up.v1.json")) is None
    accounts = TableAccounts(outside.deployment.table)
    (label,) = accounts.labels(ACCOUNT)
    (blocker,) = accounts.blockers(ACCOUNT)
    assert (label.resolution.match, label.resolution.project_id) == (Match.PROJECT, "4711")
    assert (blocker.status, blocker.name) == (Status.INACTIVE, "Apollo Rollout")
    assert outside.keys("RecoverQueue") == [WORKSPACE]
    row = TableRows(outside.deployment.table).get(Reconciler.WATCH, ACCOUNT)
    assert row.looked_at == NOW
    assert row.due is not None


def test_a_wake_up_of_a_workspace_reads_its_reports_and_asks_people(outside: Stack) -> None:
    """Expensify is asked, the case is written, the people to be told are woken."""
    intake(outside, "report-export-failed")
    recover = outside.sample("recover/wake-up.v1.json")
    outside.invoke("recover", recover)
    case = TableCases(outside.deployment.table).get(WORKSPACE, REPORT)
    assert case is not None
    assert case.read_at == NOW
    assert {label.text for label in case.labels} == {"Apollo Rollout", "Internal"}
    outside.invoke("watch", outside.sample("watch/wake-up.v1.json"))
    outside.invoke("recover", recover)
    assert len(outside.keys("NotifyQueue")) == 2


def test_a_wake_up_of_a_person_sends_what_is_due(tenants: Stack) -> None:
    """Here the operators: to their topic, as JSON."""
    about = f"W#{ACCOUNT}#login_refused"
    then = NOW - MINUTE
    fault = Notice(
        OPERATORS, Role.OPERATOR, Tone.SETUP_FAULT, WORKSPACE, ACCOUNT, about, 1, then, then
    )
    notices = TableNotices(tenants.deployment.table)
    notices.put(fault)
    tenants.invoke("notify", tenants.sample("notify/wake-up.v1.json"))
    (sent,) = notices.of(OPERATORS)
    assert sent.sent_at == NOW
    (message,) = tenants.topic("OperatorsTopic")
    assert (message["tone"], message["about"]) == ("setup_fault", about)
    assert tenants.mails() == []
    assert [event["detail-type"] for event in tenants.said()] == ["Fix Requested"]


def test_the_schedule_wakes_whatever_is_due(stack: Stack) -> None:
    """Each in the queue of its own and once; what is due later sleeps on."""
    rows = TableRows(stack.deployment.table)
    rows.arm(Reconciler.WATCH, ACCOUNT, NOW)
    rows.arm(Reconciler.RECOVER, WORKSPACE, NOW - MINUTE)
    rows.arm(Reconciler.NOTIFY, OPERATORS, NOW + MINUTE)
    every_minute = stack.sample("sweep/schedule.v1.json")
    assert stack.invoke("sweep", every_minute) == {"woken": 2}
    assert stack.invoke("sweep", every_minute) == {"woken": 0}
    assert stack.keys("WatchQueue") == [ACCOUNT]
    assert stack.keys("RecoverQueue") == [WORKSPACE]
    assert stack.keys("NotifyQueue") == []


@pytest.mark.parametrize("name", INTAKE)
def test_an_event_on_the_bus_reaches_intake_in_the_shape_of_its_sample(
    stack: Stack, name: str
) -> None:
    """By the template's own rules; our own events do not."""
    (record,) = stack.sample(name)["Records"]
    event = json.loads(record["body"])
    stack.put_on_bus(event["source"], event["detail-type"], event["detail"])
    stack.put_on_bus("export-remediation", event["detail-type"], event["detail"])
    (message,) = stack.messages("IntakeQueue")
    delivered = json.loads(message["Body"])
    # moto leaves the account out.
    assert set(delivered) | {"account"} == set(event)
    for field in ("source", "detail-type", "detail"):
        assert delivered[field] == event[field]
