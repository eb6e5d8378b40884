"""One message of the bus: a failure becomes a case, a hint becomes a wake-up."""

from dataclasses import replace

import pytest

from shared.domain.case import Kind, Phase, Why
from shared.domain.clock import DAY, HOUR
from shared.errors import ConflictError
from shared.ports import Reconciler
from shared.workflows.intake import Taken
from tests.builders import ACCOUNT, LABEL, NOW, NS0770, REPORT, SUBMITTER, WS
from tests.workflows.kit import Service, envelope, failed_event
from tests.workflows.stages import BOTH, ended

NS0024 = "NS0024 Export Error: Invalid 'customer' or 'project' tag."
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-: ;")


# --- a failure -------------------------------------------------------------------------------------


def test_a_failure_becomes_a_case_that_waits_for_an_answer_about_its_project() -> None:
    """With what the event says of the report, for the time until it is read."""
    service = Service()
    assert service.take(failed_event()) is Taken.CASE
    case = service.case()
    assert (case.phase, case.reason, case.episode) == (Phase.WAITING, Why.OPENED, 1)
    assert (case.report_name, case.submitter, case.codes) == ("Trip", SUBMITTER, ("NS0770",))
    assert [(label.text, label.asked, label.suspect) for label in case.labels] == [(LABEL, 1, True)]
    label = service.accounts.known[ACCOUNT, WS, LABEL]
    assert label.pending
    assert label.wanted_until == NOW + 7 * DAY


def test_a_failure_wakes_its_workspace_and_its_account() -> None:
    """Both are due, too, so that a lost wake-up costs a minute at most."""
    service = Service()
    service.take(failed_event())
    assert service.wakes.take() == BOTH
    assert [service.rows.due(*wake_up) for wake_up in BOTH] == [NOW, NOW]


def test_the_order_is_ask_publish_pull_case_wake() -> None:
    """Whatever comes later can be done again, and finds what it needs; no case is unannounced."""
    service = Service()
    service.take(failed_event())
    pulled, woken = ["rows.pull"] * 2, ["wakes.wake"] * 2
    told = ["accounts.ask", "bus.publish"]
    assert service.fuse.effects == [*told, *pulled, "cases.put", *woken]


def test_an_opened_case_is_announced() -> None:
    """Once, with the version that was stored."""
    service = Service()
    service.take(failed_event())
    (announcement,) = service.bus
    assert announcement.detail_type == "Case Opened"
    assert announcement.id == f"{WS}/{REPORT}/1/1"


def test_several_projects_in_one_message_are_all_asked_about() -> None:
    """A message may hold several failures, and two of them name projects."""
    service = Service()
    message = f"{NS0770.format('Apollo')}\n{NS0770.format('Hermes')}\n{NS0024}"
    service.take(failed_event(errorMessage=message))
    assert {text for _, _, text in service.accounts.asks} == {"Apollo", "Hermes"}
    assert service.case().codes == ("NS0770", "NS0024")


def test_another_failure_is_handed_to_people_and_asks_nothing_of_netsuite() -> None:
    """It is never treated as a closed project."""
    service = Service()
    assert service.take(failed_event(errorMessage=NS0024)) is Taken.CASE
    case = service.case()
    assert (case.phase, case.kind, case.reason) == (
        Phase.NEEDS_PERSON,
        Kind.OTHER,
        Why.OTHER_FAILURE,
    )
    assert service.accounts.asks == []
    assert service.wakes.take() == BOTH


def test_a_failure_of_nothing_but_ids_and_a_message_is_taken() -> None:
    """Every other field is optional; the bus's own id then recognises a repeat."""
    service = Service()
    body = failed_event(eventId=None, reportName=None, submitterEmail=None)
    assert service.take(body) is Taken.CASE
    case = service.case()
    assert (case.report_name, case.submitter, case.events) == ("", "", ("bus-1",))


def test_a_failure_is_recognised_by_when_expensify_says_that_it_was() -> None:
    """Where nobody gave it an id."""
    service = Service()
    at = "2027-01-15 09:58:07.412"
    service.take(failed_event(eventId=None, failedAt=at))
    service.take(failed_event(eventId=None, failedAt=at))
    assert service.case().events == (at,)


def test_unknown_fields_are_ignored() -> None:
    """A sender that knows more than we do is no mistake."""
    service = Service()
    assert service.take(failed_event(priority="high", expenses=[])) is Taken.CASE


def test_a_further_failure_is_added_to_the_open_case() -> None:
    """Its project is asked about, and the report is read soon; nothing is opened again."""
    service = Service()
    service.take(failed_event())
    service.take(failed_event(event_id="e-2", errorMessage=NS0770.format("Hermes")))
    case = service.case()
    assert case.events == ("e-1", "e-2")
    assert [label.text for label in case.labels] == [LABEL, "Hermes"]
    assert case.history[-1].why is Why.ADDED
    assert [announcement.detail_type for announcement in service.bus] == ["Case Opened"]


def test_a_failure_after_the_end_opens_the_next_episode() -> None:
    """On the same item, with a number of its own, and in silence: it may be told late."""
    service = Service()
    service.take(failed_event())
    ended(service)
    service.clock.advance(HOUR)
    service.take(failed_event(event_id="e-2"))
    case = service.case()
    assert (case.episode, case.phase, case.opened_at) == (2, Phase.WAITING, NOW + HOUR)
    assert case.past is not None
    assert "Case Reopened" not in service.bus
    assert len(service.cases) == 1


# --- hints -----------------------------------------------------------------------------------------


def report_changed(report_id: str = REPORT) -> str:
    detail = {"version": 1, "workspaceId": WS, "reportId": report_id, "what": "retagged"}
    return envelope("expensify", "Report Changed", detail)


def test_a_changed_report_is_read_at_the_next_look_which_is_now() -> None:
    """Its case is due, and its workspace is woken; the case is due before the wake-up is sent."""
    service = Service()
    service.take(failed_event())
    service.cases.put(replace(service.case(), next_look=NOW + HOUR))
    service.wakes.take()
    assert service.take(report_changed()) is Taken.HINT
    assert service.case().next_look == NOW
    assert service.wakes.take() == [(Reconciler.RECOVER, WS)]
    assert service.fuse.effects[-3:] == ["cases.put", "rows.pull", "wakes.wake"]


def test_a_report_that_is_read_soon_anyway_is_not_written() -> None:
    """A hint moves a look earlier, never later."""
    service = Service()
    service.take(failed_event())
    before = service.case()
    service.clock.advance(HOUR)
    service.take(report_changed())
    assert service.case() == before


@pytest.mark.parametrize("known", [True, False])
def test_a_hint_about_a_report_without_an_open_case_only_wakes(*, known: bool) -> None:
    """Neither does it open one again."""
    service = Service()
    if known:
        service.take(failed_event())
        ended(service)
        service.wakes.take()
    writes = len(service.cases.writes)
    assert service.take(report_changed()) is Taken.HINT
    assert len(service.cases.writes) == writes
    assert service.wakes.take() == [(Reconciler.RECOVER, WS)]


def test_a_changed_project_wakes_its_account() -> None:
    """And nobody else."""
    service = Service()
    detail = {"version": 1, "accountId": ACCOUNT, "projectId": "4711"}
    assert service.take(envelope("netsuite", "Project Changed", detail)) is Taken.HINT
    assert service.wakes.take() == [(Reconciler.WATCH, ACCOUNT)]
    assert service.rows.due(Reconciler.WATCH, ACCOUNT) == NOW


def test_a_hint_that_loses_a_race_is_delivered_again() -> None:
    """The other write may not know that the report is to be read."""
    service = Service()
    service.take(failed_event())
    service.cases.put(replace(service.case(), next_look=NOW + HOUR))
    service.fuse.hooks["cases.put"] = lambda: rival_write(service)
    with pytest.raises(ConflictError):
        service.take(report_changed())
    service.take(report_changed())
    assert service.case().next_look == NOW


def rival_write(service: Service) -> None:
    service.cases.put(replace(service.case(), next_look=NOW + 2 * HOUR))
