"""What the handlers add to the workflows: batches, patience, logs, metrics."""

import json
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.write_events import CREDENTIAL, FAILED
from shared.adapters.table import TableAccounts, TableCases, TableRows
from shared.domain.case import Case
from shared.domain.clock import HOUR, MINUTE, SECOND, Millis
from shared.errors import (
    ConflictError,
    MalformedError,
    PermanentError,
    RefusedError,
    SettingsError,
    ThrottledError,
    TransientError,
)
from shared.ports import Reconciler
from shared.reconcile import SAFETY
from tests.builders import NOW
from tests.handlers.kit import Stack, logged

WORKSPACE, ACCOUNT = "A1B2C3D4E5F60718", "1234567_SB1"
LOOKS = [
    (Reconciler.WATCH, ACCOUNT),
    (Reconciler.RECOVER, WORKSPACE),
    (Reconciler.NOTIFY, "operators"),
    (Reconciler.DETECT, CREDENTIAL),
]
NOTHING_COUNTED = pytest.mark.filterwarnings("ignore:No application metrics:UserWarning")
"""Powertools warns of an invocation that ended before anything was counted."""


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics of all invocations, added up."""
    found: dict[str, float] = {}
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for name in (metric["Name"] for metric in directive["Metrics"]):
                found[name] = found.get(name, 0) + sum(line[name])
    return found


# --- intake: a batch -------------------------------------------------------------------------------


def batch(stack: Stack, *report_ids: str, **more: Any) -> dict[str, Any]:
    """One message for each report, its id the message's."""
    (like,) = stack.sample("intake/report-export-failed.v1.json")["Records"]
    envelope = json.loads(like["body"])
    records = []
    for report_id in report_ids:
        detail = {**FAILED, "reportId": report_id, "eventId": report_id, **more}
        body = json.dumps({**envelope, "detail": detail})
        records.append({**like, "messageId": report_id, "body": body})
    return {"Records": records}


def failed(answer: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def unwritable(patch: pytest.MonkeyPatch, *report_ids: str) -> None:
    """The table takes every case but these."""
    put = TableCases.put

    def throttled(self: TableCases, case: Case) -> Case:
        if case.report_id in report_ids:
            raise TransientError("throttled")
        return put(self, case)

    patch.setattr(TableCases, "put", throttled)


def test_of_a_batch_only_what_failed_is_delivered_again(
    tenants: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are taken, whichever side of it they stand on."""
    with monkeypatch.context() as patch:
        unwritable(patch, "R2")
        assert failed(tenants.invoke("intake", batch(tenants, "R1", "R2", "R3"))) == ["R2"]
    cases = TableCases(tenants.deployment.table)
    assert {case.report_id for case in cases.unfinished(WORKSPACE)} == {"R1", "R3"}
    assert failed(tenants.invoke("intake", batch(tenants, "R2"))) == []
    assert cases.get(WORKSPACE, "R2")


@pytest.mark.parametrize(("since", "opened"), [("1700000000000", True), ("soon", False)])
def test_what_was_parked_is_opened_as_of_when_it_came(
    tenants: Stack, since: str, opened: bool
) -> None:
    """As `make settings-push` sends it on; what is no time says nothing."""
    event = batch(tenants, "R1")
    event["Records"][0]["messageAttributes"] = {
        "since": {"stringValue": since, "dataType": "Number"}
    }
    assert failed(tenants.invoke("intake", event)) == []
    case = TableCases(tenants.deployment.table).get(WORKSPACE, "R1")
    assert case is not None
    assert (case.opened_at == 1_700_000_000_000) is opened


def test_a_batch_that_fails_as_a_whole_is_delivered_again_message_by_message(
    tenants: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not as one error, which would count against every message alike."""
    unwritable(monkeypatch, "R1", "R2")
    assert failed(tenants.invoke("intake", batch(tenants, "R1", "R2"))) == ["R1", "R2"]


@pytest.mark.parametrize("error", [TransientError("Apollo"), KeyError("Apollo")])
def test_a_message_that_failed_is_a_line_of_the_log_and_counted(
    tenants: Stack,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Which one and why, by the error's class. It fails alone; after five tries it is a dead
    letter, and its log is all that tells the reason.
    """

    def broken(self: TableCases, case: Case) -> Case:
        raise error

    monkeypatch.setattr(TableCases, "put", broken)
    answer = tenants.invoke("intake", batch(tenants, "R1"))
    assert failed(answer) == ["R1"]
    (line,) = logged(tenants)
    assert (line["level"], line["message_id"]) == ("ERROR", "R1")
    assert (line["error"], line["tries"]) == (type(error).__name__, 1)
    assert "Apollo" not in tenants.log.getvalue()
    assert printed(capsys) == {"Intake failed": 1}


def test_a_message_that_can_not_be_understood_fails_no_batch(tenants: Stack) -> None:
    """It is a dead letter; what comes for broken settings is parked."""
    (malformed,) = tenants.sample("intake/report-export-failed-malformed.v1.json")["Records"]
    settings = {"pk": "SETTINGS", "sk": "WS#BROKEN", "body": "{}"}
    tenants.deployment.table.put_item(Item=settings)
    event = batch(tenants, "R1", workspaceId="BROKEN")
    event["Records"].append(malformed)
    assert failed(tenants.invoke("intake", event)) == []
    (letter,) = tenants.messages("IntakeDeadLetters")
    assert letter["Body"] == malformed["body"]
    assert [line["outcome"] for line in logged(tenants)] == ["parked", "dead letter"]


# --- the reconcilers: patience ---------------------------------------------------------------------


def raising(error: Exception) -> Callable[[], Any]:
    """A workflow, every look of which ends so."""

    def look(key: str, budget: object) -> Millis | None:
        raise error

    return lambda: SimpleNamespace(look=look)


def woken(stack: Stack, reconciler: Reconciler, error: Exception | None = None) -> None:
    """The sample's wake-up; with an error, of a look that ends in it."""
    module = import_module(f"handlers.{reconciler}")
    with pytest.MonkeyPatch.context() as patch:
        if error is not None:
            patch.setattr(module, str(reconciler), raising(error))
        stack.invoke(reconciler, stack.sample(f"{reconciler}/wake-up.v1.json"))


def due(stack: Stack, reconciler: Reconciler, key: str) -> Millis | None:
    return TableRows(stack.deployment.table).get(reconciler, key).due


@pytest.mark.parametrize(
    ("reconciler", "key", "error", "patience"),
    [
        (Reconciler.WATCH, ACCOUNT, ConflictError("lost"), 0),
        (Reconciler.RECOVER, WORKSPACE, TransientError("down"), 30 * SECOND),
        (Reconciler.NOTIFY, "operators", ThrottledError("slow down", 90_000), 30 * SECOND),
        (Reconciler.RECOVER, WORKSPACE, SettingsError("broken"), 5 * MINUTE),
    ],
)
def test_what_a_later_look_can_mend_is_acknowledged_and_due_again(
    stack: Stack, reconciler: Reconciler, key: str, error: Exception, patience: Millis
) -> None:
    """Delivered again, it would block its key for the queue's visibility timeout."""
    woken(stack, reconciler, error)
    assert due(stack, reconciler, key) == NOW + patience
    assert TableRows(stack.deployment.table).get(reconciler, key).looked_at == 0


@NOTHING_COUNTED
@pytest.mark.parametrize(
    ("reconciler", "key", "error"),
    [
        (Reconciler.WATCH, ACCOUNT, PermanentError("no")),
        (Reconciler.RECOVER, WORKSPACE, KeyError("k")),
        (Reconciler.NOTIFY, "operators", RefusedError("no")),
    ],
)
def test_a_mistake_of_ours_goes_back_to_the_queue(
    stack: Stack, reconciler: Reconciler, key: str, error: Exception
) -> None:
    """And from there to the dead letters, which raise an alarm; the safety net hangs."""
    with pytest.raises(type(error)):
        woken(stack, reconciler, error)
    assert due(stack, reconciler, key) == NOW + SAFETY


def test_an_earlier_look_that_somebody_wants_is_not_postponed(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patience only ever moves a row earlier."""
    rows = TableRows(stack.deployment.table)

    def look(key: str, budget: object) -> Millis | None:
        rows.pull(Reconciler.WATCH, key, NOW + SECOND)
        raise SettingsError("broken")

    monkeypatch.setattr("handlers.watch.watch", lambda: SimpleNamespace(look=look))
    stack.invoke("watch", stack.sample("watch/wake-up.v1.json"))
    assert due(stack, Reconciler.WATCH, ACCOUNT) == NOW + SECOND


@pytest.mark.parametrize(("reconciler", "key"), LOOKS)
def test_what_became_of_a_look_is_logged_and_counted(
    stack: Stack, reconciler: Reconciler, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the error's class; nobody reads its words."""
    woken(stack, reconciler, ConflictError("sam@acme.example was quicker"))
    (line,) = logged(stack)
    assert (line["reconciler"], line["key"], line["outcome"]) == (reconciler, key, "ConflictError")
    assert "acme" not in stack.log.getvalue()
    assert printed(capsys) == {f"{reconciler} ConflictError": 1}


def test_a_wake_up_that_is_older_than_the_last_look_asks_nobody(stack: Stack) -> None:
    """Not even the workflow."""
    rows = TableRows(stack.deployment.table)
    rows.finish(Reconciler.WATCH, ACCOUNT, armed=0, looked_at=NOW + HOUR, due=None)
    woken(stack, Reconciler.WATCH, KeyError("never asked"))
    (line,) = logged(stack)
    assert line["outcome"] == "satisfied"


@NOTHING_COUNTED
@pytest.mark.parametrize(
    "body", ["", "{}", '{"version": 1, "key": ""}', '{"version": 2, "key": "x"}']
)
def test_a_wake_up_without_a_key_is_a_mistake_of_ours(stack: Stack, body: str) -> None:
    """It goes to the dead letters, and looks at nothing."""
    event = stack.sample("recover/wake-up.v1.json")
    event["Records"][0]["body"] = body
    with pytest.raises(MalformedError):
        stack.invoke("recover", event)
    assert stack.deployment.table.scan()["Items"] == []


def test_missing_settings_of_an_account_are_looked_at_again_later(stack: Stack) -> None:
    """The real workflow on a table that holds none, and somebody who waits for an answer."""
    TableAccounts(stack.deployment.table).ask(ACCOUNT, WORKSPACE, ["Apollo"], NOW + HOUR)
    woken(stack, Reconciler.WATCH)
    assert due(stack, Reconciler.WATCH, ACCOUNT) == NOW + 5 * MINUTE
    assert [line["outcome"] for line in logged(stack)] == ["SettingsError"]


@NOTHING_COUNTED
def test_a_table_that_is_gone_fails_the_whole_invocation(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing could be remembered, so nothing is acknowledged."""
    monkeypatch.setitem(stack.deployment.refs, "Table", "gone")
    for reconciler, _ in LOOKS:
        with pytest.raises(PermanentError):
            woken(stack, reconciler)
    with pytest.raises(PermanentError):
        stack.invoke("sweep", stack.sample("sweep/schedule.v1.json"))
