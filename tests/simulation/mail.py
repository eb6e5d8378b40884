"""SES, SNS and the bus: what leaves the system, and how it fails to."""

from collections.abc import Callable, Iterable

from shared.contracts.settings import WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.errors import PermanentError, TransientError
from shared.ports import Announcement
from tests.simulation.run import Stage


class SimMail:
    """Implements `Channel` for people. `sent` hears of every letter that left, `bounced` of those
    that came back.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.sent: Callable[[Letter], None] = lambda _letter: None
        self.bounced: Callable[[Letter], None] = lambda _letter: None

    def send(self, letter: Letter, settings: WorkspaceSettings) -> None:
        stage, notice = self._stage, letter.notice
        stage.outside("mail.send")
        what = f"mails {notice.person}: {notice.id}"
        if stage.fault(stage.chances.mail):
            how = stage.rng.random()
            if how < 0.2:
                stage.say(what, "bounces")
                self.bounced(letter)
                raise PermanentError("simulated")
            if how < 0.5:
                self.sent(letter)
            stage.say(what, "sent, but no answer" if 0.2 <= how < 0.5 else "not sent")
            raise TransientError("simulated")
        stage.say(what)
        self.sent(letter)
        stage.back()


class SimTopic:
    """Implements `Channel` for machines and operators."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.sent: Callable[[Letter], None] = lambda _letter: None

    def send(self, letter: Letter, settings: WorkspaceSettings) -> None:
        stage = self._stage
        stage.effect("topic.send")
        if stage.fault(stage.chances.mail / 3, "the topic takes nothing"):
            raise TransientError("simulated")
        self.sent(letter)


class SimBus:
    """Implements `Bus`. `published`: what others saw, repeats included."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.published: list[Announcement] = []
        self.heard: Callable[[Announcement], None] = lambda _announcement: None

    def publish(self, announcements: Iterable[Announcement]) -> None:
        entries = list(announcements)
        if not entries:
            return
        self._stage.effect("bus.publish")
        if self._stage.fault(self._stage.chances.table, "the bus takes nothing"):
            raise TransientError("simulated")
        self.published.extend(entries)
        for entry in entries:
            self.heard(entry)


class SimDeadLetters:
    """Implements `DeadLetters`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.kept: list[tuple[str, str]] = []

    def put(self, body: str, reason: str) -> None:
        self._stage.effect("dead_letters.put")
        self.kept.append((body, reason))
