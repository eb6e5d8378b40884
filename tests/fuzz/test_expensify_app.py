"""The app's API: whatever it answers, the client says no more than that."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.expensify_app.connection import sync_state_of
from shared.adapters.expensify_app.envelope import Reply, reply_of
from shared.adapters.expensify_app.login import Device
from shared.adapters.expensify_app.onyx import held
from shared.adapters.expensify_app.report import report_of
from shared.adapters.http import Answer
from shared.domain.finding import SETUP_FAULTS
from shared.domain.report import ActionKind, Report, ReportState
from shared.domain.sync import SyncState
from shared.errors import (
    OutcomeUnknownError,
    RefusedError,
    RemediationError,
    ThrottledError,
    TransientError,
)
from tests.adapters.expensify_kit import SECRET, rig, said, sample
from tests.adapters.netsuite_kit import KeptSecrets
from tests.adapters.test_expensify_sign_in import sign_in
from tests.builders import NOW, REPORT, WS
from tests.fuzz.values import (
    FUZZ,
    JUNK,
    TEXTS,
    answers,
    damaged,
    loaded,
    only_typed,
    shuffled,
)

LOGIN = said({"jsonCode": 200, "authToken": "token-1"})
AT = "2026-01-01 10:00:0{}.000"
URL = "https://1234567.app.netsuite.com/x"


def merge(key: str, value: Any) -> dict[str, Any]:
    return {"onyxMethod": "merge", "key": key, "value": value}


FAILED: dict[str, Any] = {
    "actionName": "INTEGRATIONSMESSAGE",
    "created": AT.format(1),
    "originalMessage": {"label": "NetSuite", "result": {"success": False, "messages": ["NS0770"]}},
}
EXPORTED: dict[str, Any] = {
    "actionName": "EXPORTINTEGRATION",
    "created": AT.format(2),
    "originalMessage": {"label": "NetSuite", "reimbursableUrls": [URL], "inProgress": False},
}
OPENED: dict[str, Any] = {
    "jsonCode": 200,
    "onyxData": [
        merge(
            f"report_{REPORT}",
            {
                "reportID": REPORT,
                "stateNum": 2,
                "statusNum": 3,
                "currency": "EUR",
                "total": -1250,
                "ownerAccountID": 7,
                "isExportedToIntegration": False,
                "hasExportError": True,
                "errorFields": {"export": {"1767261600000000": "text"}},
            },
        ),
        {
            "onyxMethod": "mergecollection",
            "key": "transactions_",
            "value": {
                "transactions_1": {
                    "reportID": REPORT,
                    "amount": -1250,
                    "modifiedAmount": 0,
                    "currency": "EUR",
                    "tag": "Apollo",
                }
            },
        },
        merge(f"reportActions_{REPORT}", {"11": FAILED, "12": EXPORTED}),
        merge("personalDetailsList", {"7": {"login": "sam@acme.example"}}),
    ],
}
POLICY: dict[str, Any] = {
    "jsonCode": 200,
    "onyxData": [
        merge(
            f"policy_{WS}",
            {
                "connections": {
                    "netsuite": {
                        "verified": True,
                        "lastSyncDate": "2026-01-01T10:00:00Z",
                        "lastErrorSyncDate": "2026-01-01T09:00:00Z",
                        "lastSync": {
                            "isSuccessful": True,
                            "isAuthenticationError": False,
                            "successfulDate": "2026-01-01T10:00:00Z",
                            "errorDate": "2026-01-01T09:00:00Z",
                        },
                    }
                }
            },
        ),
        merge(
            f"policyConnectionSyncProgress_{WS}",
            {"stageInProgress": "netSuiteSyncTags", "timestamp": "2026-01-01T10:01:00Z"},
        ),
    ],
}
SIGNED_IN = sample("app_signinuser_answer.json")
BEGUN = sample("app_beginsignin_answer.json")
CODE = {"jsonCode": 407, "message": "x", "requestID": "y"}
REFUSALS = {403, 407, 408, 411, 426}


def envelope_of(answer: Answer) -> Any:
    """The jsonCode by the plainest reading there is; None if that isn't a number's text."""
    body = loaded(answer.body)
    code = body.get("jsonCode") if isinstance(body, dict) else None
    return None if isinstance(code, bool) else code


@FUZZ
@given(answers(OPENED, POLICY, SIGNED_IN, CODE))
def test_a_reply_says_what_the_answer_says(answer: Answer) -> None:
    """Never that all is well unless both codes say so; and every one that isn't has its error."""
    reply = reply_of(answer)
    if reply.fine:
        assert answer.status == 200
        assert float(envelope_of(answer)) == 200
    else:
        only_typed(reply.error())
    if reply.expired:
        assert float(envelope_of(answer)) == 407
    assert isinstance(reply.error(), ThrottledError) or reply.code != 429
    with suppress(TransientError):
        held(reply.updates())


@FUZZ
@given(answer=answers(OPENED, CODE))
@pytest.mark.parametrize("act", ["sync", "export"])
def test_an_act_is_refused_for_certain_or_it_may_have_been_done(act: str, answer: Answer) -> None:
    """It is taken as refused only by a code that says so, and sent again only after 407."""
    used = rig(LOGIN, answer, LOGIN, answer)
    code = envelope_of(answer)
    try:
        if act == "sync":
            used.app.start_sync()
        else:
            used.app.export(REPORT, "1")
    except RefusedError:
        assert answer.status == 429 or (code is not None and int(float(code)) in REFUSALS)
    except OutcomeUnknownError:
        assert answer.status != 200 or code is None or str(code) != "200"
    else:
        assert answer.status == 200
        assert float(code) == 200
    assert len(used.script.requests) == (4 if reply_of(answer).expired else 2)


def _calls(answer: Answer) -> list[Callable[[], object]]:
    used = [rig(LOGIN, answer, LOGIN, answer) for _ in range(2)]
    return [
        lambda: used[0].app.open_report(REPORT),
        used[1].app.sync_state,
        rig(answer, answer).app.sync_state,
        lambda: sign_in(answer)[0].begin("user@example.com"),
        lambda: sign_in(answer)[0].finish("user@example.com", "1"),
    ]


@FUZZ
@given(answers(OPENED, POLICY, SIGNED_IN, BEGUN, CODE))
def test_no_answer_crashes_a_read(answer: Answer) -> None:
    """What it can't understand, it says; an error repeats nothing of what came."""
    for call in _calls(answer):
        try:
            call()
        except RemediationError as error:
            assert not isinstance(error, OutcomeUnknownError)
            if isinstance(error, RefusedError):
                assert error.fault in SETUP_FAULTS
        except IndexError:
            # The script ran out: a login that was taken went on to ask for more.
            assert reply_of(answer).fine


@FUZZ
@given(damaged(OPENED, most=4))
def test_a_report_tells_nothing_that_its_pieces_do_not(body: Any) -> None:
    """No export, no mark and no failure out of thin air; no state but by its two numbers."""
    reply = _reply(body)
    try:
        store = held(reply.updates())
        report = report_of(store, REPORT, None, NOW)
    except TransientError:
        return
    if report is None:
        assert store[f"report_{REPORT}"]["errorFields"]
        return
    raw = store[f"reportActions_{REPORT}"] or {}
    assert {action.id for action in report.actions} == set(raw)
    for action in report.actions:
        _is_told(action.kind, raw[action.id])
        assert len(action.messages) <= len(json.dumps(raw[action.id]))
    if report.state is ReportState.APPROVED:
        told = store[f"report_{REPORT}"]
        assert [float(told[name]) for name in ("stateNum", "statusNum")] == [2, 3]
    assert report.exported is not None
    if report.exported:
        assert store[f"report_{REPORT}"]["isExportedToIntegration"]


def _is_told(kind: ActionKind, raw: dict[str, Any]) -> None:
    if kind in {ActionKind.EXPORTED, ActionKind.MARKED_BY_HAND}:
        assert raw["actionName"].startswith("EXPORTED") or raw["actionName"] == "EXPORTINTEGRATION"
        assert raw.get("pendingAction") != "add"
    if kind is ActionKind.EXPORT_FAILED:
        assert raw["actionName"] == "INTEGRATIONSMESSAGE"
    if raw["actionName"] == "INTEGRATIONSMESSAGE":
        assert kind in {ActionKind.EXPORT_FAILED, ActionKind.OTHER}


def _reply(body: Any) -> Reply:
    onyx = body.get("onyxData") if isinstance(body, dict) else None
    return Reply(200, 200, said=True, onyx_data=onyx)


# --- a history is read as it was written --------------------------------------------------------

KINDS: dict[ActionKind, list[dict[str, Any]]] = {
    ActionKind.EXPORT_FAILED: [
        FAILED,
        {**FAILED, "originalMessage": {}},
        {"actionName": "INTEGRATIONSMESSAGE", "created": AT.format(0), "message": {"result": {}}},
    ],
    ActionKind.EXPORTED: [
        EXPORTED,
        {**EXPORTED, "originalMessage": {"label": "NetSuite", "nonReimbursableUrls": [URL]}},
        {**EXPORTED, "originalMessage": {}},
    ],
    ActionKind.MARKED_BY_HAND: [{**EXPORTED, "originalMessage": {"markedManually": True}}],
    ActionKind.OTHER: [
        {**EXPORTED, "originalMessage": {"inProgress": True, "reimbursableUrls": [URL]}},
        {**EXPORTED, "pendingAction": "add"},
        {
            "actionName": "ADDCOMMENT",
            "created": AT.format(3),
            "originalMessage": {"html": "NS0770"},
        },
        {**FAILED, "originalMessage": {"result": {"success": True}}},
        {"actionName": "EXPORTCSV", "created": AT.format(3)},
    ],
}
WRITTEN = [(kind, action) for kind, actions in KINDS.items() for action in actions]
EXTRA = st.dictionaries(TEXTS.map(lambda text: f"x{text}"), JUNK, max_size=3)


def opened(updates: list[dict[str, Any]]) -> Report:
    store = held(Reply(200, 200, said=True, onyx_data=updates).updates())
    report = report_of(store, REPORT, None, NOW)
    assert report is not None
    return report


@FUZZ
@given(st.data())
def test_a_history_is_read_as_it_was_written(data: st.DataObject) -> None:
    """Every action once, as what it is, whatever stands beside it, in pieces or in one."""
    chosen = data.draw(st.lists(st.sampled_from(WRITTEN), max_size=6))
    ids = data.draw(
        st.lists(st.integers(1, 2**63), min_size=len(chosen), max_size=len(chosen), unique=True)
    )
    written = {
        str(id_): (kind, {**action, **data.draw(EXTRA)})
        for id_, (kind, action) in zip(ids, chosen, strict=True)
    }
    report = {**OPENED["onyxData"][0]["value"], **data.draw(EXTRA)}
    actions = [merge(f"reportActions_{REPORT}", {i: a}) for i, (_, a) in written.items()]
    pieces = [
        merge(f"reportActions_{REPORT}", {}),
        *[merge(f"report_{REPORT}", {name: value}) for name, value in report.items()],
        *copy.deepcopy(OPENED["onyxData"][1:2]),
        *actions,
    ]
    found = opened(shuffled(data.draw, pieces))
    assert {a.id: a.kind for a in found.actions} == {i: kind for i, (kind, _) in written.items()}
    whole = opened(
        [
            merge(f"report_{REPORT}", report),
            *copy.deepcopy(OPENED["onyxData"][1:2]),
            merge(f"reportActions_{REPORT}", {i: a for i, (_, a) in written.items()}),
        ]
    )
    assert set(found.actions) == set(whole.actions)
    assert found.labels == whole.labels
    assert (found.state, found.error_count) == (whole.state, whole.error_count)


# --- the connection -----------------------------------------------------------------------------


@FUZZ
@given(damaged(POLICY, most=4))
def test_a_sync_is_told_by_what_is_there(body: Any) -> None:
    """No success without a date of one, none that its own flag denies; no stage, no sync."""
    try:
        store = held(_reply(body).updates())
        state = sync_state_of(store, WS)
    except TransientError:
        return
    netsuite = store[f"policy_{WS}"]["connections"]["netsuite"]
    last = netsuite.get("lastSync") or {}
    if state.last_success:
        assert last.get("successfulDate") or netsuite.get("lastSyncDate")
        if last.get("isSuccessful") is False:
            assert state.last_failure is not None
            assert state.last_failure >= state.last_success
    if state.running:
        progress = store[f"policyConnectionSyncProgress_{WS}"]
        assert progress["stageInProgress"] != "jobDone"
        assert progress["timestamp"]
    assert isinstance(state, SyncState)
    for time in (state.last_success, state.last_failure):
        assert time is None or (len(time) == 32 and time.endswith("+00:00"))


@FUZZ
@given(damaged(SECRET, most=3))
def test_no_secret_crashes_a_login(secret: Any) -> None:
    """One that can't be used is a refusal, which shows nothing of it."""
    if not isinstance(secret, dict):
        return
    used = rig(LOGIN, said(POLICY), kept=KeptSecrets(secret))
    try:
        used.app.sync_state()
    except RefusedError as error:
        assert "device-secret" not in str(error)
        assert "app-password" not in str(error)
        return
    assert Device.model_validate(secret["expensifyApp"])
