"""What is read out of an HTTP answer: a model, and when to come back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from requests.structures import CaseInsensitiveDict

from shared.adapters.http import Answer, readable
from shared.domain.finding import Fault
from shared.errors import TransientError
from tests.adapters.netsuite_kit import answered

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("7", 7000),
        (" 0 ", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("9999999", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds(given: str, expected: int | None) -> None:
    """In milliseconds; a date would have to be compared with our clock."""
    assert answered(429, Retry_After=given).retry_after == expected


class Model(BaseModel):
    number: int


def test_a_json_body_becomes_a_model() -> None:
    """Any JSON media type will do."""
    assert answered(200, {"number": 3}).parse(Model).number == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answered(200, {"number": 3}, "text/html"), "200 with text/html for JSON"),
        (Answer(200, CaseInsensitiveDict(), b"{}"), "200 with no media type for JSON"),
        (answered(200, {"number": SECRET}), "number (int_parsing)"),
        (answered(200, {}), "number (missing)"),
        (answered(200, b'{"number": '), " (json_invalid)"),
        (answered(200, b"[" * 100_000), " (json_invalid)"),
        (answered(200, b'{"number": "\xff"}'), "number (int_parsing)"),
    ],
)
def test_what_is_not_the_model_is_unreadable(answer: Answer, words: str) -> None:
    """The error says where, never what."""
    with pytest.raises(TransientError) as caught:
        answer.parse(Model)
    assert caught.value.fault is Fault.UNREADABLE
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'"plain"', "plain"),
        (b'\xef\xbb\xbf"marked"', "marked"),
        (b'"cut \xf0\x9f"', "cut \ufffd"),
        (b'"cut \\ud83d"', "cut \ufffd"),
        (b'"cut \\uDE00 off"', "cut \ufffd off"),
        (b'"both \\ud83d\\ude00"', "both \U0001f600"),
        (b'"turned \\ude00\\ud83d"', "turned \ufffd\ufffd"),
        (b'"two halves \\ud83d\\ud83d\\ude00"', "two halves \ufffd\U0001f600"),
        (rb'"no escape \\ud83d"', r"no escape \ud83d"),
        (rb'"an escape \\\ud83d"', "an escape \\\ufffd"),
        (rb'"quoted \" \n \u00e9"', 'quoted " \n \u00e9'),
    ],
)
def test_a_broken_character_spoils_only_itself(body: bytes, text: str) -> None:
    """A text that was cut in the middle of one must not take a whole answer with it."""
    assert json.loads(readable(body)) == text


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_can_be_read_is_left_as_it_is(value: object) -> None:
    """With escapes and without."""
    for ascii_only in (True, False):
        assert json.loads(readable(json.dumps(value, ensure_ascii=ascii_only).encode())) == value
