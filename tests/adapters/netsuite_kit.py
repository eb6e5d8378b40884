"""A NetSuite client whose every HTTP answer is written by the test."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, override
from urllib.parse import parse_qs

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from shared.adapters.http import Answer
from shared.adapters.netsuite import NetSuiteClient
from shared.contracts.settings import AccountSettings
from shared.domain.clock import Millis
from tests.builders import NOW
from tests.sandbox.netsuite_kit import ACCOUNT, Sim, private_pem

SAMPLES = Path(__file__).parent / "samples" / "netsuite"
JSON = "application/vnd.oracle.resource+json; type=collection"
TOKEN = {"access_token": "token-1", "expires_in": 3600, "token_type": "Bearer"}
CREDENTIALS = {
    "clientId": "sandbox-client",
    "certificateId": "sandbox-cert",
    "privateKey": private_pem().decode(),
}


TOKEN_BASED: dict[str, object] = {
    "consumerKey": "sandbox-consumer",
    "consumerSecret": "sandbox consumer & secret",
    "tokenId": "sandbox-token",
    "tokenSecret": "sandbox/token+secret",
}


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def answered(status: int = 200, body: object = b"", media: str = JSON, **headers: str) -> Answer:
    """`body` as it is, or as JSON; `Retry_After` stands for Retry-After."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict({"Content-Type": media, **named}), raw)


def page(*items: Mapping[str, object], **envelope: object) -> Answer:
    whole = {"count": len(items), "hasMore": False, "items": items, "offset": 0}
    return answered(200, {"links": [], **whole, **envelope})


def granted(token: str = "token-1", **changed: object) -> Answer:
    return answered(200, {**TOKEN, "access_token": token, **changed}, "application/json")


class Script(BaseAdapter):
    """Answers in the order given; keeps the requests and their timeouts in seconds."""

    def __init__(self, *answers: Answer | Exception) -> None:
        super().__init__()
        self.answers = deque(answers)
        self.requests: list[requests.PreparedRequest] = []
        self.timeouts: list[tuple[float, float]] = []

    @override
    def send(
        self, request: requests.PreparedRequest, *_args: Any, **options: Any
    ) -> requests.Response:
        self.requests.append(request)
        self.timeouts.append(options["timeout"])
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = HTTPResponse(BytesIO(answer.body), preload_content=False)
        return response

    @override
    def close(self) -> None:
        """Nothing is open."""

    def forms(self) -> list[dict[str, str]]:
        """Of the requests for a token."""
        bodies = [str(r.body) for r in self.requests if str(r.url).endswith("/token")]
        return [{key: value for key, [value] in parse_qs(body).items()} for body in bodies]

    def queries(self) -> list[dict[str, Any]]:
        """The bodies of the requests for rows."""
        asked = [r.body for r in self.requests if "/suiteql" in str(r.url)]
        return [json.loads(body or b"") for body in asked]

    def paths(self) -> list[str]:
        return [str(request.url).rpartition("/")[2] for request in self.requests]


@dataclass(slots=True)
class KeptSecrets:
    """`cached` is what is given unless it is asked for fresh; `reads` says which it was."""

    fresh: dict[str, object]
    cached: dict[str, object] | None = None
    reads: list[tuple[str, bool]] = field(default_factory=list)

    def get(self, name: str, *, fresh: bool = False) -> dict[str, object]:
        self.reads.append((name, fresh))
        return self.fresh if fresh or self.cached is None else self.cached


@dataclass(slots=True)
class Ticking:
    """A frozen clock that a test may move; `step` moves it at each reading."""

    now: Millis = NOW
    step: Millis = 0

    def __call__(self) -> Millis:
        self.now += self.step
        return self.now


def secrets(**changed: object) -> KeptSecrets:
    return KeptSecrets({"netsuite": {**CREDENTIALS, **changed}})


def token_based(**changed: object) -> KeptSecrets:
    return KeptSecrets({"netsuite": {**TOKEN_BASED, **changed}})


@dataclass(slots=True)
class Rig:
    client: NetSuiteClient
    script: Script
    secrets: KeptSecrets
    clock: Ticking


def rig(*answers: Answer | Exception, kept: KeptSecrets | None = None) -> Rig:
    script, clock, kept = Script(*answers), Ticking(), kept or secrets()
    session = requests.Session()
    session.mount("https://", script)
    settings = AccountSettings(account_id="1234567_SB1", secret="tenant/acme")
    return Rig(NetSuiteClient(settings, kept, session, clock), script, kept, clock)


def client_of(
    sim: Sim, session: requests.Session, kept: KeptSecrets | None = None
) -> NetSuiteClient:
    """Of the simulator's first account, by the simulator's clock."""
    settings = AccountSettings.model_validate(
        {"account_id": ACCOUNT, "secret": "s", "api_url": sim.base}
    )
    return NetSuiteClient(settings, kept or secrets(), session, lambda: int(sim.now * 1000))
