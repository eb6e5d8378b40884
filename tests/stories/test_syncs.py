"""Syncs that hang, somebody else's, and what Expensify does by itself after ours."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.case import Why
from tests.stories.kit import SYNCS, Tenant, at
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack

IMPORTING = "netSuiteSyncCustomers"
"""The stage in which a sync reads NetSuite; what changes afterwards isn't in it."""


def hanging(our: Tenant) -> dict[str, object]:
    """The first sync that we ask for never gets beyond its import."""
    return {
        "match": {"command": "SyncPolicyToNetSuite", "policyID": our.workspace},
        "times": 1,
        "effect": {"sync_stuck": True},
    }


def test_a_sync_that_hangs(tenant: Callable[[str], Tenant]) -> None:
    """Asked for once more, which does for the one; where that hangs as well, a person is told, who
    syncs by hand. Never a third time, and each report is exported once.
    """
    once, stuck = tenant(SYNCS[0]), tenant(SYNCS[1])
    world = once.world
    world.faults(hanging(once), hanging(stuck))
    reports = {our.story: our.stick(1, ["ines"])[0] for our in (once, stuck)}
    for our in (once, stuck):
        our.reactivate()
    world.fail([world.failure(report) for report in reports.values()])

    world.wait("a person is told", lambda: stuck.mails(stuck.accountant))
    (told,) = stuck.mails(stuck.accountant)
    assert stuck.workspace in told["text"] or "Acme stuck" in told["text"]
    assert stuck.exports() == []
    world.wait("it hangs no more", lambda: not world.workspace(stuck.workspace)["running"])
    world.sync_now(stuck.workspace)
    for our in (once, stuck):
        world.wait("posted", lambda our=our: our.world.postings(reports[our.story]))
    time.sleep(4)  # time enough for another sync or export
    for our in (once, stuck):
        assert (len(our.syncs()), len(our.exports())) == (2, 1)
        assert len(world.postings(reports[our.story])) == 1
        first, second = our.syncs()
        assert (at(second) - at(first)).total_seconds() >= 3
        assert at(second) < at(our.exports()[0])
    assert once.mails(once.accountant) == []
    assert len(stuck.mails(stuck.accountant)) == 1


def test_somebody_elses_sync(tenant: Callable[[str], Tenant]) -> None:
    """It began before the project was opened. We wait for its end and ask for our own; after theirs
    alone the export would be refused.
    """
    our = tenant(SYNCS[2])
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    our.world.wait("asked", lambda: our.mails(our.admin))
    our.world.begin_sync(our.workspace, seconds=12)
    stage = our.world.workspace
    our.world.wait("it imports", lambda: stage(our.workspace)["stage"] == IMPORTING)
    our.reactivate()
    our.world.wait("we want ours", lambda: looked_at_syncs(our))
    assert our.world.workspace(our.workspace)["stage"] != "jobDone"
    our.world.wait("theirs ends", lambda: ended_by(our, "EXPENSIFYWEB"))
    theirs = our.world.workspace(our.workspace)["lastSync"]["successfulDate"]

    our.world.wait("posted", lambda: our.world.postings(report))
    time.sleep(4)  # time enough for another sync or export
    (sync,), (export,) = our.syncs(), our.exports()
    assert theirs <= sync["at"] < export["at"]
    assert ended_by(our, "NEWEXPENSIFY")
    assert [e["outcome"] for e in our.world.report(report)["exports"]] == ["failed", "exported"]
    assert our.mails(our.accountant) == []


def test_expensify_exports_by_itself_after_our_sync(tenant: Callable[[str], Tenant]) -> None:
    """Before we do: we see it, export nothing, and the case ends."""
    our = tenant(SYNCS[3])
    operator = Operator(our.world.stack)
    (report,) = our.stick(1, ["ines"])
    our.reactivate()
    our.world.fail([our.world.failure(report)])
    our.world.wait("posted", lambda: our.world.postings(report))
    our.world.wait(
        "the case ends",
        lambda: ends(operator.history(our.workspace, report), Why.EXPORTED_BY_OTHERS),
    )
    time.sleep(4)  # time enough for an export of ours
    (posting,) = our.world.postings(report)
    assert posting["by"] == "auto"
    assert len(our.syncs()) == 1
    assert our.exports() == []
    assert our.mails() == []


def looked_at_syncs(our: Tenant) -> list[dict[str, Any]]:
    """Our reads of the workspace's connection."""
    reads = our.world.calls("OpenPolicyAccountingPage")
    return [read for read in reads if read["params"]["policyID"] == our.workspace]


def ended_by(our: Tenant, source: str) -> bool:
    """Whether the last sync that ended was asked for there."""
    return bool(our.world.workspace(our.workspace)["lastSync"]["source"] == source)


def ends(history: list[str], why: Why) -> bool:
    return bool(history) and history[-1].startswith(why)
