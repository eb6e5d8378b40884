"""The sync that a look asks for, and what it tells others."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.case import Phase
from shared.domain.clock import HOUR, MINUTE, SECOND
from shared.domain.notice import Tone
from shared.domain.person import person_key
from shared.errors import TransientError
from shared.ports import Reconciler
from tests.builders import ADMIN, LABEL, NS0770, REPORT, SUBMITTER, WS, WS_ADMIN
from tests.fakes.expensify import Trouble
from tests.workflows.faces import Slow
from tests.workflows.kit import Service
from tests.workflows.stages import flying, look, moment, read_and_answered, stuck, throw_switch

OTHER = "R002"


def rival(service: Service, report_id: str = REPORT) -> None:
    """Somebody else writes the case first."""
    service.cases.put(replace(service.case(report_id), report_name="changed"))


# --- the sync --------------------------------------------------------------------------------------


def test_the_sync_is_stored_before_it_is_asked_for() -> None:
    """With what it covers, which was known before it began."""
    service = read_and_answered()
    seen: list[Any] = []
    moment(service, "app.start_sync", seen, lambda: service.workspaces.get(WS))
    look(service)
    (stored,) = seen
    assert stored.sync is not None
    assert [cover.text for cover in stored.sync.covers] == [LABEL]
    assert service.calls("start_sync") == [WS]


def test_a_sync_that_was_refused_did_not_begin() -> None:
    """It is not asked for again at once, and covers nothing."""
    service = read_and_answered()
    service.expensify.trouble("start_sync", Trouble.REFUSED)
    look(service)
    workspace = service.workspaces.get(WS)
    assert not workspace.syncing
    assert (workspace.bad_syncs, workspace.covered) == (1, ())
    service.clock.advance(MINUTE)
    look(service)
    assert len(service.calls("start_sync")) == 1
    service.run(2 * HOUR, until=lambda: service.case().finished)
    assert service.expensify.postings == [REPORT]


@pytest.mark.parametrize("trouble", [Trouble.LOST_DONE, Trouble.LOST_UNDONE])
def test_a_sync_whose_answer_was_lost_is_told_by_its_state(trouble: Trouble) -> None:
    """It is waited for; if it never began, it is asked for once more."""
    service = read_and_answered()
    service.expensify.trouble("start_sync", trouble)
    look(service)
    assert service.workspaces.get(WS).syncing
    service.run(2 * HOUR, until=lambda: service.case().finished)
    assert len(service.calls("start_sync")) == (1 if trouble is Trouble.LOST_DONE else 2)
    assert service.expensify.postings == [REPORT]


def test_no_sync_begins_that_would_not_fit_into_the_run() -> None:
    """None is remembered and none counts as failed; the next run, due at once, begins it."""
    service = read_and_answered()
    app, before = service.app, service.workspaces.get(WS)
    service.app = Slow(service.clock, app, 13 * SECOND)
    assert look(service) == service.clock()
    assert service.calls("sync_state") == [WS]
    assert service.calls("start_sync") == []
    after = service.workspaces.get(WS)
    assert (after.sync, after.bad_syncs) == (before.sync, 0)
    service.app = app
    look(service)
    assert service.calls("start_sync") == [WS]


def test_a_sync_begins_if_it_just_fits() -> None:
    """With the seconds that recording takes."""
    service = read_and_answered()
    service.app = Slow(service.clock, service.app, 12 * SECOND)
    look(service)
    assert service.calls("start_sync") == [WS]


def test_a_second_request_that_would_not_fit_leaves_the_first_one_remembered() -> None:
    """A sync that does not end is asked for once more, by the next run."""
    service = read_and_answered()
    service.expensify.trouble("start_sync", Trouble.LOST_UNDONE)
    look(service)
    first = service.workspaces.get(WS).sync
    service.clock.advance(20 * MINUTE)
    service.app = Slow(service.clock, service.app, 13 * SECOND)
    look(service)
    assert service.workspaces.get(WS).sync == first
    assert service.calls("start_sync") == [WS]


def test_a_switch_thrown_before_the_sync_stops_it() -> None:
    """No sync of ours began, and none is waited for."""
    service = read_and_answered()
    service.fuse.hooks["workspaces.save"] = lambda: throw_switch(service)
    look(service)
    assert service.calls("start_sync") == []
    assert not service.workspaces.get(WS).syncing


def test_a_sync_that_fails_covers_nothing() -> None:
    """It is asked for again later, and nothing is exported before one ends well."""
    service = stuck(active=True)
    service.expensify.sync_fails = True
    service.run(HOUR)
    assert service.calls("export") == []
    assert len(service.calls("start_sync")) > 1
    service.expensify.sync_fails = False
    service.run(3 * HOUR, until=lambda: service.case().finished)
    assert service.expensify.postings == [REPORT]


# --- what others are told --------------------------------------------------------------------------


def test_people_are_asked_before_the_case_remembers_that_they_were() -> None:
    """And woken only when the case is written, which their notice is checked against."""
    service = read_and_answered(active=False)
    service.clock.advance(MINUTE)
    look(service)
    effects = service.fuse.effects
    last_notice = max(i for i, effect in enumerate(effects) if effect == "notices.put")
    assert last_notice < effects.index("cases.put") < effects.index("wakes.wake")
    told = {n.person: n.tone for n in service.notices}
    assert told == {ADMIN: Tone.REACTIVATE, SUBMITTER: Tone.RETAG}
    woken = {key for who, key in service.wakes.take() if who is Reconciler.NOTIFY}
    assert woken == {person_key(ADMIN), person_key(SUBMITTER)}


def test_a_person_is_due_a_little_later_in_case_the_wake_up_is_lost() -> None:
    """The writes that follow the notice have happened by then."""
    service = read_and_answered(active=False)
    look(service)
    due = service.rows.due(Reconciler.NOTIFY, person_key(ADMIN))
    assert due == service.clock() + 5 * SECOND


def test_the_way_of_a_case_is_announced_step_by_step() -> None:
    """From its opening to its end, each step once."""
    service = stuck(active=True)
    service.run(HOUR, until=lambda: service.case().finished)
    told = [announcement.detail_type for announcement in service.bus]
    assert told == ["Case Opened", "Case Recovering", "Case Resolved"]
    assert len({announcement.id for announcement in service.bus}) == 3


def test_an_announcement_carries_the_version_that_is_then_written() -> None:
    """So a repeat after a crash has the same id."""
    service = flying()
    service.expensify.settle()
    look(service)
    (announcement,) = service.bus
    assert announcement.id == f"{WS}/{REPORT}/1/{service.case().version}"


def test_what_could_not_be_announced_is_not_written() -> None:
    """The next look says it and writes it."""
    service = flying()
    service.expensify.settle()
    service.bus.fault = TransientError("throttled")
    with pytest.raises(TransientError):
        look(service)
    assert service.case().phase is Phase.EXPORTING
    service.bus.fault = None
    look(service)
    assert service.case().phase is Phase.RESOLVED
    assert "Case Resolved" in service.bus


def test_a_fix_that_did_not_take_is_told_with_its_evidence() -> None:
    """After two refusals nothing more is exported; NetSuite's and the workspace's admins know."""
    service = stuck(*(f"R{number:03d}" for number in range(5)), active=True)
    service.expensify.closed.add(LABEL)
    service.netsuite.projects = [replace(p, inactive=False) for p in service.netsuite.projects]
    service.run(6 * HOUR)
    assert len(service.calls("export")) == 2
    assert service.expensify.postings == []
    for person in (ADMIN, WS_ADMIN):
        assert Tone.FIX_DID_NOT_TAKE in {n.tone for n in service.notices_of(person)}
    evidence = [letter for letter in service.mail.to(WS_ADMIN) if letter.subject.reports]
    assert NS0770.format(LABEL) in evidence[0].subject.reports[0].detail
