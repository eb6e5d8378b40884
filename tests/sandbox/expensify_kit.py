"""A running Expensify simulator with a clock in the test's hand, and a client for its faces."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import requests

from sandbox.expensify import World, create_app
from sandbox.expensify.world import NetSuiteUnreachableError
from sandbox.serve import Server

ACCOUNT = "1234567_SB1"
WORKSPACE = "A1B2C3D4E5F60718"
OTHER_WORKSPACE = "B1B2C3D4E5F60718"
REPORT = "R00A1B2C3D4E"
NOW = 1_767_261_600.0  # 2026-01-01 10:00:00 UTC
APOLLO = {
    "id": "4711",
    "entityId": "P-4711",
    "companyName": "Apollo Rollout",
    "isInactive": True,
    "allowExpenses": True,
}
HERMES = {"id": "4712", "entityId": "P-4712", "companyName": "Hermes"}
CLOSED_BOOKS = {"id": "4713", "entityId": "P-4713", "companyName": "Ops", "allowExpenses": False}
PROJECTS: list[dict[str, Any]] = [APOLLO, HERMES, CLOSED_BOOKS]
PARTNER = {"userId": "aa_field", "userSecret": "field-secret"}
OTHER_PARTNER = {"userId": "aa_other", "userSecret": "other-secret"}
DEVICE = {
    "partnerName": "chat-expensify-com",
    "partnerPassword": "app-password",
    "partnerUserID": "expensify.cash-1",
    "partnerUserSecret": "device-secret",
}
OTHER_DEVICE = {**DEVICE, "partnerUserID": "expensify.cash-2"}
NS0770 = (
    "NS0770 Export Error: Project [{}] is not active and can\N{RIGHT SINGLE QUOTATION MARK}t "
    "accept expenses. Please update the project tag."
)
NS0034 = (
    "NS0034 Export Error: This record already exists. Please search for the report ID in "
    "NetSuite, delete the entry, and reexport from Expensify."
)
WORLD: dict[str, Any] = {
    "accounts": [{"id": ACCOUNT, "projects": PROJECTS}],
    "workspaces": [
        {
            "id": WORKSPACE,
            "name": "Acme Field Services",
            "account": ACCOUNT,
            "partner": PARTNER,
            "app": {**DEVICE, "email": "exporter@acme.example"},
            "syncSeconds": 10,
            "exportSeconds": 1,
        },
        {
            "id": OTHER_WORKSPACE,
            "name": "Other",
            "account": ACCOUNT,
            "partner": OTHER_PARTNER,
            "app": {**OTHER_DEVICE, "email": "other@acme.example"},
        },
    ],
    "reports": [
        {
            "id": REPORT,
            "workspaceId": WORKSPACE,
            "reportName": "March travel",
            "submitterEmail": "sam@acme.example",
            "state": "APPROVED",
            "failed": True,
            "expenses": [
                {
                    "transactionId": "501",
                    "project": "Apollo Rollout",
                    "merchant": 'Bahn "DB"',
                    "amount": 12345,
                    "currency": "EUR",
                }
            ],
        }
    ],
    "rateLimit": {"per10s": 1000, "per60s": 1000},
    "people": {"ignored": "here"},
}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class NetSuite:
    """Stands in for the NetSuite simulator; ``rows`` None: nobody answers."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] | None = deepcopy(PROJECTS)

    def projects(self, account: str) -> list[dict[str, Any]]:
        if self.rows is None:
            raise NetSuiteUnreachableError
        return deepcopy(self.rows) if account == ACCOUNT else []

    def set(self, project_id: str, **values: Any) -> None:
        [row] = [row for row in self.rows or [] if row["id"] == project_id]
        row.update(values)


class Sim:
    def __init__(self, url: str, clock: Clock, netsuite: NetSuite) -> None:
        self.url = url
        self.clock = clock
        self.netsuite = netsuite
        self.token: str | None = None
        self.delays: list[float] = []

    def advance(self, seconds: float) -> None:
        """Also lets what is due look at NetSuite now, before the test changes it again."""
        self.clock.now += seconds
        self.control("GET", "postings")

    # The app API

    def post(self, command: str, **fields: str) -> requests.Response:
        return requests.post(f"{self.url}/api/{command}", data=fields, timeout=10)

    def authenticate(self, **changes: str) -> Any:
        return self.post("Authenticate", **{**DEVICE, **changes}).json()

    def app(self, command: str, **fields: str) -> Any:
        """Signed in; gives the envelope."""
        self.token = self.token or self.authenticate()["authToken"]
        return self.post(command, authToken=self.token, **fields).json()

    def start_sync(self) -> Any:
        return self.app("SyncPolicyToNetSuite", policyID=WORKSPACE, idempotencyKey=WORKSPACE)

    def sync(self) -> None:
        self.start_sync()
        self.advance(10)

    def start_export(self, *report_ids: str, action_ids: dict[str, str] | None = None) -> Any:
        return self.app(
            "Report_Export",
            reportIDList=",".join(report_ids or (REPORT,)),
            connectionName="netsuite",
            type="MANUAL",
            optimisticReportActions=json.dumps(action_ids or {}),
        )

    def export(self, *report_ids: str, action_ids: dict[str, str] | None = None) -> None:
        self.start_export(*report_ids, action_ids=action_ids)
        self.advance(1)

    def fix(self) -> None:
        """The project is active again and Expensify knows."""
        self.netsuite.set("4711", isInactive=False)
        self.sync()

    def onyx(self, command: str, **fields: str) -> dict[str, Any]:
        envelope = self.app(command, **fields)
        assert envelope["jsonCode"] == 200
        return {update["key"]: update["value"] for update in envelope["onyxData"]}

    def open_report(self, report_id: str = REPORT) -> dict[str, Any]:
        return self.onyx("OpenReport", reportID=report_id)

    def actions(self, name: str, report_id: str = REPORT) -> list[dict[str, Any]]:
        actions = self.open_report(report_id)[f"reportActions_{report_id}"].values()
        return [action for action in actions if action["actionName"] == name]

    def open_policy(self) -> dict[str, Any]:
        return self.onyx("OpenPolicyAccountingPage", policyID=WORKSPACE)

    def connection(self) -> Any:
        return self.open_policy()[f"policy_{WORKSPACE}"]["connections"]["netsuite"]

    # The Integration Server

    def job(
        self, job: dict[str, Any] | str, template: str | None = None, secret: str = "field-secret"
    ) -> requests.Response:
        if isinstance(job, dict):
            credentials = {"partnerUserID": "aa_field", "partnerUserSecret": secret}
            job = json.dumps({"credentials": credentials, **job})
        fields = {"requestJobDescription": job}
        if template is not None:
            fields["template"] = template
        path = "/Integration-Server/ExpensifyIntegrations"
        return requests.post(self.url + path, data=fields, timeout=10)

    def file(self, template: str = "x", **settings: Any) -> requests.Response:
        settings = {"filters": {"reportIDList": REPORT}, **settings}
        return self.job(file_job(**settings), template)

    def download(self, name: str) -> requests.Response:
        return self.job({"type": "download", "fileName": name, "fileSystem": "integrationServer"})

    def rendered(self, template: str, **settings: Any) -> str:
        return self.download(self.file(template, **settings).text).text

    # The control surface

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, f"{self.url}/_control/{path}", json=body, timeout=10)

    def fault(
        self, effect: dict[str, Any], match: dict[str, Any], times: int | None = None
    ) -> None:
        rule = {"match": match, "times": times, "effect": effect}
        assert self.control("PUT", "faults", {"rules": [rule]}).status_code == 200

    def put_report(self, report_id: str = REPORT, **change: Any) -> Any:
        return self.control("PUT", f"reports/{report_id}", change).json()

    def exports(self, report_id: str = REPORT) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.report(report_id)["exports"]
        return entries

    def report(self, report_id: str = REPORT) -> Any:
        return self.control("GET", f"reports/{report_id}").json()

    def postings(self) -> Any:
        return self.control("GET", "postings").json()

    def journal(self) -> Any:
        return self.control("GET", "journal").json()


def file_job(**settings: Any) -> dict[str, Any]:
    return {
        "type": "file",
        "onReceive": {"immediateResponse": ["returnRandomFileName"]},
        "inputSettings": {"type": "combinedReportData", **settings},
        "outputSettings": {"fileExtension": "json"},
    }


@contextmanager
def running_sim(**workspace: Any) -> Iterator[Sim]:
    """``workspace``: settings of the first workspace that differ."""
    world = deepcopy(WORLD)
    world["workspaces"][0] |= workspace
    with running_world(world) as sim:
        yield sim


@contextmanager
def running_world(world: dict[str, Any]) -> Iterator[Sim]:
    clock, netsuite, delays = Clock(), NetSuite(), list[float]()
    app = create_app(
        World.model_validate(world), clock, projects=netsuite.projects, pause=delays.append
    )
    with Server(app) as server:
        sim = Sim(server.url, clock, netsuite)
        sim.delays = delays
        yield sim
