"""What the fakes can do beyond their ports, and those that have no adapter in this suite."""

from dataclasses import replace

import pytest

from shared.domain.case import Phase
from shared.domain.clock import MINUTE
from shared.domain.decide_notify import Letter
from shared.domain.notice import Notice, Role, Subject, Tone
from shared.errors import PermanentError, RefusedError, ThrottledError, TransientError
from shared.ports import (
    Announcement,
    Bus,
    Channel,
    Clock,
    DeadLetters,
    Reconciler,
    Row,
    Secrets,
    Wakes,
)
from tests.builders import ACCOUNT, ADMIN, LABEL, NOW, REPORT, SUBMITTER, WS, case
from tests.contract.kit import WORKSPACE_SETTINGS
from tests.fakes.accounts import FakeAccounts
from tests.fakes.cases import FakeCases
from tests.fakes.clock import FakeClock
from tests.fakes.messages import FakeBus, FakeChannel, FakeDeadLetters, FakeWakes
from tests.fakes.notices import FakeNotices
from tests.fakes.rows import FakeRows
from tests.fakes.secrets import FakeSecrets

NOTICE = Notice(ADMIN, Role.NETSUITE_ADMIN, Tone.REACTIVATE, WS, ACCOUNT, "P#4711", 1, NOW, NOW)
LETTER = Letter(NOTICE, Subject(holds=True))


def test_stale_index_of_cases_is_behind_until_it_catches_up() -> None:
    """It shows the case as it was, while reading by key shows it as it is."""
    cases = FakeCases()
    first = cases.put(case(version=0))
    assert cases.unfinished(WS) == (first,)
    cases.stale = True
    second = cases.put(case(version=1, phase=Phase.UNVERIFIED))
    assert (cases.unfinished(WS), cases.get(WS, REPORT)) == ((first,), second)
    cases.catch_up()
    assert cases.unfinished(WS) == (second,)


def test_stale_index_of_rows_is_behind_until_it_catches_up() -> None:
    """A claim of what it shows is lost."""
    rows = FakeRows(stale=True)
    rows.arm(Reconciler.WATCH, ACCOUNT, NOW)
    assert rows.overdue(NOW, 10) == ()
    rows.catch_up()
    rows.arm(Reconciler.WATCH, ACCOUNT, NOW + MINUTE)
    (row,) = rows.overdue(NOW, 10)
    assert row == Row(Reconciler.WATCH, ACCOUNT, NOW)
    assert not rows.claim(row, NOW + MINUTE)


def test_stores_say_what_they_hold() -> None:
    """So that a test reads like its sentence."""
    cases, rows, notices, accounts = FakeCases(), FakeRows(), FakeNotices(), FakeAccounts()
    assert (len(cases), len(rows), len(notices)) == (0, 0, 0)
    stored = cases.put(case(version=0))
    rows.pull(Reconciler.RECOVER, WS, NOW)
    notices.put(NOTICE)
    accounts.ask(ACCOUNT, WS, [LABEL, LABEL], NOW)
    assert (WS, REPORT) in cases
    assert (WS, "other") not in cases
    assert (Reconciler.RECOVER, WS) in rows
    assert rows.due(Reconciler.RECOVER, WS) == NOW
    assert NOTICE in notices
    assert list(notices) == [NOTICE]
    assert (ACCOUNT, WS, LABEL) in accounts
    assert (cases.writes, accounts.asks) == ([stored], [(ACCOUNT, WS, LABEL)])
    assert (len(cases), len(rows), len(notices)) == (1, 1, 1)


def test_clock_stands_still_until_it_is_moved() -> None:
    """No test waits."""
    clock = FakeClock()
    port: Clock = clock
    assert (port(), port()) == (NOW, NOW)
    assert clock.advance(MINUTE) == port() == NOW + MINUTE
    clock.now = NOW
    assert port() == NOW


def test_wakes_are_kept_until_they_are_taken() -> None:
    """A doubled one is two."""
    wakes = FakeWakes()
    port: Wakes = wakes
    port.wake(Reconciler.WATCH, ACCOUNT)
    port.wake(Reconciler.WATCH, ACCOUNT)
    assert (Reconciler.WATCH, ACCOUNT) in wakes
    assert wakes.take() == [(Reconciler.WATCH, ACCOUNT)] * 2
    assert (len(wakes), wakes.take()) == (0, [])


def test_bus_keeps_what_was_published() -> None:
    """In order, with its repeats."""
    bus = FakeBus()
    port: Bus = bus
    port.publish([Announcement("Case Opened", "1", {}), Announcement("Case Closed", "2", {})])
    port.publish([])
    assert "Case Opened" in bus
    assert "Case Reopened" not in bus
    assert ([each.id for each in bus], len(bus)) == (["1", "2"], 2)


def test_dead_letters_are_kept_with_their_reason() -> None:
    """A person reads it there."""
    letters = FakeDeadLetters()
    port: DeadLetters = letters
    port.put("{", "body: json_invalid")
    assert "{" in letters
    assert (letters.letters, len(letters)) == ([("{", "body: json_invalid")], 1)


def test_channel_reaches_whom_it_can_reach() -> None:
    """Who can't be reached is a permanent error, and gets nothing."""
    channel = FakeChannel(unreachable={SUBMITTER})
    port: Channel = channel
    port.send(LETTER, WORKSPACE_SETTINGS)
    nobody = Letter(replace(NOTICE, person=SUBMITTER), LETTER.subject)
    with pytest.raises(PermanentError):
        port.send(nobody, WORKSPACE_SETTINGS)
    assert (channel.to(ADMIN), len(channel)) == ([LETTER], 1)
    assert ADMIN in channel
    assert SUBMITTER not in channel


def test_faulty_outside_takes_nothing() -> None:
    """Until the fault is taken away."""
    fault = ThrottledError("later")
    wakes, bus, channel = FakeWakes(fault=fault), FakeBus(fault=fault), FakeChannel(fault=fault)
    with pytest.raises(TransientError):
        wakes.wake(Reconciler.WATCH, ACCOUNT)
    with pytest.raises(TransientError):
        bus.publish([Announcement("Case Opened", "1", {})])
    with pytest.raises(TransientError):
        channel.send(LETTER, WORKSPACE_SETTINGS)
    assert (len(wakes), len(bus), len(channel)) == (0, 0, 0)


def test_secret_that_is_missing_refuses() -> None:
    """Each read is kept, with whether it had to be fresh."""
    secrets = FakeSecrets({"tenant/acme": {"a": 1}})
    port: Secrets = secrets
    assert port.get("tenant/acme", fresh=True) == {"a": 1}
    with pytest.raises(RefusedError):
        port.get("tenant/other")
    assert secrets.reads == [("tenant/acme", True), ("tenant/other", False)]
