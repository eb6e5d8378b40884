"""What can't be taken: unknown workspaces, broken settings, malformed events."""

import json
from typing import Any

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY
from shared.domain.held import held
from shared.domain.notice import Tone
from shared.ports import Reconciler
from shared.workflows.intake import Taken
from tests.builders import LABEL, NOW, REPORT, WS
from tests.workflows.kit import Service, envelope, failed_event, workspace_settings

NS0024 = "NS0024 Export Error: Invalid 'customer' or 'project' tag."
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-: ;")


def test_an_event_of_a_workspace_that_nobody_knows_is_parked() -> None:
    """As it came, under its id, with no case."""
    service = Service()
    body = failed_event(workspaceId="NOBODYS")
    assert service.take(body) is Taken.PARKED
    assert service.settings.parked == {("NOBODYS", "bus-1"): body}
    assert not service.cases


def test_an_event_that_was_parked_before_its_workspace_acts_is_held() -> None:
    """Its case begins when we first heard of it: going live is quiet."""
    service = Service()
    service.settings.add(workspace_settings(act_since=NOW))
    assert service.take(failed_event(), since=NOW - DAY) is Taken.CASE
    assert service.case().opened_at == NOW - DAY
    assert held(service.case(), NOW)
    service.run(DAY)
    assert (len(service.mail), service.calls("export")) == (0, [])


def test_an_event_that_is_parked_again_keeps_the_time_at_which_it_came() -> None:
    """Settings that are broken once more make it no younger; a clock that is behind, no older."""
    service = Service()
    service.settings.broken |= {WS}
    service.take(failed_event(), since=NOW - DAY)
    assert service.settings.parked_since == {(WS, "bus-1"): NOW - DAY}
    service.settings.broken.clear()
    service.take(failed_event(), since=NOW + DAY)
    assert service.case().opened_at == NOW


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
