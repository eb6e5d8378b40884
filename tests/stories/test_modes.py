"""Workspaces that don't act: what people hear, and that we ask nobody's system for anything."""

import time
from collections.abc import Callable

import pytest

from tests.stories.kit import Tenant
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack


def test_assisted(tenant: Callable[[str], Tenant]) -> None:
    """People do all of it: we tell them the clicks, and see by reading that they are done."""
    our = tenant("assisted")
    reports = our.stick(2, ["ines", "omar"])
    our.world.fail([our.world.failure(report) for report in reports])
    our.world.wait("administrator asked", lambda: our.mails(our.admin))
    assert our.mails(our.accountant) == []

    our.reactivate()
    our.world.wait("the clicks are asked for", lambda: our.mails(our.accountant))
    (clicks,) = our.mails(our.accountant)
    for words in ("Sync Now", "On the web", "on a phone", "Export", *reports):
        assert words in clicks["text"]
    time.sleep(5)  # time enough for a wrong act
    assert our.world.postings(*reports) == []

    our.world.sync_now(our.workspace)
    for report in reports:
        our.world.export_by_hand(report)
    our.world.wait("both posted", lambda: len(our.world.postings(*reports)) == 2)
    our.world.wait("all told", lambda: len(our.mails(our.accountant)) == 2)
    our.world.wait("the others, too", lambda: len(our.mails(our.admin)) == 2)
    assert "Done" in our.mails(our.accountant)[1]["subject"]
    assert {p["by"].partition(":")[0] for p in our.world.postings(*reports)} == {"person"}
    assert our.syncs() == our.exports() == []


def test_observed(tenant: Callable[[str], Tenant]) -> None:
    """Nobody is told and nothing is asked for; the history says what would have been."""
    our = tenant("observed")
    operator = Operator(our.world.stack)
    people = Operator(our.world.stack, "PeopleTopicArn")
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    told = f"would have told netsuite_admin + submitter of project {our.project_id}"
    our.world.wait("looked", lambda: told in steps(operator, our, report))

    our.reactivate()
    done = "would have synced, then exported"
    our.world.wait("seen", lambda: done in steps(operator, our, report))
    time.sleep(8)  # some more looks, and time enough for a wrong mail or act
    lines = [step for step in steps(operator, our, report) if step.startswith("would have")]
    assert lines == [told, done]
    assert our.mails() == []
    assert people.heard(our.workspace) == []
    assert our.syncs() == our.exports() == []
    assert our.world.postings(report) == []
    assert our.world.project(our.project_id)["isInactive"] is False


def steps(operator: Operator, our: Tenant, report: str) -> list[str]:
    return operator.history(our.workspace, report)
