"""A clock that stands still until it is set."""

from dataclasses import dataclass

from shared.domain.clock import Millis
from tests.builders import NOW


@dataclass(slots=True)
class FakeClock:
    now: Millis = NOW

    def __call__(self) -> Millis:
        return self.now

    def advance(self, by: Millis) -> Millis:
        self.now += by
        return self.now
