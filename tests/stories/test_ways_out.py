"""Other ways out than reactivating, and what is left to people; as `test_stories`."""

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.kit import THREE, Tenant, at
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack

CODES = {
    "NS0024": "NS0024 Export Error: Invalid 'customer' or 'project' tag.",
    "NS0728": "NS0728 Export Error: The customer is not associated with the subsidiary.",
    "NS9999": "NS9999 Export Error: Something that nobody has seen yet.",
    "": "The connection was reset by peer.",
}


def test_retagged(tenant: Callable[[str], Tenant]) -> None:
    """Nobody reactivates and nobody tells us: the report gets another project, and goes."""
    our = tenant("retagged")
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    our.world.wait("both asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")))
    assert not our.syncs()

    (expense,) = our.world.report(report)["expenses"]
    our.world.retag(report, expense["transactionId"], our.other)
    our.world.wait("posted", lambda: our.world.postings(report), 90)
    our.world.wait("both told", lambda: len(our.mails()) == 4)
    assert our.world.project(our.project_id)["isInactive"] is True
    assert (len(our.syncs()), len(our.exports()), len(our.world.postings(report))) == (1, 1, 1)
    asked = [at(m) for m in our.mails()]
    assert asked[1] < at(our.syncs()[0]) < at(our.exports()[0]) < asked[2]


def test_two_projects_on_one_report(tenant: Callable[[str], Tenant]) -> None:
    """The failure names one; both are asked for in one mail, and one sync and one export do."""
    our = tenant("twofold")
    our.world.set_project(our.other_id, isInactive=True)
    (report,) = our.stick(1, ["ines"], [our.project, our.other])
    our.world.fail([our.world.failure(report)])
    our.world.wait("both asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")))
    time.sleep(3)  # a second mail would come in this time
    assert Counter(m["to"][0] for m in our.mails()) == {our.admin: 1, our.person("ines"): 1}
    for mail in our.mails():
        said = mail["text"].casefold()  # headings are in capitals
        assert our.project.casefold() in said
        assert our.other.casefold() in said

    our.reactivate()
    time.sleep(8)  # four looks at NetSuite: time enough for a wrong sync
    assert our.syncs() == []
    our.world.set_project(our.other_id, isInactive=False)
    our.world.wait("posted", lambda: our.world.postings(report))
    assert (len(our.syncs()), len(our.exports()), len(our.world.postings(report))) == (1, 1, 1)


def test_overtaken(tenant: Callable[[str], Tenant]) -> None:
    """Mails wait for their turn; the fix comes first: those who were spared hear nothing at all."""
    our = tenant("overtaken")
    people = [f"sub{n}" for n in range(14)]
    reports = our.stick(len(people), people)
    our.world.fail([our.world.failure(report) for report in reports])
    our.world.wait("the administrator is asked", lambda: our.mails(our.admin))
    time.sleep(3)  # the few who came before they were a crowd are asked at once
    asked = {m["to"][0] for m in our.mails()}
    our.reactivate()
    our.world.wait("all posted", lambda: len(our.world.postings(*reports)) == len(people), 120)
    our.world.wait("all asked are told", lambda: len(our.mails()) == 2 * len(asked))
    time.sleep(15)  # the mails' turn is over by then
    assert Counter(m["to"][0] for m in our.mails()) == dict.fromkeys(asked, 2)
    assert len(asked) <= len(people) / 2


def test_a_person_exports_between_our_sync_and_our_export(
    tenant: Callable[[str], Tenant],
) -> None:
    """We see it in time, don't export, and say whose export it was."""
    our = tenant("byperson")
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    our.world.wait("both asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")))
    our.reactivate()
    our.world.wait("synced", our.syncs)
    time.sleep(3)  # until Expensify is through with that sync
    our.world.export_by_hand(report)
    our.world.wait("both told", lambda: len(our.mails()) == 4, 90)
    assert our.exports() == []
    (posting,) = our.world.postings(report)
    assert posting["by"] == "person"
    for person in (our.admin, our.person("ines")):
        assert "It was exported to NetSuite, not by us" in our.mails(person)[-1]["text"]


def test_other_codes(tenant: Callable[[str], Tenant]) -> None:
    """NS0024, NS0728, one that nobody knows, and none: told, and otherwise left alone."""
    our = tenant("codes")
    operator = Operator(our.world.stack)
    reports = our.stick(4, ["ines"], failed=False)
    our.world.fail(
        {**our.world.failure(report), "errorMessage": text}
        for report, text in zip(reports, CODES.values(), strict=True)
    )
    our.world.wait("the accountant has all", lambda: len(our.mails(our.accountant)) == 4)
    heard: list[dict[str, object]] = []

    def operators_heard() -> bool:
        heard.extend(operator.heard(our.workspace))
        mine = [n for n in heard if n["role"] == "operator"]
        return len(mine) >= 2

    our.world.wait("operators are told", operators_heard)
    time.sleep(5)
    told = {who: [m["text"] for m in our.mails(who)] for who in (our.admin, our.accountant)}
    assert len(told[our.admin]) == 2
    for code in ("NS0024", "NS0728"):
        assert sum(code in text for text in told[our.admin]) == 1
    assert our.mails(our.person("ines")) == []
    about = {str(n["about"]).rpartition("#")[2] for n in heard if n["role"] == "operator"}
    assert about == {"NS9999", ""}
    assert (our.suiteql(), our.syncs(), our.exports()) == ([], [], [])
    assert our.world.postings(*reports) == []


def test_one_bad_settings_file_among_three(tenant: Callable[[str], Tenant], tmp_path: Path) -> None:
    """Its company alone stands still, and the operators hear of it; mended, it recovers too."""
    first, broken, last = (tenant(story) for story in THREE)
    operator = Operator(first.world.stack)
    folder = tmp_path / "settings"
    folder.mkdir()
    for our in (first, broken, last):
        operator.writes(tmp_path / our.story, our.workspace)
        for path in (tmp_path / our.story).iterdir():
            path.rename(folder / f"{our.story}-{path.name}")
    bad = folder / f"{broken.story}-WorkspaceSettings.json"
    good = bad.read_text(encoding="utf-8")
    bad.write_text(json.dumps({**json.loads(good), "people": {}}), encoding="utf-8")
    assert operator.pushes(folder) == 1

    reports = {our.story: our.stick(1, ["ines"])[0] for our in (first, broken, last)}
    for our in (first, broken, last):
        our.reactivate()
    first.world.fail([first.world.failure(report) for report in reports.values()])
    for our in (first, last):
        our.world.wait("posted", lambda our=our: our.world.postings(reports[our.story]), 90)
    heard: list[dict[str, object]] = []
    broken.world.wait(
        "operators are told", lambda: heard or heard.extend(operator.heard(broken.workspace))
    )
    assert "1 event of it is parked" in str(heard[0]["text"])
    assert (broken.suiteql(), broken.syncs(), broken.exports()) == ([], [], [])

    bad.write_text(good, encoding="utf-8")
    assert operator.pushes(folder) == 0
    broken.world.wait("posted", lambda: broken.world.postings(reports[broken.story]), 90)
    for our in (first, broken, last):
        assert (len(our.syncs()), len(our.exports())) == (1, 1)


def test_no_message_was_given_up(tenant: Callable[[str], Tenant]) -> None:
    """After all stories of this file."""
    assert tenant("retagged").world.dead_letters() == []
