"""Going live is quiet: who is held back, from what, and what a release makes of it."""

from dataclasses import replace

import pytest

from shared.domain.announce import case_notices
from shared.domain.canary import Recovery
from shared.domain.case import Case, CaseLabel, Entry, Failed, Kind, Phase, Why
from shared.domain.clock import HOUR, MINUTE
from shared.domain.decide_recover import Observed, Plan, decide_recover
from shared.domain.evidence import Seen
from shared.domain.held import held, released
from shared.domain.late import past_of
from shared.domain.notice import Tone
from shared.domain.rules import Rules
from shared.domain.standing import Standing
from shared.domain.sync import Sync, SyncState
from shared.domain.workspace import Workspace
from tests.builders import (
    NOW,
    PEOPLE,
    REPORT,
    WS,
    base,
    case,
    closed_project,
    flying,
    official,
    refused,
)
from tests.rules.test_decide_recover import remembered

SINCE = NOW - HOUR
OLD = SINCE - 1
LIVE = Rules(act_since=SINCE)


def old(**more: object) -> Case:
    return case(opened_at=OLD, **more)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (case(opened_at=SINCE - 1), True),
        (case(opened_at=SINCE), False),
        (case(opened_at=OLD, released_at=SINCE), False),
        (case(opened_at=OLD, released_at=SINCE - 1), True),
        (flying(opened_at=OLD), False),
        (flying(opened_at=OLD, phase=Phase.NEEDS_PERSON), False),
    ],
)
def test_older_is_held_back_unless_it_was_released_or_is_under_way(
    one: Case, *, expected: bool
) -> None:
    """A release from before the last going live counts no more."""
    assert held(one, SINCE) is expected


def test_a_released_case_is_as_new() -> None:
    """It is read at once, and its labels are looked at anew; the history says who did it."""
    one = released(old(next_look=NOW + HOUR), "arn:nora", SINCE, NOW)
    assert not held(one, SINCE)
    assert (one.released_at, one.next_look) == (NOW, NOW)
    assert [label.asked for label in one.labels] == [0]
    assert one.history[-1] == Entry(NOW, Phase.WAITING, Why.RELEASED, "arn:nora")
    assert (one.phase, one.reason) == (Phase.WAITING, Why.OPENED)


def test_a_release_by_a_clock_that_is_behind_counts() -> None:
    """The workspace went live by another machine's."""
    one = released(old(next_look=OLD - 1), "x", SINCE, OLD)
    assert (one.released_at, one.next_look) == (SINCE, OLD - 1)
    assert not held(one, SINCE)


@pytest.mark.parametrize(
    "one",
    [
        old(),
        old(codes=("NS0770", "NS0024")),
        old(phase=Phase.NEEDS_PERSON, reason=Why.REFUSED_TWICE),
        old(phase=Phase.NEEDS_PERSON, reason=Why.OTHER_FAILURE, kind=Kind.OTHER, codes=("NS0024",)),
    ],
)
def test_nobody_is_told_of_what_is_held_back(one: Case) -> None:
    """Whatever is the matter with it; and everybody is, once it is released."""
    standings = {REPORT: Standing(blocked=(closed_project(),))}
    assert case_notices(one, one, standings, [one], PEOPLE, LIVE, NOW) == ((), one)
    free = released(one, "x", SINCE, NOW)
    assert case_notices(free, free, standings, [free], PEOPLE, LIVE, NOW)[0]


# --- the workspace -------------------------------------------------------------------------------

FAILED = (Failed("4711", 1, 0, "s"),)
STOPPED = Recovery("4711", 1, stopped=True)


def look(
    *cases: Case, workspace: Workspace | None = None, observed: Observed | None = None
) -> Plan:
    known = remembered(*cases, workspace=workspace)
    return decide_recover(known, observed or Observed(), LIVE, PEOPLE, NOW)


def resting(one: Case, **more: object) -> Case:
    return replace(one, next_look=NOW + HOUR, **more)  # type: ignore[arg-type]


def test_a_fix_is_not_stopped_for_what_is_held_back() -> None:
    """It is, and people are told, once one of the reports may be spoken of."""
    cases = [resting(old(failed=FAILED, report_id=name)) for name in ("R1", "R2")]
    silent = look(*cases)
    assert silent.workspace is not None
    assert silent.notices == ()
    (found,) = silent.workspace.recoveries
    assert (found.stopped, len(found.refused)) == (False, 2)
    assert_stops(silent.workspace, replace(cases[0], released_at=NOW), cases[1])
    assert_stops(silent.workspace, resting(case(report_id="R3")))


def test_a_fix_is_not_stopped_for_what_was_opened_again_in_doubt() -> None:
    """What is said of it would be dropped: nothing may be left to do."""
    cases = [resting(case(failed=FAILED, report_id=name)) for name in ("R1", "R2")]
    doubtful = [replace(one, past=past_of(one)) for one in cases]
    silent = look(*doubtful)
    assert silent.workspace is not None
    assert silent.notices == ()
    assert [found.stopped for found in silent.workspace.recoveries] == [False]
    assert_stops(silent.workspace, cases[0], doubtful[1])


def assert_stops(workspace: Workspace, *cases: Case) -> None:
    told = look(*cases, workspace=workspace)
    assert told.workspace is not None
    (recovery,) = told.workspace.recoveries
    assert replace(recovery, refused=()) == STOPPED
    assert {notice.tone for notice in told.notices} == {Tone.FIX_DID_NOT_TAKE}


def test_a_fix_that_was_stopped_stays_so_though_all_is_held_back() -> None:
    """It was told then."""
    kept = look(resting(old()), workspace=Workspace(WS, recoveries=(STOPPED,)))
    assert kept.workspace is not None
    assert kept.workspace.recoveries == (STOPPED,)


def stuck(given_up: bool = False, *, bad: int = 0) -> Workspace:
    asked = NOW - Rules().sync_give_up
    sync = Sync(asked, (), SyncState(running=False), asked, given_up=given_up)
    return Workspace(WS, sync=sync, bad_syncs=bad)


def test_a_stuck_sync_is_not_told_of_while_all_is_held_back() -> None:
    """It is given up, and that told, when somebody waits for it again."""
    running = Observed(sync_state=SyncState(running=True))
    silent = look(resting(old()), workspace=stuck(), observed=running)
    assert silent.workspace is not None
    assert silent.workspace.sync is not None
    assert (silent.workspace.sync.given_up, silent.notices) == (False, ())
    told = look(resting(old(released_at=NOW)), workspace=silent.workspace, observed=running)
    assert told.workspace is not None
    assert told.workspace.sync is not None
    assert told.workspace.sync.given_up
    assert {notice.tone for notice in told.notices} == {Tone.SYNC_STUCK}


def test_no_sync_and_no_export_for_what_is_held_back() -> None:
    """Its report is read all the same."""
    plan = look(old())
    assert plan.reads.integration == (REPORT,)
    seen = Seen(official={REPORT: official(refused(1))})
    done = look(old(known=base(refused(1))), observed=Observed(seen, SyncState(running=False)))
    assert (done.start_sync, done.exports, done.notices) == (False, (), ())


def test_an_end_of_what_is_held_back_is_silent() -> None:
    """It was never told of."""
    one = old()
    ended = replace(one, phase=Phase.CLOSED, reason=Why.EXPORTED_BY_OTHERS, ended_at=NOW)
    assert case_notices(one, ended, {}, [], PEOPLE, LIVE, NOW) == ((), ended)


def test_a_label_keeps_what_it_is_but_for_its_look() -> None:
    """The count and the sums of a release are of these."""
    (mine,) = released(old(), "x", SINCE, NOW + MINUTE).labels
    assert mine == CaseLabel("Apollo Rollout", used=1, asked=0, suspect=True)
