"""The template against all that Expensify's model of a report may hold, or leave out."""

import json
from typing import Any

import pytest

from sandbox.expensify import freemarker
from shared.adapters.expensify_read.decode import reports_of
from shared.adapters.expensify_read.jobs import template
from shared.adapters.expensify_read.rendered import rendered
from shared.domain.report import ActionKind, LabelUse, Money, Report, ReportState
from tests.builders import NOW, REPORT

AWKWARD = 'Zoë "Q" \\ </b> \n\t\x07 \u2028 ${x} <#if> 🙂'
ACTION = {"action": "INTEGRATIONSMESSAGE", "created": "2026-01-01 10:00:00.000"}


def filled(*reports: dict[str, Any]) -> str:
    return freemarker.render(template(), {"reports": list(reports), "addHeader": False})


def read(report: dict[str, Any]) -> Report:
    """One report from Expensify's model through the template to ours."""
    model = {"reportID": REPORT, "transactionList": [], "actionList": [], **report}
    return reports_of(rendered(filled(model).encode()), [str(model["reportID"])], None, NOW)[0]


def action(**details: Any) -> Any:
    return read({"actionList": [{**ACTION, "details": details}]}).actions[0]


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_any_number_of_reports_is_one_json_object_with_its_mark_at_the_end(number: int) -> None:
    """Separators stand between items and nowhere else."""
    reports = [{"reportID": f"R{i}", "actionList": [ACTION] * number} for i in range(number)]
    found = json.loads(filled(*reports))
    assert [report["id"] for report in found["reports"]] == [f"R{i}" for i in range(number)]
    assert list(found)[-1] == "complete"


def test_a_report_of_which_expensify_tells_nothing_still_renders() -> None:
    """Nothing is sure to be there; what is missing is null or empty."""
    found = json.loads(filled({}))["reports"]
    assert found == [
        {
            "id": "",
            "policy": "",
            "name": "",
            "submitter": "",
            "status": "",
            "state": "",
            "currency": "",
            "fields": [],
            "expenses": None,
            "actions": None,
        }
    ]


@pytest.mark.parametrize("empty", [{}, {"details": None}, {"details": "text"}, {"details": {}}])
def test_an_action_without_usable_details_still_renders(empty: dict[str, Any]) -> None:
    """The shape of details is nobody's promise."""
    found = read({"actionList": [{**ACTION, **empty}]}).actions[0]
    assert (found.kind, found.messages) == (ActionKind.EXPORT_FAILED, ())


@pytest.mark.parametrize("result", [None, "text", {}, {"messages": None}, {"messages": "text"}])
def test_a_result_without_usable_messages_still_renders(result: Any) -> None:
    """The one message is left to be read."""
    assert action(result=result, message="NS0770").messages == ("NS0770",)


def test_every_text_survives() -> None:
    """Quotes, backslashes, control characters and what looks like a template."""
    model = {
        "reportName": AWKWARD,
        "accountEmail": AWKWARD,
        "transactionList": [{"tag": f"a{AWKWARD}a"}],
        "actionList": [{**ACTION, "details": {"result": {"messages": [AWKWARD]}}}],
    }
    found = read(model)
    assert (found.name, found.submitter) == (AWKWARD, AWKWARD)
    assert found.labels[0].label == f"a{AWKWARD}a"
    assert found.actions[0].messages == (AWKWARD,)


def test_an_escaped_colon_survives_to_be_unescaped() -> None:
    """A backslash in a tag would break a template that doesn't escape."""
    assert read({"transactionList": [{"tag": r"Acme \: Apollo"}]}).labels[0].label == (
        "Acme : Apollo"
    )


@pytest.mark.parametrize("report_id", [1234567, "1234567", "R00Lza4SDrx4"])
def test_an_id_is_never_grouped(report_id: Any) -> None:
    """A number in a template is written with commas unless it is told otherwise."""
    assert read({"reportID": report_id}).report_id == str(report_id)


@pytest.mark.parametrize(
    ("expense", "sums"),
    [
        ({"amount": 1234567}, (Money("EUR", 1234567),)),
        ({"amount": 5, "modifiedAmount": 1234567}, (Money("EUR", 1234567),)),
        ({"amount": 5, "modifiedAmount": ""}, (Money("EUR", 5),)),
        ({"amount": 5, "modifiedAmount": None}, (Money("EUR", 5),)),
        ({"amount": -5}, (Money("EUR", 5),)),
        ({"amount": "12"}, ()),
        ({}, ()),
    ],
)
def test_amounts_are_never_grouped(expense: dict[str, Any], sums: tuple[Money, ...]) -> None:
    """What isn't a number is unknown, not 0."""
    expense = {"tag": "Apollo", "currency": "EUR", **expense}
    assert read({"transactionList": [expense]}).labels[0].sums == sums


@pytest.mark.parametrize("flag", [True, "true", 1])
@pytest.mark.parametrize(
    ("name", "kind"),
    [("markedManually", ActionKind.MARKED_BY_HAND), ("inProgress", ActionKind.OTHER)],
)
def test_a_flag_may_be_a_boolean_a_text_or_a_number(flag: Any, name: str, kind: ActionKind) -> None:
    """A boolean in a template is an error unless it is told otherwise."""
    entry = {"action": "EXPORTINTEGRATION", "created": "2026", "details": {name: flag}}
    assert read({"actionList": [entry]}).actions[0].kind is kind


@pytest.mark.parametrize("name", ["reimbursableUrls", "nonReimbursableUrls", "travelInvoicingUrls"])
def test_records_of_every_kind_are_found(name: str) -> None:
    """Which lists there are depends on the expenses."""
    entry = {"action": "EXPORTINTEGRATION", "created": "2026", "details": {name: ["u1", "u2"]}}
    assert read({"actionList": [entry]}).actions[0].urls == ("u1", "u2")


def test_levels_of_a_tag_are_found_beside_it() -> None:
    """ntag1, ntag2 and so on, as far as there are any."""
    model = {"reportID": REPORT, "transactionList": [{"ntag1": "Dept", "ntag2": "Apollo"}]}
    found = reports_of(rendered(filled({**model, "actionList": []}).encode()), [REPORT], 2, NOW)
    assert found[0].labels[0].label == "Apollo"


def test_a_numeric_state_is_no_harm() -> None:
    """Some templates print it as a number."""
    assert read({"state": 3, "status": "Reimbursed"}).state is ReportState.REIMBURSED


# --- a project in a field of the report ------------------------------------------------------

EXPENSES = [{"tag": "Travel", "amount": 1250, "currency": "EUR"}] * 2


def in_field(model: dict[str, Any], field: str = "Project Name") -> Report:
    """A report whose project stands in this field, by our template."""
    whole = {"reportID": REPORT, "transactionList": EXPENSES, "actionList": [], **model}
    text = freemarker.render(template(field), {"reports": [whole], "addHeader": False})
    return reports_of(rendered(text.encode()), [REPORT], None, NOW, in_field=True)[0]


@pytest.mark.parametrize("name", ["Project Name", "Project_Name"])
def test_a_field_of_the_report_is_the_label_of_all_its_expenses(name: str) -> None:
    """However its blanks are spelt; what the expenses are tagged with is something else."""
    found = in_field({"customField": {name: "Apollo \\: Rollout", "Other": "x"}})
    assert found.labels == (LabelUse("Apollo : Rollout", 2, (Money("EUR", 2500),)),)


@pytest.mark.parametrize(
    "model",
    [{}, {"customField": None}, {"customField": "x"}, {"customField": {"Project Name": 7}}],
    ids=["no fields", "null", "a text", "a number"],
)
def test_a_field_that_is_not_told_is_not_an_empty_one(model: dict[str, Any]) -> None:
    """Nobody may take the report for retagged."""
    assert in_field(model).labels is None


def test_an_empty_field_names_no_project() -> None:
    """That is told."""
    assert in_field({"customField": {"Project Name": " "}}).labels == ()


def test_a_field_whose_name_we_do_not_know_is_not_told() -> None:
    """The tags stand for nothing."""
    model = {"reportID": REPORT, "transactionList": EXPENSES, "customField": {"Project": "Apollo"}}
    found = reports_of(rendered(filled(model).encode()), [REPORT], None, NOW, in_field=True)
    assert found[0].labels is None


def test_a_fields_name_is_text_to_the_template() -> None:
    """Letters of any script, and the marks that settings allow."""
    found = in_field(
        {"customField": {"Projekt-Träger (1.2) & Co": "Apollo"}}, "Projekt-Träger (1.2) & Co"
    )
    assert [use.label for use in found.labels or ()] == ["Apollo"]
