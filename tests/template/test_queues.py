from typing import Any

import pytest

from tests.template.reading import functions, listed, queue_event, resources, target

QUEUES = resources("AWS::SQS::Queue")
DEAD_LETTERS = {name for name in QUEUES if name.endswith("DeadLetters")}
WORKING = sorted(set(QUEUES) - DEAD_LETTERS)
READERS = {
    name: event for name, function in functions().items() if (event := queue_event(function))
}
FOURTEEN_DAYS = 14 * 24 * 3600


@pytest.mark.parametrize("name", WORKING)
def test_working_queue_has_dead_letters_of_its_own_kind(name: str) -> None:
    """What fails five times is set aside, into a FIFO queue from a FIFO queue."""
    redrive = QUEUES[name]["RedrivePolicy"]
    dead = target(redrive["deadLetterTargetArn"])
    assert redrive["maxReceiveCount"] == 5
    assert dead in DEAD_LETTERS
    assert QUEUES[dead].get("FifoQueue") == QUEUES[name].get("FifoQueue")


def test_dead_letters_are_not_shared() -> None:
    """A dead letter's queue says which function could not take it."""
    dead = [target(QUEUES[name]["RedrivePolicy"]["deadLetterTargetArn"]) for name in WORKING]
    assert len(dead) == len(set(dead))
    assert set(dead) == DEAD_LETTERS - {"DeliveryDeadLetters"}


@pytest.mark.parametrize("name", sorted(QUEUES))
def test_queue_is_encrypted(name: str) -> None:
    """Events carry names and amounts."""
    assert QUEUES[name]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("name", sorted({*DEAD_LETTERS, "IntakeQueue"}))
def test_what_may_have_to_wait_for_a_person_is_kept_for_fourteen_days(name: str) -> None:
    """The longest that SQS keeps anything."""
    assert QUEUES[name]["MessageRetentionPeriod"] == FOURTEEN_DAYS


@pytest.mark.parametrize("name", sorted(READERS))
def test_visibility_is_six_times_the_timeout(name: str) -> None:
    """No message is handed to a second run while the first may still be at work."""
    queue = QUEUES[target(READERS[name]["Queue"])]
    assert queue["VisibilityTimeout"] >= 6 * functions()[name]["Timeout"]


@pytest.mark.parametrize("name", sorted(READERS))
def test_queue_reader_says_which_messages_failed(name: str) -> None:
    """Those that went well are not delivered again."""
    assert READERS[name]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("name", ["WatchQueue", "RecoverQueue", "NotifyQueue", "DetectQueue"])
def test_wake_up_queue_is_a_lock_per_key(name: str) -> None:
    """FIFO, without content deduplication, which would drop wake-ups that are needed."""
    queue = QUEUES[name]
    assert queue["FifoQueue"] is True
    assert queue["ContentBasedDeduplication"] is False
    assert queue["QueueName"]["Fn::Sub"].endswith(".fifo")
    assert queue["DelaySeconds"] == {"Ref": "GatherSeconds"}


@pytest.mark.parametrize("name", ["WatchFunction", "RecoverFunction", "NotifyFunction"])
def test_reconciler_takes_one_wake_up_at_a_time_and_few_keys_at_once(name: str) -> None:
    """A bigger batch would mix keys; unbounded concurrency would reach the outside world."""
    event = READERS[name]
    assert event["BatchSize"] == 1
    assert event["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "ReconcilerConcurrency"}}


def test_every_working_queue_is_read_by_one_function() -> None:
    """Nothing is sent where nobody reads."""
    assert sorted(target(event["Queue"]) for event in READERS.values()) == WORKING


def test_every_queue_refuses_calls_without_tls() -> None:
    """Each queue stands under exactly one policy, and each policy denies plain HTTP."""
    policies = resources("AWS::SQS::QueuePolicy")
    covered = [target(queue) for policy in policies.values() for queue in policy["Queues"]]
    assert sorted(covered) == sorted(QUEUES)
    assert all(_denies_plain_http(policy) for policy in policies.values())


def _denies_plain_http(policy: dict[str, Any]) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in listed(policy["PolicyDocument"]["Statement"])
    )
