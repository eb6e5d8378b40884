"""Liveness where we don't act: what would have been is recorded, or people did what we asked for."""

from shared.domain.case import Case, Phase, Why
from shared.domain.mode import Mode
from shared.domain.notice import Tone
from shared.domain.report import EXPORTABLE, ActionKind
from tests.simulation.check_modes import ModeChecks
from tests.simulation.expensify_model import SimReport
from tests.simulation.modes import Modes
from tests.simulation.people import People
from tests.simulation.table_notices import SimNotices


class EndOfModes:
    def __init__(
        self,
        modes: Modes,
        checks: ModeChecks,
        people: People,
        notices: SimNotices,
        unreachable: set[tuple[str, str]],
    ) -> None:
        self._notices = notices
        self._unreachable = unreachable
        self._modes = modes
        self._checks = checks
        self._people = people

    def _bounced(self, workspace_id: str) -> bool:
        """Who else is told then comes with a later issue."""
        return any(f"#W#{workspace_id}#" in notice_id for _, notice_id in self._unreachable)

    def only_observed(self, case: Case) -> bool:
        return self._modes.now(case.workspace_id) is Mode.OBSERVE

    def assisted(self, case: Case) -> bool:
        return self._modes.now(case.workspace_id) is Mode.ASSIST

    def observed(self, report: SimReport, case: Case) -> str:
        """Nobody is told of it; but what is over or in flight comes to its end."""
        if case.phase is Phase.NEEDS_PERSON:
            return ""
        if report.over or case.in_flight:
            return f"observed, and still {case.phase}"
        if report.state not in EXPORTABLE or any(e.why is Why.WOULD for e in case.history):
            return ""
        return "observed, and nothing would have been"

    def were_asked(self, report: SimReport) -> bool:
        """For the clicks: a project that was renamed since stays its label's, and open."""
        return (report.workspace_id, report.id) in self._checks.clicks

    def _stands_in_line(self, case: Case) -> bool:
        """The person had all the mails of the day: the request comes with the next day's."""
        stored = self._notices.stored.values()
        pending = (n for notices in stored for n in notices.values() if n.pending)
        return any(n.tone is Tone.ASSIST and f"{n.about}@{n.epoch}" in case.told for n in pending)

    def asked(self, report: SimReport, case: Case) -> str:
        """It stands fixed: somebody was asked for the clicks, and they were done in vain."""
        if not self.were_asked(report):
            if self._stands_in_line(case):
                return ""
            return "stands fixed, and nobody was asked for the clicks"
        at = self._people.clicked.get(report.id)
        if at is None and self._bounced(report.workspace_id):
            return ""
        last = report.history[-1] if report.history else None
        if at is None or last is None or last.at < at:
            return "the clicks were asked for, and nothing came of it"
        return "" if last.kind is ActionKind.EXPORT_FAILED else "through, and still open"
