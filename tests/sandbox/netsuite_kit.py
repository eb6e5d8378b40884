"""A running NetSuite simulator with a frozen clock, and a client that knows how to log in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sandbox.netsuite import World, create_app
from sandbox.serve import Server

ACCOUNT = "1234567_SB1"
SLUG = "1234567-sb1"
OTHER_ACCOUNT = "7654321"
NOW = 1_790_000_000.0
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
SUITEQL_PATH = "/services/rest/query/v1/suiteql"
JOB_PATH = "/services/rest/record/v1/job"
ACME = {"id": "88", "name": "Acme Corp"}
WORLD = {
    "accounts": [
        {
            "id": ACCOUNT,
            "projects": [
                {
                    "id": "4711",
                    "entityId": "P-4711",
                    "companyName": "Apollo Rollout",
                    "isInactive": True,
                    "parent": ACME,
                },
                {
                    "id": "4712",
                    "entityId": "P-4712",
                    "companyName": "Straße <b>",
                    "entityStatus": "1",
                    "allowExpenses": False,
                    "startDate": "2026-03-02",
                },
                {
                    "id": "90",
                    "entityId": "P-90",
                    "companyName": "Apollo Phase 2",
                    "entityStatus": None,
                    "parent": {"id": "4711", "name": "Apollo Rollout"},
                },
            ],
        },
        {"id": OTHER_ACCOUNT, "projects": [{"id": "4711", "entityId": "Other"}]},
    ],
    "workspaces": [{"id": "ignored here"}],
}

PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())


def private_pem(key: Any = PRIVATE_KEY) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def public_pem(key: Any = PRIVATE_KEY) -> str:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


class Sim:
    def __init__(self, url: str) -> None:
        self.url = url
        self.now = NOW
        self.slept: list[float] = []
        self.http = requests.Session()

    @property
    def base(self) -> str:
        return f"{self.url}/{SLUG}"

    def claims(self, **changed: Any) -> dict[str, Any]:
        claims = {
            "iss": "sandbox-client",
            "scope": ["rest_webservices"],
            "aud": self.base + TOKEN_PATH,
            "iat": self.now,
            "exp": self.now + 300,
        }
        return {key: value for key, value in {**claims, **changed}.items() if value is not None}

    def assertion(
        self, key: Any = PRIVATE_KEY, alg: str = "ES256", kid: str = "sandbox-cert", **claims: Any
    ) -> str:
        return jwt.encode(self.claims(**claims), private_pem(key), alg, {"kid": kid})

    def login(self, assertion: str | None = None, **form: Any) -> requests.Response:
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
        }
        return self.http.post(self.base + TOKEN_PATH, data={**fields, **form}, timeout=5)

    def authorize(self) -> None:
        token = self.login().json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def suiteql(
        self, query: str, *params: object, page: str = "", **headers: str
    ) -> requests.Response:
        return self.http.post(
            f"{self.base}{SUITEQL_PATH}{page}",
            json={"q": query, "params": list(params)},
            headers={"Prefer": "transient", **headers},
            timeout=5,
        )

    def items(self, query: str, *params: object) -> list[dict[str, Any]]:
        """The rows without their empty ``links``."""
        items = self.suiteql(query, *params).json()["items"]
        return [{key: item[key] for key in item if key != "links"} for item in items]

    def get_job(self, job: str, query: str = "") -> requests.Response:
        return self.http.get(f"{self.base}{JOB_PATH}/{job}{query}", timeout=5)

    def patch_job(self, job: str, body: object, **headers: str) -> requests.Response:
        url = f"{self.base}{JOB_PATH}/{job}"
        return self.http.patch(url, json=body, headers=headers, timeout=5)

    def control(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.http.request(method, f"{self.url}/_control/{path}", timeout=5, **options)

    def fault(self, effect: object, **rule: object) -> None:
        body = {"rules": [{"effect": effect, **rule}]}
        assert self.control("PUT", "faults", json=body).status_code == 200

    def journal(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.control("GET", "journal").json()
        return entries


@contextmanager
def running_sim(
    *,
    authorized: bool = True,
    key: str | None = None,
    world: Any = WORLD,
    sleep: Callable[[Sim, float], object] | None = None,
) -> Iterator[Sim]:
    """`sleep` stands for every pause of the simulator's."""
    sim = Sim("")
    pause = sim.slept.append if sleep is None else partial(sleep, sim)
    app = create_app(
        World.model_validate(world),
        lambda: sim.now,
        public_key=key or public_pem(),
        sleep=pause,
    )
    with Server(app) as server, sim.http:
        sim.url = server.url
        if authorized:
            sim.authorize()
        yield sim
