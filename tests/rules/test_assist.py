"""`assist`: for whom the clicks are asked, of whom, about what, how often, and when not."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.assist import (
    Batch,
    asked,
    batch_notices,
    batches,
    clicks_about,
    look_first,
    may_be_asked,
    project_of,
    unasked,
    with_asked,
)
from shared.domain.blocker import Blockers, by_id, by_text
from shared.domain.case import Case, CaseLabel, Kind, Phase, Why, with_told
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.notice import Role, Tone
from shared.domain.rules import Rules
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    PEOPLE,
    PROJECT,
    WS,
    WS_ADMIN,
    blocker,
    case,
    label,
)

RULES = Rules()
LABELS, BLOCKERS = by_text([label()]), by_id([blocker(epoch=2)])
ABOUT, RETAGGED = f"W#{WS}#{PROJECT}:2", f"W#{WS}#@"
FIRST, SECOND_CASE = case(report_id="R001"), case(report_id="R002")


def of(*ready: Case, among: tuple[Case, ...] = (), blockers: Blockers = BLOCKERS) -> list[Batch]:
    return list(batches(ready, (*ready, *among), LABELS, blockers))


def marked(one: Case, mark: str = f"{ABOUT}@7") -> Case:
    return with_told(one, (*one.told, mark))


# --- about what --------------------------------------------------------------------------------


def test_the_clicks_are_about_a_project_in_its_epoch() -> None:
    """Blocked again, it is another matter."""
    assert clicks_about(FIRST, LABELS, BLOCKERS) == ABOUT
    assert project_of(ABOUT) == PROJECT


def test_a_project_that_was_seen_blocked_is_what_the_clicks_are_about() -> None:
    """Though no failure named it: not the one beside it that was open all along."""
    labels = (CaseLabel("Zeus", used=1, asked=1), CaseLabel(LABEL, used=1, asked=1))
    known = by_text([label("Zeus", "1"), label()])
    blockers = by_id([blocker(project_id="1", epoch=0), blocker(epoch=2)])
    assert clicks_about(case(labels=labels), known, blockers) == ABOUT


@pytest.mark.parametrize("one", [case(retags=1), case(labels=(), retags=1), case(labels=())])
def test_what_was_retagged_is_the_workspaces_matter(one: Case) -> None:
    """Whatever it carries now, it is none of that project's trouble."""
    assert clicks_about(one, LABELS, BLOCKERS) == RETAGGED
    assert project_of(RETAGGED) == ""


@pytest.mark.parametrize(
    ("one", "yes"),
    [
        (FIRST, True),
        (case(paused=1), False),
        (case(kind=Kind.OTHER), False),
        (case(phase=Phase.NEEDS_PERSON), False),
        (case(attempts=1), False),
        (case(doubtful=True), False),
    ],
)
def test_people_are_asked_for_what_waits_and_can_not_be_in_netsuite(one: Case, yes: bool) -> None:
    """What we exported, or somebody before its failure, is looked for there first."""
    assert may_be_asked(one) is yes
    assert look_first(one) is (one.attempts > 0 or one.doubtful)


# --- batches -----------------------------------------------------------------------------------


def test_reports_that_stand_fixed_together_are_one_batch() -> None:
    """Of one project; what was retagged is another."""
    other = case(report_id="R003", retags=1)
    first, second = of(FIRST, SECOND_CASE, other)
    assert (first.about, first.cases, first.late) == (ABOUT, (FIRST, SECOND_CASE), False)
    assert (second.about, second.cases) == (RETAGGED, (other,))
    assert first.mark == f"{ABOUT}@{first.epoch}"


def test_who_was_asked_for_is_in_no_further_batch() -> None:
    """Unless it was about another epoch."""
    assert of(marked(FIRST)) == []
    assert len(of(marked(FIRST), blockers=by_id([blocker(epoch=3)]))) == 1
    assert asked(marked(FIRST), ABOUT)
    assert not asked(FIRST, ABOUT)


def test_a_batch_is_of_exactly_these_reports() -> None:
    """A look that dies before all have their mark leaves another batch, with another number."""
    (both,), (one,), (again,) = of(FIRST, SECOND_CASE), of(SECOND_CASE), of(FIRST, SECOND_CASE)
    assert both.epoch != one.epoch
    assert both.epoch == again.epoch
    (later,) = of(replace(FIRST, episode=2), SECOND_CASE)
    assert later.epoch != both.epoch


def test_a_later_report_of_the_same_project_is_late() -> None:
    """Not so of another project."""
    (batch,) = of(SECOND_CASE, among=(marked(FIRST),))
    assert batch.late
    (batch,) = of(SECOND_CASE, among=(marked(FIRST, f"{RETAGGED}@7"),))
    assert not batch.late


# --- notices -----------------------------------------------------------------------------------


def test_each_administrator_of_the_workspace_gets_one_notice() -> None:
    """At once, and nobody else any."""
    (batch,) = of(FIRST, SECOND_CASE)
    (notice,) = batch_notices(batch, PEOPLE, RULES, NOW)
    assert (notice.person, notice.role, notice.tone) == (
        WS_ADMIN,
        Role.WORKSPACE_ADMIN,
        Tone.ASSIST,
    )
    assert (notice.workspace_id, notice.account_id) == (WS, ACCOUNT)
    assert (notice.about, notice.epoch) == (ABOUT, batch.epoch)
    assert (notice.created_at, notice.send_after) == (NOW, NOW)


def test_late_ones_gather() -> None:
    """All that come within one span go out together, at its end."""
    (batch,) = of(SECOND_CASE, among=(marked(FIRST),))
    start = NOW - NOW % RULES.ask_again
    for moment in (start, start + RULES.ask_again - 1):
        (notice,) = batch_notices(batch, PEOPLE, RULES, moment)
        assert notice.send_after == start + RULES.ask_again


def test_without_anybody_who_may_be_written_to_the_operators_are_told() -> None:
    """Somebody must know."""
    nobody = replace(PEOPLE, workspace_admins=("wim@else.example",))
    (notice,) = batch_notices(of(FIRST)[0], nobody, RULES, NOW)
    assert (notice.person, notice.role) == (OPERATORS, Role.OPERATOR)


def test_pending_batches_about_the_same_are_told_in_one_go() -> None:
    """And they remain two notices, each put once."""
    one, other = (batch_notices(of(c)[0], PEOPLE, RULES, NOW)[0] for c in (FIRST, SECOND_CASE))
    assert one.matter == other.matter
    assert one.id != other.id


# --- afterwards --------------------------------------------------------------------------------


def test_who_is_asked_for_is_marked_and_read_again_soon() -> None:
    """With a line of history, which says since when."""
    one = replace(FIRST, next_look=NOW + HOUR)
    told = with_asked(one, {"R001": f"{ABOUT}@7"}, RULES, NOW)
    assert told.told == (f"{ABOUT}@7",)
    assert [(e.why, e.at) for e in told.history] == [(Why.ASKED, NOW)]
    assert told.next_look == NOW + 5 * MINUTE
    assert (told.phase, told.reason) == (one.phase, one.reason)


@pytest.mark.parametrize(
    ("age", "wait"),
    [(0, 5 * MINUTE), (20 * MINUTE, 5 * MINUTE), (HOUR + 2, 15 * MINUTE), (DAY, HOUR)],
)
def test_it_is_read_less_and_less_often(age: int, wait: int) -> None:
    """Never less often than other reports."""
    told = with_asked(FIRST, {"R001": f"{ABOUT}@7"}, RULES, NOW - age)
    later = with_asked(replace(told, next_look=NOW + 2 * HOUR), {}, RULES, NOW)
    assert later.next_look == NOW + wait


def test_one_that_was_asked_for_longer_ago_than_its_history_tells_is_read_hourly() -> None:
    """Twenty lines are kept."""
    told = replace(marked(FIRST), next_look=NOW + DAY)
    assert with_asked(told, {}, RULES, NOW).next_look == NOW + HOUR


def test_a_look_that_is_due_sooner_stays() -> None:
    """A hint has set it, for one."""
    told = with_asked(replace(FIRST, next_look=NOW), {"R001": f"{ABOUT}@7"}, RULES, NOW)
    assert told.next_look == NOW


def test_others_are_read_as_ever() -> None:
    """Nobody was asked for anything about them."""
    one = with_told(replace(FIRST, next_look=NOW + HOUR), (f"P#{PROJECT}@2",))
    assert with_asked(one, {"R002": "x"}, RULES, NOW) is one


def test_what_does_not_stand_fixed_is_asked_for_anew_once_it_does() -> None:
    """What was told of its project stays told."""
    one = marked(with_told(FIRST, (f"P#{PROJECT}@2",)))
    assert unasked(one).told == (f"P#{PROJECT}@2",)
    assert f"{ABOUT}@7" in unasked(one).lapsed
