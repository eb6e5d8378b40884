"""What is held back is shown with count and sum, and let go when somebody says so."""

import io
from dataclasses import replace
from typing import Any

import pytest

from operate.__main__ import main
from operate.release import TRIES
from shared.adapters.table import TableAccounts, TableCases
from shared.domain.case import Case, CaseLabel, Phase, Why
from shared.domain.clock import DAY
from shared.domain.finding import Match, Resolution
from shared.domain.report import Money
from shared.errors import ConflictError
from shared.ports import Reconciler
from tests.builders import LABEL, NOW, PROJECT, WS, case
from tests.operate.cloud import Cloud
from tests.operate.conftest import Folder
from tests.operate.kit import ACCOUNT, account, workspace

type Out = pytest.CaptureFixture[str]

SINCE = NOW - DAY


class Terminal(io.StringIO):
    """Where somebody sits."""

    def isatty(self) -> bool:
        return True


def old(report_id: str, *sums: Money, **more: Any) -> Case:
    label = CaseLabel(LABEL, used=1, sums=sums, asked=1, suspect=True)
    values = {"version": 0, "report_id": report_id, "opened_at": SINCE - 1, "labels": (label,)}
    return case(**{**values, **more})


@pytest.fixture
def held(cloud: Cloud, folder: Folder, capsys: Out) -> Cloud:
    """Three reports from before the workspace went live, and one from after."""
    folder.write(acme=workspace(act_since=SINCE), netsuite=account())
    assert main(["push", "--dir", str(folder.path), *cloud.where, "--yes"]) == 0
    cases = TableCases(cloud.table)
    cases.put(old("R1", Money("EUR", 123_456), opened_at=SINCE - DAY))
    cases.put(old("R2", Money("EUR", 5), Money("USD", -250), submitter="omar@acme.example"))
    cases.put(old("R3", labels=(), phase=Phase.NEEDS_PERSON, submitter=""))
    cases.put(old("R4", Money("EUR", 1), opened_at=SINCE))
    accounts = TableAccounts(cloud.table)
    accounts.ask(ACCOUNT, WS, [LABEL], NOW)
    (label,) = accounts.labels(ACCOUNT, WS)
    accounts.answer(replace(label, answered=1, resolution=Resolution(Match.PROJECT, PROJECT)))
    capsys.readouterr()
    return cloud


def release(cloud: Cloud, *more: str, command: str = "release") -> int:
    return main([command, *cloud.where, "--workspace", WS, *more])


def free(cloud: Cloud) -> list[str]:
    """The reports that were let go."""
    cases = TableCases(cloud.table).unfinished(WS)
    return [one.report_id for one in cases if one.released_at]


SHOWN = f"""\
WS#{WS}: 3 reports held back, of 2 people, on 1 project
  EUR 1,234.61 and USD -2.50; 1 report without a known sum
  needs_person: 1, waiting: 2
  the oldest was opened 2027-01-13 08:00:00 UTC
"""


def test_what_is_held_back_is_shown(held: Cloud, capsys: Out) -> None:
    """How many, whose, for how much, since when."""
    assert release(held, command="held") == 0
    assert capsys.readouterr().out == SHOWN
    assert free(held) == []


def test_without_a_terminal_nothing_is_released(held: Cloud, capsys: Out) -> None:
    """It is only shown, and that is said."""
    assert release(held) == 0
    out = capsys.readouterr().out
    assert out.startswith(SHOWN)
    assert "Nothing was released: there is nobody to ask" in out
    assert free(held) == []


def test_broken_settings_keep_nobody_elses_cases_from_being_shown(held: Cloud, capsys: Out) -> None:
    """They are named; the exit code says so, too."""
    held.put("WS#BAD", body="{")
    assert main(["held", *held.where]) == 1
    out = capsys.readouterr().out
    assert "settings WS#BAD: " in out
    assert SHOWN in out


def test_of_all_workspaces_it_is_shown_too(held: Cloud, capsys: Out) -> None:
    """None need be named."""
    assert main(["held", *held.where]) == 0
    assert capsys.readouterr().out == SHOWN


@pytest.mark.parametrize(("answer", "gone"), [("y\n", ["R1", "R2", "R3"]), ("\n", [])])
def test_it_is_let_go_when_somebody_agrees(
    held: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: Out, answer: str, gone: list[str]
) -> None:
    """After the sums, not before."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert release(held) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{SHOWN}Release 3? [y/N] ")
    assert ("Nothing was released." in out) is not bool(gone)
    assert free(held) == gone


def test_each_has_its_line_of_history_and_the_workspace_is_due(held: Cloud, capsys: Out) -> None:
    """With who it was."""
    assert release(held, "--yes") == 0
    assert f"WS#{WS}: released 3" in capsys.readouterr().out
    one = TableCases(held.table).get(WS, "R1")
    assert one is not None
    assert one.history[-1].why is Why.RELEASED
    assert one.history[-1].detail.startswith("arn:aws:sts:")
    assert held.due(Reconciler.RECOVER, WS)


def test_one_report_alone(held: Cloud, capsys: Out) -> None:
    """The sums are its own."""
    assert release(held, "--yes", "--report", "R1") == 0
    assert "1 report held back, of 1 person" in capsys.readouterr().out
    assert free(held) == ["R1"]


def test_doing_so_again_is_harmless(held: Cloud, capsys: Out) -> None:
    """And says that there is nothing."""
    assert release(held, "--yes") == 0
    versions = {one.report_id: one.version for one in TableCases(held.table).unfinished(WS)}
    capsys.readouterr()
    assert release(held, "--yes") == 0
    assert capsys.readouterr().out == f"WS#{WS}: nothing is held back\n"
    assert versions == {one.report_id: one.version for one in TableCases(held.table).unfinished(WS)}


def test_sums_that_nobody_knows_are_said_to_be_so(held: Cloud, capsys: Out) -> None:
    """Not to be nought. A tag that no failure named, and that is no project, isn't counted."""
    tags = (CaseLabel("Marketing", used=1, asked=1), CaseLabel("Hermes", used=1, suspect=True))
    TableCases(held.table).put(old("R9", labels=tags))
    assert release(held, "--report", "R9", command="held") == 0
    told = capsys.readouterr().out
    assert "on 1 project\n  no sum is known\n" in told


def test_who_stops_all_acts_is_told_that_nothing_moves(held: Cloud, capsys: Out) -> None:
    """It is released all the same."""
    assert main(["acts", "off", *held.where]) == 0
    assert release(held, "--yes") == 0
    assert "acts is off" in capsys.readouterr().out
    assert free(held) == ["R1", "R2", "R3"]


def test_a_workspace_without_settings_is_a_mistake(cloud: Cloud, capsys: Out) -> None:
    """Nobody would look at it."""
    assert release(cloud, "--yes") == 1
    assert f"WS#{WS}: no such settings" in capsys.readouterr().out


# --- races ---------------------------------------------------------------------------------------


def racing(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Somebody else writes the case just before, so many times."""
    right, left = TableCases.put, [times]

    def put(self: TableCases, one: Case) -> Case:
        if one.released_at and left[0]:
            left[0] -= 1
            right(self, replace(one, released_at=0, paused=left[0]))
            raise ConflictError("meanwhile")
        return right(self, one)

    monkeypatch.setattr(TableCases, "put", put)


def test_a_case_that_changed_meanwhile_is_tried_again(
    held: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is by then."""
    racing(monkeypatch, TRIES - 1)
    assert release(held, "--yes", "--report", "R1") == 0
    assert free(held) == ["R1"]


def test_a_case_that_keeps_changing_is_said_to_be_left(
    held: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    """The others go."""
    racing(monkeypatch, TRIES)
    assert release(held, "--yes") == 1
    out = capsys.readouterr().out
    assert "R1: keeps changing; release it again" in out
    assert f"WS#{WS}: released 2" in out
    assert free(held) == ["R2", "R3"]


@pytest.mark.parametrize("more", [{"phase": Phase.CLOSED, "ended_at": NOW}, {"released_at": NOW}])
def test_what_has_ended_or_was_released_meanwhile_stays_so(
    held: Cloud, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    """While the question was being answered."""
    cases = TableCases(held.table)

    def answer(_question: str) -> bool:
        one = cases.get(WS, "R1")
        assert one is not None
        cases.put(replace(one, **more))
        return True

    monkeypatch.setattr("operate.__main__._agree", answer)
    assert release(held, "--yes", "--report", "R1") == 0
    one = cases.get(WS, "R1")
    assert one is not None
    assert one.version == 2
    assert Why.RELEASED not in {entry.why for entry in one.history}


# --- what a push says of it ----------------------------------------------------------------------


def test_a_push_says_what_it_will_hold_back(held: Cloud, folder: Folder, capsys: Out) -> None:
    """With the number of cases, before it asks."""
    held.put(f"WS#{WS}", body="{}", version=3)
    folder.write(acme=workspace())
    assert main(["push", "--dir", str(folder.path), *held.where, "--yes"]) == 0
    told = capsys.readouterr().out
    assert f"WS#{WS}: goes live; cases opened before 20" in told
    assert "wait for `make release`: " in told


def test_a_push_says_that_a_file_wants_no_quiet(held: Cloud, folder: Folder, capsys: Out) -> None:
    """0 is a choice."""
    held.put(f"WS#{WS}", body="{}", version=3)
    folder.write(acme=workspace(act_since=0))
    assert main(["push", "--dir", str(folder.path), *held.where, "--yes"]) == 0
    assert f"WS#{WS}: goes live; act_since 0 holds nothing back" in capsys.readouterr().out
