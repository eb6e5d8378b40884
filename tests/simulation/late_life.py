"""What is told long after a case has ended, some of it after the case was removed as well."""

from random import Random

from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.report import ActionKind
from shared.ports import Announcement
from tests.simulation.bridge import Bridge
from tests.simulation.expensify import SimExpensify
from tests.simulation.functions import Fleet
from tests.simulation.run import Stage

LATE = 0.25
"""So many histories have it at all; there, so many ends have something told after them:"""

AFTERWARDS = 0.5
EXPIRES = 0.3
"""The life of a finished case is over before the late event comes."""


class LateLife:
    """Draws by itself, so that whatever else happens is as it would have been up to then."""

    def __init__(self, stage: Stage, fleet: Fleet, expensify: SimExpensify, bridge: Bridge) -> None:
        self._stage = stage
        self._fleet = fleet
        self._expensify = expensify
        self._bridge = bridge
        self._rng = Random(stage.scenario.seed ^ 0x1A7E)
        # Where we search ourselves, nobody tells late.
        self._on = self._rng.random() < LATE and stage.scenario.search is None

    def heard(self, announcement: Announcement) -> None:
        """A case ends, or has ended already: its end may be told twice."""
        if not self._on or announcement.detail_type not in {"Case Resolved", "Case Closed"}:
            return
        if self._rng.random() >= AFTERWARDS:
            return
        report_id = str(announcement.detail["reportId"])
        later: Millis = self._stage.now + self._rng.randrange(5 * SECOND, 4 * MINUTE)
        if self._rng.random() < EXPIRES:
            self._stage.loop.at(later - SECOND, lambda: self._expire(report_id))
        self._stage.loop.at(later, lambda: self._tell(report_id))

    def _expire(self, report_id: str) -> None:
        key = self._expensify.reports[report_id].workspace_id, report_id
        case = self._fleet.cases.cases.get(key)
        if case is not None and case.finished:
            self._stage.note("the table", f"removes the case of {report_id}")
            self._fleet.cases.expire(key)

    def _tell(self, report_id: str) -> None:
        report = self._expensify.reports[report_id]
        failures = [e for e in report.history if e.kind is ActionKind.EXPORT_FAILED]
        if failures:
            self._bridge.tell_late(report, self._rng.choice(failures))
