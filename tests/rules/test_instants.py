"""What a rule lets happen at an instant happens at that very instant, not a millisecond sooner."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.blocker import by_id, by_text
from shared.domain.case import Case, Entry, Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, ForeignTime, Millis
from shared.domain.decide_recover import Observed, Plan, Reads, Remembered, decide_recover
from shared.domain.decide_watch import Account, Look, RememberedAccount, decide_watch
from shared.domain.evidence import Seen
from shared.domain.finding import Fault, Project
from shared.domain.notice import Notice, Role, Tone
from shared.domain.report import Report
from shared.domain.rules import Rules
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.syncing import plan_sync
from shared.domain.workspace import Workspace
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    WS,
    blocker,
    case,
    closed_project,
    label,
    official,
    refused,
    report,
)

RULES = Rules()
IDLE = SyncState(running=False, last_success=ForeignTime("2027-01-15 09:00:01"))
RUNNING = replace(IDLE, running=True)
COVER = Cover(LABEL, PROJECT, 1, 1)


def synced(ago: Millis = HOUR) -> Workspace:
    """A workspace whose last sync ended so long ago, and covers the project."""
    began = NOW - ago - MINUTE
    sync = Sync(began, (COVER,), IDLE, began, ended_at=NOW - ago, ok=True)
    return Workspace(WS, sync=sync, covered=(COVER,))


def later(**more: object) -> Case:
    return case(**{"next_look": NOW + HOUR, **more})


def look(
    one: Case, workspace: Workspace, observed: Observed | None = None, rules: Rules = RULES
) -> Plan:
    known = Remembered(workspace, (one,), by_text((label(),)), by_id((blocker(),)))
    return decide_recover(known, observed or Observed(), rules, PEOPLE, NOW)


def both_faces(app: Report) -> Observed:
    return Observed(Seen({REPORT: official(refused(1))}, {REPORT: app}))


# --- exporting -------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "may"), [(2 * MINUTE - 1, False), (2 * MINUTE, True)])
def test_reports_go_when_the_grace_ends(ago: Millis, may: bool) -> None:
    """Then the next look is the attempt's own; until then it is the end of the grace."""
    plan = look(later(), synced(ago), both_faces(report(refused(1))))
    assert bool(plan.exports) is may
    assert plan.due == (NOW + MINUTE if may else NOW + RULES.gap)


@pytest.mark.parametrize(("age", "fresh"), [(60 * SECOND, True), (60 * SECOND + 1, False)])
def test_a_read_is_fresh_for_a_minute(age: Millis, fresh: bool) -> None:
    """An older one is done again before the export."""
    plan = look(later(), synced(), both_faces(report(refused(1), read_at=NOW - age)))
    assert bool(plan.exports) is fresh
    assert bool(plan.reads) is not fresh


@pytest.mark.parametrize(("ago", "again"), [(HOUR - 1, False), (HOUR, True)])
def test_a_refused_call_is_made_again_after_the_longest_wait(ago: Millis, again: bool) -> None:
    """Others of its blocker needn't wait for it."""
    told = later(history=(Entry(NOW - ago, Phase.WAITING, Why.CALL_REFUSED),))
    assert bool(look(told, synced()).reads) is again


@pytest.mark.parametrize(("since", "acts"), [(NOW - HOUR, True), (NOW - HOUR + 1, False)])
def test_a_case_of_the_moment_of_going_live_is_acted_on(since: Millis, acts: bool) -> None:
    """Only older ones wait for their release."""
    one = later(opened_at=NOW - HOUR)
    assert bool(look(one, synced(), rules=replace(RULES, act_since=since)).reads) is acts


# --- the circuit -----------------------------------------------------------------------------


def test_a_circuit_closes_at_its_time() -> None:
    """It reads, and when that went well nothing is left of the fault."""
    shut = replace(synced(), quiet_until=NOW, faults=2, fault=Fault.UNREACHABLE)
    assert look(case(), shut).reads == Reads(integration=(REPORT,))
    read = look(later(labels=()), shut, Observed(Seen(official={REPORT: official(refused(1))})))
    assert read.workspace is not None
    healed = (read.workspace.faults, read.workspace.fault, read.workspace.quiet_until)
    assert healed == (0, None, 0)
    open_still = replace(shut, quiet_until=NOW + 1)
    assert not look(case(), open_still).reads


def test_a_circuit_that_closes_now_hurries_nobody() -> None:
    """The next look is the one that the case wants."""
    shut = replace(synced(), quiet_until=NOW, faults=1, fault=Fault.UNREACHABLE)
    known = Remembered(shut, (later(),), by_text((label(),)), by_id((closed_project(),)))
    half = Observed(fault=Fault.UNREACHABLE, closed=True)
    assert decide_recover(known, half, RULES, PEOPLE, NOW).due == NOW + 2 * MINUTE
    calm = replace(known, workspace=replace(shut, faults=0, fault=None))
    assert decide_recover(calm, Observed(), RULES, PEOPLE, NOW).due == NOW + HOUR


def test_a_lasting_fault_is_told_when_it_becomes_so() -> None:
    """A look during the open circuit, in which nothing was tried, doesn't tell it again."""
    faults = len(RULES.circuit) - 1
    almost = replace(synced(), faults=faults, fault=Fault.UNREACHABLE)
    failed = Observed(Seen(unread=frozenset({REPORT})), fault=Fault.UNREACHABLE)
    first = look(case(labels=()), almost, failed)
    assert [(n.person, n.tone) for n in first.notices] == [(OPERATORS, Tone.SETUP_FAULT)]
    assert first.workspace is not None
    assert not look(case(labels=()), first.workspace).notices


# --- the sync --------------------------------------------------------------------------------


def test_a_foreign_sync_is_forgotten_while_it_is_too_early_for_ours() -> None:
    """Nobody asked whether it still runs: a later one must be waited for as long."""
    early = replace(synced(MINUTE), foreign_since=NOW - HOUR)
    planned = plan_sync(early, (COVER,), IDLE, RULES, NOW, wanted=True)
    assert planned.workspace.foreign_since is None
    assert planned.due == NOW - 2 * MINUTE + RULES.sync_spacing


@pytest.mark.parametrize(("bad", "told"), [(2, False), (3, True)])
def test_a_sync_after_three_bad_ones_is_told(bad: int, told: bool) -> None:
    """It is tried all the same."""
    planned = plan_sync(
        replace(synced(DAY), bad_syncs=bad), (COVER,), IDLE, RULES, NOW, wanted=True
    )
    assert (planned.start, planned.tell) == (True, told)


@pytest.mark.parametrize("acts", [True, False])
def test_ours_is_asked_for_anew_when_the_foreign_one_that_we_had_given_up_on_ends(
    acts: bool,
) -> None:
    """It covers the same, from now on; with acts off it is only written down."""
    began = NOW - 5 * MINUTE
    sync = Sync(began, (COVER,), RUNNING, began - 20 * MINUTE)
    over = replace(IDLE, last_success=ForeignTime("2027-01-15 09:30:00"))
    waiting = replace(synced(), sync=sync)
    planned = plan_sync(waiting, (), over, replace(RULES, acts=acts), NOW, wanted=False)
    assert planned.workspace == replace(waiting, sync=Sync(NOW, (COVER,), over, NOW))
    assert (planned.start, planned.tell, planned.due) == (acts, False, NOW + RULES.sync_poll)


# --- how long labels are watched -------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "kept"), [(RULES.wanted_for // 2, ()), (RULES.wanted_for // 2 - 1, (LABEL,))]
)
def test_a_label_is_wanted_longer_when_half_of_its_time_is_over(
    left: Millis, kept: tuple[str, ...]
) -> None:
    """As long as one of its cases is open; what nobody stored can't be kept."""
    soon = label(wanted_until=NOW + left)
    blocked = Remembered(synced(), (later(),), by_text((soon,)), by_id((closed_project(),)))
    assert decide_recover(blocked, Observed(), RULES, PEOPLE, NOW).keep == kept
    ended = replace(blocked, cases=(later(phase=Phase.CLOSED),))
    assert decide_recover(ended, Observed(), RULES, PEOPLE, NOW).keep == ()
    unknown = replace(blocked, labels={})
    assert decide_recover(unknown, Observed(), RULES, PEOPLE, NOW).keep == ()


@pytest.mark.parametrize(("left", "look"), [(0, True), (1, False)])
def test_a_label_whose_time_is_over_is_looked_at_at_once(left: Millis, *, look: bool) -> None:
    """At that very moment `watch` stops."""
    over = label(wanted_until=NOW + left)
    blocked = Remembered(synced(), (later(),), by_text((over,)), by_id((closed_project(),)))
    plan = decide_recover(blocked, Observed(), RULES, PEOPLE, NOW)
    assert (plan.keep, plan.look_at_account) == ((LABEL,), look)


# --- watch -----------------------------------------------------------------------------------


def test_a_look_that_there_was_no_time_for_comes_after_a_gap() -> None:
    """From now, if the last one's gap ends at this very moment; else when it ends."""
    for age, due in ((RULES.gap, NOW + RULES.gap), (RULES.gap - 1, NOW + 1)):
        account = Account(ACCOUNT, asked_at=NOW - age)
        known = RememberedAccount(account, (label(asked=2),), by_id((blocker(),)))
        assert decide_watch(known, None, RULES, NOW).due == due


def test_a_status_that_netsuite_keeps_to_itself_is_told_once_a_day() -> None:
    """Of the account, in the name of a workspace that carries the project."""
    known = RememberedAccount(Account(ACCOUNT), (label(asked=2),), by_id((blocker(),)))
    plan = decide_watch(known, Look((Project(PROJECT, name=LABEL),)), RULES, NOW)
    about = f"W#{ACCOUNT}#unknown_status"
    (notice,) = plan.notices
    assert notice == Notice(
        OPERATORS, Role.OPERATOR, Tone.SETUP_FAULT, WS, ACCOUNT, about, NOW // DAY, NOW, NOW
    )
