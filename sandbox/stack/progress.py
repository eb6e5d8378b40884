"""Says what is going on, and how long the slow parts take."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

_HEARTBEAT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    quiet: bool = False
    _began: float = field(default_factory=time.monotonic)

    def say(self, line: str) -> None:
        if not self.quiet:
            sys.stdout.write(f"{time.monotonic() - self._began:6.1f} s  {line}\n")
            sys.stdout.flush()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Says that it begins, every few seconds that it goes on, and what it took."""
        self.say(f"{what} …")
        began, ended = time.monotonic(), Event()
        Thread(target=self._beat, args=(what, began, ended), daemon=True).start()
        try:
            yield
        finally:
            ended.set()
        self.say(f"{what}: done in {time.monotonic() - began:.1f} s")

    def _beat(self, what: str, began: float, ended: Event) -> None:
        while not ended.wait(_HEARTBEAT_SECONDS):
            self.say(f"{what}: {time.monotonic() - began:.0f} s so far …")
