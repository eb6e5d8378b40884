"""A taste of the simulation on every test run; `make simulate` plays as many as you like."""

import pytest

from tests.simulation.campaign import FAULTY, MIN_EFFECTS, batch, batch_with
from tests.simulation.journal import Journal
from tests.simulation.mistakes import MISTAKES
from tests.simulation.simulation import play

HISTORIES = 300
AFTER = 25


def test_no_history_violates_an_invariant() -> None:
    """Under any faults, crashes and people, every invariant holds; and it was no idle play."""
    score = batch(0, HISTORIES)
    told = [f"python -m tests.simulation --seed {s} --tell: {what}" for s, what in score.violations]
    assert not told, "\n".join(told)
    assert score.effects / score.histories >= MIN_EFFECTS
    assert score.faulty / score.histories >= FAULTY


def test_a_history_is_the_same_every_time() -> None:
    """One seed is one history, down to the last line."""
    stories = []
    for _ in range(2):
        journal = Journal(on=True)
        play(7, journal)
        stories.append(journal.text())
    assert stories[0]
    assert stories[0] == stories[1]


# Where each planted mistake is caught first, so that a test run needn't search for it.
# `python -m tests.simulation --mistakes` does the searching.
FIRST_CAUGHT: dict[str, int] = {}


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_a_planted_mistake_is_caught(mistake: str) -> None:
    """The checker notices each mistake, by the invariant that it breaks."""
    first = FIRST_CAUGHT.get(mistake, 0)
    assert batch_with(mistake, first, AFTER).violations, mistake
