"""Notices as JSON on the topics."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from moto import mock_aws

from shared.adapters.sns import SnsChannel
from shared.adapters.sns.channel import _ascii
from shared.adapters.sns.message import message_of
from shared.contracts import notice_message
from shared.contracts.notice_message import NoticeMessage
from shared.domain.decide_notify import Letter
from shared.domain.notice import Role, Tone
from shared.domain.person import person_key
from shared.errors import PermanentError, RefusedError, ThrottledError
from tests.adapters.aws_kit import Failing, client, refusal
from tests.adapters.golden_kit import same_as_golden
from tests.adapters.mail_kit import (
    ACCOUNT,
    GOLDEN,
    INES,
    NORA,
    general,
    letter,
    many,
    project_url,
    settings_of,
    workspace,
)

SCHEMA = Path(notice_message.__file__).with_name("notice.schema.json")


def sent(of: Letter, **more: Any) -> dict[str, Any]:
    """The parameters of the one Publish."""
    failing = Failing()
    channel = SnsChannel(failing, "people", "operators", **more)  # type: ignore[arg-type]
    channel.send(of, settings_of(of))
    (call,) = failing.calls
    return call


def test_the_schema_is_the_models() -> None:
    """What is published for others to read is what the code sends."""
    schema = json.dumps(NoticeMessage.model_json_schema(by_alias=True), indent=2) + "\n"
    assert same_as_golden(SCHEMA, schema)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_notice_fits_the_schema(name: str) -> None:
    """All tones make valid messages, within what SNS takes."""
    call = sent(GOLDEN[name], account_settings=lambda _: ACCOUNT)
    jsonschema.validate(json.loads(call["Message"]), json.loads(SCHEMA.read_text("utf-8")))
    assert len(call["Message"].encode()) < 256 * 1024
    assert 0 < len(call["Subject"]) < 100


def test_a_message_says_what_the_mail_says_and_names_the_matter() -> None:
    """A bot can act on the fields and post the text."""
    call = sent(GOLDEN["reactivate"], account_settings=lambda _: ACCOUNT)
    message = json.loads(call["Message"])
    assert (message["version"], message["kind"], message["tone"]) == (1, "notice", "reactivate")
    assert (message["about"], message["epoch"], message["role"]) == ("P#4711", 1, "netsuite_admin")
    assert message["project"] == {
        "id": "4711",
        "name": "Apollo Rollout",
        "entityId": "P-4711",
        "customer": "Acme Corp",
        "status": "inactive",
        "closed": False,
        "owner": None,
        "url": project_url(GOLDEN["reactivate"]),
    }
    assert message["reports"][0] == {
        "reportId": "R00ROME00001",
        "name": "Rome kick-off",
        "sums": [{"currency": "EUR", "minor": 43950}],
    }
    assert (message["reportCount"], message["people"]) == (2, 2)
    assert message["project"]["url"] in message["text"]


def test_an_inactive_owner_is_named_in_fields_of_its_own() -> None:
    """And the projects that a label can mean are described."""
    message = json.loads(sent(GOLDEN["reactivate-customer"])["Message"])
    assert message["project"]["owner"] == {"kind": "customer", "id": "88", "name": "Acme Corp"}
    choices = json.loads(sent(GOLDEN["alias-ambiguous"])["Message"])["choices"]
    assert choices[1] == "4720: Internal (P-4720, customer Beta Ltd)"


def test_without_a_project_there_is_none_in_the_message() -> None:
    """A workspace's matter has no project; a topic without account settings has no link."""
    assert json.loads(sent(GOLDEN["sync_stuck"])["Message"])["project"] is None
    assert json.loads(sent(GOLDEN["reactivate"])["Message"])["project"]["url"] is None


@pytest.mark.parametrize("name", GOLDEN)
def test_no_address_is_on_a_topic(name: str) -> None:
    """The person's key stands for the person; reports don't say whose they are."""
    of = GOLDEN[name]
    call = sent(of)
    assert INES not in str(call)
    assert NORA not in str(call)
    assert json.loads(call["Message"])["personKey"] == person_key(of.notice.person)


def test_a_storm_is_cut_and_counted() -> None:
    """Thousands of reports with the longest names and messages still fit into 256 KB."""
    reports = [replace(r, name="🧾" * 500, detail="🧾" * 5000 + r.report_id) for r in many(5000)]
    of = letter(Tone.NEEDS_PERSON, Role.WORKSPACE_ADMIN, general(*reports), about="W#WS#x")
    message = message_of(of, workspace(), None)
    assert (len(message.reports), message.report_count) == (100, 5000)
    assert len(message.model_dump_json().encode()) < 256 * 1024


@mock_aws
def test_people_and_operators_have_topics_of_their_own() -> None:
    """Operators' notices go to theirs, everybody else's to the people's, with filterable attributes."""
    sns, sqs = client("sns"), client("sqs")
    topics, queues = {}, {}
    for name in ("people", "operators"):
        topics[name] = sns.create_topic(Name=name)["TopicArn"]
        queues[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queues[name], AttributeNames=["QueueArn"])
        endpoint = arn["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topics[name], Protocol="sqs", Endpoint=endpoint)
    channel = SnsChannel(sns, topics["people"], topics["operators"])
    channel.send(GOLDEN["retag"], workspace())
    channel.send(GOLDEN["setup_fault"], workspace())

    def received(name: str) -> dict[str, Any]:
        (only,) = sqs.receive_message(QueueUrl=queues[name], MaxNumberOfMessages=10)["Messages"]
        return dict(json.loads(only["Body"]))

    assert json.loads(received("people")["Message"])["tone"] == "retag"
    told = received("operators")
    assert told["Subject"] == "Set-up: NetSuite refuses our login (1234567_SB1)"
    assert {name: each["Value"] for name, each in told["MessageAttributes"].items()} == {
        "tone": "setup_fault",
        "role": "operator",
        "workspaceId": "A1B2C3D4E5F60718",
        "accountId": "1234567_SB1",
    }


def test_an_empty_attribute_is_left_out() -> None:
    """SNS refuses the whole message for one."""
    of = GOLDEN["sync_stuck"]
    call = sent(replace(of, notice=replace(of.notice, account_id="")))
    assert set(call["MessageAttributes"]) == {"tone", "role", "workspaceId"}


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("“Café” isn’t open…", '"Cafe" isn\'t open...'),
        ("プロジェクト waits", "waits"),
        ("x" * 120, "x" * 99),
    ],
)
def test_subjects_are_ascii(subject: str, plain: str) -> None:
    """SNS takes nothing else, and less than 100 characters."""
    assert _ascii(subject) == plain


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Throttled", ThrottledError),
        ("KMSThrottling", ThrottledError),
        ("AuthorizationError", RefusedError),
        ("KMSAccessDenied", RefusedError),
        ("InvalidParameter", PermanentError),
    ],
)
def test_a_refused_message_is_told_apart(code: str, expected: type[Exception]) -> None:
    """What may pass is tried again; the rest is a set-up fault or a mistake."""
    channel = SnsChannel(Failing(refusal(code)), "people", "operators")  # type: ignore[arg-type]
    with pytest.raises(expected) as caught:
        channel.send(GOLDEN["retag"], workspace())
    assert type(caught.value) is expected
