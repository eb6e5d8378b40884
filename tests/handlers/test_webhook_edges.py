"""From a function URL's event to a message: the edges of the webhook."""

import base64
import json
from typing import Any

import pytest

from scripts.write_events import CHANGED, KEY_ID, delivery
from shared.contracts.account import one_form
from shared.contracts.delivery import message_of
from shared.contracts.function_url import post_of, response
from shared.domain.delivery import (
    ACCEPTED,
    DUPLICATE,
    LARGEST,
    LARGEST_DETAIL,
    NO_BASE64,
    NO_POST,
    NO_REQUEST,
    NO_TEXT,
    NOT_YOURS,
    TOO_LARGE,
    TOO_LARGE_DETAIL,
    UNAVAILABLE,
    Answer,
    Message,
    Post,
)
from tests.builders import ACCOUNT, WS
from tests.deliveries import DETAILS, FAILED, PROJECT, body_of


def refused(body: Any) -> str:
    """The reason why."""
    found = message_of(body if isinstance(body, str) else json.dumps(body))
    assert isinstance(found, Answer)
    assert found.status == 400
    return found.reason


def taken(body: str) -> Message:
    found = message_of(body)
    assert isinstance(found, Message)
    return found


# --- the body --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DETAILS)
def test_the_type_says_which_event_it_is(kind: str) -> None:
    """Source, detail type and detail are those of the public contract."""
    source = "netsuite" if kind == "Project Changed" else "expensify"
    whose = {"account_id": ACCOUNT} if source == "netsuite" else {"workspace_id": WS}
    assert taken(body_of(kind)) == Message(source, kind, DETAILS[kind], **whose)


def test_every_known_field_is_passed_on_and_no_other() -> None:
    """What nobody knows stays outside, on every level; blanks around an id don't count."""
    more = {
        "failedAt": "2027-01-15 09:58:07.412",
        "submitterEmail": "ines@acme.example",
        "expenses": [{"transactionId": "901", "amount": {"value": 412.0, "currency": "EUR"}}],
    }
    body = json.loads(body_of(**more))
    body |= {"timestamp": "2027-01-15T08:00:00Z", "colour": 1}
    body["data"] |= {"colour": 1, "workspaceId": f" {WS} ", "reportName": None}
    body["data"]["expenses"][0]["colour"] = 1
    message = taken(json.dumps(body))
    assert json.loads(json.dumps(message.detail)) == {**FAILED, **more}
    assert message.workspace_id == WS


@pytest.mark.parametrize("written", ["1234567-sb1", "1234567_SB1", "1234567_sb1"])
def test_an_account_is_named_as_settings_name_it(written: str) -> None:
    """Also where a script knows only its host's name."""
    message = taken(body_of("Project Changed", accountId=written))
    assert (message.account_id, message.detail["accountId"]) == ("1234567_SB1", "1234567_SB1")
    assert one_form(written) == "1234567_SB1"


@pytest.mark.parametrize("body", ["", " ", "{", "NS0770", "\ufeff{}", "{'type': 1}", "\x00"])
def test_what_is_no_json_is_said_to_be_none(body: str) -> None:
    """An empty body is none either."""
    assert refused(body) == "body: json_invalid"


def test_what_is_nested_too_deep_is_no_json() -> None:
    """It breaks nothing."""
    assert refused('{"type": ' + "[" * 100_000) == "body: json_invalid"


@pytest.mark.parametrize("body", [[], [{"type": "Report Changed"}], "text", 1, None, True])
def test_what_is_no_object_is_refused(body: Any) -> None:
    """Batches, too: a delivery is one event."""
    assert refused(json.dumps(body)) == "body: dict_type"


@pytest.mark.parametrize("kind", [None, "", "report export failed", "Case Opened", 1, ["x"], {}])
def test_an_unknown_type_is_told_the_known_ones(kind: Any) -> None:
    """And not what it was."""
    known = "type: must be one of Report Export Failed, Report Changed, Project Changed"
    assert refused({"type": kind, "data": FAILED}) == known
    assert refused({"data": FAILED}) == known


def test_a_wrong_field_is_named_with_what_is_wrong() -> None:
    """Every one, by its place."""
    body = body_of(version=2, reportId="a#b", errorMessage=None, amount={"currency": "eur"})
    assert set(refused(body).split("; ")) == {
        "data.version: literal_error",
        "data.reportId: string_pattern_mismatch",
        "data.errorMessage: missing",
        "data.amount.value: missing",
        "data.amount.currency: string_pattern_mismatch",
    }
    assert refused({"type": "Report Changed"}) == "data: missing"
    assert refused({"type": "Report Changed", "data": []}) == "data: model_type"


def test_a_long_list_of_faults_is_cut() -> None:
    """The first five say enough."""
    reason = refused(body_of(expenses=[{}] * 1000))
    assert reason.count("missing") == 5
    assert reason.endswith("; and more")


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_a_number_beyond_all_numbers_is_refused(number: str) -> None:
    """Nobody further on could read it."""
    amount = json.dumps({"value": "@", "currency": "EUR"}).replace('"@"', number)
    assert refused(body_of(amount="@").replace('"@"', amount)).startswith("data")


def test_what_would_not_fit_on_the_bus_is_refused_here() -> None:
    """Characters of four bytes, and many expenses: up to the last byte that fits."""
    assert message_of(body_of(errorMessage="𝄞" * (LARGEST_DETAIL // 4))) == TOO_LARGE_DETAIL
    expense = {"transactionId": "x" * 64, "amount": {"value": 1e15, "currency": "EUR"}}
    assert message_of(body_of(expenses=[expense] * 2000)) == TOO_LARGE_DETAIL
    assert isinstance(message_of(body_of(errorMessage="x" * 200_000)), Message)


# --- the request -----------------------------------------------------------------------------------


def event(**more: Any) -> dict[str, Any]:
    return {**delivery("Report Changed", CHANGED), **more}


def test_a_request_is_read_with_its_headers_in_lower_case() -> None:
    """Also where the body comes in base64."""
    plain = event()
    plain["headers"] = {name.title(): value for name, value in plain["headers"].items()}
    found = post_of(plain)
    assert isinstance(found, Post)
    assert (found.method, found.path) == ("POST", f"/{KEY_ID}")
    assert found.headers == event()["headers"]
    assert post_of(delivery("Report Changed", CHANGED, in_base64=True)) == found


def test_a_header_given_twice_is_a_list() -> None:
    """Never one of the two at will."""
    found = post_of(event(headers={"webhook-id": "a", "Webhook-Id": "b"}))
    assert isinstance(found, Post)
    assert found.headers == {"webhook-id": "a,b"}


def test_a_request_may_have_no_headers_and_no_body() -> None:
    """As a browser's has none."""
    bare = event()
    del bare["headers"], bare["body"], bare["isBase64Encoded"]
    assert post_of(bare) == Post("POST", f"/{KEY_ID}", {}, b"")
    assert post_of({**bare, "body": None}) == Post("POST", f"/{KEY_ID}", {}, b"")


@pytest.mark.parametrize(
    "strange",
    [{}, {"Records": []}, event(rawPath=None), event(requestContext={}), event(headers=[]),
     event(headers={"a": 1}), event(body=1), event(isBase64Encoded="perhaps")],
)  # fmt: skip
def test_what_is_no_request_is_refused(strange: dict[str, Any]) -> None:
    """It breaks nothing."""
    assert post_of(strange) == NO_REQUEST


def in_base64(body: bytes) -> dict[str, Any]:
    return event(body=base64.b64encode(body).decode(), isBase64Encoded=True)


@pytest.mark.parametrize("more", [0, 1, 2, 3])
def test_a_body_has_at_most_256_kilobytes(more: int) -> None:
    """To the byte, in both ways in which it comes."""
    body = b"x" * (LARGEST + more)
    for given in (event(body=body.decode()), in_base64(body)):
        assert (post_of(given) == TOO_LARGE) is (more > 0)


def test_bytes_count_and_not_characters() -> None:
    """Four bytes to the clef."""
    assert post_of(event(body="𝄞" * (LARGEST // 4 + 1))) == TOO_LARGE
    assert isinstance(post_of(event(body="𝄞" * (LARGEST // 4))), Post)


def test_size_comes_before_everything_else() -> None:
    """Neither the method nor whether it is base64 is looked at."""
    huge = event(body="!" * 6_000_000, isBase64Encoded=True)
    huge["requestContext"]["http"]["method"] = "GET"
    assert post_of(huge) == TOO_LARGE


@pytest.mark.parametrize("body", ["!", "a", "ab=c", "äöü=", "YQ=\n="])
def test_what_is_no_base64_is_refused(body: str) -> None:
    """Leaving out what isn't would read what nobody sent."""
    assert post_of(event(body=body, isBase64Encoded=True)) == NO_BASE64


def test_half_a_character_is_no_text() -> None:
    """Lambda's JSON can write it, HTTP can't."""
    assert post_of(event(body="\ud800")) == NO_TEXT


# --- the answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "body", "headers"),
    [
        (ACCEPTED, {"outcome": "accepted"}, {}),
        (DUPLICATE, {"outcome": "duplicate"}, {}),
        (NOT_YOURS, {"outcome": "refused", "reason": NOT_YOURS.reason}, {}),
        (NO_POST, {"outcome": "refused", "reason": NO_POST.reason}, {"allow": "POST"}),
        (
            UNAVAILABLE,
            {"outcome": "unavailable", "reason": UNAVAILABLE.reason},
            {"retry-after": "60"},
        ),
    ],
)
def test_an_answer_is_json_with_its_reason(
    answer: Answer, body: dict[str, str], headers: dict[str, str]
) -> None:
    """And with what HTTP wants of its status."""
    found = response(answer)
    assert found["statusCode"] == answer.status
    assert json.loads(found["body"]) == body
    assert found["headers"] == {"content-type": "application/json", **headers}


def test_project_hints_of_another_version_are_refused() -> None:
    """What they mean isn't known."""
    assert refused({"type": "Project Changed", "data": {**PROJECT, "version": 2}}) == (
        "data.version: literal_error"
    )
