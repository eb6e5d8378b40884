"""A case changes only together with its history, and stays small."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.case import (
    FINISHED,
    HISTORY_KEPT,
    IN_FLIGHT,
    CaseLabel,
    Entry,
    Phase,
    Why,
    moved,
    noted,
    with_asks,
    with_suspects,
)
from shared.domain.clock import HOUR, MINUTE
from shared.domain.decide_recover import CaseChange, _export
from shared.domain.evidence import Evidence, Reading, Seen
from shared.domain.recover_table import Context, step
from shared.domain.report import Action, ActionKind, baseline_of
from shared.domain.rules import Rules, backoff
from tests.builders import (
    NOW,
    REPORT,
    WS,
    action,
    arrived,
    base,
    case,
    flying,
    official,
    refused,
    report,
)


def test_a_case_is_known_by_workspace_and_report() -> None:
    """The episode isn't part of its key: the next one takes the same place."""
    assert case().key == case(episode=2).key == (WS, REPORT)


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_is_open_in_flight_or_finished(phase: Phase) -> None:
    """Exactly these are in flight and these are finished."""
    one = case(phase=phase)
    assert one.in_flight is (phase in {Phase.EXPORTING, Phase.UNVERIFIED})
    assert one.finished is (phase in {Phase.RESOLVED, Phase.CLOSED})
    assert not IN_FLIGHT & FINISHED


def test_a_move_writes_its_line_of_history() -> None:
    """Phase, reason and line come together."""
    after = moved(case(), Phase.EXPORTING, Why.ATTEMPT, NOW, "x")
    assert (after.phase, after.reason, after.ended_at) == (Phase.EXPORTING, Why.ATTEMPT, None)
    (line,) = after.history
    assert (line.at, line.phase, line.why, line.detail) == (NOW, Phase.EXPORTING, Why.ATTEMPT, "x")


def test_a_line_without_a_detail_says_no_more_than_its_reason() -> None:
    """Moved or noted."""
    expected = Entry(NOW, Phase.WAITING, Why.READ)
    assert moved(case(), Phase.WAITING, Why.READ, NOW).history == (expected,)
    assert noted(case(), Why.READ, NOW).history == (expected,)
    assert expected.detail == ""


def test_what_was_said_of_a_phase_lapses_with_it() -> None:
    """Not so what was said of a project, nor while the case stays in it."""
    one = case(told=("!x", "P#99@1"))
    assert moved(one, Phase.WAITING, Why.ADDED, NOW).told == one.told
    left = moved(one, Phase.NEEDS_PERSON, Why.NOT_PROVEN, NOW)
    assert (left.told, left.lapsed) == (("P#99@1",), ("!x",))


@pytest.mark.parametrize("phase", sorted(FINISHED))
def test_an_end_has_its_time_and_a_case_that_goes_on_has_none(phase: Phase) -> None:
    """When it ended is when it was moved there."""
    ended = moved(case(), phase, Why.EXPORTED, NOW)
    assert ended.ended_at == NOW
    assert moved(ended, Phase.WAITING, Why.OPENED, NOW + 1).ended_at is None


def test_a_note_moves_nothing() -> None:
    """A line in the phase in which the case is."""
    before = flying()
    after = noted(before, Why.ADDED, NOW, "x")
    assert replace(after, history=()) == before
    assert after.history[-1].phase is Phase.EXPORTING


def test_a_case_that_goes_on_for_weeks_keeps_twenty_lines() -> None:
    """A case stays small: 2 KB are its share of the table."""
    one = case()
    for at in range(50):
        one = noted(moved(one, Phase.WAITING, Why.READ, at), Why.ADDED, at)
    assert len(one.history) == HISTORY_KEPT == 20


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(Phase), st.sampled_from(Why)),
        min_size=1,
        max_size=3 * HISTORY_KEPT,
    )
)
@settings(deadline=None)
def test_the_history_keeps_its_last_twenty_lines(steps: list[tuple[bool, Phase, Why]]) -> None:
    """However often the case is moved or noted; the newest are kept, in order."""
    one = case()
    for at, (move, phase, why) in enumerate(steps):
        one = moved(one, phase, why, at) if move else noted(one, why, at)
        assert len(one.history) == min(at + 1, HISTORY_KEPT) <= 20
    assert [line.at for line in one.history] == list(range(len(steps)))[-HISTORY_KEPT:]
    assert [line.why for line in one.history] == [why for _, _, why in steps][-HISTORY_KEPT:]


def test_asks_only_ever_grow() -> None:
    """A number that came late doesn't make the case wait for less."""
    both = case(labels=(CaseLabel("A", asked=3), CaseLabel("B", asked=1), CaseLabel("C")))
    after = with_asks(both, {"A": 2, "B": 5, "D": 9})
    assert [(x.text, x.asked) for x in after.labels] == [("A", 3), ("B", 5), ("C", 0)]


def test_suspects_are_marked_or_added_once() -> None:
    """A known label is marked, an unknown text becomes a label; nobody is cleared."""
    before = case(labels=(CaseLabel("A", 1, asked=1), CaseLabel("B", 1, suspect=True)))
    after = with_suspects(before, ("A", "C", "C"))
    assert after.labels == (
        CaseLabel("A", 1, asked=1, suspect=True),
        CaseLabel("B", 1, suspect=True),
        CaseLabel("C", suspect=True),
    )


def test_whatever_was_named_stays_named_for_the_episode() -> None:
    """In order, once; a label that leaves the report and comes back is known by it."""
    assert with_suspects(case(named=("B", "A")), ("A", "C", "C")).named == ("B", "A", "C")


def test_a_report_carries_what_its_expenses_carry() -> None:
    """Until they are known: what the failure named."""
    named = CaseLabel("A", suspect=True)
    assert case(labels=(named,)).carried == (named,)
    used = CaseLabel("B", used=2)
    assert case(labels=(named, used)).carried == (used,)


@pytest.mark.parametrize(("tries", "wait"), [(0, 1), (1, 2), (2, 5), (3, 5), (99, 5)])
def test_the_last_wait_repeats_for_ever(tries: int, wait: int) -> None:
    """Each try waits longer, and none waits for ever."""
    assert backoff((1, 2, 5), tries) == wait


def test_what_is_unverified_already_is_held_without_another_line() -> None:
    """NS0034 read a second time changes when to look, not the history."""
    held = flying(HOUR, Phase.UNVERIFIED)
    exists = Reading(Evidence.SAID_TO_EXIST, report(refused(1)))
    after = step(held, exists, Context(NOW, Rules(), {}, {}, {})).case
    assert (after.phase, after.history) == (Phase.UNVERIFIED, held.history)
    assert after.next_look > NOW


def last_check(*history: Action) -> CaseChange | None:
    """The intent that is made from these reads of both faces, or none."""
    mark = baseline_of(official(refused(1)))
    seen = Seen({REPORT: official(*history)}, {REPORT: report(*history)})
    return _export(case(known=mark), seen, Rules(), NOW)


@pytest.mark.parametrize(
    "news",
    [
        refused(2),
        action(2, ActionKind.EXPORT_FAILED, "NS0034 Export Error: This record already exists."),
        action(2, ActionKind.EXPORT_FAILED, "NS0024 Export Error: Invalid 'customer' tag."),
        action(2, ActionKind.EXPORT_FAILED),
        action(2, ActionKind.MARKED_BY_HAND),
        arrived(2),
    ],
)
def test_nothing_is_exported_over_news_of_its_report(news: Action) -> None:
    """The very last check before an intent: whatever came since the last known failure."""
    assert last_check(refused(1), news) is None
    assert last_check(refused(1), action(2)) is not None


def test_an_intent_is_looked_after_within_a_minute() -> None:
    """Its first look is set in the write that makes it."""
    going = last_check(refused(1))
    assert going is not None
    assert (going.after.phase, going.after.next_look) == (Phase.EXPORTING, NOW + MINUTE)
    assert going.after.intent is not None
    assert going.after.intent.baseline == base(refused(1))
