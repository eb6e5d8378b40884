"""What NetSuite's answer about a report's record means, and what it takes to believe it."""

from dataclasses import replace

import pytest

from shared.domain.absence import (
    MOST_INQUIRIES,
    Answer,
    Inquiry,
    ReportRecord,
    Sample,
    alike,
    answer_of,
    open_inquiries,
    sample_of,
    texts_of,
    with_samples,
)
from shared.domain.clock import HOUR
from tests.builders import ACCOUNT, NOW, REPORT, WS, arrived, refused, report

KNOWN = tuple(Sample(f"R9{n}", (str(n),)) for n in (1, 2, 3))
SHOWN = tuple(ReportRecord(str(n), "externalid", f"R9{n}") for n in (1, 2, 3))
MINE = ReportRecord("7", "externalid", REPORT)
ASKED = Inquiry(ACCOUNT, WS, REPORT, asked=1, asked_at=NOW, wanted_until=NOW + HOUR, samples=KNOWN)


def test_beside_three_known_reports_what_is_not_there_is_absent() -> None:
    """And what is there is held, in the column in which the others are."""
    assert answer_of(ASKED, SHOWN) is Answer.ABSENT
    assert answer_of(ASKED, (*SHOWN, MINE)) is Answer.HELD


@pytest.mark.parametrize(
    "records",
    [
        (),
        SHOWN[:2],
        (*SHOWN[:2], replace(SHOWN[2], column="memo")),
        (*SHOWN[:2], replace(SHOWN[2], record_id="8")),
        (*SHOWN, replace(MINE, column="memo")),
        (*SHOWN[:2], MINE),
    ],
    ids=[
        "blind",
        "a sample is missing",
        "it stands elsewhere",
        "another record has its id",
        "ours stands elsewhere",
        "ours is there, a sample isn't",
    ],
)
def test_anything_else_says_nothing(records: tuple[ReportRecord, ...]) -> None:
    """A column counts if every sample stands in it, in the record that its export made."""
    assert answer_of(ASKED, records) is Answer.UNTOLD


def test_two_known_reports_are_too_few() -> None:
    """Their column may be theirs by chance."""
    few = replace(ASKED, samples=KNOWN[:2])
    assert answer_of(few, SHOWN) is Answer.UNTOLD


def test_every_record_of_a_sample_must_be_found() -> None:
    """One export makes several records, and ours may have come to the kind that holds no id."""
    two = replace(ASKED, samples=(*KNOWN[:2], Sample("R93", ("3", "4"))))
    assert answer_of(two, SHOWN) is Answer.UNTOLD
    assert answer_of(two, (*SHOWN, ReportRecord("4", "externalid", "R93"))) is Answer.ABSENT


def test_any_column_may_be_the_one() -> None:
    """Which one it is differs from account to account."""
    elsewhere = tuple(replace(record, column="tranid") for record in SHOWN)
    assert answer_of(ASKED, elsewhere) is Answer.ABSENT


def test_an_answer_is_of_its_question_and_of_its_time() -> None:
    """A question asked since isn't answered by it."""
    held = replace(ASKED, answered=1, answer=Answer.HELD)
    assert held.told(NOW) is Answer.HELD
    assert replace(held, asked=2).told(NOW) is Answer.NONE
    assert held.told(NOW + HOUR) is Answer.NONE


def test_one_query_takes_the_longest_waiting() -> None:
    """Those that nobody waits for any more are left out."""
    many = [replace(ASKED, report_id=f"R{n}", asked_at=NOW - n) for n in range(60)]
    asked = open_inquiries([*many, replace(ASKED, answered=1)], NOW)
    assert len(asked) == MOST_INQUIRIES
    assert asked[0].report_id == "R59"
    assert not open_inquiries([ASKED], NOW + HOUR)
    assert texts_of([ASKED]) == (REPORT, "R91", "R92", "R93")


def test_samples_are_of_the_reports_form() -> None:
    """A record holds the long id of a report or the short one."""
    long = Sample("1234567890123456", ("9",))
    assert alike((*KNOWN, long), REPORT) == KNOWN
    assert alike((*KNOWN, long), "6543210987654321") == (long,)
    assert alike(KNOWN, "R91") == KNOWN[1:]


def test_the_latest_samples_of_each_form_are_kept() -> None:
    """One of the same report replaces the one before."""
    long = Sample("1234567890123456", ("9",))
    more = [Sample(f"R8{n}", ("1",)) for n in range(4)]
    kept = with_samples((long, *KNOWN), more)
    assert [s.report_id for s in kept] == [long.report_id, "R93", "R80", "R81", "R82", "R83"]
    again = Sample("R91", ("5",))
    assert with_samples(KNOWN, [again]) == (again, *KNOWN[1:])


URL = "https://1.app.netsuite.com/app/accounting/transactions/exprept.nl?{}"


@pytest.mark.parametrize(
    ("urls", "ids"),
    [
        ((URL.format("id=50001"),), ("50001",)),
        ((URL.format("whence=&id=50001&e=T"), URL.format("id=50002")), ("50001", "50002")),
        ((URL.format("id=50001"), URL.format("id=50001")), ("50001",)),
        ((URL.format("id=50001"), "https://netsuite.example/expense/1"), None),
        ((URL.format("uid=50001"),), None),
        ((URL.format("id=0"),), None),
        ((), None),
    ],
)
def test_a_sample_knows_its_records_by_the_urls(
    urls: tuple[str, ...], ids: tuple[str, ...] | None
) -> None:
    """All of them, or it is none."""
    sample = sample_of(report(refused(1), arrived(2, urls=urls)))
    assert sample == (Sample(REPORT, ids) if ids else None)


def test_the_last_export_makes_the_sample() -> None:
    """What an earlier one made may have been deleted."""
    old, new = arrived(1, urls=(URL.format("id=1"),)), arrived(2, urls=(URL.format("id=2"),))
    assert sample_of(report(new, old)) == Sample(REPORT, ("2",))
    assert sample_of(report(refused(1))) is None
