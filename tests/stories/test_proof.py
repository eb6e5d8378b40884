"""What became of an export that Expensify doesn't tell of: by NetSuite's records, or by people."""

from collections import Counter
from collections.abc import Callable

import pytest

from shared.domain.case import Why
from tests.stories.kit import PROVEN, Tenant
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack

NS0034 = (
    "NS0034 Export Error: This record already exists. Please search for the report ID in "
    "NetSuite, delete the entry, and reexport from Expensify."
)


def at_export(report_id: str, **effect: object) -> dict[str, object]:
    """What happens to the first export of this report."""
    match = {"command": "Report_Export", "reportID": report_id}
    return {"match": match, "times": 1, "effect": effect}


def test_netsuite_tells_what_became_of_an_export(tenant: Callable[[str], Tenant]) -> None:
    """Three arrive, by which NetSuite's records are understood. Of the others, one arrived without
    a word and is said to exist when somebody exports it again: NetSuite holds it, and it ends. One
    is said to exist, and doesn't: a person's. One never got there: it goes again, once.
    """
    our = tenant(PROVEN)
    operator = Operator(our.world.stack)
    reports = our.stick(6, ["ines"], failed=False)
    *known, unsaid, denied, lost = reports
    our.retag(denied)  # of another project: else both silences would stop the one fix
    for report in reports:
        our.world.set_report(report, failed=True)
    our.world.faults(
        at_export(unsaid, export_unsaid=True),
        at_export(denied, refuse_export=NS0034),
        at_export(lost, export_never=True),
    )
    our.reactivate()
    our.world.fail([our.world.failure(report) for report in reports])
    our.world.wait("it arrives without a word", lambda: our.world.postings(unsaid))
    our.world.export_by_hand(unsaid)

    our.world.wait("a second export", lambda: len(our.world.postings(lost)) == 1, 90)
    our.world.wait("a person is told", lambda: our.mails(our.accountant), 90)
    our.world.wait("the rest is seen", lambda: seen(operator, our, lost, Why.EXPORTED))
    exports = Counter(e["params"]["reportIDList"] for e in our.exports())
    assert exports == {**dict.fromkeys(reports, 1), lost: 2}
    posted = Counter(p["reportId"] for p in our.world.postings(*reports))
    assert posted == dict.fromkeys((*known, unsaid, lost), 1)
    _was_proven_first(our, lost)

    assert our.world.report(unsaid)["exports"][-1]["message"] == NS0034
    assert seen(operator, our, unsaid, Why.IN_NETSUITE)
    assert seen(operator, our, denied, Why.NOT_PROVEN)
    assert seen(operator, our, lost, Why.ABSENCE_PROVEN)
    (mail,) = our.mails(our.accountant)
    assert denied in mail["text"]
    assert not any(report in mail["text"] for report in reports if report != denied)


def _was_proven_first(our: Tenant, lost: str) -> None:
    """Between the two exports: two syncs, a question about the records, and a third sync."""
    first, second = (e for e in our.exports() if e["params"]["reportIDList"] == lost)
    asked = [q["at"] for q in our.suiteql() if "FROM transaction" in q["params"]["q"]]
    question = next(at for at in asked if first["at"] < at < second["at"])
    syncs = [s["at"] for s in our.syncs() if first["at"] < s["at"] < second["at"]]
    assert sum(at < question for at in syncs) >= 2
    assert any(at > question for at in syncs)
    (posting,) = our.world.postings(lost)
    assert posting["attempt"] in second["params"]["optimisticReportActions"]


def seen(operator: Operator, our: Tenant, report: str, why: Why) -> bool:
    return any(step.startswith(why) for step in operator.history(our.workspace, report))
