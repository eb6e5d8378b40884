"""Invariants 11 and 12 in what others hear: nothing is opened again, or told, that is over or held."""

from shared.domain.decide_notify import Letter
from shared.domain.notice import Tone
from shared.domain.report import ActionKind
from shared.ports import Announcement
from tests.simulation.check_exports import SKEW
from tests.simulation.expensify import SimExpensify
from tests.simulation.records import Known, Records, ViolationError


class LateChecks:
    def __init__(self, records: Records, expensify: SimExpensify) -> None:
        self._records = records
        self._expensify = expensify

    def heard(self, announcement: Announcement) -> None:
        """What is announced as opened again has failed since it was through, as our reads showed.

        Unless it is gone: then nobody can tell.
        """
        if announcement.detail_type != "Case Reopened":
            return
        report = self._expensify.reports[str(announcement.detail["reportId"])]
        known = self._records.known.get(report.id) or Known()
        kinds = [entry.kind for entry in report.history[: known.seen]]
        if not report.deleted and ActionKind.EXPORT_FAILED not in kinds[_through(kinds) :]:
            raise ViolationError("I11", f"{report.id} is opened again, and nothing failed since")

    def mailed(self, letter: Letter) -> None:
        """Nobody reads of a report that is held back."""
        if letter.notice.tone is Tone.DONE:
            return
        for stuck in letter.subject.reports:
            report = self._expensify.reports[stuck.report_id]
            since = self._expensify.plans[report.workspace_id].rules.act_since
            told_at = (self._records.known.get(report.id) or Known()).told_at
            held = told_at is not None and told_at + SKEW < since
            if held and report.id not in self._records.released:
                raise ViolationError("I12", f"{letter.notice.person} reads of {report.id}")


def _through(kinds: list[ActionKind]) -> int:
    """How many entries there are up to the last that ended it."""
    ends = (n for n, kind in enumerate(kinds, 1) if kind is not ActionKind.EXPORT_FAILED)
    return max(ends, default=0)
