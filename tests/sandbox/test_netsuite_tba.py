"""Token-based authentication: what the simulator takes for a good signature, and what it refuses.

Signed by oauthlib here, while the simulator computes each signature by itself.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, Client

from sandbox.netsuite.tba import base_string
from tests.sandbox.netsuite_kit import ACCOUNT, JOB_PATH, NOW, SUITEQL_PATH, Sim, running_sim

KEYS = {
    "client_key": "sandbox-consumer",
    "client_secret": "sandbox consumer & secret",
    "resource_owner_key": "sandbox-token",
    "resource_owner_secret": "sandbox/token+secret",
    "realm": ACCOUNT,
    "signature_method": SIGNATURE_HMAC_SHA256,
    "timestamp": str(int(NOW)),
}
QUERY = '{"q": "SELECT id FROM job ORDER BY id"}'


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim(authorized=False) as running:
        yield running


def signed(url: str, method: str = "GET", body: str | None = None, **changed: Any) -> str:
    """`body`: also signed, by its hash."""
    client = Client(**{**KEYS, **changed})
    kind = {"Content-Type": "application/json"} if body else {}
    return str(client.sign(url, method, body, kind)[1]["Authorization"])


def read(sim: Sim, header: str) -> requests.Response:
    url = f"{sim.base}{JOB_PATH}/4711"
    return sim.http.get(url, headers={"Authorization": header}, timeout=5)


def attempt(sim: Sim, **changed: Any) -> requests.Response:
    return read(sim, signed(f"{sim.base}{JOB_PATH}/4711", **changed))


def query(sim: Sim, header: str, body: str = QUERY, page: str = "") -> requests.Response:
    headers = {"Authorization": header, "Prefer": "transient", "Content-Type": "application/json"}
    url = sim.base + SUITEQL_PATH + page
    return sim.http.post(url, data=body, headers=headers, timeout=5)


def refusal(answer: requests.Response) -> str:
    """What the challenge says."""
    [detail] = answer.json()["o:errorDetails"]
    assert (answer.status_code, detail["o:errorCode"]) == (401, "INVALID_LOGIN_ATTEMPT")
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith(f'OAuth realm="{ACCOUNT}", error="')
    return challenge.split('"')[3]


def test_a_signature_is_enough(sim: Sim) -> None:
    """No login before it, neither for a record nor for a query."""
    assert attempt(sim).json()["id"] == "4711"
    page = "?limit=2&offset=0"
    answer = query(sim, signed(sim.base + SUITEQL_PATH + page, "POST"), page=page)
    assert [item["id"] for item in answer.json()["items"]] == ["90", "4711"]
    assert {entry["path"].rpartition("/")[2] for entry in sim.journal()} == {"4711", "suiteql"}


def test_parameters_of_the_query_are_part_of_it(sim: Sim) -> None:
    """In whatever order, encoded or repeated; one that was not signed spoils it."""
    pages = ["?offset=0&limit=1", "?limit=1&x=a%20b%2Bc&x=%C3%A9&y="]
    for page in pages:
        header = signed(sim.base + SUITEQL_PATH + page, "POST")
        assert query(sim, header, page=page).status_code == 200
    header = signed(sim.base + SUITEQL_PATH, "POST")
    assert refusal(query(sim, header, page="?limit=1")) == "signature_invalid"


def test_a_hash_of_the_body_must_be_right_where_there_is_one(sim: Sim) -> None:
    """Some clients sign it besides; the body alone is no part of the signature."""
    url = sim.base + SUITEQL_PATH
    header = signed(url, "POST", QUERY)
    assert "oauth_body_hash" in header
    assert query(sim, header).status_code == 200
    header = signed(url, "POST", QUERY)
    assert refusal(query(sim, header, QUERY + " ")) == "signature_invalid"
    assert query(sim, signed(url, "POST"), QUERY + " ").status_code == 200


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"client_secret": "another"}, "signature_invalid"),
        ({"resource_owner_secret": "another"}, "signature_invalid"),
        ({"client_key": "another"}, "token_rejected"),
        ({"resource_owner_key": "another"}, "token_rejected"),
        ({"resource_owner_key": None}, "parameter_absent"),
        ({"realm": "1234567-sb1"}, "token_rejected"),
        ({"realm": "7654321"}, "token_rejected"),
        ({"realm": None}, "parameter_absent"),
        ({"signature_method": SIGNATURE_HMAC_SHA1}, "token_rejected"),
        ({"timestamp": str(int(NOW) - 301)}, "timestamp_refused"),
        ({"timestamp": str(int(NOW) + 301)}, "timestamp_refused"),
        ({"timestamp": "now"}, "timestamp_refused"),
        ({"method": "POST"}, "signature_invalid"),
    ],
)
def test_a_wrong_signature_is_refused(sim: Sim, changed: dict[str, Any], problem: str) -> None:
    """The answer is the same for a client; the challenge says more to whoever tests with it."""
    assert refusal(attempt(sim, **changed)) == problem


@pytest.mark.parametrize("skew", [-300, 300])
def test_clocks_may_differ_a_little(sim: Sim, skew: int) -> None:
    """By five minutes."""
    assert attempt(sim, timestamp=str(int(NOW) + skew)).status_code == 200


def test_a_nonce_is_good_once(sim: Sim) -> None:
    """The very same request again is a replay; with another time, or another nonce, it isn't."""
    assert attempt(sim, nonce="once").status_code == 200
    assert refusal(attempt(sim, nonce="once")) == "nonce_used"
    assert attempt(sim, nonce="once", timestamp=str(int(NOW) + 1)).status_code == 200
    assert attempt(sim, nonce="twice").status_code == 200


def test_a_refused_request_uses_up_no_nonce(sim: Sim) -> None:
    """Or anybody could spoil another's."""
    assert refusal(attempt(sim, nonce="n", client_secret="x")) == "signature_invalid"
    assert attempt(sim, nonce="n").status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda header: header.replace("realm=", "realm"),
        lambda header: header + ', oauth_nonce="b"',
        lambda _: "OAuth",
        lambda _: "OAuth ,",
    ],
)
def test_a_header_that_cannot_be_read_is_refused(sim: Sim, spoil: Any) -> None:
    """Doubled parameters and broken quotes among them."""
    header = signed(f"{sim.base}{JOB_PATH}/4711")
    assert refusal(read(sim, spoil(header))) == "parameter_absent"


def test_a_signature_can_be_refused_by_a_fault(sim: Sim) -> None:
    """As a bearer token can."""
    sim.fault({"unauthorized": True}, times=1)
    assert refusal(attempt(sim)) == "token_rejected"
    assert attempt(sim).status_code == 200


def test_the_base_string_is_that_of_the_standard() -> None:
    """The example of RFC 5849, section 3.4.1.1, without the form that is its body."""
    url = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
    oauth = {
        "oauth_consumer_key": "9djdj82h48djs9d2",
        "oauth_token": "kkk9d7dh3k39sjv7",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131201",
        "oauth_nonce": "7d8f3e4a",
    }
    form = [("c2", ""), ("a3", "2 q")]
    assert base_string("post", url, [*oauth.items(), *form]) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )
