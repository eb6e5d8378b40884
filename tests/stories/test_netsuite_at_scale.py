"""Very many accounts that don't answer, and very many projects in one account: in this order, since the
mails about the latter keep the queues busy for a while.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import boto3
import pytest

from sandbox.stack.paths import TEMPLATE
from sandbox.world import World
from tests.stories.crowd import Crowd, ids_asked, throttled
from tests.stories.kit import ACTING, BESIDE, CROWD_CYCLE, CROWDED, CYCLE, SILENT, Tenant, at

pytestmark = pytest.mark.stack

HALF_A_CYCLE = timedelta(seconds=CROWD_CYCLE / 2)
"""Each look begins a cycle after the one before; how long it takes to get to its query varies."""


def test_twenty_accounts_that_never_answer(world: World, tenant: Callable[[str], Tenant]) -> None:
    """Their requests hang until we give up. Beside them a project is opened in an account that
    answers: it is seen within two of its cycles, and the report arrives.
    """
    silent, our = [tenant(story) for story in SILENT], tenant(BESIDE)
    world.netsuite_faults(*(hangs(each) for each in silent))
    (report,) = our.stick(1, ["ines"])
    stuck = [each.stick(1, ["omar"])[0] for each in silent]
    with as_many_at_once_as_the_template_says(world):
        world.fail([world.failure(each) for each in stuck])
        world.wait("they hang", lambda: any(each.logins() for each in silent))
        world.fail([world.failure(report)])
        world.wait("asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")), 120)
        our.reactivate()
        opened = datetime.now(UTC)
        world.wait("posted", lambda: world.postings(report), 3 * CYCLE)
        world.wait("each was asked", lambda: all(each.logins() for each in silent), 120)
    seen = min(at(query) for query in our.suiteql() if at(query) > opened)
    assert (seen - opened).total_seconds() <= 2 * CYCLE
    assert len(world.postings(report)) == len(our.exports()) == 1
    assert [each.mails() for each in silent] == [[]] * len(silent)
    world.netsuite_faults()


def test_a_thousand_projects_in_one_account(world: World) -> None:
    """Of 40 workspaces. All are found out about although half of the calls are throttled; then each
    cycle asks once for all; then all are opened, while half of the calls are throttled again, and
    nothing is left to be asked. NetSuite never has two requests of ours at the same time.
    """
    our = Crowd(world)
    our.stick()
    our.throttles_half()
    world.fail([world.failure(report) for report in our.reports])
    world.wait("all are known", lambda: any(ids_asked(q) == 1000 for q in our.queries()[-1:]), 240)
    world.wait("all are asked", lambda: all(world.mails(person) for person in our.people), 120)
    found_out = our.queries()
    assert throttled(found_out) > 0.3

    our.answers_slowly()
    world.wait("four cycles", lambda: len(our.queries(len(found_out) + 1)) >= 4, 120)
    calm = our.queries(len(found_out) + 1)
    assert {(q["status"], ids_asked(q)) for q in calm} == {(200, 1000)}
    assert all(at(b) - at(a) > HALF_A_CYCLE for a, b in pairwise(calm))

    before = len(our.queries())
    our.throttles_half()
    our.open_all()
    mine = our.reports[: len(ACTING)]
    world.wait("posted", lambda: len(world.postings(*mine)) == len(mine), 120)
    world.wait("nothing is asked any more", lambda: our.is_quiet(4 * CROWD_CYCLE), 60)
    assert our.queries()[-1]["status"] == 200
    assert throttled(our.queries(before)) > 0.3
    assert our.exports() == dict.fromkeys(mine, 1)
    assert len(world.postings(*our.reports)) == len(mine)
    assert world.most_at_once(CROWDED) == 1
    world.netsuite_faults()


def hangs(of: Tenant) -> dict[str, Any]:
    """Whatever it is asked; our own patience ends after ten seconds."""
    return {"match": {"account": of.account_slug}, "effect": {"delay": 20}}


@contextmanager
def as_many_at_once_as_the_template_says(world: World) -> Iterator[None]:
    """The sandbox has fewer, to be kind to small machines."""
    client: Any = boto3.client("lambda", **world.stack.aws)
    of = client.list_event_source_mappings(FunctionName=world.stack.functions["watch"])
    (mapping,) = of["EventSourceMappings"]
    found = re.search(r"ReconcilerConcurrency:.*?Default: (\d+)", TEMPLATE.read_text(), re.DOTALL)
    assert found
    bounds = {"MaximumConcurrency": int(found[1])}
    client.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig=bounds)
    try:
        yield
    finally:
        before = {"MaximumConcurrency": int(mapping["ScalingConfig"]["MaximumConcurrency"])}
        client.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig=before)
