"""From a report that was tried to NetSuite's answer about its record, by the real workflows."""

from dataclasses import replace

import pytest

from shared.domain.absence import Answer, Inquiry, ReportRecord, Sample
from shared.domain.announce import OPERATORS
from shared.domain.case import Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.finding import Fault, Status
from shared.domain.person import person_key
from shared.errors import RefusedError, SettingsError, ThrottledError, TransientError
from shared.ports import Reconciler
from tests.builders import ACCOUNT, LABEL, NOW, REPORT, WS
from tests.fakes.expensify import Trouble
from tests.workflows.kit import Service, workspace_settings
from tests.workflows.stages import synced

WATCH = Reconciler.WATCH
KNOWN = tuple(Sample(f"R9{n}", (str(n),)) for n in (1, 2, 3))
SHOWN = [ReportRecord(str(n), "externalid", f"R9{n}") for n in (1, 2, 3)]
ASKED = Inquiry(ACCOUNT, WS, REPORT, asked_at=NOW, wanted_until=NOW + HOUR, samples=KNOWN)


def asking(*, label: bool = True) -> Service:
    service = Service()
    service.netsuite.kept = list(SHOWN)
    service.accounts.inquire(ASKED)
    if label:
        service.accounts.ask(ACCOUNT, WS, [LABEL], NOW + DAY)
    return service


def told(service: Service) -> Answer:
    (inquiry,) = service.accounts.inquiries(ACCOUNT)
    return inquiry.told(service.clock())


def test_a_look_answers_for_projects_and_records() -> None:
    """Each by a query of its own; whoever asked is woken."""
    service = asking()
    service.look(WATCH, ACCOUNT)
    assert told(service) is Answer.ABSENT
    assert not any(label.pending for label in service.accounts.labels(ACCOUNT))
    assert (Reconciler.RECOVER, WS) in service.wakes.sent


def test_records_alone_ask_for_no_project() -> None:
    """And then nothing is due any more."""
    service = asking(label=False)
    assert service.look(WATCH, ACCOUNT) is None
    assert service.netsuite.asked == []
    assert told(service) is Answer.ABSENT


def test_a_role_without_transactions_still_watches_projects() -> None:
    """The records stay untold, and the operators hear of it."""
    service = asking()
    service.netsuite.records_fault = RefusedError("set", Fault.NO_PERMISSION)
    service.look(WATCH, ACCOUNT)
    assert told(service) is Answer.UNTOLD
    assert service.accounts.blockers(ACCOUNT)[0].status is Status.INACTIVE
    assert service.accounts.get(ACCOUNT).faults == 0


def test_a_failed_query_for_records_says_nothing_of_either() -> None:
    """Projects are watched; the question stays open."""
    service = asking()
    service.netsuite.records_fault = TransientError("set")
    assert service.look(WATCH, ACCOUNT) is not None
    assert told(service) is Answer.NONE
    assert service.accounts.blockers(ACCOUNT)
    assert service.accounts.get(ACCOUNT).faults == 0


@pytest.mark.parametrize("error", [ThrottledError("set"), RefusedError("set", Fault.LOGIN_REFUSED)])
def test_an_account_that_wants_to_be_left_alone_is(error: TransientError | RefusedError) -> None:
    """Whichever query it says so to."""
    service = asking()
    service.netsuite.records_fault = error
    service.look(WATCH, ACCOUNT)
    assert service.accounts.get(ACCOUNT).faults == 1
    assert told(service) is Answer.NONE


def test_broken_settings_are_told_to_somebody_though_only_records_are_asked_for() -> None:
    """There is no label to take the workspace from."""
    service = asking(label=False)
    service.settings.broken.add(ACCOUNT)
    with pytest.raises(SettingsError):
        service.look(WATCH, ACCOUNT)
    assert service.notices.of(person_key(OPERATORS))


# --- the whole way ---------------------------------------------------------------------------


def proving(*, held: bool = False) -> Service:
    """The canary's export is about to be lost on its way; three reports were seen exported before.

    `held`: it arrives, and Expensify never says so.
    """
    service = synced()
    service.settings.add(workspace_settings(second_export="proven"))
    known = service.workspaces.get(WS)
    service.workspaces.save(replace(known, samples=KNOWN))
    service.netsuite.kept = [*SHOWN, *([ReportRecord("7", "externalid", REPORT)] if held else [])]
    service.expensify.trouble("export", Trouble.LOST_UNDONE)
    service.run(10 * MINUTE, lambda: service.case().in_flight)
    assert service.case().phase is Phase.UNVERIFIED
    return service


def test_a_lost_export_is_proven_absent_and_goes_again() -> None:
    """Two syncs, a question, another look at the project and another sync; and it arrives, once."""
    service = proving()
    service.run(5 * HOUR, lambda: service.case().finished)
    assert (service.case().phase, service.case().reason) == (Phase.RESOLVED, Why.EXPORTED)
    assert service.calls("export") == [REPORT, REPORT]
    assert service.expensify.postings == [REPORT]
    assert service.case().attempts == 2
    whys = [entry.why for entry in service.case().history]
    assert whys.count(Why.ABSENCE_PROVEN) == 1


def test_a_silent_export_that_netsuite_holds_is_resolved() -> None:
    """Without another one."""
    service = proving(held=True)
    service.run(5 * HOUR, lambda: service.case().finished)
    assert (service.case().phase, service.case().reason) == (Phase.RESOLVED, Why.IN_NETSUITE)
    assert service.calls("export") == [REPORT]


def test_where_netsuite_shows_too_little_a_person_decides() -> None:
    """As without the setting, only later."""
    service = proving()
    service.netsuite.kept = SHOWN[:2]
    service.run(5 * HOUR, lambda: service.case().phase is Phase.NEEDS_PERSON)
    assert service.case().reason is Why.NOT_PROVEN
    assert service.calls("export") == [REPORT]


def test_without_the_setting_no_record_is_asked_for() -> None:
    """Nor read from the table."""
    service = proving()
    service.settings.add(workspace_settings())
    service.run(5 * HOUR, lambda: service.case().phase is Phase.NEEDS_PERSON)
    assert service.accounts.inquiries(ACCOUNT) == ()
    assert service.calls("export") == [REPORT]
