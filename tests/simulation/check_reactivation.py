"""Invariant 8: we change NetSuite only on a person's approval, once, and close only what is ours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.domain.announce import OPERATORS
from shared.domain.blocker import Blocker
from shared.domain.case import Kind
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.decide_reactivate import waits
from shared.domain.mode import Mode
from shared.domain.notice import Tone
from shared.domain.person import person_key
from shared.domain.reactivation import TOLD, Ended, Fields, Reactivation, Record, Stage, Until
from tests.simulation.expensify_model import SimReport
from tests.simulation.records import ViolationError
from tests.simulation.run import Stage as Scene

if TYPE_CHECKING:
    from tests.simulation.expensify import SimExpensify
    from tests.simulation.functions import Fleet
    from tests.simulation.modes import Modes
    from tests.simulation.netsuite import SimNetSuite
    from tests.simulation.witness import Witness

OURS = "us"
ONE_CALL: Millis = 5 * SECOND
"""Between the last look at settings and cases and the call comes the write of the intent."""

LATELY: Millis = 20 * SECOND
"""What became known no longer ago may not have reached the index that we read."""

type Key = tuple[str, str]


@dataclass(slots=True)
class _Seen:
    """Of one project. `sent`: changes that may have reached NetSuite since the last read of ours.

    `opened_at`: when a change of ours opened it, `was`: what was wrong before. `edited_at`: when
    somebody else saved it last. `shown`: the record as we last saw it.
    `withdrawn`: the approval of which somebody was told that it is taken back.
    """

    read_at: Millis = 0
    sent: int = 0
    opened_at: Millis | None = None
    was: str = ""
    edited_at: Millis = -1
    shown: Record | None = None
    withdrawn: tuple[int, Millis] | None = None


@dataclass(slots=True, eq=False)
class ReactivationChecks:
    """`opened` hears of each project that we open."""

    stage: Scene
    netsuite: "SimNetSuite"
    expensify: "SimExpensify"
    witness: "Witness"
    fleet: "Fleet"
    modes: "Modes | None" = None
    opened: Callable[[str, str], None] = lambda _account, _project: None
    _seen: dict[Key, _Seen] = field(default_factory=dict)

    # --- what happens ----------------------------------------------------------------------------

    def read(self, account: str, project_id: str, record: Record | None) -> None:
        """We are shown the record as it is now."""
        seen = self._of(account, project_id)
        seen.read_at, seen.sent, seen.shown = self.stage.now, 0, record

    def read_back(self, account: str, project_id: str, record: Record | None) -> None:
        """After a change, of which the outcome is known."""
        self._of(account, project_id).shown = record

    def unclear(self, account: str, project_id: str) -> None:
        """We don't know whether a change of ours was done: when a meddler does most harm."""
        if self.stage.chance(0.8):
            later = self.stage.now + self.stage.rng.randrange(20 * SECOND)
            self.stage.loop.at(later, lambda: self._open(account, project_id))

    def unsaid(self, account: str, project_id: str, wanted: Fields) -> None:
        """A change of ours was done, and we don't know: somebody closes it by its other field."""
        other = "expenses_off" if wanted.inactive is False else "inactive"
        if self.stage.chance(0.4):
            later = self.stage.now + self.stage.rng.randrange(MINUTE)
            self.stage.loop.at(later, lambda: self._shut(account, project_id, other))

    def _open(self, account: str, project_id: str) -> None:
        if self.netsuite.projects[account][project_id].closed in {"inactive", "expenses_off"}:
            self.netsuite.change(account, project_id, "", "administrator")

    def _shut(self, account: str, project_id: str, closed: str) -> None:
        if not self.netsuite.projects[account][project_id].closed:
            self.netsuite.change(account, project_id, closed, "administrator")

    def stored(self, _run: object, before: object, after: object) -> None:
        """What we write down as done, we saw."""
        if not isinstance(after, Blocker) or after.reactivation is None:
            return
        known = after.reactivation
        old = isinstance(before, Blocker) and before.reactivation == known
        if old or known.ended not in {Ended.OPENED, Ended.CLOSED}:
            return
        shown = self._of(after.account_id, after.project_id).shown
        if shown is None or _takes(shown) is not (known.ended is Ended.OPENED):
            raise ViolationError("I8", f"{after.project_id} is said to be {known.ended}, and isn't")

    def saved(self, account: str, project_id: str, who: str) -> None:
        if who != OURS:
            self._of(account, project_id).edited_at = self.stage.now

    def withdrawn(self, account: str, project_id: str, approval: Reactivation) -> None:
        """Whoever took it back was told that it's done."""
        self._of(account, project_id).withdrawn = approval.key

    def not_sent(self, account: str, project_id: str) -> None:
        self._of(account, project_id).sent -= 1

    def does(self, account: str, project_id: str, wanted: Fields) -> None:
        """A change of ours takes effect, perhaps late.

        Somebody may have opened it since our last read, a moment ago. NetSuite takes both changes
        and can't say whose it was, so it counts as ours: nobody could know.
        """
        project = self.netsuite.projects[account][project_id]
        seen = self._of(account, project_id)
        if project.closed not in {"", "inactive", "expenses_off"}:
            return
        shut = "inactive" if wanted.inactive else "expenses_off"
        closed = shut if wanted.inactive or wanted.allow_expenses is False else ""
        if closed == project.closed:
            if not closed and seen.read_at <= seen.edited_at:
                seen.was, seen.opened_at = _was(seen.shown), self.stage.now
            return
        seen.was, seen.opened_at = (project.closed, self.stage.now) if not closed else ("", None)
        self.netsuite.change(account, project_id, closed, OURS)
        if not closed:
            self.opened(account, project_id)

    # --- what must hold --------------------------------------------------------------------------

    def asks(self, account: str, project_id: str, wanted: Fields) -> None:
        """We are about to ask for a change."""
        seen, what = self._of(account, project_id), f"project {project_id} is changed"
        blocker = self.fleet.accounts.blocked.get((account, project_id))
        known = blocker.reactivation if blocker else None
        if known is None or known.by != "olga" or account in self.stage.scenario.disallowed:
            raise ViolationError("I8", f"{what}, and nobody approved it")
        if seen.withdrawn == known.key:
            raise ViolationError("I8", f"{what}, though the approval was withdrawn")
        if not known.asked or known.before is None or known.change != wanted:
            raise ViolationError("I8", f"{what}, before that was written down")
        if seen.sent:
            raise ViolationError("I8", f"{what} again, without a read in between")
        seen.sent += 1
        self._may_act(account, what)
        if wanted.inactive or wanted.allow_expenses is False:
            self._may_close(account, project_id, known)

    def _may_act(self, account: str, what: str) -> None:
        off, since = self.witness.records.off_since, self.stage.now - ONE_CALL
        if off is not None and off < since:
            raise ViolationError("I8", f"{what} with the switch off")
        plans = (p for p in self.stage.scenario.workspaces if p.account == account)
        if not any(self.modes is None or Mode.AUTO in self.modes.since(p.id, since) for p in plans):
            raise ViolationError("I8", f"{what}, and no workspace acts")

    def _may_close(self, account: str, project_id: str, known: Reactivation) -> None:
        """As long as it is ours; what somebody does after our read, nobody could know."""
        seen, what = self._of(account, project_id), f"project {project_id} is closed again"
        if known.until is not Until.EXPORTED or seen.opened_at is None:
            raise ViolationError("I8", f"{what}, and it wasn't we who opened it")
        within_a_second = seen.opened_at // SECOND == seen.edited_at // SECOND
        if seen.opened_at <= seen.edited_at < seen.read_at and not within_a_second:
            raise ViolationError("I8", f"{what}, and somebody edited it since")
        if known.change != (
            Fields(inactive=True) if seen.was == "inactive" else Fields(allow_expenses=False)
        ):
            raise ViolationError("I8", f"{what} by a field that we didn't change")
        for report in self._waiting(account, project_id):
            raise ViolationError("I8", f"{what}, and {report.id} waits for it")

    def _waiting(self, account: str, project_id: str) -> Iterator[SimReport]:
        """Whose case is open, and was before we could look at the index, as our reads showed.

        One that failed for another reason waits for a person, and its labels were never looked at.
        """
        before = self.stage.now - LATELY
        for (_, report_id), case in self.fleet.cases.cases.items():
            report = self.expensify.reports[report_id]
            known = self.witness.records.known.get(report_id)
            if case.finished or report.account != account or known is None:
                continue
            if case.kind is not Kind.PROJECT:
                continue
            told = known.run is not None and known.run.knew(before)
            late = case.opened_at > before or not told or report.over
            meant = {
                p.id
                for text in known.labels
                if not self.witness.identity.touched(report, text)
                for p in self.netsuite.meant_by(report, text)
            }
            if not late and project_id in meant:
                yield report

    # --- in the end ------------------------------------------------------------------------------

    def unsettled(self) -> list[str]:
        """What is still to be done, and who is still to be told."""
        found = (
            (blocker, known)
            for blocker in self.fleet.accounts.blocked.values()
            for known in blocker.reactivations
        )
        return [what for each in found if (what := self._unsettled(*each))]

    def _unsettled(self, blocker: Blocker, known: Reactivation) -> str:
        if not known.live:
            return self._untold(blocker, known)
        if known != blocker.reactivation:
            raise ViolationError("I8", f"{blocker.project_id}: forgotten while under way")
        if known.asked or (self._acting(blocker) and not self._waited_for(blocker, known)):
            return f"project {blocker.project_id}: still {known.stage}"
        return ""

    def _untold(self, blocker: Blocker, known: Reactivation) -> str:
        told = any(
            (n.tone, n.about, n.epoch, n.step)
            == (Tone.REACTIVATION, f"P#{blocker.project_id}", known.epoch, known.number)
            for n in self.fleet.notices.stored.get(person_key(OPERATORS), {}).values()
        )
        wanting = known.ended in TOLD and not told
        return f"project {blocker.project_id}: {known.ended}, and nobody told" if wanting else ""

    def _acting(self, blocker: Blocker) -> bool:
        if blocker.account_id in self.stage.scenario.disallowed:
            return False
        labels = self.fleet.accounts.known.values()
        named = {
            label.workspace_id
            for label in labels
            if label.account_id == blocker.account_id
            and label.resolution.project_id == blocker.project_id
        }
        return any(self.modes is None or self.modes.now(ws) is Mode.AUTO for ws in named)

    def _waited_for(self, blocker: Blocker, known: Reactivation) -> bool:
        accounts, cases = self.fleet.accounts.known, self.fleet.cases.cases.values()
        labels = [x for x in accounts.values() if x.account_id == blocker.account_id]
        mine = [c for c in cases if c.account_id == blocker.account_id]
        return known.stage is Stage.OPEN and waits(blocker.project_id, labels, mine)

    def _of(self, account: str, project_id: str) -> _Seen:
        return self._seen.setdefault((account, project_id), _Seen())


def _takes(record: Record) -> bool:
    return record.inactive is False and record.allow_expenses is True


def _was(shown: Record | None) -> str:
    return "inactive" if shown is not None and shown.inactive else "expenses_off"
