"""The budgets of credentials, in memory."""

from dataclasses import dataclass, field

from shared.domain.slots import Usage
from tests.fakes.versions import Versions


@dataclass(slots=True)
class FakeUsages:
    known: Versions[str, Usage] = field(default_factory=Versions)

    def get(self, credential: str) -> Usage:
        return self.known.stored.get(credential, Usage(credential))

    def save(self, usage: Usage) -> Usage:
        return self.known.save(usage.credential, usage)
