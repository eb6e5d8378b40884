"""Look at one person: which of their notices are due, and which of those are still true?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import Millis
from shared.domain.decide_notify import HOLD, Letter, decide_notify, ripe
from shared.domain.notice import Notice, Role, Subject, Tone
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
        notices = self.notices.of(person)
        ready = ripe(notices, self.clock())
        subjects = {n.id: s for n in ready if (s := self._subject(n, notices)) is not None}
        plan = decide_notify(notices, subjects, self.clock())
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

    def _tell_operators(self, refused: Notice) -> None:
        """Once a day and by a look of their own, which outlives this run. No mail is needed."""
        now = self.clock()
        where = {"workspace_id": refused.workspace_id, "account_id": refused.account_id}
        fault = setup_fault(refused.account_id, "mail_refused", now, **where)
        put_notices([fault], self.notices, self.rows, now)

    def _subject(self, notice: Notice, all_of_person: Iterable[Notice]) -> Subject | None:
        """None if it can't be told, because a workspace's settings are missing or broken.

        The operators can be told without any: those may be the very matter.
        """
        if notice.tone is Tone.SETUP_FAULT:
            return set_up(notice, self.settings)
        if notice.role is not Role.OPERATOR and self._workspace(notice) is None:
            return None
        try:
            return self.truth.about(notice, tuple(all_of_person))
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
        each matter by itself.
        """
        settings = self._workspace(letter.notice)
        if settings is None and letter.notice.role is not Role.OPERATOR:
            return self.clock() + HOLD
        for part in letter.each:
            self._post(part, settings)
        again = self._tomorrow(letter.notice)
        failure = ""
        if settings is not None and letter.notice.role is not Role.OPERATOR:
            failure = self._mail(letter, settings)
        for part in letter.each:
            for notice in part.notices:
                self.notices.settle(_settled(notice, part.subject, self.clock(), failure))
        announced = [fix_requested(part.notice, self.clock()) for part in letter.each]
        if any(announced) and not failure:
            self.bus.publish([each for each in announced if each])
        return again

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
