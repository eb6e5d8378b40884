"""How far the proof is that an export of ours left nothing in NetSuite, and what it needs next.

Pure. Invariant 1: a complete read with nothing new + the fence + NetSuite without the record. The
read is the table's matter, see `recover_table`; the rest is here.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

from shared.domain.absence import LEARN_FROM, Answer, Inquiries, Inquiry, alike
from shared.domain.case import Case
from shared.domain.clock import Millis
from shared.domain.rules import Rules
from shared.domain.workspace import Workspace

FENCES = 2
"""The first sync that ends after we asked may be somebody's who waited in line unseen, in front of
our export. The next is asked for when that one has ended, so it stands behind.
"""


class Proof(Enum):
    NONE = auto()
    """It can't be had: a person decides."""
    FENCE = auto()
    """Another sync of ours must end well first."""
    ASK = auto()
    PENDING = auto()
    ABSENT = auto()
    HELD = auto()


UNDER_WAY = frozenset({Proof.FENCE, Proof.ASK, Proof.PENDING})


@dataclass(frozen=True, slots=True)
class Proving:
    """What the proofs of one workspace rest on."""

    workspace: Workspace
    rules: Rules
    now: Millis
    inquiries: Inquiries = field(default_factory=dict)

    def of(self, case: Case) -> Proof:
        """The proof about the case's last attempt."""
        if not (self.rules.prove_absence and self.rules.acting and case.attempted_at):
            return Proof.NONE
        if len(alike(self.workspace.samples, case.report_id)) < LEARN_FROM:
            return Proof.NONE
        since = self._fenced_at(case)
        if since is None:
            return Proof.FENCE
        return self._asked(self.inquiries.get(case.report_id), since)

    def _asked(self, inquiry: Inquiry | None, since: Millis) -> Proof:
        if inquiry is None or inquiry.asked_at < since:
            return Proof.ASK
        lapsed = self.now >= inquiry.wanted_until
        if inquiry.pending:
            return Proof.NONE if lapsed else Proof.PENDING
        if lapsed:
            return Proof.ASK
        known = {Answer.HELD: Proof.HELD, Answer.ABSENT: Proof.ABSENT}
        return known.get(inquiry.answer, Proof.NONE)

    def _fenced_at(self, case: Case) -> Millis | None:
        """When the fence's last sync had ended; asked for only when our call can't be on its way
        any more.
        """
        behind = case.attempted_at + self.rules.unverified_after
        ends = [f.ended_at for f in self.workspace.fences if f.asked_at >= behind]
        return ends[FENCES - 1] if len(ends) >= FENCES else None

    def inquiry(self, case: Case) -> Inquiry:
        """The question that comes next; its number is the table's."""
        return Inquiry(
            case.account_id,
            case.workspace_id,
            case.report_id,
            asked_at=self.now,
            wanted_until=self.now + self.rules.settle,
            samples=alike(self.workspace.samples, case.report_id),
        )

    def due(self, case: Case) -> bool:
        """Whether an answer came that the case's next read must be weighed with."""
        inquiry = self.inquiries.get(case.report_id)
        told = inquiry.told(self.now) if inquiry else Answer.NONE
        return told is Answer.HELD or (told is not Answer.NONE and case.in_flight)

    @property
    def held(self) -> dict[str, bool]:
        """Of which reports NetSuite was just seen to hold the record."""
        told = {i.report_id: i.told(self.now) for i in self.inquiries.values()}
        return {report_id: True for report_id, answer in told.items() if answer is Answer.HELD}
