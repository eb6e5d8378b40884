"""Syncs and exports that are refused: what follows for the next ones, and who hears of it."""

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Phase
from shared.domain.clock import HOUR, MINUTE
from shared.domain.finding import Fault
from shared.domain.notice import Notice, Tone
from shared.domain.person import person_key
from tests.builders import WS
from tests.fakes.expensify import Trouble
from tests.workflows.kit import Service
from tests.workflows.stages import look, read_and_answered, synced

MANY = tuple(f"R{number:03d}" for number in range(12))


def faults(service: Service) -> list[str]:
    told: tuple[Notice, ...] = service.notices.of(person_key(OPERATORS))
    return [n.about for n in told if n.tone is Tone.SETUP_FAULT]


def second_step() -> Service:
    """The canary arrived; the next look exports ten."""
    service = synced(*MANY)
    look(service)
    service.expensify.settle()
    service.clock.advance(MINUTE)
    service.expensify.asked.clear()
    return service


def test_a_refused_export_stops_the_others_of_its_chunk() -> None:
    """They would be refused, too; they wait a minute, not an hour."""
    service = second_step()
    service.expensify.trouble("export", Trouble.REFUSED)
    due = look(service)
    assert len(service.calls("export")) == 1
    workspace = service.workspaces.get(WS)
    assert (workspace.refusals, workspace.no_acts_until) == (1, service.clock() + MINUTE)
    assert due is not None
    assert due <= service.clock() + MINUTE


def test_nothing_is_asked_for_until_the_wait_is_over() -> None:
    """However often the workspace is woken; reading goes on."""
    service = second_step()
    service.expensify.trouble("export", Trouble.REFUSED)
    look(service)
    service.clock.advance(MINUTE - 1)
    look(service)
    assert len(service.calls("export")) == 1
    service.clock.advance(1)
    look(service)
    assert len(service.calls("export")) == 11
    assert service.workspaces.get(WS).refusals == 0


def test_refusals_that_go_on_are_asked_for_less_and_less_often() -> None:
    """A minute, two, five, a quarter of an hour, and hourly from then on."""
    service = synced(*MANY)
    service.expensify.trouble("export", *[Trouble.REFUSED] * 99)
    service.run(6 * HOUR)
    assert len(service.calls("export")) <= 10
    assert service.expensify.postings == []
    assert service.workspaces.get(WS).refusals == len(service.calls("export"))


def test_what_is_refused_for_good_arrives_once_it_is_mended() -> None:
    """All of it, each report once."""
    service = synced(*MANY)
    service.expensify.trouble("export", *[Trouble.REFUSED] * 5)
    service.run(9 * HOUR)
    assert sorted(service.expensify.postings) == sorted(MANY)
    assert {service.case(report).phase for report in MANY} == {Phase.RESOLVED}


@pytest.mark.parametrize("call", ["export", "start_sync"])
def test_operators_hear_at_once_that_a_login_is_refused(call: str) -> None:
    """Reads may go on with it, so that nothing else tells them."""
    service = synced() if call == "export" else read_and_answered()
    service.expensify.trouble(call, *[Trouble.REFUSED] * 3)
    look(service)
    assert faults(service) == [f"W#{WS}#{Fault.LOGIN_REFUSED}"]
    service.run(HOUR)
    assert len(faults(service)) == 1


def test_operators_hear_of_another_refusal_once_it_is_lasting() -> None:
    """Being throttled is no matter of the set-up."""
    service = synced(*MANY)
    service.expensify.trouble("export", *[Trouble.THROTTLED] * 99)
    look(service)
    assert faults(service) == []
    service.run(3 * HOUR)
    assert faults(service) == [f"W#{WS}#{Fault.THROTTLED}"]


def test_a_refused_sync_keeps_exports_back_as_well() -> None:
    """They are asked for with the same login."""
    service = read_and_answered()
    service.expensify.trouble("start_sync", Trouble.REFUSED)
    look(service)
    workspace = service.workspaces.get(WS)
    assert (workspace.refusals, workspace.bad_syncs) == (1, 1)
    assert workspace.no_acts_until == service.clock() + MINUTE


def test_a_sync_that_is_taken_ends_the_wait() -> None:
    """The next refusal waits a minute again."""
    service = read_and_answered()
    service.expensify.trouble("start_sync", Trouble.REFUSED)
    look(service)
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.workspaces.get(WS).refusals == 0
