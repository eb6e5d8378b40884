"""Projects that we open with somebody's approval, until the reports are exported."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.kit import Tenant
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack

PENDING = "4"
"""A project's status, which decides nothing about expenses."""


def opened(our: Tenant, operator: Operator) -> list[str]:
    """Three reports wait; an operator approves, and the project is open in NetSuite."""
    reports = our.stick(3, ["ines", "omar"])
    our.world.fail([our.world.failure(report) for report in reports])
    our.world.wait("the administrator is asked", lambda: our.mails(our.admin), 120)
    time.sleep(5)  # time enough for a change that nobody approved
    assert our.changes() == []
    said = operator.approves(our.account_slug, our.project_id)
    assert "3 reports of 2 people wait, EUR 37.50" in said
    our.world.wait("open", lambda: not our.world.project(our.project_id)["isInactive"], 120)
    return reports


def test_opened_until_exported(tenant: Callable[[str], Tenant]) -> None:
    """Each report arrives once, and then the project is closed again: two changes in all."""
    our = tenant("lent")
    operator = Operator(our.world.stack)
    reports = opened(our, operator)
    our.world.wait("closed again", lambda: our.world.project(our.project_id)["isInactive"], 240)
    assert len(our.world.postings(*reports)) == len(our.exports()) == 3
    our.world.wait("thanked", lambda: len(our.mails(our.admin)) == 2, 120)
    thanks = our.mails(our.admin)[-1]["text"]
    assert "Reactivated: by us, as arn:" in thanks
    time.sleep(8)  # time enough to open or close it once more
    assert [e["status"] for e in our.changes()] == [204, 204]
    assert not [n for n in operator.heard(our.workspace) if n["tone"] == "reactivation"]


def test_a_person_edits_it_in_between(tenant: Callable[[str], Tenant]) -> None:
    """We leave it alone, and say so to the administrator and to the operators."""
    our = tenant("edited")
    operator = Operator(our.world.stack)
    reports = opened(our, operator)
    our.world.set_project(our.project_id, entityStatus=PENDING)
    our.world.wait("posted", lambda: len(our.world.postings(*reports)) == 3, 240)
    heard: list[dict[str, Any]] = []

    def told() -> bool:
        heard.extend(n for n in operator.heard(our.workspace) if n["tone"] == "reactivation")
        left = [m for m in our.mails(our.admin) if "is left as it is" in m["subject"]]
        return bool(heard and left)

    our.world.wait("both are told that it is left alone", told, 120)
    time.sleep(8)  # time enough to close it all the same
    project = our.world.project(our.project_id)
    assert (project["isInactive"], project["entityStatus"]) == (False, PENDING)
    assert [e["status"] for e in our.changes()] == [204]
    assert len(our.exports()) == 3
    assert len(heard) == 1
