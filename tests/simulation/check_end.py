"""Liveness: when nothing goes wrong any more, everything that can finish finishes.

What is left waits for a person who was told.
"""

from typing import TYPE_CHECKING

from shared.domain.blocker import restless
from shared.domain.case import Case, Phase, Why
from shared.domain.clock import MINUTE
from shared.domain.report import EXPORTABLE
from tests.simulation.end_of_modes import EndOfModes
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import SimReport
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.run import Stage
from tests.simulation.witness import Witness

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet


class EndChecks:
    def __init__(
        self,
        stage: Stage,
        netsuite: SimNetSuite,
        expensify: SimExpensify,
        fleet: "Fleet",
        witness: Witness,
        modes: EndOfModes,
    ) -> None:
        self._stage = stage
        self._netsuite = netsuite
        self._expensify = expensify
        self._fleet = fleet
        self._witness = witness
        self._modes = modes

    def unsettled(self) -> list[str]:
        """What is still to be expected. At the end of a history nothing may be."""
        return [
            f"{report.id}: {why}"
            for report in self._expensify.reports.values()
            if report.id in self._witness.events and report.id != self._expensify.spoiler.bad
            for why in [self._unsettled(report)]
            if why
        ]

    def _unsettled(self, report: SimReport) -> str:
        case = self._fleet.cases.cases.get((report.workspace_id, report.id))
        if case is None:
            return "an accepted event, and no case"
        if case.finished:
            return self._finished(report, case)
        since = self._expensify.plans[report.workspace_id].rules.act_since
        if case.opened_at < since and report.id not in self._witness.records.released:
            return ""
        if self._modes.only_observed(case):
            given_up = self._given_up(report) or self._shows_nothing(report)
            return "" if given_up else self._modes.observed(report, case)
        if case.phase is Phase.NEEDS_PERSON:
            return "" if self._handed(case) else f"{case.reason}: nobody was told"
        return self._open(report, case)

    def _finished(self, report: SimReport, case: Case) -> str:
        told = self._witness.events[report.id] > report.reset
        if case.reason is Why.IN_NETSUITE:
            there = any(p.report_id == report.id for p in self._expensify.postings)
            return "" if there else "said to be in NetSuite, where it isn't"
        forgotten = told and not report.over
        return f"{case.phase} ({case.reason}), but not through" if forgotten else ""

    def _open(self, report: SimReport, case: Case) -> str:
        if report.over:
            return f"over, but still {case.phase} ({case.reason})"
        if report.state not in EXPORTABLE:
            return ""
        return f"still {case.phase}" if case.in_flight else self._waiting(report, case)

    def _handed(self, case: Case) -> bool:
        what = {str(case.reason), "+".join(case.codes), case.report_id}
        told = self._witness.mails.told
        abouts = {f"W#{case.workspace_id}#{w}" for w in what}
        abouts |= {f"P#{f.project_id}" for f in case.failed}
        return any((case.workspace_id, about) in told for about in abouts)

    def _waiting(self, report: SimReport, case: Case) -> str:
        """Of several closed projects one is enough: the others show when it is their turn."""
        closed, abouts, shut = [], [], False
        for text in report.texts or case.named:
            meant = self._netsuite.meant_by(report, text)
            shut = shut or any(not p.accepts for p in meant)
            one = len(meant) <= 1 and self._netsuite.found(report, text)
            if not report.texts or (meant and not one) or any(not p.accepts for p in meant):
                closed.append(text)
                abouts += [
                    f"L#{report.workspace_id}#{text}",
                    *(f"P#{i}" for i in self._netsuite.ever_meant(report.account, text)),
                ]
        if self._left_to_people(report, case):
            return ""
        told = self._somebody_told(report, abouts)
        closed_again = shut and told
        if self._modes.assisted(case) and self._modes.were_asked(report) and not closed_again:
            return self._modes.asked(report, case)
        if closed:
            return "" if told else f"waits for {closed}, and nobody was told"
        if self._shows_nothing(report):
            return ""
        if self._modes.assisted(case):
            return self._modes.asked(report, case)
        return f"still waiting ({case.reason}), though all of its projects are open"

    def _somebody_told(self, report: SimReport, abouts: list[str]) -> bool:
        """Or there is nobody who might be told."""
        plan = self._expensify.plans[report.workspace_id]
        by_submitter = plan.retag_by == "submitter"
        asked = [report.submitter] if by_submitter else list(plan.workspace_admins)
        reachable = any(person.endswith("@acme.example") for person in asked)
        told = self._witness.mails.told
        if self._shows_nothing(report):
            return True
        return not reachable or any((report.workspace_id, about) in told for about in abouts)

    def _shows_nothing(self, report: SimReport) -> bool:
        """NetSuite has no project for us, so nothing can be told, nor would be: the operators know."""
        told = self._witness.mails.told
        nothing = self._netsuite.shows_none(report.account)
        return nothing and any(about == f"W#{report.account}#no_projects" for _, about in told)

    def _given_up(self, report: SimReport) -> bool:
        """Its fix was refused, or its project flips too often: nothing would have been."""
        ids = {p.id for t in report.texts for p in self._netsuite.meant(report.account, t)}
        cases = self._fleet.cases.cases.values()
        failed = {
            f.project_id
            for case in cases
            if case.workspace_id == report.workspace_id
            for f in case.failed
        }
        return bool(ids & failed) or self._restless(report, ids)

    def _restless(self, report: SimReport, ids: set[str]) -> bool:
        blockers = (self._fleet.accounts.blocked.get((report.account, pid)) for pid in ids)
        return any(b is not None and restless(b, 3, self._stage.now - MINUTE) for b in blockers)

    def _left_to_people(self, report: SimReport, case: Case) -> bool:
        """The fix was stopped, the project flips too often, or the sync is stuck: and told."""
        workspace = self._fleet.workspaces.stored.get(report.workspace_id)
        told = self._witness.mails.told
        ids = {p.id for t in report.texts for p in self._netsuite.meant_by(report, t)}
        stopped = {r.project_id for r in workspace.recoveries if r.stopped} if workspace else set()
        named = {p.id for t in report.texts for p in self._netsuite.meant(report.account, t)}
        if any((report.workspace_id, f"P#{pid}") in told for pid in stopped & (ids | named)):
            return True
        if self._restless(report, ids):
            return True
        stuck = workspace is not None and workspace.sync is not None and workspace.sync.given_up
        return stuck and (report.workspace_id, f"W#{report.workspace_id}") in told
