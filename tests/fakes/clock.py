"""A clock that stands still until it is set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from shared.domain.clock import SECOND, Millis
from tests.builders import NOW


@dataclass(slots=True)
class FakeClock:
    now: Millis = NOW

    def __call__(self) -> Millis:
        return self.now

    def advance(self, by: Millis) -> Millis:
        self.now += by
        return self.now


def library_clock(clock: Callable[[], Millis]) -> type[datetime]:
    """`standardwebhooks` asks `datetime` itself; this is what it is to find there instead."""

    class Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Datetime":
            return cls.fromtimestamp(clock() / SECOND, tz)

    return Datetime
