"""Wake-ups and dead letters on SQS."""

import json
import re
from typing import Any

import pytest

from shared.adapters.queues import SqsDeadLetters, SqsWakes
from shared.adapters.queues.wakes import group_of
from shared.errors import TransientError
from shared.ports import Reconciler
from tests.adapters.aws_kit import Failing, aws, timeout

ATTRIBUTES = {
    "AttributeNames": ["All"],
    "MessageAttributeNames": ["All"],
    "MaxNumberOfMessages": 10,
}


def fifo(sqs: Any, name: str) -> str:
    return str(
        sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    )


def messages(sqs: Any, url: str) -> list[dict[str, Any]]:
    return list(sqs.receive_message(QueueUrl=url, **ATTRIBUTES).get("Messages", []))


def test_a_wake_up_goes_to_its_reconcilers_queue_with_its_key_as_group() -> None:
    """The body is a key and nothing else; the group is what keeps one look per key at a time."""
    with aws("sqs") as sqs:
        urls = {who: fifo(sqs, who) for who in Reconciler}
        SqsWakes(sqs, urls).wake(Reconciler.RECOVER, "WS1")
        found = messages(sqs, urls[Reconciler.RECOVER])
        assert [json.loads(m["Body"]) for m in found] == [{"version": 1, "key": "WS1"}]
        assert found[0]["Attributes"]["MessageGroupId"] == "WS1"
        assert messages(sqs, urls[Reconciler.WATCH]) == []


def test_equal_wake_ups_are_all_kept() -> None:
    """Each has an id of its own, so that the queue doesn't drop one that is needed."""
    with aws("sqs") as sqs:
        url = fifo(sqs, "watch")
        wakes = SqsWakes(sqs, {Reconciler.WATCH: url})
        for _ in range(3):
            wakes.wake(Reconciler.WATCH, "1234567_SB1")
        assert len({m["Attributes"]["MessageDeduplicationId"] for m in messages(sqs, url)}) == 3


@pytest.mark.parametrize("key", ["Kunde Ä", "two words", "k" * 129, "line\nbreak"])
def test_a_key_that_can_be_no_group_is_stood_for(key: str) -> None:
    """The same key always has the same group, other keys have others; the body keeps the key."""
    assert re.fullmatch("[0-9a-f]{64}", group_of(key))
    assert group_of(key) == group_of(key) != group_of(key + "x")
    with aws("sqs") as sqs:
        url = fifo(sqs, "watch")
        SqsWakes(sqs, {Reconciler.WATCH: url}).wake(Reconciler.WATCH, key)
        assert json.loads(messages(sqs, url)[0]["Body"])["key"] == key


def test_a_wake_up_that_could_not_be_sent_is_transient() -> None:
    """The row is due anyway; whoever asked may try again."""
    with pytest.raises(TransientError):
        SqsWakes(Failing(timeout()), {Reconciler.WATCH: "url"}).wake(Reconciler.WATCH, "1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("MalformedError: detail.reportId: missing", "MalformedError: detail.reportId: missing"),
        ("a\x00b\r\nc\ufffe", "a b  c"),
        ("x" * 300, "x" * 256),
        ("", "no reason given"),
    ],
)
def test_a_dead_letter_keeps_its_body_and_shows_the_reason(reason: str, kept: str) -> None:
    """The body is as it came, whatever it is; the reason is cut to what an attribute may hold."""
    body = '{"not": "cut", "é": "' + "y" * 5000 + '"'
    with aws("sqs") as sqs:
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        SqsDeadLetters(sqs, url).put(body, reason)
        (found,) = messages(sqs, url)
        assert found["Body"] == body
        assert found["MessageAttributes"]["reason"]["StringValue"] == kept


def test_a_dead_letter_that_could_not_be_kept_is_transient() -> None:
    """The message must be delivered again rather than be lost."""
    with pytest.raises(TransientError):
        SqsDeadLetters(Failing(timeout()), "url").put("{}", "no")  # type: ignore[arg-type]
