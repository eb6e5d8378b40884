"""Invariant 1: a second export of ours only if nothing is left of the first, and that was to be known."""

from dataclasses import dataclass

from shared.domain.absence import ReportRecord
from shared.domain.clock import Millis
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import OURS, SimReport
from tests.simulation.records import Request, ViolationError

CONTROLS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What NetSuite told of the records of these reports."""

    at: Millis
    texts: tuple[str, ...]
    records: tuple[ReportRecord, ...]


class AbsenceChecks:
    def __init__(self, expensify: SimExpensify) -> None:
        self._expensify = expensify
        self._told: dict[str, list[Told]] = {}

    def told(
        self, at: Millis, account: str, texts: tuple[str, ...], records: tuple[ReportRecord, ...]
    ) -> None:
        self._told.setdefault(account, []).append(Told(at, texts, records))

    def second(self, report: SimReport, earlier: Request) -> None:
        """It is about to be exported by us, and was before."""
        who = f"second export of {report.id}"
        if earlier.attempt_id in self._expensify.in_line:
            raise ViolationError("I1", f"{who}: the first is still in line")
        told = [t for t in self._told.get(report.account, ()) if report.id in t.texts]
        fenced = [t for t in told if self._behind_fence(t, report, earlier)]
        if not fenced:
            raise ViolationError("I1", f"{who}: NetSuite wasn't asked behind a sync of ours")
        proofs = [t for t in fenced if self._is_proof(t, report)]
        if not proofs:
            raise ViolationError("I1", f"{who}: NetSuite didn't prove that nothing is there")
        there = [p for p in self._expensify.postings if p.report_id == report.id]
        if any(posting.at <= proofs[-1].at for posting in there):
            raise ViolationError("I1", f"{who}: it is in NetSuite")

    def _behind_fence(self, told: Told, report: SimReport, earlier: Request) -> bool:
        return any(
            sync.by == OURS and earlier.at < sync.asked_at and sync.ended <= told.at
            for sync in self._expensify.syncs
            if sync.workspace_id == report.workspace_id
        )

    def _is_proof(self, told: Told, report: SimReport) -> bool:
        """Beside three others of the workspace in the column in which its exports write the id."""
        column = self._expensify.column_of(report.account)
        others = {
            r.text
            for r in told.records
            if r.column == column and self._expensify.is_of(r.text, report.workspace_id)
        }
        return report.id not in {r.text for r in told.records} and len(others) >= CONTROLS
