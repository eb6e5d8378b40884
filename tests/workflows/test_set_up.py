"""What the operators hear of settings that are missing or broken: once a day, while it is so."""

from collections.abc import Callable

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, HOUR
from shared.domain.notice import Notice, Subject
from shared.domain.setup_fault import (
    BROKEN_SETTINGS,
    STACK,
    UNKNOWN_WORKSPACE,
    setup_fault,
)
from shared.ports import Reconciler
from shared.workflows.set_up import PARKED, set_up
from tests.builders import ACCOUNT, NOW, WS
from tests.fakes.settings import FakeSettings
from tests.workflows.kit import Service, failed_event, workspace_settings

NOBODYS = "NOBODYS"
UNKNOWN = setup_fault(NOBODYS, UNKNOWN_WORKSPACE, NOW, workspace_id=NOBODYS)
BROKEN = setup_fault(WS, BROKEN_SETTINGS, NOW, workspace_id=WS)
OF_ACCOUNT = setup_fault(ACCOUNT, BROKEN_SETTINGS, NOW, workspace_id=WS, account_id=ACCOUNT)
OF_STACK = setup_fault(STACK, BROKEN_SETTINGS, NOW)


def settings(*parked: str, broken: str = "") -> FakeSettings:
    """Those of the one workspace and account; `parked`: workspaces with an event each."""
    of = Service().settings
    of.broken |= {broken} - {""}
    for workspace_id in parked:
        of.park(workspace_id, "e-1", "{}", NOW, NOW)
    return of


def brief(subject: Subject) -> tuple[bool, str, int]:
    return subject.holds, subject.status, subject.parked


# --- what is true --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice", "of", "expected"),
    [
        (UNKNOWN, settings(NOBODYS), (True, UNKNOWN_WORKSPACE, 1)),
        (UNKNOWN, settings(), (False, UNKNOWN_WORKSPACE, 0)),
        (UNKNOWN, settings(WS), (False, UNKNOWN_WORKSPACE, 0)),
        (UNKNOWN, settings(NOBODYS, broken=NOBODYS), (True, BROKEN_SETTINGS, 1)),
        (BROKEN, settings(broken=WS), (True, BROKEN_SETTINGS, 0)),
        (BROKEN, settings(WS, broken=WS), (True, BROKEN_SETTINGS, 1)),
        (BROKEN, settings(), (False, PARKED, 0)),
        (BROKEN, settings(WS), (True, PARKED, 1)),
        (BROKEN, settings(broken=ACCOUNT), (False, PARKED, 0)),
        (OF_ACCOUNT, settings(WS, broken=ACCOUNT), (True, BROKEN_SETTINGS, 0)),
        (OF_ACCOUNT, settings(WS, broken=WS), (False, PARKED, 0)),
        (OF_STACK, settings(broken=STACK), (True, BROKEN_SETTINGS, 0)),
        (OF_STACK, settings(broken=WS), (False, PARKED, 0)),
    ],
)
def test_a_fault_holds_while_it_is_there_or_events_are_parked(
    notice: Notice, of: FakeSettings, expected: tuple[bool, str, int]
) -> None:
    """Of its own workspace, account or stack, whatever else is broken."""
    assert brief(set_up(notice, of)) == expected


def test_missing_settings_of_an_account_are_as_bad_as_broken_ones() -> None:
    """A workspace names it. What is wrong is said, for the operator to mend."""
    of = settings()
    of.accounts.clear()
    subject = set_up(OF_ACCOUNT, of)
    assert (subject.holds, subject.detail) == (True, f"settings ACCOUNT#{ACCOUNT}: missing")


def test_a_kill_switch_that_is_off_is_no_fault() -> None:
    """Somebody wanted it so."""
    of = settings()
    of.switch = False
    assert not set_up(OF_STACK, of).holds


def test_another_set_up_fault_holds_as_long_as_its_day() -> None:
    """What it is stands last in what it is about."""
    refused = setup_fault(ACCOUNT, "login_refused", NOW, workspace_id=WS, account_id=ACCOUNT)
    assert set_up(refused, settings()) == Subject(holds=True, status="login_refused")


# --- once a day ----------------------------------------------------------------------------------


def told(service: Service) -> list[str]:
    return [letter.subject.status for letter in service.topic.sent]


def parked() -> Service:
    """One event of a workspace that nobody knows."""
    service = Service()
    service.take(failed_event(workspaceId=NOBODYS))
    return service


def test_one_parked_event_is_told_day_by_day() -> None:
    """Nothing else need happen for it; what has been told says how many wait."""
    service = parked()
    service.run(2 * DAY)
    assert [n.sent_at for n in service.notices_of(OPERATORS)] == [
        NOW,
        NOW + DAY,
        NOW + 2 * DAY,
        None,
    ]
    assert [brief(letter.subject) for letter in service.topic.sent] == [
        (True, UNKNOWN_WORKSPACE, 1)
    ] * 3
    assert not service.mail


def test_many_parked_events_are_told_no_more_often() -> None:
    """A further one on the next day changes nothing."""
    service = parked()
    for number in range(5):
        service.clock.advance(11 * HOUR)
        service.take(failed_event(event_id=f"e-{number}", workspaceId=NOBODYS))
        service.deliver()
        service.sweep()
        service.deliver()
    assert told(service) == [UNKNOWN_WORKSPACE] * 3


def name_it(service: Service) -> None:
    service.settings.add(workspace_settings(workspace_id=NOBODYS))
    service.settings.parked.clear()


def let_it_expire(service: Service) -> None:
    service.settings.parked.clear()


@pytest.mark.parametrize("end", [name_it, let_it_expire])
def test_it_ends_when_nothing_is_parked_any_more(end: Callable[[Service], None]) -> None:
    """Replayed or expired; then the operators' row rests."""
    service = parked()
    service.deliver()
    end(service)
    service.run(3 * DAY)
    assert told(service) == [UNKNOWN_WORKSPACE]
    assert service.rows.due(Reconciler.NOTIFY, OPERATORS) is None


def test_settings_that_came_without_a_replay_are_told_as_such() -> None:
    """Written by hand: the events would lie there until they expire."""
    service = parked()
    service.deliver()
    service.settings.add(workspace_settings(workspace_id=NOBODYS))
    service.run(DAY)
    assert told(service) == [UNKNOWN_WORKSPACE, PARKED]


@pytest.mark.parametrize("at", range(1, 4))
def test_a_death_while_it_is_told_ends_nothing(at: int) -> None:
    """It is told on the next day as well; at most one repeat."""
    service = parked()
    service.wakes.take()
    service.fuse.at = len(service.fuse.effects) + 3 + at
    service.run(2 * DAY)
    assert 3 <= len(told(service)) <= 4
    assert sum(notice.pending for notice in service.notices_of(OPERATORS)) == 1
