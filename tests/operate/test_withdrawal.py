"""`make reactivate WITHDRAW=1`: what was approved isn't done, or what was opened stays open."""

from dataclasses import replace
from typing import Any

import pytest

from operate.__main__ import main
from operate.withdrawal import Withdrawal
from shared.adapters.table import TableAccounts
from shared.domain.blocker import Blocker, reactivated
from shared.domain.finding import Status
from shared.domain.reactivation import Ended, Reactivation, Record, Stage, Until
from shared.errors import ConflictError, PermanentError
from tests.builders import NOW, PROJECT
from tests.fakes.accounts import FakeAccounts
from tests.operate.cloud import Cloud
from tests.operate.kit import ACCOUNT

CLOSED = Blocker(ACCOUNT, PROJECT, Status.INACTIVE, epoch=2, name="Apollo")
APPROVED = Reactivation(2, "arn:nora", NOW, Until.EXPORTED)
OPENED = replace(APPROVED, stage=Stage.OPEN, after=Record(inactive=False, allow_expenses=True))
OF = ACCOUNT, PROJECT


def taken_back(*known: Reactivation, accounts: FakeAccounts | None = None) -> tuple[Any, list[str]]:
    """What is stored afterwards, and what was said."""
    accounts, said = accounts or FakeAccounts(), list[str]()
    accounts.put_blocker(replace(CLOSED, reactivations=known))
    Withdrawal(accounts, "arn:ada", lambda: NOW + 5, said.append).withdraw(*OF)
    return accounts.blockers(ACCOUNT)[0].reactivation, said


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (APPROVED, f"project {PROJECT} isn't opened by us"),
        (replace(APPROVED, stage=Stage.OPENING), f"project {PROJECT} isn't opened by us"),
        (OPENED, f"project {PROJECT} is open, and isn't closed again by us"),
        (
            replace(OPENED, stage=Stage.CLOSING),
            f"project {PROJECT} is open, and isn't closed again by us",
        ),
    ],
)
def test_it_is_over_with_who_and_when(known: Reactivation, said: str) -> None:
    """Whatever was done by then stays as it is, and is kept."""
    after, told = taken_back(known)
    assert after == replace(
        known, stage=Stage.OVER, ended=Ended.WITHDRAWN, ended_at=NOW + 5, ended_by="arn:ada"
    )
    assert told[0] == said
    assert "approved by arn:nora" in told[1]


def test_a_change_on_its_way_can_t_be_taken_back() -> None:
    """Nobody knows yet what became of it."""
    with pytest.raises(PermanentError, match="say it again"):
        taken_back(replace(APPROVED, stage=Stage.OPENING, asked=True))


@pytest.mark.parametrize("known", [(), (replace(APPROVED, stage=Stage.OVER, ended=Ended.OPENED),)])
def test_what_isn_t_under_way_can_t_be_taken_back(known: tuple[Reactivation, ...]) -> None:
    """Never approved, or over."""
    with pytest.raises(PermanentError, match="no approval of project"):
        taken_back(*known)


def test_a_project_that_nobody_knows_has_no_approval() -> None:
    """A slip of the keys."""
    with pytest.raises(PermanentError, match="no approval of project 99"):
        Withdrawal(FakeAccounts(), "arn:ada", lambda: NOW, str).withdraw(ACCOUNT, "99")


class Sending(FakeAccounts):
    """The change is written down just before the approval is taken back."""

    def put_blocker(self, blocker: Blocker) -> Blocker:
        known = blocker.reactivation
        if known is not None and known.ended is Ended.WITHDRAWN:
            asked = replace(APPROVED, stage=Stage.OPENING, asked=True)
            stored = self.blockers(ACCOUNT)[0]
            super().put_blocker(reactivated(stored, asked))
            raise ConflictError("lost")
        return super().put_blocker(blocker)


def test_whoever_writes_first_wins() -> None:
    """Either the change isn't sent, or it is said that it was."""
    with pytest.raises(PermanentError, match="say it again"):
        taken_back(APPROVED, accounts=Sending())


def test_the_command_takes_it_back(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    """And ends with 1 when there is nothing to take back."""
    TableAccounts(cloud.table).put_blocker(reactivated(CLOSED, APPROVED))
    given = ["reactivate", *cloud.where, "--withdraw", "1234567-sb1", PROJECT]
    assert main(given) == 0
    (blocker,) = TableAccounts(cloud.table).blockers(ACCOUNT)
    assert blocker.reactivation is not None
    assert blocker.reactivation.ended is Ended.WITHDRAWN
    assert blocker.reactivation.ended_by.startswith("arn:")
    assert main(given) == 1
    assert "no approval of project" in capsys.readouterr().out
