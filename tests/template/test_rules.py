from typing import Any

import pytest

from tests.template.reading import resources, target

RULES = resources("AWS::Events::Rule")
OWN_SOURCE = "export-remediation"
TARGETS = [(name, aim) for name, rule in RULES.items() for aim in rule["Targets"]]


def test_rules_take_the_three_public_events_and_nothing_else() -> None:
    """The public contract: who says what. Our own events never come back in."""
    taken = {
        (source, what)
        for rule in RULES.values()
        for source in rule["EventPattern"]["source"]
        for what in rule["EventPattern"]["detail-type"]
    }
    assert taken == {
        ("expensify", "Report Export Failed"),
        ("expensify", "Report Changed"),
        ("netsuite", "Project Changed"),
    }
    assert OWN_SOURCE not in {source for source, _ in taken}


@pytest.mark.parametrize("name", sorted(RULES))
def test_rule_listens_to_our_own_bus(name: str) -> None:
    """Events of the account's default bus are none of our business."""
    assert RULES[name]["EventBusName"] == {"Ref": "Bus"}


@pytest.mark.parametrize(("name", "aim"), TARGETS)
def test_delivery_is_retried_for_a_day_and_then_kept(name: str, aim: dict[str, Any]) -> None:
    """An event that can't be delivered is not lost."""
    assert target(aim["Arn"]) == "IntakeQueue", name
    assert target(aim["DeadLetterConfig"]["Arn"]) == "DeliveryDeadLetters"
    assert aim["RetryPolicy"] == {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}


@pytest.mark.parametrize("policy", ["IntakeQueuePolicy", "DeliveryDeadLettersPolicy"])
def test_only_our_rules_may_send(policy: str) -> None:
    """EventBridge serves everybody; without the condition any account's rule could send."""
    document = resources("AWS::SQS::QueuePolicy")[policy]["PolicyDocument"]
    (allowed,) = [each for each in document["Statement"] if each["Effect"] == "Allow"]
    sources = allowed["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert sorted(target(arn) for arn in sources) == sorted(RULES)
