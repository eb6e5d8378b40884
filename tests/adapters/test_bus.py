"""Our events on EventBridge."""

import json
from typing import Any

import pytest
from moto import mock_aws

from shared.adapters.bus import EventBridgeBus
from shared.errors import PermanentError, ThrottledError, TransientError
from shared.ports import Announcement
from tests.adapters.aws_kit import Failing, client, refusal


def announcements(number: int) -> list[Announcement]:
    return [
        Announcement("Case Opened", f"WS1/R{i}/1/1", {"reportId": f"R{i}"}) for i in range(number)
    ]


class Taking:
    """A bus that refuses chosen entries, and remembers how many came in each call."""

    def __init__(self, **refused: str) -> None:
        self.refused = refused
        self.entries: list[dict[str, Any]] = []
        self.sizes: list[int] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.sizes.append(len(Entries))
        self.entries += Entries
        results = [self._result(json.loads(entry["Detail"])["reportId"]) for entry in Entries]
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedEntryCount": failed, "Entries": results}

    def _result(self, report: str) -> dict[str, str]:
        return {"ErrorCode": self.refused[report]} if report in self.refused else {"EventId": "1"}


@mock_aws
def test_an_event_arrives_with_source_type_version_and_id() -> None:
    """A rule on our bus sees the announcement in the envelope that the contract promises."""
    events, queues = client("events"), client("sqs")
    url = queues.create_queue(QueueName="seen")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.create_event_bus(Name="ours")
    pattern = json.dumps({"source": ["export-remediation"]})
    events.put_rule(Name="all", EventBusName="ours", EventPattern=pattern)
    target = {"Id": "seen", "Arn": arn["QueueArn"]}
    events.put_targets(Rule="all", EventBusName="ours", Targets=[target])

    EventBridgeBus(events, "ours").publish([Announcement("Case Opened", "WS1/R1/1/1", {"at": 5})])

    seen = json.loads(queues.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    assert (seen["source"], seen["detail-type"]) == ("export-remediation", "Case Opened")
    assert seen["detail"] == {"version": 1, "id": "WS1/R1/1/1", "at": 5}


def test_nothing_to_say_is_no_call() -> None:
    """PutEvents without an entry would be refused."""
    bus = Taking()
    EventBridgeBus(bus, "ours").publish([])  # type: ignore[arg-type]
    assert bus.sizes == []


def test_many_events_go_in_calls_of_ten() -> None:
    """All arrive, in order, no call with more than PutEvents takes."""
    bus = Taking()
    EventBridgeBus(bus, "ours").publish(announcements(23))  # type: ignore[arg-type]
    assert bus.sizes == [10, 10, 3]
    assert [json.loads(e["Detail"])["id"] for e in bus.entries] == [a.id for a in announcements(23)]


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ({"R3": "ThrottlingException"}, ThrottledError),
        ({"R3": "InternalFailure"}, TransientError),
        ({"R3": "MalformedDetail", "R4": "InternalFailure"}, TransientError),
        ({"R3": "MalformedDetail"}, PermanentError),
    ],
)
def test_an_event_that_was_not_taken_is_raised(
    refused: dict[str, str], expected: type[Exception]
) -> None:
    """The call succeeds although entries in it failed: each one's own code decides."""
    with pytest.raises(expected) as caught:
        EventBridgeBus(Taking(**refused), "ours").publish(announcements(9))  # type: ignore[arg-type]
    assert type(caught.value) is expected


def test_one_refusal_does_not_keep_the_others_back() -> None:
    """The later chunks are still put: what waits for a repeat is as little as possible."""
    bus = Taking(R3="InternalFailure")
    with pytest.raises(TransientError):
        EventBridgeBus(bus, "ours").publish(announcements(15))  # type: ignore[arg-type]
    assert bus.sizes == [10, 5]


def test_a_failed_call_is_transient() -> None:
    """A throttled PutEvents is tried again with everything else."""
    failing = Failing(refusal("ThrottlingException"))
    with pytest.raises(ThrottledError):
        EventBridgeBus(failing, "ours").publish(announcements(1))  # type: ignore[arg-type]
