"""Each notice as a whole: to whom, as what, about what, of which turn, when, and what marks it."""

from dataclasses import replace

import pytest

from shared.domain.announce import (
    OPERATORS,
    case_notices,
    number_of,
    tells,
    workspace_notices,
)
from shared.domain.blocker import Ruling
from shared.domain.canary import Recovery
from shared.domain.case import Case, CaseLabel, Failed, Kind, Phase, Why
from shared.domain.clock import DAY, HOUR
from shared.domain.finding import Fault, Match, Resolution, Status
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Role, Tone
from shared.domain.rules import People, Rules
from shared.domain.standing import Standing, stand
from shared.domain.workspace import Workspace
from tests.builders import (
    ACCOUNT,
    ADMIN,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    blocker,
    case,
    closed_project,
    flying,
    label,
)

RULES = Rules()
TO_NETSUITE = (ADMIN, Role.NETSUITE_ADMIN)
TO_SUBMITTER = (SUBMITTER, Role.SUBMITTER)
TO_WORKSPACE = (WS_ADMIN, Role.WORKSPACE_ADMIN)
TO_OPERATORS = (OPERATORS, Role.OPERATOR)


def put(
    to: tuple[str, Role], tone: Tone, about: str, epoch: int, wait: int = 0, step: int = 0
) -> Notice:
    """A notice that is put now, and may go out after `wait`."""
    return Notice(*to, tone, WS, ACCOUNT, about, epoch, NOW, NOW + wait, step)


def told_of(
    one: Case, standing: Standing | None = None, people: People = PEOPLE, rules: Rules = RULES
) -> tuple[tuple[Notice, ...], Case]:
    """What is told of a case that didn't move in this look."""
    standings = {one.report_id: standing} if standing else {}
    waiting = (one,) if standing else ()
    return case_notices(one, one, standings, waiting, people, rules, NOW)


def ended(before: Case, **more: object) -> list[Notice]:
    after = replace(before, **more)  # type: ignore[arg-type]
    return list(case_notices(before, after, {}, (), PEOPLE, RULES, NOW)[0])


# --- what still blocks a case ----------------------------------------------------------------


def test_each_project_is_told_to_administrator_and_submitter() -> None:
    """Of its own turn, and each is marked on the case."""
    two = (closed_project(), closed_project(project_id="99", epoch=3))
    notices, after = told_of(case(), Standing(blocked=two))
    assert list(notices) == [
        put(TO_NETSUITE, Tone.REACTIVATE, f"P#{PROJECT}", 1),
        put(TO_SUBMITTER, Tone.RETAG, f"P#{PROJECT}", 1),
        put(TO_NETSUITE, Tone.REACTIVATE, "P#99", 3),
        put(TO_SUBMITTER, Tone.RETAG, "P#99", 3),
    ]
    assert after.told == (f"P#{PROJECT}@1", "P#99@3")


def test_of_a_project_that_stays_closed_the_others_are_told_beside_it() -> None:
    """Nobody is asked to open that one."""
    shut = closed_project(project_id="99", epoch=3, ruling=Ruling(3, ADMIN, NOW))
    notices, after = told_of(case(), Standing(blocked=(closed_project(), shut)))
    assert set(notices) == {
        put(TO_NETSUITE, Tone.REACTIVATE, f"P#{PROJECT}", 1),
        put(TO_SUBMITTER, Tone.RETAG, f"P#{PROJECT}", 1),
        put(TO_SUBMITTER, Tone.RETAG, "P#99", 3),
    }
    assert after.told == ("!P#99@3 stays closed", f"P#{PROJECT}@1", "P#99@3")


@pytest.mark.parametrize(
    ("mode", "standing", "stands"),
    [
        (Mode.ASSIST, Standing(), True),
        (Mode.AUTO, Standing(), False),
        (Mode.ASSIST, Standing(unnamed=(label("Hera", ""),)), False),
    ],
)
def test_who_was_asked_for_the_clicks_is_remembered_while_they_are_due(
    mode: Mode, standing: Standing, *, stands: bool
) -> None:
    """Where we export, or where something is in the way again, they aren't."""
    mark = f"W#{WS}#{PROJECT}:1@7"
    _, after = told_of(case(told=(mark, "!x")), standing, rules=Rules(mode=mode))
    assert (mark in after.told, "!x" in after.told) == (stands, True)


def test_a_label_is_told_to_whoever_can_name_its_project() -> None:
    """Unknown to NetSuite: the submitter's. Ambiguous: for whoever may choose."""
    twice = Resolution(Match.AMBIGUOUS, candidates=("1", "2"))
    unnamed = (label("Hera", ""), label("Iris", ""), label("Zeus", resolution=twice))
    notices, after = told_of(case(), Standing(unnamed=unnamed))
    assert list(notices) == [
        put(TO_SUBMITTER, Tone.RETAG, f"L#{WS}#Hera", 0),
        put(TO_SUBMITTER, Tone.RETAG, f"L#{WS}#Iris", 0),
        put(TO_WORKSPACE, Tone.RETAG, f"L#{WS}#Zeus", 0),
        put(TO_OPERATORS, Tone.RETAG, f"L#{WS}#Zeus", 0),
    ]
    assert after.told == (f"L#{WS}#Hera@0", f"L#{WS}#Iris@0", f"L#{WS}#Zeus@0")


def test_a_choice_whose_project_is_gone_is_told_in_its_own_turn() -> None:
    """It was ambiguous before, and that was told: now it is another matter."""
    gone = label(resolution=Resolution(Match.ALIAS_GONE, chosen="4720", turn=2))
    about = f"L#{WS}#{gone.text}"
    before = case(told=(f"{about}@1",))
    notices, after = told_of(before, Standing(unnamed=(gone,)))
    assert list(notices) == [
        put(TO_WORKSPACE, Tone.RETAG, about, 2),
        put(TO_OPERATORS, Tone.RETAG, about, 2),
    ]
    assert after.told == (f"{about}@2",)


@pytest.mark.parametrize("status", [Status.OWNER_INACTIVE, Status.INACTIVE])
def test_an_inactive_owner_is_told_as_an_inactive_project(status: Status) -> None:
    """Those who can open it, and those who can do without."""
    notices, _ = told_of(case(), Standing(blocked=(blocker(status),)))
    assert list(notices) == [
        put(TO_NETSUITE, Tone.REACTIVATE, f"P#{PROJECT}", 1),
        put(TO_SUBMITTER, Tone.RETAG, f"P#{PROJECT}", 1),
    ]


def test_two_labels_of_one_project_are_one_matter() -> None:
    """One blocker, one mail, however the reports of two people call it."""
    labels = {text: label(text) for text in ("Apollo", "P-4711 Apollo")}
    carries = (CaseLabel("Apollo", 1, asked=1), CaseLabel("P-4711 Apollo", 1, asked=1))
    one = case(labels=carries)
    standing = stand(one, labels, {PROJECT: closed_project()})
    notices, after = told_of(one, standing)
    assert {notice.about for notice in notices} == {f"P#{PROJECT}"}
    assert len({(notice.person, notice.id) for notice in notices}) == len(notices) == 2
    assert after.told == (f"P#{PROJECT}@1",)


def test_who_may_retag_is_told_as_what_he_is() -> None:
    """A workspace's administrator gets the clicks, and the submitter the question which project."""
    people = replace(PEOPLE, retag_by="workspace_admin")
    notices, _ = told_of(case(), Standing(blocked=(closed_project(),)), people)
    assert notices[-2:] == (
        put(TO_SUBMITTER, Tone.RETAG, f"P#{PROJECT}", 1),
        put(TO_WORKSPACE, Tone.RETAG, f"P#{PROJECT}", 1),
    )


def test_who_submits_and_changes_gets_the_clicks() -> None:
    """One notice, as the administrator."""
    people = replace(PEOPLE, retag_by="workspace_admin")
    notices, _ = told_of(case(submitter=WS_ADMIN), Standing(blocked=(closed_project(),)), people)
    assert [n for n in notices if n.person == WS_ADMIN] == [
        put(TO_WORKSPACE, Tone.RETAG, f"P#{PROJECT}", 1)
    ]


def test_both_who_were_asked_for_another_project_hear_of_the_end() -> None:
    """The submitter and the administrator who changed it."""
    people = replace(PEOPLE, retag_by="workspace_admin")
    before = case(told=(f"P#{PROJECT}@1",))
    after = replace(before, phase=Phase.CLOSED, reason=Why.EXPORTED_BY_OTHERS)
    notices, _ = case_notices(before, after, {}, (), people, RULES, NOW)
    assert {(n.person, n.role) for n in notices} == {TO_SUBMITTER, TO_WORKSPACE, TO_NETSUITE}


def test_a_domain_is_what_follows_the_last_at_sign() -> None:
    """An allowed domain inside of an address allows nothing."""
    quoted, foreign = '"sam@home"@acme.example', "sam@acme.example@elsewhere.example"
    people = replace(PEOPLE, netsuite_admins=(quoted, foreign))
    notices, _ = told_of(case(submitter=""), Standing(blocked=(closed_project(),)), people)
    assert [n.person for n in notices] == [quoted]


@pytest.mark.parametrize(
    ("one", "standing"),
    [
        (case(opened_at=NOW - HOUR), Standing(blocked=(closed_project(),))),
        (case(opened_at=NOW - HOUR, phase=Phase.NEEDS_PERSON, reason=Why.IN_NETSUITE), None),
    ],
)
def test_a_case_of_the_very_moment_of_going_live_is_told(
    one: Case, standing: Standing | None
) -> None:
    """Only older ones wait for their release."""
    assert told_of(one, standing, rules=replace(RULES, act_since=NOW - HOUR))[0]
    assert not told_of(one, standing, rules=replace(RULES, act_since=NOW - HOUR + 1))[0]


# --- what is a person's ----------------------------------------------------------------------


def test_a_case_in_a_persons_hands_is_told_by_its_reason() -> None:
    """To whom may act, and to the operators; the case's number tells it from others."""
    one = case(phase=Phase.NEEDS_PERSON, reason=Why.IN_NETSUITE, episode=2)
    notices, after = told_of(one)
    about = f"W#{WS}#{Why.IN_NETSUITE}"
    assert list(notices) == [
        put(TO_WORKSPACE, Tone.NEEDS_PERSON, about, 2, step=number_of(one)),
        put(TO_OPERATORS, Tone.NEEDS_PERSON, about, 2, step=number_of(one)),
    ]
    assert after.told == (f"!{Why.IN_NETSUITE}",)


def test_other_failures_are_told_by_their_codes() -> None:
    """All codes of the message, in order."""
    one = case(
        phase=Phase.NEEDS_PERSON,
        kind=Kind.OTHER,
        reason=Why.OTHER_FAILURE,
        codes=("NS0024", "NS0059"),
    )
    notices, _ = told_of(one)
    assert list(notices) == [
        put(to, Tone.OTHER_FAILURE, f"W#{WS}#NS0024+NS0059", 1, step=number_of(one))
        for to in (TO_WORKSPACE, TO_OPERATORS)
    ]


def test_everybody_who_can_put_one_of_the_codes_right_is_told() -> None:
    """A submitter of the one, an administrator of the other; no operator is needed."""
    people = replace(PEOPLE, fixers={"NS0024": Role.SUBMITTER, "NS0059": Role.NETSUITE_ADMIN})
    one = case(phase=Phase.NEEDS_PERSON, kind=Kind.OTHER, reason=Why.OTHER_FAILURE)
    notices, _ = told_of(replace(one, codes=("NS0024", "NS0059")), people=people)
    assert {(n.person, n.role) for n in notices} == {TO_SUBMITTER, TO_NETSUITE, TO_WORKSPACE}


@pytest.mark.parametrize("other", [case(report_id="R002"), case(episode=2)])
def test_no_two_cases_have_one_number(other: Case) -> None:
    """Neither two reports nor two episodes; and a case keeps its own."""
    assert number_of(other) != number_of(case()) == number_of(case(phase=Phase.CLOSED))


def test_a_fix_that_did_not_take_is_told_to_all_who_can_help() -> None:
    """Of its turn; who administers both is told once, as the workspace's administrator."""
    people = replace(PEOPLE, netsuite_admins=(ADMIN, WS_ADMIN))
    failed = (Failed(PROJECT, 1, 0, "x"), Failed(PROJECT, 2, 0, "x"), Failed("@R001", 0, 0, "x"))
    one = case(phase=Phase.NEEDS_PERSON, reason=Why.REFUSED_TWICE, failed=failed)
    notices, _ = told_of(one, people=people)
    assert list(notices) == [
        put(to, Tone.FIX_DID_NOT_TAKE, f"P#{PROJECT}", 2)
        for to in (TO_NETSUITE, TO_WORKSPACE, TO_OPERATORS)
    ]


def test_a_label_is_told_whatever_characters_it_holds() -> None:
    """A '#' in it doesn't end it."""
    failed = (Failed("L#Apollo #2", 0, 0, "x"),)
    one = case(phase=Phase.NEEDS_PERSON, reason=Why.REFUSED_TWICE, failed=failed)
    assert {n.about for n in told_of(one)[0]} == {f"L#{WS}#Apollo #2"}


# --- the end ---------------------------------------------------------------------------------


def test_the_end_is_told_of_all_that_was_told() -> None:
    """By the turn that was told of; a label may hold an '@', and is no administrator's."""
    informed = flying(told=(f"P#{PROJECT}@7", "!reason", f"L#{WS}#a@b@0", "P#99@1"))
    assert ended(informed, phase=Phase.RESOLVED, reason=Why.EXPORTED) == [
        put(TO_SUBMITTER, Tone.DONE, f"P#{PROJECT}", 7),
        put(TO_NETSUITE, Tone.DONE, f"P#{PROJECT}", 7),
        put(TO_SUBMITTER, Tone.DONE, f"L#{WS}#a@b", 0),
        put(TO_SUBMITTER, Tone.DONE, "P#99", 1),
        put(TO_NETSUITE, Tone.DONE, "P#99", 1),
    ]


def test_who_was_asked_for_the_clicks_is_thanked_for_them() -> None:
    """The administrators of the workspace, and nobody else; the others as ever."""
    clicks = f"W#{WS}#{PROJECT}:1"
    before = case(told=(f"P#{PROJECT}@1", f"{clicks}@7", f"L#{WS}#Hera@2"))
    assert ended(before, phase=Phase.CLOSED, reason=Why.EXPORTED_BY_OTHERS) == [
        put(TO_SUBMITTER, Tone.DONE, f"P#{PROJECT}", 1),
        put(TO_NETSUITE, Tone.DONE, f"P#{PROJECT}", 1),
        put(TO_WORKSPACE, Tone.DONE, clicks, 7),
        put(TO_SUBMITTER, Tone.DONE, f"L#{WS}#Hera", 2),
    ]


def test_a_mark_by_hand_during_our_attempt_is_told_of_its_report_and_episode() -> None:
    """Our attempt may have landed as well; without one there is nothing to check."""
    marked = {"phase": Phase.CLOSED, "reason": Why.MARKED}
    assert ended(flying(episode=3), **marked) == [
        put(TO_OPERATORS, Tone.NEEDS_PERSON, f"W#{WS}#{REPORT}", 3)
    ]
    assert ended(case(), **marked) == []


# --- the workspace as a whole ----------------------------------------------------------------


def whole(**more: object) -> list[Notice]:
    given: dict[str, object] = {"stopped": (), "stuck": False, "setup": False, **more}
    workspace = Workspace(WS, fault=Fault.LOGIN_REFUSED)
    return workspace_notices(workspace, (case(),), people=PEOPLE, now=NOW, **given)  # type: ignore[arg-type]


def test_each_stopped_fix_is_told_by_its_turn() -> None:
    """That of a report without a project is told of the report alone."""
    stopped = (Recovery(PROJECT, 1), Recovery("@R001", 0), Recovery("99", 4))
    assert whole(stopped=stopped) == [
        put(to, Tone.FIX_DID_NOT_TAKE, about, epoch)
        for about, epoch in ((f"P#{PROJECT}", 1), ("P#99", 4))
        for to in (TO_NETSUITE, TO_WORKSPACE, TO_OPERATORS)
    ]


def test_a_stuck_sync_and_a_bad_set_up_are_told_once_a_day() -> None:
    """The day is their turn. A set-up is the operators' alone, and names its fault."""
    day = NOW // DAY
    fault = f"W#{WS}#{Fault.LOGIN_REFUSED}"
    assert whole(stopped=(Recovery(PROJECT, 1),), stuck=True, setup=True)[3:] == [
        put(TO_WORKSPACE, Tone.SYNC_STUCK, f"W#{WS}", day),
        put(TO_OPERATORS, Tone.SYNC_STUCK, f"W#{WS}", day),
        put(TO_OPERATORS, Tone.SETUP_FAULT, fault, day),
    ]


def test_nothing_is_told_of_a_workspace_without_trouble() -> None:
    """Its cases alone call for nothing."""
    assert whole() == []
    assert told_of(case(), Standing())[0] == ()
    assert told_of(case(), Standing(pending=True, blocked=(blocker(),)))[0] == ()


# --- whom one notice serves ------------------------------------------------------------------


ADMINS_RETAG = replace(PEOPLE, retag_by="workspace_admin")
ELSEWHERE = replace(PEOPLE, allowed_domains=("else.example",))


@pytest.mark.parametrize(
    ("to", "tone", "people", "expected"),
    [
        (TO_NETSUITE, Tone.REACTIVATE, PEOPLE, True),
        (TO_NETSUITE, Tone.REACTIVATE, replace(PEOPLE, netsuite_admins=()), False),
        (TO_NETSUITE, Tone.REACTIVATE, ELSEWHERE, False),
        (TO_NETSUITE, Tone.DONE, ADMINS_RETAG, True),
        (TO_NETSUITE, Tone.FIX_DID_NOT_TAKE, PEOPLE, True),
        (TO_WORKSPACE, Tone.FIX_DID_NOT_TAKE, PEOPLE, True),
        (TO_WORKSPACE, Tone.FIX_DID_NOT_TAKE, replace(PEOPLE, workspace_admins=()), False),
        (TO_WORKSPACE, Tone.RETAG, PEOPLE, False),
        (TO_WORKSPACE, Tone.RETAG, ADMINS_RETAG, True),
        (TO_WORKSPACE, Tone.RETAG, replace(ADMINS_RETAG, workspace_admins=()), False),
        (TO_WORKSPACE, Tone.DONE, PEOPLE, False),
        (TO_WORKSPACE, Tone.DONE, ADMINS_RETAG, True),
        (TO_SUBMITTER, Tone.RETAG, PEOPLE, True),
        (TO_SUBMITTER, Tone.RETAG, ELSEWHERE, False),
        (TO_SUBMITTER, Tone.RETAG, ADMINS_RETAG, True),
        (TO_SUBMITTER, Tone.DONE, PEOPLE, True),
        (TO_SUBMITTER, Tone.DONE, ADMINS_RETAG, True),
    ],
)
def test_a_workspace_has_its_reports_told_to_whom_it_would_tell_itself(
    to: tuple[str, Role], tone: Tone, people: People, expected: bool
) -> None:
    """One notice serves all workspaces of the account: each by its own settings."""
    assert tells(people, put(to, tone, f"P#{PROJECT}", 1)) is expected
