"""Stories of time passing: who is told later, who is reminded, and a fix when all that is over."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.stories.kit import Tenant
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack


def test_it_stays_closed(tenant: Callable[[str], Tenant]) -> None:
    """200 reports of 20 people: the administrator first, the rest when it is to stay closed.

    Two of them choose another project then, and their reports arrive; nobody else's move.
    """
    our = tenant("shut")
    people = [f"person{n}" for n in range(20)]
    reports = our.stick(200, people)
    our.world.fail([our.world.failure(report) for report in reports])
    our.world.wait("the administrator is asked", lambda: our.mails(our.admin), 120)
    time.sleep(15)  # the submitters would get theirs in this time, if they weren't held back
    assert Counter(m["to"][0] for m in our.mails()) == {our.admin: 1}

    operator = Operator(our.world.stack)
    assert operator.says_it_stays_closed(our.account_slug, our.project_id) == 0
    everybody = [our.admin, *map(our.person, people)]
    our.world.wait("all asked", lambda: all(our.mails(who) for who in everybody), 120)
    time.sleep(5)
    assert Counter(m["to"][0] for m in our.mails()) == dict.fromkeys(everybody, 1)
    assert our.exports() == []

    done = [r for i, r in enumerate(reports) if i % 20 < 2]
    for report in done:
        our.retag(report)
    our.world.wait("theirs are posted", lambda: len(our.world.postings(*done)) == 20, 240)
    assert len(our.world.postings(*reports)) == 20
    told = [our.person("person0"), our.person("person1")]
    our.world.wait("they are told", lambda: all(len(our.mails(who)) == 2 for who in told), 120)
    assert len(our.mails()) == 21 + 2


def test_a_fix_after_the_ladder(tenant: Callable[[str], Tenant]) -> None:
    """Nobody acts on three reminders; on 'day 9' the project is opened, and the report arrives."""
    our = tenant("latefix")
    operator = Operator(our.world.stack)
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    both = our.admin, our.person("ines")
    our.world.wait("reminded", lambda: all(len(our.mails(who)) == 4 for who in both), 120)
    heard: list[dict[str, object]] = []

    def attention() -> bool:
        heard.extend(operator.heard(our.workspace))
        return any(notice["tone"] == "attention" for notice in heard)

    our.world.wait("the operators hear that nobody acts", attention)
    time.sleep(8)  # the fourth reminder would come in this time
    assert [len(our.mails(who)) for who in both] == [4, 4]
    subjects = [m["subject"] for m in our.mails(our.admin)]
    assert [s.startswith("Reminder: ") for s in subjects] == [False, True, True, True]
    for number in (1, 2, 3):
        assert f"reminder {number} of 3" in our.mails(our.admin)[number]["text"]
    assert our.exports() == []

    our.reactivate()
    our.world.wait("posted", lambda: our.world.postings(report), 120)
    our.world.wait("both told", lambda: all(len(our.mails(who)) == 5 for who in both))
    assert len(our.world.postings(report)) == len(our.syncs()) == len(our.exports()) == 1
    attention()
    assert sum(notice["tone"] == "attention" for notice in heard) == 1
