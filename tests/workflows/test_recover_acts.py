"""What a look at a workspace records, announces and asks for, and in which order."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Case, Phase, Why
from shared.domain.clock import HOUR, MINUTE, SECOND
from shared.domain.decide_recover import CaseChange
from shared.domain.notice import Tone
from shared.domain.person import person_key
from shared.domain.setup_fault import STACK
from shared.errors import ConflictError, PermanentError, SettingsError, TransientError
from shared.ports import Reconciler
from shared.reconcile import Budget
from shared.workflows.recover import Expensify, _Run
from tests.builders import ADMIN, LABEL, NS0770, REPORT, SUBMITTER, WS, WS_ADMIN
from tests.fakes.expensify import Trouble
from tests.workflows.faces import Slow
from tests.workflows.kit import (
    Service,
    flying,
    look,
    read_and_answered,
    stuck,
    synced,
    workspace_settings,
)

OTHER = "R002"


def moment(service: Service, effect: str, seen: list[Any], what: Callable[[], Any]) -> None:
    """Notes what is true just before the effect."""
    service.fuse.hooks[effect] = lambda: seen.append(what())


def rival(service: Service, report_id: str = REPORT) -> None:
    """Somebody else writes the case first."""
    service.cases.put(replace(service.case(report_id), report_name="changed"))


# --- the export ----------------------------------------------------------------------------------


def test_the_intent_is_stored_before_the_call() -> None:
    """With the attempt's id and what the report's history held."""
    service = synced()
    seen: list[Case] = []
    moment(service, "app.export", seen, service.case)
    look(service)
    (stored,) = seen
    assert stored.phase is Phase.EXPORTING
    assert stored.intent is not None
    assert stored.intent.baseline.error_count == 1
    assert service.calls("export") == [REPORT]


def test_the_order_is_announce_record_act() -> None:
    """The workspace is saved before any export, and each case before its own."""
    service = synced(REPORT, OTHER)
    look(service)
    effects = [e for e in service.fuse.effects if e not in {"accounts.keep", "accounts.ask"}]
    assert effects == [
        "bus.publish",
        "cases.put",
        "workspaces.save",
        "bus.publish",
        "cases.put",
        "app.export",
    ]


def test_an_export_is_asked_for_once_and_read_back() -> None:
    """While nothing is seen of it, and after it arrived."""
    service = flying()
    look(service)
    service.expensify.settle()
    service.clock.advance(5 * MINUTE)
    look(service)
    assert service.calls("export") == []
    assert (service.case().phase, service.case().reason) == (Phase.RESOLVED, Why.EXPORTED)


def test_the_attempt_is_recognised_as_ours() -> None:
    """By the id that Expensify keeps for it."""
    service = flying()
    service.expensify.settle()
    look(service)
    assert service.case().history[-1].detail == "by our attempt"


def test_a_canary_goes_first() -> None:
    """One report, then, once it arrived, the others."""
    service = synced(REPORT, OTHER, "R003")
    look(service)
    assert service.calls("export") == [REPORT]
    service.run(HOUR, until=lambda: len(service.expensify.postings) == 3)
    assert sorted(service.expensify.postings) == [REPORT, OTHER, "R003"]


@pytest.mark.parametrize("trouble", [Trouble.LOST_DONE, Trouble.LOST_UNDONE])
def test_a_lost_answer_is_never_taken_for_a_no(trouble: Trouble) -> None:
    """It is unverified, and looked at soon."""
    service = synced()
    service.expensify.trouble("export", trouble)
    look(service)
    stored = service.case()
    assert (stored.phase, stored.reason) == (Phase.UNVERIFIED, Why.CALL_UNKNOWN)
    assert stored.intent is not None
    assert stored.next_look == service.clock() + MINUTE


def test_a_lost_answer_of_an_export_that_was_done_is_read_back() -> None:
    """One call, one posting."""
    service = synced()
    service.expensify.trouble("export", Trouble.LOST_DONE)
    look(service)
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.case().phase is Phase.RESOLVED
    assert (service.calls("export"), service.expensify.postings) == ([REPORT], [REPORT])


def test_a_lost_answer_of_an_export_that_was_not_done_is_a_persons() -> None:
    """Never a blind second one, however long one waits; the person is told."""
    service = synced()
    service.expensify.trouble("export", Trouble.LOST_UNDONE)
    look(service)
    service.run(30 * HOUR)
    assert (service.case().phase, service.case().reason) == (Phase.NEEDS_PERSON, Why.NOT_PROVEN)
    assert service.calls("export") == [REPORT]
    assert Tone.NEEDS_PERSON in {n.tone for n in service.notices_of(WS_ADMIN) if n.sent_at}


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.THROTTLED])
def test_a_refused_export_waits_again(trouble: Trouble) -> None:
    """Nothing was done, for certain: the intent is dropped."""
    service = synced()
    service.expensify.trouble("export", trouble)
    look(service)
    stored = service.case()
    assert (stored.phase, stored.reason) == (Phase.WAITING, Why.CALL_REFUSED)
    assert stored.intent is None
    assert stored.next_look == service.clock() + HOUR


def test_a_refused_export_is_not_asked_for_again_within_the_hour() -> None:
    """However often the workspace is woken."""
    service = synced()
    service.expensify.trouble("export", *[Trouble.REFUSED] * 9)
    look(service)
    for _ in range(50):
        service.clock.advance(MINUTE)
        look(service)
    assert len(service.calls("export")) == 1


def test_an_export_that_was_refused_once_arrives_the_next_time() -> None:
    """By itself, an hour later, and once."""
    service = synced()
    service.expensify.trouble("export", Trouble.REFUSED)
    look(service)
    service.run(3 * HOUR, until=lambda: service.case().finished)
    assert service.expensify.postings == [REPORT]
    assert service.case().phase is Phase.RESOLVED


def test_a_plan_to_export_without_an_intent_is_a_mistake_of_ours() -> None:
    """Nothing is asked for."""
    service = synced()
    bad = CaseChange(service.case(), replace(service.case(), phase=Phase.EXPORTING))
    with pytest.raises(PermanentError):
        run_of(service)._export(bad, {})
    assert service.calls("export") == []


def run_of(service: Service) -> _Run:
    expensify = Expensify(service.reader, service.port("app"))
    budget = Budget(service.clock, service.clock() + 30 * SECOND)
    return _Run(service.recover(), workspace_settings(), expensify, budget)


# --- races ---------------------------------------------------------------------------------------


def test_a_case_that_somebody_else_wrote_first_is_not_exported() -> None:
    """The intent's own write is conditional; the next look sees what they wrote."""
    service = synced()
    service.fuse.hooks["workspaces.save"] = lambda: rival(service)
    look(service)
    assert service.fuse.effects.count("cases.put") == 2
    assert service.calls("export") == []
    assert (service.case().phase, service.case().report_name) == (Phase.WAITING, "changed")


def test_a_conflict_while_recording_a_read_drops_that_export() -> None:
    """What was read is of a case that is different by now."""
    service = synced()
    service.fuse.hooks["cases.put"] = lambda: rival(service)
    look(service)
    assert service.fuse.effects.count("cases.put") == 1
    assert service.calls("export") == []


def test_a_read_that_was_recorded_does_not_stand_against_its_export() -> None:
    """The intent follows the version that the same look wrote."""
    service = synced()
    look(service)
    assert service.fuse.effects.count("cases.put") == 2
    assert service.calls("export") == [REPORT]


def test_a_conflict_after_a_lost_answer_leaves_the_attempt_in_flight() -> None:
    """The intent stands, so nothing is asked for again; it is read back."""
    service = synced()
    service.expensify.trouble("export", Trouble.LOST_DONE)
    service.fuse.hooks["app.export"] = lambda: rival(service)
    look(service)
    assert service.case().phase is Phase.EXPORTING
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.expensify.postings == [REPORT]


def test_an_index_that_lags_exports_nothing_twice() -> None:
    """It still shows the case as waiting; the table knows better."""
    service = synced()
    service.cases.catch_up()
    service.cases.stale = True
    look(service)
    for _ in range(5):
        service.clock.advance(MINUTE)
        look(service)
    service.cases.stale = False
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.calls("export") == [REPORT]
    assert service.expensify.postings == [REPORT]


def test_a_lost_write_is_looked_at_again_at_once() -> None:
    """Somebody else's case may need what this look did not know of."""
    service = synced()
    service.fuse.hooks["cases.put"] = lambda: rival(service)
    assert look(service) == service.clock()


def test_an_attempt_that_the_index_does_not_show_is_read_back() -> None:
    """The recovery counts on it, so the table itself is asked."""
    service = flying()
    service.cases._index.clear()
    service.cases.stale = True
    service.expensify.settle()
    look(service)
    assert service.calls("open_report") == [REPORT]
    assert service.case().phase is Phase.RESOLVED


def test_a_workspace_that_somebody_else_wrote_first_acts_on_nothing() -> None:
    """Its memory is what a sync and a canary are decided by."""
    service = synced()
    service.fuse.hooks["workspaces.save"] = lambda: rival_workspace(service)
    with pytest.raises(ConflictError):
        look(service)
    assert service.calls("export") == []


def rival_workspace(service: Service) -> None:
    service.workspaces.save(service.workspaces.get(WS))


# --- switches ------------------------------------------------------------------------------------


def throw_switch(service: Service) -> None:
    service.acts = False


def throw_switch_in_the_settings(service: Service) -> None:
    service.settings.switch = False


def break_the_switch(service: Service) -> None:
    service.settings.broken.add(STACK)


def forget_settings(service: Service) -> None:
    service.settings.workspaces.clear()


@pytest.mark.parametrize(
    "stop", [throw_switch, throw_switch_in_the_settings, break_the_switch, forget_settings]
)
def test_a_switch_thrown_during_the_run_stops_the_next_export(
    stop: Callable[[Service], None],
) -> None:
    """The one that was being asked for goes; the one after it does not."""
    service = proven(REPORT, OTHER, "R003")
    service.fuse.hooks["app.export"] = lambda: stop(service)
    due = look(service)
    assert service.calls("export") == [OTHER]
    assert service.case("R003").phase is Phase.WAITING
    assert due == service.clock()


def proven(*report_ids: str) -> Service:
    """The canary has arrived: the next look sees it and exports the others."""
    service = flying(*report_ids)
    service.expensify.settle()
    return service


def test_settings_that_break_during_the_run_stop_the_next_export() -> None:
    """Who can't be asked for a right has not given it."""
    service = proven(REPORT, OTHER, "R003")
    service.fuse.hooks["app.export"] = lambda: service.settings.broken.add(WS)
    with pytest.raises(SettingsError):
        look(service)
    assert service.calls("export") == [OTHER]
    assert service.case("R003").phase is Phase.WAITING


def test_what_is_in_flight_is_still_read_back_while_nothing_acts() -> None:
    """The kill switch stops acts, not eyes."""
    service = flying()
    service.acts = False
    service.expensify.settle()
    look(service)
    assert service.case().phase is Phase.RESOLVED


def test_a_switch_that_nobody_can_read_is_off_and_the_operators() -> None:
    """What is in flight is read back all the same."""
    service = flying()
    service.settings.broken.add(STACK)
    service.expensify.settle()
    look(service)
    assert service.case().phase is Phase.RESOLVED
    (notice,) = service.notices_of(OPERATORS)
    assert (notice.about, notice.workspace_id) == ("W#*#broken_settings", "")


def test_nothing_is_asked_for_while_the_switch_is_off_and_all_of_it_afterwards() -> None:
    """No sync and no export; nobody has to start anything again."""
    service = stuck(active=True)
    service.acts = False
    service.run(3 * HOUR)
    assert service.calls("start_sync") == service.calls("export") == []
    service.acts = True
    service.run(2 * HOUR, until=lambda: service.case().finished)
    assert service.expensify.postings == [REPORT]


def test_a_run_whose_time_is_up_exports_no_more() -> None:
    """The rest goes with the next run, which is due at once."""
    service = proven(*(f"R{number:03d}" for number in range(9)))
    began = service.clock()
    service.app = Slow(service.clock, service.app, SECOND)
    due = look(service, budget=30 * SECOND)
    asked = service.calls("export")
    assert 0 < len(asked) < 8
    assert due == service.clock() <= began + 30 * SECOND


# --- the sync ------------------------------------------------------------------------------------


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


# --- what others are told ------------------------------------------------------------------------


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
