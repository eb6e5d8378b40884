"""What each role may do. The sandbox enforces the same policies while the stories run."""

import fnmatch

import pytest

from tests.template.reading import Json, listed, resources, statements, target, template

ROLES = resources("AWS::IAM::Role")
ALLOWED = [(where, each) for where, each in statements() if each["Effect"] == "Allow"]
# In the policy of a key or a queue, "*" is that key or queue.
OWN_POLICY = {"TopicKey", "TlsOnlyQueuePolicy"}


def grants(role: str) -> list[dict[str, Json]]:
    """The statements of a role: its own and those of the policies that it names."""
    named = [target(policy) for policy in ROLES[role].get("ManagedPolicyArns", [])]
    shared = [resources("AWS::IAM::ManagedPolicy")[name]["PolicyDocument"] for name in named]
    documents = [policy["PolicyDocument"] for policy in ROLES[role]["Policies"]] + shared
    return [statement for document in documents for statement in document["Statement"]]


def resources_of(role: str, action: str) -> set[str]:
    """Logical ids, or the text of an ARN, on which a role may do something."""
    return {
        _name(resource)
        for statement in grants(role)
        if action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def _name(resource: Json) -> str:
    if "Fn::Sub" in resource:
        return str(listed(resource["Fn::Sub"])[0])
    return target(resource)


def test_no_action_is_a_wildcard() -> None:
    """Each permission is written out; the account's rule over its own key is the usual exception."""
    wild = {
        (where, statement["Sid"])
        for where, statement in ALLOWED
        for action in listed(statement["Action"])
        if "*" in action
    }
    assert wild == {("TopicKey", "AccountDecidesByIam")}


def test_no_role_may_touch_everything() -> None:
    """Resource "*" stands only where it means the resource that the policy belongs to."""
    wide = {where for where, each in statements() if "*" in listed(each.get("Resource", []))}
    assert wide == OWN_POLICY


@pytest.mark.parametrize("role", sorted(ROLES))
def test_role_is_for_lambda_only(role: str) -> None:
    """Nobody else may take it on."""
    (statement,) = ROLES[role]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_role_writes_its_own_log_only(role: str) -> None:
    """AWS's managed policy for logs would let it write every log of the account."""
    assert resources_of(role, "logs:PutLogEvents") == {role.replace("Role", "Log")}
    assert "logs:CreateLogGroup" not in {
        action for statement in grants(role) for action in listed(statement["Action"])
    }


@pytest.mark.parametrize(
    "role", ["IntakeRole", "WatchRole", "RecoverRole", "NotifyRole", "DetectRole"]
)
def test_role_reads_its_own_queue_only(role: str) -> None:
    """A message has one reader."""
    assert resources_of(role, "sqs:ReceiveMessage") == {role.replace("Role", "Queue")}


@pytest.mark.parametrize(
    ("role", "queues"),
    [
        ("IntakeRole", {"WatchQueue", "RecoverQueue", "NotifyQueue", "IntakeDeadLetters"}),
        ("WatchRole", {"RecoverQueue", "NotifyQueue"}),
        ("RecoverRole", {"WatchQueue", "NotifyQueue"}),
        ("NotifyRole", set()),
        ("DetectRole", {"NotifyQueue"}),
        ("SweepRole", {"WatchQueue", "RecoverQueue", "NotifyQueue", "DetectQueue"}),
        ("WebhookRole", set()),
    ],
)
def test_role_wakes_whom_it_has_to(role: str, queues: set[str]) -> None:
    """Wake-ups go along the arrows of the design."""
    assert resources_of(role, "sqs:SendMessage") == queues


def test_only_who_talks_to_others_reads_tenants_secrets() -> None:
    """Only they talk to somebody else's system. The webhook, which faces the internet, reads its
    own: a name is followed by a hyphen and six characters.
    """
    read = {role: resources_of(role, "secretsmanager:GetSecretValue") for role in ROLES}
    names = {
        role: {arn.partition(":secret:")[2] for arn in arns} for role, arns in read.items() if arns
    }
    assert names == {
        "WatchRole": {"${SecretPrefix}*"},
        "RecoverRole": {"${SecretPrefix}*"},
        "DetectRole": {"${SecretPrefix}*"},
        "WebhookRole": {"${SecretPrefix}webhook-??????", "${SecretPrefix}webhook/*"},
    }


def test_webhook_touches_keys_and_deliveries_only() -> None:
    """By the partition: it can neither read a case nor write settings."""
    table = {
        action: statement["Condition"]
        for statement in grants("WebhookRole")
        for action in listed(statement["Action"])
        if action.startswith("dynamodb:") and statement["Sid"] == "RememberDeliveries"
    }
    only = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["DELIVERY#*"]}}
    assert table == {"dynamodb:GetItem": only, "dynamodb:PutItem": only}
    (keys,) = [each for each in grants("WebhookRole") if each["Sid"] == "ReadKeys"]
    assert keys["Action"] == "dynamodb:GetItem"
    assert keys["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["SETTINGS"]}
    }
    every = {action for each in grants("WebhookRole") for action in listed(each["Action"])}
    assert {action for action in every if action.startswith("dynamodb:")} == set(table)


def test_detect_touches_no_case() -> None:
    """By the partition: what it finds goes by the bus, as anybody else's events do."""
    table = [
        (each["Sid"], each["Condition"])
        for each in grants("DetectRole")
        if any(action.startswith("dynamodb:") for action in listed(each["Action"]))
    ]
    own = ["ROW#detect#*", "SEEN#*", "USAGE#*", "ROW#notify#*", "PERSON#*"]
    assert table == [
        ("ReadSettings", {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["SETTINGS"]}}),
        ("Remember", {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": own}}),
    ]
    assert resources_of("DetectRole", "dynamodb:Query") == {"Table"}


def test_sweep_sees_only_what_is_due_and_changes_nothing_but_rows() -> None:
    """It reads one index and updates; it can't read a case, put or delete anything."""
    table = {
        action
        for statement in grants("SweepRole")
        for action in listed(statement["Action"])
        if action.startswith("dynamodb:")
    }
    assert table == {"dynamodb:Query", "dynamodb:UpdateItem"}
    assert resources_of("SweepRole", "dynamodb:Query") == {"${Table.Arn}/index/due"}


def test_events_are_put_under_our_own_name_only() -> None:
    """A function can't pretend to be Expensify or NetSuite, but for the webhook, which can't
    pretend to be us, and for detect, which says what Expensify itself told it.
    """
    putters = {
        where: each for where, each in ALLOWED if "events:PutEvents" in listed(each["Action"])
    }
    sources = {where: each["Condition"]["StringEquals"] for where, each in putters.items()}
    ours = {"events:source": "export-remediation"}
    assert sources == {
        **dict.fromkeys(("IntakeRole", "RecoverRole", "NotifyRole"), ours),
        "WebhookRole": {"events:source": ["expensify", "netsuite"]},
        "DetectRole": {"events:source": "expensify"},
    }


def test_mail_is_sent_by_notify_only_and_from_one_address() -> None:
    """A bug can't mail in somebody else's name."""
    senders = [(w, each) for w, each in ALLOWED if "ses:SendEmail" in listed(each["Action"])]
    ((where, statement),) = senders
    assert where == "NotifyRole"
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}


def test_no_role_scans_the_table() -> None:
    """Every read has a key."""
    actions = [action for _, each in ALLOWED for action in listed(each["Action"])]
    assert not fnmatch.filter(actions, "dynamodb:*Scan*")
    assert fnmatch.filter(actions, "dynamodb:Query")


def test_stack_needs_no_named_roles() -> None:
    """So that CAPABILITY_IAM is enough to deploy it."""
    named = [
        name
        for name, resource in template()["Resources"].items()
        if resource["Type"] in {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}
        and {"RoleName", "ManagedPolicyName"} & set(resource["Properties"])
    ]
    assert named == []
