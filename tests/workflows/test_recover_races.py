"""Somebody else writes first, an index lags, a switch is thrown during the run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Phase
from shared.domain.clock import HOUR, MINUTE, SECOND
from shared.domain.setup_fault import STACK
from shared.errors import ConflictError, SettingsError
from tests.builders import NS0770, REPORT, WS
from tests.fakes.expensify import Trouble
from tests.workflows.faces import Slow
from tests.workflows.kit import Service
from tests.workflows.stages import flying, look, stuck, synced, throw_switch

OTHER = "R002"


def rival(service: Service, report_id: str = REPORT) -> None:
    """Somebody else writes the case first."""
    service.cases.put(replace(service.case(report_id), report_name="changed"))


# --- races -----------------------------------------------------------------------------------------


def test_a_case_that_somebody_else_wrote_first_is_not_exported() -> None:
    """The intent's own write is conditional; the next look sees what they wrote."""
    service = synced()
    service.fuse.hooks["workspaces.save"] = lambda: rival(service)
    look(service)
    assert service.fuse.effects.count("cases.put") == 2
    assert service.calls("export") == []
    assert (service.case().phase, service.case().report_name) == (Phase.WAITING, "changed")


def test_a_refusal_that_somebody_marked_is_stored_before_its_case_ends() -> None:
    """Once it has ended nobody can read there what failed."""
    service = flying(REPORT, OTHER)
    service.expensify.fail(REPORT, NS0770)
    service.expensify.mark(REPORT)
    look(service)
    assert service.case().finished
    effects = service.fuse.effects
    assert effects.index("workspaces.save") < effects.index("cases.put")
    assert effects.count("workspaces.save") == 2
    (recovery,) = service.workspaces.get(WS).recoveries
    assert [refusals.report_id for refusals in recovery.refused] == [REPORT]


def test_a_canary_that_a_lagging_index_shows_as_waiting_is_read_from_the_table() -> None:
    """It keeps its place: no other report goes while it is in flight."""
    service = synced(REPORT, OTHER)
    service.cases.catch_up()
    service.cases.stale = True
    look(service)
    recover, settings = service.recover(), service.settings.workspace(WS)
    assert settings is not None
    listed = recover._remembered(settings)
    assert not [case for case in listed.cases if case.in_flight]
    known = recover._with_members(listed)
    assert [case.report_id for case in known.cases if case.in_flight] == [REPORT]
    assert len(known.cases) == 2


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


# --- switches --------------------------------------------------------------------------------------


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
