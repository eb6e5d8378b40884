"""NetSuite asked to be left alone for a while: whoever knows of it does so."""

from dataclasses import dataclass

from shared.domain.clock import MINUTE, SECOND, Millis
from tests.simulation.records import ViolationError
from tests.simulation.run import Run, Stage

REST: Millis = 20 * MINUTE
_CLOCKS_DIFFER: Millis = 2 * SECOND


@dataclass(slots=True)
class RestChecks:
    """Of one account. `told`: the run that was asked, if it was."""

    stage: Stage
    account: str
    told: Run | None = None
    until: Millis = 0

    def asks(self) -> None:
        """A run that died before it wrote that down told nobody."""
        early = self.stage.now < self.until - _CLOCKS_DIFFER
        if early and self.told is not None and self.told.finished:
            raise ViolationError("rest", f"{self.account} is asked before its Retry-After is over")

    def wants(self) -> Millis | None:
        """Every other second; no dice, which would change what else happens in a history."""
        if self.stage.now // SECOND % 2:
            return None
        self.told, self.until = self.stage.loop.active, self.stage.now + REST
        return REST
