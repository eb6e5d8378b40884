"""A run of `detect` that dies when it has said what it saw, and has written down none of it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.adapters.table.keys import sightings_pk
from shared.domain.case import Why
from tests.stories.kit import KILLED, Tenant
from tests.stories.operator import Operator
from tests.stories.owner import Ear, delivers_again, may_not_put
from tests.stories.test_detect import searches

pytestmark = pytest.mark.stack


def test_a_run_that_dies_before_it_records_says_it_again(
    tenant: Callable[[str], Tenant], tmp_path: Path
) -> None:
    """Under the same ids, until it is recorded; each report has one case, and is exported once.

    The table takes no record of what was seen in this workspace; that ends the run where a kill
    would, after its events are on the bus.
    """
    our = tenant(KILLED)
    world, operator = our.world, Operator(our.world.stack)
    before, *failing = our.stick(3, ["ines"], failed=False)
    world.set_report(before, failed=True)
    our.reactivate()
    operator.writes(tmp_path / "settings", our.workspace)
    assert operator.pushes(tmp_path / "settings") == 0
    world.wait("searched once", lambda: len(searches(our)) > 1)

    ear = Ear(world.stack, our.workspace)
    with delivers_again(world.stack, "detect", seconds=8):
        with may_not_put(world.stack, "detect", sightings_pk(our.workspace)):
            for report in failing:
                world.set_report(report, failed=True)
            world.wait("it is said", lambda: all(ear.ids(report) for report in failing))
        world.wait("again", lambda: all(len(ear.ids(report)) > 1 for report in failing))
    said = {report: ear.ids(report) for report in failing}
    assert all(len(set(ids)) == 1 for ids in said.values())

    world.wait("all posted", lambda: len(world.postings(*failing)) == len(failing))
    time.sleep(6)  # one more search: what is recorded isn't said again
    assert {report: ear.ids(report) for report in failing} == said
    for report in failing:
        steps = operator.history(our.workspace, report)
        assert sum(step.startswith(Why.OPENED) for step in steps) == 1
        assert not any(step.startswith(Why.ADDED) for step in steps)
        assert len(world.postings(report)) == 1
    assert operator.history(our.workspace, before) == []
    assert len(our.exports()) == len(failing)
