"""Every sample under `events/`, fed to the very function that gets it, with the real bootstrap."""

import importlib
import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import jsonschema
import pytest
from moto import mock_aws

from scripts.write_events import EVENTS, FAILED, rendered, samples
from shared.bootstrap import common, intake, notify, outside, recover, sweep, watch
from shared.contracts.settings import AccountSettings, WorkspaceSettings
from shared.observability import logger
from shared.ports import Reconciler
from tests.contract.kit import create_table

ACCOUNT, WORKSPACE, REPORT = "1234567_SB1", "A1B2C3D4E5F60718", "R00ROME00001"
CLOSED = "http://127.0.0.1:9"  # nothing listens there: what leaves AWS is refused at once
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
    aws_request_id="r",
)


class Cloud:
    """What a deployment holds, as the handlers find it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sqs = boto3.client("sqs", region_name="us-east-1")
        self.table = create_table(boto3.resource("dynamodb", region_name="us-east-1"), "table")
        self.dead = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        fifo = {"FifoQueue": "true"}
        self.queues = {
            who: self.sqs.create_queue(QueueName=f"{who}.fifo", Attributes=fifo)["QueueUrl"]
            for who in Reconciler
        }
        sns = boto3.client("sns", region_name="us-east-1")
        bus = boto3.client("events", region_name="us-east-1").create_event_bus(Name="bus")
        values = {
            "AWS_DEFAULT_REGION": "us-east-1",
            "TABLE_NAME": "table",
            "BUS_NAME": bus["EventBusArn"].rpartition("/")[2],
            "INTAKE_DLQ_URL": self.dead,
            "MAIL_SENDER": "remediation@acme.example",
            "PEOPLE_TOPIC_ARN": sns.create_topic(Name="people")["TopicArn"],
            "OPERATORS_TOPIC_ARN": sns.create_topic(Name="operators")["TopicArn"],
            "POWERTOOLS_METRICS_NAMESPACE": "Test",
            "POWERTOOLS_SERVICE_NAME": "test",
            **{f"{who.upper()}_QUEUE_URL": url for who, url in self.queues.items()},
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        self._configure()

    def _configure(self) -> None:
        account = AccountSettings.model_validate(
            {"account_id": ACCOUNT, "secret": "s", "api_url": CLOSED}
        )
        urls = {"integration_url": CLOSED, "app_url": CLOSED}
        workspace = WorkspaceSettings.model_validate(
            {
                "workspace_id": WORKSPACE,
                "name": "Acme",
                "account_id": ACCOUNT,
                "mode": "auto",
                "people": {
                    "netsuite_admins": ["nora@acme.example"],
                    "workspace_admins": ["wim@acme.example"],
                    "allowed_domains": ["acme.example"],
                },
                "expensify": {"secret": "s", **urls},
            }
        )
        for key, one in ((f"ACCOUNT#{ACCOUNT}", account), (f"WS#{WORKSPACE}", workspace)):
            body = one.model_dump_json(exclude_unset=True)
            self.table.put_item(Item={"pk": "SETTINGS", "sk": key, "body": body, "revision": 1})

    def case(self) -> dict[str, Any]:
        key = {"pk": f"CASE#{WORKSPACE}#{REPORT}", "sk": "CASE"}
        return dict(self.table.get_item(Key=key).get("Item", {}))

    def woken(self, who: Reconciler) -> list[str]:
        answer = self.sqs.receive_message(QueueUrl=self.queues[who], MaxNumberOfMessages=10)
        return [json.loads(m["Body"])["key"] for m in answer.get("Messages", [])]

    def row(self, who: Reconciler, key: str) -> dict[str, Any]:
        found = self.table.get_item(Key={"pk": f"ROW#{who}#{key}", "sk": "ROW"})
        return dict(found.get("Item", {}))


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """The bootstrap's caches last as long as a warm function; here, as long as a test."""
    with mock_aws():
        yield Cloud(monkeypatch)
    for module in (common, intake, notify, outside, recover, sweep, watch):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


def run(sample: str) -> Any:
    """The sample, through the handler that its folder names."""
    event = json.loads((EVENTS / sample).read_text(encoding="utf-8"))
    handler = importlib.import_module(f"handlers.{sample.split('/', maxsplit=1)[0]}").handler
    return handler(event, CONTEXT)


def test_the_files_are_what_the_contracts_say() -> None:
    """Golden samples and schemas are written by one script; what it writes is what is there."""
    there = {str(p.relative_to(EVENTS)): p for p in EVENTS.rglob("*.json")}
    assert {name: path.read_text(encoding="utf-8") for name, path in there.items()} == {
        name: rendered(content) for name, content in samples().items()
    }


def test_the_schema_takes_the_golden_detail() -> None:
    """And refuses one without a message."""
    schema = samples()["schemas/ReportExportFailed.v1.json"]
    jsonschema.validate(FAILED, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({k: v for k, v in FAILED.items() if k != "errorMessage"}, schema)


@pytest.mark.parametrize("sample", ["report-export-failed.v1", "report-export-failed-smallest.v1"])
def test_a_failure_becomes_a_case_and_two_wake_ups(cloud: Cloud, sample: str) -> None:
    """The report's workspace and its account are looked at."""
    assert run(f"intake/{sample}.json") == {"batchItemFailures": []}
    assert cloud.case()["labels"][0]["text"] == "Apollo Rollout"
    assert cloud.woken(Reconciler.RECOVER) == [WORKSPACE]
    assert cloud.woken(Reconciler.WATCH) == [ACCOUNT]
    assert cloud.row(Reconciler.RECOVER, WORKSPACE)["due"]


def test_another_code_is_a_case_for_people(cloud: Cloud) -> None:
    """No project is looked up for it."""
    run("intake/report-export-failed-other-code.v1.json")
    assert (cloud.case()["kind"], cloud.case()["phase"]) == ("other", "needs_person")
    assert "labels" not in cloud.case()


def test_what_is_malformed_lies_in_the_dead_letter_queue_with_its_reason(cloud: Cloud) -> None:
    """Readable beside the message, and the batch goes on."""
    assert run("intake/report-export-failed-malformed.v1.json") == {"batchItemFailures": []}
    (letter,) = cloud.sqs.receive_message(QueueUrl=cloud.dead, MessageAttributeNames=["All"])[
        "Messages"
    ]
    reason = letter["MessageAttributes"]["reason"]["StringValue"]
    assert "detail.reportId: missing" in reason


def test_hints_wake(cloud: Cloud) -> None:
    """A changed report its workspace, a changed project its account."""
    run("intake/report-changed.v1.json")
    run("intake/project-changed.v1.json")
    assert cloud.woken(Reconciler.RECOVER) == [WORKSPACE]
    assert cloud.woken(Reconciler.WATCH) == [ACCOUNT]


@pytest.mark.parametrize("who", list(Reconciler))
def test_a_wake_up_is_a_look(cloud: Cloud, who: Reconciler) -> None:
    """It ends with when to look next, or never; and the row remembers that it was looked at."""
    run(f"{who}/wake-up.v1.json")
    assert len(cloud.table.scan()["Items"]) >= 3


def test_a_message_that_is_tried_again_is_the_only_one_to_fail(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that can't be stored comes back by itself."""
    cloud.table.delete()
    answer = run("intake/report-export-failed.v1.json")
    assert [f["itemIdentifier"] for f in answer["batchItemFailures"]] == [
        "059f36b4-87a3-44ab-83d2-661975830a7d"
    ]


def test_the_sweep_wakes_what_is_due(cloud: Cloud) -> None:
    """And claims it, so that the next sweep doesn't wake it again."""
    common.rows().pull(Reconciler.RECOVER, WORKSPACE, 1)
    assert run("sweep/schedule.v1.json") == {"woken": 1}
    assert cloud.woken(Reconciler.RECOVER) == [WORKSPACE]
    assert run("sweep/schedule.v1.json") == {"woken": 0}


def test_broken_settings_do_not_block_the_queue(cloud: Cloud) -> None:
    """The look is put off; the message isn't delivered again."""
    cloud.table.put_item(Item={"pk": "SETTINGS", "sk": f"WS#{WORKSPACE}", "body": "{}"})
    run("recover/wake-up.v1.json")
    assert cloud.row(Reconciler.RECOVER, WORKSPACE)["due"] > common.clock()


def test_logs_hold_no_address_no_amount_and_no_message(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids, codes, phases and outcomes only (invariant 10)."""
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    for sample in ("report-export-failed.v1", "report-export-failed-malformed.v1"):
        run(f"intake/{sample}.json")
    for who in Reconciler:
        run(f"{who}/wake-up.v1.json")
    assert written.getvalue().count('"outcome"') == 5
    for secret in ("@acme.example", "Apollo", "not active", "412", "Rome", "Hotel"):
        assert secret not in written.getvalue()
