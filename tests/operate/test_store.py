"""Settings in the table: nothing that anybody wrote is lost."""

import json
from typing import Any

import pytest

from operate.plan import STACK, Change, Stored
from operate.store import SettingsStore
from shared.errors import ConflictError, PermanentError, ThrottledError
from tests.adapters.aws_kit import Failing, refusal
from tests.builders import NOW, WS
from tests.operate.cloud import Cloud

KEY = f"WS#{WS}"
BODY, OTHER = '{"a": 1}', '{"a": 2}'


def store(cloud: Cloud, who: str = "olga", now: int = NOW) -> SettingsStore:
    return SettingsStore(cloud.table, who, lambda: now)


def write(cloud: Cloud, body: str | None, who: str = "olga", now: int = NOW) -> int:
    """On top of what is there."""
    of = store(cloud, who, now)
    return of.write(Change(KEY, of.get(KEY), body))


def test_first_settings_are_version_one(cloud: Cloud) -> None:
    """With who wrote them, and when; nothing was there before."""
    assert write(cloud, BODY) == 1
    assert cloud.item(KEY) == {
        "pk": "SETTINGS", "sk": KEY, "body": BODY, "version": 1, "by": "olga", "at": NOW,
    }  # fmt: skip
    assert cloud.earlier(KEY) == []
    assert store(cloud).all() == (Stored(KEY, BODY, 1, "olga", NOW, BODY),)


def test_what_is_replaced_is_kept(cloud: Cloud) -> None:
    """With both who wrote it and who replaced it."""
    write(cloud, BODY)
    assert write(cloud, OTHER, "pete", NOW + 5) == 2
    (kept,) = cloud.earlier(KEY)
    assert kept == {
        "pk": f"SETTINGS#{KEY}", "sk": "VERSION#000001", "body": BODY, "version": 1,
        "by": "olga", "at": NOW, "replaced_by": "pete", "replaced_at": NOW + 5,
    }  # fmt: skip
    assert (cloud.item(KEY)["body"], cloud.item(KEY)["by"]) == (OTHER, "pete")


def test_what_is_removed_is_kept_and_what_comes_after_goes_on_counting(cloud: Cloud) -> None:
    """No version is given twice."""
    write(cloud, BODY)
    write(cloud, None, "pete")
    assert (cloud.item(KEY), store(cloud).get(KEY)) == ({}, None)
    assert write(cloud, OTHER) == 2
    assert write(cloud, BODY) == 3
    assert [(x["version"], x["body"]) for x in cloud.earlier(KEY)] == [(1, BODY), (2, OTHER)]


@pytest.mark.parametrize("body", [{"body": BODY}, {"body": 7}, {}])
@pytest.mark.parametrize("version", [{}, {"version": 1}, {"version": "x"}])
def test_what_was_written_by_hand_is_kept_too(
    cloud: Cloud, body: dict[str, Any], version: dict[str, Any]
) -> None:
    """Under a version of its own, whatever it is; its number is not an earlier one's."""
    write(cloud, OTHER)
    write(cloud, BODY)
    cloud.put(KEY, **body, **version)
    assert write(cloud, OTHER) == 3
    kept = cloud.earlier(KEY)
    assert [x["version"] for x in kept] == [1, 2]
    assert kept[1]["body"] == body.get("body")
    assert cloud.item(KEY)["version"] == 3


@pytest.mark.parametrize("mine", [BODY, None])
def test_who_was_shown_something_else_writes_nothing(cloud: Cloud, mine: str | None) -> None:
    """Neither a change nor a removal; also if the edit by hand left the version as it was."""
    write(cloud, BODY)
    shown = store(cloud).get(KEY)
    cloud.put(KEY, body=OTHER, version=1)
    with pytest.raises(ConflictError, match=WS):
        store(cloud).write(Change(KEY, shown, mine))
    assert cloud.item(KEY)["body"] == OTHER
    assert cloud.earlier(KEY) == []


def test_who_was_shown_nothing_writes_over_nothing(cloud: Cloud) -> None:
    """Somebody else was quicker with the first."""
    write(cloud, BODY)
    with pytest.raises(ConflictError):
        store(cloud).write(Change(KEY, None, OTHER))
    assert cloud.item(KEY)["body"] == BODY


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ThrottlingException", ThrottledError), ("AccessDeniedException", PermanentError)],
)
def test_another_error_is_no_conflict(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, code: str, expected: type[Exception]
) -> None:
    """Pushing again would not help everywhere."""
    of = store(cloud)
    failing = Failing(refusal(code))
    client = of.table.meta.client
    monkeypatch.setattr(client, "transact_write_items", failing.transact_write_items)
    with pytest.raises(expected):
        of.write(Change(KEY, None, BODY))


def test_all_settings_are_read_and_nothing_else(cloud: Cloud) -> None:
    """Earlier versions and parked events lie elsewhere."""
    write(cloud, BODY)
    write(cloud, OTHER)
    cloud.park(WS, "e-1")
    cloud.put(STACK, body=json.dumps({"acts": "off"}))
    assert [each.sk for each in store(cloud).all()] == [STACK, KEY]
