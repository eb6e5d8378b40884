"""What leaves the service, kept in memory: wake-ups, events, dead letters, letters to people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shared.contracts.settings import WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.errors import PermanentError, TransientError
from shared.ports import Announcement, Reconciler

type WakeUp = tuple[Reconciler, str]


@dataclass(slots=True)
class FakeWakes:
    """`fault` is raised by every call while it is set."""

    sent: list[WakeUp] = field(default_factory=list)
    fault: TransientError | None = None

    def wake(self, reconciler: Reconciler, key: str) -> None:
        _raise(self.fault)
        self.sent.append((reconciler, key))

    def take(self) -> list[WakeUp]:
        """All that were sent and not taken yet."""
        taken, self.sent = self.sent, []
        return taken

    def __contains__(self, wake_up: WakeUp) -> bool:
        return wake_up in self.sent

    def __len__(self) -> int:
        return len(self.sent)


@dataclass(slots=True)
class FakeBus:
    """`fault` is raised by every call while it is set; an event's type is contained or not."""

    published: list[Announcement] = field(default_factory=list)
    fault: TransientError | None = None

    def publish(self, announcements: Iterable[Announcement]) -> None:
        _raise(self.fault)
        self.published += announcements

    def __contains__(self, detail_type: str) -> bool:
        return any(each.detail_type == detail_type for each in self.published)

    def __iter__(self) -> Iterator[Announcement]:
        return iter(self.published)

    def __len__(self) -> int:
        return len(self.published)


@dataclass(slots=True)
class FakeDeadLetters:
    """`letters`: body and reason."""

    letters: list[tuple[str, str]] = field(default_factory=list)

    def put(self, body: str, reason: str) -> None:
        self.letters.append((body, reason))

    def __contains__(self, body: str) -> bool:
        return any(each == body for each, _ in self.letters)

    def __len__(self) -> int:
        return len(self.letters)


@dataclass(slots=True)
class FakeChannel:
    """`unreachable`: addresses that can never be reached. `fault` is raised while it is set."""

    sent: list[Letter] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)
    fault: TransientError | None = None

    def send(self, letter: Letter, settings: WorkspaceSettings | None) -> None:
        _raise(self.fault)
        if letter.notice.person in self.unreachable:
            raise PermanentError("can't be reached")
        self.sent.append(letter)

    def to(self, person: str) -> list[Letter]:
        return [letter for letter in self.sent if letter.notice.person == person]

    def __contains__(self, person: str) -> bool:
        return bool(self.to(person))

    def __len__(self) -> int:
        return len(self.sent)


def _raise(fault: TransientError | None) -> None:
    if fault is not None:
        raise fault
