"""Invariant 3 at every quiet moment: whatever is unfinished will be looked at again."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.domain.clock import MINUTE, Millis
from shared.domain.notice import Notice, Role, Tone
from shared.ports import Reconciler
from tests.simulation.queues import Message
from tests.simulation.records import ViolationError
from tests.simulation.run import Run, Stage

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet


_MARKED = frozenset({Tone.REACTIVATE, Tone.RETAG, Tone.ASSIST, Tone.DONE})
"""The tones that a case remembers by what they are about."""


class DueChecks:
    def __init__(self, stage: Stage, fleet: "Fleet", unreachable: set[tuple[str, str]]) -> None:
        """`unreachable`: who was tried once already, with what notice."""
        self._unreachable = unreachable
        self._stage = stage
        self._fleet = fleet
        self.observed_since: Callable[[str, Millis], bool] = lambda _ws, _at: False
        self._looked: dict[tuple[str, str], int] = {}

    def ended(self, run: Run) -> None:
        if run.finished:
            key = run.function, run.key
            self._looked[key] = max(run.look_began, self._looked.get(key, 0))
        if run.function == "sweep":
            return  # it only ever makes a row due again, and sends its wake-up
        if len(self._fleet.cases.cases) < 30 or run.number % 20 == 0:
            self._cases()
            self._labels()
            self._notices()

    def satisfied(self, reconciler: Reconciler, key: str, message: Message) -> None:
        """A wake-up is acknowledged unread only after a look that began later than it was sent."""
        if self._looked.get((reconciler, key), 0) < message.truly_sent_at:
            raise ViolationError("I3", f"a wake-up of {reconciler} {key[:12]} was skipped")

    def _awake(self, reconciler: Reconciler, key: str) -> bool:
        row = self._fleet.rows.rows.get((reconciler, key))
        if row is not None and row.due is not None:
            return True
        return self._fleet.queues[reconciler].holds(key)

    def _cases(self) -> None:
        open_ = {c.workspace_id for c in self._fleet.cases.cases.values() if not c.finished}
        for workspace_id in open_:
            taking = self._fleet.intake_queue.outstanding.get(workspace_id, 0)
            if not taking and not self._awake(Reconciler.RECOVER, workspace_id):
                raise ViolationError("I3", f"{workspace_id} has open cases and is never due")

    def _labels(self) -> None:
        for label in self._fleet.accounts.known.values():
            taking = self._fleet.intake_queue.outstanding.get(label.workspace_id, 0)
            taking = taking or len(self._fleet.intake_queue.dead)
            known = label.pending and label.wanted_until > self._stage.now and not taking
            if known and not self._awake(Reconciler.WATCH, label.account_id):
                if self._awake(Reconciler.RECOVER, label.workspace_id):
                    continue  # a run died between asking and nudging: it is done again
                raise ViolationError("I3", f"nobody will look at {label.text!r}")

    def _notices(self) -> None:
        for person, notices in self._fleet.notices.stored.items():
            if self._awake(Reconciler.NOTIFY, person):
                continue
            for notice in notices.values():
                if notice.pending and self._remembered(notice):
                    raise ViolationError("I3", f"{notice.person} will never be told {notice.id}")

    def _remembered(self, notice: Notice) -> bool:
        """A case remembers the notice as put, so that nobody puts it again."""
        if notice.tone not in _MARKED:
            return False
        if self.observed_since(notice.workspace_id, notice.created_at):
            return False  # and nobody puts it again, as nobody is told there
        fresh = self._stage.now - notice.created_at < 45 * MINUTE
        if fresh or (notice.person, notice.id) in self._unreachable:
            return False  # a run that died just after putting it is run again
        blocker = self._fleet.accounts.blocked.get((notice.account_id, notice.about[2:]))
        ruling = blocker.ruling if blocker else None
        if notice.tone is Tone.REACTIVATE and ruling and ruling.epoch == notice.epoch:
            return False  # put by a run that died, and asks for nothing any more
        matter = notice.about, notice.epoch
        return any(
            matter in case.matters and case.finished is (notice.tone is Tone.DONE)
            for case in self._fleet.cases.cases.values()
            if notice.workspace_id == case.workspace_id
            and (notice.role is not Role.SUBMITTER or case.submitter == notice.person)
        )
