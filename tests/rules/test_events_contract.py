"""The public events, version 1: what is taken from the bus, and what is put on it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.contracts.events import (
    INCOMING,
    CaseEvent,
    FailedEnvelope,
    FixRequested,
    Incoming,
    ProjectChangedEnvelope,
    ReportChangedEnvelope,
    WakeUp,
)

FAILED: dict[str, Any] = {
    "version": 1,
    "workspaceId": "WS1",
    "reportId": "R001",
    "errorMessage": "NS0770",
}
CHANGED: dict[str, Any] = {"version": 1, "workspaceId": "WS1", "reportId": "R001"}
PROJECT: dict[str, Any] = {"version": 1, "accountId": "1234567_SB1", "projectId": "4711"}
KINDS: dict[str, tuple[str, dict[str, Any], type[BaseModel]]] = {
    "Report Export Failed": ("expensify", FAILED, FailedEnvelope),
    "Report Changed": ("expensify", CHANGED, ReportChangedEnvelope),
    "Project Changed": ("netsuite", PROJECT, ProjectChangedEnvelope),
}
REQUIRED = [(kind, name) for kind, (_, detail, _) in KINDS.items() for name in detail]
IDS = [(kind, name) for kind, name in REQUIRED if name.endswith("Id")]


def event(kind: str = "Report Export Failed", **more: Any) -> dict[str, Any]:
    """As EventBridge delivers it to a queue."""
    source, detail, _ = KINDS[kind]
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2027-01-15T10:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {**detail, **more},
    }


def taken(given: dict[str, Any]) -> Incoming:
    return INCOMING.validate_json(json.dumps(given))


def failed(**more: Any) -> Any:
    """The detail of a failure as we understand it."""
    found = taken(event(**more))
    assert isinstance(found, FailedEnvelope)
    return found.detail


def refused(given: dict[str, Any]) -> list[str]:
    """Where it is wrong."""
    with pytest.raises(ValidationError) as caught:
        taken(given)
    return [".".join(map(str, error["loc"])) for error in caught.value.errors()]


# --- what comes in ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_detail_type_says_which_event_it_is(kind: str) -> None:
    """Each is understood as its own model, with nothing but its required fields."""
    found = taken(event(kind))
    assert type(found) is KINDS[kind][2]
    assert found.detail_type == kind
    assert found.id == "6a7e8feb-b491-4cf7-a9f1-bf3703467718"


@pytest.mark.parametrize("kind", ["Case Opened", "report export failed", "", None])
def test_an_unknown_detail_type_is_refused(kind: str | None) -> None:
    """Ours too: they never start intake."""
    assert refused({**event(), "detail-type": kind})
    assert refused({key: value for key, value in event().items() if key != "detail-type"})


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("Report Export Failed", "netsuite"),
        ("Report Changed", "export-remediation"),
        ("Project Changed", "expensify"),
        ("Project Changed", "NetSuite"),
    ],
)
def test_an_event_of_another_source_is_refused(kind: str, source: str) -> None:
    """A source speaks only of its own things."""
    assert refused({**event(kind), "source": source}) == [f"{kind}.source"]


@pytest.mark.parametrize("name", ["id", "source", "detail"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_part_of_the_envelope_is_required(kind: str, name: str) -> None:
    """Without it nothing can be recognised."""
    given = {key: value for key, value in event(kind).items() if key != name}
    assert refused(given) == [f"{kind}.{name}"]


@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_every_required_field_is_required(kind: str, name: str) -> None:
    """Neither left out nor null."""
    given = event(kind)
    assert refused({**given, "detail": {**given["detail"], name: None}}) == [
        f"{kind}.detail.{name}"
    ]
    del given["detail"][name]
    assert refused(given) == [f"{kind}.detail.{name}"]


@pytest.mark.parametrize("version", [0, 2, "1", 1.5])
@pytest.mark.parametrize("kind", list(KINDS))
def test_another_version_is_refused(kind: str, version: Any) -> None:
    """What it means isn't known."""
    assert refused(event(kind, version=version)) == [f"{kind}.detail.version"]


def test_unknown_extra_fields_are_ignored() -> None:
    """On every level, whatever they hold."""
    extra: dict[str, Any] = {"colour": {"deep": [1, None]}}
    expense = {"transactionId": "T1", "amount": {"value": 1, "currency": "EUR", **extra}, **extra}
    given = {**event(expenses=[expense], **extra), **extra}
    assert isinstance(taken(given), FailedEnvelope)
    plain = {"transactionId": "T1", "amount": {"value": 1, "currency": "EUR"}}
    assert taken(given) == taken(event(expenses=[plain]))


@given(
    st.dictionaries(
        st.text(max_size=8).filter(lambda key: key not in FAILED),
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        max_size=4,
    ).filter(
        lambda extra: not extra.keys() & {"eventId", "failedAt", "amount", "expenses", "reportName"}
    )
)
@settings(deadline=None)
def test_no_extra_field_makes_an_event_unreadable(extra: dict[str, Any]) -> None:
    """Whoever puts it may add what they like."""
    assert failed(**extra) == failed()


def test_every_optional_field_is_understood() -> None:
    """As it stands in the public contract."""
    found = failed(
        eventId="e-1",
        failedAt="2027-01-15 10:00:00",
        reportName="Trip to Łódź",
        submitterEmail="sam@acme.example",
        approverEmail="ada@acme.example",
        amount={"value": 12.5, "currency": "EUR"},
        expenses=[
            {
                "transactionId": "T1",
                "project": "Apollo",
                "merchant": "Café",
                "amount": {"value": -3, "currency": "USD"},
            },
            {"transactionId": "T2"},
        ],
    )
    assert (found.eventId, found.failedAt, found.reportName) == (
        "e-1",
        "2027-01-15 10:00:00",
        "Trip to Łódź",
    )
    assert (found.submitterEmail, found.approverEmail) == ("sam@acme.example", "ada@acme.example")
    assert (found.amount.value, found.amount.currency) == (12.5, "EUR")
    first, second = found.expenses
    assert (first.transactionId, first.project, first.merchant) == ("T1", "Apollo", "Café")
    assert (first.amount.value, first.amount.currency) == (-3, "USD")
    assert (second.project, second.merchant, second.amount) == (None, None, None)


@pytest.mark.parametrize(
    "name", ["eventId", "failedAt", "reportName", "submitterEmail", "approverEmail", "amount"]
)
def test_an_optional_field_may_be_left_out_or_null(name: str) -> None:
    """Both say the same."""
    assert failed(**{name: None}) == failed()
    assert getattr(failed(), name) is None


def test_a_hint_may_say_what_changed() -> None:
    """It is a hint all the same."""
    found = taken(event("Report Changed", what="retagged"))
    assert isinstance(found, ReportChangedEnvelope)
    assert found.detail.what == "retagged"


# --- ids -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), IDS)
@pytest.mark.parametrize(
    "hostile", ["", " ", "a#b", "a b", "a/b", "a\nb", "a\n#", "x" * 65, 17, True, ["a"], {}]
)
def test_an_id_is_a_short_plain_text(kind: str, name: str, hostile: Any) -> None:
    """It becomes part of keys, where '#' separates."""
    assert refused(event(kind, **{name: hostile})) == [f"{kind}.detail.{name}"]


@pytest.mark.parametrize(("kind", "name"), IDS)
@pytest.mark.parametrize("good", ["7", "R00bCluvcO4T", "1234567_SB1", "a.b-c", "x" * 64])
def test_every_form_of_id_that_the_services_use_is_taken(kind: str, name: str, good: str) -> None:
    """Outer blanks don't count."""
    for written in (good, f" {good}\n"):
        found = taken(event(kind, **{name: written}))
        assert getattr(found.detail, name) == good


def test_an_expense_is_known_by_its_id() -> None:
    """One that isn't is refused with its place."""
    assert refused(event(expenses=[{"transactionId": "T1"}, {"project": "Apollo"}])) == [
        "Report Export Failed.detail.expenses.1.transactionId"
    ]


# --- sizes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        ("errorMessage", 200_000),
        ("eventId", 1_000),
        ("failedAt", 1_000),
        ("reportName", 1_000),
        ("submitterEmail", 1_000),
        ("approverEmail", 1_000),
    ],
)
def test_texts_are_bounded(name: str, longest: int) -> None:
    """The longest is taken whole, one more is refused, nothing is cut."""
    assert getattr(failed(**{name: "x" * longest}), name) == "x" * longest
    assert refused(event(**{name: "x" * (longest + 1)})) == [f"Report Export Failed.detail.{name}"]


def test_an_empty_message_is_a_message() -> None:
    """A failure without words is a failure."""
    assert failed(errorMessage="").errorMessage == ""


@pytest.mark.parametrize("size", [0, 101])
def test_the_envelopes_id_is_bounded(size: int) -> None:
    """It recognises a repeat."""
    assert refused({**event(), "id": "x" * size}) == ["Report Export Failed.id"]
    assert taken({**event(), "id": "x" * 100}).id == "x" * 100


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "E", "€", None, 978])
def test_a_currency_is_three_capitals(currency: Any) -> None:
    """As ISO 4217 writes them."""
    (where,) = refused(event(amount={"value": 1, "currency": currency}))
    assert where.endswith("amount.currency")


# --- what goes out ---------------------------------------------------------------------------


def test_a_case_event_has_the_names_of_the_public_contract() -> None:
    """Plain JSON, version 1."""
    out = CaseEvent(
        id="WS1/R001/1/4",
        workspaceId="WS1",
        reportId="R001",
        episode=1,
        phase="waiting",
        why="opened",
        blockers=("P#4711",),
        at=1,
    )
    assert json.loads(out.model_dump_json()) == {
        "version": 1,
        "id": "WS1/R001/1/4",
        "workspaceId": "WS1",
        "reportId": "R001",
        "episode": 1,
        "phase": "waiting",
        "why": "opened",
        "blockers": ["P#4711"],
        "at": 1,
    }


def test_a_requested_fix_says_whose_it_is_and_names_nobody() -> None:
    """A role, never an address."""
    out = FixRequested(
        id="1",
        workspaceId="WS1",
        accountId="1",
        about="P#1",
        epoch=1,
        role="operator",
        tone="retag",
        at=1,
    )
    assert set(json.loads(out.model_dump_json())) == {
        "version",
        "id",
        "workspaceId",
        "accountId",
        "about",
        "epoch",
        "role",
        "tone",
        "at",
    }


def test_a_wake_up_carries_a_key_and_nothing_else() -> None:
    """A short one."""
    assert WakeUp(key="WS1").model_dump() == {"version": 1, "key": "WS1"}
    assert WakeUp(key="x" * 200).key == "x" * 200
    for bad in ("", "x" * 201):
        with pytest.raises(ValidationError, match="key"):
            WakeUp(key=bad)


def test_an_event_does_not_change_once_read() -> None:
    """Nobody downstream sees another one."""
    with pytest.raises(ValidationError, match="frozen"):
        failed().reportId = "R002"
