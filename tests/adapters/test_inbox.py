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


class Counting:
    """Takes every entry, but for those whose detail says otherwise."""

    def __init__(self) -> None:
        self.calls: list[list[Any]] = []

    def put_events(self, Entries: list[Any]) -> Any:  # noqa: N803
        self.calls.append(Entries)
        failed = ["no" in json.loads(entry["Detail"]) for entry in Entries]
        codes = [{"ErrorCode": "InternalFailure"} if f else {"EventId": "1"} for f in failed]
        return {"FailedEntryCount": sum(failed), "Entries": codes}


@pytest.mark.parametrize(
    ("number", "size", "calls"), [(0, 1, []), (25, 1, [10, 10, 5]), (3, 90_000, [2, 1])]
)
def test_many_messages_go_in_as_few_calls_as_may_be(
    number: int, size: int, calls: list[int]
) -> None:
    """Ten a call, and not more than AWS takes at once; in their order."""
    bus: Any = Counting()
    messages = [
        Message("expensify", "X", {"n": n, "text": "é" * (size // 2)}) for n in range(number)
    ]
    EventBridgeInbox(bus, "ours").put(*messages)
    assert [len(call) for call in bus.calls] == calls
    entries = [entry for call in bus.calls for entry in call]
    assert [json.loads(entry["Detail"])["n"] for entry in entries] == list(range(number))


def test_one_that_is_not_taken_keeps_no_other_back() -> None:
    """Every call is made before the refusal is raised."""
    bus: Any = Counting()
    messages = [Message("expensify", "X", {"no": 1} if n == 3 else {"n": n}) for n in range(12)]
    with pytest.raises(TransientError):
        EventBridgeInbox(bus, "ours").put(*messages)
    assert [len(call) for call in bus.calls] == [10, 2]
