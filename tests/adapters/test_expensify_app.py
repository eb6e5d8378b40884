"""The app's API: logging in, what may be sent again, and what each answer means."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from shared.adapters.expensify_app.login import TOKEN_LIFE
from shared.adapters.http import Answer
from shared.domain.finding import Fault
from shared.errors import (
    OutcomeUnknownError,
    PermanentError,
    RefusedError,
    ThrottledError,
    TransientError,
)
from tests.adapters.expensify_kit import ROTATED, SECRET, Rig, rig, said, sample, text
from tests.adapters.netsuite_kit import KeptSecrets, answered
from tests.builders import REPORT, WS

LOGIN = said({"jsonCode": 200, "authToken": "token-1"})
AGAIN = said({"jsonCode": 200, "authToken": "token-2"})
OK = said({"jsonCode": 200, "requestID": "x-SJC"})
EXPIRED = said({"jsonCode": 407, "message": "whatever"})
POLICY = said(
    {
        "jsonCode": 200,
        "onyxData": [
            {
                "onyxMethod": "merge",
                "key": f"policy_{WS}",
                "value": {"connections": {"netsuite": {}}},
            }
        ],
    }
)
PAGE = answered(200, b"<html></html>", "text/html")


def export(used: Rig) -> None:
    used.app.export(REPORT, "42")


def sync(used: Rig) -> None:
    used.app.start_sync()


def state(used: Rig) -> None:
    used.app.sync_state()


ACTS = pytest.mark.parametrize("act", [export, sync])
type Act = Callable[[Rig], None]


def commands(used: Rig) -> list[str]:
    return [str(request.url).rpartition("/")[2] for request in used.script.requests]


# --- what is sent ----------------------------------------------------------------------------


def test_every_command_carries_the_fields_of_the_client() -> None:
    """The token and the person, and no wish for cookies."""
    used = rig(LOGIN, POLICY)
    state(used)
    first, second = used.forms()
    common = {
        "referer": "ecash",
        "platform": "web",
        "api_setCookie": "false",
        "isFromDevEnv": "false",
        "email": "exporter@acme.example",
    }
    for form in (first, second):
        assert common.items() <= form.items()
        assert form["appversion"]
    assert "authToken" not in first
    assert (second["authToken"], second["policyID"]) == ("token-1", WS)


def test_authenticate_sends_the_device_and_the_partner() -> None:
    """The generated login of one device, as the client does it."""
    used = rig(LOGIN, POLICY)
    state(used)
    assert commands(used)[0] == "Authenticate"
    assert SECRET["expensifyApp"].items() <= used.forms()[0].items()
    assert used.forms()[0]["useExpensifyLogin"] == "false"


def test_settings_name_version_partner_and_host() -> None:
    """All that may change with the app stands in one place, and needs no new release of ours."""
    device = {k: v for k, v in SECRET["expensifyApp"].items() if k != "partnerName"}
    kept = KeptSecrets({"expensifyApp": device})
    used = rig(LOGIN, POLICY, kept=kept, app_version="10.1.2-3", app_partner="other-expensify")
    state(used)
    assert [form["appversion"] for form in used.forms()] == ["10.1.2-3"] * 2
    assert used.forms()[0]["partnerName"] == "other-expensify"
    kept = KeptSecrets({"expensifyApp": device})
    used = rig(LOGIN, POLICY, kept=kept, app_url="https://staging.expensify.example/api")
    state(used)
    assert used.forms()[0]["partnerName"] == "chat-expensify-com"
    assert used.script.requests[0].url == "https://staging.expensify.example/api/Authenticate"


def test_an_export_names_one_report_and_its_attempt() -> None:
    """Never a list: each report is an attempt of its own."""
    used = rig(LOGIN, OK)
    export(used)
    form = used.forms()[1]
    assert commands(used)[1] == "Report_Export"
    assert (form["reportIDList"], form["connectionName"], form["type"]) == (
        REPORT,
        "netsuite",
        "MANUAL",
    )
    assert json.loads(form["optimisticReportActions"]) == {REPORT: "42"}


def test_a_sync_names_its_workspace() -> None:
    """Also as the key that the client uses."""
    used = rig(LOGIN, OK)
    sync(used)
    form = used.forms()[1]
    assert commands(used)[1] == "SyncPolicyToNetSuite"
    assert (form["policyID"], form["idempotencyKey"]) == (WS, WS)


# --- the token -------------------------------------------------------------------------------


def test_a_token_is_kept_for_85_minutes() -> None:
    """By our own clock, counted from before it was asked for."""
    used = rig(LOGIN, POLICY, POLICY, AGAIN, POLICY)
    state(used)
    used.clock.now += TOKEN_LIFE - 1
    state(used)
    used.clock.now += 1
    state(used)
    assert [form.get("authToken") for form in used.forms()] == [
        None,
        "token-1",
        "token-1",
        None,
        "token-2",
    ]
    assert TOKEN_LIFE == 85 * 60_000


@pytest.mark.parametrize("act", [export, sync])
def test_an_expired_token_is_replaced_and_the_command_sent_again(act: Act) -> None:
    """By 407 it was not executed, so that even an export may be."""
    used = rig(LOGIN, EXPIRED, AGAIN, OK)
    act(used)
    assert commands(used)[1] == commands(used)[3]
    assert used.forms()[3]["authToken"] == "token-2"


def test_an_expired_token_is_replaced_for_a_read() -> None:
    """Likewise."""
    used = rig(LOGIN, EXPIRED, AGAIN, POLICY)
    state(used)
    assert used.forms()[3]["authToken"] == "token-2"


@pytest.mark.parametrize("act", [export, sync, state])
def test_a_second_407_is_a_refusal(act: Act) -> None:
    """There is no third try."""
    used = rig(LOGIN, EXPIRED, AGAIN, EXPIRED)
    with pytest.raises(RefusedError):
        act(used)
    assert len(commands(used)) == 4


@ACTS
def test_a_407_without_an_envelope_is_not_believed(act: Act) -> None:
    """A proxy's 407 doesn't say that the command was not executed."""
    used = rig(LOGIN, answered(407, b"<html></html>", "text/html"))
    with pytest.raises(OutcomeUnknownError):
        act(used)


def test_a_rotated_secret_is_read_anew_once() -> None:
    """A refused login counts only for the secret as it is now."""
    kept = KeptSecrets(fresh=ROTATED, cached=SECRET)
    used = rig(said({"jsonCode": 401}), LOGIN, POLICY, kept=kept)
    state(used)
    secrets = [form["partnerUserSecret"] for form in used.forms()[:2]]
    assert secrets == ["device-secret", "rotated"]


@pytest.mark.parametrize("code", [401, 402, 403, 404, 407, 408, 411, 426])
def test_any_refusal_of_a_login_is_a_refusal(code: int) -> None:
    """'Any jsonCode but 200 is signed out'; the same secret is not tried twice."""
    used = rig(said({"jsonCode": code}))
    with pytest.raises(RefusedError):
        state(used)
    assert len(commands(used)) == 1


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (said({"jsonCode": 500}), Fault.UNREACHABLE),
        (said({"jsonCode": 666}), Fault.UNREACHABLE),
        (answered(503, b"", "text/html"), Fault.UNREACHABLE),
        (answered(429, b"", "text/html"), Fault.THROTTLED),
        (PAGE, Fault.UNREADABLE),
        (OK, Fault.UNREADABLE),
        (said({"jsonCode": 200, "authToken": None}), Fault.UNREADABLE),
        (said(sample("app_beginsignin_answer.json")), Fault.UNREADABLE),
        (said(sample("app_signinuser_answer.json")), Fault.UNREADABLE),
    ],
)
def test_a_login_that_does_not_succeed_is_no_refusal_unless_it_says_so(
    answer: Answer, fault: Fault
) -> None:
    """A server in trouble must not look like a wrong password."""
    with pytest.raises(TransientError) as raised:
        state(rig(answer))
    assert raised.value.fault is fault


@ACTS
@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ((said({"jsonCode": 500}),), Fault.UNREACHABLE),
        ((answered(429, b"", "text/html"),), Fault.THROTTLED),
        ((said({"jsonCode": 401}),), Fault.LOGIN_REFUSED),
        ((requests.ReadTimeout(), requests.ReadTimeout()), Fault.UNREACHABLE),
        ((LOGIN, EXPIRED, said({"jsonCode": 500})), Fault.UNREACHABLE),
    ],
)
def test_without_a_login_nothing_was_done(
    act: Act, answers: tuple[Answer | Exception, ...], fault: Fault
) -> None:
    """Whatever happens to the login, the command itself was not sent."""
    with pytest.raises(RefusedError) as raised:
        act(rig(*answers))
    assert raised.value.fault is fault


@ACTS
def test_nothing_that_changes_something_begins_without_time_for_it(act: Act) -> None:
    """A slow login would turn a healthy call into an unknown outcome."""
    used = rig(LOGIN, OK)
    used.clock.step = 1000
    with pytest.raises(RefusedError) as raised:
        act(used)
    assert raised.value.fault is Fault.UNREACHABLE
    assert commands(used) == ["Authenticate"]


@pytest.mark.parametrize("broken", [{}, {"expensifyApp": {"email": "x"}}])
def test_a_broken_secret_is_a_refusal_that_shows_no_value(broken: dict[str, object]) -> None:
    """It is the operator's to mend."""
    with pytest.raises(RefusedError, match="the Expensify secret: expensifyApp"):
        state(rig(kept=KeptSecrets(broken)))


def test_secrets_and_tokens_do_not_show_in_a_representation() -> None:
    """A traceback may hold one."""
    from shared.adapters.expensify_app.envelope import reply_of
    from shared.adapters.expensify_app.login import Device, Token

    device = Device.model_validate(SECRET["expensifyApp"])
    shown = repr((device, Token("token-1", device.email, 0), reply_of(LOGIN)))
    assert not any(secret in shown for secret in ("token-1", "app-password", "device-secret"))
    assert "exporter@acme.example" not in shown


# --- reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("spelt", [int, str])
@pytest.mark.parametrize(
    ("code", "error", "fault"),
    [
        (403, RefusedError, Fault.LOGIN_REFUSED),
        (408, RefusedError, Fault.LOGIN_REFUSED),
        (411, RefusedError, Fault.NO_PERMISSION),
        (426, RefusedError, Fault.CLIENT_TOO_OLD),
        (429, ThrottledError, Fault.THROTTLED),
        (500, TransientError, Fault.UNREACHABLE),
        (666, TransientError, Fault.UNREACHABLE),
        (665, TransientError, Fault.UNREADABLE),
        (305, TransientError, Fault.UNREADABLE),
        (400, PermanentError, None),
        (401, PermanentError, None),
        (404, PermanentError, None),
    ],
)
def test_the_json_code_of_a_read_decides(
    code: int, error: type[Exception], fault: Fault | None, spelt: type
) -> None:
    """As a number or as a text, in HTTP 200."""
    with pytest.raises(error) as raised:
        state(rig(LOGIN, said({"jsonCode": spelt(code), "message": "whatever"})))
    assert type(raised.value) is error
    assert getattr(raised.value, "fault", None) is fault


@pytest.mark.parametrize(
    ("answer", "error", "fault"),
    [
        (answered(429, b"", "text/html", Retry_After="7"), ThrottledError, Fault.THROTTLED),
        (answered(500, b"", "text/html"), TransientError, Fault.UNREACHABLE),
        (said({"jsonCode": 200}, 502), TransientError, Fault.UNREACHABLE),
        (answered(302, b"", "text/html"), TransientError, Fault.UNREADABLE),
        (answered(404, b"", "text/html"), PermanentError, None),
        (answered(403, b"", "text/html"), RefusedError, Fault.LOGIN_REFUSED),
        (PAGE, TransientError, Fault.UNREADABLE),
        (text('{"jsonCode": 200, "onyx'), TransientError, Fault.UNREADABLE),
        (said({"message": "no code"}), TransientError, Fault.UNREADABLE),
        (said([1]), TransientError, Fault.UNREADABLE),
        (OK, TransientError, Fault.UNREADABLE),
        (said({"jsonCode": 200, "onyxData": [{"key": 1}]}), TransientError, Fault.UNREADABLE),
    ],
)
def test_an_answer_without_an_envelope_is_judged_by_its_status(
    answer: Answer, error: type[Exception], fault: Fault | None
) -> None:
    """And one that can't be read is never taken for an empty one."""
    with pytest.raises(error) as raised:
        state(rig(LOGIN, answer))
    assert type(raised.value) is error
    assert getattr(raised.value, "fault", None) is fault


def test_a_wait_that_is_named_is_kept() -> None:
    """Retry-After in seconds."""
    with pytest.raises(ThrottledError) as raised:
        state(rig(LOGIN, answered(429, b"", "text/html", Retry_After="7")))
    assert raised.value.retry_after == 7_000


def test_a_read_over_a_dead_connection_is_tried_once_more() -> None:
    """Reading twice does no harm."""
    used = rig(LOGIN, requests.ConnectionError(), POLICY)
    state(used)
    assert commands(used)[1:] == ["OpenPolicyAccountingPage"] * 2


# --- acts ------------------------------------------------------------------------------------


@ACTS
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (403, Fault.LOGIN_REFUSED),
        (408, Fault.LOGIN_REFUSED),
        (411, Fault.NO_PERMISSION),
        (426, Fault.CLIENT_TOO_OLD),
    ],
)
def test_a_refusal_by_its_code_is_certain(act: Act, code: int, fault: Fault) -> None:
    """It was refused before anything was done."""
    with pytest.raises(RefusedError) as raised:
        act(rig(LOGIN, said({"jsonCode": code})))
    assert raised.value.fault is fault


@ACTS
def test_a_throttled_act_was_not_done(act: Act) -> None:
    """The network in front of Expensify turns it away."""
    with pytest.raises(RefusedError) as raised:
        act(rig(LOGIN, answered(429, b"", "text/html")))
    assert raised.value.fault is Fault.THROTTLED


@ACTS
@pytest.mark.parametrize(
    "answer",
    [
        said({"jsonCode": 400}),
        said({"jsonCode": 404}),
        said({"jsonCode": 429}),
        said({"jsonCode": 500}),
        said({"jsonCode": 665}),
        said({"jsonCode": 666}),
        said({"jsonCode": 200}, 502),
        said({"message": "no code"}),
        answered(403, b"", "text/html"),
        answered(504, b"", "text/html"),
        text('{"jsonCode": 2'),
        text(""),
        PAGE,
        requests.ReadTimeout(),
        requests.ConnectionError("reset"),
        requests.exceptions.SSLError("eof"),
    ],
)
def test_any_other_answer_to_an_act_is_an_unknown_outcome(
    act: Act, answer: Answer | Exception
) -> None:
    """It is sent exactly once; what became of it must be read back."""
    used = rig(LOGIN, answer)
    with pytest.raises(OutcomeUnknownError):
        act(used)
    assert len(commands(used)) == 2


def _refused_connection() -> requests.ConnectionError:
    reason = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


@ACTS
@pytest.mark.parametrize("error", [requests.ConnectTimeout(), _refused_connection()])
def test_what_was_never_sent_was_not_done(act: Act, error: Exception) -> None:
    """Without a connection nothing has arrived."""
    with pytest.raises(RefusedError) as raised:
        act(rig(LOGIN, error))
    assert raised.value.fault is Fault.UNREACHABLE


@ACTS
def test_a_mark_before_the_json_is_no_part_of_it(act: Act) -> None:
    """A byte order mark, which a success must not get lost behind."""
    act(rig(LOGIN, text(b"\xef\xbb\xbf" + OK.body)))


@ACTS
def test_a_code_as_text_is_a_code(act: Act) -> None:
    """The client takes both."""
    act(rig(LOGIN, said({"jsonCode": "200"})))


def test_an_error_never_repeats_what_expensify_wrote() -> None:
    """Its words may hold expense content, and errors are logged."""
    answer: dict[str, Any] = {"jsonCode": 400, "message": "Hotel Adlon", "onyxData": [{"key": 1}]}
    with pytest.raises(PermanentError) as raised:
        state(rig(LOGIN, said(answer)))
    assert "Adlon" not in str(raised.value)
