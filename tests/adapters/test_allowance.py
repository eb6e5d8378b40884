"""The budget of a credential as the client spends it."""

from dataclasses import dataclass, field

import pytest
import requests

from shared.adapters.expensify_read.allowance import TRIES, Allowance, credential_of
from shared.domain.clock import MINUTE, SECOND
from shared.domain.slots import Usage
from shared.errors import ConflictError, NoSlotError, ThrottledError
from tests.adapters.expensify_kit import rig, said, text
from tests.builders import NOW, REPORT
from tests.fakes.clock import FakeClock
from tests.fakes.usages import FakeUsages

NAME = text("export0fd99e06-a636-4974-b6bc-3ceb12163386.json")
EMPTY = said({"reports": [], "complete": True})


@dataclass(slots=True)
class Crowded(FakeUsages):
    """Somebody else writes first, so many times."""

    losses: int = 0
    tried: int = field(default=0, init=False)

    def save(self, usage: Usage) -> Usage:
        self.tried += 1
        if self.tried <= self.losses:
            raise ConflictError("lost")
        return FakeUsages.save(self, usage)


def test_a_lost_race_is_run_again() -> None:
    """At once: the row is read anew."""
    usages = Crowded(losses=TRIES - 1)
    Allowance(usages, FakeClock(), urgent=True).take("c")
    assert usages.get("c").sent == (NOW,)


def test_a_race_that_is_lost_each_time_is_no_slot() -> None:
    """Nothing was sent; the look is put off."""
    with pytest.raises(NoSlotError) as raised:
        Allowance(Crowded(losses=TRIES), FakeClock(), urgent=True).take("c")
    assert raised.value.retry_after == SECOND


def test_who_gets_no_slot_hears_when_there_is_one() -> None:
    """Without waiting for it here."""
    clock, usages = FakeClock(), FakeUsages()
    allowance = Allowance(usages, clock, urgent=False)
    allowance.take("c", hold=1)
    allowance.use("c")
    with pytest.raises(NoSlotError) as raised:
        allowance.take("c", hold=1)
    assert raised.value.retry_after == 12 * SECOND
    Allowance(usages, clock, urgent=True).take("c", hold=1)


def test_a_read_counts_each_of_its_requests() -> None:
    """The exporter's, the download, and a download once more."""
    used = rig(NAME, text(""), EMPTY)
    used.reader.read((REPORT,))
    (usage,) = used.usages.known.stored.values()
    assert (len(usage.sent), usage.held) == (3, ())


def test_a_second_try_after_a_dead_connection_counts_too() -> None:
    """The first may have arrived."""
    used = rig(requests.ConnectionError(), NAME, EMPTY)
    used.reader.read((REPORT,))
    (usage,) = used.usages.known.stored.values()
    assert len(usage.sent) == 3


def test_nothing_is_sent_without_a_slot() -> None:
    """Two reads of two requests fit into five slots, a third doesn't."""
    used = rig(NAME, EMPTY, NAME, EMPTY)
    used.reader.read((REPORT,))
    used.reader.read((REPORT,))
    with pytest.raises(NoSlotError):
        used.reader.read((REPORT,))
    assert len(used.script.requests) == 4


@pytest.mark.parametrize(("header", "wait"), [({"Retry_After": "10"}, 10 * SECOND), ({}, MINUTE)])
def test_too_many_is_heard_by_everybody(header: dict[str, str], wait: int) -> None:
    """The next one isn't even asked."""
    used = rig(said({"responseCode": 429}, 429, **header))
    with pytest.raises(ThrottledError) as raised:
        used.reader.read((REPORT,))
    assert not isinstance(raised.value, NoSlotError)
    with pytest.raises(NoSlotError) as again:
        used.reader.read((REPORT,))
    assert 0 < (again.value.retry_after or 0) <= wait


def test_a_credential_is_counted_by_where_and_as_whom() -> None:
    """Not by the secret's name: two secrets may hold one credential."""
    ids = {credential_of("https://a", "x"), credential_of("https://b", "x")}
    assert len(ids | {credential_of("https://a", "y")}) == 3
