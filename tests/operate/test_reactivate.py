"""`make reactivate`: what waits is shown, and who approves it, when and for how long is stored."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from operate import races
from operate.__main__ import main
from operate.reactivate import Approval
from shared.adapters.table import TableAccounts, TableCases
from shared.contracts.settings import AccountSettings, WorkspaceSettings
from shared.domain.blocker import Blocker, Ruling, reactivated
from shared.domain.case import Phase
from shared.domain.finding import Match, Resolution, Status
from shared.domain.reactivation import Ended, Reactivation, Stage, Until
from shared.domain.report import Money
from shared.errors import ConflictError, PermanentError, SettingsError
from shared.ports import Reconciler
from tests.builders import LABEL, NOW, PROJECT, WS, case
from tests.fakes.accounts import FakeAccounts
from tests.fakes.cases import FakeCases
from tests.fakes.rows import FakeRows
from tests.fakes.settings import FakeSettings
from tests.operate.cloud import Cloud
from tests.operate.kit import ACCOUNT, account, workspace

CLOSED = Blocker(ACCOUNT, PROJECT, Status.INACTIVE, epoch=2, name="Apollo", customer="Acme")
OF = ACCOUNT, PROJECT
APPROVED = Reactivation(2, "arn:nora", NOW, Until.EXPORTED)


def filled(accounts: Any, cases: Any, blocker: Blocker = CLOSED) -> None:
    """Two reports of one workspace wait for the project, and another workspace's for another."""
    accounts.put_blocker(blocker)
    for workspace_id, project in ((WS, PROJECT), ("WS2", "99")):
        accounts.ask(ACCOUNT, workspace_id, [LABEL], NOW)
        (label,) = accounts.labels(ACCOUNT, workspace_id)
        found = Resolution(Match.PROJECT, project)
        accounts.answer(replace(label, answered=1, resolution=found))
    for report_id, person in (("R1", "sam"), ("R2", "ines")):
        waiting = case(report_id=report_id, submitter=person, account_id=ACCOUNT, version=0)
        sums = tuple(replace(x, sums=(Money("EUR", 43950),)) for x in waiting.labels)
        cases.put(replace(waiting, labels=sums))
    cases.put(case(workspace_id="WS2", report_id="R3", account_id=ACCOUNT, version=0))


@dataclass
class Desk:
    """`answers`: to 'Open it?'."""

    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    cases: FakeCases = field(default_factory=FakeCases)
    settings: FakeSettings = field(default_factory=FakeSettings)
    rows: FakeRows = field(default_factory=FakeRows)
    answers: bool = True
    said: list[str] = field(default_factory=list)

    def allow(self, **more: Any) -> "Desk":
        self.settings.add(
            AccountSettings.model_validate(account(reactivation="on_approval")),
            WorkspaceSettings.model_validate(workspace(**more)),
        )
        return self

    @property
    def approval(self) -> Approval:
        return Approval(
            self.accounts,
            self.cases,
            self.settings,
            self.rows,
            "arn:nora",
            lambda: NOW,
            self.said.append,
            lambda _question: self.answers,
        )

    @property
    def stored(self) -> tuple[Reactivation, ...]:
        return self.accounts.blockers(ACCOUNT)[0].reactivations


def desk(blocker: Blocker = CLOSED, **more: Any) -> Desk:
    made = Desk().allow(**more)
    filled(made.accounts, made.cases, blocker)
    return made


def test_it_is_stored_with_who_when_and_for_how_long() -> None:
    """For the present epoch; the account is due."""
    our = desk()
    assert our.approval.approve(*OF, Until.EXPORTED)
    assert our.stored == (APPROVED,)
    assert our.rows.get(Reconciler.WATCH, ACCOUNT).due == NOW


def test_what_waits_is_shown_first() -> None:
    """Of this project alone: how many, whose, how much; and what happens afterwards."""
    our = desk()
    our.answers = False
    assert our.approval.approve(*OF, Until.GOOD)
    assert our.said == [
        f"project {PROJECT} of {ACCOUNT}: Apollo, of Acme",
        f"  WS#{WS}: 2 reports of 2 people wait, EUR 879.00",
        "We open it in NetSuite (inactive). It stays open.",
        "Nothing was approved.",
    ]
    assert our.stored == ()
    assert our.rows.get(Reconciler.WATCH, ACCOUNT).due is None


def test_a_sum_that_nobody_knows_is_said_to_be_unknown() -> None:
    """The report wasn't read yet."""
    our = desk(replace(CLOSED, customer=""))
    for known in our.cases.unfinished(WS):
        our.cases.put(replace(known, labels=tuple(replace(x, sums=()) for x in known.labels)))
    our.approval.show(*OF, Until.EXPORTED)
    assert our.said[:2] == [
        f"project {PROJECT} of {ACCOUNT}: Apollo",
        f"  WS#{WS}: 2 reports of 2 people wait, no sum is known",
    ]
    assert "closed again" in our.said[2]


def test_given_again_it_nudges_again() -> None:
    """And keeps who approved it first; for another time it can't be had at once."""
    our = desk(reactivated(CLOSED, replace(APPROVED, by="arn:ada")))
    assert our.approval.approve(*OF, Until.EXPORTED)
    assert our.rows.get(Reconciler.WATCH, ACCOUNT).due == NOW
    assert not our.approval.approve(*OF, Until.GOOD)
    assert [r.by for r in our.stored] == ["arn:ada"]
    assert "arn:ada approved it already" in our.said[0]


def test_after_one_that_is_over_it_may_be_approved_again() -> None:
    """What became of the earlier one stays with the project."""
    over = replace(APPROVED, at=NOW - 1, stage=Stage.OVER, ended=Ended.REFUSED)
    our = desk(reactivated(CLOSED, over))
    assert our.approval.approve(*OF, Until.EXPORTED)
    assert our.stored == (over, APPROVED)


@pytest.mark.parametrize(
    ("blocker", "why"),
    [
        (replace(CLOSED, status=Status.ACTIVE), "no report waits"),
        (replace(CLOSED, project_id="98"), "no report waits"),
        (replace(CLOSED, status=Status.GONE), "isn't in NetSuite"),
        (replace(CLOSED, status=Status.OWNER_INACTIVE), "stands under"),
        (replace(CLOSED, ruling=Ruling(2, "arn:ada", NOW)), "arn:ada said .* stays closed"),
    ],
)
def test_what_can_t_be_opened_by_us_is_refused(blocker: Blocker, why: str) -> None:
    """With the reason."""
    our = desk(blocker)
    with pytest.raises(PermanentError, match=why):
        our.approval.approve(*OF, Until.GOOD)
    assert our.stored == ()


def test_what_nobody_waits_for_is_refused() -> None:
    """The reports are through."""
    our = desk()
    for known in our.cases.unfinished(WS):
        our.cases.put(replace(known, phase=Phase.RESOLVED))
    with pytest.raises(PermanentError, match="no report waits"):
        our.approval.approve(*OF, Until.GOOD)


def test_an_account_that_doesn_t_allow_it_is_refused() -> None:
    """Which is what settings without a word about it mean."""
    our = desk()
    our.settings.add(AccountSettings.model_validate(account()))
    with pytest.raises(PermanentError, match="reactivation: off"):
        our.approval.approve(*OF, Until.GOOD)


@pytest.mark.parametrize("mode", ["assist", "observe"])
def test_where_nobody_acts_it_is_refused(mode: str) -> None:
    """An approval that would never be carried out misleads."""
    with pytest.raises(PermanentError, match="in mode auto"):
        desk(mode=mode).approval.approve(*OF, Until.GOOD)


def test_broken_settings_don_t_act() -> None:
    """Of the workspace; those of the account are said to be broken."""
    our = desk()
    our.settings.broken.add(WS)
    with pytest.raises(PermanentError, match="in mode auto"):
        our.approval.approve(*OF, Until.GOOD)
    our.settings.broken.add(ACCOUNT)
    with pytest.raises(SettingsError):
        our.approval.approve(*OF, Until.GOOD)


class Racing(FakeAccounts):
    """Somebody else writes first, so often; `then` is what stands there afterwards."""

    lost = 0
    then: Blocker | None = None

    def put_blocker(self, blocker: Blocker) -> Blocker:
        if self.lost:
            self.lost -= 1
            if self.then is not None:
                super().put_blocker(replace(self.then, version=blocker.version))
            raise ConflictError("lost")
        return super().put_blocker(blocker)


def racing(lost: int, then: Blocker | None = None) -> Desk:
    our = desk()
    accounts = Racing()
    filled(accounts, FakeCases())
    accounts.lost, accounts.then = lost, then
    our.accounts = accounts
    return our


def test_a_lost_race_is_run_again() -> None:
    """A look at NetSuite may write the project at the same moment."""
    our = racing(races.TRIES - 1)
    our.approval.approve(*OF, Until.EXPORTED)
    assert our.stored == (APPROVED,)
    with pytest.raises(ConflictError):
        racing(races.TRIES).approval.approve(*OF, Until.EXPORTED)


@pytest.mark.parametrize(
    "then",
    [
        replace(CLOSED, epoch=3),
        replace(CLOSED, status=Status.EXPENSES_OFF),
        reactivated(CLOSED, replace(APPROVED, by="arn:ada")),
    ],
)
def test_what_was_not_shown_is_not_approved(then: Blocker) -> None:
    """It has changed, or somebody else was quicker."""
    with pytest.raises(PermanentError, match="see it again"):
        racing(1, then).approval.approve(*OF, Until.EXPORTED)


# --- the command -----------------------------------------------------------------------------


@pytest.fixture
def stocked(cloud: Cloud) -> Cloud:
    """A table with all that is needed."""
    filled(TableAccounts(cloud.table), TableCases(cloud.table))
    for sk, content in (
        (f"ACCOUNT#{ACCOUNT}", account(reactivation="on_approval")),
        (f"WS#{WS}", workspace()),
    ):
        cloud.put(sk, body=json.dumps(content), version=1)
    return cloud


def test_the_command_stores_who_approves(
    stocked: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """By whoever's credentials these are; the account as people write it."""
    given = ["reactivate", *stocked.where, "--yes", "--until", "exported", "1234567-sb1", PROJECT]
    assert main(given) == 0
    (blocker,) = TableAccounts(stocked.table).blockers(ACCOUNT)
    assert blocker.reactivation is not None
    assert blocker.reactivation.by.startswith("arn:")
    assert (blocker.reactivation.until, blocker.reactivation.stage) == (
        Until.EXPORTED,
        Stage.APPROVED,
    )
    assert "approved by arn:" in capsys.readouterr().out
    assert stocked.due(Reconciler.WATCH, ACCOUNT)


def test_the_command_asks_nobody_who_is_not_there(
    stocked: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """It shows what there is, and approves nothing."""
    assert main(["reactivate", *stocked.where, ACCOUNT, PROJECT]) == 0
    assert "Nothing was approved: there is nobody to ask" in capsys.readouterr().out
    assert TableAccounts(stocked.table).blockers(ACCOUNT)[0].reactivations == ()


def test_the_command_says_when_nothing_is_changed(
    stocked: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kill switch is off; and what can't be approved ends with 1."""
    stocked.put("STACK", body='{"version": 1, "acts": "off"}', version=1)
    assert main(["reactivate", *stocked.where, "--yes", ACCOUNT, PROJECT]) == 0
    assert "acts is off" in capsys.readouterr().out
    assert main(["reactivate", *stocked.where, "--yes", ACCOUNT, "99"]) == 1
    assert "no report waits for project 99" in capsys.readouterr().out
