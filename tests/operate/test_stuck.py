"""What is stuck is shown with what each report waits for, and nothing is changed."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from operate.__main__ import main
from operate.stuck import LATE, Stuck
from operate.waits import Remembered, wait_of
from shared.adapters.table import TableAccounts, TableCases, TableWorkspaces
from shared.contracts.settings import WorkspaceSettings
from shared.domain.blocker import Blocker, Label, Ruling, by_id, by_text
from shared.domain.canary import Recovery
from shared.domain.case import Case, CaseLabel, Kind, Phase, Why
from shared.domain.clock import DAY, MINUTE, Millis
from shared.domain.finding import Fault, Match, Owner, OwnerKind, Resolution, Status
from shared.domain.late import past_of
from shared.domain.mode import Mode
from shared.domain.report import Money
from shared.domain.rules import Rules
from shared.domain.sync import Sync, SyncState
from shared.domain.workspace import Workspace
from shared.errors import SettingsError
from tests.builders import LABEL, NOW, PROJECT, WS, blocker, case, closed_project, flying, label
from tests.fakes.accounts import FakeAccounts
from tests.fakes.cases import FakeCases
from tests.fakes.settings import FakeSettings
from tests.fakes.workspaces import FakeWorkspaces
from tests.operate.cloud import Cloud
from tests.operate.conftest import Folder
from tests.operate.kit import ACCOUNT, account, workspace

type Out = pytest.CaptureFixture[str]

OPENED = NOW - DAY
OWNER = Owner(OwnerKind.CUSTOMER, "77", "Acme", inactive=True)
RULED = closed_project(ruling=Ruling(1, "nora", NOW))


def of(report_id: str, minor: int, **more: Any) -> Case:
    worth = CaseLabel(LABEL, used=1, sums=(Money("EUR", minor),), asked=1, suspect=True)
    values = {"opened_at": OPENED, "labels": (worth,), "report_name": "Rome", "version": 0}
    return case(report_id=report_id, account_id=ACCOUNT, **{**values, **more})


# --- what one report waits for ---------------------------------------------------------------------


def wait(
    one: Case,
    *blockers: Blocker,
    named: Label | None = None,
    workspace: Workspace | None = None,
    rules: Rules | None = None,
) -> str:
    labels = by_text((named or label(),))
    known = Remembered(workspace or Workspace(WS), labels, by_id(blockers), rules or Rules(), NOW)
    return wait_of(one, known)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            replace(case(), past=past_of(case())),
            "reported again after its end; not known yet whether anything is left to do",
        ),
        (flying(), "its export was asked for; not proven yet"),
        (flying(phase=Phase.UNVERIFIED), "its export was asked for; not proven yet"),
        (
            case(phase=Phase.NEEDS_PERSON, reason=Why.REFUSED_TWICE),
            "needs a person: the fix did not take",
        ),
        (
            case(
                phase=Phase.NEEDS_PERSON,
                kind=Kind.OTHER,
                reason=Why.OTHER_FAILURE,
                codes=("NS0024", ""),
            ),
            "needs a person: another failure (NS0024, no code)",
        ),
        (case(paused=1), "not approved at the moment"),
        (case(read_at=None), "not looked up in NetSuite yet"),
        (case(), "project 4711 “Apollo Rollout” is inactive"),
    ],
)
def test_each_phase_has_its_words(one: Case, said: str) -> None:
    assert wait(one, closed_project()) == said


def test_what_is_held_back_waits_for_its_release() -> None:
    said = wait(case(opened_at=NOW - 1), closed_project(), rules=Rules(act_since=NOW))
    assert said == "held back until `make release`"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (blocker(Status.EXPENSES_OFF), "takes no expenses"),
        (blocker(Status.GONE), "is no longer in NetSuite"),
        (
            blocker(Status.OWNER_INACTIVE, owner=OWNER),
            "stands under what is inactive (customer 77)",
        ),
        (RULED, "is inactive, and stays so"),
    ],
)
def test_each_block_has_its_words(known: Blocker, said: str) -> None:
    assert wait(case(), known) == f"project 4711 “Apollo Rollout” {said}"


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (Match.NOT_FOUND, "names no project that is found"),
        (Match.AMBIGUOUS, "can mean several projects"),
        (Match.ALIAS_GONE, "was given a project that is gone"),
    ],
)
def test_a_label_without_a_project_has_its_words(match: Match, said: str) -> None:
    named = replace(label(), resolution=Resolution(match))
    assert wait(case(), named=named) == f"“Apollo Rollout” {said}"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(), "we sync and export"),
        (Rules(acts=False), "`make acts-on` lets us sync and export"),
        (Rules(mode=Mode.ASSIST), "the workspace's administrators sync and export"),
        (Rules(mode=Mode.OBSERVE), "we only observe"),
    ],
)
def test_who_goes_on_with_what_nothing_blocks(rules: Rules, said: str) -> None:
    assert wait(case(), blocker(), rules=rules) == f"nothing blocks it any more; {said}"


def test_a_fix_that_did_not_take_waits_for_people() -> None:
    stopped = Workspace(WS, recoveries=(Recovery(PROJECT, 1, stopped=True),))
    said = "project 4711 “Apollo Rollout”: the fix did not take"
    assert wait(case(), blocker(), workspace=stopped) == said
    going = Workspace(WS, recoveries=(Recovery(PROJECT, 1),))
    assert wait(case(), blocker(), workspace=going) != said


def test_what_is_closed_again_and_again_is_left_to_people_for_a_day() -> None:
    often = blocker(flips=(NOW - DAY + 1, NOW - 2, NOW - 1))
    said = "project 4711 “Apollo Rollout” was closed too often within a day"
    assert wait(case(), often) == f"{said}; left to people for that day"
    seldom = replace(often, flips=(NOW - DAY, NOW - 2, NOW - 1))
    assert wait(case(), seldom) == "nothing blocks it any more; we sync and export"


def test_names_can_do_nothing_to_the_terminal() -> None:
    assert "\x1b" not in wait(case(), closed_project(name="\x1b[2JApollo"))


# --- a workspace -----------------------------------------------------------------------------------


@dataclass
class Desk:
    cases: FakeCases = field(default_factory=FakeCases)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    workspaces: FakeWorkspaces = field(default_factory=FakeWorkspaces)
    settings: FakeSettings = field(default_factory=FakeSettings)
    now: Millis = NOW
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings.add(WorkspaceSettings.model_validate(workspace()))

    def show(self, *, each: bool = False) -> list[str]:
        self.said.clear()
        stuck = Stuck(
            self.cases,
            self.accounts,
            self.workspaces,
            self.settings,
            lambda: self.now,
            self.said.append,
        )
        stuck.show(WS, each=each)
        return self.said


def test_where_nothing_is_stuck_that_is_said() -> None:
    desk = Desk()
    desk.cases.put(of("R1", 100, phase=Phase.RESOLVED))
    assert desk.show() == [f"WS#{WS}: nothing is stuck"]


def test_what_keeps_the_whole_workspace_from_moving_is_said_first() -> None:
    desk = Desk()
    desk.cases.put(of("R1", 100, phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN))
    sync = Sync(OPENED, (), SyncState(running=False), OPENED, given_up=True)
    quiet = Workspace(
        WS,
        sync=sync,
        fault=Fault.LOGIN_REFUSED,
        quiet_until=NOW + MINUTE,
        refused_as=Fault.NO_PERMISSION,
        no_acts_until=NOW + 2 * MINUTE,
    )
    desk.workspaces.save(quiet)
    assert desk.show()[1:4] == [
        "  Expensify isn't read until 2027-01-15 08:01:00 UTC: login_refused",
        "  nothing is asked for until 2027-01-15 08:02:00 UTC: no_permission",
        "  the sync of 2027-01-14 08:00:00 UTC doesn't come to an end",
    ]
    desk.now = NOW + 3 * MINUTE
    assert desk.show()[1:2] == ["  the sync of 2027-01-14 08:00:00 UTC doesn't come to an end"]


def test_events_that_are_parked_are_no_peace() -> None:
    """They were reported, and have no case yet."""
    desk = Desk()
    desk.settings.park(WS, "event", "{}", NOW, NOW + DAY)
    told = f"WS#{WS}: 1 event parked for want of good settings"
    assert desk.show() == [told]
    desk.settings.workspaces.clear()
    with pytest.raises(SettingsError):
        desk.show()
    assert desk.said == [told]


def test_of_what_was_not_read_yet_nobody_knows_whose_it_is() -> None:
    desk = Desk()
    desk.cases.put(case(account_id=ACCOUNT, version=0, submitter="", labels=(), read_at=None))
    assert desk.show()[0] == (f"WS#{WS}: 1 report stuck, of nobody known yet, no sum is known")


def test_looks_that_are_overdue_are_said() -> None:
    """Whatever they wait for, nobody looks."""
    desk = Desk(now=NOW + LATE)
    desk.cases.put(of("R1", 100, next_look=NOW))
    desk.cases.put(of("R2", 100, next_look=NOW - 1))
    assert desk.show()[1] == "  1 report should have been looked at by now: see the alarms"


def test_unknown_workspaces_are_named() -> None:
    desk = Desk()
    desk.settings.workspaces.clear()
    with pytest.raises(SettingsError, match=f"WS#{WS}: no such settings"):
        desk.show()


# --- the command -----------------------------------------------------------------------------------


@pytest.fixture
def stack(cloud: Cloud, folder: Folder, capsys: Out) -> Cloud:
    """Two reports wait for a project that is inactive; a third one's export isn't proven."""
    folder.write(acme=workspace(act_since=0), netsuite=account())
    assert main(["push", "--dir", str(folder.path), *cloud.where, "--yes"]) == 0
    cases, accounts = TableCases(cloud.table), TableAccounts(cloud.table)
    cases.put(of("R1", 123_456, opened_at=OPENED - 1, attention_at=NOW))
    cases.put(of("R2", 5, submitter="omar@acme.example"))
    cases.put(flying(report_id="R3", opened_at=OPENED, version=0, labels=()))
    accounts.ask(ACCOUNT, WS, [LABEL], NOW)
    (asked,) = accounts.labels(ACCOUNT, WS)
    accounts.answer(replace(asked, answered=1, resolution=Resolution(Match.PROJECT, PROJECT)))
    accounts.put_blocker(replace(closed_project(), account_id=ACCOUNT))
    TableWorkspaces(cloud.table).save(Workspace(WS))
    capsys.readouterr()
    return cloud


HEAD = f"""\
WS#{WS}: 3 reports stuck, of 2 people, EUR 1,234.61; 1 report without a known sum
"""
WAITING = """\
  2 reports: project 4711 “Apollo Rollout” is inactive
    EUR 1,234.61; the oldest since 2027-01-14 07:59:59 UTC; nobody acted on any reminder of 1 report
"""
UNPROVEN = """\
  1 report: its export was asked for; not proven yet
    no sum is known; the oldest since 2027-01-14 08:00:00 UTC
"""


def test_all_workspaces_are_shown_by_what_their_reports_wait_for(stack: Cloud, capsys: Out) -> None:
    assert main(["stuck", *stack.where]) == 0
    assert capsys.readouterr().out == HEAD + WAITING + UNPROVEN


def test_of_one_workspace_each_report_is_shown(stack: Cloud, capsys: Out) -> None:
    assert main(["stuck", *stack.where, "--workspace", WS]) == 0
    out = capsys.readouterr().out
    assert "      R2  Rome, omar@acme.example, EUR 0.05\n" in out
    assert "      R3  not read yet, sam@acme.example, no sum is known\n" in out
    assert out.startswith(HEAD + WAITING)


def test_broken_settings_hide_nobody_elses_reports(stack: Cloud, capsys: Out) -> None:
    stack.put("WS#BAD", body="{")
    assert main(["stuck", *stack.where]) == 1
    out = capsys.readouterr().out
    assert "settings WS#BAD: " in out
    assert HEAD in out
