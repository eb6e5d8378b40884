"""What is delivered to the webhook, before and after its signature is known to hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.clock import DAY, SECOND, Millis
from shared.domain.delivery import (
    CLASH,
    DUPLICATE,
    NO_ID,
    NO_KEY_ID,
    NO_POST,
    NO_SIGNATURE,
    NO_TEXT,
    NO_TIMESTAMP,
    OLD,
    REMEMBERED,
    TOLERANCE,
    Answer,
    Message,
    Outcome,
    Sealed,
    fingerprint,
    permitted,
    recognisable,
    refused,
    repeated,
    sealed,
)
from tests.builders import ACCOUNT, NOW, WS
from tests.deliveries import FAILED, ID, KEY, body_of, post

MESSAGE = Message("expensify", "Report Export Failed", FAILED, workspace_id=WS)
HINT = Message("netsuite", "Project Changed", {"accountId": ACCOUNT}, account_id=ACCOUNT)


# --- as it is sealed -------------------------------------------------------------------------------


def test_a_whole_delivery_is_taken_apart() -> None:
    """Nothing of it is changed: the signature is over every byte."""
    given_post = post()
    found = sealed(given_post, NOW)
    assert found == Sealed(
        KEY, ID, str(NOW // SECOND), given_post.headers["webhook-signature"], body_of()
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "post", ""])
def test_only_post_is_taken(method: str) -> None:
    """A link that somebody opens does nothing."""
    assert sealed(replace(post(), method=method), NOW) == NO_POST


@pytest.mark.parametrize(
    "path", ["", "/", "//", "/Acme", "/a/b", "/a b", "/-a", "/ä", "/a\n", f"/{'a' * 64}", "a"]
)
def test_the_path_is_the_id_of_a_key(path: str) -> None:
    """And nothing else."""
    assert sealed(replace(post(), path=path), NOW) == NO_KEY_ID


@pytest.mark.parametrize("path", ["/a", "/a/", "/acme-bridge-2", f"/{'a' * 63}"])
def test_every_id_of_a_key_is_a_path(path: str) -> None:
    """With or without a slash at the end."""
    found = sealed(replace(post(), path=path), NOW)
    assert isinstance(found, Sealed)
    assert found.key_id == path.strip("/")


def test_what_is_no_text_is_refused() -> None:
    """JSON is UTF-8."""
    assert sealed(post(b"\xff\xfe"), NOW) == NO_TEXT


@pytest.mark.parametrize(
    "delivery_id", [None, "", "a.b", "a b", "a,b", "sam@acme.example", "é", "a\n", "x" * 201, '{"']
)
def test_an_id_is_short_and_plain(delivery_id: str | None) -> None:
    """A full stop would give signed content a second reading."""
    assert sealed(post(webhook_id=delivery_id), NOW) == NO_ID


@pytest.mark.parametrize("delivery_id", ["1", ID, "x" * 200, "a/b:c_d+e=-f"])
def test_every_usual_id_is_taken(delivery_id: str) -> None:
    """Whatever makes it: UUIDs, base64, counters."""
    assert isinstance(sealed(post(delivery_id=delivery_id), NOW), Sealed)


@pytest.mark.parametrize(
    "timestamp",
    [None, "", "0", "-1", "1800000000.5", "1.8e9", "01800000000", "1_800_000_000", " 1800000000",
     "١٨٠٠٠٠٠٠٠٠", "180000000000", "NaN", "2027-01-15T08:00:00Z"],
)  # fmt: skip
def test_a_time_is_whole_seconds(timestamp: str | None) -> None:
    """One spelling only, the one that was signed."""
    assert sealed(post(webhook_timestamp=timestamp), NOW) == NO_TIMESTAMP


def test_without_a_signature_nothing_is_asked_of_anybody() -> None:
    """An empty one is none."""
    assert sealed(post(webhook_signature=None), NOW) == NO_SIGNATURE
    assert sealed(post(webhook_signature=""), NOW) == NO_SIGNATURE


@pytest.mark.parametrize("off", [TOLERANCE, -TOLERANCE, 0])
def test_five_minutes_either_way_are_tolerated(off: Millis) -> None:
    """And not a second more."""
    assert isinstance(sealed(post(at=NOW + off), NOW), Sealed)
    if off:
        further = off + (SECOND if off > 0 else -SECOND)
        assert sealed(post(at=NOW + further), NOW) == OLD


def test_a_refusal_is_its_status_and_its_reason() -> None:
    """Of nobody known."""
    assert refused(418, "a teapot") == Answer(418, Outcome.REFUSED, "a teapot", "", "", "")


# --- what a key may say ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "workspaces", "accounts", "may"),
    [
        (MESSAGE, (WS,), (), True),
        (MESSAGE, ("other", WS), (), True),
        (MESSAGE, ("other",), (ACCOUNT,), False),
        (MESSAGE, (), (WS,), False),
        (MESSAGE, (), (), False),
        (HINT, (), (ACCOUNT,), True),
        (HINT, (WS,), ("7654321",), False),
        (HINT, (ACCOUNT,), (), False),
    ],
)
def test_a_key_speaks_for_what_it_names(
    message: Message, workspaces: tuple[str, ...], accounts: tuple[str, ...], may: bool
) -> None:
    """A workspace's key says nothing of accounts, and the other way round."""
    assert permitted(message, workspaces, accounts) is may


# --- repeats ---------------------------------------------------------------------------------------


def test_the_same_again_is_a_duplicate_and_something_else_is_not() -> None:
    """Taking the second for a repeat of the first would lose it silently."""
    assert repeated(None, "a") is None
    assert repeated("a", "a") == DUPLICATE
    assert repeated("a", "b") == CLASH


def test_a_fingerprint_is_of_the_content() -> None:
    """Whatever the order of the fields; every field, the type and the source count."""
    backwards = dict(reversed(FAILED.items()))
    assert fingerprint(replace(MESSAGE, detail=backwards)) == fingerprint(MESSAGE)
    others = [
        replace(MESSAGE, detail={**FAILED, "reportId": "R002"}),
        replace(MESSAGE, detail_type="Report Changed"),
        replace(MESSAGE, source="netsuite"),
    ]
    assert len({fingerprint(each) for each in (MESSAGE, *others)}) == 4


def given_as(delivery_id: str = ID, key_id: str = KEY) -> Sealed:
    return Sealed(key_id, delivery_id, "1", "s", "")


def test_a_failure_gets_an_id_that_its_repeats_have_as_well() -> None:
    """By the key, the delivery and the content, so that no two different ones share it."""
    marked = recognisable(MESSAGE, given_as())
    assert marked.detail == {**FAILED, "eventId": marked.detail["eventId"]}
    assert recognisable(MESSAGE, given_as()) == marked
    others = [
        recognisable(MESSAGE, given_as("other")),
        recognisable(MESSAGE, given_as(key_id="other")),
        recognisable(replace(MESSAGE, detail={**FAILED, "reportId": "R002"}), given_as()),
    ]
    ids = {each.detail["eventId"] for each in (marked, *others)}
    assert len(ids) == 4
    assert all(len(str(each)) <= 1000 for each in ids)


@pytest.mark.parametrize("name", ["eventId", "failedAt"])
def test_a_failure_that_can_be_recognised_already_stays_as_it_is(name: str) -> None:
    """Somebody else may report the same one, under the same id or time."""
    own = replace(MESSAGE, detail={**FAILED, name: "e-1"})
    assert recognisable(own, given_as()) == own


def test_a_hint_needs_no_id() -> None:
    """Looking twice does no harm."""
    assert recognisable(HINT, given_as()) == HINT


def test_ids_are_known_longer_than_anybody_repeats_them() -> None:
    """The specification's schedule ends after 76 hours."""
    assert REMEMBERED > 4 * DAY


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.binary(max_size=30))
def test_whatever_comes_is_either_whole_or_refused(
    path: str, delivery_id: str, timestamp: str, body: bytes
) -> None:
    """Without a word of it in the reason."""
    strange = post(body, webhook_id=delivery_id, webhook_timestamp=timestamp)
    found = sealed(replace(strange, path=path), NOW)
    assert isinstance(found, Sealed) or found in {NO_KEY_ID, NO_TEXT, NO_ID, NO_TIMESTAMP, OLD}
