"""What a push would change, and how it is shown."""

import json

import pytest

from operate.check import Checked
from operate.plan import STACK, Plan, Stored, difference, plan
from tests.builders import NOW, WS
from tests.operate.kit import ACCOUNT, account, checked, workspace

WS_KEY, ACCOUNT_KEY = f"WS#{WS}", f"ACCOUNT#{ACCOUNT}"


def files(**more: object) -> Checked:
    return checked(acme=workspace(), netsuite=account(), **more)


def stored(sk: str, content: object, version: int = 3) -> Stored:
    return Stored(sk, content if isinstance(content, str) else json.dumps(content), version)


BOTH = (stored(WS_KEY, workspace()), stored(ACCOUNT_KEY, account()))


def planned(of: Checked, *there: Stored, prune: bool = False) -> Plan:
    return plan(of, there, prune=prune, now=NOW)


def keys(of: Plan) -> list[str]:
    return [change.sk for change in of.changes]


def test_what_is_new_is_written() -> None:
    """All of it."""
    found = planned(files())
    assert [(change.sk, change.before) for change in found.changes] == [
        (WS_KEY, None),
        (ACCOUNT_KEY, None),
    ]


def test_what_is_the_same_is_not() -> None:
    """Whatever the order of its fields."""
    turned = json.dumps(dict(reversed(workspace().items())))
    assert planned(files(), stored(WS_KEY, turned), BOTH[1]) == Plan()


@pytest.mark.parametrize(
    ("body", "shown"),
    [("{]", "-{]"), ('{"version": 2}', '-  "version": 2'), ("None", "-None"), ("", "+{")],
)
def test_what_was_broken_by_hand_is_written_over(body: str, shown: str) -> None:
    """And shown as it stands."""
    found = planned(files(), stored(WS_KEY, body), BOTH[1])
    assert keys(found) == [WS_KEY]
    assert shown in difference(found.changes[0]).splitlines()


def test_a_broken_file_changes_nothing_and_keeps_no_other_back() -> None:
    """What the table holds of it stays, and isn't called gone."""
    of = checked(acme=workspace(name=None), netsuite=account(secret="export-remediation/new"))
    found = planned(of, *BOTH)
    assert (keys(found), found.gone) == ([ACCOUNT_KEY], ())


def test_what_is_no_longer_in_files_is_said_and_stays() -> None:
    """Until somebody asks for it to be removed."""
    old = stored("WS#OLD", workspace("OLD"))
    assert planned(files(), *BOTH, old) == Plan(gone=("WS#OLD",))
    pruned = planned(files(), *BOTH, old, prune=True)
    assert [(c.sk, c.before, c.body) for c in pruned.changes] == [("WS#OLD", old, None)]
    assert pruned.gone == ()


@pytest.mark.parametrize("broken", ["{", workspace("OTHER", name=None)])
def test_nothing_is_removed_while_a_file_is_broken(broken: object) -> None:
    """It may be about the very thing."""
    found = planned(files(broken=broken), *BOTH, stored("WS#OLD", workspace("OLD")), prune=True)
    assert found == Plan(gone=("WS#OLD",))


# --- the kill switch -----------------------------------------------------------------------------

ON, OFF = {"version": 1, "acts": "on"}, {"version": 1, "acts": "off"}


def test_what_nobody_here_knows_is_left_alone() -> None:
    """A newer version may have put it there."""
    assert planned(files(), *BOTH, stored("FUTURE#1", {}), prune=True) == Plan()


def test_a_switch_without_a_file_is_left_alone() -> None:
    """Somebody has thrown it; it is neither gone nor removed."""
    off = stored(STACK, OFF)
    assert planned(files(), *BOTH, off, prune=True) == Plan()


def test_a_push_turns_the_switch_off() -> None:
    """The file says so."""
    found = planned(files(stack=OFF), *BOTH, stored(STACK, ON))
    assert (keys(found), found.kept_off) == ([STACK], False)


@pytest.mark.parametrize("there", [OFF, "{", '{"acts": "of"}'])
def test_a_push_never_turns_it_on(there: object) -> None:
    """It may run by itself, after somebody has thrown the switch in haste; that is said."""
    found = planned(files(stack=ON), *BOTH, stored(STACK, there))
    assert (keys(found), found.kept_off) == ([], True)


def test_a_first_switch_may_be_on() -> None:
    """It was on before, for want of one; likewise if only its form is new."""
    assert keys(planned(files(stack=ON), *BOTH)) == [STACK]
    assert keys(planned(files(stack=ON), *BOTH, stored(STACK, {"acts": "on"}))) == [STACK]


# --- the difference ------------------------------------------------------------------------------


def test_a_difference_is_readable_field_by_field() -> None:
    """What stays is there as far as it helps."""
    (change,) = planned(checked(acme=workspace(name="Acme Ltd"), netsuite=account()), *BOTH).changes
    assert difference(change).splitlines() == [
        "--- WS#WS1, version 3",
        "+++ WS#WS1, from file",
        "@@ -4,7 +4,7 @@",
        '     "secret": "export-remediation/acme"',
        "   },",
        '   "mode": "auto",',
        '-  "name": "Acme",',
        '+  "name": "Acme Ltd",',
        '   "people": {',
        '     "allowed_domains": [',
        '       "acme.example"',
    ]


def test_a_difference_says_what_is_new_and_what_is_removed() -> None:
    """Whole, line by line."""
    new = difference(planned(files()).changes[1]).splitlines()
    assert new[:2] == ["--- (new)", f"+++ {ACCOUNT_KEY}, from file"]
    assert {line[0] for line in new[3:]} == {"+"}
    old = stored("ACCOUNT#7", account("7"), version=12)
    gone = difference(planned(files(), *BOTH, old, prune=True).changes[0]).splitlines()
    assert gone[:2] == ["--- ACCOUNT#7, version 12", "+++ (removed)"]
    assert {line[0] for line in gone[3:]} == {"-"}
