"""Every sample of the app's API: each goes through the client, and comes out of the simulator.

`test_expensify_app_state.py` says what a report's samples mean, `test_expensify_sign_in.py` what
those of a sign-in do.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.adapters.expensify_app import SignIn
from shared.adapters.http import Answer
from shared.errors import OutcomeUnknownError, RemediationError, TransientError
from tests.adapters.expensify_kit import SAMPLES, Rig, rig, said, sample
from tests.adapters.test_expensify_sign_in import sign_in
from tests.sandbox.expensify_kit import HERMES, REPORT, Sim, running_sim

LOGIN = said({"jsonCode": 200, "authToken": "token-1"})
EMAIL = "exporter@acme.example"
MADE_UP = sample("constructed_app_export_failure.json")
APP = ("app_beginsignin_answer", "app_openreport_answer_trimmed", "app_signinuser_answer")
CLASSIC = {"responseCode": 407, "responseMessage": "Invalid tokens"}

type Call = Callable[[Answer], object]


def test_no_sample_of_the_app_is_left_out() -> None:
    """A new one wants its line here."""
    assert {p.stem for p in SAMPLES.glob("app_*")} == set(APP)
    assert [p.stem for p in SAMPLES.glob("constructed_*")] == ["constructed_app_export_failure"]
    assert CLASSIC in [error["body"] for error in sample("errors.json")]


# --- through the client ----------------------------------------------------------------------


def _app(answer: Answer) -> Rig:
    return rig(LOGIN, answer)


def _sign_in(answer: Answer) -> SignIn:
    return sign_in(answer)[0]


CALLS: dict[str, Call] = {
    "OpenReport": lambda answer: _app(answer).app.open_report("98345625"),
    "OpenPolicyAccountingPage": lambda answer: _app(answer).app.sync_state(),
    "SyncPolicyToNetSuite": lambda answer: _app(answer).app.start_sync(),
    "Report_Export": lambda answer: _app(answer).app.export("98345625", "1"),
    "Authenticate": lambda answer: rig(answer).app.sync_state(),
    "BeginSignIn": lambda answer: _sign_in(answer).begin(EMAIL),
    "SignInUser": lambda answer: _sign_in(answer).finish(EMAIL, "1"),
}
FINE = {
    ("OpenReport", "app_openreport_answer_trimmed"),
    ("SyncPolicyToNetSuite", "app_beginsignin_answer"),
    ("SyncPolicyToNetSuite", "app_openreport_answer_trimmed"),
    ("SyncPolicyToNetSuite", "app_signinuser_answer"),
    ("Report_Export", "app_beginsignin_answer"),
    ("Report_Export", "app_openreport_answer_trimmed"),
    ("Report_Export", "app_signinuser_answer"),
    ("BeginSignIn", "app_beginsignin_answer"),
    ("BeginSignIn", "app_openreport_answer_trimmed"),
    ("BeginSignIn", "app_signinuser_answer"),
    ("SignInUser", "app_signinuser_answer"),
}
"""An act asks for the jsonCode alone; a sign-in begins without a word of the account, too."""


@pytest.mark.parametrize("name", APP)
@pytest.mark.parametrize("command", CALLS)
def test_each_answer_is_taken_for_what_it_is_alone(command: str, name: str) -> None:
    """One that belongs to another command is unreadable, never half believed."""
    answer = said(sample(f"{name}.json"))
    if (command, name) in FINE:
        CALLS[command](answer)
        return
    with pytest.raises(TransientError):
        CALLS[command](answer)


@pytest.mark.parametrize("command", CALLS)
def test_the_body_of_classic_sync_is_no_answer_here(command: str) -> None:
    """Its code stands elsewhere: nothing says that an act was not done."""
    with pytest.raises(RemediationError) as raised:
        CALLS[command](said(CLASSIC))
    acts = {"SyncPolicyToNetSuite", "Report_Export"}
    assert isinstance(raised.value, OutcomeUnknownError) is (command in acts)


def test_an_export_is_asked_for_as_the_sample_has_it() -> None:
    """And its answer, a bare code, is all that is waited for."""
    used = rig(LOGIN, said(MADE_UP["report_export_answer"]))
    used.app.export("REPORT_ID", "RANDOM_64_BIT_DECIMAL")
    sent = used.forms()[1]
    wanted = {**MADE_UP["report_export_request_fields"]}
    assert sent["optimisticReportActions"].replace(" ", "") == wanted.pop("optimisticReportActions")
    assert wanted.items() <= sent.items()


# --- out of the simulator --------------------------------------------------------------------


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def _shape(value: Any) -> Any:
    """Keys and kinds; of an id as a key, that it is one. An empty list or hash fits any."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()} or None
    if isinstance(value, list):
        return [_shape(value[0])] if value else None
    return type(value).__name__


def _fits(wanted: Any, given: Any) -> bool:
    """Whether what is given has all of it; more is no matter, and null stands for anything."""
    if any(each in (None, "NoneType") for each in (wanted, given)):
        return True
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(
            key in given and _fits(inner, given[key]) for key, inner in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(given, list) and _fits(wanted[0], given[0])
    return bool(wanted == given)


def _onyx(body: Any, **names: str) -> dict[str, Any]:
    """By method and key, with the ids of the sample in place of those of the simulator's world."""
    found = {}
    for update in body["onyxData"]:
        key = update["key"]
        for name, stands_for in names.items():
            key = key.replace(stands_for, name)
        found[update["onyxMethod"], key] = update["value"]
    return found


def test_the_simulator_signs_in_as_the_samples_do(sim: Sim) -> None:
    """The same pieces, each with the same fields."""
    begun = sim.post("BeginSignIn", email=EMAIL).json()
    code = sim.control("GET", f"app/codes/{EMAIL}").json()["code"]
    signed = sim.post("SignInUser", email=EMAIL, validateCode=code, deviceInfo="{}").json()
    for name, body in (("app_beginsignin_answer", begun), ("app_signinuser_answer", signed)):
        wanted = sample(f"{name}.json")
        assert _shape(_onyx(wanted)) == _shape(_onyx(body))
        assert wanted.keys() == body.keys()


NOT_SIMULATED = {
    "report": {
        *("lastReadTime", "lastVisibleActionCreated", "lastVisibleActionLastModified"),
        *("isOwnPolicyExpenseChat", "hasOutstandingChildRequest", "parentReportID"),
        "isWaitingOnBankAccount",
    },
    "transaction": {
        *("cardID", "comment", "originalAmount", "originalCurrency", "parentTransactionID"),
        *("receipt", "status", "hasEReceipt"),
    },
    "action": {"person", "message", "originalMessage"},
}
"""Of chats and cards; the details of an action depend on what it is."""


def test_the_simulator_opens_a_report_as_the_sample_does(sim: Sim) -> None:
    """Report, expenses and actions under the same keys, with the same kinds of values."""
    wanted = _onyx(sample("app_openreport_answer_trimmed.json"), ID="98345625")
    given = _onyx(sim.app("OpenReport", reportID=REPORT), ID=REPORT)
    assert wanted.keys() <= given.keys()
    pieces = {
        "report": (wanted["merge", "report_ID"], given["merge", "report_ID"]),
        "transaction": (
            _first(wanted["mergecollection", "transactions_"]),
            _first(given["mergecollection", "transactions_"]),
        ),
        "action": (
            _first(wanted["merge", "reportActions_ID"]),
            _first(given["merge", "reportActions_ID"]),
        ),
    }
    for name, (like, made) in pieces.items():
        kept = {key: value for key, value in like.items() if key not in NOT_SIMULATED[name]}
        assert _fits(_shape(kept), _shape(made)), name


def test_the_simulator_fails_an_export_as_the_sample_does(sim: Sim) -> None:
    """An action with its messages, an entry among the report's errors, and the time of it."""
    wanted = _onyx({"onyxData": MADE_UP["after_failure_onyxData"]}, ID="REPORT_ID")
    assert sim.start_export().keys() >= MADE_UP["report_export_answer"].keys()
    sim.advance(1)
    given = _onyx(sim.app("OpenReport", reportID=REPORT), ID=REPORT)
    like, made = (_last(x["merge", "reportActions_ID"]) for x in (wanted, given))
    assert _fits(_shape(like), _shape(made))
    assert (like["actionName"], like["originalMessage"]["label"]) == (
        made["actionName"],
        made["originalMessage"]["label"],
    )
    errors = [x["merge", "report_ID"]["errorFields"]["export"] for x in (wanted, given)]
    assert {len(key) for each in errors for key in each} == {16}
    assert {type(text) for each in errors for text in each.values()} == {str}
    times = [x["merge", "reportNameValuePairs_ID"]["exportFailedTime"] for x in (wanted, given)]
    assert [len(time) for time in times] == [19, 19]


def test_the_simulator_takes_an_export_as_the_sample_asks_for_it(sim: Sim) -> None:
    """The client's id becomes that of the action, and is all that we recognise it by."""
    sim.put_report(REPORT, expenses=[{"project": HERMES["companyName"], "amount": 1}])
    asked = MADE_UP["report_export_request_fields"]
    ids = {"REPORT_ID": REPORT, "RANDOM_64_BIT_DECIMAL": "4711471147114711471"}
    for name, value in ids.items():
        asked = {key: text.replace(name, value) for key, text in asked.items()}
    assert sim.app("Report_Export", **asked)["jsonCode"] == 200
    sim.advance(1)
    [action] = sim.actions("EXPORTINTEGRATION")
    assert action["reportActionID"] == ids["RANDOM_64_BIT_DECIMAL"]


def _first(piece: dict[str, Any]) -> Any:
    return next(iter(piece.values()))


def _last(piece: dict[str, Any]) -> Any:
    return list(piece.values())[-1]
