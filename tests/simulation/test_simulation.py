"""A taste of the simulation on every test run; `make simulate` plays as many as you like."""

from collections.abc import Iterator

import pytest

from tests.simulation.campaign import FAULTY, MIN_EFFECTS, batch, batch_with
from tests.simulation.journal import Journal
from tests.simulation.mistakes import MISTAKES
from tests.simulation.quickness import quick
from tests.simulation.scenario import Aim
from tests.simulation.simulation import play

HISTORIES = 300
AFTER = 150


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    with quick():
        yield


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


def test_histories_can_be_aimed() -> None:
    """At a crossing that occurs in one history of twenty thousand otherwise."""
    crossing = "EXPORTED", "person", "accounts.keep"
    score = batch(0, 12, Aim(crossing[:2], crossing[2]))
    assert not score.violations
    assert score.crashes[crossing]


# Rarer ones take more histories than a test run has: `make simulate-mistakes` plays those as well.
RARE = frozenset(
    {
        "NS0034 taken as failure",
        "a change repeated without a read in between",
        "a change that holds taken for an open project",
        "a choice is ignored",
        "a chosen project that is gone is matched by name",
        "a bad report is exported with others",
        "a chunk retried as a whole",
        "a duplicate skips the later steps",
        "a flipping project isn't left to people",
        "a foreign sync joined",
        "a project that is gone keeps its label",
        "a refused export goes again in the same look",
        "a retagged report's new label isn't looked at",
        "a run crashes with no due",
        "an event's id says when it was told",
        "an intent forgotten by the next look",
        "another subsidiary's project among equals",
        "column learned from one report",
        "clocks compared across services",
        "closes again what may have been opened by others",
        "closes again what somebody edited",
        "episode ignored",
        "failures sought after the last entry seen",
        "kill switch read too early",
        "mails list what is held back",
        "mode not checked again when sent",
        "mode read too early",
        "no fence",
        "only a report that is approved and ours is seen to be retagged",
        "people asked to export what was through once",
        "projects changed whatever the account's settings",
        "projects changed whatever the mode and the switch",
        "refusals in a row wait no longer",
        "retry after a timeout",
        "the positive control ignored",
        "two equal refusals go on",
        "unconditional case write",
        "what has attention isn't watched any more",
        "what lapsed while we observed is never told",
        "what NetSuite holds goes again",
        "what was chosen before counts until the answer",
        "what was found recorded before it is said",
        "what can't be told taken for absent",
        "who went before all was searched is new no more",
        "window exceeded",
    }
)


@pytest.mark.parametrize("mistake", sorted(set(MISTAKES) - RARE))
def test_a_planted_mistake_is_caught(mistake: str) -> None:
    """The checker notices each mistake, by the invariant that it breaks."""
    assert batch_with(mistake, 0, AFTER).violations, mistake
