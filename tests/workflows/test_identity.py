"""From an operator's choice, or a customer's record, to the export of what waited for it."""

from dataclasses import replace

import pytest

from operate.alias import Aliases
from shared.domain.announce import OPERATORS
from shared.domain.case import Phase
from shared.domain.clock import HOUR, MINUTE
from shared.domain.finding import Match, Owner, OwnerKind, Project
from shared.domain.notice import Notice, Role, Tone
from shared.ports import Reconciler
from tests.builders import ACCOUNT, ADMIN, LABEL, NOW, PROJECT, SUBMITTER, WS, WS_ADMIN
from tests.workflows.kit import ACTIVE, INACTIVE, Service, workspace_settings
from tests.workflows.stages import stuck

TWIN = replace(ACTIVE, project_id="4720", entity_id="P-4720", customer="Beta Ltd")
ACME = Owner(OwnerKind.CUSTOMER, "88", "Acme Corp", inactive=True)


def service(*projects: Project) -> Service:
    """A report was refused for its project; NetSuite holds these. The next export is taken."""
    made = stuck()
    made.expensify.closed.clear()
    made.netsuite.projects = list(projects)
    return made


def aliases(of: Service) -> Aliases:
    return Aliases(of.accounts, of.settings, of.rows, "olga", of.clock, lambda _line: None)


def first_told(of: Service, address: str) -> list[Notice]:
    """No reminders."""
    return [notice for notice in of.notices_of(address) if not notice.rung]


def tones(of: Service, address: str) -> list[Tone]:
    return [notice.tone for notice in first_told(of, address)]


def test_a_choice_moves_what_waited_for_it() -> None:
    """Ambiguous: told to whoever may choose; chosen: looked at, synced, exported."""
    one = service(ACTIVE, TWIN)
    one.run(20 * MINUTE)
    assert (tones(one, WS_ADMIN), tones(one, OPERATORS)) == ([Tone.RETAG], [Tone.RETAG])
    assert (tones(one, SUBMITTER), one.calls("export")) == ([], [])
    assert aliases(one).choose(WS, LABEL, PROJECT, anyway=False)
    one.run(HOUR, until=lambda: one.case().finished)
    assert one.case().phase is Phase.RESOLVED
    assert len(one.calls("export")) == 1


def test_a_choice_of_a_closed_project_asks_for_that_one() -> None:
    """A blocker like any other: its administrators hear of it."""
    one = service(INACTIVE, TWIN)
    one.run(20 * MINUTE)
    assert tones(one, ADMIN) == []
    aliases(one).choose(WS, LABEL, PROJECT, anyway=False)
    one.run(20 * MINUTE)
    (notice,) = first_told(one, ADMIN)
    assert (notice.tone, notice.about) == (Tone.REACTIVATE, f"P#{PROJECT}")
    assert one.calls("export") == []


def test_a_chosen_project_that_goes_is_told_and_never_matched_by_name() -> None:
    """To those who may choose again; the name would lead to the twin."""
    one = service(INACTIVE, TWIN)
    one.run(20 * MINUTE)
    aliases(one).choose(WS, LABEL, PROJECT, anyway=False)
    one.run(20 * MINUTE)
    one.netsuite.projects = [TWIN]
    one.run(HOUR)
    (label,) = one.accounts.labels(ACCOUNT)
    assert label.resolution.match is Match.ALIAS_GONE
    assert one.calls("export") == []
    told = [n for n in one.notices_of(OPERATORS) if n.tone is Tone.RETAG and n.sent_at]
    assert [n.epoch for n in told] == [1, 2]
    assert all(n.role is Role.OPERATOR for n in told)
    assert aliases(one).remove(WS, LABEL)
    one.run(HOUR, until=lambda: one.case().finished)
    assert one.case().phase is Phase.RESOLVED


def test_a_subsidiary_in_the_settings_decides() -> None:
    """Nobody is asked anything."""
    one = service(
        replace(ACTIVE, subsidiary_id="5", subsidiary="Norway"),
        replace(TWIN, subsidiary_id="6", subsidiary="Spain"),
    )
    one.settings.add(workspace_settings(subsidiary="norway"))
    one.run(HOUR, until=lambda: one.case().finished)
    assert one.case().phase is Phase.RESOLVED
    assert tones(one, WS_ADMIN) == []
    assert [b.project_id for b in one.accounts.blockers(ACCOUNT)] == [PROJECT]


@pytest.mark.parametrize("broken", [True, False])
def test_a_workspace_without_good_settings_has_no_subsidiary(broken: bool) -> None:
    """The account is looked at all the same, for the others."""
    one = service(ACTIVE)
    one.accounts.ask(ACCOUNT, "WS9", [LABEL], NOW + HOUR)
    if broken:
        one.settings.broken.add("WS9")
    one.look(Reconciler.WATCH, ACCOUNT)
    assert all(not label.pending for label in one.accounts.labels(ACCOUNT))


def test_an_inactive_customer_is_told_with_its_name_and_its_end_is_noticed() -> None:
    """Those who can open it are told which record; the retaggers as of an inactive project."""
    held = replace(ACTIVE, owners=(ACME,))
    one = service(held)
    one.run(20 * MINUTE)
    assert (tones(one, ADMIN), tones(one, SUBMITTER)) == ([Tone.REACTIVATE], [Tone.RETAG])
    letter = next(x for x in one.mail.sent if x.notice.person == ADMIN)
    assert letter.subject.owner == ACME
    one.netsuite.projects = [replace(held, owners=(replace(ACME, inactive=False),))]
    one.run(HOUR, until=lambda: one.case().finished)
    assert one.case().phase is Phase.RESOLVED


def test_a_project_that_is_opened_under_an_inactive_customer_asks_for_that_next() -> None:
    """The second record is another ask, to the same people."""
    one = service(INACTIVE)
    one.run(20 * MINUTE)
    one.netsuite.projects = [replace(ACTIVE, owners=(ACME,))]
    one.run(20 * MINUTE)
    assert [(n.tone, n.epoch) for n in first_told(one, ADMIN)] == [
        (Tone.REACTIVATE, 1),
        (Tone.REACTIVATE, 2),
    ]
    assert one.calls("export") == []


def test_a_project_that_was_merged_into_another_is_another_blocker() -> None:
    """The old one is gone, and the label is the new one's: nobody is asked for the old again."""
    one = service(INACTIVE, Project("99", "P-99", "Zeus", inactive=False, allow_expenses=True))
    one.accounts.ask(ACCOUNT, WS, ["Zeus"], NOW + 99 * HOUR)
    one.run(20 * MINUTE)
    merged = replace(TWIN, inactive=True)
    one.netsuite.projects = [merged, one.netsuite.projects[1]]
    one.run(HOUR)
    by_id = {b.project_id: b.status for b in one.accounts.blockers(ACCOUNT)}
    assert (by_id[PROJECT], by_id["4720"]) == ("gone", "inactive")
    assert {n.about for n in one.notices_of(ADMIN)} == {f"P#{PROJECT}", "P#4720"}
    one.netsuite.projects[0] = replace(merged, inactive=False)
    one.run(HOUR, until=lambda: one.case().finished)
    assert one.case().phase is Phase.RESOLVED
