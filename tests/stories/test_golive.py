"""Going live with old failures: quiet until somebody lets them go, and quiet after the end."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.kit import GOLIVE, Tenant, at
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack

PEOPLE = ("ana", "bob", "cleo", "dan", "eve")


def test_going_live_with_50_old_failures(tenant: Callable[[str], Tenant], tmp_path: Path) -> None:
    """Observed, then made to act by a push: no mail and no act. Shown with count and sum; released,
    they go as any others would.
    """
    our = tenant(GOLIVE)
    operator = Operator(our.world.stack)
    reports = our.stick(50, PEOPLE)
    our.world.fail([our.world.failure(report) for report in reports])
    told = f"would have told netsuite_admin + submitter of project {our.project_id}"
    left = set(reports)

    def observed() -> bool:
        left.difference_update(r for r in list(left) if told in operator.history(our.workspace, r))
        return not left

    our.world.wait("all observed", observed, 120)
    folder = tmp_path / "settings"
    operator.writes(folder, our.workspace, mode="auto", act_since=None)
    assert operator.pushes(folder) == 0
    time.sleep(10)  # time enough for a wrong mail, sync or export
    assert (our.mails(), our.syncs(), our.exports()) == ([], [], [])
    assert _held(operator, our)

    said = operator.releases(our.workspace)
    assert f"WS#{our.workspace}: released 50" in said
    everybody = [our.admin, *map(our.person, PEOPLE)]
    our.world.wait("all asked", lambda: all(our.mails(who) for who in everybody), 120)
    assert "nothing is held back" in operator.held(our.workspace)
    assert our.exports() == []
    our.reactivate()
    our.world.wait("all posted", lambda: len(our.world.postings(*reports)) >= 50, 240)
    our.world.wait("all told", lambda: len(our.mails()) == 12, 120)
    assert Counter(p["reportId"] for p in our.world.postings(*reports)) == dict.fromkeys(reports, 1)
    assert Counter(m["to"][0] for m in our.mails()) == dict.fromkeys(everybody, 2)
    assert len(our.syncs()) == 1
    _canary_first(our, reports)
    _told_late(our, reports)


def _held(operator: Operator, our: Tenant) -> bool:
    """All of them, each of EUR 12.50, and read by now."""
    said = operator.held(our.workspace)
    who = f"WS#{our.workspace}: 50 reports held back, of 5 people, on 1 project\n"
    return said.startswith(who) and "  EUR 625.00\n" in said


def _canary_first(our: Tenant, reports: list[str]) -> None:
    """One, and the next ones after it has arrived."""
    exports = [at(e) for e in our.exports()]
    arrivals = sorted(at(p) for p in our.world.postings(*reports))
    assert len(exports) == 50
    assert exports[1] > arrivals[0]
    assert exports[11] > arrivals[10]


def _told_late(our: Tenant, reports: list[str]) -> None:
    """The failures that were told first, told once more under other ids, after the end."""
    mails = len(our.mails())
    failures = [our.world.failure(report) for report in reports[:3]]
    our.world.fail([{**f, "eventId": f"late-{n}"} for n, f in enumerate(failures)])
    time.sleep(10)  # time enough to be read, and for a wrong mail or export
    assert len(our.mails()) == mails
    assert len(our.exports()) == 50
    assert our.world.dead_letters() == []
