"""What one look at a credential asks next, and what it makes of the answer."""

from dataclasses import replace

import pytest

from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, Millis
from shared.domain.decide_detect import (
    FILE_WAITED_FOR,
    MOST_NEWS,
    NARROWING,
    Check,
    Credential,
    Fetch,
    Newcomer,
    Pending,
    Rest,
    Search,
    after_fault,
    decide_detect,
    is_told,
    not_yet,
    too_much,
    with_file,
    with_policies,
    with_reports,
)
from shared.domain.detect_reports import FAILED, FoundReport
from shared.domain.finding import Fault
from shared.domain.rounds import DAYS, Band, Round, Turn
from shared.domain.rules import Rules
from shared.domain.span import Span, day_of
from tests.builders import NOW, action, refused, report

RULES = Rules()
ONE, TWO = "W1", "W2"


def checked(*visible: str, now: Millis = NOW) -> Credential:
    return with_policies(Credential("c"), visible, visible, now)


def settled(*visible: str) -> Credential:
    """Nobody is new any more, and every round is over."""
    known = checked(*visible)
    rounds = tuple(Round(band, NOW + HOUR) for band in Band)
    return replace(known, newcomers=(), rounds=rounds)


def waiting(known: Credential, band: Band = Band.FRESH, now: Millis = NOW) -> Credential:
    """For the file of the band's first search."""
    due = replace(known, rounds=tuple(replace(r, next_at=now) for r in known.rounds))
    round_ = due.round_of(band)
    search = Search(band, round_.todo[0].span if round_.todo else Span(1))
    return with_file(due, search, "f.json", RULES, now)


def found(ws: str, *actions: object, report_id: str = "R1") -> FoundReport:
    return FoundReport(ws, report(*actions, report_id=report_id))  # type: ignore[arg-type]


# --- what is asked -------------------------------------------------------------------------------


def test_a_credential_never_looked_at_is_asked_what_it_sees() -> None:
    """'No reports' of a workspace that it doesn't see would mean nothing."""
    assert decide_detect(Credential("c"), (ONE,), RULES, NOW) == Check()


def test_the_youngest_band_that_is_due_comes_first() -> None:
    """Of a new workspace all are."""
    step = decide_detect(checked(ONE), (ONE,), RULES, NOW)
    assert isinstance(step, Search)
    assert step.band is Band.FRESH


def test_a_file_is_fetched_before_anything_else_is_searched() -> None:
    assert decide_detect(waiting(checked(ONE)), (ONE,), RULES, NOW) == Fetch("f.json")


def test_nothing_due_is_a_rest_until_something_is() -> None:
    known = settled(ONE)
    assert decide_detect(known, (ONE,), RULES, NOW) == Rest(NOW + HOUR)
    nobody = replace(known, visible=(), hidden=(ONE,), rounds=())
    assert decide_detect(nobody, (ONE,), RULES, NOW) == Rest(NOW + HOUR)


@pytest.mark.parametrize(("hidden", "after"), [((), DAY), ((TWO,), HOUR)])
def test_what_it_sees_is_asked_daily_and_hourly_while_something_is_missing(
    hidden: tuple[str, ...], after: Millis
) -> None:
    known = replace(settled(ONE), hidden=hidden)
    members = (ONE, *hidden)
    assert decide_detect(known, members, RULES, NOW + after) == Check()
    assert decide_detect(known, members, RULES, NOW + after - 1) != Check()


@pytest.mark.parametrize("members", [(ONE, TWO), (TWO,)])
def test_other_workspaces_are_a_reason_to_ask_at_once(members: tuple[str, ...]) -> None:
    assert decide_detect(settled(ONE), members, RULES, NOW) == Check()


def test_an_open_circuit_asks_nothing() -> None:
    known = replace(checked(ONE), quiet_until=NOW + 1)
    assert decide_detect(known, (ONE, TWO), RULES, NOW) == Rest(NOW + 1)


def test_a_band_that_is_searched_too_often_leaves_the_others_their_turn() -> None:
    """With one search a minute, and one wanted every minute."""
    rules = replace(RULES, detect_fresh=MINUTE)
    known, bands = settled(ONE), []
    for now in range(NOW, NOW + 5 * HOUR, MINUTE):
        step = decide_detect(known, (ONE,), rules, now)
        if isinstance(step, Search):
            bands.append(step.band)
            file = with_file(known, step, "f.json", rules, now)
            known = with_reports(file, (), {}, now).credential
    assert bands.count(Band.FRESH) > 170
    assert min(bands.count(band) for band in Band) >= 2


def test_a_turn_that_is_late_but_not_missed_waits_for_the_youngest() -> None:
    """Five minutes of a slice's two hours."""
    late = {Band.FRESH: NOW - MINUTE, Band.RECENT: NOW + HOUR, Band.OLD: NOW - 5 * MINUTE}
    known = replace(settled(ONE), rounds=tuple(Round(b, at) for b, at in late.items()))
    step = decide_detect(known, (ONE,), RULES, NOW)
    assert isinstance(step, Search)
    assert step.band is Band.FRESH


def test_a_circuit_that_was_open_until_now_is_closed() -> None:
    """In that very moment it is searched again."""
    known = replace(checked(ONE), quiet_until=NOW)
    assert isinstance(decide_detect(known, (ONE,), RULES, NOW), Search)


# --- who is new ----------------------------------------------------------------------------------


def test_only_what_is_seen_is_searched() -> None:
    known = with_policies(Credential("c"), (ONE, TWO), (ONE, "OTHER"), NOW)
    assert (known.visible, known.hidden) == ((ONE,), (TWO,))
    assert [n.workspace_id for n in known.newcomers] == [ONE]
    none = with_policies(Credential("c"), (ONE,), (), NOW)
    assert (none.rounds, none.hidden) == ((), (ONE,))
    assert with_policies(settled(ONE), (ONE,), (), NOW).rounds == ()


def test_a_new_workspace_has_every_band_searched_at_once() -> None:
    """And a file that doesn't hold its reports is forgotten."""
    known = with_policies(waiting(settled(ONE)), (ONE, TWO), (ONE, TWO), NOW)
    assert known.pending is None
    assert {(r.next_at, r.hurry) for r in known.rounds} == {(NOW, True)}
    assert [n.workspace_id for n in known.newcomers] == [TWO]


def test_who_was_away_comes_back_with_all_that_happened() -> None:
    """Its settings were broken, or the credential's right was lost: its failures are news."""
    away = with_policies(settled(ONE, TWO), (ONE,), (ONE,), NOW)
    back = with_policies(away, (ONE, TWO), (ONE, TWO), NOW)
    assert back.newcomers == ()
    assert back.round_of(Band.OLD).hurry


def test_who_was_away_before_all_was_searched_is_still_new() -> None:
    """Else all that failed within a year would be told when a mistake in the settings is mended."""
    first = with_reports(waiting(checked(ONE, TWO)), (found(ONE, action(5)),), {}, NOW).credential
    known = waiting(first, Band.RECENT)
    away = with_policies(known, (ONE,), (ONE,), NOW)
    searched = with_reports(waiting(away, Band.RECENT), (), {}, NOW).credential
    back = with_policies(searched, (ONE, TWO), (ONE, TWO), NOW)
    one, two = (Newcomer(ws, action(5).at, dated_by=Band.FRESH) for ws in (ONE, TWO))
    assert back.newcomers == (
        replace(one, left=(Band.OLD,)),
        replace(two, left=(Band.RECENT, Band.OLD)),
    )


def test_who_is_away_is_measured_by_no_moment_of_then() -> None:
    """It begins when it is back."""
    away = with_policies(checked(ONE, TWO), (ONE,), (ONE,), NOW)
    known = with_reports(waiting(away), (found(ONE, action(5)),), {}, NOW).credential
    assert [n.before for n in known.newcomers] == [action(5).at, None]


def test_a_check_that_finds_the_same_changes_no_round() -> None:
    known = waiting(settled(ONE))
    again = with_policies(known, (ONE,), (ONE,), NOW + DAY)
    assert (again.rounds, again.pending, again.checked_at) == (
        known.rounds,
        known.pending,
        NOW + DAY,
    )


def test_a_newcomer_is_one_until_each_band_had_its_round() -> None:
    """What its first searches find is measured by the first moment that Expensify told of."""
    known = checked(ONE)
    first = with_reports(waiting(known), (found(ONE, action(5)),), {}, NOW).credential
    assert first.newcomers == (Newcomer(ONE, action(5).at, (Band.RECENT, Band.OLD), Band.FRESH),)
    second = with_reports(waiting(first, Band.RECENT), (found(ONE, action(9)),), {}, NOW).credential
    assert second.newcomers == (Newcomer(ONE, action(5).at, (Band.OLD,), Band.FRESH),)
    for _ in range(13):
        assert second.newcomers
        second = with_reports(waiting(second, Band.OLD), (), {}, NOW).credential
    assert second.newcomers == ()


def test_the_parts_of_a_first_answer_that_was_too_large_are_measured_together() -> None:
    """The first of them holds but old reports. The next round's answers measure nothing any more."""
    cut = too_much(waiting(checked(ONE)), RULES, NOW)
    first = with_reports(waiting(cut), (found(ONE, action(5)),), {}, NOW)
    second = with_reports(waiting(first.credential), (found(ONE, refused(7), action(8)),), {}, NOW)
    assert [n.kind for n in second.news] == [""]
    after = (found(ONE, refused(9), action(10), report_id="R2"),)
    third = with_reports(waiting(second.credential, Band.RECENT), after, {}, NOW)
    assert [n.kind for n in third.news] == [FAILED]
    assert [n.before for n in third.credential.newcomers] == [action(8).at]


def test_an_answer_without_entries_measures_nothing() -> None:
    """The next band's does."""
    empty = with_reports(waiting(checked(ONE)), (), {}, NOW).credential
    assert [n.undated for n in empty.newcomers] == [True]
    dated = with_reports(waiting(empty, Band.RECENT), (found(ONE, action(5)),), {}, NOW).credential
    assert [(n.before, n.dated_by) for n in dated.newcomers] == [(action(5).at, Band.RECENT)]


def test_what_was_there_is_silent_and_what_came_meanwhile_is_not() -> None:
    """A failure between two first searches is nobody's past."""
    known = replace(checked(ONE), newcomers=(Newcomer(ONE, refused(5).at),))
    old, new = found(ONE, refused(5)), found(ONE, refused(6), report_id="R2")
    learned = with_reports(waiting(known), (old, new), {}, NOW)
    assert [(n.sighting.report_id, n.kind) for n in learned.news] == [("R1", ""), ("R2", FAILED)]


# --- what an answer does -------------------------------------------------------------------------


def test_a_search_that_is_done_makes_way_for_the_next() -> None:
    known = with_reports(waiting(settled(ONE)), (found(ONE, refused(1)),), {}, NOW)
    assert [n.kind for n in known.news] == [FAILED]
    assert known.credential.pending is None
    assert known.credential.round_of(Band.FRESH).next_at == NOW + 10 * MINUTE


def test_a_search_with_more_news_than_a_look_takes_is_made_again() -> None:
    """What was said is known by then, so that it comes to an end."""
    many = tuple(found(ONE, refused(1), report_id=f"R{n}") for n in range(MOST_NEWS + 1))
    known = waiting(settled(ONE))
    learned = with_reports(known, many, {}, NOW)
    assert len(learned.news) == MOST_NEWS
    assert learned.credential.pending is None
    assert learned.credential.round_of(Band.FRESH) == known.round_of(Band.FRESH)
    seen = {n.sighting.key: n.sighting for n in learned.news}
    again = waiting(learned.credential)
    assert len(with_reports(again, many, seen, NOW).news) == 1
    all_ = with_reports(known, many[1:], {}, NOW)
    assert len(all_.news) == MOST_NEWS
    assert all_.credential.round_of(Band.FRESH).todo == ()


def test_what_was_there_is_told_by_the_band_that_was_read_first() -> None:
    """Another band's answer, read meanwhile, may hold what failed since."""
    (newcomer,) = checked(ONE).newcomers
    dated = replace(newcomer, before=refused(1).at, dated_by=Band.FRESH)
    known = replace(waiting(checked(ONE), Band.RECENT), newcomers=(dated,))
    after = with_reports(known, (found(ONE, refused(9)),), {}, NOW).credential
    assert after.newcomers[0].before == refused(1).at
    same = replace(waiting(checked(ONE)), newcomers=(dated,))
    after = with_reports(same, (found(ONE, refused(9)),), {}, NOW).credential
    assert after.newcomers[0].before == refused(9).at


def test_an_answer_without_any_entry_tells_nothing_of_what_was_there() -> None:
    """Nor does one that nobody waits for any more."""
    (newcomer,) = with_reports(waiting(checked(ONE)), (), {}, NOW).credential.newcomers
    assert (newcomer.before, newcomer.dated_by) == (None, None)
    late = with_reports(checked(ONE), (found(ONE, refused(1)),), {}, NOW).credential
    assert late.newcomers == checked(ONE).newcomers


def test_a_file_that_is_late_is_fetched_again_soon() -> None:
    known = not_yet(waiting(settled(ONE)), RULES, NOW)
    assert (known.pending is not None, known.quiet_until) == (True, NOW + 15 * SECOND)
    assert known.faults == 0


def test_a_file_that_never_comes_is_searched_for_again() -> None:
    known = not_yet(waiting(settled(ONE)), RULES, NOW + FILE_WAITED_FOR)
    assert (known.pending, known.fault, known.faults) == (None, Fault.UNREADABLE, 1)


def test_an_answer_that_is_too_large_is_asked_for_in_parts() -> None:
    known = too_much(waiting(settled(ONE)), RULES, NOW)
    assert known.pending is None
    assert len(known.round_of(Band.FRESH).todo) == 2
    assert decide_detect(known, (ONE,), RULES, NOW) == Search(
        Band.FRESH, known.round_of(Band.FRESH).todo[0].span
    )


def test_a_day_that_is_too_large_is_passed_over_and_told() -> None:
    """The rest of the round isn't held up by it."""
    turns = (Turn(Span(5, 5)), Turn(Span(6, 6)))
    stuck = replace(
        settled(ONE), rounds=(Round(Band.FRESH, NOW, turns),), pending=Pending("f", Band.FRESH, NOW)
    )
    known = too_much(stuck, RULES, NOW)
    assert known.round_of(Band.FRESH).todo == turns[1:]
    assert is_told(stuck, known, RULES)


def test_too_much_of_nothing_is_nothing() -> None:
    """Only a file can be too large."""
    assert too_much(settled(ONE), RULES, NOW) == settled(ONE)
    assert with_reports(settled(ONE), (), {}, NOW).credential == settled(ONE)


def test_a_fault_opens_the_circuit_longer_each_time() -> None:
    """A good answer closes it."""
    known = after_fault(waiting(settled(ONE)), Fault.UNREACHABLE, 0, RULES, NOW)
    assert (known.quiet_until, known.faults, known.pending) == (NOW + MINUTE, 1, None)
    known = after_fault(known, Fault.UNREACHABLE, 0, RULES, NOW)
    assert known.quiet_until == NOW + 2 * MINUTE
    known = after_fault(known, Fault.THROTTLED, HOUR, RULES, NOW)
    assert known.quiet_until == NOW + HOUR
    calm = with_reports(waiting(known), (), {}, NOW).credential
    assert (calm.faults, calm.fault, calm.quiet_until) == (0, None, 0)


@pytest.mark.parametrize("band", Band)
def test_a_report_that_spoils_every_answer_costs_one_day(band: Band) -> None:
    """All other days are searched within the next half hour, and the operators hear of it."""
    known = waiting(settled(ONE), band)
    bad = day_of(NOW) - DAYS[band] // 2
    now, read, told = NOW, list[Span](), 0
    while known.round_of(band).todo:
        assert now < NOW + 400 * MINUTE
        before, span = known, known.round_of(band).todo[0].span
        whole = span.last is None or (span.approved and span.first <= bad)
        if known.pending is None:
            known = with_file(known, Search(band, span), "f.json", RULES, now)
        if whole or span.first <= bad <= (span.last or 0):
            known = after_fault(known, Fault.UNREADABLE, 0, RULES, now)
        else:
            read.append(span)
            known = with_reports(known, (), {}, now).credential
        told += is_told(before, known, RULES)
        now = max(now + MINUTE, known.quiet_until)
    first, last = day_of(NOW) - DAYS[band], day_of(NOW)
    days = range(first, last - DAYS[Band.RECENT] if band is Band.OLD else last + 1)
    assert [day for day in days if not any(_in(day, span) for span in read)] == [bad]
    assert told
    assert now <= NOW + (30 + 2 * len(read)) * MINUTE


def _in(day: int, span: Span) -> bool:
    return not span.approved and span.first <= day <= (span.last or 0)


def test_two_answers_of_no_use_are_bad_luck() -> None:
    """Then the same is asked for once more, and in parts only after that."""
    known, sizes = waiting(settled(ONE)), []
    for n in range(3):
        pending = replace(known, pending=Pending("f", Band.FRESH, NOW))
        known = after_fault(pending, Fault.UNREADABLE, 0, RULES, NOW + n)
        assert (known.pending, known.faults) == (None, n + 1)
        sizes.append(len(known.round_of(Band.FRESH).todo))
    assert sizes == [1, 1, 2]


@pytest.mark.parametrize(
    ("faults", "minutes"), [(0, 1), (NARROWING, 1), (NARROWING + 1, 2), (NARROWING + 9, 60)]
)
def test_where_all_answers_are_of_no_use_the_tries_become_fewer(faults: int, minutes: int) -> None:
    """That is no single report's doing."""
    known = replace(waiting(settled(ONE)), faults=faults)
    after = after_fault(known, Fault.UNREADABLE, 0, RULES, NOW)
    assert after.quiet_until == NOW + minutes * MINUTE
    late = after_fault(known, Fault.UNREADABLE, 2 * HOUR, RULES, NOW)
    assert late.quiet_until == NOW + 2 * HOUR


def test_without_a_file_an_answer_of_no_use_is_a_fault_as_any_other() -> None:
    """The search itself was refused: less of it would be refused, too."""
    known = replace(settled(ONE), faults=4)
    after = after_fault(known, Fault.UNREADABLE, 0, RULES, NOW)
    assert (after.rounds, after.quiet_until) == (known.rounds, NOW + HOUR)


def test_operators_hear_of_a_set_up_fault_at_once_and_of_any_when_it_lasts() -> None:
    """Each once."""
    known = settled(ONE)
    refused_ = after_fault(known, Fault.LOGIN_REFUSED, 0, RULES, NOW)
    assert is_told(known, refused_, RULES)
    assert not is_told(refused_, after_fault(refused_, Fault.LOGIN_REFUSED, 0, RULES, NOW), RULES)
    told = []
    for _ in range(8):
        after = after_fault(known, Fault.UNREACHABLE, 0, RULES, NOW)
        told.append(is_told(known, after, RULES))
        known = after
    assert told == [False] * 4 + [True] + [False] * 3
    one = replace(settled(ONE), faults=1, fault=Fault.UNREACHABLE)
    assert not is_told(one, replace(one, fault=Fault.LOGIN_REFUSED), RULES)
    assert not is_told(known, settled(ONE), RULES)
