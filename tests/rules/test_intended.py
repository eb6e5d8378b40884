"""`observe`: what the history says would have been, and who hears of what we did before."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Case, Kind, Phase, Why, moved
from shared.domain.clock import MINUTE
from shared.domain.finding import Match, Resolution
from shared.domain.intended import act_of, observed
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Role
from shared.domain.rules import People, Rules
from shared.domain.standing import Standing
from tests.builders import (
    ADMIN,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    case,
    closed_project,
    flying,
    label,
)

RULES = Rules(mode=Mode.OBSERVE)
BLOCKED = Standing(blocked=(closed_project(),))
TOLD = f"told netsuite_admin + submitter of project {PROJECT}"


def look(
    one: Case,
    standing: Standing | None = BLOCKED,
    acts: str = "",
    people: People = PEOPLE,
    before: Case | None = None,
    rules: Rules = RULES,
) -> tuple[tuple[Notice, ...], Case]:
    standings = {one.report_id: standing} if standing else {}
    waiting = (one,) if standing else ()
    intended = {REPORT: acts} if acts else {}
    return observed(before or one, one, standings, waiting, intended, people, rules, NOW)


def lines(one: Case) -> list[str]:
    return [entry.detail for entry in one.history if entry.why is Why.WOULD]


def test_nobody_is_told_and_the_history_says_whom_we_would_have_told() -> None:
    """By their roles; an address would be one more place to keep it in."""
    notices, after = look(case())
    assert notices == ()
    assert lines(after) == [TOLD]
    assert not any(address in TOLD for address in (ADMIN, WS_ADMIN, SUBMITTER))


def test_a_further_look_says_nothing_new() -> None:
    """One line per change, and the case isn't even written."""
    _, first = look(case())
    _, second = look(first)
    assert second is first


def test_a_change_of_the_step_is_a_line_and_so_is_the_way_back() -> None:
    """The last such line is what it is compared with, whatever else happened meanwhile."""
    _, first = look(case())
    _, fixed = look(first, Standing(), "synced, then exported")
    _, again = look(moved(fixed, Phase.WAITING, Why.ADDED, NOW))
    assert lines(again) == [TOLD, "synced, then exported", TOLD]


@pytest.mark.parametrize(
    ("one", "standing"),
    [
        (case(), Standing(pending=True)),
        (case(paused=1), BLOCKED),
        (flying(), None),
        (case(), Standing()),
    ],
)
def test_where_nothing_would_have_been_nothing_is_said(one: Case, standing: Standing) -> None:
    """It isn't known yet, it is paused, or it isn't ours to act on."""
    _, after = look(one, standing)
    assert lines(after) == []


def test_a_case_from_before_going_live_is_left_alone() -> None:
    """It would not have been told of either."""
    people = replace(PEOPLE, allowed_domains=())
    _, after = look(case(), people=people, rules=replace(RULES, act_since=NOW))
    assert lines(after) == []


def test_if_nobody_could_be_told_that_is_said() -> None:
    """All of its people are outside the allowed domains."""
    people = replace(PEOPLE, allowed_domains=("else.example",))
    _, after = look(case(), people=people)
    assert lines(after) == ["told nobody"]


def test_several_matters_are_one_line() -> None:
    """A project, a label, and what stood beside the project's code."""
    unnamed = label("Hermes", project="")
    standing = Standing(blocked=(closed_project(),), unnamed=(unnamed,))
    _, after = look(case(codes=("NS0770", "NS0012")), standing)
    (line,) = lines(after)
    assert line.split("; ")[:2] == [TOLD, "told submitter of label Hermes"]
    assert "of the case: NS0012" in line


def test_a_label_is_named_whole() -> None:
    """Whatever signs it holds."""
    standing = Standing(unnamed=(label("Hermes #2 # new", project=""),))
    _, after = look(case(), standing)
    assert lines(after) == ["told submitter of label Hermes #2 # new"]


def test_of_a_failure_without_a_code_that_is_said() -> None:
    """Nothing else names it."""
    one = case(phase=Phase.NEEDS_PERSON, reason=Why.OTHER_FAILURE, kind=Kind.OTHER, codes=())
    _, after = look(one, None)
    assert lines(after) == ["told workspace_admin + operator of the case: no code"]


def test_what_was_told_before_lapses_so_that_it_is_put_again() -> None:
    """What of it was sent isn't sent again: its notice is there."""
    _, after = look(case(told=(f"P#{PROJECT}@1",)))
    assert after.told == ()
    assert after.lapsed == (f"P#{PROJECT}@1",)


# --- what we did before --------------------------------------------------------------------------

GIVEN_UP = case(phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN, attempts=1)


def test_the_operators_hear_what_became_of_our_own_export() -> None:
    """Once, and nobody else does."""
    (notice,), after = look(GIVEN_UP, None)
    assert (notice.person, notice.role) == (OPERATORS, Role.OPERATOR)
    assert (notice.created_at, notice.send_after) == (NOW, NOW)
    assert lines(after) == [f"told workspace_admin + operator of the case: {Why.NOT_PROVEN}"]
    notices, again = look(after, None)
    assert notices == ()
    assert again is after


def test_the_operators_hear_when_it_becomes_another_matter() -> None:
    """NetSuite was asked meanwhile, for one."""
    _, after = look(GIVEN_UP, None)
    (notice,), _ = look(moved(after, Phase.NEEDS_PERSON, Why.IN_NETSUITE, NOW), None)
    assert notice.about == f"W#{WS}#{Why.IN_NETSUITE}"


def test_of_what_waits_the_operators_hear_nothing_though_we_exported_it() -> None:
    """Whom its label would be told to is in its history."""
    twice = label(resolution=Resolution(Match.AMBIGUOUS, candidates=("1", "2")))
    notices, after = look(case(attempts=1), Standing(unnamed=(twice,)))
    assert (notices, after.told) == ((), ())
    assert lines(after) == [f"told workspace_admin + operator of label {twice.text}"]


def test_whoever_was_not_told_of_it_is_told_once_somebody_may_be() -> None:
    """What the operators were told isn't taken for what people were."""
    _, after = look(GIVEN_UP, None)
    assert f"!{Why.NOT_PROVEN}" not in after.told


def test_a_failure_that_we_had_no_part_in_is_nobodys_news() -> None:
    """Only its line says who would have been told."""
    notices, after = look(replace(GIVEN_UP, attempts=0), None)
    assert notices == ()
    assert len(lines(after)) == 1


def test_an_end_is_told_to_nobody() -> None:
    """Not even to those who had the bad news before."""
    before = case(told=(f"P#{PROJECT}@1",))
    ended = moved(before, Phase.CLOSED, Why.EXPORTED_BY_OTHERS, NOW)
    assert look(ended, None, before=before) == ((), ended)


def test_a_mark_during_our_export_is_the_operators() -> None:
    """It is our export that it may double."""
    before = flying(age=MINUTE, attempts=1)
    ended = moved(before, Phase.CLOSED, Why.MARKED, NOW)
    (notice,), after = look(ended, None, before=before)
    assert notice.role is Role.OPERATOR
    assert after is ended
    assert (notice.about, notice.created_at) == (f"W#{WS}#{REPORT}", NOW)


@pytest.mark.parametrize(
    ("first", "covered", "step"),
    [
        (True, True, "handed to a person"),
        (False, True, "exported"),
        (False, False, "synced, then exported"),
    ],
)
def test_what_would_be_done_about_a_report_that_stands_fixed(
    first: bool, covered: bool, step: str
) -> None:
    """As `auto` would."""
    assert act_of(look_first=first, covered=covered) == step
