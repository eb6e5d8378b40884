"""Choosing the project of a label, as `make` runs it, against a table."""

from dataclasses import replace

import pytest

from operate.__main__ import main
from operate.alias import Aliases
from shared.adapters.table import TableAccounts
from shared.domain.clock import DAY
from shared.domain.finding import Candidate, Match, Resolution, Status
from shared.domain.identity import Alias
from shared.ports import Reconciler
from tests.builders import NOW, WS, blocker
from tests.fakes.accounts import FakeAccounts
from tests.fakes.rows import FakeRows
from tests.fakes.settings import FakeSettings
from tests.operate.cloud import Cloud
from tests.operate.conftest import Folder
from tests.operate.kit import ACCOUNT, account, workspace
from tests.workflows.kit import workspace_settings

type Out = pytest.CaptureFixture[str]

TWO = Resolution(
    Match.AMBIGUOUS,
    candidates=("4711", "4720"),
    details=(
        Candidate("4711", "P-4711", "Apollo", "Acme Corp", "Norway"),
        Candidate("4720", "", "Apollo", "Beta Ltd"),
    ),
)
NONE = Resolution(Match.NOT_FOUND)


class Desk:
    """An operator at work; `said` is what the commands answer."""

    def __init__(self, **labels: Resolution) -> None:
        self.accounts, self.rows, self.said = FakeAccounts(), FakeRows(), list[str]()
        settings = FakeSettings()
        settings.add(workspace_settings(account_id=ACCOUNT))
        for text, resolution in labels.items():
            self.accounts.ask(ACCOUNT, WS, [text], NOW)
            (label,) = [x for x in self.accounts.labels(ACCOUNT) if x.text == text]
            self.accounts.answer(replace(label, answered=1, resolution=resolution))
        self.accounts.asks.clear()
        self.aliases = Aliases(
            self.accounts, settings, self.rows, "arn:olga", lambda: NOW, self.said.append
        )

    def choose(
        self, text: str, project: str, workspace_id: str = WS, *, anyway: bool = False
    ) -> bool:
        return self.aliases.choose(workspace_id, text, project, anyway=anyway)

    @property
    def chosen(self) -> tuple[Alias, ...]:
        return self.accounts.aliases(WS)

    @property
    def nudged(self) -> bool:
        """Asked for again, after the choice was written, and looked at within a minute."""
        row = self.rows.get(Reconciler.WATCH, ACCOUNT)
        return bool(self.accounts.asks) and row.due == NOW


def test_a_candidate_is_taken_with_who_and_when() -> None:
    """And the account is looked at, the label as long as any other."""
    desk = Desk(Apollo=TWO)
    assert desk.choose("Apollo", "4720")
    assert desk.chosen == (Alias(WS, "Apollo", "4720", "arn:olga", NOW),)
    assert desk.nudged
    label = desk.accounts.known[ACCOUNT, WS, "Apollo"]
    assert label.wanted_until == NOW + 7 * DAY
    assert label.answered < label.valid_from
    assert desk.said == ["'Apollo' is project 4720 from now on"]


def test_what_is_no_candidate_is_refused_with_those_that_are() -> None:
    """A slip of the finger would have reports exported to another project."""
    desk = Desk(Apollo=TWO)
    assert not desk.choose("Apollo", "4721")
    assert (desk.chosen, desk.nudged) == ((), False)
    assert desk.said[1:] == [
        "  4711: Apollo (P-4711, customer Acme Corp, subsidiary Norway)",
        "  4720: Apollo (customer Beta Ltd)",
    ]
    assert desk.choose("Apollo", "4721", anyway=True)


def test_a_label_that_is_not_found_takes_any_project() -> None:
    """It was renamed: NetSuite's next answer says whether the project is there. A known one is
    called by its name.
    """
    desk = Desk(Old=NONE)
    desk.accounts.put_blocker(
        replace(blocker(Status.INACTIVE, project_id="4730", name="New"), account_id=ACCOUNT)
    )
    assert desk.choose("Old", "4730")
    assert desk.said == ["'Old' is project 4730, New (inactive) from now on"]


@pytest.mark.parametrize("project", ["", "P-4711", "0", "4711 ", "1" * 16])
def test_a_project_is_named_by_its_internal_id(project: str) -> None:
    """Nothing else is put into a query."""
    desk = Desk(Apollo=NONE)
    assert not desk.choose("Apollo", project)
    assert (desk.chosen, desk.nudged) == ((), False)


def test_a_label_may_differ_in_blanks_and_letter_case() -> None:
    """What is chosen is about the label as the reports carry it."""
    desk = Desk(**{"Apollo\u00a0 2": NONE})
    assert desk.choose("apollo 2", "4711")
    assert [alias.text for alias in desk.chosen] == ["Apollo\u00a0 2"]


@pytest.mark.parametrize("text", ["Zeus", "apollo"])
def test_a_label_that_no_report_carries_is_refused(text: str) -> None:
    """Nor is one of several taken that are alike."""
    desk = Desk(Apollo=NONE, APOLLO=NONE)
    assert not desk.choose(text, "4711")
    assert desk.said == [f"no report carries just '{text}'; there are: 'APOLLO', 'Apollo'"]


def test_a_workspace_without_settings_has_no_labels() -> None:
    """It is misspelt, probably."""
    desk = Desk(Apollo=NONE)
    assert not desk.choose("Apollo", "4711", "WS9")
    assert not desk.aliases.remove("WS9", "Apollo")
    assert not desk.aliases.show("WS9")
    assert set(desk.said) == {"no settings name the workspace WS9"}


def test_a_choice_is_taken_back() -> None:
    """The name is matched again, at once."""
    desk = Desk(Apollo=TWO)
    desk.choose("Apollo", "4711")
    desk.accounts.asks.clear()
    assert desk.aliases.remove(WS, "apollo")
    assert (desk.chosen, desk.nudged) == ((), True)
    label = desk.accounts.known[ACCOUNT, WS, "Apollo"]
    assert (label.asked, label.valid_from) == (3, 3)
    assert not desk.aliases.remove(WS, "Apollo")
    assert desk.said[-1] == "nobody chose a project for 'Apollo'; chosen are: none"


def test_what_was_chosen_and_what_waits_is_shown() -> None:
    """With the candidates to choose from."""
    desk = Desk(Apollo=TWO, Old=NONE, Zeus=Resolution(Match.PROJECT, "1"))
    desk.choose("Old", "4730")
    desk.said.clear()
    assert desk.aliases.show(WS)
    assert desk.said == [
        "'Old' is project 4730, chosen by arn:olga",
        "'Apollo' is one of several projects",
        "  4711: Apollo (P-4711, customer Acme Corp, subsidiary Norway)",
        "  4720: Apollo (customer Beta Ltd)",
        "'Old' is no project that is found",
    ]


def test_the_commands_reach_the_table(cloud: Cloud, folder: Folder, capsys: Out) -> None:
    """As `make alias` and `make aliases` call them."""
    folder.write(acme=workspace(), netsuite=account())
    main(["push", "--dir", str(folder.path), *cloud.where, "--yes"])
    accounts = TableAccounts(cloud.table)
    accounts.ask(ACCOUNT, WS, ["Apollo"], NOW)
    of = ["--workspace", WS, "--table", "table"]
    assert main(["alias", *of, "--label", "Apollo", "--project", "4711"]) == 0
    assert [(a.text, a.project_id, a.by) for a in accounts.aliases(WS)] == [
        ("Apollo", "4711", "arn:aws:sts::123456789012:user/moto")
    ]
    assert cloud.due(Reconciler.WATCH, ACCOUNT)
    assert main(["aliases", *of]) == 0
    assert "'Apollo' is project 4711, chosen by arn" in capsys.readouterr().out
    assert main(["alias", *of, "--label", "Apollo", "--remove"]) == 0
    assert accounts.aliases(WS) == ()
    assert main(["alias", *of, "--label", "Apollo", "--remove"]) == 1
