"""Logging in: the assertion, the token that is kept, the secret that is read again."""

from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from shared.adapters.http import Answer, NoAnswerError
from shared.adapters.netsuite.assertion import sign
from shared.adapters.netsuite.credentials import Certified, credentials_of
from shared.domain.decide_watch import Question
from shared.domain.finding import LOGIN_FAULTS, Fault
from shared.errors import RefusedError, ThrottledError, TransientError
from tests.adapters.netsuite_kit import (
    CREDENTIALS,
    KeptSecrets,
    answered,
    granted,
    page,
    rig,
    sample,
    secrets,
)
from tests.builders import NOW
from tests.sandbox.netsuite_kit import PRIVATE_KEY, private_pem

ANY = Question(ids=("1",))
HOST = "https://1234567-sb1.suitetalk.api.netsuite.com"
TOKEN_URL = f"{HOST}/services/rest/auth/oauth2/v1/token"
OLD: dict[str, object] = {"netsuite": {**CREDENTIALS, "certificateId": "old-cert"}}
REFUSED = answered(400, sample("token_error_invalid_grant"), "application/json")


RSA_3072 = rsa.generate_private_key(65537, 3072)


def kids(forms: list[dict[str, str]]) -> list[str]:
    return [jwt.get_unverified_header(form["client_assertion"])["kid"] for form in forms]


def refusal(*answers: Answer | Exception, kept: KeptSecrets | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        rig(*answers, kept=kept).client.look(ANY)
    assert caught.value.fault in LOGIN_FAULTS
    return caught.value


def test_a_login_is_what_oracle_describes() -> None:
    """A signed assertion of five minutes for the account's own token endpoint."""
    made = rig(granted(), page({"id": "1"}))
    made.client.look(ANY)
    login, [form] = made.script.requests[0], made.script.forms()
    assert (login.method, login.url) == ("POST", TOKEN_URL)
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"].endswith(":client-assertion-type:jwt-bearer")
    key: Any = PRIVATE_KEY.public_key()
    token = jwt.decode_complete(
        form["client_assertion"],
        key,
        algorithms=["ES256"],
        audience=TOKEN_URL,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert token["header"] == {"typ": "JWT", "alg": "ES256", "kid": "sandbox-cert"}
    assert len(token["payload"].pop("jti")) > 20
    assert token["payload"] == {
        "iss": "sandbox-client",
        "scope": ["rest_webservices"],
        "aud": TOKEN_URL,
        "iat": NOW // 1000,
        "exp": NOW // 1000 + 300,
    }


def test_each_assertion_is_another() -> None:
    """Its id is random, so that none is taken for a replay."""
    credentials = Certified.model_validate(CREDENTIALS)
    ids = {
        jwt.decode(sign(credentials, "a", NOW), options={"verify_signature": False})["jti"]
        for _ in range(3)
    }
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA_3072, "PS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
    ],
    ids=["RSA", "P-256", "P-384", "P-521"],
)
def test_the_key_says_the_algorithm(key: Any, algorithm: str) -> None:
    """And the signature is one that the public key proves."""
    pem = f"\n{private_pem(key).decode()}\n"
    credentials = Certified.model_validate({**CREDENTIALS, "privateKey": pem})
    signed = sign(credentials, "a", NOW)
    assert jwt.get_unverified_header(signed)["alg"] == algorithm
    options: Any = {"verify_exp": False, "verify_iat": False}
    jwt.decode(signed, key.public_key(), [algorithm], audience="a", options=options)


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        ("not a key", "isn't a readable PEM key"),
        (private_pem().decode().replace("M", "N"), "isn't a readable PEM key"),
        (private_pem(ec.generate_private_key(ec.SECP256K1())).decode(), "nor EC P-256, 384 or"),
        (private_pem(ed25519.Ed25519PrivateKey.generate()).decode(), "neither RSA of 3072"),
        (private_pem(rsa.generate_private_key(65537, 2048)).decode(), "neither RSA of 3072"),
    ],
    ids=["no PEM", "broken", "other curve", "other kind", "RSA 2048"],
)
def test_a_key_that_will_not_do_is_refused(pem: str, words: str) -> None:
    """Before anything is sent, and without showing any of it."""
    error = refusal(kept=secrets(privateKey=pem))
    assert error.fault is Fault.SECRET_UNUSABLE
    assert words in str(error)
    assert pem[:5] not in str(error)


@pytest.mark.parametrize(
    ("secret", "place"),
    [
        ({}, "netsuite (missing)"),
        ({"netsuite": "x"}, "netsuite (model_type)"),
        (
            {"netsuite": {**CREDENTIALS, "clientId": ""}},
            "netsuite.clientId (string_pattern_mismatch)",
        ),
        (
            {"netsuite": {**CREDENTIALS, "certificateId": "copied \n"}},
            "netsuite.certificateId (string_pattern_mismatch)",
        ),
        (
            {"netsuite": {"clientId": "c", "privateKey": "s3cret"}},
            "netsuite.certificateId (missing)",
        ),
        (
            {"netsuite": {"clientId": "c", "certificateId": "d", "privateKey": 7}},
            "netsuite.privateKey (string_type)",
        ),
    ],
)
def test_a_secret_without_its_keys_is_refused(secret: dict[str, object], place: str) -> None:
    """The error names what is missing or wrong, never a value."""
    error = refusal(kept=KeptSecrets(secret))
    assert error.fault is Fault.SECRET_UNUSABLE
    assert str(error) == f"the NetSuite secret: {place}"


def test_the_token_is_kept_until_a_minute_before_its_end() -> None:
    """One login serves every look until then."""
    made = rig(
        granted("one"), page({"id": "1"}), page({"id": "1"}), granted("two"), page({"id": "1"})
    )
    made.client.look(ANY)
    made.clock.now = NOW + 3_539_999
    made.client.look(ANY)
    made.clock.now = NOW + 3_540_000
    made.client.look(ANY)
    assert made.script.paths() == [
        "token",
        "suiteql?limit=1000",
        "suiteql?limit=1000",
        "token",
        "suiteql?limit=1000",
    ]
    sent = [r.headers.get("Authorization") for r in made.script.requests]
    assert sent == [None, "Bearer one", "Bearer one", None, "Bearer two"]


def test_a_token_that_hardly_lives_is_used_once() -> None:
    """Less than a minute: the next look logs in anew."""
    made = rig(granted(expires_in=30), page({"id": "1"}), granted(), page({"id": "1"}))
    made.client.look(ANY)
    made.client.look(ANY)
    assert len(made.script.forms()) == 2


def test_a_refused_token_is_replaced_once() -> None:
    """By one for the secret as it is now; then the same query is sent again."""
    kept = secrets()
    kept.cached = OLD
    made = rig(granted("one"), answered(401), granted("two"), page({"id": "1"}), kept=kept)
    assert [project.project_id for project in made.client.look(ANY)] == ["1"]
    assert kept.reads == [("tenant/acme", False), ("tenant/acme", True)]
    assert kids(made.script.forms()) == ["old-cert", "sandbox-cert"]
    first, second = made.script.queries()
    assert first == second
    assert made.script.requests[-1].headers["Authorization"] == "Bearer two"


def test_a_token_refused_twice_is_a_refused_login() -> None:
    """A person must see to it; it isn't tried a third time."""
    unauthorized = answered(401, sample("error_401_invalid_login"))
    error = refusal(granted(), unauthorized, granted(), unauthorized)
    assert error.fault is Fault.TOKEN_REFUSED
    assert str(error) == "NetSuite answered 401 (INVALID_LOGIN)"


def test_a_new_token_is_used_from_then_on() -> None:
    """The refused one is gone."""
    made = rig(granted("one"), answered(401), granted("two"), page({"id": "1"}), page({"id": "1"}))
    made.client.look(ANY)
    made.client.look(ANY)
    assert made.script.requests[-1].headers["Authorization"] == "Bearer two"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (REFUSED, Fault.INVALID_GRANT),
        (answered(400, {"error": "invalid_scope"}, "application/json"), Fault.INVALID_SCOPE),
        (answered(401, {"error": "invalid_client"}, "application/json"), Fault.INVALID_CLIENT),
        (answered(400, {"error": "invalid_request"}, "application/json"), Fault.LOGIN_REFUSED),
        (answered(400, {"error": "unauthorized_client"}), Fault.LOGIN_REFUSED),
        (answered(401, WWW_Authenticate='Basic realm="123456"'), Fault.LOGIN_REFUSED),
        (answered(403, {}), Fault.LOGIN_REFUSED),
        (answered(400, sample("error_400_suiteql_unknown_identifier")), Fault.LOGIN_REFUSED),
    ],
)
def test_a_refused_login_is_tried_once_and_says_why(answer: Answer, fault: Fault) -> None:
    """Failed logins are counted against the integration; OAuth's own words name the cause."""
    assert refusal(answer).fault is fault


def test_looks_at_a_closed_door_are_few() -> None:
    """Each one knocks once, by however many pages it would have asked for."""
    made = rig(REFUSED, REFUSED, REFUSED)
    for _ in range(3):
        with pytest.raises(RefusedError):
            made.client.look(ANY)
    assert made.script.paths() == ["token"] * 3


def test_a_rotated_secret_is_taken_at_once() -> None:
    """A refusal of what was cached means nothing if the secret has changed since."""
    kept = secrets()
    kept.cached = OLD
    made = rig(REFUSED, granted(), page({"id": "1"}), kept=kept)
    assert len(made.client.look(ANY)) == 1
    assert kids(made.script.forms()) == ["old-cert", "sandbox-cert"]


def test_a_secret_mended_since_is_taken_at_once() -> None:
    """A cached one that lacks its keys is read again before anybody is told."""
    kept = secrets()
    kept.cached = {}
    assert len(rig(granted(), page({"id": "1"}), kept=kept).client.look(ANY)) == 1


def test_a_rotated_secret_may_be_refused_too() -> None:
    """Two different credentials, two logins, no third."""
    kept = secrets()
    kept.cached = OLD
    refusal(REFUSED, REFUSED, kept=kept)


@pytest.mark.parametrize(
    ("answer", "kind", "fault"),
    [
        (answered(429, Retry_After="5"), ThrottledError, Fault.THROTTLED),
        (answered(503, b"<html>", "text/html"), TransientError, Fault.UNREACHABLE),
        (answered(400, b"<html>", "text/html"), TransientError, Fault.UNREADABLE),
        (answered(400, {"error": "something_new"}), TransientError, Fault.UNREADABLE),
        (answered(404, {"error": "invalid_grant"}), TransientError, Fault.UNREADABLE),
        (answered(200, b"<html>", "text/html"), TransientError, Fault.UNREADABLE),
        (answered(200, {}), TransientError, Fault.UNREADABLE),
        (granted("two\nlines"), TransientError, Fault.UNREADABLE),
        (granted(""), TransientError, Fault.UNREADABLE),
        (granted(expires_in=0), TransientError, Fault.UNREADABLE),
        (granted(expires_in=None), TransientError, Fault.UNREADABLE),
        (requests.ReadTimeout(), NoAnswerError, Fault.UNREACHABLE),
    ],
)
def test_other_answers_pass(
    answer: Answer | Exception, kind: type[TransientError], fault: Fault
) -> None:
    """No person is needed for what may be over in a minute."""
    made = rig(answer, answer)
    with pytest.raises(kind) as caught:
        made.client.look(ANY)
    assert caught.value.fault is fault


def test_the_documented_answer_is_taken() -> None:
    """Oracle's sample of a grant, as it is."""
    made = rig(answered(200, sample("token_response"), "application/json"), page({"id": "1"}))
    made.client.look(ANY)
    assert made.script.requests[1].headers["Authorization"] == "Bearer <redacted JWT>"


def test_nothing_secret_shows() -> None:
    """Credentials show neither the key nor a part of it."""
    credentials = credentials_of({"netsuite": CREDENTIALS})
    assert "BEGIN" not in f"{credentials!r} {credentials}"
