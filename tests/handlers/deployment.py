"""The template's resources in moto, and each function with the environment that it is given there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from tests.contract.kit import create_table
from tests.template.reading import environment, functions, resources, template

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

REGION = "eu-west-1"
STACK = "stack"
WITNESS = "witness"
"""A queue of the tests' own, which hears what the service says on its bus."""

PARAMETERS = {"GatherSeconds": "0"}
"""No wake-up waits in its queue; every other parameter has its default."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """`refs`: what `!Ref` gives, `arns`: what `!GetAtt X.Arn` gives, by logical id."""

    refs: dict[str, str]
    arns: dict[str, str]
    table: "Table"

    def empty(self) -> None:
        """What is in the resources goes, without a call for each item; the resources stay."""
        _in(dynamodb_backends).tables[self.table.name].items.clear()
        for queue in _in(sqs_backends).queues.values():
            queue.last_purged_at = None  # one purge a minute is allowed
            _in(sqs_backends).purge_queue(queue.name)
        for topic in _in(sns_backends).topics.values():
            topic.sent_notifications.clear()
        _in(ses_backends).sent_messages.clear()
        _in(secretsmanager_backends).secrets.clear()

    def variables(self, function: str) -> dict[str, str]:
        """Of the function of this logical id, as CloudFormation would resolve them."""
        return {name: self.value(v) for name, v in environment(functions()[function]).items()}

    def value(self, given: Any) -> str:
        if not isinstance(given, dict):
            return str(given).lower() if isinstance(given, bool) else str(given)
        ((how, what),) = given.items()
        if how == "Ref":
            return self.refs[what]
        if how == "Fn::GetAtt":
            return self.arns[what[0]]
        assert how == "Fn::Sub"
        return str(what).replace("${AWS::StackName}", STACK)


@contextmanager
def deployed() -> Iterator[Deployment]:
    """Empty, and gone afterwards."""
    with mock_aws():
        table = create_table(_dynamodb(), STACK)
        parameters = template()["Parameters"].items()
        defaults = {name: str(each.get("Default", "")) for name, each in parameters}
        refs = {"AWS::StackName": STACK, "Table": table.name, **defaults, **PARAMETERS}
        deployment = Deployment(refs, {}, table)
        _queues(deployment)
        _topics(deployment)
        _bus(deployment)
        _sender(deployment)
        yield deployment


def _in(backends: Any) -> Any:
    return backends[DEFAULT_ACCOUNT_ID][REGION]


@cache
def client(service: str) -> Any:
    """Kept: a client of moto's holds nothing of what is deployed."""
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


@cache
def _dynamodb() -> "DynamoDBServiceResource":
    return boto3.resource("dynamodb", region_name=REGION)


def _queues(to: Deployment) -> None:
    """Dead-letter queues first: the others name them."""
    sqs = client("sqs")
    found = resources("AWS::SQS::Queue").items()
    for name, properties in sorted(found, key=lambda each: "RedrivePolicy" in each[1]):
        given = {key: value for key, value in properties.items() if key != "QueueName"}
        attributes = {key: _attribute(to, value) for key, value in given.items()}
        # Only what is true may be said of a queue that is no FIFO queue.
        named = {key: value for key, value in attributes.items() if value != "false"}
        url = sqs.create_queue(QueueName=to.value(properties["QueueName"]), Attributes=named)
        _queue(to, name, url["QueueUrl"])
    _queue(to, WITNESS, sqs.create_queue(QueueName=WITNESS)["QueueUrl"])


def _queue(to: Deployment, name: str, url: str) -> None:
    asked = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    to.refs[name], to.arns[name] = url, asked["Attributes"]["QueueArn"]


def _attribute(to: Deployment, value: Any) -> str:
    if isinstance(value, dict) and "deadLetterTargetArn" in value:
        arn, tries = to.value(value["deadLetterTargetArn"]), value["maxReceiveCount"]
        return f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": {tries}}}'
    return to.value(value)


def _topics(to: Deployment) -> None:
    for name in resources("AWS::SNS::Topic"):
        to.refs[name] = client("sns").create_topic(Name=name)["TopicArn"]


def _bus(to: Deployment) -> None:
    """With the template's rules, and one more for the witness."""
    events = client("events")
    to.refs["Bus"] = STACK
    events.create_event_bus(Name=STACK)
    for name, rule in resources("AWS::Events::Rule").items():
        _rule(name, rule["EventPattern"], [to.value(t["Arn"]) for t in rule["Targets"]])
    _rule(WITNESS, {"source": ["export-remediation"]}, [to.arns[WITNESS]])


def _rule(name: str, pattern: dict[str, Any], targets: list[str]) -> None:
    events = client("events")
    text = str(pattern).replace("'", '"')
    events.put_rule(Name=name, EventBusName=STACK, EventPattern=text)
    named = [{"Id": str(i), "Arn": arn} for i, arn in enumerate(targets)]
    events.put_targets(Rule=name, EventBusName=STACK, Targets=named)


def _sender(to: Deployment) -> None:
    client("sesv2").create_email_identity(EmailIdentity=to.refs["MailSender"])
