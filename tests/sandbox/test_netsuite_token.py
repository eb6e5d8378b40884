from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.sandbox.netsuite_kit import (
    ACCOUNT,
    TOKEN_PATH,
    Sim,
    private_pem,
    public_pem,
    running_sim,
)


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim(authorized=False) as running:
        yield running


def test_a_signed_assertion_gets_a_token_for_an_hour(sim: Sim) -> None:
    """A right assertion is answered with an opaque bearer token of 3600 s."""
    answer = sim.login()
    body = answer.json()
    assert (answer.status_code, body["expires_in"], body["token_type"]) == (200, 3600, "Bearer")
    sim.http.headers["Authorization"] = f"Bearer {body['access_token']}"
    assert sim.get_job("4711").status_code == 200


def test_a_token_ends_after_an_hour_by_the_simulators_clock(sim: Sim) -> None:
    """One second before the hour the token works, at the hour it is 401 with a challenge."""
    sim.authorize()
    sim.now += 3599
    assert sim.get_job("4711").status_code == 200
    sim.now += 1
    refused = sim.get_job("4711")
    assert refused.status_code == 401
    assert refused.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_LOGIN"
    assert refused.headers["WWW-Authenticate"] == (
        f'Bearer realm="{ACCOUNT}", error="invalid_token", '
        'error_description="Invalid login attempt."'
    )


def test_a_token_is_good_for_its_own_account_only(sim: Sim) -> None:
    """A token of one account is 401 at another account of the same process."""
    sim.authorize()
    url = f"{sim.url}/7654321/services/rest/record/v1/job/4711"
    assert sim.http.get(url, timeout=5).status_code == 401


@pytest.mark.parametrize(
    "audience",
    [
        f"https://1234567-sb1.suitetalk.api.netsuite.com{TOKEN_PATH}",
        f"https://1234567-sb1.restlets.api.netsuite.com{TOKEN_PATH}",
        f"http://elsewhere:4566/1234567-sb1{TOKEN_PATH}",
        [f"http://127.0.0.1/1234567-sb1{TOKEN_PATH}"],
    ],
)
def test_any_url_of_the_accounts_token_endpoint_is_its_audience(sim: Sim, audience: object) -> None:
    """Real hosts and addresses of the sandbox are both accepted as `aud`."""
    assert sim.login(sim.assertion(aud=audience)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"iss": "someone-else"}, 401, "invalid_client"),
        ({"kid": "unknown-cert"}, 401, "invalid_client"),
        ({"aud": f"https://7654321.suitetalk.api.netsuite.com{TOKEN_PATH}"}, 400, "invalid_grant"),
        ({"aud": "https://1234567-sb1.suitetalk.api.netsuite.com/"}, 400, "invalid_grant"),
        ({"aud": f"ftp://1234567-sb1.x{TOKEN_PATH}"}, 400, "invalid_grant"),
        ({"aud": None}, 400, "invalid_grant"),
        ({"iat": 1_789_999_700, "exp": 1_790_000_000}, 400, "invalid_grant"),
        ({"exp": 1_789_999_999}, 400, "invalid_grant"),
        ({"exp": 1_790_003_601}, 400, "invalid_grant"),
        ({"exp": None}, 400, "invalid_grant"),
        ({"iat": None}, 400, "invalid_grant"),
        ({"iat": 1_790_000_100}, 400, "invalid_grant"),
        ({"scope": ["restlets"]}, 400, "invalid_scope"),
        ({"scope": "restlets"}, 400, "invalid_scope"),
        ({"scope": {"rest_webservices": True}}, 400, "invalid_scope"),
        ({"scope": None}, 400, "invalid_scope"),
        ({"key": ec.generate_private_key(ec.SECP256R1())}, 400, "invalid_grant"),
    ],
)
def test_a_wrong_assertion_is_refused(
    sim: Sim, changed: dict[str, Any], status: int, error: str
) -> None:
    """Each claim, the key id and the signature are checked, and the error tells which kind."""
    answer = sim.login(sim.assertion(**changed))
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    challenge = f'Basic realm="{ACCOUNT}"' if status == 401 else None
    assert answer.headers.get("WWW-Authenticate") == challenge


@pytest.mark.parametrize(
    "scope",
    [
        ["restlets", "rest_webservices"],
        "rest_webservices",
        "restlets, rest_webservices",
        "restlets,rest_webservices,suite_analytics",
    ],
)
def test_a_scope_is_a_list_or_a_text_with_commas(sim: Sim, scope: object) -> None:
    """Oracle's sample has the one, its table of claims the other."""
    assert sim.login(sim.assertion(scope=scope)).status_code == 200


def test_an_hour_is_the_longest_assertion(sim: Sim) -> None:
    """Oracle's own sample lives exactly 3600 s, and is accepted."""
    assert sim.login(sim.assertion(exp=sim.now + 3600)).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"client_assertion": None}, "invalid_request"),
        ({"client_assertion_type": "jwt"}, "invalid_request"),
        ({"client_assertion": "not.a.jwt"}, "invalid_grant"),
    ],
)
def test_a_wrong_form_is_refused(sim: Sim, form: dict[str, Any], error: str) -> None:
    """The form's fields are checked before the assertion's claims."""
    answer = sim.login(**form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 3072)


@pytest.mark.parametrize(("alg", "status"), [("PS256", 200), ("PS512", 200), ("RS256", 400)])
def test_rsa_keys_sign_with_pss_only(rsa_key: rsa.RSAPrivateKey, alg: str, status: int) -> None:
    """PS256 is accepted; RS256 with the same key isn't."""
    with running_sim(authorized=False, key=public_pem(rsa_key)) as sim:
        assert sim.login(sim.assertion(rsa_key, alg)).status_code == status


@pytest.mark.parametrize("alg", ["PS256", "HS256"])
def test_the_algorithm_must_be_the_keys(sim: Sim, rsa_key: rsa.RSAPrivateKey, alg: str) -> None:
    """An assertion whose algorithm doesn't belong to the account's key is invalid_grant."""
    secret = private_pem(rsa_key) if alg == "PS256" else b"0" * 32
    assertion = jwt.encode(sim.claims(), secret, alg, {"kid": "sandbox-cert"})
    assert sim.login(assertion).json() == {"error": "invalid_grant"}


def test_an_unsigned_assertion_is_refused(sim: Sim) -> None:
    """`alg: none` never logs in."""
    unsigned = jwt.encode(sim.claims(), "", "none", {"kid": "sandbox-cert"})
    assert sim.login(unsigned).json() == {"error": "invalid_grant"}


def test_a_key_can_be_put_by_control_and_outlives_a_reset(sim: Sim) -> None:
    """An account's new key replaces its old one at once, and reset leaves it."""
    new = ec.generate_private_key(ec.SECP384R1())
    path = f"accounts/{ACCOUNT}/public-key"
    assert sim.control("PUT", path, data=public_pem(new)).status_code == 200
    sim.control("POST", "reset")
    assert sim.login(sim.assertion(new, "ES384")).status_code == 200
    assert sim.login().status_code == 400


def test_a_sandbox_refresh_wipes_the_mapping(sim: Sim) -> None:
    """The client is unknown then, and its tokens are gone; a new certificate is a new start."""
    sim.authorize()
    assert sim.control("DELETE", f"accounts/{ACCOUNT}/public-key").status_code == 200
    assert sim.get_job("4711").status_code == 401
    answer = sim.login()
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    sim.control("PUT", f"accounts/{ACCOUNT}/public-key", data=public_pem())
    assert sim.login().status_code == 200


def test_a_revoked_certificate_grants_nothing(sim: Sim) -> None:
    """It is still known; what it signs is refused, and its tokens are gone."""
    sim.authorize()
    sim.control("POST", f"accounts/{ACCOUNT}/revoke", data="certificate")
    assert sim.get_job("4711").status_code == 401
    answer = sim.login()
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    sim.control("PUT", f"accounts/{ACCOUNT}/public-key", data=public_pem())
    assert sim.login().status_code == 200


def test_tokens_can_be_revoked(sim: Sim) -> None:
    """Then a new one is to be had."""
    sim.authorize()
    sim.control("POST", f"accounts/{ACCOUNT}/revoke", data="tokens")
    assert sim.get_job("4711").status_code == 401
    sim.authorize()
    assert sim.get_job("4711").status_code == 200
    assert sim.control("POST", f"accounts/{ACCOUNT}/revoke", data="all").status_code == 400


def test_a_key_that_netsuite_refuses_is_refused(sim: Sim) -> None:
    """RSA of 2048 bits and texts that are no key are 400, and the old key stays."""
    weak = rsa.generate_private_key(65537, 2048)
    for pem in (public_pem(weak), "no key", private_pem().decode()):
        path = f"accounts/{ACCOUNT}/public-key"
        assert sim.control("PUT", path, data=pem).status_code == 400
    assert sim.login().status_code == 200


def test_logins_are_in_the_journal_without_their_secrets(sim: Sim) -> None:
    """Neither assertion nor token can be read from the journal."""
    assertion = sim.assertion()
    token = sim.login(assertion).json()["access_token"]
    [entry] = sim.journal()
    assert (entry["method"], entry["status"]) == ("POST", 200)
    assert entry["params"] == {"grant_type": "client_credentials"}
    assert token not in str(entry)
    assert assertion not in str(entry)
