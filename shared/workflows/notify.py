"""Look at one person: which of their notices are due, and which of those are still true?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.contracts.settings import WorkspaceSettings
from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, Millis
from shared.domain.decide_notify import HOLD, Letter, decide_notify, ripe
from shared.domain.notice import Notice, Role, Subject, Tone
from shared.errors import PermanentError, RefusedError, SettingsError
from shared.ports import Bus, Channel, Clock, Notices, Settings
from shared.reconcile import Budget
from shared.workflows.announcements import fix_requested
from shared.workflows.truth import Truth

SEND_TIMEOUT: Millis = 8_000


@dataclass(frozen=True, slots=True)
class Notify:
    """`mail` reaches people with an address; `topic` gets every notice, the operators' too."""

    notices: Notices
    settings: Settings
    truth: Truth
    mail: Channel
    topic: Channel
    bus: Bus
    clock: Clock

    def look(self, person: str, budget: Budget) -> Millis | None:
        """Returns when to look next. Raises TransientError: what was sent is settled by then."""
        notices = self.notices.of(person)
        due = ripe(notices, self.clock())
        subjects = {n.id: s for n in due if (s := self._subject(n, notices)) is not None}
        plan = decide_notify(notices, subjects, self.clock())
        for notice in plan.dropped:
            self.notices.settle(notice)
        for letter in plan.send:
            if not budget.allows(SEND_TIMEOUT):
                return self.clock()
            try:
                self._send(letter)
            except RefusedError:
                # The sender is refused, not this person: nobody's notice is given up for that.
                self._tell_operators(letter)
                return self.clock() + HOLD
        return plan.due

    def _tell_operators(self, refused: Letter) -> None:
        """Once a day. Through the topic, since mail is what doesn't work."""
        settings, now = self._workspace(refused.notice), self.clock()
        about = f"W#{refused.notice.account_id}#mail_refused"
        notice = replace(
            refused.notice,
            person=OPERATORS,
            role=Role.OPERATOR,
            tone=Tone.SETUP_FAULT,
            about=about,
            epoch=now // DAY,
            created_at=now,
            send_after=now,
        )
        if settings is not None and self.notices.put(notice):
            self.topic.send(Letter(notice, Subject(holds=True, status="mail_refused")), settings)
            self.notices.settle(replace(notice, sent_at=now))

    def _subject(self, notice: Notice, all_of_person: Iterable[Notice]) -> Subject | None:
        """None if it can't be told, because the workspace's settings are missing or broken."""
        if self._workspace(notice) is None:
            return None
        return self.truth.about(notice, tuple(all_of_person))

    def _workspace(self, notice: Notice) -> WorkspaceSettings | None:
        try:
            return self.settings.workspace(notice.workspace_id)
        except SettingsError:
            return None

    def _send(self, letter: Letter) -> None:
        """The topic first: if the mail then fails, a machine gets a repeat, not a person."""
        settings = self._workspace(letter.notice)
        if settings is None:
            return
        self.topic.send(letter, settings)
        failure = ""
        if letter.notice.role is not Role.OPERATOR:
            failure = self._mail(letter, settings)
        for notice in (letter.notice, *letter.also):
            self.notices.settle(_settled(notice, letter.subject, self.clock(), failure))
        announcement = fix_requested(letter.notice, self.clock())
        if announcement and not failure:
            self.bus.publish([announcement])

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
