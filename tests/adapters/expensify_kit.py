"""Both adapters, with every HTTP answer written by the test."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import requests

from shared.adapters.expensify_app import AppApi
from shared.adapters.expensify_read import IntegrationServer
from shared.adapters.expensify_read.allowance import Allowance
from shared.adapters.http import Answer
from shared.contracts.settings import ExpensifySettings
from tests.adapters.netsuite_kit import KeptSecrets, Script, Ticking, answered
from tests.builders import WS
from tests.fakes.usages import FakeUsages
from tests.sandbox.expensify_kit import DEVICE, PARTNER

SAMPLES = Path(__file__).parent / "samples" / "expensify"
TEXT = "text/plain;charset=utf-8"
SECRET: dict[str, Any] = {
    "expensify": {
        "partnerUserID": PARTNER["userId"],
        "partnerUserSecret": PARTNER["userSecret"],
    },
    "expensifyApp": {**DEVICE, "email": "exporter@acme.example"},
}
ROTATED: dict[str, Any] = {
    "expensify": {**SECRET["expensify"], "partnerUserSecret": "rotated"},
    "expensifyApp": {**SECRET["expensifyApp"], "partnerUserSecret": "rotated"},
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def secrets() -> KeptSecrets:
    return KeptSecrets(SECRET)


def settings_for(url: str, **more: Any) -> ExpensifySettings:
    return ExpensifySettings.model_validate(
        {
            "secret": "tenant/acme",
            "integration_url": f"{url}/Integration-Server/ExpensifyIntegrations",
            "app_url": f"{url}/api/",
            **more,
        }
    )


def text(body: str | bytes, status: int = 200, **headers: str) -> Answer:
    return answered(status, body.encode() if isinstance(body, str) else body, TEXT, **headers)


def said(body: object, status: int = 200, **headers: str) -> Answer:
    """JSON as text/plain, as it was seen in live answers."""
    return text(json.dumps(body), status, **headers)


def fields(request: requests.PreparedRequest) -> dict[str, str]:
    parsed = parse_qs(str(request.body), keep_blank_values=True)
    return {key: value for key, [value] in parsed.items()}


@dataclass(slots=True)
class Rig:
    reader: IntegrationServer
    app: AppApi
    script: Script
    secrets: KeptSecrets
    clock: Ticking
    usages: FakeUsages

    def forms(self) -> list[dict[str, str]]:
        return [fields(request) for request in self.script.requests]

    def jobs(self) -> list[dict[str, Any]]:
        return [json.loads(form["requestJobDescription"]) for form in self.forms()]


def rig(
    *answers: Answer | Exception,
    kept: KeptSecrets | None = None,
    level: int | None = None,
    **more: Any,
) -> Rig:
    """`more`: further settings of the workspace's Expensify."""
    script, clock, kept = Script(*answers), Ticking(), kept or secrets()
    session = requests.Session()
    session.mount("https://", script)
    settings = settings_for("https://expensify.example", project_tag_level=level, **more)
    usages = FakeUsages()
    allowance = Allowance(usages, clock, urgent=True)
    reader = IntegrationServer(settings, kept, session, clock, allowance)
    app = AppApi(WS, settings, kept, session, clock)
    return Rig(reader, app, script, kept, clock, usages)
