"""What `detect` remembers, in memory."""

from dataclasses import dataclass, field

from shared.domain.clock import Millis
from shared.domain.decide_detect import Credential
from shared.domain.detect_reports import Sighting
from tests.fakes.versions import Versions


@dataclass(slots=True)
class FakeCredentials:
    known: Versions[str, Credential] = field(default_factory=Versions)

    def get(self, key: str) -> Credential:
        return self.known.stored.get(key, Credential(key))

    def save(self, credential: Credential) -> Credential:
        return self.known.save(credential.key, credential)


@dataclass(slots=True)
class FakeSightings:
    stored: dict[tuple[str, str], Sighting] = field(default_factory=dict)

    def of(self, workspace_id: str) -> tuple[Sighting, ...]:
        return tuple(each for each in self.stored.values() if each.workspace_id == workspace_id)

    def put(self, sighting: Sighting, now: Millis) -> None:
        self.stored[sighting.key] = sighting
