"""The login to Expensify's app while reports are being exported, against the deployed template."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.stories.kit import SESSION, TOO_OLD, Tenant
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack


def expired(report_id: str) -> dict[str, object]:
    """The token is over at the very moment at which this report is to be exported."""
    return {
        "match": {"command": "Report_Export", "reportID": report_id},
        "times": 1,
        "effect": {"jsonCode": 407},
    }


def test_a_session_ends_in_the_middle_of_a_recovery(tenant: Callable[[str], Tenant]) -> None:
    """Between two steps, and again at one export: renewed each time, each report posted once."""
    our = tenant(SESSION)
    reports = our.stick(4, ["ines", "omar"])
    last = reports[-1]
    our.world.faults(expired(last))
    our.reactivate()
    our.world.fail([our.world.failure(report) for report in reports])
    our.world.wait("the canary is posted", lambda: our.world.postings(*reports))
    our.world.end_sessions()
    our.world.wait("all posted", lambda: len(our.world.postings(*reports)) == 4, 120)
    time.sleep(5)  # time enough for a second export to show

    posted = Counter(posting["reportId"] for posting in our.world.postings(*reports))
    assert posted == dict.fromkeys(reports, 1)
    asked = [(e["params"]["reportIDList"], e["code"]) for e in our.exports()]
    assert [code for report, code in asked if report == last] == [407, 200]
    assert Counter(report for report, code in asked if code == 200) == posted
    assert _renewed(our)
    assert len(our.syncs()) == 1
    assert not our.mails(our.accountant)


def _renewed(our: Tenant) -> bool:
    """A command of ours was answered 407, a login followed, and the same command again."""
    mine = [e for e in our.world.expensify_journal() if e.get("command") == "Report_Export"]
    places = [i for i, e in enumerate(mine) if e["code"] == 407]
    return all(mine[i + 1]["params"] == mine[i]["params"] for i in places) and bool(places)


def test_an_app_that_is_too_old_stops_and_goes_on(tenant: Callable[[str], Tenant]) -> None:
    """The operators hear why, nothing is asked for; once it is mended, it goes on by itself."""
    our = tenant(TOO_OLD)
    operator = Operator(our.world.stack)
    (report,) = our.stick(1, ["ines"])
    our.reactivate()
    our.world.faults({"match": {"policyID": our.workspace}, "effect": {"jsonCode": 426}})
    our.world.fail([our.world.failure(report)])
    heard: list[dict[str, object]] = []
    our.world.wait(
        "operators are told", lambda: heard or heard.extend(operator.heard(our.workspace))
    )
    assert "too old" in str(heard[0]["text"])
    assert "app_version" in str(heard[0]["text"])
    time.sleep(5)  # a sync or an export would show in this time
    assert our.syncs() == []
    assert our.exports() == []
    our.world.faults()
    our.world.wait("posted", lambda: our.world.postings(report), 120)
    assert len(our.world.postings(report)) == 1
