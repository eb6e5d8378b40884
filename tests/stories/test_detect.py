"""Failures that nobody tells of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.domain.case import Why
from tests.stories.kit import DETECTED, Tenant, expense
from tests.stories.operator import Operator

MANY = 300
FAILING = tuple(range(0, 280, 40))
"""Seven of them; the last one was approved 60 days ago."""
TWICE = FAILING[2]
BEFORE = 299
"""Failed before we began to look."""


def test_detection_without_any_event_put_by_us(
    tenant: Callable[[str], Tenant], tmp_path: Path
) -> None:
    """300 reports, 7 of which fail, one of them twice, one 60 days after its approval: each is
    found, told, and exported once; what failed before is left alone. All it takes is a push of
    settings.
    """
    mine = tenant(DETECTED)
    operator = Operator(mine.world.stack)
    world, ids = mine.world, [f"R{mine.number:02d}{n:09d}" for n in range(MANY)]
    for n, report_id in enumerate(ids):
        put(mine, report_id, n)
    world.set_report(ids[BEFORE], failed=True)
    operator.writes(tmp_path / "settings", mine.workspace)
    assert operator.pushes(tmp_path / "settings") == 0
    world.wait("all searched once", lambda: has_searched_all(mine), 120)

    failing = [ids[n] for n in FAILING]
    for report_id in (*failing, ids[TWICE]):
        world.set_report(report_id, failed=True)
    world.wait("told", lambda: mine.mails(mine.admin), 120)
    world.wait("all found", lambda: len(read(mine) & set(failing)) == len(failing), 120)
    assert world.postings(*ids) == []

    mine.reactivate()
    world.wait("exported", lambda: len(world.postings(*ids)) >= len(failing), 180)
    exported = [posting["reportId"] for posting in world.postings(*ids)]
    assert sorted(exported) == sorted(failing)
    assert ids[BEFORE] not in read(mine)
    assert operator.history(mine.workspace, ids[BEFORE]) == []
    told = {each: operator.history(mine.workspace, each) for each in failing}
    assert all(sum(step.startswith(Why.OPENED) for step in steps) == 1 for steps in told.values())
    assert any(step.startswith(Why.ADDED) for step in told[ids[TWICE]])
    assert len(mine.syncs()) == 1
    assert world.dead_letters() == []


def put(mine: Tenant, report_id: str, number: int) -> None:
    fails = number in (*FAILING, BEFORE)
    mine.world.set_report(
        report_id,
        workspaceId=mine.workspace,
        reportName=f"Trip {number}",
        submitterEmail=mine.person(("ines", "omar")[number % 2]),
        state="APPROVED",
        approvedDaysAgo=60 if number == FAILING[-1] else number % 30,
        expenses=[expense(f"{mine.number}{number}", mine.project if fails else mine.other)],
    )


def has_searched_all(mine: Tenant) -> bool:
    """The last span of the first round of old reports is the only one of its form."""
    return any({"approvedAfter", "endDate"} <= job["params"].keys() for job in searches(mine))


def searches(mine: Tenant) -> list[dict[str, Any]]:
    """Of this workspace, by time."""
    jobs = mine.world.calls("file/combinedReportData")
    return [job for job in jobs if job["params"].get("policyIDList") == mine.workspace]


def read(mine: Tenant) -> set[str]:
    """The reports that were asked for by their ids, which happens only to those with a case."""
    jobs = mine.world.calls("file/combinedReportData")
    lists = [str(job["params"]["reportIDList"]) for job in jobs if "reportIDList" in job["params"]]
    return {report_id for each in lists for report_id in each.split(",")}
