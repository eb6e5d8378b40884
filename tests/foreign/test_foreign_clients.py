"""Two clients that others wrote take the simulator for NetSuite: token, SuiteQL, record.

What they send is no work of ours, so that the simulator can't be made of our client's beliefs. Where
one of them and we differ, docs/netsuite.md says who is right, by the reference.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.netsuite import World, create_app
from sandbox.serve import Server
from tests.sandbox.netsuite_kit import ACCOUNT, SLUG, WORLD, private_pem, public_pem

HERE = Path(__file__).parent
TOOLS = HERE.parent.parent / ".tools"
KEY = rsa.generate_private_key(65537, 3072)
TBA = {
    "account": ACCOUNT,
    "consumer_key": "sandbox-consumer",
    "consumer_secret": "sandbox consumer & secret",
    "token_id": "sandbox-token",
    "token_secret": "sandbox/token+secret",
}


@pytest.fixture
def sandbox() -> Iterator[str]:
    """Its clock is the real one: the clients know no other."""
    app = create_app(World.model_validate(WORLD), time.time, public_key=public_pem(KEY))
    with Server(app) as server:
        yield server.url


def told(environment: str, script: str, *arguments: str, given: object) -> dict[str, Any]:
    python = TOOLS / environment / "bin" / "python"
    if not python.exists():
        pytest.fail(f"needs `make setup`, which makes .tools/{environment}")
    ran = subprocess.run(
        [python, "-I", HERE / script, *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answers: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answers


def journal(sandbox: str) -> list[tuple[str, str, int]]:
    entries = requests.get(f"{sandbox}/_control/journal", timeout=5).json()
    return [(e["method"], e["path"].rpartition("/")[2], e["status"]) for e in entries]


def code(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["status"], answer["error"]["o:errorDetails"][0]["o:errorCode"]


@pytest.fixture
def with_netsuite(sandbox: str) -> dict[str, Any]:
    return told("netsuite_tba", "use_netsuite.py", f"{sandbox}/{SLUG}", given=TBA)


def test_netsuite_signs_in_and_asks(with_netsuite: dict[str, Any]) -> None:
    """PyPI's `netsuite`, token-based: pages by limit and offset, parameters, texts for everything."""
    page, following = with_netsuite["page"], with_netsuite["next"]
    assert page["items"] == [
        {"links": [], "id": "90", "entityid": "P-90", "isinactive": "F"},
        {"links": [], "id": "4711", "entityid": "P-4711", "isinactive": "T"},
    ]
    assert (page["hasMore"], page["count"], page["totalResults"]) == (True, 2, 3)
    assert [item["id"] for item in following["items"]] == ["4712"]
    assert [item["id"] for item in with_netsuite["bound"]["items"]] == ["4711"]
    assert code(with_netsuite["wrong_offset"]) == (400, "INVALID_PARAMETER")
    assert code(with_netsuite["unknown"]) == (400, "INVALID_PARAMETER")


def test_netsuite_reads_and_changes_records(with_netsuite: dict[str, Any]) -> None:
    """It asks for property names to be checked, so a misspelt one is refused; booleans are booleans."""
    record = with_netsuite["record"]
    assert (record["id"], record["entityId"], record["isInactive"]) == ("4711", "P-4711", True)
    assert set(with_netsuite["fields"]) == {"links", "isInactive"}
    assert code(with_netsuite["absent"]) == (404, "NONEXISTENT_ID")
    assert code(with_netsuite["misspelt"]) == (400, "INVALID_CONTENT")
    assert with_netsuite["patched"] is None
    assert with_netsuite["after"]["isInactive"] is False


def test_netsuite_needs_its_secret(sandbox: str) -> None:
    """The signatures were looked at."""
    wrong = {**TBA, "token_secret": "another"}
    answers = told("netsuite_tba", "use_netsuite.py", f"{sandbox}/{SLUG}", given=wrong)
    assert code(answers["page"]) == (401, "INVALID_LOGIN_ATTEMPT")
    assert code(answers["patched"]) == (401, "INVALID_LOGIN_ATTEMPT")
    assert {status for _, _, status in journal(sandbox)} == {401}


def with_netsuite_python(sandbox: str, folder: Path, audience: str) -> dict[str, Any]:
    key = folder / "key.pem"
    key.write_bytes(private_pem(KEY))
    given = {
        "CLIENT_ID": "sandbox-client",
        "CERT_ID": "sandbox-cert",
        "NETSUITE_APP_NAME": SLUG,
        "NETSUITE_KEY_FILE": str(key),
    }
    base = f"{sandbox}/{SLUG}"
    return told("netsuite_m2m", "use_netsuite_python.py", base, audience, given=given)


def test_netsuite_python_logs_in_and_asks(sandbox: str, tmp_path: Path) -> None:
    """PyPI's `netsuite-python`, OAuth 2.0 by a PS256 assertion whose scope is a text with a comma."""
    answers = with_netsuite_python(sandbox, tmp_path, "corrected")
    assert answers["expires_in"] == 3600
    assert answers["rows"] == [
        {"links": [], "id": "90", "entityid": "P-90"},
        {"links": [], "id": "4711", "entityid": "P-4711"},
    ]
    assert (answers["record"]["id"], answers["record"]["isInactive"]) == ("4711", True)
    assert journal(sandbox) == [
        ("POST", "token", 200),
        ("POST", "suiteql", 200),
        ("GET", "4711", 200),
    ]


def test_netsuite_python_sends_an_audience_that_is_no_address(sandbox: str, tmp_path: Path) -> None:
    """As it is published: Oracle says that `aud` is the token endpoint, so the simulator refuses."""
    assert with_netsuite_python(sandbox, tmp_path, "as-it-is")["token"] is None
    assert journal(sandbox) == [("POST", "token", 400)]
