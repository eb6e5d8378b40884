import ast
import re

import pytest

from shared.environment import Environment
from tests.template.reading import ROOT, environment, functions, resources, target, template

FUNCTIONS = functions()
EVERYWHERE = {
    "STAGE",
    "TABLE_NAME",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
NEEDED = {
    "IntakeFunction": {
        "BUS_NAME",
        "WATCH_QUEUE_URL",
        "RECOVER_QUEUE_URL",
        "NOTIFY_QUEUE_URL",
        "INTAKE_DLQ_URL",
    },
    "WatchFunction": {"RECOVER_QUEUE_URL", "NOTIFY_QUEUE_URL"},
    "RecoverFunction": {"ACTS", "BUS_NAME", "WATCH_QUEUE_URL", "NOTIFY_QUEUE_URL"},
    "NotifyFunction": {"BUS_NAME", "PEOPLE_TOPIC_ARN", "OPERATORS_TOPIC_ARN", "MAIL_SENDER"},
    "DetectFunction": {"BUS_NAME", "NOTIFY_QUEUE_URL"},
    "WebhookFunction": {"BUS_NAME"},
    "SweepFunction": {
        "WATCH_QUEUE_URL",
        "RECOVER_QUEUE_URL",
        "NOTIFY_QUEUE_URL",
        "DETECT_QUEUE_URL",
    },
}
MAX_HANDLER_LINES = 25


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_gets_the_variables_that_it_needs_and_no_others(name: str) -> None:
    """What a function can't name, it can't touch by mistake."""
    assert set(environment(FUNCTIONS[name])) == EVERYWHERE | NEEDED[name]


def test_every_variable_that_the_code_knows_is_given_to_somebody() -> None:
    """A variable under another name than the template's would silently be its default."""
    known = {field.alias for field in Environment.model_fields.values()}
    given = set().union(*(environment(function) for function in FUNCTIONS.values()))
    assert known <= given


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_runs_on_the_agreed_runtime(name: str) -> None:
    """Python 3.13; arm64 unless the parameter says otherwise."""
    assert FUNCTIONS[name]["Runtime"] == "python3.13"
    assert FUNCTIONS[name]["Architectures"] == [{"Ref": "Architecture"}]
    assert template()["Parameters"]["Architecture"]["Default"] == "arm64"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_has_a_log_group_with_retention(name: str) -> None:
    """Lambda's own log groups keep everything for ever."""
    function = FUNCTIONS[name]
    group = resources("AWS::Logs::LogGroup")[target(function["LoggingConfig"]["LogGroup"])]
    log, named = group["LogGroupName"]["Fn::Sub"], function["FunctionName"]["Fn::Sub"]
    assert log == f"/aws/lambda/{named}"
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert function["LoggingConfig"]["LogFormat"] == "JSON"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_has_a_role_of_its_own(name: str) -> None:
    """A role that SAM makes could read every queue and write every log of the account."""
    assert target(FUNCTIONS[name]["Role"]) == name.replace("Function", "Role")


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_is_built_by_the_makefile(name: str) -> None:
    """`sam build` calls a target named after the function."""
    assert template()["Resources"][name]["Metadata"] == {"BuildMethod": "makefile"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(
        rf"^build-[^:]*\bbuild-{name}\b[^:]*:|^build-{name}\b[^:]*:", makefile, re.MULTILINE
    )


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_handler_is_short(name: str) -> None:
    """It adapts its trigger; what it does is decided elsewhere."""
    module, function = FUNCTIONS[name]["Handler"].rsplit(".", 1)
    path = ROOT / (module.replace(".", "/") + ".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (handler,) = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    assert handler.end_lineno is not None
    assert handler.end_lineno - handler.body[0].lineno + 1 <= MAX_HANDLER_LINES


def test_webhook_is_the_only_door_and_has_a_bound() -> None:
    """Open to anybody, so the signature is the authentication; a flood takes nothing from others."""
    doors = {
        name: f["FunctionUrlConfig"] for name, f in FUNCTIONS.items() if "FunctionUrlConfig" in f
    }
    assert doors == {"WebhookFunction": {"AuthType": "NONE"}}
    function, parameter = (
        FUNCTIONS["WebhookFunction"],
        template()["Parameters"]["WebhookConcurrency"],
    )
    bound = function["ReservedConcurrentExecutions"]["Fn::If"]
    assert bound == ["WithWebhookBound", {"Ref": "WebhookConcurrency"}, {"Ref": "AWS::NoValue"}]
    assert parameter["Default"] >= 1
    assert function["Timeout"] <= 15
    url = template()["Outputs"]["WebhookUrl"]["Value"]
    assert url == {"Fn::GetAtt": ["WebhookFunctionUrl", "FunctionUrl"]}


def test_sweep_runs_every_minute_and_its_failed_calls_are_kept() -> None:
    """Everything that happens 'later' hangs on it."""
    (event,) = FUNCTIONS["SweepFunction"]["Events"].values()
    assert event["Type"] == "ScheduleV2"
    assert event["Properties"]["ScheduleExpression"] == "rate(1 minute)"
    assert target(event["Properties"]["DeadLetterConfig"]["Arn"]) == "DeliveryDeadLetters"
    assert event["Properties"]["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 60
