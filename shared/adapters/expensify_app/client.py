"""`AppApi`: the commands of the app that we need. None of them is official."""

import json
from dataclasses import replace

import requests

from shared.adapters.expensify_app.commands import Commands
from shared.adapters.expensify_app.connection import NETSUITE, sync_state_of
from shared.adapters.expensify_app.login import Login
from shared.adapters.expensify_app.report import report_of
from shared.adapters.expensify_app.wire import wire_of
from shared.contracts.settings import ExpensifySettings
from shared.domain.clock import SECOND, Millis
from shared.domain.report import Report
from shared.domain.sync import SyncState
from shared.ports import Clock, Secrets

CALL_BUDGET: Millis = 13 * SECOND
"""The longest that one call may take, logging in and its second tries included."""

_WHOLE: Millis = 10 * SECOND


class AppApi:
    """One workspace, in the name of one person. Implements `ExpensifyApp`; keeps its token.

    Commands and parameters: App src/libs/API/types.ts and src/libs/API/parameters.
    """

    def __init__(
        self,
        workspace_id: str,
        settings: ExpensifySettings,
        secrets: Secrets,
        session: requests.Session,
        clock: Clock,
    ) -> None:
        wire = wire_of(settings, session, clock)
        login = Login(secrets, settings, wire, clock)
        self._commands = Commands(wire, login, clock, budget=CALL_BUDGET, whole=_WHOLE)
        self._workspace_id = workspace_id
        self._settings = settings
        self._clock = clock

    def open_report(self, report_id: str) -> Report | None:
        """None: no such report. Raises as `Commands.read`.

        A project in a field of the report is told by the official face alone. Without a further parameter the newest actions come first, and older ones may be missing.
        """
        began = self._clock()
        store = self._commands.read("OpenReport", {"reportID": report_id})
        report = report_of(store, report_id, self._settings.project_tag_level, began)
        if report is None or self._settings.project_in == "tag":
            return report
        return replace(report, labels=None)

    def sync_state(self) -> SyncState:
        """Raises as `Commands.read`."""
        fields = {"policyID": self._workspace_id}
        store = self._commands.read("OpenPolicyAccountingPage", fields)
        return sync_state_of(store, self._workspace_id)

    def start_sync(self) -> None:
        """Answers at once and tells nothing (App PR #46671). Raises as `Commands.act`."""
        fields = {"policyID": self._workspace_id, "idempotencyKey": self._workspace_id}
        self._commands.act("SyncPolicyToNetSuite", fields)

    def export(self, report_id: str, attempt_id: str) -> None:
        """Answers at once; what became of it shows in the report. Raises as `Commands.act`.

        Source: App src/types/onyx/ReportMetadata.ts. A success will carry `attempt_id` as its action's id; that Expensify does nothing twice
        for the same id is *unverified*, and nothing relies on it.
        """
        fields = {
            "reportIDList": report_id,
            "connectionName": NETSUITE,
            "type": "MANUAL",
            "optimisticReportActions": json.dumps({report_id: attempt_id}),
        }
        self._commands.act("Report_Export", fields)
