"""The whole story through the real handlers, the template's resources and both simulators.

Played once; each test looks at something else that it left behind.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import jsonschema
import pytest

from scripts.write_events import FAILED, schemas
from shared.domain.announce import OPERATORS
from tests.handlers.kit import Stack, deployed_stack, logged, with_world

WORKSPACE = "A1B2C3D4E5F60718"
REPORTS = ("R00LIMA00003", "R00OSLO00002", "R00ROME00001")
UNKNOWN = "R00NOBODYS01"
NORA, INES, OMAR = "nora.admin@acme.example", "ines@acme.example", "omar@acme.example"


@dataclass(frozen=True, slots=True)
class Played:
    """`metrics`: what the functions printed; `libraries`: what everybody else logged."""

    stack: Stack
    metrics: list[dict[str, Any]]
    libraries: list[logging.LogRecord]
    said: list[dict[str, Any]]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return logged(self.stack)


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(scope="module")
def played(world: dict[str, Any]) -> Iterator[Played]:
    """With everything that a run writes anywhere."""
    kept, printed, root = Kept(), StringIO(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    with deployed_stack() as stack, with_world(stack, world):
        with redirect_stdout(printed):
            play(stack)
        root.removeHandler(kept)
        root.setLevel(level)
        metrics = [json.loads(line) for line in printed.getvalue().splitlines()]
        yield Played(stack, metrics, kept.records, stack.said())


def play(stack: Stack) -> None:
    """Three reports fail on a closed project; a minute later it is opened.

    In between: a repeat, an event that can't be understood, one of a workspace that nobody knows.
    """
    for report_id in REPORTS:
        stack.fail(**{**FAILED, "reportId": report_id, "eventId": report_id})
    stack.fail(**{**FAILED, "eventId": "R00ROME00001"})
    stack.fail(**{**FAILED, "workspaceId": "NOBODYS", "reportId": UNKNOWN})
    stack.fail(version=1, errorMessage=FAILED["errorMessage"])
    stack.work()
    for _ in range(3):
        stack.pass_seconds(20)
    stack.reopen("4711")
    for _ in range(14):
        stack.pass_seconds(5)


def test_every_report_is_posted_once_when_its_project_is_open_again(played: Played) -> None:
    """Nobody lifts a finger but for the fix."""
    assert sorted(played.stack.postings()) == list(REPORTS)


def test_every_case_says_how_it_ended(played: Played) -> None:
    """By our attempt, which it recognises."""
    items = [played.stack.item(f"CASE#{WORKSPACE}#{r}", "CASE") for r in REPORTS]
    assert [item["phase"] for item in items] == ["resolved"] * 3
    assert {item["history"][-1]["detail"] for item in items} == {"by our attempt"}
    assert all("ttl" in item for item in items)


def test_each_person_gets_one_mail_before_and_one_after(played: Played) -> None:
    """The administrator, and the two submitters, who wait on one project."""
    got = Counter(mail.destinations["ToAddresses"][0] for mail in played.stack.mails())
    assert got == {NORA: 2, INES: 2, OMAR: 2}


def test_every_notice_is_on_a_topic_and_none_names_a_person(played: Played) -> None:
    """As many as there were mails; and what the operators hear of the unknown workspace."""
    notices = played.stack.topic("PeopleTopic")
    assert Counter(n["tone"] for n in notices) == {"reactivate": 1, "retag": 2, "done": 3}
    assert not [n for n in notices if INES in json.dumps({**n, "text": ""})]
    (fault,) = played.stack.topic("OperatorsTopic")
    assert (fault["tone"], fault["about"]) == ("setup_fault", "W#NOBODYS#unknown_workspace")


def test_the_bus_says_each_step_of_each_case(played: Played) -> None:
    """Opened, recovering, resolved: each under an id of its own."""
    ids = {(e["detail-type"], e["detail"]["id"]) for e in played.said}
    steps = Counter(name for name, _ in ids)
    assert steps["Case Opened"] == steps["Case Recovering"] == steps["Case Resolved"] == 3
    assert steps["Fix Requested"] == 3


def test_what_is_said_on_the_bus_fits_the_published_schemas(played: Played) -> None:
    """Both kinds of our own events."""
    assert played.said
    for event in played.said:
        of = "FixRequested" if event["detail-type"] == "Fix Requested" else "CaseEvent"
        jsonschema.validate(event["detail"], schemas()[of])
        assert event["source"] == "export-remediation"


def test_an_event_that_can_not_be_understood_is_kept_with_its_reason(played: Played) -> None:
    """As it came, and with the fields that are wrong."""
    (letter,) = played.stack.messages("IntakeDeadLetters")
    assert json.loads(letter["Body"])["detail"]["errorMessage"] == FAILED["errorMessage"]
    reason = letter["MessageAttributes"]["reason"]["StringValue"]
    assert "workspaceId: missing" in reason
    assert "Apollo" not in reason


def test_an_event_of_an_unknown_workspace_is_kept_for_a_while(played: Played) -> None:
    """Two weeks, under its workspace."""
    found = played.stack.deployment.table.scan()["Items"]
    (parked,) = [item for item in found if str(item["pk"]).startswith("PARKED#")]
    assert parked["pk"] == "PARKED#NOBODYS"
    assert UNKNOWN in str(parked["body"])
    assert int(str(parked["ttl"])) * 1000 > played.stack.clock()


def test_nothing_is_left_in_any_queue(played: Played) -> None:
    """What was to be done was done."""
    for queue in ("IntakeQueue", "WatchQueue", "RecoverQueue", "NotifyQueue"):
        assert played.stack.messages(queue) == []


# --- logs and metrics ----------------------------------------------------------------------------


SECRETS = (
    "acme.example",
    "@",
    "NS0770",
    "is not active",
    "Apollo",
    "Borealis",
    "Rome kick-off",
    "Oslo site visit",
    "Hotel",
    "439.5",
    "EUR",
    "NOK",
    "PEN",
    "sandbox-partner-secret",
    "sandbox-device-secret",
    "sandbox-app-password",
    "BEGIN PRIVATE",
    "Bearer",
    "authToken",
)
"""What people wrote, what it cost them, who they are, and what opens doors."""


def test_a_whole_story_logs_nothing_that_is_nobodys_business(played: Played) -> None:
    """Ids, codes and outcomes only, in whatever a function writes."""
    written = played.stack.log.getvalue()
    assert len(played.lines) > 30
    assert not [secret for secret in SECRETS if secret in written]


def test_no_library_logs_it_either(played: Played) -> None:
    """At the level at which Lambda keeps what they say."""
    said = [record.getMessage() for record in played.libraries]
    assert not [(s, line) for line in said for s in SECRETS if s in line]


def test_metrics_hold_nothing_that_is_nobodys_business(played: Played) -> None:
    """They are printed into the same log."""
    printed = json.dumps(played.metrics)
    assert not [secret for secret in SECRETS if secret in printed]


def test_every_look_and_every_message_is_a_line_of_the_log(played: Played) -> None:
    """With what it was about and what became of it."""
    taken = Counter(line["outcome"] for line in played.lines if line["message"] == "taken")
    assert taken == {"case": 4, "parked": 1, "dead letter": 1}
    looked = [line for line in played.lines if line["message"] == "looked"]
    assert {line["reconciler"] for line in looked} == {
        "watch", "recover", "notify", "detect",
    }  # fmt: skip
    assert {line["outcome"] for line in looked} <= {"looked", "satisfied"}
    assert all(line["key"] and line["function_request_id"] for line in looked)


def test_people_are_keys_in_the_log(played: Played) -> None:
    """Nobody reads an address from it; the operators have none."""
    keys = {line["key"] for line in played.lines if line.get("reconciler") == "notify"}
    people = keys - {OPERATORS}
    assert len(people) == 3
    assert all(len(key) == 32 for key in people)


def test_what_happens_is_counted(played: Played) -> None:
    """In CloudWatch's embedded format, under the stack's namespace."""
    names: Counter[str] = Counter()
    for line in played.metrics:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "ExportRemediation"
        assert line["service"] == "export-remediation"
        for metric in directive["Metrics"]:
            assert metric["Unit"] == "Count"
            names[metric["Name"]] += int(sum(line[metric["Name"]]))
    assert names["Intake case"] == 4
    assert names["Intake parked"] == names["Intake dead letter"] == 1
    assert names["watch looked"]
    assert names["recover looked"]
    assert names["notify looked"] >= 6
    assert names["Rows woken"] > 0


def test_every_function_emits_metrics(played: Played) -> None:
    """One line for each invocation."""
    assert len(played.metrics) == len(played.stack.invoked)
    assert set(played.stack.invoked) == {
        "intake", "watch", "recover", "notify", "detect", "sweep",
    }  # fmt: skip
