"""Invariant 5 over the days: no rung twice, no day over its cap; and a ladder goes on to its end."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.domain.case import Phase
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.decide_notify import HOLD
from shared.domain.notice import Letter, Notice, Role, Tone
from shared.domain.rules import Rules
from shared.domain.working_time import day_of
from tests.simulation.records import ViolationError
from tests.simulation.run import Run, Stage

if TYPE_CHECKING:
    from tests.simulation.check_mail import MailChecks
    from tests.simulation.functions import Fleet

_CLIMBS = frozenset({Tone.REACTIVATE, Tone.RETAG, Tone.NEEDS_PERSON, Tone.OTHER_FAILURE})
SPAN: Millis = 60 * MINUTE
"""Long enough for every ladder, two days, and a look at every case."""

SKEW: Millis = 5 * SECOND


class LadderChecks:
    """`mails` knows how often something left that we couldn't know of. `quiet`: whether a workspace
    lets nobody hear of anything.
    """

    def __init__(
        self, stage: Stage, fleet: "Fleet", mails: "MailChecks", quiet: Callable[[str], bool]
    ) -> None:
        self._stage = stage
        self._quiet = quiet
        self._fleet = fleet
        self._mails = mails
        self._rules: Rules = stage.scenario.workspaces[0].rules
        self._per_day: dict[tuple[str, int], int] = {}
        self._rungs: dict[tuple[str, ...], int] = {}
        self._closed: dict[tuple[str, str], tuple[int, Millis]] = {}

    def ruled(self, account_id: str, project_id: str) -> None:
        """An administrator said that it stays closed, and that is stored."""
        blocker = self._fleet.accounts.blocked[account_id, project_id]
        self._closed.setdefault((account_id, project_id), (blocker.epoch, self._stage.now))
        if self._closed[account_id, project_id][0] != blocker.epoch:
            self._closed[account_id, project_id] = blocker.epoch, self._stage.now

    def mailed(self, letter: Letter) -> None:
        if letter.notice.role is Role.OPERATOR:
            return
        self._cap(letter.notice)
        for notice in (n for n in letter.notices if n.pending):
            self._rung(notice)
            self._ruling(notice)

    def _cap(self, notice: Notice) -> None:
        """By the clock of whoever sends it: days begin by that."""
        day = notice.person, day_of(self._stage.clock(), self._rules)
        self._per_day[day] = self._per_day.get(day, 0) + 1
        most = self._rules.mails_per_day + self._mails.repeats_to(notice.person)
        if self._per_day[day] > most:
            raise ViolationError("I5", f"{notice.person} gets {self._per_day[day]} mails in a day")

    def _rung(self, notice: Notice) -> None:
        if notice.rung > len(self._rules.reminders):
            raise ViolationError("I5", f"{notice.person} is reminded {notice.rung} times")
        if notice.tone not in {Tone.REACTIVATE, Tone.RETAG}:
            return
        about = notice.account_id, notice.about, str(notice.epoch), str(notice.rung)
        rung = notice.person, str(notice.tone), *about
        self._rungs[rung] = self._rungs.get(rung, 0) + 1
        if self._rungs[rung] > 1 + self._mails.repeats_of(notice):
            raise ViolationError("I5", f"{notice.person} gets reminder {notice.rung} twice")

    def _ruling(self, notice: Notice) -> None:
        epoch, since = self._closed.get((notice.account_id, notice.about[2:]), (0, 0))
        late = self._stage.now - since > MINUTE
        if notice.tone is Tone.REACTIVATE and epoch == notice.epoch and late:
            raise ViolationError("I5", f"{notice.id}: an administrator said that it stays closed")

    def ended(self, run: Run) -> None:
        """What was told has its next rung, before anybody knows that it was told."""
        if run.function != "notify":
            return
        for notice in self._fleet.notices.stored.get(run.key, {}).values():
            climbs = notice.tone in _CLIMBS and notice.role is not Role.OPERATOR
            if climbs and notice.sent_at is not None and not self._goes_on(run.key, notice):
                raise ViolationError("I5", f"{notice.person}: nothing follows on {notice.id}")

    def _goes_on(self, person: str, notice: Notice) -> bool:
        if notice.rung >= len(self._rules.reminders):
            return True
        first = notice.id.removesuffix(f"#R{notice.rung}")
        return f"{first}#R{notice.rung + 1}" in self._fleet.notices.stored[person]

    def _silent(self, notice: Notice) -> bool:
        """Of a project any workspace of the account may be who lets nobody hear of it."""
        plans = self._stage.scenario.workspaces
        of = [p.id for p in plans if p.account == notice.account_id]
        return any(map(self._quiet, of if notice.about.startswith("P#") else [notice.workspace_id]))

    def at_rest(self) -> None:
        """Nothing went wrong for long: all reminders are over, and what waits is marked."""
        now = self._stage.now
        for notices in self._fleet.notices.stored.values():
            for notice in notices.values():
                late = now - notice.send_after - 2 * self._rules.mail_day - 2 * HOLD
                if notice.rung and notice.pending and late > 0 and not self._silent(notice):
                    raise ViolationError("I5", f"{notice.person} still waits for {notice.id}")
        for case in self._fleet.cases.cases.values():
            still = case.phase in {Phase.WAITING, Phase.NEEDS_PERSON} and not case.paused
            begins = case.told_at
            if begins is None or not still or self._quiet(case.workspace_id):
                continue
            ends = begins + self._rules.reminders[-1]
            held = case.phase is Phase.NEEDS_PERSON or any(m[0] != "!" for m in case.told)
            if held and case.attention_at is None and now > ends + 30 * MINUTE:
                raise ViolationError("I3", f"{case.report_id}: nobody acts, and nobody is told")
            if case.attention_at is not None and case.attention_at < ends - SKEW:
                raise ViolationError("I5", f"{case.report_id} is marked before its ladder ends")
