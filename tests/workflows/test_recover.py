"""What one look at a workspace reads, and what it makes of reads that fail."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND
from shared.domain.finding import Fault
from shared.domain.notice import Tone
from shared.errors import (
    MalformedError,
    PermanentError,
    RefusedError,
    SettingsError,
    ThrottledError,
    TooMuchError,
    TransientError,
)
from shared.ports import Reconciler
from shared.workflows.recover import ROUNDS
from tests.builders import ACCOUNT, LABEL, NOW, REPORT, WS
from tests.fakes.expensify import Trouble
from tests.workflows.faces import Broken, Garbled, Slow, Spoilt
from tests.workflows.kit import Service
from tests.workflows.stages import flying, look, read_and_answered, stuck, synced

OTHER = "R002"


# --- what is read --------------------------------------------------------------------------------


def test_a_new_case_is_read_before_anything_is_said_of_it() -> None:
    """Its labels are asked about, and nobody is told yet."""
    service = stuck()
    look(service)
    case = service.case()
    assert case.read_at == NOW
    assert [(label.text, label.used) for label in case.labels] == [(LABEL, 1)]
    assert not service.notices
    assert service.calls("read") == [REPORT]


def test_a_case_that_waits_for_an_answer_has_its_account_looked_at() -> None:
    """Again at every look, lest the question was lost."""
    service = stuck()
    service.wakes.take()
    look(service)
    assert (Reconciler.WATCH, ACCOUNT) in service.wakes
    assert service.rows.due(Reconciler.WATCH, ACCOUNT) == NOW


def test_a_label_that_only_the_read_shows_is_asked_about() -> None:
    """The case waits for its answer, too."""
    service = stuck()
    service.expensify.retag(REPORT, LABEL, "Hermes")
    look(service)
    assert (ACCOUNT, WS, "Hermes") in service.accounts
    asked = {label.text: label.asked for label in service.case().labels}
    assert asked == {LABEL: 1, "Hermes": 1}


def test_a_workspace_without_settings_is_looked_at_no_more() -> None:
    """Nothing is read, and nothing is due."""
    service = stuck()
    service.settings.workspaces.clear()
    assert look(service) is None
    assert service.calls("read") == []


def test_broken_settings_stop_the_look_before_anything_is_read() -> None:
    """They are this workspace's fault, and nobody else's."""
    service = stuck()
    service.settings.broken.add(WS)
    with pytest.raises(SettingsError):
        look(service)
    assert service.expensify.asked == []


def test_broken_settings_are_the_operators_once_a_day() -> None:
    """However often the workspace is looked at."""
    service = stuck()
    service.wakes.take()
    service.settings.broken.add(WS)
    for _ in range(3):
        with pytest.raises(SettingsError):
            look(service)
        service.clock.advance(MINUTE)
    (notice,) = service.notices_of(OPERATORS)
    assert (notice.tone, notice.about) == (Tone.SETUP_FAULT, f"W#{WS}#broken_settings")
    assert (Reconciler.NOTIFY, OPERATORS) in service.wakes
    assert service.rows.due(Reconciler.NOTIFY, OPERATORS) is not None


def test_a_workspace_without_cases_rests() -> None:
    """It is looked at now and then all the same, for the index may lag."""
    service = Service()
    due = look(service)
    assert service.expensify.asked == []
    assert due is not None
    assert NOW < due <= NOW + DAY


def test_a_look_reads_in_rounds() -> None:
    """What is due, then the chunk by both faces, the official one last; then it acts."""
    service = synced()
    service.clock.advance(HOUR)
    look(service)
    calls = [call for call, _ in service.expensify.asked]
    assert calls == ["read", "open_report", "read", "export"]


def test_the_syncs_state_is_read_before_one_is_asked_for() -> None:
    """Somebody else's sync is waited for, not joined."""
    service = read_and_answered()
    service.expensify.ask_sync()
    look(service)
    assert service.calls("sync_state") == [WS]
    assert service.calls("start_sync") == []


def test_a_chunk_is_read_again_just_before_it_is_exported() -> None:
    """Somebody else was quicker: the case is closed, and no second export is asked for."""
    service = synced()
    service.expensify.ask_export(REPORT)
    service.expensify.settle()
    look(service)
    assert service.calls("export") == []
    assert service.case().reason is Why.EXPORTED_BY_OTHERS
    assert service.expensify.postings == [REPORT]


def test_labels_of_an_open_case_stay_watched_however_long_it_takes() -> None:
    """A fix on day 40 still recovers."""
    service = read_and_answered(active=False)
    service.clock.advance(4 * DAY)
    look(service)
    assert service.accounts.known[ACCOUNT, WS, LABEL].wanted_until == service.clock() + 7 * DAY


# --- reads that fail -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (TransientError("down"), Fault.UNREACHABLE),
        (ThrottledError("slow down"), Fault.THROTTLED),
        (RefusedError("login", Fault.LOGIN_REFUSED), Fault.LOGIN_REFUSED),
    ],
)
def test_a_failed_read_changes_no_case_and_opens_the_circuit(
    error: Exception, fault: Fault
) -> None:
    """Each with its fault."""
    service = stuck()
    service.reader = Broken(error)
    before = service.case()
    due = look(service)
    workspace = service.workspaces.get(WS)
    assert (workspace.fault, workspace.faults) == (fault, 1)
    assert due == workspace.quiet_until == NOW + MINUTE
    assert service.case() == before


@pytest.mark.parametrize(
    "error",
    [
        TransientError("partial", Fault.UNREADABLE),
        TooMuchError("large"),
        MalformedError("garbage"),
        PermanentError("no"),
    ],
)
def test_an_answer_of_no_use_is_counted_with_each_report_that_it_was_about(
    error: Exception,
) -> None:
    """What can't be understood and says no more is unreadable. Nothing else of a case changes."""
    service = stuck(REPORT, OTHER)
    service.reader = Broken(error)
    before = service.case()
    due = look(service)
    workspace = service.workspaces.get(WS)
    assert (workspace.fault, workspace.faults) == (Fault.UNREADABLE, 1)
    assert due == workspace.quiet_until == NOW + MINUTE
    assert service.case(OTHER).misread == 1
    counted = replace(before, misread=1, next_look=NOW, version=before.version + 1)
    assert service.case() == counted


def test_a_report_that_spoils_every_answer_keeps_no_other_waiting() -> None:
    """It comes to be asked for alone, and the others are read. The operators hear which it is."""
    many = tuple(f"R{i:02}" for i in range(60))
    service = stuck(*many)
    service.reader = Spoilt(service.reader, "R07")
    for _ in range(40):
        service.clock.now = look(service) or 0
        if all(service.case(r).read_at for r in many if r != "R07"):
            break
    assert [r for r in many if not service.case(r).read_at] == ["R07"]
    assert service.clock() - NOW < 15 * MINUTE
    for _ in range(8):
        service.clock.now = max(service.case("R07").next_look, look(service) or 0)
    faults = [n for n in service.notices_of(OPERATORS) if n.tone is Tone.SETUP_FAULT]
    assert [n.about for n in faults] == ["W#R07#unreadable_report"]


def test_a_report_that_can_be_read_again_goes_on_as_any_other() -> None:
    """What was counted is forgotten."""
    service = stuck(REPORT, OTHER)
    reader = service.reader
    service.reader = Spoilt(reader, REPORT)
    for _ in range(10):
        service.clock.now = look(service) or 0
    assert service.case().misread
    service.reader = reader
    for _ in range(3):
        service.clock.now = max(service.case().next_look, look(service) or 0)
    assert service.case().read_at
    assert not service.case().misread


def test_an_open_circuit_asks_expensify_nothing() -> None:
    """Until its time is over, however often the workspace is woken."""
    service = stuck()
    service.expensify.trouble("read", Trouble.LOST_UNDONE)
    due = look(service)
    assert look(service) == due
    assert len(service.calls("read")) == 1
    assert due is not None
    service.clock.now = due
    look(service)
    assert len(service.calls("read")) == 2
    assert service.workspaces.get(WS).faults == 0


def test_a_mistake_of_ours_is_no_fault_of_expensifys() -> None:
    """It goes on to the queue, and nothing is written."""
    service = stuck()
    service.reader = Broken(KeyError("k"))
    writes = len(service.cases.writes)
    with pytest.raises(KeyError):
        look(service)
    assert (len(service.cases.writes), service.workspaces.writes) == (writes, [])


@pytest.mark.parametrize("call", ["open_report", "read", "sync_state"])
@pytest.mark.parametrize("trouble", [Trouble.THROTTLED, Trouble.REFUSED, Trouble.LOST_UNDONE])
def test_nothing_is_asked_for_when_a_read_before_it_failed(call: str, trouble: Trouble) -> None:
    """Neither a sync whose state is unknown nor an export of what can't be read."""
    service = read_and_answered() if call == "sync_state" else synced()
    service.expensify.trouble(call, trouble)
    look(service)
    assert service.calls(call)
    assert service.calls("export") == service.calls("start_sync") == []
    assert service.case().phase is Phase.WAITING
    assert service.workspaces.get(WS).faults == 1


def test_one_report_that_can_not_be_understood_keeps_no_other_waiting() -> None:
    """The next in line goes as the canary, and the circuit stays shut."""
    service = synced(REPORT, OTHER)
    service.app = Garbled(service.app, REPORT)
    look(service)
    assert service.calls("export") == [OTHER]
    assert service.case().phase is Phase.WAITING
    assert service.workspaces.get(WS).fault is None


def test_a_login_that_is_refused_is_not_taken_for_one_bad_report() -> None:
    """It ends the reading."""
    service = synced(REPORT, OTHER)
    service.expensify.trouble("open_report", Trouble.REFUSED)
    look(service)
    assert service.calls("open_report") == [REPORT]
    assert service.workspaces.get(WS).fault is Fault.LOGIN_REFUSED


# --- reports that are not returned ---------------------------------------------------------------


def test_a_report_that_is_missing_beside_another_one_is_absent() -> None:
    """Once is not enough to close it."""
    service = stuck(REPORT, OTHER)
    del service.expensify.reports[REPORT]
    look(service)
    case = service.case()
    assert (case.absent_since, case.alone_since) == (NOW, None)
    assert case.phase is Phase.WAITING


def test_a_report_that_is_missing_twice_beside_a_neighbour_is_closed() -> None:
    """An hour apart; the neighbour is asked for along with it."""
    service = stuck(REPORT, OTHER)
    del service.expensify.reports[REPORT]
    look(service)
    service.clock.advance(HOUR)
    look(service)
    assert service.calls("read")[-1] == f"{REPORT},{OTHER}"
    assert (service.case().phase, service.case().reason) == (Phase.CLOSED, Why.DELETED)


def test_of_a_report_that_is_missing_alone_nothing_can_be_said() -> None:
    """An empty answer may come from a wrong login as well."""
    service = stuck()
    del service.expensify.reports[REPORT]
    look(service)
    case = service.case()
    assert (case.absent_since, case.alone_since) == (None, NOW)


def test_only_a_neighbour_of_the_same_face_counts() -> None:
    """The official face shows another report; that says nothing about the app's answer."""
    service = flying(REPORT, OTHER)
    service.cases.put(replace(service.case(OTHER), next_look=service.clock()))
    del service.expensify.reports[REPORT]
    look(service)
    assert service.calls("read") == [OTHER]
    assert service.calls("open_report") == [REPORT]
    assert (service.case().absent_since, service.case().alone_since) == (None, service.clock())


def test_a_neighbour_that_the_app_shows_later_in_the_same_round_counts() -> None:
    """It opens reports one by one, and the missing one may come first."""
    service = flying(REPORT, OTHER)
    going = service.case()
    other = replace(service.case(OTHER), phase=Phase.EXPORTING, intent=going.intent)
    service.cases.put(replace(other, next_look=service.clock()))
    del service.expensify.reports[REPORT]
    look(service)
    assert service.calls("open_report") == [REPORT, OTHER]
    assert (service.case().absent_since, service.case().alone_since) == (service.clock(), None)


def test_an_attempt_whose_report_is_deleted_comes_to_its_end() -> None:
    """First a person is asked; then the report is missed beside the neighbour read along."""
    service = flying(REPORT, OTHER)
    del service.expensify.reports[REPORT]
    service.expensify._pending.clear()  # the export that was asked for
    service.run(2 * DAY, until=lambda: service.case().finished)
    history = [entry.why for entry in service.case().history]
    assert history[-2:] == [Why.NOT_PROVEN, Why.DELETED]
    assert service.case().phase is Phase.CLOSED


# --- a run's time --------------------------------------------------------------------------------


def test_a_run_without_time_reads_nothing_and_is_no_fault() -> None:
    """What is due stays due; the circuit stays shut."""
    service = stuck()
    before = service.case()
    due = look(service, budget=10 * SECOND)
    assert service.calls("read") == []
    assert service.case() == before
    assert service.workspaces.get(WS).fault is None
    assert due is not None
    assert due <= NOW + MINUTE


def test_a_sync_whose_state_there_is_no_time_to_read_is_not_asked_for() -> None:
    """The next run does."""
    service = read_and_answered()
    look(service, budget=10 * SECOND)
    assert service.expensify.asked == []
    look(service)
    assert service.calls("start_sync") == [WS]


def test_reading_leaves_time_for_what_must_follow() -> None:
    """Of reports in flight as many are opened as the run's share of reading allows."""
    service = many_flying()
    service.app = Slow(service.clock, service.app, 2 * SECOND)
    look(service)
    opened = service.calls("open_report")
    assert 0 < len(opened) < 10
    assert len(opened) * 2 * SECOND <= 12 * SECOND
    assert service.workspaces.get(WS).fault is None


def test_what_there_was_no_time_to_read_is_read_by_the_next_run() -> None:
    """Nobody waits for ever."""
    service = many_flying()
    service.app = Slow(service.clock, service.app, 2 * SECOND)
    service.expensify.settle()
    for _ in range(4):
        look(service)
        service.clock.advance(MINUTE)
    assert len(set(service.calls("open_report"))) == 10
    assert len(service.expensify.postings) == 11


def many_flying() -> Service:
    """Ten reports whose export was asked for a minute ago, after a canary that arrived."""
    service = stuck(*(f"R{number:03d}" for number in range(11)), active=True)
    service.run(HOUR, until=lambda: len(service.calls("export")) == 11)
    service.clock.advance(MINUTE)
    service.expensify.asked.clear()
    return service


def test_reading_that_comes_to_no_end_is_cut_off() -> None:
    """A face so slow that every answer is stale at once: nothing is exported on old news."""
    service = synced()
    service.reader = Slow(service.clock, service.reader, 2 * MINUTE)
    due = look(service, budget=DAY)
    assert len(service.calls("read")) == ROUNDS
    assert service.calls("export") == []
    assert service.case().phase is Phase.WAITING
    assert due is not None
