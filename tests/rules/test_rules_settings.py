"""A tenant's settings: what is taken, what is refused, and what becomes of the numbers."""

import json
import math
import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts.settings import AccountSettings, Timing, WorkspaceSettings
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND
from shared.domain.mode import Mode
from shared.domain.rules import People, Rules
from tests.builders import ADMIN, WS, WS_ADMIN

PEOPLE: dict[str, Any] = {
    "netsuite_admins": [ADMIN],
    "workspace_admins": [WS_ADMIN],
    "allowed_domains": ["acme.example"],
}
WORKSPACE: dict[str, Any] = {
    "workspace_id": WS,
    "name": "Acme",
    "account_id": "1234567",
    "mode": "auto",
    "people": PEOPLE,
    "expensify": {"secret": "tenant/acme"},
}
LADDERS = ("circuit", "confirm", "paused")
SINGLES = tuple(name for name in Timing.model_fields if name not in (*LADDERS, "reminders"))


def workspace(**more: Any) -> WorkspaceSettings:
    """As the table holds it: JSON text."""
    return WorkspaceSettings.model_validate_json(json.dumps({**WORKSPACE, **more}))


def account(account_id: str = "1234567_SB1", **more: Any) -> AccountSettings:
    given = {"account_id": account_id, "secret": "tenant/netsuite", **more}
    return AccountSettings.model_validate_json(json.dumps(given))


def refused(**more: Any) -> str:
    """Where it is refused, and why."""
    with pytest.raises(ValidationError) as caught:
        workspace(**more)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in caught.value.errors())


# --- a workspace -----------------------------------------------------------------------------


def test_little_need_be_said() -> None:
    """The URLs are Expensify's own, the numbers those of `Rules`."""
    found = workspace()
    assert found.rules(acts=True) == Rules()
    assert found.expensify.integration_url.host == "integrations.expensify.com"
    assert found.expensify.app_url.host == "www.expensify.com"
    assert found.expensify.web_url.host == "new.expensify.com"
    assert (found.expensify.project_tag_level, found.act_since, found.version) == (None, 0, 1)


@pytest.mark.parametrize("name", sorted(WORKSPACE))
def test_every_field_without_a_default_is_required(name: str) -> None:
    """Its name is in what is said of it."""
    given = {key: value for key, value in WORKSPACE.items() if key != name}
    with pytest.raises(ValidationError, match=rf"(?m)^{name}\n\s+Field required"):
        WorkspaceSettings.model_validate(given)


@pytest.mark.parametrize(
    "more",
    [
        {"colour": "red"},
        {"people": {**PEOPLE, "colour": "red"}},
        {"expensify": {"secret": "x", "colour": "red"}},
        {"timing": {"colour": 1}},
    ],
)
def test_a_field_that_nobody_knows_is_refused(more: dict[str, Any]) -> None:
    """A typing error must not be a default in disguise."""
    assert "colour: Extra inputs are not permitted" in refused(**more)


@pytest.mark.parametrize("mode", ["Auto", "", "off"])
def test_a_mode_that_there_is_not_is_refused_clearly(mode: str) -> None:
    """It says which ones there are."""
    assert "mode: Input should be 'observe', 'assist' or 'auto'" in refused(mode=mode)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("acts", [True, False])
def test_only_auto_acts_and_only_while_the_switch_is_on(mode: Mode, acts: bool) -> None:
    """The mode and the kill switch reach the rules apart from each other."""
    rules = WorkspaceSettings.model_validate({**WORKSPACE, "mode": mode}).rules(acts=acts)
    assert (rules.mode, rules.acts) == (mode, acts)
    assert rules.acting is (acts and mode is Mode.AUTO)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 2),
        ("workspace_id", ""),
        ("workspace_id", "x" * 65),
        ("act_since", -1),
        ("act_since", 0.5),
        ("people", {**PEOPLE, "netsuite_admins": []}),
        ("people", {**PEOPLE, "workspace_admins": []}),
        ("people", {**PEOPLE, "allowed_domains": []}),
        ("people", {**PEOPLE, "retag_by": "nobody"}),
        ("expensify", {}),
        ("expensify", {"secret": "x", "project_in": "category"}),
        ("expensify", {"secret": "x", "project_field": "Project"}),
        ("expensify", {"secret": "x", "project_in": "report_field", "project_field": ""}),
        ("expensify", {"secret": "x", "project_in": "report_field", "project_field": 'a"]'}),
        ("expensify", {"secret": "x", "project_in": "report_field", "project_field": "${x}"}),
        ("expensify", {"secret": "x", "project_in": "report_field", "project_tag_level": 2}),
        ("expensify", {"secret": "x", "exports_as": "check"}),
        ("expensify", {"secret": "x", "project_tag_level": 0}),
        ("expensify", {"secret": "x", "project_tag_level": 11}),
        ("expensify", {"secret": "x", "project_tag_level": 1.5}),
        ("expensify", {"secret": "x", "app_url": "ftp://expensify.example"}),
        ("expensify", {"secret": "x", "app_url": "expensify.example"}),
        ("expensify", {"secret": "x", "web_url": "javascript:alert(1)"}),
        ("expensify", {"secret": "x", "integration_url": ""}),
    ],
)
def test_what_is_out_of_bounds_is_refused_where_it_stands(name: str, value: Any) -> None:
    """The message names the field."""
    assert refused(**{name: value}).startswith(name)


@pytest.mark.parametrize(
    "more",
    [
        {"workspace_id": "x"},
        {"workspace_id": "x" * 64},
        {"act_since": 0},
        {"expensify": {"secret": "x", "project_tag_level": 1}},
        {"expensify": {"secret": "x", "project_in": "report_field"}},
        {"expensify": {"secret": "x", "project_in": "report_field", "project_field": "Kunde 2"}},
        {"expensify": {"secret": "x", "exports_as": "journal_entry"}},
        {"expensify": {"secret": "x", "project_tag_level": 10}},
        {"expensify": {"secret": "x", "app_url": "http://127.0.0.1:8080/api/"}},
    ],
)
def test_what_is_just_within_bounds_is_taken(more: dict[str, Any]) -> None:
    """The outermost values are good ones."""
    assert workspace(**more).workspace_id == more.get("workspace_id", WS)


def test_settings_do_not_change_once_read() -> None:
    """A run decides by one set of numbers."""
    with pytest.raises(ValidationError, match="frozen"):
        setattr(workspace(), "act_since", 1)  # noqa: B010


# --- the numbers -----------------------------------------------------------------------------


def test_a_switch_and_a_start_are_part_of_the_rules() -> None:
    """`act_since` comes from the settings, `acts` from the stack."""
    assert workspace(act_since=7).rules(acts=False) == Rules(acts=False, act_since=7)


@pytest.mark.parametrize("name", SINGLES)
def test_every_duration_replaces_its_own_default(name: str) -> None:
    """Seconds become milliseconds; nothing else changes."""
    rules = workspace(timing={name: 1.5}).rules(acts=True)
    assert getattr(rules, name) == 1500
    rest = (f.name for f in fields(Rules) if f.name != name)
    assert all(getattr(rules, other) == getattr(Rules(), other) for other in rest)


@pytest.mark.parametrize("name", LADDERS)
def test_every_ladder_replaces_its_own_default(name: str) -> None:
    """As many steps as are given."""
    rules = workspace(timing={name: [1, 0.25]}).rules(acts=True)
    assert getattr(rules, name) == (1000, 250)


@pytest.mark.parametrize("name", SINGLES)
@pytest.mark.parametrize("value", [0, -1, 400 * 86_400 + 1, "soon", [1]])
def test_a_duration_is_more_than_nothing_and_at_most_400_days(name: str, value: Any) -> None:
    """Text and lists are none either."""
    assert refused(timing={name: value}).startswith(f"timing.{name}")


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("value", [[1, 0], [-1], [1, 400 * 86_400 + 1], 1, "1"])
def test_each_step_of_a_ladder_is_a_duration(name: str, value: Any) -> None:
    """One bad step makes all of it bad."""
    assert refused(timing={name: value}).startswith(f"timing.{name}")


def test_reminders_come_one_after_another() -> None:
    """In working time since the first mail; two at a time would be a flood."""
    assert workspace(timing={"reminders": [1, 2.5]}).rules(acts=True).reminders == (1000, 2500)
    for bad in ([], [2, 1], [1, 1], [0], 1, [400 * 86_400 + 1]):
        assert refused(timing={"reminders": bad}).startswith("timing.reminders")


def test_mails_are_part_of_the_rules() -> None:
    """Nothing given: what `Rules` says."""
    assert workspace().rules(acts=True) == Rules()
    rules = workspace(mails={"per_day": 3, "working_days": [7, 1], "utc_offset": "-03:30"}).rules(
        acts=True
    )
    assert (rules.mails_per_day, rules.working_days) == (3, (7, 1))
    assert rules.utc_offset == -(3 * HOUR + 30 * MINUTE)
    assert workspace(mails={"utc_offset": "+05:45"}).rules(acts=True).utc_offset == (
        5 * HOUR + 45 * MINUTE
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("per_day", 0),
        ("per_day", 201),
        ("working_days", []),
        ("working_days", [0]),
        ("working_days", [8]),
        ("working_days", [1, 1]),
        ("utc_offset", "1:00"),
        ("utc_offset", "+15:00"),
        ("utc_offset", "+01:60"),
        ("utc_offset", "Europe/Oslo"),
        ("utc_offset", "+01:00:00"),
    ],
)
def test_mails_that_make_no_sense_are_refused(name: str, value: Any) -> None:
    """Nobody would ever be told, or nobody knows when."""
    assert refused(mails={name: value}).startswith(f"mails.{name}")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_duration_is_a_number(value: float) -> None:
    """JSON parsers let these through."""
    with pytest.raises(ValidationError):
        Timing(gap=value)


def test_the_longest_duration_is_taken() -> None:
    """400 days."""
    assert Timing(wanted_for=400 * 86_400).changes() == {"wanted_for": 400 * DAY}


@given(st.floats(0.001, 400 * 86_400))
@settings(deadline=None)
def test_seconds_become_the_nearest_millisecond(value: float) -> None:
    """Whole milliseconds, none lost."""
    (found,) = Timing(gap=value).changes().values()
    assert isinstance(found, int)
    assert found >= 1
    assert abs(found - value * SECOND) <= 0.5


def test_the_defaults_are_those_of_the_design() -> None:
    """Its deadlines, steps and windows, in milliseconds."""
    rules = Rules()
    assert rules.circuit == (MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
    assert rules.confirm == (MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE)
    assert (rules.sync_spacing, rules.auto_export_grace) == (10 * MINUTE, 2 * MINUTE)
    assert (rules.sync_ask_again, rules.sync_give_up) == (20 * MINUTE, 45 * MINUTE)
    assert (rules.unverified_after, rules.settle, rules.person_after) == (10 * MINUTE, HOUR, DAY)
    assert (rules.read_fresh, rules.absent_gap) == (MINUTE, HOUR)
    assert (rules.steps, rules.window, rules.equal_failures) == ((1, 10, 20), 50, 2)
    assert (rules.paused[0], rules.paused[-1], rules.flips_per_day) == (HOUR, DAY, 3)
    assert (rules.few_submitters, rules.submitter_after) == (5, 4 * HOUR)


# --- whom to tell ----------------------------------------------------------------------------


def test_the_audience_is_what_the_settings_say() -> None:
    """Domains are compared without letter case."""
    people = {**PEOPLE, "allowed_domains": ["ACME.example"], "retag_by": "workspace_admin"}
    assert workspace(people=people).audience() == People(
        netsuite_admins=(ADMIN,),
        workspace_admins=(WS_ADMIN,),
        retag_by="workspace_admin",
        allowed_domains=("acme.example",),
    )
    assert workspace().audience().retag_by == "submitter"


# --- an account ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "stored", "host"),
    [
        ("1234567", "1234567", "1234567"),
        ("1234567_SB1", "1234567_SB1", "1234567-sb1"),
        ("1234567-sb2", "1234567_SB2", "1234567-sb2"),
        ("1234567_rp", "1234567_RP", "1234567-rp"),
        ("tstdrv123", "TSTDRV123", "tstdrv123"),
    ],
)
def test_an_account_id_is_stored_in_one_form_and_becomes_a_host(
    written: str, stored: str, host: str
) -> None:
    """Oracle's account-specific domains are in small letters, with '-' for '_'."""
    found = account(written)
    assert (found.account_id, found.realm, found.host_form) == (stored, stored, host)
    assert found.api == f"https://{host}.suitetalk.api.netsuite.com"
    assert found.app == f"https://{host}.app.netsuite.com"
    assert found.project_url("4711") == (
        f"https://{host}.app.netsuite.com/app/accounting/project/project.nl?id=4711"
    )
    assert workspace(account_id=written).account_id == stored


HOSTILE = (
    "",
    " ",
    " 1234567",
    "1234567 ",
    "1234567\n",
    "1234567\x00",
    "_SB1",
    "1234567_",
    "1234567__SB1",
    "1234567_SB1_X",
    "evil.example",
    "evil.example/",
    "evil.example#",
    "evil.example?x=",
    "1234567@evil.example",
    "1234567:443",
    "../1234567",
    "1234567/..",
    "%65vil",
    "１２３４５６７",
    "évil",
    "1234567—SB1",
    "1" * 41,
    "1234567_" + "S" * 21,
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_account_id_that_could_lead_elsewhere_is_refused(hostile: str) -> None:
    """It becomes part of a host name, so nothing but NetSuite's own form is taken."""
    with pytest.raises(ValidationError, match="not a NetSuite account id"):
        account(hostile)
    assert refused(account_id=hostile).startswith("account_id: ")


@given(st.text(max_size=20))
@settings(deadline=None)
def test_whatever_is_taken_stays_within_netsuites_domain(text: str) -> None:
    """Any text is refused, or gives one plain first part of the host."""
    try:
        found = AccountSettings(account_id=text, secret="x")
    except ValidationError:
        return
    assert re.fullmatch(r"https://[a-z0-9]+(-[a-z0-9]+)?\.suitetalk\.api\.netsuite\.com", found.api)


def test_a_project_link_leads_to_a_project_and_nowhere_else() -> None:
    """Whatever an id may hold, it stays the one parameter."""
    assert account().project_url("1&x=/../#").endswith("project.nl?id=1%26x%3D%2F..%2F%23")


def test_given_urls_take_the_place_of_netsuites() -> None:
    """A slash at the end makes no difference."""
    found = account(api_url="http://127.0.0.1:8081/", app_url="http://127.0.0.1:8082/ns/")
    assert (found.api, found.app) == ("http://127.0.0.1:8081", "http://127.0.0.1:8082/ns")
    assert found.project_url("1").startswith("http://127.0.0.1:8082/ns/app/accounting/")


@pytest.mark.parametrize(
    "more",
    [{"api_url": "ftp://x.example"}, {"app_url": "x"}, {"version": 2}, {"colour": 1}],
)
def test_an_account_is_as_strict_as_a_workspace(more: dict[str, Any]) -> None:
    """Wrong addresses, versions and names are refused."""
    with pytest.raises(ValidationError, match=next(iter(more))):
        account(**more)


def test_an_account_has_numbers_of_its_own() -> None:
    """How often to look, and how long to leave it alone."""
    found = account(timing={"watch_every": 3, "circuit": [1, 2]})
    assert found.rules() == Rules(watch_every=3 * SECOND, circuit=(SECOND, 2 * SECOND))
    assert account().rules() == Rules()
