"""Which searches a round has, and when the next one is due."""

from itertools import pairwise

import pytest

from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.rounds import DAYS, SLICE, Band, Round, Turn, _slices, after_turn, begun, cut
from shared.domain.span import Span, date_text, day_of
from tests.builders import NOW

TODAY = day_of(NOW)


def spans(band: Band) -> list[Span]:
    return [turn.span for turn in begun(Round(band, NOW), DAY, NOW).todo]


def holds(span: Span, sent: int, approved: int) -> bool:
    """As Expensify's filters go."""
    if span.approved:
        return approved >= span.first and (span.last is None or sent <= span.last)
    return span.last is not None and span.first <= sent <= span.last


@pytest.mark.parametrize("band", Band)
def test_a_band_holds_every_report_that_was_approved_in_its_days(band: Band) -> None:
    """However long it was sent before; what is older bands' own may be the younger ones'."""
    every = [span for each in Band for span in spans(each)]
    for approved in range(TODAY - DAYS[band], TODAY + 1):
        for sent in {approved, approved - 1, approved - 40, approved - 500}:
            assert any(holds(span, sent, approved) for span in every)
            if band is not Band.OLD:
                assert any(holds(span, sent, approved) for span in spans(band))


def test_a_round_of_old_reports_has_thirteen_searches() -> None:
    """However many reports there are; none of them more than a year long."""
    old = spans(Band.OLD)
    assert (len(old), len(spans(Band.FRESH)), len(spans(Band.RECENT))) == (13, 1, 1)
    assert all(s.last is not None and s.last - s.first <= 365 for s in old)


def test_old_slices_are_spread_over_the_day() -> None:
    """The next round's first slice is due a day after this one's."""
    round_, began = Round(Band.OLD, NOW), NOW
    for _ in range(13):
        now = round_.next_at + MINUTE
        round_ = after_turn(begun(round_, DAY, now), now)
    assert (round_.todo, round_.hurry) == ((), False)
    assert DAY - MINUTE <= round_.next_at - began <= DAY


def test_a_round_in_a_hurry_waits_for_nothing_but_its_next() -> None:
    """A workspace is new: what was there must be known soon."""
    round_ = begun(Round(Band.OLD, NOW, hurry=True), DAY, NOW)
    for _ in range(12):
        round_ = after_turn(round_, NOW)
        assert (round_.next_at, round_.hurry) == (NOW, True)
    round_ = after_turn(round_, NOW)
    assert (round_.next_at, round_.hurry) == (NOW + DAY // 13, False)


def test_in_a_hurry_lateness_counts_for_nothing() -> None:
    """The next search is due when this one was."""
    round_ = begun(Round(Band.OLD, NOW, hurry=True), DAY, NOW)
    assert after_turn(round_, NOW + MINUTE).next_at == NOW


def test_each_band_begins_a_day_earlier_than_it_says() -> None:
    """The old one goes on to where the recent one begins, in months; what was sent before all of
    them and approved since is its last search.
    """
    assert spans(Band.FRESH) == [Span(TODAY - 8, approved=True)]
    assert spans(Band.RECENT) == [Span(TODAY - 36, approved=True)]
    *slices, last = spans(Band.OLD)
    assert last == Span(TODAY - 401, TODAY - 401, approved=True)
    assert slices[0] == Span(TODAY - 66, TODAY - 36)
    assert slices[-1] == Span(TODAY - 400, TODAY - 377)
    for newer, older in pairwise(slices):
        assert older.last == newer.first - 1
        assert newer.last is not None
        assert newer.last - newer.first == SLICE - 1


def test_a_day_alone_is_a_slice() -> None:
    """The first and the last are of it."""
    assert _slices(5, 5) == (Span(5, 5),)
    assert _slices(5, 36) == (Span(6, 36), Span(5, 5))
    assert _slices(6, 36) == (Span(6, 36),)


def test_what_was_approved_since_a_day_is_in_two_parts() -> None:
    """What was sent by that day, and what was sent since, tomorrow included: days are Expensify's."""
    parts = Span(TODAY - 8, approved=True).parts(TODAY)
    late = Span(TODAY - 8, TODAY - 8, approved=True)
    assert parts == (late, Span(TODAY - 7, TODAY + 1))


def test_what_was_missed_is_not_caught_up_with() -> None:
    """After a day without a look one search is enough."""
    late = NOW + DAY
    round_ = after_turn(begun(Round(Band.FRESH, NOW), 10 * MINUTE, late), late)
    assert round_.next_at == late


def test_a_begun_round_keeps_its_searches() -> None:
    """Also over midnight."""
    round_ = begun(Round(Band.OLD, NOW), DAY, NOW)
    assert begun(round_, DAY, NOW + DAY) is round_


@pytest.mark.parametrize("band", Band)
def test_a_search_that_is_too_large_is_cut_down_to_days(band: Band) -> None:
    """The parts hold the same reports; their number is bounded by the days."""
    whole = begun(Round(band, NOW), HOUR, NOW)
    before, wait = [turn.span for turn in whole.todo], sum(turn.wait for turn in whole.todo)
    round_, done, tries = whole, list[Span](), 0
    while round_.todo:
        tries += 1
        smaller = cut(round_, NOW)
        if smaller is None:
            done.append(round_.todo[0].span)
            round_ = Round(band, NOW, round_.todo[1:])
        else:
            assert sum(turn.wait for turn in smaller.todo) == sum(t.wait for t in round_.todo)
            round_ = smaller
    assert wait > 0
    assert tries <= 2 * DAYS[band] + 20
    for approved in range(TODAY - DAYS[band], TODAY + 1):
        for sent in {approved, approved - 1, approved - 40, approved - 500}:
            if any(holds(span, sent, approved) for span in before):
                assert any(holds(span, sent, approved) for span in done)


def test_a_day_can_not_be_cut() -> None:
    """Neither by sending nor by approval."""
    for span in (Span(5, 5), Span(5, 5, approved=True)):
        assert cut(Round(Band.OLD, NOW, (Turn(span),)), NOW) is None


def test_a_span_without_an_end_by_day_of_sending_is_not_cut() -> None:
    """Nobody makes one; it would have no halves."""
    assert Span(5).parts(TODAY) == ()


def test_dates_are_written_as_expensify_takes_them() -> None:
    assert date_text(day_of(1_767_261_600_000)) == "2026-01-01"
