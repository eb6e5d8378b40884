"""Who tells us of failures: a bridge that puts events, some of them twice, late or broken.

Where we search for failures ourselves, it says nothing of them.
"""

import json
from collections.abc import Callable, Mapping

from shared.domain.clock import SECOND
from shared.domain.delivery import Message
from shared.domain.report import ActionKind
from tests.simulation.expensify_model import Entry, SimReport
from tests.simulation.run import Stage

type Put = Callable[[str, str], None]


class Bridge:
    """Every report's first failure is told; later ones sometimes."""

    def __init__(self, stage: Stage, put: Put) -> None:
        self._stage = stage
        self._put = put
        self._told: set[str] = set()
        self._count = 0
        self._lengths: dict[str, int] = {}
        self._silent = stage.scenario.search is not None

    def failed(self, report: SimReport, entry: Entry) -> None:
        """Hear of one entry of a report's history."""
        if entry.kind is not ActionKind.EXPORT_FAILED:
            if self._stage.chance(0.2):
                self.hint(report)
            return
        if self._silent:
            return
        if report.id in self._told and self._stage.rng.random() < 0.6:
            return
        self._told.add(report.id)
        later = self._stage.now + self._stage.rng.randrange(
            SECOND, (20 if self._stage.scenario.hurry else 90) * SECOND
        )
        self._stage.loop.at(later, lambda: self._tell(report, entry))

    def tell_again(self, report: SimReport) -> None:
        """Of its last failure, by an event that perhaps has another id."""
        failures = [e for e in report.history if e.kind is ActionKind.EXPORT_FAILED]
        if failures:
            self._tell(report, failures[-1])

    def tell_late(self, report: SimReport, entry: Entry) -> None:
        """Of any failure, long after and by an event of its own."""
        self._tell(report, entry, named=False)

    def told_of(self, envelope_id: str) -> int:
        """The length of the report's history at the failure that this event tells of."""
        return self._lengths.get(envelope_id, 0)

    def relay(self, message: Message, length: int) -> None:
        """What a search of ours has found. `length`: see `told_of`."""
        self._lengths[f"e{self._count + 1}"] = length
        self._send(message.source, message.detail_type, message.detail, message.workspace_id)

    def hint(self, report: SimReport) -> None:
        detail = {"version": 1, "workspaceId": report.workspace_id, "reportId": report.id}
        self._send("expensify", "Report Changed", detail, report.workspace_id)

    def project_hint(self, account: str, project_id: str) -> None:
        detail = {"version": 1, "accountId": account, "projectId": project_id}
        self._send("netsuite", "Project Changed", detail, account)

    def nonsense(self) -> None:
        """Neither of these may disturb anything."""
        detail = {"version": 1, "workspaceId": "WS1", "errorMessage": "no report"}
        self._send("expensify", "Report Export Failed", detail, "")
        stranger = {**detail, "reportId": "R1", "workspaceId": "NOBODY"}
        self._send("expensify", "Report Export Failed", stranger, "")

    def _tell(self, report: SimReport, entry: Entry, *, named: bool = True) -> None:
        if self._silent:
            return
        detail: dict[str, object] = {
            "version": 1,
            "workspaceId": report.workspace_id,
            "reportId": report.id,
            "errorMessage": entry.message,
            "submitterEmail": report.submitter,
        }
        if named and self._stage.rng.random() < 0.7:
            detail["eventId"] = f"{report.id}/{entry.id}"
        self._stage.note("bridge", f"tells of the failure of {report.id}", entry.code)
        self._lengths[f"e{self._count + 1}"] = report.history.index(entry) + 1
        self._send("expensify", "Report Export Failed", detail, report.workspace_id)

    def _send(self, source: str, kind: str, detail: Mapping[str, object], key: str) -> None:
        self._count += 1
        envelope = {
            "id": f"e{self._count}",
            "source": source,
            "detail-type": kind,
            "detail": detail,
        }
        self._put(json.dumps(envelope), key)
