"""What Expensify takes from one login, whoever of us asks: 5 requests in 10 s, 20 in 60 s.

Counted when they are sent: how long each is on its way is nobody's to say.
"""

from collections import deque

from shared.domain.clock import SECOND, Millis
from tests.simulation.check_exports import SKEW
from tests.simulation.records import ViolationError
from tests.simulation.run import Stage

_LIMITS: tuple[tuple[Millis, int], ...] = ((10 * SECOND, 5), (60 * SECOND, 20))


class BudgetChecks:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._sent: deque[Millis] = deque(maxlen=20)
        self._shut_until: Millis = 0

    def sent(self) -> None:
        """Every request to the Integration Server, just before it goes."""
        now = self._stage.now
        for length, most in _LIMITS:
            if sum(at > now - length for at in self._sent) >= most:
                raise ViolationError("budget", f"more than {most} requests in {length // SECOND} s")
        if now < self._shut_until - SKEW:
            raise ViolationError("budget", "a request, though Expensify said 'too many'")
        self._sent.append(now)

    def shut(self, wait: Millis) -> None:
        """'Too many' was written down, for all to see."""
        self._shut_until = self._stage.now + wait
