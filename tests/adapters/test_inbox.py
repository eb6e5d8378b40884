"""What others say, on EventBridge."""

import json
from typing import Any

import pytest
from moto import mock_aws

from shared.adapters.bus import EventBridgeInbox
from shared.domain.delivery import Message
from shared.errors import PermanentError, RefusedError, ThrottledError, TransientError
from tests.adapters.aws_kit import Failing, client, refusal
from tests.deliveries import FAILED

MESSAGE = Message("expensify", "Report Export Failed", FAILED, workspace_id="WS1")


@mock_aws
def test_a_message_arrives_under_its_own_source() -> None:
    """A rule on our bus sees what anybody else's event would look like."""
    events, queues = client("events"), client("sqs")
    url = queues.create_queue(QueueName="seen")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.create_event_bus(Name="ours")
    pattern = json.dumps({"source": ["expensify"]})
    events.put_rule(Name="all", EventBusName="ours", EventPattern=pattern)
    target = {"Id": "seen", "Arn": arn["QueueArn"]}
    events.put_targets(Rule="all", EventBusName="ours", Targets=[target])

    EventBridgeInbox(events, "ours").put(MESSAGE)

    seen = json.loads(queues.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    assert (seen["source"], seen["detail-type"]) == ("expensify", "Report Export Failed")
    assert seen["detail"] == FAILED


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ThrottlingException", ThrottledError),
        ("InternalFailure", TransientError),
        ("MalformedDetail", PermanentError),
    ],
)
def test_a_message_that_was_not_taken_is_raised(code: str, expected: type[Exception]) -> None:
    """The call succeeds although its entry failed."""
    answer: Any = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code}]}
    bus: Any = Failing(None, answer=answer)
    with pytest.raises(expected) as caught:
        EventBridgeInbox(bus, "ours").put(MESSAGE)
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ThrottlingException", ThrottledError), ("AccessDeniedException", RefusedError)],
)
def test_a_failed_call_is_raised_by_its_code(code: str, expected: type[Exception]) -> None:
    """As everywhere."""
    bus: Any = Failing(refusal(code))
    with pytest.raises(expected):
        EventBridgeInbox(bus, "ours").put(MESSAGE)
