"""The budget of one credential, kept in the table by conditional writes. Nobody sleeps here."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.clock import SECOND, Millis
from shared.domain.slots import SHUT_FOR, WINDOWS, Usage, Windows, shut, taken, used, wait_for
from shared.errors import ConflictError, NoSlotError, ThrottledError
from shared.ports import Clock, Usages

TRIES = 8
"""How often a lost race for the row is run again at once."""


def credential_of(url: str, user: str) -> str:
    """What the budget is counted by: where, and as whom. A digest, for it is a key of the table."""
    return hashlib.sha256(f"{url}\n{user}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Allowance:
    """`urgent`: may use the slots that are kept for `recover`."""

    usages: Usages
    clock: Clock
    urgent: bool
    windows: Windows = WINDOWS

    def take(self, credential: str, hold: int = 0) -> None:
        """For one request now, and `hold` more soon. Raises NoSlotError, TransientError (table)."""
        self._change(credential, 1 + hold, lambda usage, now: self._taken(usage, hold, now))

    def use(self, credential: str) -> None:
        """For one that was set aside; if that took too long, as `take`."""

        def sent(usage: Usage, now: Millis) -> Usage | None:
            return used(usage, now) or self._taken(usage, 0, now)

        self._change(credential, 1, sent)

    def refused(self, credential: str, error: ThrottledError) -> None:
        """Expensify says that there were too many: none from anybody, for as long as it says."""
        wait = error.retry_after or SHUT_FOR
        self._change(credential, 1, lambda usage, now: shut(usage, wait, now))

    def _taken(self, usage: Usage, hold: int, now: Millis) -> Usage | None:
        return taken(usage, hold, now, urgent=self.urgent, windows=self.windows)

    def _wait(self, usage: Usage, count: int, now: Millis) -> Millis:
        wait = wait_for(usage, count, now, urgent=self.urgent, windows=self.windows)
        return wait or SECOND

    def _change(
        self, credential: str, count: int, change: Callable[[Usage, Millis], Usage | None]
    ) -> None:
        for _ in range(TRIES):
            usage, now = self.usages.get(credential), self.clock()
            after = change(usage, now)
            if after is None:
                raise NoSlotError(self._wait(usage, count, now))
            try:
                self.usages.save(after)
            except ConflictError:
                continue
            return
        raise NoSlotError(SECOND)
