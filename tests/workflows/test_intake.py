"""One message of the bus, and all that becomes of it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Kind, Phase, Why
from shared.domain.clock import DAY, HOUR
from shared.domain.notice import Tone
from shared.errors import ConflictError, TransientError
from shared.ports import Reconciler
from shared.workflows.intake import TRIES, Taken
from tests.builders import ACCOUNT, LABEL, NOW, NS0770, REPORT, SUBMITTER, WS
from tests.workflows.kit import Service, envelope, failed_event, workspace_settings

BOTH = [(Reconciler.RECOVER, WS), (Reconciler.WATCH, ACCOUNT)]
NS0024 = "NS0024 Export Error: Invalid 'customer' or 'project' tag."
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-: ;")


def ended(service: Service) -> None:
    """The case ends, whatever it was."""
    service.cases.put(replace(service.case(), phase=Phase.RESOLVED, ended_at=NOW))


def own_effects(service: Service) -> list[str]:
    return [effect for effect in service.fuse.effects if effect != "accounts.keep"]


# --- a failure -----------------------------------------------------------------------------------


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


def test_the_order_is_ask_case_publish_pull_wake() -> None:
    """Whatever comes later can be done again, and finds what it needs."""
    service = Service()
    service.take(failed_event())
    nudged = ["rows.pull", "wakes.wake"]
    assert own_effects(service) == ["accounts.ask", "cases.put", "bus.publish", *nudged, *nudged]


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
    """On the same item, with a number of its own, announced as reopened."""
    service = Service()
    service.take(failed_event())
    ended(service)
    service.clock.advance(HOUR)
    service.take(failed_event(event_id="e-2"))
    case = service.case()
    assert (case.episode, case.phase, case.opened_at) == (2, Phase.WAITING, NOW + HOUR)
    assert [announcement.detail_type for announcement in service.bus][-1] == "Case Reopened"
    assert len(service.cases) == 1


# --- repeats -------------------------------------------------------------------------------------


def test_a_duplicate_writes_no_case_and_still_does_the_later_steps() -> None:
    """Both are woken again, lest a crash after the first write made an orphan."""
    service = Service()
    service.take(failed_event())
    before = service.case()
    service.wakes.take()
    assert service.take(failed_event()) is Taken.CASE
    assert service.case() == before
    assert service.wakes.take() == BOTH


def test_a_repeated_announcement_is_recognised_by_its_id() -> None:
    """A duplicate may say again that the case was opened, never that another one was."""
    service = Service()
    service.take(failed_event())
    service.take(failed_event())
    assert {announcement.id for announcement in service.bus} == {f"{WS}/{REPORT}/1/1"}


def test_a_late_duplicate_opens_no_further_episode() -> None:
    """What was told in an earlier episode stays known."""
    service = Service()
    service.take(failed_event())
    ended(service)
    service.take(failed_event())
    assert service.case().finished


def test_a_duplicate_of_a_case_whose_label_nobody_asked_about_asks() -> None:
    """The answer that it waits for is on its way afterwards."""
    service = Service()
    service.take(failed_event())
    case = service.case()
    unasked = tuple(replace(label, asked=0) for label in case.labels)
    service.cases.put(replace(case, labels=unasked))
    service.take(failed_event())
    assert [label.asked for label in service.case().labels] == [2]


@pytest.mark.parametrize("at", range(1, 8))
def test_a_crash_before_any_effect_and_a_redelivery_leave_nothing_missing(at: int) -> None:
    """A case that waits for an answer somebody asked for, and both wake-ups."""
    service = Service()
    service.fuse.at = at
    died = service.dies(failed_event())
    assert died
    assert service.take(failed_event()) is Taken.CASE
    (label,) = service.case().labels
    assert 0 < label.asked <= service.accounts.known[ACCOUNT, WS, LABEL].asked
    assert service.case().phase is Phase.WAITING
    assert {announcement.id for announcement in service.bus} == {f"{WS}/{REPORT}/1/1"}
    assert set(service.wakes.take()) == set(BOTH)
    assert [service.rows.due(*wake_up) for wake_up in BOTH] == [NOW, NOW]


def test_the_crashes_are_all_that_there_are() -> None:
    """The test above dies before each effect that one message has."""
    service = Service()
    service.take(failed_event())
    assert len(own_effects(service)) == 7


@pytest.mark.parametrize("at", range(1, 7))
def test_a_crash_while_a_failure_is_added_loses_nothing(at: int) -> None:
    """The second failure is in the case, and its project is asked about."""
    service = Service()
    service.take(failed_event())
    service.wakes.take()
    second = failed_event(event_id="e-2", errorMessage=NS0770.format("Hermes"))
    service.fuse.at = len(service.fuse.effects) + at
    assert service.dies(second)
    service.take(second)
    case = service.case()
    assert case.events == ("e-1", "e-2")
    assert all(label.asked for label in case.labels)
    assert set(service.wakes.take()) == set(BOTH)


@pytest.mark.parametrize("at", range(1, 8))
def test_a_crash_while_a_case_is_reopened_makes_one_episode(at: int) -> None:
    """Not none, and not two."""
    service = Service()
    service.take(failed_event())
    ended(service)
    service.wakes.take()
    service.fuse.at = len(service.fuse.effects) + at
    assert service.dies(failed_event(event_id="e-2"))
    service.take(failed_event(event_id="e-2"))
    assert service.case().episode == 2
    assert all(label.asked for label in service.case().labels)
    assert set(service.wakes.take()) == set(BOTH)


def test_the_queue_delivers_again_when_a_wake_up_could_not_be_sent() -> None:
    """The case is there by then, and the repeat wakes both."""
    service = Service()
    service.wakes.fault = TransientError("throttled")
    with pytest.raises(TransientError):
        service.take(failed_event())
    service.wakes.fault = None
    service.take(failed_event())
    assert len(service.cases) == 1
    assert service.wakes.take() == BOTH


# --- races ---------------------------------------------------------------------------------------


def rival(service: Service, event_id: str = "rival") -> None:
    """Somebody else takes another failure of the same report at this moment."""
    other = Service(cases=service.cases, accounts=service.accounts)
    other.take(failed_event(event_id=event_id))


def test_a_lost_race_is_run_again_on_what_the_winner_wrote() -> None:
    """Both failures are in the one case."""
    service = Service()
    service.fuse.hooks["cases.put"] = lambda: rival(service)
    assert service.take(failed_event()) is Taken.CASE
    assert service.case().events == ("rival", "e-1")
    assert [a.detail_type for a in service.bus] == []


def test_who_always_loses_leaves_the_message_to_the_queue() -> None:
    """After a few tries it is delivered again, and then taken."""
    service = Service()
    numbers = iter(range(100))

    def lose() -> None:
        rival(service, f"rival-{next(numbers)}")
        service.fuse.hooks["cases.put"] = lose

    lose()
    with pytest.raises(ConflictError):
        service.take(failed_event())
    assert service.fuse.effects.count("cases.put") == TRIES
    service.fuse.hooks.clear()
    service.take(failed_event())
    assert "e-1" in service.case().events


# --- hints ---------------------------------------------------------------------------------------


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


# --- what can't be taken -------------------------------------------------------------------------


def test_an_event_of_a_workspace_that_nobody_knows_is_parked() -> None:
    """As it came, under its id, with no case and no wake-up."""
    service = Service()
    body = failed_event(workspaceId="NOBODYS")
    assert service.take(body) is Taken.PARKED
    assert service.settings.parked == {("NOBODYS", "bus-1"): body}
    assert not service.cases


@pytest.mark.parametrize("broken", [True, False])
def test_the_operators_hear_of_a_parked_event(*, broken: bool) -> None:
    """Once it is stored; they are due before they are woken."""
    service = Service()
    service.settings.broken |= {"NOBODYS"} if broken else set()
    service.take(failed_event(workspaceId="NOBODYS"))
    assert service.fuse.effects == ["settings.park", "notices.put", "rows.pull", "wakes.wake"]
    (notice,) = service.notices_of(OPERATORS)
    why = "broken_settings" if broken else "unknown_workspace"
    assert (notice.tone, notice.about) == (Tone.SETUP_FAULT, f"W#NOBODYS#{why}")
    assert (notice.workspace_id, notice.epoch) == ("NOBODYS", NOW // DAY)
    assert service.wakes.take() == [(Reconciler.NOTIFY, OPERATORS)]


@pytest.mark.parametrize("at", range(1, 5))
def test_a_crash_while_an_event_is_parked_and_a_redelivery_leave_nothing_missing(at: int) -> None:
    """It is kept, and the operators are due."""
    service = Service()
    body = failed_event(workspaceId="NOBODYS")
    service.fuse.at = at
    assert service.dies(body)
    assert service.take(body) is Taken.PARKED
    assert len(service.settings.parked) == len(service.notices_of(OPERATORS)) == 1
    assert service.rows.due(Reconciler.NOTIFY, OPERATORS) is not None
    assert (Reconciler.NOTIFY, OPERATORS) in service.wakes


def test_broken_settings_park_the_event() -> None:
    """Until they are mended; no other tenant is concerned."""
    service = Service()
    service.settings.add(workspace_settings(workspace_id="WS2"))
    service.settings.broken.add(WS)
    assert service.take(failed_event()) is Taken.PARKED
    assert service.settings.parked == {(WS, "bus-1"): failed_event()}
    assert not service.dead_letters
    assert service.take(failed_event(workspaceId="WS2")) is Taken.CASE


def malformed() -> dict[str, tuple[str, str]]:
    """Each by what is wrong: the body, and the field that the reason names."""
    event: dict[str, Any] = json.loads(failed_event())
    detail = event["detail"]
    no_report = {name: value for name, value in detail.items() if name != "reportId"}
    return {
        "no JSON": ("{", "body"),
        "no object": ('["sam@acme.example"]', "body"),
        "another event": (envelope("expensify", "Report Deleted", detail), "body"),
        "no detail type": (json.dumps({"id": "x", "detail": detail}), "body"),
        "another source": (envelope("netsuite", "Report Export Failed", detail), "source"),
        "a field is missing": (
            envelope("expensify", "Report Export Failed", no_report),
            "detail.reportId: missing",
        ),
        "a version to come": (failed_event(version=2), "detail.version"),
        "an id with a separator": (failed_event("sam@acme.example#1"), "detail.reportId"),
        "an amount that is none": (
            failed_event(amount={"value": "12 sam@acme.example", "currency": "EUR"}),
            "detail.amount.value",
        ),
        "an expense without an id": (
            failed_event(expenses=[{"merchant": "Hotel Forum"}]),
            "detail.expenses.0.transactionId",
        ),
        "a message too long": (failed_event(errorMessage="x" * 200_001), "detail.errorMessage"),
    }


@pytest.mark.parametrize("what", malformed())
def test_what_can_not_be_understood_is_kept_with_a_readable_reason(what: str) -> None:
    """The body as it came, and which field is wrong how."""
    body, field = malformed()[what]
    service = Service()
    assert service.take(body) is Taken.DEAD
    ((kept, reason),) = service.dead_letters.letters
    assert kept == body
    assert reason.startswith("MalformedError: ")
    assert field in reason
    assert not service.cases
    assert not service.wakes


@pytest.mark.parametrize("what", malformed())
def test_a_reason_names_fields_and_never_contents(what: str) -> None:
    """Nothing of what a person or another system wrote."""
    body, _ = malformed()[what]
    service = Service()
    service.take(body)
    ((_, reason),) = service.dead_letters.letters
    contents = ("acme.example", "@", LABEL, "Hotel", "xxx", "NS0770", "Trip", "12 ", REPORT)
    assert not [content for content in contents if content in reason]
    assert set(reason) <= SAFE


def test_every_fault_of_one_event_is_named() -> None:
    """Whoever sent it mends it at once, not fault by fault."""
    service = Service()
    service.take(envelope("expensify", "Report Export Failed", {"version": 1}))
    ((_, reason),) = service.dead_letters.letters
    for name in ("workspaceId", "reportId", "errorMessage"):
        assert f"detail.{name}: missing" in reason


def test_a_dead_letter_is_written_before_the_message_is_taken() -> None:
    """If it dies before, the message comes back."""
    service = Service()
    service.fuse.at = 1
    assert service.dies("{")
    assert not service.dead_letters
    assert service.take("{") is Taken.DEAD
    assert len(service.dead_letters) == 1


def test_an_event_that_is_parked_twice_is_kept_once() -> None:
    """A redelivery is no second event."""
    service = Service()
    body = failed_event(workspaceId="NOBODYS")
    service.take(body)
    service.take(body)
    assert len(service.settings.parked) == 1
