"""Which settings files are good, and what is said of those that are not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operate.check import check
from operate.files import File, read
from shared.contracts.settings import StackSettings
from tests.builders import WS
from tests.operate.kit import ACCOUNT, account, checked, people, told, workspace

SECRET = "hunter2-hunter2!"


def doubts(**more: Any) -> list[str]:
    """What is said of a workspace's file with these fields, beside its account's."""
    said = told(checked(acme=workspace(**more), netsuite=account()))
    assert all(one.startswith("acme.json: ") for one in said)
    return [one.removeprefix("acme.json: ") for one in said]


# --- good ones -----------------------------------------------------------------------------------


def test_a_workspace_and_its_account_are_good() -> None:
    """Each is told apart by what is in it, and filed under its id."""
    found = checked(acme=workspace(), netsuite=account(), stack={"acts": "off"})
    assert told(found) == []
    assert [sheet.names for sheet in found.good] == [f"WS#{WS}", f"ACCOUNT#{ACCOUNT}", "STACK"]
    assert found.good[2].settings == StackSettings(acts="off")


def test_the_editors_schema_is_no_part_of_the_settings() -> None:
    """Neither refused nor stored."""
    found = checked(netsuite={"$schema": "schema/account.schema.json", **account()})
    assert told(found) == []
    assert json.loads(found.good[0].body) == account()


def test_an_account_may_be_written_in_either_form() -> None:
    """It is filed under NetSuite's own, and the workspace finds it."""
    found = checked(acme=workspace(), netsuite=account("1234567-sb1"))
    assert told(found) == []
    assert f"ACCOUNT#{ACCOUNT}" in found.named


def test_the_order_of_fields_and_a_byte_order_mark_mean_nothing() -> None:
    """The body that is stored is the same."""
    turned = dict(reversed(account().items()))
    marked = File("a.json", json.dumps(turned).encode("utf-8-sig"))
    assert check([marked]).good[0].body == checked(a=account()).good[0].body


def test_a_folder_is_read_by_name_and_without_what_lies_deeper(tmp_path: Path) -> None:
    """Schemas and examples are no settings; neither is a README."""
    for name in ("b.json", "a.json", "README.md"):
        (tmp_path / name).write_text(name)
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "c.json").write_text("{}")
    assert [file.content for file in read(tmp_path)] == [b"a.json", b"b.json"]


# --- one file ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "no JSON: line 1, column 2"),
        ("", "no JSON: line 1, column 1"),
        ("[]", "must be one object"),
        ('{"version": NaN}', "NaN and Infinity"),
        ('{"secret": "a", "secret": "b"}', "'secret' is given twice"),
    ],
)
def test_what_is_no_json_of_one_meaning_is_said_where(content: str, expected: str) -> None:
    """Two equal names would silently be the last of them."""
    (one,) = told(checked(acme=content))
    assert one.startswith("acme.json: ")
    assert expected in one


@pytest.mark.parametrize("raw", [b"\xff\xfe{", b'{"name": "\\ud800"}'])
def test_what_is_no_text_is_said(raw: bytes) -> None:
    """Saved by something that isn't an editor, or with half a character."""
    assert told(check([File("a.json", raw)])) == ["a.json: no UTF-8 text"]


def test_what_is_nested_without_end_is_said() -> None:
    """And nothing falls over."""
    assert told(check([File("a.json", b'{"a":' * 200_000)])) == ["a.json: nested too deep"]


@given(st.binary() | st.text().map(lambda text: json.dumps({text: text}).encode()))
def test_whatever_a_file_holds_it_has_a_problem_and_nothing_else(raw: bytes) -> None:
    """No file makes the check itself fail."""
    (sheet,) = check([File("a.json", raw)]).sheets
    assert sheet.problems


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_whatever_a_field_holds_it_is_taken_or_refused(value: Any) -> None:
    """In any place, of either kind."""
    for content in (workspace(timing=value), workspace(people=value), account(secret=value)):
        text = json.dumps({**content, "account_id": value})
        found = check([File("a.json", text.encode())])
        assert found.problems or found.good[0].settings


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"name": None}, "name: is missing"),
        ({"people": None}, "people: is missing"),
        ({"people": people(allowed_domains=None)}, "people.allowed_domains: is missing"),
        ({"mood": "auto"}, "mood: no such field; do you mean 'mode'?"),
        ({"colour": 1}, "colour: no such field"),
        (
            {"people": people(netsuite_admin=[])},
            "people.netsuite_admin: no such field; do you mean 'netsuite_admins'?",
        ),
        ({"timing": {"gaps": 1}}, "timing.gaps: no such field; do you mean 'gap'?"),
        ({"people": people(retag_by="x")}, "people.retag_by: input should be 'submitter' or"),
        ({"mode": "watch"}, "mode: input should be 'observe', 'assist' or 'auto'"),
        ({"timing": {"gap": 0}}, "timing.gap: input should be greater than or equal to 0.001"),
        ({"version": 2}, "version: input should be 1"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_what_is_expected(
    more: dict[str, Any], expected: str
) -> None:
    """And a slip of the pen is guessed."""
    (one,) = doubts(**more)
    assert one.startswith(expected)


def test_all_problems_of_all_files_are_said_at_once() -> None:
    """Nobody mends one to be told of the next."""
    found = checked(acme=workspace(name=None, mode="x"), broken="{", netsuite=account(secret=7))
    assert [one.split(": ")[:2] for one in told(found)] == [
        ["acme.json", "mode"],
        ["acme.json", "name"],
        ["broken.json", "no JSON"],
        ["netsuite.json", "secret"],
    ]
    assert found.good == ()


@pytest.mark.parametrize(
    "where", ["mode", "name", "account_id", "people", "expensify", "act_since"]
)
def test_no_value_is_repeated(where: str) -> None:
    """Somebody may paste a secret where its name belongs, or anywhere else."""
    wrong = {where: {"secret": SECRET}} if where == "expensify" else {where: [SECRET]}
    for more in (wrong, {where: SECRET} if where in {"mode", "account_id"} else wrong):
        said = doubts(**more)
        assert said
        assert SECRET not in str(said)


# --- what a schema can't say ---------------------------------------------------------------------


@pytest.mark.parametrize("role", ["netsuite_admins", "workspace_admins"])
@pytest.mark.parametrize(
    "address",
    ["nora", "nora@", "@acme.example", "nora acme@acme.example", "a@b@acme.example", "<n@acme.example>",
     "n@acme.example, m@acme.example", "nora@acme", "nora@acme..example", "ñora@acme.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(role: str, address: str) -> None:
    """A mail would not go out, and nobody would be told."""
    given = people(**{role: ["good@acme.example", address]})
    expected = f"people.{role}.1: must be an e-mail address, and nothing else"
    assert doubts(people=given) == [expected]


def test_an_address_outside_the_allowed_domains_is_refused() -> None:
    """It would never be written to; upper and lower case don't matter."""
    given = people(netsuite_admins=["n@other.example", "n@ACME.example", "n.o+x'y@acme.example"])
    assert doubts(people=given) == [
        "people.netsuite_admins.0: is outside people.allowed_domains: never written to"
    ]


@pytest.mark.parametrize("domain", ["@acme.example", "acme", "*.example", "acme.example/", ""])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    """No pattern and no address: whole domains are compared."""
    given = people(allowed_domains=["acme.example", domain])
    assert doubts(people=given) == [
        "people.allowed_domains.1: must be a domain, such as acme.example"
    ]


@pytest.mark.parametrize("secret", ["", "two words", '{"partnerUserID": "x"}', "x" * 513])
def test_a_secret_is_named_and_not_written_down(secret: str) -> None:
    """What can't be a name of Secrets Manager's is refused, of either kind of file."""
    expected = "must be the name of a secret: letters, digits and / _ + = . @ -"
    assert doubts(expensify={"secret": secret}) == [f"expensify.secret: {expected}"]
    assert told(checked(a=account(secret=secret))) == [f"a.json: secret: {expected}"]


@pytest.mark.parametrize("name", ["circuit", "confirm", "paused"])
def test_a_ladder_does_not_go_down(name: str) -> None:
    """Each wait is as long as the one before it, or longer."""
    assert doubts(timing={name: [1, 1, 5]}) == []
    assert doubts(timing={name: [1, 5, 4]}) == [
        f"timing.{name}: each wait must be as long as the one before it, or longer"
    ]


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({"sync_poll": 30, "sync_ask_again": 20}, "sync_ask_again: sync_poll must not be"),
        ({"sync_give_up": 60}, "sync_give_up: sync_ask_again must not be longer than"),
        ({"sync_ask_again": 86400}, "sync_ask_again: sync_ask_again must not be longer than"),
        ({"settle": 60}, "settle: unverified_after must not be longer than settle"),
        ({"person_after": 60}, "person_after: settle must not be longer than person_after"),
        ({"wanted_for": 60}, "wanted_for: watch_every must not be longer than wanted_for"),
    ],
)
def test_waits_stand_in_an_order_with_each_other_and_with_the_defaults(
    timing: dict[str, float], expected: str
) -> None:
    """A sync given up before it is asked for again would never be asked for again."""
    assert [one.startswith(f"timing.{expected}") for one in doubts(timing=timing)] == [True]


def test_an_account_has_waits_too() -> None:
    """They are looked at in the same way."""
    (one,) = told(checked(a=account(timing={"circuit": [2, 1]})))
    assert one.startswith("a.json: timing.circuit: ")


# --- files that name one another -----------------------------------------------------------------


def test_a_workspace_without_its_accounts_file_is_refused() -> None:
    """Nobody would look at its projects."""
    assert told(checked(acme=workspace())) == [
        "acme.json: account_id: no file is about this NetSuite account"
    ]


@pytest.mark.parametrize("broken", ["{", account(secret=None), {**account(), "colour": 1}])
def test_a_workspace_is_none_the_worse_for_its_accounts_broken_file(broken: Any) -> None:
    """What the table holds of the account stays."""
    found = checked(acme=workspace(), netsuite=broken)
    assert [sheet.file for sheet in found.good] == ["acme.json"]


def test_two_files_about_the_same_are_both_refused() -> None:
    """Whichever came last would win."""
    found = checked(a=workspace(), b=workspace(), c=account("1234567-sb1"), d=account())
    assert told(found) == [
        "a.json: is about the same as b.json; one of them must go",
        "b.json: is about the same as a.json; one of them must go",
        "c.json: is about the same as d.json; one of them must go",
        "d.json: is about the same as c.json; one of them must go",
    ]


def test_what_a_broken_file_is_about_is_known_if_it_says_so() -> None:
    """So that it isn't taken for removed."""
    found = checked(a=workspace(name=None), b=account(secret=None), c="{", d=account(7))  # type: ignore[arg-type]
    assert found.named == {f"WS#{WS}", f"ACCOUNT#{ACCOUNT}"}
    assert found.good == ()
