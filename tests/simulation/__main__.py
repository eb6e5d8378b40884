"""`python -m tests.simulation`: many histories, one history told, or the planted mistakes.

--histories N [--first SEED] [--workers W]      plays N histories, prints the tables
--seed N [--mistake NAME] --tell                tells one history, as it fails or ends
--aim EVIDENCE GROUP EFFECT                     with either: aimed at this crossing of the table
--mistakes [--budget N]                         each planted mistake must be caught
"""

import argparse
import sys
from contextlib import nullcontext

from tests.simulation.campaign import campaign, catch_all, say
from tests.simulation.journal import Journal
from tests.simulation.mistakes import MISTAKES
from tests.simulation.records import ViolationError
from tests.simulation.scenario import Aim
from tests.simulation.simulation import play
from tests.simulation.themes import CELLS, POINTS


def main() -> int:
    given = _arguments()
    if given.mistakes:
        return catch_all(given.budget, given.workers)
    if given.seed is not None:
        return _tell(given.seed, given.mistake, given.aim, aloud=given.tell)
    return campaign(given.first, given.histories, given.workers, given.aim)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--mistake", choices=sorted(MISTAKES))
    parser.add_argument("--tell", action="store_true")
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--budget", type=int, default=20_000)
    parser.add_argument("--aim", nargs=3, metavar=("EVIDENCE", "GROUP", "EFFECT"))
    given = parser.parse_args()
    if given.aim is not None:
        given.aim = _aim(parser, *given.aim)
    return given


def _aim(parser: argparse.ArgumentParser, evidence: str, group: str, point: str) -> Aim:
    aim = Aim((evidence.upper(), group), point)
    if aim.cell not in CELLS:
        parser.error(f"no such cell of the table: {evidence} {group}")
    if point not in POINTS:
        parser.error(f"no such effect: {point}; one of {', '.join(POINTS)}")
    return aim


def _tell(seed: int, mistake: str | None, aim: Aim | None, *, aloud: bool) -> int:
    journal = Journal(on=aloud)
    planted = MISTAKES[mistake].plant() if mistake else nullcontext()
    failure = ""
    with planted:
        try:
            tally = play(seed, journal, aim)
        except ViolationError as violation:
            failure = str(violation)
    if journal.lines:
        say(journal.text())
    say(failure or f"seed {seed}: no violation, {tally.effects} effects, {tally.faults} faults")
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
