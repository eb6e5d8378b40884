"""Conditional writes in memory."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from shared.errors import ConflictError


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


@dataclass(slots=True)
class Versions[K, V: Versioned]:
    """`stored` by key; `writes` holds every version that was written, in order."""

    stored: dict[K, V] = field(default_factory=dict)
    writes: list[V] = field(default_factory=list)

    def save(self, key: K, record: V) -> V:
        """Raises ConflictError unless the stored version is the record's (0: none is stored)."""
        known = self.stored.get(key)
        if (known.version if known else 0) != record.version:
            raise ConflictError("somebody else wrote first")
        written: V = replace(record, version=record.version + 1)  # type: ignore[type-var]
        self.stored[key] = written
        self.writes.append(written)
        return written
