"""Has the seldom moment happen that a history is aimed at.

A run that takes the aimed cell must also come to the aimed effect, which is mostly another report's
doing. So just as our read shows a report of the right phase, somebody does to it what makes the
evidence, and to another one, which the same run reads, what makes the effect.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.domain.absence import Answer, Inquiry
from shared.domain.blocker import by_id, by_text
from shared.domain.case import Case, Kind, Phase
from shared.domain.clock import SECOND
from shared.domain.evidence import Evidence
from shared.domain.report import Source
from shared.domain.rules import Rules
from shared.domain.standing import covered, stand
from tests.simulation.cells import group_of
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import PERSON, Attempt, SimReport
from tests.simulation.people import People
from tests.simulation.run import Stage
from tests.simulation.scenario import Aim, Silence

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet

type Act = Callable[[SimReport], None]

_BY_OTHERS = frozenset(
    {
        "accounts.ask",
        "rows.pull",
        "wakes.wake",
        "app.start_sync",
        "notices.put",
        "bus.publish",
    }
)
_LATER = frozenset({Evidence.ABSENT.name, Evidence.IN_NETSUITE.name})
"""The evidence shows in a later read than the one before which it was made."""

_SYNC = "app.start_sync"

LIKELY, UNLIKELY = 0.8, 0.03
ACTS = 4
"""So often at most in one history: with everything marked or deleted nothing is left to happen."""


class Director:
    """Knows what we know, because it looks into our table."""

    def __init__(
        self, stage: Stage, fleet: "Fleet", expensify: SimExpensify, people: People
    ) -> None:
        self._stage = stage
        self._fleet = fleet
        self._expensify = expensify
        self._people = people
        self._left = ACTS
        self._aim = stage.scenario.aim

    def shown(self, report: SimReport, source: Source) -> None:
        """One of our reads is about to show this report."""
        aim, case = self._aim, self._case(report)
        if aim is None or case is None or not self._left or not self._is_meant(aim, case, source):
            return
        others = self._others(case)
        if self._comes_now(aim, case, report):
            self._effect(aim, others)
        if report.over or not self._at_rest(report):
            return
        if self._stage.chance(LIKELY if self._promising(aim, case, others) else UNLIKELY):
            self._left -= 1
            self._evidence(aim)(report)
            if self._comes_at_once(aim):
                self._effect(aim, others)

    def _is_meant(self, aim: Aim, case: Case, source: Source) -> bool:
        face = Source.APP if case.intent else Source.INTEGRATION
        return not case.finished and source is face and group_of(case) == aim.cell[1]

    def _comes_at_once(self, aim: Aim) -> bool:
        """Whether what is done to others shows in the read that shows the evidence."""
        filed = aim.cell[0] == Evidence.IN_NETSUITE.name
        return aim.cell[0] not in _LATER or (filed and aim.point == _SYNC)

    def _comes_now(self, aim: Aim, case: Case, report: SimReport) -> bool:
        """What is done to others now shows in the read that shows the evidence, which is this one or,
        for a sync, of which the labels are asked first, the next.
        """
        if aim.point == _SYNC:
            return report.deleted and case.absent_since is not None
        return (report.deleted and self._is_gone_for(case)) or self._is_held(aim, case)

    def _is_gone_for(self, case: Case) -> bool:
        """Missing once is no evidence yet."""
        since = case.absent_since
        return since is not None and self._stage.clock() - since >= self._rules(case).absent_gap

    def _is_held(self, aim: Aim, case: Case) -> bool:
        """NetSuite was asked, and has its record: this read is weighed with that."""
        if aim.cell[0] != Evidence.IN_NETSUITE.name:
            return False
        inquiry = self._fleet.accounts.reports.get((*self._where(case), case.report_id))
        return inquiry is not None and inquiry.told(self._stage.clock()) is Answer.HELD

    def _where(self, case: Case) -> tuple[str, str]:
        return case.account_id, case.workspace_id

    def _case(self, report: SimReport) -> Case | None:
        return self._fleet.cases.cases.get((report.workspace_id, report.id))

    def _others(self, case: Case) -> list[Case]:
        """Of the workspace: those that wait, and that this run reads, too."""
        now = self._stage.clock()
        return [
            other
            for other in self._fleet.cases.cases.values()
            if other.workspace_id == case.workspace_id and other.report_id != case.report_id
            if other.phase is Phase.WAITING and other.kind is Kind.PROJECT
            if other.next_look <= now
            if self._at_rest(self._expensify.reports[other.report_id])
        ]

    def _at_rest(self, report: SimReport) -> bool:
        """Expensify does one thing at a time: no two outcomes in one second."""
        return not report.history or self._stage.now - report.history[-1].at > SECOND

    # --- the evidence ----------------------------------------------------------------------------

    def _evidence(self, aim: Aim) -> Act:
        acts: dict[str, Act] = {
            Evidence.EXPORTED.name: self._export,
            Evidence.PROJECT_REFUSED.name: self._refuse,
            Evidence.SAID_TO_EXIST.name: lambda r: self._export(r, Silence(exists=1.0)),
            Evidence.IN_NETSUITE.name: self._file,
            Evidence.OTHER_REFUSED.name: lambda r: self._expensify.refuse(r, Attempt(PERSON)),
            Evidence.MARKED.name: self._people.mark,
            Evidence.NOT_APPROVED.name: self._people.unapprove,
            Evidence.ABSENT.name: lambda r: self._expensify.delete(r.id),
            Evidence.UNREADABLE.name: lambda r: self._expensify.garbled.add(r.id),
        }
        return acts.get(aim.cell[0], lambda _report: None)

    def _export(self, report: SimReport, silence: Silence | None = None) -> None:
        """By somebody who first takes off whatever is in the way."""
        for text in report.texts:
            if not self._expensify.accepted(report, text):
                self._expensify.retag(report.id, text, "")
        self._expensify.export_now(report, Attempt(PERSON), silence or Silence())

    def _file(self, report: SimReport) -> None:
        """It is in NetSuite, unsaid, and NetSuite was asked for it and has answered."""
        case = self._case(report)
        if case is None or not self._may_be_asked_for(case):
            return
        if not any(posting.report_id == report.id for posting in self._expensify.postings):
            self._export(report, Silence(unsaid=1.0))
        if any(posting.report_id == report.id for posting in self._expensify.postings):
            now = self._stage.clock()
            until = now + self._expensify.plans[report.workspace_id].rules.settle
            self._fleet.accounts.reports[report.account, report.workspace_id, report.id] = Inquiry(
                report.account, report.workspace_id, report.id, 1, 1, now, until, answer=Answer.HELD
            )

    def _may_be_asked_for(self, case: Case) -> bool:
        """What is in flight isn't before it had the time to settle."""
        age = self._stage.clock() - case.intent.began_at if case.intent else None
        return age is None or age >= self._rules(case).settle

    def _refuse(self, report: SimReport) -> None:
        self._people.close(report)
        self._expensify.export_now(report, Attempt(PERSON), Silence())

    # --- the effect ------------------------------------------------------------------------------

    def _effect(self, aim: Aim, others: list[Case]) -> None:
        """What another report of this run makes us do."""
        if not others:
            return
        other = self._expensify.reports[self._stage.rng.choice(others).report_id]
        if aim.point in {"accounts.ask", "rows.pull", "wakes.wake"}:
            self._retag(other, "Nowhere")
        elif aim.point == _SYNC:
            self._retag(other, "")
        elif aim.point in {"notices.put", "bus.publish"}:
            self._expensify.refuse(other, Attempt(PERSON))

    def _retag(self, report: SimReport, text: str) -> None:
        for label in report.texts:
            self._expensify.retag(report.id, label, text)

    def _promising(self, aim: Aim, case: Case, others: list[Case]) -> bool:
        """Whether this run may come to the effect, by others or by itself."""
        if aim.cell[0] == Evidence.IN_NETSUITE.name and not self._may_be_asked_for(case):
            return False
        if aim.point == "app.export":
            later = aim.cell[0] in _LATER
            return bool(others) and (
                self._sync_is_over(case) if later else any(map(self._goes_now, others))
            )
        if aim.point == "accounts.keep":
            return any(self._fades(label.text, c) for c in (case, *others) for label in c.labels)
        return bool(others) or aim.point not in _BY_OTHERS

    def _fades(self, text: str, case: Case) -> bool:
        """Whether the label won't be watched for long any more."""
        label = self._fleet.accounts.known.get((case.account_id, case.workspace_id, text))
        soon = self._stage.now + self._rules(case).wanted_for // 2
        return label is not None and label.wanted_until < soon

    def _goes_now(self, case: Case) -> bool:
        """Nothing blocks it, our sync brought that to Expensify, and the grace is over."""
        workspace = self._fleet.workspaces.stored.get(case.workspace_id)
        if workspace is None or workspace.sync is None or workspace.sync.ended_at is None:
            return False
        grace = workspace.sync.ended_at + self._rules(case).auto_export_grace
        accounts, where = self._fleet.accounts, self._where(case)
        labels = by_text([x for (a, w, _), x in accounts.known.items() if (a, w) == where])
        blockers = by_id([b for (a, _), b in accounts.blocked.items() if a == case.account_id])
        standing = stand(case, labels, blockers)
        ready = standing.fixed and not case.paused and grace <= self._stage.clock()
        return ready and covered(case, standing, workspace.covered)

    def _sync_is_over(self, case: Case) -> bool:
        """And this run will learn of it: the next one exports."""
        workspace = self._fleet.workspaces.stored.get(case.workspace_id)
        line = self._expensify.lines[case.workspace_id]
        return workspace is not None and workspace.syncing and not line.syncing

    def _rules(self, case: Case) -> Rules:
        return self._expensify.plans[case.workspace_id].rules

    def asked(self, report: SimReport) -> None:
        """We asked for its export. For others to come to their turn while it is in flight, one of
        them is retagged, so that it needs another sync.
        """
        case, aim = self._case(report), self._aim
        if case is None or aim is None or aim.cell[1] != "in_flight" or aim.point != "app.export":
            return
        waiting = (c for c in self._fleet.cases.cases.values() if c.phase is Phase.WAITING)
        other = next((c for c in waiting if c.workspace_id == case.workspace_id), None)
        if other is not None and self._stage.chance(LIKELY):
            self._retag(self._expensify.reports[other.report_id], "")
