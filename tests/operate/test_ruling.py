"""`make stays-closed`: who said it and when is stored, and the workspaces are looked at."""

from dataclasses import replace
from typing import Any

import pytest

from operate import races
from operate.__main__ import main
from operate.ruling import StaysClosed
from shared.adapters.table import TableAccounts
from shared.domain.blocker import Blocker, Ruling
from shared.domain.finding import Match, Resolution, Status
from shared.errors import ConflictError, PermanentError
from shared.ports import Reconciler
from tests.builders import NOW, PROJECT, WS
from tests.fakes.accounts import FakeAccounts
from tests.fakes.rows import FakeRows
from tests.operate.cloud import Cloud
from tests.operate.kit import ACCOUNT

CLOSED = Blocker(ACCOUNT, PROJECT, Status.INACTIVE, epoch=2)


def stored(accounts: Any, blocker: Blocker = CLOSED) -> Any:
    """The project, and one label of each of two workspaces, of which one means it."""
    accounts.put_blocker(blocker)
    for workspace_id, project in ((WS, PROJECT), ("WS2", "99")):
        accounts.ask(ACCOUNT, workspace_id, ["Apollo"], NOW)
        (label,) = accounts.labels(ACCOUNT, workspace_id)
        found = Resolution(Match.PROJECT, project)
        accounts.answer(replace(label, answered=1, resolution=found))
    return accounts


def saying(accounts: Any, rows: FakeRows) -> StaysClosed:
    return StaysClosed(accounts, rows, "arn:nora", lambda: NOW)


def test_it_is_stored_with_who_and_when() -> None:
    """For the present epoch; the workspaces whose labels mean the project are due."""
    accounts, rows = stored(FakeAccounts()), FakeRows()
    assert saying(accounts, rows).rule(ACCOUNT, PROJECT) == (WS,)
    (blocker,) = accounts.blockers(ACCOUNT)
    assert blocker.ruling == Ruling(2, "arn:nora", NOW)
    assert blocker.stays_closed
    assert rows.get(Reconciler.RECOVER, WS).due == NOW
    assert rows.get(Reconciler.RECOVER, "WS2").due is None


def test_said_again_it_nudges_again_and_keeps_who_said_it_first() -> None:
    """The first run may have died before the nudge."""
    first = replace(CLOSED, ruling=Ruling(2, "arn:ada", NOW - 1))
    accounts, rows = stored(FakeAccounts(), first), FakeRows()
    assert saying(accounts, rows).rule(ACCOUNT, PROJECT) == (WS,)
    (blocker,) = accounts.blockers(ACCOUNT)
    assert blocker.ruling == first.ruling
    assert rows.get(Reconciler.RECOVER, WS).due == NOW


def test_what_was_said_of_an_earlier_epoch_is_replaced() -> None:
    """It was opened since."""
    accounts = stored(FakeAccounts(), replace(CLOSED, ruling=Ruling(1, "arn:ada", NOW - 1)))
    saying(accounts, FakeRows()).rule(ACCOUNT, PROJECT)
    assert accounts.blockers(ACCOUNT)[0].ruling == Ruling(2, "arn:nora", NOW)


@pytest.mark.parametrize("project", ["99", PROJECT])
def test_of_an_open_or_unknown_project_it_can_t_be_said(project: str) -> None:
    """A typing error is named, not stored."""
    accounts = stored(FakeAccounts(), replace(CLOSED, status=Status.ACTIVE))
    with pytest.raises(PermanentError, match=project):
        saying(accounts, FakeRows()).rule(ACCOUNT, project)


class Racing(FakeAccounts):
    """Somebody else writes first, so often."""

    lost = 0

    def put_blocker(self, blocker: Blocker) -> Blocker:
        if self.lost:
            self.lost -= 1
            raise ConflictError("lost")
        return super().put_blocker(blocker)


@pytest.fixture
def racing() -> Any:
    return stored(Racing())


def test_a_lost_race_is_run_again(racing: Racing) -> None:
    """A look at NetSuite may write the project at the same moment."""
    racing.lost = races.TRIES - 1
    saying(racing, FakeRows()).rule(ACCOUNT, PROJECT)
    assert racing.blockers(ACCOUNT)[0].stays_closed
    racing.blocked.stored.clear()
    racing.put_blocker(CLOSED)
    racing.lost = races.TRIES
    with pytest.raises(ConflictError):
        saying(racing, FakeRows()).rule(ACCOUNT, PROJECT)


def test_the_command_says_where_it_is_told(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the table, by whoever's credentials these are; the account as people write it."""
    accounts = stored(TableAccounts(cloud.table))
    assert main(["stays-closed", *cloud.where, "1234567-sb1", PROJECT]) == 0
    (blocker,) = accounts.blockers(ACCOUNT)
    assert blocker.stays_closed
    assert blocker.ruling.by.startswith("arn:")
    assert capsys.readouterr().out == f"project {PROJECT} stays closed; told in: {WS}\n"
    assert cloud.due(Reconciler.RECOVER, WS)


def test_the_command_refuses_what_isn_t_closed(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what is wrong, and exit code 1."""
    assert main(["stays-closed", *cloud.where, ACCOUNT, "99"]) == 1
    assert "no report waits for project 99" in capsys.readouterr().out
