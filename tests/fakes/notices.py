"""People's notices in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from shared.domain.notice import Notice
from shared.domain.person import person_key


@dataclass(slots=True)
class FakeNotices:
    """Iterates over all notices of everybody, in the order in which they were first put."""

    stored: dict[tuple[str, str], Notice] = field(default_factory=dict)

    def put(self, notice: Notice) -> bool:
        known = self.stored.get(_key(notice))
        if known is not None and known.pending:
            sooner = min(known.send_after, notice.send_after)
            self.stored[_key(notice)] = replace(
                known, created_at=notice.created_at, send_after=sooner
            )
            return False
        if known is not None and known.sent_at is not None:
            return False
        self.stored[_key(notice)] = notice
        return True

    def of(self, person_key: str) -> tuple[Notice, ...]:
        mine = sorted(key for key in self.stored if key[0] == person_key)
        return tuple(self.stored[key] for key in mine)

    def settle(self, notice: Notice) -> None:
        self.stored[_key(notice)] = notice

    def __iter__(self) -> Iterator[Notice]:
        return iter(self.stored.values())

    def __contains__(self, notice: Notice) -> bool:
        """Whether this person has a notice of this id, whatever became of it."""
        return _key(notice) in self.stored

    def __len__(self) -> int:
        return len(self.stored)


def _key(notice: Notice) -> tuple[str, str]:
    return person_key(notice.person), notice.id
