"""Whatever is sent: nothing crashes, nothing is lost, nothing is taken for something else."""

import base64
import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import webhook as handler_module
from shared.contracts.events import ProjectChangedEnvelope
from shared.contracts.function_url import post_of, response
from shared.domain.delivery import Answer, Message, Outcome, Post
from shared.workflows.intake import Taken
from tests.builders import WS
from tests.deliveries import DETAILS, KEY, OTHERS_SECRET, SECRET, SETTINGS, headers_of, post
from tests.fakes.clock import FakeClock
from tests.workflows.fuse import Died
from tests.workflows.kit import Service
from tests.workflows.webhook_kit import Door, pinned, understood

TOKEN = "Zq7"
"""Stands in whatever is sent, and in no reason."""

ACCOUNT = "1234567_SB1"
STATUSES = {200, 202, 400, 401, 403, 404, 405, 409, 413, 503}
REASON = re.compile(r"[A-Za-z0-9 .,;:'+/=_()-]*")

texts = st.text(max_size=12).map(lambda text: TOKEN + text)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
ids = st.sampled_from([WS, ACCOUNT, f" {WS}\n", "1234567-sb1", "OTHER", f"{TOKEN}#1", "ß", ""])


@pytest.fixture(scope="module", autouse=True)
def clock() -> Iterator[None]:
    with pinned(FakeClock()):
        yield


def door_of_key() -> Door:
    door = Door()
    door.keys.add(SETTINGS.model_copy(update={"accounts": (ACCOUNT,)}))
    return door


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """From good to nonsense: a good one with some of its parts changed, left out or added."""
    kind = draw(st.sampled_from([*DETAILS, f"{TOKEN} Opened"]))
    detail: dict[str, Any] = copy.deepcopy(DETAILS.get(kind, {"version": 1}))
    if kind == "Project Changed":
        detail["accountId"] = draw(st.sampled_from([ACCOUNT, "1234567-sb1", " 1234567_sb1"]))
    for name in draw(st.lists(st.sampled_from(["workspaceId", "accountId", "reportId"]))):
        detail[name] = draw(ids)
    optional = {
        "failedAt": texts,
        "reportName": texts,
        "eventId": texts,
        "what": texts,
        TOKEN: junk,
    }
    for name in draw(st.lists(st.sampled_from(list(optional)), unique=True)):
        detail[name] = draw(optional[name])
    if draw(st.booleans()):
        odd = st.sampled_from([float("inf"), float("-inf"), float("nan"), 1e308, -0.0, 10**400])
        value = draw(odd | st.floats() | st.integers(-(10**30), 10**30))
        detail["amount"] = {"value": value, "currency": "EUR"}
    for name in draw(st.lists(st.sampled_from(sorted(detail)), max_size=1)):
        detail[name] = draw(junk)
    body: object = {"type": kind, "data": detail, TOKEN: 1}
    return json.dumps(draw(st.just(body) | st.just(body) | junk), ensure_ascii=draw(st.booleans()))


@st.composite
def posts(draw: st.DrawFn) -> Post:
    """Mostly well signed, since the rest ends early."""
    text = draw(st.one_of(bodies(), bodies(), st.text(max_size=20), st.binary(max_size=20)))
    raw = text if isinstance(text, bytes) else text.encode(errors="replace")
    made = post(raw, secret=draw(st.sampled_from([SECRET, SECRET, SECRET, OTHERS_SECRET])))
    headers = dict(made.headers)
    for name in draw(st.lists(st.sampled_from(sorted(headers)), max_size=1)):
        headers[name] = draw(texts)
    return replace(made, headers=headers)


def fits(message: Message) -> None:
    """Intake understands it as what it was said to be, of whom the key may speak for."""
    envelope = understood(message)
    assert envelope.detail_type == message.detail_type
    assert envelope.source == message.source
    if isinstance(envelope, ProjectChangedEnvelope):
        assert envelope.detail.accountId == ACCOUNT
    else:
        assert envelope.detail.workspaceId == WS


def tells_nothing(answer: Answer) -> None:
    said = response(answer)
    assert answer.status in STATUSES
    assert TOKEN not in said["body"]
    assert REASON.fullmatch(answer.reason)
    assert bool(answer.reason) is (answer.outcome in {Outcome.REFUSED, Outcome.UNAVAILABLE})


@settings(max_examples=300, deadline=None)
@given(posts())
def test_a_delivery_is_put_on_the_bus_exactly_when_it_is_accepted(given_post: Post) -> None:
    """As what it is; and what is said of it tells nothing of what it was."""
    door = door_of_key()
    answer = door.take(given_post)
    tells_nothing(answer)
    assert (answer.outcome is Outcome.ACCEPTED) is (len(door.inbox) == 1)
    assert len(door.deliveries.contents) == len(door.inbox)
    for message in door.inbox.messages:
        fits(message)
        assert door.take(given_post).outcome is Outcome.DUPLICATE
        assert Service().take(door.events()[0]) in {Taken.CASE, Taken.HINT}


@settings(max_examples=200, deadline=None)
@given(bodies())
def test_what_is_accepted_says_what_was_sent(text: str) -> None:
    """Each field that is passed on is the one that came, in its type and workspace."""
    door = door_of_key()
    if door.take(post(text.encode(errors="replace"))).outcome is not Outcome.ACCEPTED:
        return
    (message,) = door.inbox.messages
    sent = json.loads(text)
    assert message.detail_type == sent["type"]
    for name, value in message.detail.items():
        came = sent["data"].get(name)
        if name.endswith("Id") and name != "eventId":
            assert str(value) in {came.strip(), came.strip().upper().replace("-", "_")}
        elif name == "eventId" and came is None:
            assert str(value).startswith(f"webhook/{KEY}/")
        else:
            assert value == came


@settings(max_examples=100, deadline=None)
@given(bodies(), st.integers(1, 3))
def test_a_crash_anywhere_loses_nothing(text: str, effect: int) -> None:
    """Delivered again until it is answered, it ends as it would have: as one event, known by its id."""
    raw = text.encode(errors="replace")
    calm, door = door_of_key(), door_of_key()
    expected = calm.take(post(raw))
    door.fuse.at = effect
    try:
        answer = door.take(post(raw))
    except Died:
        answer = door.take(post(raw))
    assert answer == expected
    assert {m.detail_type: dict(m.detail) for m in door.inbox.messages} == {
        m.detail_type: dict(m.detail) for m in calm.inbox.messages
    }


def damaged(event: dict[str, Any], draw: st.DrawFn) -> None:
    """One of its parts, on any level, is anything or gone."""
    part: Any = event
    while isinstance(part, dict) and part:
        name = draw(st.sampled_from(sorted(part)))
        if not isinstance(part[name], dict) or draw(st.booleans()):
            part.pop(name)
            if draw(st.booleans()):
                event[name] = draw(junk)
                part[name] = draw(junk)
            return
        part = part[name]


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """As a function URL sends them, and some that it never would."""
    text = draw(bodies())
    raw = text.encode(errors="replace")
    in_base64 = draw(st.booleans())
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": draw(st.sampled_from([f"/{KEY}", f"/{KEY}/", "/", f"/{TOKEN}"])),
        "headers": headers_of(raw),
        "requestContext": {"http": {"method": draw(st.sampled_from(["POST", "POST", "GET"]))}},
        "body": base64.b64encode(raw).decode() if in_base64 else raw.decode(),
        "isBase64Encoded": in_base64,
    }
    for _ in range(draw(st.integers(0, 2))):
        damaged(event, draw)
    return event


@settings(max_examples=300, deadline=None)
@given(events())
def test_the_handler_answers_whatever_comes(event: dict[str, Any]) -> None:
    """With one of its own statuses; nothing is a mistake of ours."""
    door = door_of_key()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handler_module, "webhook", door.webhook)
        answer = handler_module.taken(event)
    tells_nothing(answer)
    assert answer.fault == ""
    assert (answer.outcome is Outcome.ACCEPTED) is (len(door.inbox) == 1)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=8), junk, max_size=4))
def test_no_event_at_all_breaks_the_edge(event: dict[str, Any]) -> None:
    """It is either a request or refused."""
    assert isinstance(post_of(event), Post | Answer)


def test_the_strategies_reach_every_outcome() -> None:
    """A fuzz that only ever sees refusals would prove nothing."""
    seen: set[int] = set()

    @settings(max_examples=400, deadline=None, derandomize=True, database=None)
    @given(posts())
    def look(given_post: Post) -> None:
        door = door_of_key()
        seen.add(door.take(given_post).status)

    look()
    assert seen >= {202, 400, 401, 403}
