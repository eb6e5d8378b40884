import pytest

from tests.template.reading import resources, target

ALARMS = resources("AWS::CloudWatch::Alarm")


def test_every_dead_letter_queue_has_an_alarm_on_its_depth() -> None:
    """On depth: NumberOfMessagesSent does not count what a redrive policy moves."""
    watched = {
        target(alarm["Dimensions"][0]["Value"])
        for alarm in ALARMS.values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        and (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    }
    queues = {name for name in resources("AWS::SQS::Queue") if name.endswith("DeadLetters")}
    assert watched == queues


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_alarm_reaches_the_operators(name: str) -> None:
    """An alarm that tells nobody is none."""
    assert [target(action) for action in ALARMS[name]["AlarmActions"]] == ["OperatorsTopic"]


def test_silence_of_the_sweep_is_an_alarm() -> None:
    """No data means that it does not run."""
    alarm = ALARMS["SweepSilentAlarm"]
    assert alarm["TreatMissingData"] == "breaching"
    assert target(alarm["Dimensions"][0]["Value"]) == "SweepFunction"


@pytest.mark.parametrize(
    ("name", "metric"), [("WebhookFailsAlarm", "Url5xxCount"), ("WebhookFloodedAlarm", "Throttles")]
)
def test_a_webhook_that_turns_good_deliveries_away_is_an_alarm(name: str, metric: str) -> None:
    """The first one: its sender may give up."""
    alarm = ALARMS[name]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", metric)
    assert target(alarm["Dimensions"][0]["Value"]) == "WebhookFunction"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanOrEqualToThreshold", 1)


def test_alarms_may_use_the_topics_key() -> None:
    """CloudWatch can't publish to a topic under AWS's own key, whose policy nobody can change."""
    topics = resources("AWS::SNS::Topic")
    assert {target(topic["KmsMasterKeyId"]) for topic in topics.values()} == {"TopicKey"}
    key = resources("AWS::KMS::Key")["TopicKey"]
    principals = [each["Principal"] for each in key["KeyPolicy"]["Statement"]]
    assert {"Service": "cloudwatch.amazonaws.com"} in principals
    assert key["EnableKeyRotation"] is True
