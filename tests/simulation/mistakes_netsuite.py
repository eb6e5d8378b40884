"""Mistakes in how NetSuite is left alone."""

from shared.domain import decide_watch
from tests.simulation.planting import simple

simple(
    "Retry-After not minded",
    "rest",
    decide_watch,
    no_earlier=lambda wait, _asked: min(wait, 60_000),
)
simple("an open circuit asks all the same", "rest", decide_watch, _resting_until=lambda *_: 0)
