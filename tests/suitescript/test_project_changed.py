"""The script that runs in NetSuite: when it sends a hint, which one, and that no save feels it."""

import base64
import json
import re
from typing import Any

import pytest

from shared.adapters.signatures import StandardWebhooks
from shared.domain.clock import SECOND
from shared.domain.delivery import Sealed
from tests.builders import ACCOUNT, NOW
from tests.fakes.clock import library_clock
from tests.suitescript.kit import CLOSED, OPEN, STORED_SECRET, URL, saved

SECRET = "whsec_" + base64.b64encode(STORED_SECRET.encode()).decode()
RESTED = [{"name": "export_remediation/resting", "value": "T", "ttl": 300}]


def test_a_reactivated_project_is_told() -> None:
    """One POST to the address of the deployment's parameter: which project of which account."""
    done = saved()
    [post] = done["posts"]
    assert post["url"] == URL
    assert json.loads(post["body"]) == {
        "type": "Project Changed",
        "data": {"version": 1, "accountId": ACCOUNT, "projectId": "4711"},
    }
    assert (done["entryPoints"], done["logs"], done["marks"]) == (["afterSubmit"], [], [])


def test_the_hint_is_a_standard_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the scheme's own library, with the text that NetSuite stores taken as the key's bytes."""
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", library_clock(lambda: NOW))
    [post] = saved()["posts"]
    headers = post["headers"]
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(NOW // SECOND)
    assert re.fullmatch(rf"project-4711-{NOW}-[0-9a-z]*", headers["webhook-id"])
    given = Sealed(
        "k",
        headers["webhook-id"],
        headers["webhook-timestamp"],
        headers["webhook-signature"],
        post["body"],
    )
    assert _holds(given)
    assert not _holds(given, "whsec_" + base64.b64encode(b"another one of many bytes").decode())


def _holds(given: Sealed, secret: str = SECRET) -> bool:
    return StandardWebhooks().hold(given, [secret])


def test_each_hint_has_an_id_of_its_own() -> None:
    """Two saves within a millisecond are two events."""
    ids = {saved()["posts"][0]["headers"]["webhook-id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (OPEN, CLOSED, True),
        (OPEN, {**OPEN, "allowexpenses": False}, True),
        (OPEN, {**OPEN, "entitystatus": "1"}, True),
        ({**OPEN, "entitystatus": ""}, OPEN, True),
        (OPEN, OPEN, False),
        ({**OPEN, "companyname": "A"}, {**OPEN, "companyname": "B"}, False),
        ({**OPEN, "entitystatus": ""}, {**OPEN, "entitystatus": None}, False),
        ({**OPEN, "entitystatus": 2}, OPEN, False),
    ],
)
def test_only_what_decides_over_expenses_is_told(
    before: dict[str, Any], after: dict[str, Any], told: bool
) -> None:
    """Inactive, Allow Expenses and Status; not the same value in another form."""
    assert bool(saved(oldRecord=before, newRecord=after)["posts"]) is told


@pytest.mark.parametrize("type_", ["delete", "copy", "view", "approve"])
def test_other_events_are_not_told(type_: str) -> None:
    """A deleted project is found missing by the next look."""
    assert saved(type=type_)["posts"] == []


def test_a_new_project_is_told() -> None:
    """It may be the one that a label named in vain."""
    assert saved(type="create", oldRecord=None)["posts"]


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ({"isinactive": False, "allowexpenses": True, "entitystatus": [{"value": "2"}]}, True),
        ({"isinactive": True, "allowexpenses": True, "entitystatus": [{"value": "2"}]}, False),
        ({"isinactive": "T", "allowexpenses": "T", "entitystatus": [{"value": 2}]}, False),
        ({"isinactive": True, "allowexpenses": True, "entitystatus": []}, True),
    ],
)
def test_what_an_inline_edit_leaves_out_is_looked_up(stored: dict[str, Any], told: bool) -> None:
    """The new record has only what was edited: here nothing of ours, or one field of it."""
    for edited in ({}, {"isinactive": False}):
        done = saved(type="xedit", oldRecord=CLOSED, newRecord=edited, stored=stored)
        assert bool(done["posts"]) is told
        [lookup] = done["lookups"]
        assert (lookup["type"], lookup["id"]) == ("job", 4711)
        assert lookup["columns"] == ["isinactive", "allowexpenses", "entitystatus"]


def test_in_doubt_it_is_told() -> None:
    """The look-up fails, or NetSuite gives no old record: a look too many harms nobody."""
    done = saved(type="xedit", oldRecord=OPEN, newRecord={}, faults={"lookup": "NO_RIGHT"})
    assert done["posts"]
    assert saved(oldRecord=None)["posts"]


def test_the_save_does_not_wait_for_the_answer() -> None:
    """It is over before the answer comes, or when none ever does; nothing is returned to wait for."""
    assert saved()["order"] == ["saved", "answered"]
    silent = saved(faults={"answer": "never"})
    assert (silent["order"], silent["returned"]) == (["saved"], "nothing")
    assert len(silent["posts"]) == 1


FAULTS: list[dict[str, Any]] = [
    {"faults": {"post": "SSS_INVALID_HOST_CERT"}},
    {"faults": {"answer": "SSS_REQUEST_TIME_EXCEEDED"}},
    {"faults": {"secret": "INVALID_SECRET"}},
    {"faults": {"record": "UNEXPECTED_ERROR"}},
    {"secrets": {}},
    {"code": 401},
    {"code": 503},
]


@pytest.mark.parametrize("scenario", FAULTS)
def test_no_fault_reaches_the_save(scenario: dict[str, Any]) -> None:
    """It is logged by its name, and the script rests for five minutes, so that nobody waits again."""
    done = saved(**scenario)
    assert not {"thrown", "unhandled"} & set(done)
    assert done["marks"] == RESTED
    [line] = done["logs"]
    assert line["level"] == "error"
    assert "words" not in line["details"]
    assert URL not in line["details"]


@pytest.mark.parametrize("scenario", FAULTS)
@pytest.mark.parametrize("broken", ["log", "cache"])
def test_not_even_a_fault_of_the_fault(scenario: dict[str, Any], broken: str) -> None:
    """Neither the log nor the cache can make a save fail."""
    faults = {**scenario.get("faults", {}), broken: "UNEXPECTED_ERROR"}
    done = saved(**{**scenario, "faults": faults})
    assert not {"thrown", "unhandled"} & set(done)


def test_a_broken_cache_keeps_no_hint_back() -> None:
    """Resting is a courtesy, the hint is the purpose."""
    assert saved(faults={"cache": "UNEXPECTED_ERROR"})["posts"]


def test_while_it_rests_nothing_is_sent() -> None:
    """The look that comes every few minutes anyway finds the change."""
    assert saved(cache={"export_remediation/resting": "T"})["posts"] == []


def test_without_an_address_it_says_so() -> None:
    """An administrator who forgot it finds the parameter's name in the log."""
    done = saved(parameters={})
    assert done["posts"] == []
    assert "custscript_er_webhook_url" in done["logs"][0]["details"]
    assert "thrown" not in done
