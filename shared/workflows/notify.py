"""Look at one person: which of their notices are due, and which of those are still true?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import Millis
from shared.domain.decide_notify import HOLD, NotifyPlan, decide_notify, ripe
from shared.domain.ladder import next_rung
from shared.domain.notice import Letter, Notice, Role, Subject, Tone
from shared.domain.rules import Rules
from shared.domain.setup_fault import is_daily, setup_fault, tomorrow
from shared.errors import PermanentError, RefusedError, SettingsError
from shared.ports import Bus, Channel, Clock, Notices, Rows, Settings
from shared.reconcile import Budget
from shared.workflows.announcements import fix_requested
from shared.workflows.common import put_notices
from shared.workflows.set_up import set_up
from shared.workflows.truth import Truth

SEND_TIMEOUT: Millis = 8_000


@dataclass(frozen=True, slots=True)
class Notify:
    """`mail` reaches people with an address; `topic` gets every notice, the operators' too."""

    notices: Notices
    rows: Rows
    settings: Settings
    truth: Truth
    mail: Channel
    topic: Channel
    bus: Bus
    clock: Clock

    def look(self, person: str, budget: Budget) -> Millis | None:
        """Returns when to look next. Raises TransientError: what was sent is settled by then."""
        plan = self._decided(self.notices.of(person))
        for notice in plan.dropped:
            self.notices.settle(notice)
        due = [plan.due]
        for letter in plan.send:
            if not budget.allows(SEND_TIMEOUT):
                return self.clock()
            try:
                due.append(self._send(letter))
            except RefusedError:
                # The sender is refused, not this person: nobody's notice is given up for that.
                self._tell_operators(letter.notice)
                return self.clock() + HOLD
        return min((at for at in due if at is not None), default=None)

    def _decided(self, notices: tuple[Notice, ...]) -> NotifyPlan:
        truth = self.truth.of_one_look()
        subjects = self._subjects(ripe(notices, self.clock()), notices, truth)
        rules, now = self._rules(notices), self.clock()
        plan = decide_notify(notices, subjects, rules, now)
        if not plan.ask:
            return plan
        subjects |= self._subjects(plan.ask, notices, self.truth.remembering())
        return decide_notify(notices, subjects, rules, now, asked=True)

    def _subjects(
        self, wanted: Iterable[Notice], notices: tuple[Notice, ...], truth: Truth
    ) -> dict[str, Subject]:
        found = ((n.id, self._subject(n, notices, truth)) for n in wanted)
        return {of: subject for of, subject in found if subject is not None}

    def _rules(self, notices: Iterable[Notice]) -> Rules:
        """A person has one day and one cap: those of the first workspace that tells them anything."""
        named = {n.workspace_id: n for n in notices if n.role is not Role.OPERATOR}
        found = (self._workspace(named[each]) for each in sorted(named))
        return next((settings.rules(acts=True) for settings in found if settings), Rules())

    def _tell_operators(self, refused: Notice) -> None:
        """Once a day and by a look of their own, which outlives this run. No mail is needed."""
        now = self.clock()
        where = {"workspace_id": refused.workspace_id, "account_id": refused.account_id}
        fault = setup_fault(refused.account_id, "mail_refused", now, **where)
        put_notices([fault], self.notices, self.rows, now)

    def _subject(
        self, notice: Notice, all_of_person: tuple[Notice, ...], truth: Truth
    ) -> Subject | None:
        """None if it can't be told, because a workspace's settings are missing or broken.

        The operators can be told without any: those may be the very matter.
        """
        if notice.tone is Tone.SETUP_FAULT:
            return set_up(notice, self.settings)
        if notice.role is not Role.OPERATOR and self._workspace(notice) is None:
            return None
        try:
            return truth.about(notice, all_of_person)
        except SettingsError:
            return None

    def _workspace(self, notice: Notice) -> WorkspaceSettings | None:
        try:
            return self.settings.workspace(notice.workspace_id)
        except SettingsError:
            return None

    def _send(self, letter: Letter) -> Millis | None:
        """Returns when to come back to the matter, if ever.

        The topic first: if the mail then fails, a machine gets a repeat, not a person. It gets
        each matter by itself and has no cap, so a digest is nothing to it.
        """
        settings = self._workspace(letter.notice)
        if settings is None and letter.notice.role is not Role.OPERATOR:
            return self.clock() + HOLD
        for part in letter.each:
            if part.notice.pending and part.notice.tone is not Tone.DIGEST:
                self._post(part, settings)
        again = self._tomorrow(letter.notice)
        failure = ""
        if settings is not None and letter.notice.role is not Role.OPERATOR:
            failure = self._mail(letter, settings)
        dues = [again, *self._settle(letter, failure)]
        if not failure:
            now, told = self.clock(), letter.each
            asked = (fix_requested(x.notice, now) for x in told if x.notice.pending)
            self.bus.publish([announcement for announcement in asked if announcement])
        return min((at for at in dues if at is not None), default=None)

    def _settle(self, letter: Letter, failure: str) -> list[Millis]:
        """Returns when the reminders are due. Those are put before what they remind of is settled:
        a crash in between repeats that one, and ends no ladder.

        A digest first: after a crash it counts, and nobody gets a second one that day.
        """
        now, dues = self.clock(), []
        for part in letter.each:
            for notice in (n for n in part.notices if n.pending):
                settled = _settled(notice, part.subject, now, failure)
                if not failure and (rung := self._next_rung(notice, now)):
                    self.notices.put(rung)
                    dues.append(rung.send_after)
                told_in = letter.notice.id if notice.id != letter.notice.id else ""
                self.notices.settle(replace(settled, told_in=told_in))
        return dues

    def _next_rung(self, notice: Notice, now: Millis) -> Notice | None:
        settings = self._workspace(notice)
        return next_rung(notice, settings.rules(acts=True), now) if settings else None

    def _post(self, letter: Letter, settings: WorkspaceSettings | None) -> None:
        """A topic that refuses us is a mistake of ours, and nobody can be told of it here."""
        try:
            self.topic.send(letter, settings)
        except RefusedError as error:
            raise PermanentError("the topic refuses us") from error

    def _tomorrow(self, notice: Notice) -> Millis | None:
        """Put before today's is settled: a crash in between repeats that one, and ends nothing."""
        if not is_daily(notice):
            return None
        again = tomorrow(notice, self.clock())
        self.notices.put(again)
        return again.send_after

    def _mail(self, letter: Letter, settings: WorkspaceSettings) -> str:
        """Why this person can't be reached by mail; empty if they were."""
        try:
            self.mail.send(letter, settings)
        except RefusedError:
            raise
        except PermanentError as error:
            return type(error).__name__
        return ""


def _settled(notice: Notice, subject: Subject, now: Millis, failure: str) -> Notice:
    if failure:
        return replace(notice, dropped=f"undeliverable: {failure}")
    listed = tuple(report.report_id for report in subject.reports)
    return replace(notice, sent_at=now, listed=listed[:LISTED])


LISTED = 25
"""How many of the reports that a mail named its notice remembers."""
