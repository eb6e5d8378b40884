from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.notice import Notice, Role, Tone
from shared.domain.person import person_key
from tests.builders import ACCOUNT, ADMIN, NOW, SUBMITTER, WS
from tests.contract.kit import Stores

NOTICE = Notice(
    ADMIN, Role.NETSUITE_ADMIN, Tone.REACTIVATE, WS, ACCOUNT, "P#4711", 1, NOW, send_after=NOW
)
SENT = replace(NOTICE, sent_at=NOW + 1, listed=("R1", "R2"))
DROPPED = replace(NOTICE, dropped="no longer true")


def of(stores: Stores, address: str = ADMIN) -> tuple[Notice, ...]:
    return stores.notices.of(person_key(address))


def test_notice_comes_back_as_it_was_put(stores: Stores) -> None:
    """To the person's key: the address itself is in no key."""
    assert stores.notices.put(NOTICE)
    assert of(stores) == (NOTICE,)


def test_notice_is_put_once(stores: Stores) -> None:
    """The first one stands, however often the same look is repeated."""
    stores.notices.put(NOTICE)
    assert not stores.notices.put(replace(NOTICE, role=Role.SUBMITTER, send_after=NOW + 9))
    assert of(stores) == (NOTICE,)


@pytest.mark.parametrize(
    "other",
    [
        replace(NOTICE, epoch=2),
        replace(NOTICE, step=1),
        replace(NOTICE, rung=1, since=NOW),
        replace(NOTICE, tone=Tone.DONE),
        replace(NOTICE, about="P#4712"),
    ],
    ids=["epoch", "step", "rung", "tone", "about"],
)
def test_another_matter_is_another_notice(stores: Stores, other: Notice) -> None:
    """Blocked anew, a further reminder, the good news, another project."""
    stores.notices.put(NOTICE)
    assert stores.notices.put(other)
    assert set(of(stores)) == {NOTICE, other}


def test_notices_are_those_of_one_person(stores: Stores) -> None:
    """However the address is written."""
    stores.notices.put(replace(NOTICE, person=" Nora@Acme.example"))
    stores.notices.put(replace(NOTICE, person=SUBMITTER))
    stores.notices.put(replace(NOTICE, person=OPERATORS))
    assert [notice.person for notice in of(stores)] == [" Nora@Acme.example"]
    assert [notice.person for notice in stores.notices.of(OPERATORS)] == [OPERATORS]
    assert of(stores, "nobody@acme.example") == ()


@pytest.mark.parametrize("settled", [SENT, DROPPED], ids=["sent", "dropped"])
def test_settled_notice_is_pending_no_more(stores: Stores, settled: Notice) -> None:
    """It is kept, with what became of it."""
    stores.notices.put(NOTICE)
    stores.notices.settle(settled)
    assert of(stores) == (settled,)
    assert not of(stores)[0].pending


@pytest.mark.parametrize("dropped", ["", "no longer true"])
def test_sent_notice_is_never_put_again(stores: Stores, dropped: str) -> None:
    """Nobody is told twice, whatever else became of it."""
    settled = replace(SENT, dropped=dropped)
    stores.notices.put(NOTICE)
    stores.notices.settle(settled)
    assert not stores.notices.put(NOTICE)
    assert of(stores) == (settled,)


def test_dropped_notice_may_be_put_again(stores: Stores) -> None:
    """What it says became true after all; from then on it is pending and put once."""
    stores.notices.put(NOTICE)
    stores.notices.settle(DROPPED)
    assert stores.notices.put(NOTICE)
    assert of(stores) == (NOTICE,)
    assert not stores.notices.put(NOTICE)


def test_notice_about_a_very_long_label_is_its_own(stores: Stores) -> None:
    """A label is part of the id, and may be of any length."""
    long = [replace(NOTICE, about=f"L#{WS}#{'x' * 3_000}{n}") for n in (1, 2)]
    assert [stores.notices.put(each) for each in (*long, *long)] == [True, True, False, False]
    assert set(of(stores)) == set(long)


def test_a_pending_notice_that_is_put_again_is_young_again_and_no_later(stores: Stores) -> None:
    """What it says may only now become true; when it may be sent stays as it was."""
    later = replace(NOTICE, created_at=NOW + 60_000, send_after=NOW + 120_000)
    stores.notices.put(NOTICE)
    assert not stores.notices.put(later)
    (kept,) = stores.notices.of(person_key(NOTICE.person))
    assert (kept.created_at, kept.send_after) == (NOW + 60_000, NOTICE.send_after)


def test_a_pending_notice_is_sent_no_later_than_the_one_put_again(stores: Stores) -> None:
    """Who is held back needn't wait any longer; nobody has to wait longer than before."""
    stores.notices.put(replace(NOTICE, send_after=NOW + 9))
    again = replace(NOTICE, created_at=NOW + 2, send_after=NOW + 3)
    assert not stores.notices.put(again)
    assert of(stores) == (again,)
    assert not stores.notices.put(replace(again, created_at=NOW + 4, send_after=NOW + 8))
    assert of(stores) == (replace(again, created_at=NOW + 4),)


def test_a_sent_notice_is_not_due_again(stores: Stores) -> None:
    """Only what is pending has a time."""
    stores.notices.put(NOTICE)
    stores.notices.settle(SENT)
    assert not stores.notices.put(replace(NOTICE, send_after=NOW - 9))
    assert of(stores) == (SENT,)
