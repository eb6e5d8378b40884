"""A login that is refused for an hour, and roles that may not see projects.

The hour is a minute, by the account's settings, and runs while the other story is told.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.world import NS0770, World
from tests.stories.kit import HIDDEN, MINUTES, RIGHTLESS, WIPED, Tenant, at, expense
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack

HOUR = timedelta(seconds=60)
"""The account's circuit waits a second where it would wait a minute without settings."""


@dataclass(frozen=True)
class Ears:
    """What the operators were told since these stories began."""

    operator: Operator
    heard: list[dict[str, Any]] = field(default_factory=list)

    def of(self, tenant: Tenant) -> list[dict[str, Any]]:
        while more := self.operator.hears():
            self.heard.extend(more)
        return [notice for notice in self.heard if notice["workspaceId"] == tenant.workspace]


@pytest.fixture(scope="module")
def ears(world: World) -> Ears:
    return Ears(Operator(world.stack))


@pytest.fixture(scope="module", autouse=True)
def refused_at(world: World) -> datetime:
    """Ines and the administrator are asked about one project. Then the sandbox account is refreshed,
    and a report of Omar's fails on another project.
    """
    our = Tenant(world, WIPED)
    fails(our, 0, "ines", our.project)
    world.wait("asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")), 120)
    world.wipe_mapping(our.account)
    world.set_project(our.other_id, isInactive=True)
    fails(our, 1, "omar", our.other)
    return datetime.now(UTC)


def test_a_role_that_may_not_see_projects(
    world: World, ears: Ears, tenant: Callable[[str], Tenant]
) -> None:
    """One has no right on them at all; another sees none since it was restricted. Nobody hears that
    a project isn't there; the operators hear what the role lacks. When it may, all goes on.
    """
    rightless, hidden = tenant(RIGHTLESS), tenant(HIDDEN)
    known = fails(hidden, 0, "ines", hidden.project)
    both = hidden.admin, hidden.person("ines")
    world.wait("asked", lambda: all(hidden.mails(who) for who in both), 120)
    restricted = {"restricted": [hidden.project_id, hidden.other_id]}
    world.netsuite_faults(of(rightless, {"no_permission": True}), of(hidden, restricted))
    world.set_project(hidden.other_id, isInactive=True)
    unknown = fails(hidden, 1, "omar", hidden.other)
    first = fails(rightless, 0, "ines", rightless.project)
    world.wait("the operators hear", lambda: ears.of(rightless) and ears.of(hidden), 120)
    time.sleep(10)  # some more looks, and time for a wrong mail
    assert (len(rightless.mails()), len(hidden.mails())) == (0, 2)
    for each, says in ((rightless, "refuses us a permission"), (hidden, "shows us no project")):
        (notice,) = ears.of(each)
        assert says in notice["subject"]
        assert "Lists > Projects" in notice["text"]

    world.netsuite_faults()
    world.wait("asked at last", lambda: rightless.mails(rightless.person("ines")), 120)
    world.wait("about the other, too", lambda: hidden.mails(hidden.person("omar")), 120)
    asked = (*rightless.mails(), *hidden.mails())
    assert all("is inactive in NetSuite" in mail["text"] for mail in asked)
    for each in (rightless, hidden):
        each.reactivate()
    world.set_project(hidden.other_id, isInactive=False)
    reports = (first, known, unknown)
    world.wait("posted", lambda: len(world.postings(*reports)) == len(reports), 120)
    assert [len(each.exports()) for each in (rightless, hidden)] == [1, 2]


def test_a_login_that_is_refused_for_an_hour(
    world: World, ears: Ears, refused_at: datetime
) -> None:
    """Few attempts, however many failures come in; the operators hear once what it may be, and
    nobody else hears anything. What was opened meanwhile and what failed is seen to afterwards.
    """
    our = Tenant(world, WIPED)
    our.reactivate()
    world.wait("the operators hear", lambda: ears.of(our), 120)
    for number in range(2, 6):
        fails(our, number, "omar", our.other)
    rest = refused_at + HOUR - datetime.now(UTC)
    time.sleep(max(0.0, rest.total_seconds()))
    refused = [login for login in our.logins() if at(login) >= refused_at]
    assert {login["status"] for login in refused} == {401}
    assert 4 <= len(refused) <= len(MINUTES) + 1
    assert {m["to"][0] for m in our.mails()} == {our.admin, our.person("ines")}
    assert len(our.mails()) == 2
    (notice,) = ears.of(our)
    assert "invalid_client" in notice["subject"]
    assert "Was the sandbox refreshed?" in notice["text"]

    world.map_again(our.account)
    world.wait("posted", lambda: world.postings(report_id(our, 0)), 120)
    world.wait("Omar is asked", lambda: our.mails(our.person("omar")), 120)
    assert len(our.exports()) == 1
    assert len(ears.of(our)) == 1


def fails(whose: Tenant, number: int, person: str, project: str) -> str:
    """A report of this person's fails on the project, and that is told."""
    report = report_id(whose, number)
    whose.world.set_report(
        report,
        workspaceId=whose.workspace,
        reportName=f"Trip {number}",
        submitterEmail=whose.person(person),
        state="APPROVED",
        failed=True,
        expenses=[expense(f"{whose.number}{number}", project)],
    )
    failure = whose.world.failure(report)
    assert failure["errorMessage"] == NS0770.format(project)
    whose.world.fail([failure])
    return report


def report_id(of: Tenant, number: int) -> str:
    return f"R{of.number:02d}{number:09d}"


def of(tenant: Tenant, effect: dict[str, Any]) -> dict[str, Any]:
    return {"match": {"account": tenant.account_slug}, "effect": effect}
