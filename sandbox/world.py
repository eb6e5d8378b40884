"""The world around the service, as a person or a test sees and moves it: control surfaces only."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import requests
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from sandbox.stack.stack import Stack

NS0770 = (
    "NS0770 Export Error: Project [{}] is not active and can’t accept expenses. "
    "Please update the project tag."
)
_TIMEOUT = 10.0
_POLL = 0.2


class TooLateError(Exception):
    """What was waited for did not happen in time."""


@dataclass(frozen=True, slots=True)
class World:
    """Reads and changes what the simulators hold; never looks at the service's own table.

    `name`: whose faults these are, where several worlds share a stack.
    """

    stack: Stack
    name: str = ""

    # --- NetSuite ---

    def project(self, project_id: str) -> dict[str, Any]:
        return self._one(f"{self.stack.netsuite}/_control/projects/{project_id}")

    def set_project(self, project_id: str, **changes: Any) -> None:
        self._put(f"{self.stack.netsuite}/_control/projects/{project_id}", changes)

    def set_customer(self, account: str, customer_id: str, **changes: Any) -> None:
        path = f"_control/accounts/{account}/customers/{customer_id}"
        self._put(f"{self.stack.netsuite}/{path}", changes)

    def set_all_projects(self, account: str, **changes: Any) -> None:
        """A mass update."""
        self._put(f"{self.stack.netsuite}/_control/projects?account={account}", changes)

    def netsuite_faults(self, *rules: dict[str, Any]) -> None:
        """Replace NetSuite's faults, of this world alone."""
        self._put(f"{self.stack.netsuite}/_control/faults?of={self.name}", list(rules))

    def most_at_once(self, account: str) -> int:
        """The most requests that this account was ever answering at the same time."""
        return int(self._one(f"{self.stack.netsuite}/_control/accounts/{account}")["mostAtWork"])

    def wipe_mapping(self, account: str) -> None:
        """What a refresh does to a sandbox account: our certificate is unknown there."""
        requests.delete(self._certificate(account), timeout=_TIMEOUT).raise_for_status()

    def map_again(self, account: str) -> None:
        """Somebody uploads the same certificate again."""
        key = load_pem_private_key(self.stack.private_key.encode(), password=None)
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        requests.put(self._certificate(account), data=pem, timeout=_TIMEOUT).raise_for_status()

    def _certificate(self, account: str) -> str:
        return f"{self.stack.netsuite}/_control/accounts/{account}/public-key"

    def suiteql(self) -> list[dict[str, Any]]:
        """The queries that NetSuite was asked."""
        return [e for e in self.netsuite_journal() if e["path"].endswith("/suiteql")]

    def netsuite_journal(self, slug: str = "") -> list[dict[str, Any]]:
        """Of one account, by its form in addresses, or of all."""
        account = {"account": slug} if slug else {}
        return self._all(f"{self.stack.netsuite}/_control/journal", **account)

    # --- Expensify ---

    def report(self, report_id: str) -> dict[str, Any]:
        return self._one(f"{self.stack.expensify}/_control/reports/{report_id}")

    def set_report(self, report_id: str, **changes: Any) -> None:
        self._put(f"{self.stack.expensify}/_control/reports/{report_id}", changes)

    def retag(self, report_id: str, transaction_id: str, project: str) -> None:
        """Somebody gives an expense another project."""
        wish = {"transactionId": transaction_id, "project": project}
        self._post(f"{self.stack.expensify}/_control/reports/{report_id}/retag", wish)

    def reports(self) -> list[dict[str, Any]]:
        return self._all(f"{self.stack.expensify}/_control/reports")

    def postings(self, *report_ids: str) -> list[dict[str, Any]]:
        """What reached NetSuite: of these reports, or all."""
        all_of_them = self._all(f"{self.stack.expensify}/_control/postings")
        return [p for p in all_of_them if not report_ids or p["reportId"] in report_ids]

    def calls(self, command: str) -> list[dict[str, Any]]:
        """The requests that Expensify was sent, of one command."""
        return [e for e in self.expensify_journal() if e.get("command") == command]

    def expensify_journal(self) -> list[dict[str, Any]]:
        return self._all(f"{self.stack.expensify}/_control/journal")

    def sync_now(self, workspace_id: str) -> None:
        """Somebody presses *Sync Now*, and waits until it is done."""
        where = f"{self.stack.expensify}/_control/workspaces/{workspace_id}"
        before = self._one(where)["lastSync"]
        self._post(f"{where}/sync")
        self.wait("synced", lambda: self._one(where)["lastSync"] != before)

    def begin_sync(self, workspace_id: str, seconds: float) -> None:
        """Somebody presses *Sync Now*, and this sync takes so long."""
        where = f"{self.stack.expensify}/_control/workspaces/{workspace_id}"
        self._post(f"{where}/sync", {"seconds": seconds})

    def workspace(self, workspace_id: str) -> dict[str, Any]:
        """Its last sync and the stage of the present one, among other things."""
        return self._one(f"{self.stack.expensify}/_control/workspaces/{workspace_id}")

    def export_by_hand(self, report_id: str) -> None:
        """Somebody presses *Export*."""
        self._post(f"{self.stack.expensify}/_control/reports/{report_id}/export")

    def end_sessions(self) -> None:
        """Every token of Expensify's app is over from now on."""
        self._post(f"{self.stack.expensify}/_control/app/expire")

    def faults(self, *rules: dict[str, Any]) -> None:
        """Replace Expensify's faults, of this world alone."""
        self._put(f"{self.stack.expensify}/_control/faults?of={self.name}", list(rules))

    # --- people and the bus ---

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        address = {"to": to} if to else {}
        return self._all(f"{self.stack.mail}/messages", **address)

    def fail(self, events: Iterable[dict[str, Any]]) -> None:
        """Put `Report Export Failed` events on the bus, as any bridge would."""
        client = boto3.client("events", **self.stack.aws)
        entries = [
            {
                "Source": "expensify",
                "DetailType": "Report Export Failed",
                "EventBusName": self.stack.bus,
                "Detail": json.dumps(detail),
            }
            for detail in events
        ]
        for start in range(0, len(entries), 10):
            answer = client.put_events(Entries=entries[start : start + 10])  # type: ignore[arg-type]
            if answer["FailedEntryCount"]:
                raise TooLateError("the bus did not take the events")

    def failure(self, report_id: str) -> dict[str, Any]:
        """The event of a report's last failure, as its simulator tells it."""
        report = self.report(report_id)
        failed = [e for e in report.get("exports", []) if e["outcome"] == "failed"]
        message = failed[-1]["message"] if failed else NS0770.format(_first_project(report))
        return {
            "version": 1,
            "workspaceId": report["workspaceId"],
            "reportId": report_id,
            "errorMessage": message,
            "reportName": report["reportName"],
            "submitterEmail": report["submitterEmail"],
        }

    def dead_letters(self) -> list[str]:
        """The bodies of all messages in any dead-letter queue."""
        client = boto3.client("sqs", **self.stack.aws)
        bodies: list[str] = []
        for url in self.stack.dead_letters.values():
            answer = client.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1
            )
            bodies += [message.get("Body", "") for message in answer.get("Messages", [])]
        return bodies

    # --- waiting ---

    def wait(self, what: str, holds: Callable[[], object], seconds: float = 60) -> None:
        """Until it holds. Raises TooLateError, and whatever ended the sandbox."""
        until = time.monotonic() + seconds
        while not holds():
            self.stack.check_alive()
            if time.monotonic() > until:
                raise TooLateError(f"not within {seconds:.0f} s: {what}")
            time.sleep(_POLL)

    def _one(self, url: str) -> dict[str, Any]:
        answer: dict[str, Any] = _json(url)
        return answer

    def _all(self, url: str, **params: str) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = _json(url, **params)
        return answer

    def _put(self, url: str, body: object) -> None:
        requests.put(url, json=body, timeout=_TIMEOUT).raise_for_status()

    def _post(self, url: str, body: Mapping[str, object] | None = None) -> None:
        requests.post(url, json=body or {}, timeout=_TIMEOUT).raise_for_status()


def _json(url: str, **params: str) -> Any:
    answer = requests.get(url, params=params, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _first_project(report: dict[str, Any]) -> str:
    return next((str(e["project"]) for e in report["expenses"] if e.get("project")), "?")
