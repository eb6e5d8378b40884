"""Invariant 12: who only observes tells nobody, who assists asks for nothing, at once.

And of `assist`: the clicks are asked for where they are right, and not again and again.
"""

from collections.abc import Iterable
from itertools import pairwise

from shared.domain.case import Case, Why
from shared.domain.clock import MINUTE, Millis
from shared.domain.decide_notify import Letter
from shared.domain.mode import Mode
from shared.domain.notice import Role, Tone
from shared.domain.report import ActionKind
from tests.simulation.expensify import SimExpensify
from tests.simulation.modes import Modes
from tests.simulation.records import NEVER, Records, ViolationError
from tests.simulation.run import Run, Stage

ONE_CALL: Millis = 600
"""Between the last look at the settings and the call come a write and an event."""


class ModeChecks:
    def __init__(
        self, stage: Stage, modes: Modes, records: Records, expensify: SimExpensify
    ) -> None:
        self._stage = stage
        self._modes = modes
        self._records = records
        self._expensify = expensify
        self._asked: dict[tuple[str, str], set[str]] = {}
        self.clicks: set[tuple[str, str]] = set()
        """For which reports, by workspace, somebody was asked for the clicks."""

    def acts(self, what: str, key: str) -> None:
        """We are about to ask Expensify for something."""
        workspace_id = key if what == "sync" else self._expensify.reports[key].workspace_id
        if Mode.AUTO not in self._modes.since(workspace_id, self._stage.now - ONE_CALL):
            mode = self._modes.now(workspace_id)
            raise ViolationError("I12", f"{what} of {key} is asked for in mode {mode}")

    def told(self, letter: Letter) -> None:
        """By mail, or on the people's topic. What was being sent when the mode changed may go."""
        notice, run = letter.notice, self._stage.loop.active
        if notice.role is Role.OPERATOR or notice.tone is Tone.DIGEST or run is None:
            return
        since = run.look_began
        if not any(
            self._modes.since(ws, since) != {Mode.OBSERVE} for ws in self._workspaces(letter)
        ):
            raise ViolationError("I12", f"{notice.person} is told {notice.id} while we observe")
        for stuck in letter.subject.reports:
            workspace_id = self._expensify.reports[stuck.report_id].workspace_id
            if self._modes.since(workspace_id, since) == {Mode.OBSERVE}:
                raise ViolationError("I12", f"{notice.id} tells of {stuck.report_id}, observed")
        if notice.tone is Tone.ASSIST:
            self._clicks(letter, run)

    def _workspaces(self, letter: Letter) -> Iterable[str]:
        """That have the project; of other matters, the one that has the matter."""
        notice = letter.notice
        if not notice.about.startswith("P#"):
            return (notice.workspace_id,)
        plans = self._expensify.plans.values()
        return [plan.id for plan in plans if plan.account == notice.account_id]

    def _clicks(self, letter: Letter, run: Run) -> None:
        notice = letter.notice
        if Mode.ASSIST not in self._modes.since(notice.workspace_id, run.look_began):
            raise ViolationError("I12", f"{notice.person} gets {notice.id}, and nobody assists")
        listed = {stuck.report_id for stuck in letter.subject.reports}
        for report_id in sorted(listed):
            self._right(report_id, notice.id)
        self.clicks |= {(notice.workspace_id, report_id) for report_id in listed}

    def _right(self, report_id: str, notice_id: str) -> None:
        """Nobody is asked to export what NetSuite may hold, for all that we know."""
        requests = self._records.requests.get(report_id, ())
        if requests and not self._fresh_episode(report_id):
            raise ViolationError("I1", f"{notice_id} asks to export {report_id}, as we did")
        report = self._expensify.reports[report_id]
        settled = self._records.settled.get(report_id, NEVER)
        before = report.history[: min(report.reset, settled.seen)]
        if any(entry.kind is not ActionKind.EXPORT_FAILED for entry in before):
            raise ViolationError("I1", f"{notice_id} asks to export {report_id}, once through")
        if settled.over and settled.since < self._stage.now - 2 * MINUTE:
            raise ViolationError("I5", f"{notice_id}: {report_id} was known to be through")

    def _fresh_episode(self, report_id: str) -> bool:
        return self._expensify.reports[report_id].reset > 0

    def recorded(self, case: Case) -> None:
        """One line per change of what would have been, never one per look."""
        lines = [entry.detail for entry in case.history if entry.why is Why.WOULD]
        if any(one == next_ for one, next_ in pairwise(lines)):
            raise ViolationError("I12", f"{case.report_id}: {lines[-1]!r} is recorded twice")
        if any("@" in line for line in lines):
            raise ViolationError("I10", f"{case.report_id}: an address in {lines[-1]!r}")
