"""Secrets in memory."""

from dataclasses import dataclass, field

from shared.domain.finding import Fault
from shared.errors import RefusedError


@dataclass(slots=True)
class FakeSecrets:
    """`reads` holds every call: the name, and whether it had to be fresh."""

    values: dict[str, dict[str, object]] = field(default_factory=dict)
    reads: list[tuple[str, bool]] = field(default_factory=list)

    def get(self, name: str, *, fresh: bool = False) -> dict[str, object]:
        self.reads.append((name, fresh))
        if name not in self.values:
            raise RefusedError("no such secret", Fault.LOGIN_REFUSED)
        return self.values[name]
