"""Look at one person: which of their notices are due, and which of those are still true?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.contracts.settings import WorkspaceSettings
from shared.domain.announce import setup_fault
from shared.domain.clock import Millis
from shared.domain.decide_notify import HOLD, Letter, decide_notify, ripe
from shared.domain.notice import Notice, Role, Subject
from shared.errors import PermanentError, RefusedError, SettingsError
from shared.ports import Bus, Channel, Clock, Notices, Rows, Settings
from shared.reconcile import Budget
from shared.workflows.announcements import fix_requested
from shared.workflows.common import put_notices
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
        due = plan.due
        for letter in plan.send:
            later = self.clock() + HOLD
            if not budget.allows(SEND_TIMEOUT):
                return self.clock()
            settings = self._workspace(letter.notice)
            if settings is None:
                due = min(due or later, later)
            elif not self._sent(letter, settings):
                return later
        return due

    def _subject(self, notice: Notice, all_of_person: Iterable[Notice]) -> Subject | None:
        """None if it can't be told, because a workspace's settings are missing or broken."""
        if self._workspace(notice) is None:
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

    def _sent(self, letter: Letter, settings: WorkspaceSettings) -> bool:
        """The topic first: if the mail then fails, a machine gets a repeat, not a person.

        False: the sender is refused, not this person, and nobody's notice is given up for that.
        """
        self.topic.send(letter, settings)
        try:
            failure = self._mail(letter, settings)
        except RefusedError:
            self._tell_operators(letter.notice)
            return False
        for notice in (letter.notice, *letter.also):
            self.notices.settle(_settled(notice, letter.subject, self.clock(), failure))
        announcement = fix_requested(letter.notice, self.clock())
        if announcement and not failure:
            self.bus.publish([announcement])
        return True

    def _tell_operators(self, refused: Notice) -> None:
        """Once a day and by a look of their own, which outlives this run. No mail is needed."""
        now = self.clock()
        fault = setup_fault(refused.account_id, refused.workspace_id, "mail_refused", now)
        put_notices([fault], self.notices, self.rows, now)

    def _mail(self, letter: Letter, settings: WorkspaceSettings) -> str:
        """Why this person can't be reached by mail; empty if they were, or are told by the topic."""
        if letter.notice.role is Role.OPERATOR:
            return ""
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
