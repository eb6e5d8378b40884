"""Token-based authentication: chosen by the secret, signed for each sending, read anew if refused."""

import logging
import re
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from sandbox.netsuite.tba import Nonces, check_signature
from sandbox.netsuite.world import Account
from shared.adapters.netsuite.credentials import Certified, TokenBased, credentials_of
from shared.adapters.netsuite.proof import Bearer, Signature
from shared.domain.decide_watch import Question
from shared.domain.finding import Fault
from shared.errors import RefusedError, ThrottledError
from tests.adapters.netsuite_kit import (
    CREDENTIALS,
    TOKEN_BASED,
    KeptSecrets,
    Rig,
    answered,
    granted,
    page,
    rig,
    token_based,
)
from tests.builders import NOW

ANY = Question(ids=("1",))
ACCOUNT = Account(id="1234567_SB1")
OLD: dict[str, object] = {"netsuite": {**TOKEN_BASED, "tokenSecret": "old"}}
ODD = {"netsuite": {**TOKEN_BASED, "tokenSecret": "a/b c+d%&é~"}}
UNAUTHORIZED = answered(401, {"o:errorDetails": [{"o:errorCode": "INVALID_LOGIN_ATTEMPT"}]})


def headers(made: Rig) -> list[dict[str, str]]:
    """The parameters of each request's Authorization header."""
    found = []
    for request in made.script.requests:
        scheme, _, rest = str(request.headers["Authorization"]).partition(" ")
        assert scheme == "OAuth"
        found.append({key: unquote(value) for key, value in re.findall('(\\w+)="([^"]*)"', rest)})
    return found


def refusal(made: Rig) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        made.client.look(ANY)
    return caught.value


def test_a_query_is_signed_and_nothing_is_asked_for_before() -> None:
    """As Oracle describes it: HMAC-SHA256, the account id as realm, no hash of the body."""
    made = rig(page({"id": "1"}), kept=token_based())
    assert len(made.client.look(ANY)) == 1
    [given] = headers(made)
    assert {key: given[key] for key in sorted(given) if key != "oauth_nonce"} == {
        "oauth_consumer_key": "sandbox-consumer",
        "oauth_signature": given["oauth_signature"],
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(NOW // 1000),
        "oauth_token": "sandbox-token",
        "oauth_version": "1.0",
        "realm": "1234567_SB1",
    }
    assert made.script.requests[0].headers["Prefer"] == "transient"


@pytest.mark.parametrize("secret", [{"netsuite": TOKEN_BASED}, ODD], ids=["plain", "odd"])
def test_the_signature_is_right(secret: dict[str, object]) -> None:
    """As somebody who computes it by hand finds, also with letters that must be escaped."""
    made = rig(page({"id": "1"}), kept=KeptSecrets(secret))
    made.client.look(ANY)
    [request] = made.script.requests
    part: Any = secret["netsuite"]
    account = ACCOUNT.model_copy(update={"token_secret": part["tokenSecret"]})
    header = str(request.headers["Authorization"]).removeprefix("OAuth ")
    body = request.body if isinstance(request.body, bytes) else b""
    check_signature(header, "POST", str(request.url), body, account, Nonces(), NOW / 1000)


def test_each_sending_has_a_signature_of_its_own() -> None:
    """Also the second try after a lost answer: NetSuite takes a nonce once."""
    made = rig(requests.ConnectionError(), page({"id": "1"}), page({"id": "1"}), kept=token_based())
    made.client.look(ANY)
    made.client.look(ANY)
    given = headers(made)
    assert len({each["oauth_nonce"] for each in given}) == len(given) == 3
    assert len({each["oauth_signature"] for each in given}) == 3


def test_the_time_is_ours_at_the_sending() -> None:
    """Not when the function started."""
    made = rig(page({"id": "1"}), page({"id": "1"}), kept=token_based())
    made.client.look(ANY)
    made.clock.now += 90_000
    made.client.look(ANY)
    first, second = (int(each["oauth_timestamp"]) for each in headers(made))
    assert second - first == 90


def test_a_refused_signature_is_sent_no_second_time() -> None:
    """The same credentials would only be refused again, and counted."""
    made = rig(UNAUTHORIZED, kept=token_based())
    error = refusal(made)
    assert error.fault is Fault.SIGNATURE_REFUSED
    assert str(error) == "NetSuite answered 401 (INVALID_LOGIN_ATTEMPT)"
    assert made.secrets.reads == [("tenant/acme", False), ("tenant/acme", True)]


def test_rotated_credentials_are_taken_at_once() -> None:
    """What was cached was refused; what the secret holds now isn't."""
    kept = token_based()
    kept.cached = OLD
    made = rig(UNAUTHORIZED, page({"id": "1"}), kept=kept)
    assert len(made.client.look(ANY)) == 1


def test_rotated_credentials_may_be_refused_too() -> None:
    """Two different ones, two tries, no third."""
    kept = token_based()
    kept.cached = OLD
    made = rig(UNAUTHORIZED, UNAUTHORIZED, kept=kept)
    assert refusal(made).fault is Fault.SIGNATURE_REFUSED


def test_a_tenant_moves_to_oauth_2_without_a_deploy() -> None:
    """Its secret is replaced while the function is warm: once the cached one is refused …"""
    kept = KeptSecrets({"netsuite": CREDENTIALS}, cached={"netsuite": TOKEN_BASED})
    made = rig(UNAUTHORIZED, granted("one"), page({"id": "1"}), page({"id": "1"}), kept=kept)
    assert len(made.client.look(ANY)) == 1
    made.client.look(ANY)
    assert made.script.requests[-1].headers["Authorization"] == "Bearer one"


def test_a_tenant_moves_as_soon_as_its_secret_is_read_anew() -> None:
    """… or, without any refusal, when the cached one has grown old."""
    made = rig(page({"id": "1"}), granted("one"), page({"id": "1"}), kept=token_based())
    made.client.look(ANY)
    made.secrets.fresh = {"netsuite": CREDENTIALS}
    made.client.look(ANY)
    assert made.script.requests[-1].headers["Authorization"] == "Bearer one"


def test_a_tenant_may_move_back() -> None:
    """A token that is refused leads to the secret, whatever that holds by now."""
    kept = KeptSecrets({"netsuite": TOKEN_BASED}, cached={"netsuite": CREDENTIALS})
    made = rig(granted(), answered(401), page({"id": "1"}), kept=kept)
    assert len(made.client.look(ANY)) == 1
    assert str(made.script.requests[-1].headers["Authorization"]).startswith("OAuth ")


def test_other_answers_mean_what_they_always_mean() -> None:
    """Throttled is throttled."""
    with pytest.raises(ThrottledError) as caught:
        rig(answered(429, Retry_After="7"), kept=token_based()).client.look(ANY)
    assert caught.value.retry_after == 7_000


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (CREDENTIALS, Certified),
        (TOKEN_BASED, TokenBased),
        ({**CREDENTIALS, **TOKEN_BASED}, Certified),
        ({**TOKEN_BASED, "note": "renew in March"}, TokenBased),
    ],
)
def test_what_the_secret_holds_decides(part: dict[str, object], kind: type[object]) -> None:
    """OAuth 2.0 first, where it holds both."""
    assert type(credentials_of({"netsuite": part})) is kind


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({**TOKEN_BASED, "tokenSecret": ""}, "netsuite.tokenSecret (too_short)"),
        ({**TOKEN_BASED, "tokenId": 7}, "netsuite.tokenId (string_type)"),
        ({"consumerKey": "k"}, "netsuite.consumerSecret (missing)"),
        ({**TOKEN_BASED, "clientId": "half a move"}, "netsuite.certificateId (missing)"),
    ],
)
def test_a_secret_that_is_half_there_is_told(part: dict[str, object], place: str) -> None:
    """Nothing is sent; a half-made move to OAuth 2.0 doesn't fall back without a word."""
    error = refusal(rig(kept=KeptSecrets({"netsuite": part})))
    assert error.fault is Fault.SECRET_UNUSABLE
    assert place in str(error)
    assert "sandbox" not in str(error)


def test_nothing_secret_shows(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in representations nor, at any level, in a log."""
    caplog.set_level(logging.DEBUG)
    credentials = credentials_of({"netsuite": TOKEN_BASED})
    assert isinstance(credentials, TokenBased)
    signature = Signature(credentials, "1234567_SB1", lambda: NOW)
    signature.headers("POST", "https://x.example/y")
    shown = f"{credentials!r} {credentials} {signature!r} {Bearer('abcdefgh')!r} {caplog.text}"
    for secret in ("consumer & secret", "token+secret", "abcdefgh"):
        assert secret not in shown
