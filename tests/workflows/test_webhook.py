"""One delivery after another: who may say what, and that nothing is lost or doubled."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.clock import MINUTE
from shared.domain.delivery import (
    ACCEPTED,
    CLASH,
    DUPLICATE,
    NOT_SIGNED,
    NOT_YOURS,
    OLD,
    REMEMBERED,
    UNAVAILABLE,
    Answer,
)
from shared.errors import PermanentError, ThrottledError, TransientError
from shared.workflows.intake import Taken
from tests.builders import ACCOUNT, NOW, REPORT, WS
from tests.deliveries import (
    DETAILS,
    ID,
    KEY,
    OLD_SECRET,
    OTHERS_SECRET,
    SECRET,
    SECRET_NAME,
    SETTINGS,
    body_of,
    post,
)
from tests.workflows.fuse import Died
from tests.workflows.kit import Service
from tests.workflows.webhook_kit import Door, envelope, pinned


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    with pinned(door.clock):
        yield door


def of_ours(answer: Answer) -> Answer:
    """As it is once the signature holds."""
    return replace(answer, key_id=KEY, delivery_id=ID)


# --- what is accepted ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DETAILS)
def test_a_good_delivery_is_put_on_the_bus(door: Door, kind: str) -> None:
    """Under its type, once, and remembered for a week."""
    assert door.take(post(body_of(kind))) == of_ours(ACCEPTED)
    (message,) = door.inbox.messages
    assert message.detail_type == kind
    assert message.detail.items() >= DETAILS[kind].items()
    assert door.deliveries.until == {(KEY, ID): NOW + REMEMBERED}
    assert door.fuse.effects == ["inbox.put", "deliveries.remember"]


def test_while_a_secret_is_changed_both_are_good(door: Door) -> None:
    """And afterwards only the new one."""
    door.secrets.values[SECRET_NAME] = {KEY: [SECRET, OLD_SECRET]}
    assert door.take(post(secret=OLD_SECRET)).status == 202
    assert door.take(post(secret=SECRET)).status == 200
    door.secrets.values[SECRET_NAME] = {KEY: [SECRET]}
    assert door.take(post(secret=OLD_SECRET)) == NOT_SIGNED


# --- what is not -----------------------------------------------------------------------------------


def test_an_old_delivery_asks_nobody(door: Door) -> None:
    """However well it is signed."""
    assert door.take(post(at=NOW - 6 * MINUTE)) == OLD
    assert door.secrets.reads == []


def test_a_wrong_signature_and_an_unknown_key_are_one_answer(door: Door) -> None:
    """It doesn't tell which keys there are."""
    assert door.take(post(secret=OTHERS_SECRET)) == NOT_SIGNED
    assert door.take(post(key_id="nobody")) == NOT_SIGNED
    assert door.take(replace(post(), body=b"{}")) == NOT_SIGNED
    assert (len(door.inbox), door.deliveries.contents) == (0, {})


def test_nothing_is_read_of_what_is_not_signed(door: Door) -> None:
    """Not even whether it is JSON."""
    assert door.take(post("no JSON", secret=OTHERS_SECRET)) == NOT_SIGNED
    assert door.take(post("no JSON")).reason == "body: json_invalid"


@pytest.mark.parametrize(
    "body",
    [
        body_of(workspaceId="OTHER"),
        body_of("Report Changed", workspaceId="OTHER"),
        body_of("Project Changed", accountId="7654321"),
        body_of("Project Changed", accountId=WS),
        body_of("Report Changed", workspaceId=ACCOUNT),
    ],
)
def test_a_key_says_nothing_for_others(door: Door, body: str) -> None:
    """Known or unknown ones."""
    assert door.take(post(body)) == of_ours(NOT_YOURS)
    assert (len(door.inbox), door.deliveries.contents) == (0, {})


def test_a_delivery_signed_with_another_key_is_not_signed(door: Door) -> None:
    """Each key opens its own path."""
    door.keys.add(SETTINGS.model_copy(update={"key_id": "others", "workspaces": ("OTHER",)}))
    door.secrets.values[SECRET_NAME] = {KEY: [SECRET], "others": [OTHERS_SECRET]}
    assert door.take(post(secret=OTHERS_SECRET)) == NOT_SIGNED
    theirs = door.take(post(key_id="others", secret=OTHERS_SECRET))
    assert theirs == replace(NOT_YOURS, key_id="others", delivery_id=ID)


# --- repeats ---------------------------------------------------------------------------------------


def test_a_replay_is_a_duplicate(door: Door) -> None:
    """Also signed anew, days later, and written in another way."""
    door.take(post())
    assert door.take(post()) == of_ours(DUPLICATE)
    later = door.clock.advance(REMEMBERED - MINUTE)
    spaced = body_of().replace('"data": {', '"timestamp": "x", "data":  {')
    assert door.take(post(spaced, at=later)) == of_ours(DUPLICATE)
    assert len(door.inbox) == 1


def test_an_id_used_for_something_else_is_told(door: Door) -> None:
    """A sender that numbers badly loses nothing without knowing it."""
    door.take(post())
    assert door.take(post(body_of(reportId="R002"))) == of_ours(CLASH)
    assert len(door.inbox) == 1


def test_ids_are_a_keys_own(door: Door) -> None:
    """Nobody can use up another's."""
    door.keys.add(SETTINGS.model_copy(update={"key_id": "others"}))
    door.secrets.values[SECRET_NAME] = {KEY: [SECRET], "others": [OTHERS_SECRET]}
    assert door.take(post()).status == 202
    assert door.take(post(key_id="others", secret=OTHERS_SECRET)).status == 202


@pytest.mark.parametrize("effect", [1, 2])
def test_a_crash_loses_nothing_and_its_repeat_opens_no_second_case(door: Door, effect: int) -> None:
    """Before the bus: the repeat is the first. After it: intake knows both by one id."""
    door.fuse.at = effect
    with pytest.raises(Died):
        door.take(post())
    assert door.take(post()).status == 202
    assert len(door.inbox) == effect
    service = Service()
    assert [service.take(event) for event in door.events()] == [Taken.CASE] * effect
    case = service.case()
    assert (case.report_id, case.version, len(case.events)) == (REPORT, 1, 1)


def test_two_at_the_same_moment_are_one_case(door: Door) -> None:
    """Both find nothing remembered, both are taken, under one id."""
    door.fuse.hooks["inbox.put"] = lambda: assert_accepted(door)
    assert door.take(post()).status == 202
    service = Service()
    for event in door.events():
        service.take(event)
    assert len(door.inbox) == 2
    assert (service.case().version, len(service.cases)) == (1, 1)


def assert_accepted(door: Door) -> None:
    assert door.take(post()).status == 202


def test_two_at_the_same_moment_with_one_id_and_two_contents_are_two_events(door: Door) -> None:
    """Both are taken, and neither is taken for the other."""
    other = post(body_of(errorMessage="NS0024 …"))
    door.fuse.hooks["inbox.put"] = lambda: door.take(other)
    door.take(post())
    first, second = door.inbox.messages
    assert first.detail["eventId"] != second.detail["eventId"]


def test_what_several_sources_tell_is_known_by_its_own_id(door: Door) -> None:
    """Detected and delivered, it is one failure."""
    door.take(post(body_of(eventId="e-1")))
    service = Service()
    service.take(envelope(door.inbox.messages[0]))
    before = service.case()
    service.take(envelope(door.inbox.messages[0], "another"))
    assert service.case() == before
    assert before.events == ("e-1",)


# --- faults of ours --------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, [], {}, SECRET, 1, ["whsec_short"], [None]])
def test_a_secret_that_is_missing_or_broken_asks_to_come_again(door: Door, secret: Any) -> None:
    """The sender did nothing wrong; somebody will mend it."""
    door.secrets.values[SECRET_NAME] = {KEY: secret} if secret is not None else {}
    assert door.take(post()) == replace(UNAVAILABLE, fault="SettingsError")
    del door.secrets.values[SECRET_NAME]
    assert door.take(post()) == replace(UNAVAILABLE, fault="RefusedError")


def test_broken_settings_of_a_key_ask_to_come_again(door: Door) -> None:
    """And concern that key alone."""
    door.keys.broken.add("others")
    assert door.take(post(key_id="others")).status == 503
    assert door.take(post()).status == 202


@pytest.mark.parametrize("fault", [TransientError("down"), ThrottledError("slow", 1)])
def test_what_the_bus_does_not_take_is_to_be_delivered_again(
    door: Door, fault: TransientError
) -> None:
    """It isn't remembered, so the next time counts."""
    door.inbox.fault = fault
    assert door.take(post()) == replace(UNAVAILABLE, fault=type(fault).__name__)
    door.inbox.fault = None
    assert door.take(post()).status == 202


def test_a_mistake_of_ours_is_raised(door: Door) -> None:
    """The handler says what becomes of it."""

    def broken() -> None:
        raise PermanentError("no such bus")

    door.fuse.hooks["inbox.put"] = broken
    with pytest.raises(PermanentError):
        door.take(post())


# --- to the end ------------------------------------------------------------------------------------


def test_a_workspace_without_settings_may_have_a_key(door: Door) -> None:
    """What is said of it is parked, like everything else."""
    door.keys.add(SETTINGS.model_copy(update={"workspaces": ("LATER",)}))
    assert door.take(post(body_of(workspaceId="LATER"))).status == 202
    service = Service()
    assert [service.take(event) for event in door.events()] == [Taken.PARKED]
