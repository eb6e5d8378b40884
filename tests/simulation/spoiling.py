"""A report that spoils every official answer that it is in, until all else has come to rest.

Drawn from a number of its own, so that every other history stays what it was.
"""

from random import Random

from tests.simulation.run import Stage

SPOILT = 0.06
FIRST_READS = 12
"""It turns bad at one of so many reads."""


class Spoiler:
    """`bad`: its id, once it has turned bad and until it is mended."""

    def __init__(self, stage: Stage) -> None:
        scenario = stage.scenario
        self._stage = stage
        self._rng = Random(scenario.seed ^ 0x5B0171)
        fits = scenario.hurry and not scenario.aim and not scenario.late_fix
        self._left = (
            self._rng.randrange(FIRST_READS) if fits and self._rng.random() < SPOILT else -1
        )
        self.bad = ""

    def spoils(self, report_ids: tuple[str, ...]) -> bool:
        if self._left >= 0 and not self.bad:
            self._left -= 1
            if self._left < 0:
                self.bad = self._rng.choice(report_ids)
                self._stage.note("fault", f"{self.bad} spoils every answer from now on")
        return self.bad in report_ids

    def mend(self) -> bool:
        """Whether there was anything to mend."""
        was, self.bad = self.bad, ""
        if was:
            self._stage.note("Expensify", f"{was} can be read again")
        return bool(was)
