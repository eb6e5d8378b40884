"""Baselines: only what comes after one counts, by Expensify's own times."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.clock import ForeignTime
from shared.domain.report import (
    EXPORTABLE,
    NOT_APPROVED,
    Action,
    ActionKind,
    Baseline,
    ReportState,
    Source,
    baseline_of,
    new_actions,
    newest,
)
from tests.builders import action, arrived, base, official, refused, report

TIMES = st.integers(0, 5).map(lambda n: ForeignTime(f"2027-01-15 10:00:0{n}.000"))


def histories(
    prefix: str, times: st.SearchStrategy[ForeignTime]
) -> st.SearchStrategy[list[Action]]:
    """Actions with ids of their own; several may share an instant."""
    entries = st.lists(st.tuples(times, st.sampled_from(ActionKind)), max_size=8)
    return entries.map(
        lambda rows: [Action(f"{prefix}{i}", kind, at) for i, (at, kind) in enumerate(rows)]
    )


def test_no_state_is_both_exportable_and_not_approved() -> None:
    """And an unknown one is neither."""
    assert not EXPORTABLE & NOT_APPROVED
    assert set(ReportState) - EXPORTABLE - NOT_APPROVED == {ReportState.UNKNOWN}


def test_an_empty_history_has_everything_to_come() -> None:
    """Without a last action whatever comes is new."""
    empty = base()
    assert empty == Baseline(Source.APP)
    assert new_actions(report(refused(1)), empty) == (refused(1),)


def test_what_the_source_does_not_tell_counts_as_not_set() -> None:
    """The official face tells neither the flag nor the number of errors."""
    assert baseline_of(official(refused(1))) == Baseline(
        Source.INTEGRATION, refused(1).at, (refused(1).id,)
    )


def test_a_baseline_keeps_flag_and_errors() -> None:
    """A flag that was set before proves nothing later."""
    found = base(refused(1), exported=True)
    assert (found.exported, found.error_count) == (True, 1)


def test_a_newcomer_of_the_same_instant_is_new() -> None:
    """Ids tell apart what the time stamp can't."""
    twin = replace(refused(1), id="twin")
    assert new_actions(report(refused(1), twin), base(refused(1))) == (twin,)
    assert base(refused(1), twin).ids_at_last == ("a1", "twin")


def test_a_baseline_may_end_at_an_earlier_action() -> None:
    """All that came after it is new, the action itself is not."""
    found = report(action(1), refused(2), arrived(3))
    mark = baseline_of(found, upto=refused(2))
    assert (mark.last_at, mark.ids_at_last) == (refused(2).at, ("a2",))
    assert new_actions(found, mark) == (arrived(3),)


def test_the_newest_of_a_kind() -> None:
    """By time, then id; none if there is none."""
    found = report(refused(2), arrived(3), refused(1))
    assert newest(found.actions) == max(found.actions, key=lambda a: (a.at, a.id))
    assert newest(()) is None


@given(histories("a", TIMES))
@settings(deadline=None)
def test_nothing_is_new_after_the_whole_history(actions: list[Action]) -> None:
    """The baseline of a report leaves nothing of that report over."""
    one = report(*actions)
    assert new_actions(one, baseline_of(one)) == ()


@given(histories("a", TIMES), histories("b", TIMES), st.randoms())
@settings(deadline=None)
def test_exactly_what_is_appended_is_new(
    before: list[Action], after: list[Action], order: Random
) -> None:
    """Appended from the last instant on, in whatever order the answer lists them."""
    mark = base(*before)
    later = [a for a in after if mark.last_at is None or a.at >= mark.last_at]
    mixed = [*before, *later]
    order.shuffle(mixed)
    found = new_actions(report(*mixed), mark)
    assert sorted(found, key=lambda a: a.id) == sorted(later, key=lambda a: a.id)
    assert list(found) == sorted(found, key=lambda a: (a.at, a.id))


@given(histories("a", TIMES))
@settings(deadline=None)
def test_the_newest_failure_leaves_no_later_failure_over(
    actions: list[Action],
) -> None:
    """What is new after the newest failure lies at its instant or later."""
    one = report(*actions)
    last = newest(a for a in one.actions if a.kind is ActionKind.EXPORT_FAILED)
    if last is not None:
        fresh = new_actions(one, baseline_of(one, upto=last))
        assert last not in fresh
        assert all(a.at >= last.at for a in fresh)
        assert not any(a.kind is ActionKind.EXPORT_FAILED and a.at > last.at for a in fresh)
