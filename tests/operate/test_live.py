"""Going live is quiet: the push that makes a workspace act says since when."""

import json

import pytest

from operate.live import moment, with_act_since
from operate.plan import Stored, difference
from operate.sheet import canonical
from tests.builders import NOW, WS
from tests.operate.kit import workspace
from tests.operate.test_plan import BOTH, files, planned, stored

EARLIER = NOW - 1


def settled(content: dict[str, object], before: object) -> tuple[object, bool]:
    """What becomes of `act_since`, and whether the workspace goes live."""
    old = before if before is None or isinstance(before, str) else json.dumps(before)
    body, live = with_act_since(canonical(content), old, NOW)
    return json.loads(body).get("act_since"), live


@pytest.mark.parametrize("mode", ["auto", "assist"])
@pytest.mark.parametrize(
    "before",
    [
        None, "{", "[]", "None", {}, {"mode": ["auto"]}, {"mode": "observe"},
        {"mode": "observe", "act_since": EARLIER},
    ],
)  # fmt: skip
def test_a_workspace_that_begins_to_act_leaves_alone_what_is_older(
    mode: str, before: object
) -> None:
    """Its first version, one that only watched, and one that nobody can read."""
    assert settled({"mode": mode}, before) == (NOW, True)


def test_a_workspace_that_becomes_louder_goes_live_anew() -> None:
    """From clicks for people to exports by ourselves."""
    assert settled({"mode": "auto"}, {"mode": "assist", "act_since": EARLIER}) == (NOW, True)


@pytest.mark.parametrize(
    ("mode", "before"), [("auto", "auto"), ("assist", "auto"), ("observe", "auto")]
)
def test_one_that_does_not_keeps_what_is_stored(mode: str, before: str) -> None:
    """Switched down, too; up again is going live."""
    assert settled({"mode": mode}, {"mode": before, "act_since": EARLIER}) == (EARLIER, False)
    assert settled({"mode": mode}, {"mode": before}) == (None, False)


def test_one_that_only_watches_is_not_live() -> None:
    """Nothing needs to be held back."""
    assert settled({"mode": "observe"}, None) == (None, False)


@pytest.mark.parametrize("since", [0, EARLIER])
@pytest.mark.parametrize("before", [None, {"mode": "auto", "act_since": NOW}])
def test_what_the_file_names_holds(since: int, before: object) -> None:
    """0: never quiet."""
    assert settled({"mode": "auto", "act_since": since}, before)[0] == since


def test_the_difference_shows_it() -> None:
    """As any other field."""
    (change, _) = planned(files()).changes
    assert change.live
    assert f'+  "act_since": {NOW},' in difference(change).splitlines()


def test_a_push_of_the_same_changes_nothing() -> None:
    """Though the table says more than the file."""
    there = stored(f"WS#{WS}", workspace(act_since=EARLIER))
    assert planned(files(), there, BOTH[1]).changes == ()


def test_another_change_keeps_it() -> None:
    """The mode is as it was."""
    old = Stored(f"WS#{WS}", json.dumps(workspace(name="Old", act_since=EARLIER)), 3)
    (change,) = planned(files(), old, BOTH[1]).changes
    assert json.loads(change.body or "")["act_since"] == EARLIER
    assert not change.live


def test_a_moment_is_told_as_people_write_it() -> None:
    """In UTC, to the second."""
    assert moment(NOW) == "2027-01-15 08:00:00 UTC"
