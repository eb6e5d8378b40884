"""Whole stories against the deployed template, judged by journals, postings and mails alone."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.kit import Tenant, at
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack


def lost(kind: str, report_id: str) -> dict[str, object]:
    """Expensify's answer to the export of one report never reaches us."""
    return {
        "match": {"command": "Report_Export", "reportID": report_id},
        "times": 1,
        "effect": {"lost_answer": kind},
    }


def test_reactivated(tenant: Callable[[str], Tenant]) -> None:
    """One report, its project inactive, the administrator reactivates: mails, sync, export, told."""
    our = tenant("reactivated")
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    our.world.wait("both asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")))
    assert not our.syncs()
    assert our.world.project(our.project_id)["isInactive"] is True

    our.reactivate()
    our.world.wait("posted", lambda: our.world.postings(report))
    our.world.wait("both told", lambda: len(our.mails()) == 4)

    (posting,) = our.world.postings(report)
    assert posting["by"].startswith("service:")
    assert [e["outcome"] for e in our.world.report(report)["exports"]] == ["failed", "exported"]
    (sync,), (export,) = our.syncs(), our.exports()
    asked = max(m["at"] for m in our.mails()[:2])
    assert str(asked) < str(sync["at"]) < str(export["at"])
    assert Counter(m["to"][0] for m in our.mails()) == {our.admin: 2, our.person("ines"): 2}
    to_admin = our.mails(our.admin)[0]
    assert our.project_id in to_admin["text"]
    assert f"project.nl?id={our.project_id}" in to_admin["html"]


def test_stale(tenant: Callable[[str], Tenant]) -> None:
    """The project is active already, only the sync is old: no mail, one sync, one export."""
    our = tenant("stale")
    (report,) = our.stick(1, ["ines"])
    our.reactivate()
    our.world.fail([our.world.failure(report)])
    our.world.wait("posted", lambda: our.world.postings(report))
    time.sleep(6)  # a wrong mail would come in this time: the real clock runs in the sandbox
    assert len(our.world.postings(report)) == 1
    assert len(our.syncs()) == len(our.exports()) == 1
    assert our.mails() == []


def test_the_answer_is_lost_although_it_was_done(tenant: Callable[[str], Tenant]) -> None:
    """Read back; no second export."""
    our = tenant("lostdone")
    (report,) = our.stick(1, ["ines"])
    our.world.faults(lost("done", report))
    our.world.fail([our.world.failure(report)])
    our.world.wait("asked", lambda: our.mails(our.admin))
    our.reactivate()
    our.world.wait("told the end", lambda: len(our.mails(our.admin)) == 2)
    assert len(our.world.postings(report)) == 1
    assert len(our.exports()) == 1


def test_the_answer_is_lost_and_it_was_not_done(tenant: Callable[[str], Tenant]) -> None:
    """No blind second export either: a person is told, with the report."""
    our = tenant("lostundone")
    (report,) = our.stick(1, ["ines"])
    our.world.faults(lost("not_done", report))
    our.reactivate()
    our.world.fail([our.world.failure(report)])
    our.world.wait("a person is told", lambda: our.mails(our.accountant), 90)
    assert report in our.mails(our.accountant)[0]["text"]
    time.sleep(10)  # time enough for a wrong retry
    assert len(our.exports()) == 1
    assert our.world.postings(report) == []


def test_storm(tenant: Callable[[str], Tenant]) -> None:
    """60 reports of 5 people on one project, events doubled and shuffled."""
    our = tenant("storm")
    people = ["ana", "bob", "cleo", "dan", "eve"]
    reports = our.stick(60, people)
    seed = random.randrange(10**6)
    print(f"storm: seed {seed}")  # noqa: T201 - says how to repeat it
    events = [our.world.failure(report) for report in reports] * 2
    random.Random(seed).shuffle(events)
    our.world.fail(events)
    everybody = [our.admin, *map(our.person, people)]
    our.world.wait("all asked", lambda: all(our.mails(who) for who in everybody), 120)
    time.sleep(10)  # stragglers among the events and mails, and some more looks
    assert Counter(m["to"][0] for m in our.mails()) == dict.fromkeys(everybody, 1)
    asked = our.suiteql()
    span = (at(asked[-1]) - at(asked[0])).total_seconds()
    assert len(asked) <= span + 5
    assert our.exports() == []

    our.reactivate()
    our.world.wait("all posted", lambda: len(our.world.postings(*reports)) >= 60, 240)
    our.world.wait("all told", lambda: len(our.mails()) == 12, 120)
    assert Counter(p["reportId"] for p in our.world.postings() if p["reportId"] in reports) == (
        dict.fromkeys(reports, 1)
    )
    assert len(our.syncs()) == 1
    assert Counter(m["to"][0] for m in our.mails()) == dict.fromkeys(everybody, 2)
    _steps_are_visible(our, reports)


def _steps_are_visible(our: Tenant, reports: list[str]) -> None:
    """One; then ten, after the first arrived; then twenties, each after the step before."""
    exports = [at(e) for e in our.exports()]
    arrivals = sorted(at(p) for p in our.world.postings(*reports))
    assert len(exports) == 60
    done = 0
    for size in (1, 10, 20, 20, 9):
        step = exports[done : done + size]
        if done:
            assert step[0] > arrivals[done - 1]
        assert all(a < arrivals[done] for a in step[:1])
        done += size


def test_stubborn(tenant: Callable[[str], Tenant]) -> None:
    """The fix doesn't take: two refusals, then a person with the evidence, and no loop."""
    our = tenant("stubborn")
    reports = our.stick(6, ["ines", "omar"])
    our.world.faults(
        *[
            {
                "match": {"command": "Report_Export", "reportID": report},
                "effect": {"refuse_export": ""},
            }
            for report in reports
        ]
    )
    our.reactivate()
    our.world.fail([our.world.failure(report) for report in reports])
    our.world.wait(
        "people are told", lambda: our.mails(our.accountant) and our.mails(our.admin), 120
    )
    assert "NS0770" in our.mails(our.accountant)[0]["text"]
    time.sleep(20)  # three sync spacings: time enough for a loop to show
    assert len(our.exports()) == 2
    assert our.world.postings(*reports) == []
    failed = [e for r in reports for e in our.world.report(r)["exports"] if e["by"] != "person"]
    assert sum(e["outcome"] == "failed" and e["by"].startswith("service") for e in failed) == 2


def test_unnamed(tenant: Callable[[str], Tenant], tmp_path: Path) -> None:
    """No settings name the workspace: parked and told; the push that names it sends the event on."""
    our = tenant("unnamed")
    operator = Operator(our.world.stack)
    (report,) = our.stick(1, ["ines"])
    our.reactivate()
    our.world.fail([our.world.failure(report)])
    heard: list[dict[str, object]] = []
    our.world.wait(
        "operators are told", lambda: heard or heard.extend(operator.heard(our.workspace))
    )
    assert "1 event of it is parked" in str(heard[0]["text"])
    assert our.exports() == []

    operator.writes(tmp_path / "settings", our.workspace)
    assert operator.pushes(tmp_path / "settings") == 0
    our.world.wait("posted", lambda: our.world.postings(report))
    assert len(our.syncs()) == len(our.exports()) == 1


def test_nothing_ended_in_a_dead_letter_queue(tenant: Callable[[str], Tenant]) -> None:
    """After all stories (this file's order) no message was given up."""
    assert tenant("storm").world.dead_letters() == []
