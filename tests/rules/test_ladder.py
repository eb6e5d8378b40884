"""Reminders, and the mark at their end."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS, attention_notices
from shared.domain.case import Case, Kind, Phase, Why
from shared.domain.clock import DAY, HOUR
from shared.domain.ladder import attended, for_attention, ladder_ends, next_rung, with_ladder
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Role, Tone
from shared.domain.rules import Rules
from tests.builders import ACCOUNT, ADMIN, NOW, PROJECT, WS, case

RULES = Rules(working_days=(1, 2, 3, 4, 5, 6, 7))
P_MARK = f"P#{PROJECT}@1"


def notice(**more: object) -> Notice:
    """It was told just now."""
    one = Notice(
        ADMIN, Role.NETSUITE_ADMIN, Tone.REACTIVATE, WS, ACCOUNT, f"P#{PROJECT}", 1, NOW, NOW
    )
    return replace(one, **more)  # type: ignore[arg-type]


def test_an_old_notice_keeps_its_id() -> None:
    """What was stored before there were reminders is found again; each reminder has its own."""
    assert notice().id == f"reactivate#{ACCOUNT}#P#{PROJECT}#1#0"
    ids = {notice(rung=rung, step=7).id for rung in range(4)}
    assert len(ids) == 4
    assert notice(rung=2, step=7).id == f"reactivate#{ACCOUNT}#P#{PROJECT}#1#7#R2"


def test_the_rungs_are_so_long_after_the_first_mail() -> None:
    """1, 3 and 7 days; each says since when, and the last has none after it."""
    told, at, rungs = notice(), NOW, []
    while (rung := next_rung(told, RULES, at)) is not None:
        at = rung.send_after
        rungs.append((rung.rung, at - NOW, rung.since, rung.created_at < at))
        told = rung
    assert rungs == [(1, DAY, NOW, True), (2, 3 * DAY, NOW, True), (3, 7 * DAY, NOW, True)]


def test_a_late_rung_puts_the_next_one_off() -> None:
    """They never come in a bunch."""
    first = next_rung(notice(), RULES, NOW)
    assert first is not None
    second = next_rung(first, RULES, NOW + 6 * DAY)
    assert second is not None
    assert (second.send_after, second.since) == (NOW + 8 * DAY, NOW)


def test_weekends_don_t_count() -> None:
    """Told on a Friday, reminded on Monday."""
    rung = next_rung(notice(), Rules(), NOW)
    assert rung is not None
    assert rung.send_after == NOW + 3 * DAY


def test_a_rung_is_a_fresh_notice() -> None:
    """Nothing of what became of the one before it."""
    told = notice(
        created_at=NOW - HOUR, sent_at=NOW, listed=("R1",), told_in="x", dropped="no longer true"
    )
    assert next_rung(told, RULES, NOW) == notice(rung=1, since=NOW, send_after=NOW + DAY)


@pytest.mark.parametrize("tone", [Tone.DONE, Tone.SETUP_FAULT, Tone.ATTENTION, Tone.DIGEST])
def test_of_these_nobody_is_reminded(tone: Tone) -> None:
    """Good news, what comes daily, and what only lists others."""
    assert next_rung(notice(tone=tone), RULES, NOW) is None


def test_operators_are_not_reminded() -> None:
    """They have a topic, and hear of the end of the ladder."""
    assert next_rung(notice(person=OPERATORS, role=Role.OPERATOR), RULES, NOW) is None


# --- where the ladder of a case stands -------------------------------------------------------


def told(*marks: str, **more: object) -> Case:
    return case(told=marks, **more)


def test_what_is_told_anew_begins_the_ladder() -> None:
    """At the time at which the last of the notices may go out; an older mark is taken off."""
    before = told(told_at=NOW - DAY, attention_at=NOW - HOUR)
    put = (notice(), notice(send_after=NOW + 4 * HOUR))
    after = with_ladder(before, replace(before, told=(P_MARK,)), put, NOW)
    assert (after.told_at, after.attention_at) == (NOW + 4 * HOUR, None)


def test_where_nobody_may_be_told_it_begins_now() -> None:
    """The mark comes all the same, and with it the operators."""
    assert with_ladder(case(), told(P_MARK), (), NOW).told_at == NOW


def test_what_was_told_goes_on() -> None:
    """Neither a mark less nor the same ones begin it anew."""
    before = told(P_MARK, "P#99@1", told_at=NOW - DAY, attention_at=NOW)
    for marks in (before.told, (P_MARK,)):
        after = replace(before, told=marks)
        assert with_ladder(before, after, (), NOW) is after


def test_of_what_is_over_there_is_no_ladder() -> None:
    """Nor was there one before anything was told."""
    before = told(P_MARK, told_at=NOW - DAY, attention_at=NOW)
    after = with_ladder(before, replace(before, told=()), (), NOW)
    assert (after.told_at, after.attention_at) == (None, None)
    assert with_ladder(case(), case(), (), NOW) == case()


def test_the_mark_comes_at_the_end_of_the_ladder_and_once() -> None:
    """With a line of history."""
    one = told(P_MARK, told_at=NOW)
    assert ladder_ends(one, RULES, NOW) == NOW + 7 * DAY
    assert attended(one, RULES, NOW + 7 * DAY - 1) is one
    marked = attended(one, RULES, NOW + 7 * DAY)
    assert marked.attention_at == NOW + 7 * DAY
    assert (marked.phase, marked.reason) == (one.phase, one.reason)
    assert [(entry.why, entry.at) for entry in marked.history] == [(Why.ATTENTION, NOW + 7 * DAY)]
    assert attended(marked, RULES, NOW + 9 * DAY) is marked
    assert ladder_ends(marked, RULES, NOW) is None


@pytest.mark.parametrize(
    "one",
    [
        told(P_MARK),
        told(P_MARK, told_at=NOW, paused=1),
        told(P_MARK, told_at=NOW, phase=Phase.EXPORTING),
        told(P_MARK, told_at=NOW, phase=Phase.UNVERIFIED),
        told(P_MARK, told_at=NOW, phase=Phase.RESOLVED),
        told(f"!{Why.OTHER_FAILURE}", told_at=NOW),
        told("!x", told_at=NOW, phase=Phase.NEEDS_PERSON, paused=1),
    ],
)
def test_what_moves_or_was_never_told_gets_no_mark(one: Case) -> None:
    """A waiting report that nothing blocks is on its way by itself."""
    assert attended(one, RULES, NOW + 99 * DAY) is one


@pytest.mark.parametrize(
    "rules", [replace(RULES, mode=Mode.OBSERVE), replace(RULES, act_since=NOW + 1)]
)
def test_where_nobody_is_told_no_reminder_ends(rules: Rules) -> None:
    """What was told was told before the workspace only observed, or went live anew."""
    assert ladder_ends(told(P_MARK, told_at=NOW), rules, NOW + 99 * DAY) is None


def test_a_label_with_an_at_sign_is_found_again() -> None:
    """The epoch stands behind the last one."""
    one = told(f"L#{WS}#Apollo @ Berlin@2", told_at=NOW)
    assert for_attention(one, NOW) == ((f"L#{WS}#Apollo @ Berlin", 2),)


def test_a_waiting_case_is_about_its_blockers() -> None:
    """In their epochs, and without those that no longer block it."""
    one = told(P_MARK, f"L#{WS}#Hermes@0", f"!{Why.OTHER_FAILURE}", lapsed=("P#99@4",))
    assert set(for_attention(one, NOW)) == {(f"P#{PROJECT}", 1), (f"L#{WS}#Hermes", 0)}


def test_one_in_people_s_hands_is_about_why() -> None:
    """Once a day, however many there are."""
    one = told("!x", phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN, kind=Kind.OTHER)
    assert for_attention(one, NOW) == ((f"W#{WS}#{Why.NOT_PROVEN}", NOW // DAY),)


def test_the_operators_hear_of_the_blocker_not_of_the_report() -> None:
    """Of two reports on one project it is the same notice; told once, when the mark is set."""
    one = told(P_MARK, told_at=NOW - 9 * DAY)
    other = replace(one, report_id="R002")
    marked = [attended(each, RULES, NOW) for each in (one, other)]
    notices = [
        n for b, a in zip((one, other), marked, strict=True) for n in attention_notices(b, a, NOW)
    ]
    assert {n.id for n in notices} == {f"attention#{ACCOUNT}#P#{PROJECT}#1#0"}
    assert {(n.person, n.role) for n in notices} == {(OPERATORS, Role.OPERATOR)}
    assert attention_notices(one, one, NOW) == []
    assert attention_notices(marked[0], marked[0], NOW) == []


def test_of_what_is_in_people_s_hands_the_operators_hear_once_a_day() -> None:
    """By its reason, whichever reports it is."""
    before = told("!x", told_at=NOW, phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN)
    (put,) = attention_notices(before, replace(before, attention_at=NOW), NOW)
    assert (put.about, put.epoch) == (f"W#{WS}#{Why.NOT_PROVEN}", NOW // DAY)
    assert (put.created_at, put.send_after) == (NOW, NOW)
