"""The doors: whatever is put on the bus or delivered, it is a case, a hint, parked or kept aside."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts.delivery import message_of
from shared.contracts.events import INCOMING
from shared.contracts.function_url import post_of, response
from shared.domain.delivery import Answer, Message, Post
from shared.workflows.intake import Taken
from tests.builders import LABEL, NS0770, REPORT, WS
from tests.deliveries import DETAILS
from tests.fuzz.values import FUZZ, JUNK, TEXTS, damaged, loaded
from tests.workflows.kit import Service, failed_event

FAILED: dict[str, Any] = json.loads(failed_event(REPORT, "e-1"))
CHANGED: dict[str, Any] = {
    **FAILED,
    "detail-type": "Report Changed",
    "detail": DETAILS["Report Changed"],
}
PROJECT: dict[str, Any] = {
    **FAILED,
    "source": "netsuite",
    "detail-type": "Project Changed",
    "detail": DETAILS["Project Changed"],
}
FULL: dict[str, Any] = copy.deepcopy(FAILED)
FULL["detail"] |= {
    "eventId": "x",
    "failedAt": "2026-01-01T10:00:00Z",
    "reportName": "Trip",
    "submitterEmail": "sam@acme.example",
    "amount": {"value": 12.5, "currency": "EUR"},
    "expenses": [
        {"transactionId": "1", "project": LABEL, "amount": {"value": 1, "currency": "EUR"}}
    ],
}
BODIES = [{"type": kind, "data": detail} for kind, detail in DETAILS.items()]
EVENT: dict[str, Any] = {
    "version": "2.0",
    "rawPath": "/key",
    "headers": {"Content-Type": "application/json", "content-type": "x"},
    "requestContext": {"http": {"method": "POST"}},
    "body": '{"type": "Report Changed"}',
    "isBase64Encoded": False,
}


def texts(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()


@FUZZ
@given(st.one_of(damaged(FULL, CHANGED, PROJECT, most=2).map(texts), JUNK.map(texts), TEXTS))
def test_no_message_is_lost_on_its_way_in(body: str) -> None:
    """It is one of four things, and what it became is there; nothing else is raised."""
    service = Service()
    taken = service.take(body)
    case = service.cases.get(WS, REPORT)
    event = _understood(body)
    assert (taken is Taken.DEAD) is (event is None)
    if taken is Taken.DEAD:
        ((kept, reason),) = service.dead_letters.letters
        assert kept == body
        assert reason.startswith("MalformedError")
    elif taken is Taken.CASE:
        found = service.cases.get(event.detail.workspaceId, event.detail.reportId)
        assert found is not None
    elif taken is Taken.PARKED:
        assert event.detail.workspaceId != WS
        assert service.settings.parked_events(event.detail.workspaceId) == 1
    assert case is None or taken is Taken.CASE


def _understood(body: str) -> Any:
    try:
        return INCOMING.validate_json(body)
    except ValidationError:
        return None


@FUZZ
@given(st.dictionaries(TEXTS.map(lambda text: f"x{text}"), JUNK, max_size=4), st.data())
def test_unknown_fields_change_nothing(extra: dict[str, Any], data: st.DataObject) -> None:
    """On any level: they are ignored, never refused."""
    event = copy.deepcopy(FULL)
    level = data.draw(st.sampled_from(["envelope", "detail", "amount", "expense"]))
    part = {
        "envelope": event,
        "detail": event["detail"],
        "amount": event["detail"]["amount"],
        "expense": event["detail"]["expenses"][0],
    }[level]
    part |= extra
    plain, more = Service(), Service()
    assert plain.take(texts(FULL)) is more.take(texts(event)) is Taken.CASE
    assert plain.case() == more.case()


@FUZZ
@given(st.text(max_size=40).filter(lambda text: "NS" not in text))
def test_a_failure_is_taken_whatever_its_message(message: str) -> None:
    """One without a code is a case of its own kind, not a mistake."""
    event = copy.deepcopy(FAILED)
    event["detail"]["errorMessage"] = message
    service = Service()
    assert service.take(texts(event)) is Taken.CASE
    event["detail"]["errorMessage"] = f"{NS0770.format(LABEL)} {message}"
    service = Service()
    assert service.take(texts(event)) is Taken.CASE
    assert [each.text for each in service.case().labels] == [LABEL]


@FUZZ
@given(st.one_of(damaged(*BODIES, most=3).map(texts), JUNK.map(texts), TEXTS))
def test_a_delivery_is_an_event_or_is_refused(text: str) -> None:
    """Of a size that the bus takes; what is refused says why, and repeats nothing."""
    found = message_of(text)
    if isinstance(found, Answer):
        assert (found.status, bool(found.reason)) in {(400, True), (413, True)}
        assert len(json.dumps(response(found))) < 2_000
        return
    assert isinstance(found, Message)
    sent = loaded(text.encode())
    assert found.detail_type == sent["type"]
    json.dumps(dict(found.detail), allow_nan=False)
    INCOMING.validate_python(
        {
            "id": "1",
            "source": found.source,
            "detail-type": found.detail_type,
            "detail": dict(found.detail),
        }
    )


@FUZZ
@given(st.one_of(damaged(EVENT, most=4), st.dictionaries(TEXTS, JUNK, max_size=3)))
def test_no_request_breaks_the_edge(event: Any) -> None:
    """It is a request or refused; the body is the one that came."""
    if not isinstance(event, dict):
        return
    found = post_of(event)
    if isinstance(found, Answer):
        assert 400 <= found.status < 500
        return
    assert isinstance(found, Post)
    assert all(name == name.lower() for name in found.headers)
    if not event.get("isBase64Encoded"):
        assert found.body == (event.get("body") or "").encode()
