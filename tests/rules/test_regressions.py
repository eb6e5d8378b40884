"""Mistakes that the rules once made; each stays mended."""

from dataclasses import replace
from itertools import product

import pytest
from pydantic import ValidationError

from shared.contracts.settings import Timing
from shared.domain.admit import Failure, admit
from shared.domain.blocker import Blocker, by_id, by_text
from shared.domain.canary import Recovery, Refusals
from shared.domain.case import Case, CaseLabel, Failed, Kind, Phase, Why, moved
from shared.domain.clock import DAY, HOUR, MINUTE, ForeignTime
from shared.domain.decide_reactivate import waits
from shared.domain.decide_recover import Observed, Plan, Reads, Remembered, decide_recover
from shared.domain.decide_watch import Account, Look, RememberedAccount, decide_watch
from shared.domain.evidence import Seen
from shared.domain.failure_text import parse
from shared.domain.finding import Fault, Match, Project, Resolution, Status, resolve
from shared.domain.late import past_of
from shared.domain.notice import Tone
from shared.domain.report import Action, ActionKind, Baseline, Report, ReportState, Source
from shared.domain.rules import Rules
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.syncing import plan_sync, sync_refused
from shared.domain.workspace import Workspace
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    NS0770,
    PEOPLE,
    PROJECT,
    REPORT,
    WS,
    action,
    arrived,
    base,
    blocker,
    case,
    closed_project,
    flying,
    label,
    official,
    refused,
    report,
    uses,
)

RULES = Rules()
T1, T2 = ForeignTime("2027-01-15 09:00:01"), ForeignTime("2027-01-15 09:00:02")
IDLE = SyncState(running=False, last_success=T1)
RUNNING = replace(IDLE, running=True)
COVER = Cover(LABEL, PROJECT, 1, 1)
BEGAN = NOW - 30 * MINUTE
DONE_SYNC = Sync(BEGAN, (COVER,), IDLE, BEGAN, ended_at=NOW - 20 * MINUTE, ok=True)
SYNCED = Workspace(WS, sync=DONE_SYNC, covered=(COVER,))
EXISTS = action(2, ActionKind.EXPORT_FAILED, "NS0034 Export Error: This record already exists.")
OTHER = action(2, ActionKind.EXPORT_FAILED, "NS0024 Export Error: Invalid 'customer' tag.")


def mark(*actions: Action) -> Baseline:
    """Where the official history stood at the last known failure."""
    return replace(base(*actions), source=official().source, error_count=0)


def look(
    *cases: Case,
    workspace: Workspace = SYNCED,
    observed: Observed | None = None,
    reports: tuple[Report, ...] = (),
    project: Blocker | None = None,
) -> Plan:
    """One look at a workspace whose project is active and covered by our last sync."""
    known = Remembered(workspace, cases, by_text((label(),)), by_id((project or blocker(),)))
    faces = {source: {r.report_id: r for r in reports if r.source is source} for source in Source}
    seen = Observed(Seen(faces[Source.INTEGRATION], faces[Source.APP]))
    return decide_recover(known, observed or seen, RULES, PEOPLE, NOW)


# --- recover: evidence that is overlooked ----------------------------------------------------


@pytest.mark.parametrize("news", [EXISTS, OTHER])
def test_the_first_read_sees_what_came_after_the_reported_failure(news: Action) -> None:
    """The case was opened by NS0770; by the time of the first read another code is the newest."""
    first = case(read_at=None, known=None)
    read = official(refused(1), news)
    (change,) = look(first, reports=(read,), project=closed_project()).changes
    assert change.after.phase is Phase.NEEDS_PERSON


def test_two_failures_of_one_instant_do_not_undo_each_other() -> None:
    """They are one known failure, by either face."""
    twin = replace(refused(1), id="a0")
    read = official(refused(1), twin)
    (change,) = look(case(known=None), reports=(read,), project=closed_project()).changes
    assert change.asks == ()


# --- recover: hopeless retries ---------------------------------------------------------------

CUT = action(2, ActionKind.EXPORT_FAILED, "NS0770 Export Error: Project [Apollo Roll")


def test_a_refusal_that_names_no_project_does_not_go_again_unchanged() -> None:
    """Only after a new look and a new sync: all of the report's projects are asked about."""
    canary = Recovery(PROJECT, 1, 0, (REPORT,))
    plan = look(
        flying(next_look=NOW),
        workspace=replace(SYNCED, recoveries=(canary,)),
        reports=(report(refused(1), CUT), official(refused(1), CUT)),
    )
    assert not plan.exports
    assert [(c.asks, len(c.after.failed)) for c in plan.changes] == [((LABEL,), 1)]


def test_equal_failures_that_name_another_project_stop_the_step_too() -> None:
    """Two members of one step were refused with the same words: the third isn't tried."""
    failed = (Failed("99", 1, 0, "NS0770:Zeus"), Failed(PROJECT, 1, 0, "NS0770:Zeus"))
    pending = (CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Zeus", 1, asked=9))
    losers = tuple(
        case(report_id=f"R{i}", failed=failed, labels=pending, next_look=NOW + HOUR)
        for i in range(2)
    )
    third = case(report_id="R3", next_look=NOW + HOUR)
    workspace = replace(SYNCED, recoveries=(Recovery(PROJECT, 1, 0, ("R0", "R1")),))
    assert look(*losers, third, workspace=workspace).reads.app == ()


# --- recover: faults that nobody hears of ----------------------------------------------------


def faulty(workspace: Workspace, fault: Fault) -> Plan:
    unread = Seen(unread=frozenset({REPORT}))
    return look(case(), workspace=workspace, observed=Observed(unread, fault=fault))


def test_a_setup_fault_after_another_fault_is_told() -> None:
    """A refused login is the operator's whenever it begins."""
    before = Workspace(WS, faults=1, fault=Fault.THROTTLED)
    assert [n.tone for n in faulty(before, Fault.LOGIN_REFUSED).notices] == [Tone.SETUP_FAULT]


def test_a_circuit_that_opened_for_an_hour_is_the_operators() -> None:
    """1, 2, 5, 15 minutes, then hourly and the operator: as `watch` does."""
    before = Workspace(WS, faults=4, fault=Fault.UNREACHABLE)
    assert [n.tone for n in faulty(before, Fault.UNREACHABLE).notices] == [Tone.SETUP_FAULT]


def test_syncs_that_are_refused_again_and_again_are_told() -> None:
    """The third bad one, refused at once or failed later, becomes a person's."""
    workspace, now, told = Workspace(WS), NOW, []
    for _ in range(5):
        plan = plan_sync(workspace, (COVER,), IDLE, RULES, now, wanted=True)
        told.append(plan.tell)
        workspace = sync_refused(plan.workspace, now) if plan.start else plan.workspace
        now += HOUR
    assert any(told)


# --- notices ---------------------------------------------------------------------------------


def test_two_accounts_have_two_notices_though_their_projects_ids_are_equal() -> None:
    """An administrator of an account and of its sandbox copy hears of both."""
    one = look(case(next_look=NOW + HOUR), project=closed_project()).notices[0]
    assert replace(one, account_id="1234567_SB1").id != one.id


def test_a_second_case_of_the_same_reason_and_day_is_told_too() -> None:
    """What was handed to a person at noon isn't covered by the mail of the morning."""
    lost = {"phase": Phase.NEEDS_PERSON, "reason": Why.NOT_PROVEN, "next_look": NOW + HOUR}
    morning = look(case(report_id="R1", **lost)).notices
    noon = look(case(report_id="R2", **lost)).notices
    assert not {(n.person, n.id) for n in morning} & {(n.person, n.id) for n in noon}


# --- sync ------------------------------------------------------------------------------------


def wanted(workspace: Workspace, state: SyncState, now: int, *, new: bool = True) -> Workspace:
    return plan_sync(workspace, (COVER,), state, RULES, now, wanted=new).workspace


def test_a_foreign_sync_that_ended_meanwhile_does_not_make_the_next_one_stale() -> None:
    """Each is waited for on its own: one that has just begun isn't joined."""
    saw = wanted(Workspace(WS), RUNNING, NOW)
    idle = wanted(saw, IDLE, NOW + MINUTE, new=False)
    plan = plan_sync(idle, (COVER,), RUNNING, RULES, NOW + HOUR, wanted=True)
    assert not plan.start


def test_the_end_of_a_stale_foreign_sync_is_not_ours() -> None:
    """It began before what ours must cover: its late success covers nothing (invariant 2)."""
    stale = replace(Workspace(WS), foreign_since=NOW - 20 * MINUTE)
    ours = wanted(stale, RUNNING, NOW)
    assert ours.sync is not None
    late = wanted(ours, replace(IDLE, last_success=T2), NOW + 1)
    assert late.covered == ()


# --- watch -----------------------------------------------------------------------------------


def row(inactive: bool | None, project: str = PROJECT, name: str = LABEL) -> Project:
    return Project(project, f"P-{project}", name, inactive=inactive, allow_expenses=True)


def test_a_known_project_whose_status_cannot_be_read_any_more_is_told() -> None:
    """A column that went missing is a set-up fault: the operator's (invariant 4)."""
    known = RememberedAccount(Account(ACCOUNT), (label(asked=2),), by_id((closed_project(),)))
    plan = decide_watch(known, Look((row(None),)), RULES, NOW)
    assert [n.tone for n in plan.notices] == [Tone.SETUP_FAULT]


def test_a_label_that_is_asked_anew_is_resolved_anew() -> None:
    """A second project of that name was made since: ambiguous, and not the first hit for ever."""
    asked = label(asked=2)
    known = RememberedAccount(Account(ACCOUNT), (asked,), by_id((blocker(),)))
    look_ = Look((row(inactive=False), row(inactive=True, project="99")))
    (after,) = decide_watch(known, look_, RULES, NOW).labels
    assert after.resolution.match is Match.AMBIGUOUS
    assert after.resolution.candidates == (PROJECT, "99")


def test_a_renamed_project_no_longer_answers_to_its_old_name() -> None:
    """4711 isn't Apollo Rollout any more: that it is active says nothing about Apollo Rollout.

    As above; the export that follows is of an unfixed report (invariant 2).
    """
    known = RememberedAccount(Account(ACCOUNT), (label(asked=2),), by_id((blocker(),)))
    look_ = Look((row(inactive=False, name="Zeus"), row(inactive=True, project="99")))
    (after,) = decide_watch(known, look_, RULES, NOW).labels
    assert after.resolution.project_id == "99"


def test_no_rows_at_all_say_nothing_of_any_project() -> None:
    """Every row missing at once is a role or a restriction, not five deleted projects."""
    labels = tuple(label(f"P{i}", str(i), asked=2) for i in range(5))
    blockers = tuple(blocker(project_id=str(i)) for i in range(5))
    known = RememberedAccount(Account(ACCOUNT), labels, by_id(blockers))
    plan = decide_watch(known, Look(()), RULES, NOW)
    assert Status.GONE not in {b.status for b in plan.blockers}


# --- intake ----------------------------------------------------------------------------------


def test_a_late_duplicate_of_an_earlier_episode_opens_no_further_one() -> None:
    """Only a later failure reopens; the case remembers events across its episodes."""
    problems = parse(NS0770.format(LABEL)).problems
    first, second = (Failure(WS, ACCOUNT, REPORT, e, problems) for e in ("e1", "e2"))
    ended = case(phase=Phase.RESOLVED, events=("e1",))
    reopened = admit(ended, second, NOW).case
    assert reopened is not None
    again = replace(reopened, phase=Phase.RESOLVED, reason=Why.EXPORTED, ended_at=NOW)
    assert admit(again, first, NOW + DAY).case is None


# --- settings --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["circuit", "confirm", "paused"])
def test_a_ladder_has_at_least_one_step(name: str) -> None:
    """An empty one is the tenant's set-up fault, not an IndexError in the middle of a look."""
    with pytest.raises(ValidationError, match=name):
        Timing.model_validate({name: []})


def test_a_duration_is_at_least_a_millisecond() -> None:
    """What rounds to nothing is nothing: 'greater than 0' holds for milliseconds, too."""
    with pytest.raises(ValidationError, match="gap"):
        Timing.model_validate({"gap": 0.0004})


def test_a_sync_that_outlives_all_cases_has_a_next_look() -> None:
    """Its state couldn't be read, and no case says when to look again."""
    running = replace(SYNCED, sync=replace(DONE_SYNC, ended_at=None), quiet_until=NOW + MINUTE)
    assert look(workspace=running).due >= NOW + MINUTE


def test_a_label_that_left_the_report_wants_a_new_sync() -> None:
    """Gone from its expenses, and a sync of ours that began after that was seen."""
    two = (CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Zeus", 1, asked=1, suspect=True))
    waiting = case(labels=two, tagged=True, known=mark(refused(1)))
    plan = look(waiting, reports=(official(refused(1)),))
    assert plan.reads.sync


def test_a_report_of_no_project_that_is_refused_twice_is_a_persons() -> None:
    """There is no project whose fix could be said not to have taken."""
    lone = case(
        phase=Phase.NEEDS_PERSON,
        reason=Why.REFUSED_TWICE,
        failed=(Failed(f"@{REPORT}", 0, 0, "x"),),
        labels=(),
        next_look=NOW + HOUR,
    )
    workspace = replace(SYNCED, recoveries=(Recovery(f"@{REPORT}", 0, 0, (), stopped=True),))
    plan = look(lone, workspace=workspace)
    assert {n.tone for n in plan.notices} == {Tone.NEEDS_PERSON}


def look_at(*cases: Case, observed: Observed | None = None) -> Plan:
    """One look at a workspace whose project is active and covered by our last sync."""
    labels = by_text((label(asked=2, answered=2),))
    known = Remembered(
        replace(SYNCED, covered=(replace(COVER, answered=2),)), cases, labels, by_id((blocker(),))
    )
    return decide_recover(known, observed or Observed(), Rules(), PEOPLE, NOW)


def test_what_is_ready_is_due_when_the_circuit_closes() -> None:
    """One throttled read puts a chunk off by a minute, not until the next hourly read."""
    unread = Observed(Seen(unread=frozenset({REPORT})), fault=Fault.THROTTLED)
    assert look_at(case(next_look=NOW + HOUR), observed=unread).due == NOW + MINUTE


def test_a_refused_call_is_not_tried_at_every_look() -> None:
    """It has its time (an hour), and others their turn meanwhile."""
    first, second = (
        case(report_id=f"R{i}", opened_at=NOW - HOUR + i, next_look=NOW + HOUR) for i in (1, 2)
    )
    one = moved(first, Phase.WAITING, Why.CALL_REFUSED, NOW - MINUTE)
    labels = (CaseLabel(LABEL, used=1, asked=2, suspect=True),)
    reads = look_at(replace(one, labels=labels), replace(second, labels=labels)).reads
    assert reads.app == ("R2",)


def test_a_number_that_is_ones_id_and_anothers_entity_id_is_ambiguous() -> None:
    """With auto-numbering an entity id is a mere number: an active stranger must not stand for it."""
    stranger = Project("1001", "2002", "Zeus", inactive=False, allow_expenses=True)
    closed = Project("77", "1001", "Apollo", inactive=True, allow_expenses=True)
    assert resolve("1001", (stranger, closed)).match is Match.AMBIGUOUS


def refused_after_sync(
    *, failed: tuple[Failed, ...] = (), read_at: int | None = NOW - HOUR
) -> Case:
    """The one waiting report after a read that shows a refusal which nobody knew, its project open
    and synced by us.
    """
    waits = case(
        labels=(CaseLabel(LABEL, used=1, asked=2, suspect=True),),
        known=mark(refused(1)) if read_at else None,
        read_at=read_at,
        failed=failed,
        next_look=NOW,
    )
    seen = Seen(official={REPORT: official(refused(1), refused(2))})
    (change,) = look_at(waits, observed=Observed(seen)).changes
    return replace(change.after, labels=change.after.labels)


def test_a_refusal_of_others_after_our_sync_counts_against_the_fix() -> None:
    """Expensify tries by itself after every sync: we would sync every ten minutes for ever."""
    assert [(f.project_id, f.epoch, f.step) for f in refused_after_sync().failed] == [
        (PROJECT, 1, 0)
    ]


def test_two_such_refusals_are_a_persons() -> None:
    """Nothing changed in between, so that a third sync would change nothing."""
    (first,) = refused_after_sync().failed
    again = refused_after_sync(failed=(first,))
    assert (again.phase, again.reason) == (Phase.NEEDS_PERSON, Why.REFUSED_TWICE)


def test_two_reports_refused_so_stop_the_fix_before_we_tried_it() -> None:
    """The others of its blocker wait, and people are told with the evidence."""
    (first,) = refused_after_sync().failed
    one, two, three = (
        case(
            report_id=f"R{n}",
            labels=(CaseLabel(LABEL, used=1, asked=2, suspect=True),),
            failed=(first,) if n < 3 else (),
            next_look=NOW + HOUR,
        )
        for n in (1, 2, 3)
    )
    plan = look_at(one, two, three)
    assert not plan.reads
    assert plan.workspace is not None
    assert [r.stopped for r in plan.workspace.recoveries] == [True]
    assert Tone.FIX_DID_NOT_TAKE in {n.tone for n in plan.notices}


def test_a_first_read_after_our_sync_wants_another_look_and_sync() -> None:
    """The failure that it finds may be younger than the sync that seemed to cover it."""
    waits = case(
        labels=(CaseLabel(LABEL, used=0, asked=2, suspect=True),),
        known=None,
        read_at=None,
        next_look=NOW,
    )
    plan = look_at(waits, observed=Observed(Seen(official={REPORT: official(refused(1))})))
    (change,) = plan.changes
    assert change.asks == (LABEL,)
    assert not plan.reads
    assert not plan.exports


def test_a_first_read_while_our_sync_runs_wants_another_look_and_sync() -> None:
    """The sync may have ended before the failure, and this very look learns so."""
    first = case(known=None, read_at=None, next_look=NOW)
    running = Workspace(WS, sync=replace(DONE_SYNC, ended_at=None, ok=False))
    plan = look(
        first,
        workspace=running,
        observed=Observed(
            Seen(official={REPORT: official(refused(1))}),
            sync_state=replace(IDLE, last_success=T2),
        ),
    )
    (change,) = plan.changes
    assert change.asks == (LABEL,)
    assert plan.workspace is not None
    assert plan.workspace.covered == (COVER,)
    assert not plan.exports


# --- notices that were dropped unsent --------------------------------------------------------

TOLD = f"P#{PROJECT}@1"


def test_what_was_put_before_a_pause_is_put_again_after_it() -> None:
    """The notice may have been dropped meanwhile; the one that was sent guards itself."""
    (paused,) = look(
        case(told=(TOLD, f"!{Why.OTHER_FAILURE}")),
        reports=(official(state=ReportState.SUBMITTED),),
        project=closed_project(),
    ).changes
    assert paused.after.told == ()
    again = look(
        replace(paused.after, next_look=NOW),
        reports=(official(),),
        project=closed_project(),
    )
    assert {n.tone for n in again.notices} == {Tone.REACTIVATE, Tone.RETAG}
    assert again.changes[0].after.told == (TOLD,)


def test_a_label_that_comes_back_is_told_again() -> None:
    """While it was gone, its notice was no longer true."""
    gone = case(told=(TOLD,), labels=(CaseLabel("Marketing", used=1, asked=1),))
    known = Remembered(
        SYNCED,
        (gone,),
        by_text((label(), label("Marketing", project=""))),
        by_id((closed_project(),)),
    )
    shown = Observed(Seen(official={REPORT: official(labels=uses("Marketing"))}), closed=True)
    (away,) = decide_recover(known, shown, RULES, PEOPLE, NOW).changes
    assert (away.after.told, away.after.matters) == ((), ((f"P#{PROJECT}", 1),))
    back = replace(away.after, labels=case().labels, next_look=NOW)
    plan = look(back, reports=(official(),), project=closed_project())
    assert {n.tone for n in plan.notices} == {Tone.REACTIVATE, Tone.RETAG}


def test_a_person_is_told_again_of_what_came_back() -> None:
    """Whatever was said of the phase that the case has left may not have been sent."""
    handed = case(phase=Phase.NEEDS_PERSON, told=(TOLD, f"!{Why.DELETED}"))
    left = moved(handed, Phase.WAITING, Why.BLOCKED_AGAIN, NOW)
    assert left.told == (TOLD,)
    assert left.matters == ((f"P#{PROJECT}", 1),)


def test_the_good_news_reaches_whoever_had_the_bad_before_a_pause() -> None:
    """Their notice was sent; after the pause the project was active, and nothing put again."""
    informed = case(lapsed=(TOLD,))
    came = refused(1), arrived(2)
    plan = look(informed, reports=(official(*came), report(*came, exported=True)))
    assert {(n.tone, n.about, n.epoch) for n in plan.notices} == {(Tone.DONE, f"P#{PROJECT}", 1)}


# --- what a label names, and what a report carries ---------------------------------------------


def test_what_a_label_was_taken_for_counts_no_more_once_somebody_chose() -> None:
    """The choice is known by its number; nothing goes until a look has answered it."""
    chosen = label(asked=2, valid_from=2)
    known = Remembered(SYNCED, (case(),), by_text((chosen,)), by_id((blocker(),)))
    seen = Observed(Seen(official={REPORT: official(refused(1))}))
    waits = decide_recover(known, seen, RULES, PEOPLE, NOW)
    assert (waits.exports, waits.reads) == ((), Reads())
    answered = replace(known, labels=by_text((replace(chosen, answered=2),)))
    assert decide_recover(answered, seen, RULES, PEOPLE, NOW).reads.app == (REPORT,)


def test_what_an_unapproved_report_carries_is_known_and_looked_at() -> None:
    """Its project isn't closed again before the report is approved once more."""
    (paused,) = look(
        case(read_at=None, labels=(CaseLabel("Zeus", suspect=True),), named=("Zeus",)),
        reports=(official(refused(1), state=ReportState.OPEN, labels=uses(LABEL)),),
    ).changes
    assert [carried.text for carried in paused.after.carried] == [LABEL]
    assert (paused.asks, paused.after.read_at) == ((LABEL, "Zeus"), None)
    assert waits(PROJECT, (label(),), (paused.after,))


def test_what_was_looked_at_while_a_report_was_not_approved_is_looked_at_again() -> None:
    """That may have been days ago."""
    for paused, asks in ((2, (LABEL,)), (0, ())):
        first = look(
            case(read_at=None, paused=paused),
            workspace=Workspace(WS),
            reports=(official(refused(1)),),
            project=closed_project(),
        )
        assert [(change.asks, change.after.paused) for change in first.changes] == [(asks, 0)]
    read = look(case(paused=2), reports=(official(refused(1)),), project=closed_project())
    assert [change.asks for change in read.changes] == [()]


@pytest.mark.parametrize("state", [ReportState.APPROVED, ReportState.OPEN])
def test_what_a_persons_report_carries_is_known_and_looked_at(state: ReportState) -> None:
    """They may export it by hand: its project isn't closed again before that."""
    (kept,) = look(
        case(phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN, known=mark(refused(1))),
        reports=(official(refused(1), state=state, labels=uses("Zeus")),),
    ).changes
    assert [carried.text for carried in kept.after.carried] == ["Zeus"]
    assert kept.asks == ("Zeus",)
    assert kept.after.phase is Phase.NEEDS_PERSON


@pytest.mark.parametrize("state", [ReportState.APPROVED, ReportState.OPEN])
def test_what_a_report_was_given_while_in_flight_is_not_closed_under_it(state: ReportState) -> None:
    """What is on its way was sent with its former project, and may come back with this one."""
    retagged = report(refused(1), state=state, labels=uses("Zeus"))
    (change,) = look(flying(), reports=(retagged,)).changes
    sent = change.after
    assert sent.in_flight
    assert ([x.text for x in sent.carried], sent.may_carry) == ([LABEL], (LABEL, "Zeus"))
    assert waits("4712", (label(), label("Zeus", "4712")), (sent,))
    back = report(refused(1), state=state, labels=uses(LABEL))
    (change,) = look(sent, reports=(back,)).changes
    assert change.after.may_carry == (LABEL,)


def test_what_a_report_was_given_before_it_became_a_persons_is_not_closed_under_it() -> None:
    """Expensify says that it exists: a person's, and its export isn't proven."""
    (change,) = look(case(), reports=(official(refused(1), EXISTS, labels=uses("Zeus")),)).changes
    asked = change.after
    assert (asked.phase, asked.may_carry) == (Phase.NEEDS_PERSON, (LABEL, "Zeus"))
    assert waits("4712", (label(), label("Zeus", "4712")), (asked,))


def test_what_another_failures_report_was_given_is_not_closed_under_it() -> None:
    other = case(kind=Kind.OTHER, phase=Phase.NEEDS_PERSON, known=mark(OTHER))
    (change,) = look(other, reports=(official(OTHER, labels=uses("Zeus")),)).changes
    assert (change.after.labels, change.after.retagged) == (other.labels, ("Zeus",))
    assert waits("4712", (label(), label("Zeus", "4712")), (change.after,))


def test_a_fix_is_known_as_long_as_a_member_is_in_flight() -> None:
    """Its label may be nobody's by now; the refusal still counts."""
    canary = Recovery(PROJECT, 1, members=(REPORT,))
    workspace = Workspace(WS, recoveries=(canary, Recovery("4712", 1)))
    nobodys = label(resolution=Resolution(Match.NOT_FOUND))
    both = by_id((blocker(), blocker(project_id="4712")))
    sent = flying(next_look=NOW + HOUR)
    known = Remembered(workspace, (sent,), by_text((nobodys,)), both)
    plan = decide_recover(known, Observed(), RULES, PEOPLE, NOW)
    assert plan.workspace is not None
    assert [r.project_id for r in plan.workspace.recoveries] == [PROJECT]


def test_a_fix_is_known_while_a_label_may_name_its_project_among_others() -> None:
    """Until somebody chooses; what was refused before that counts afterwards."""
    refused_once = Recovery(PROJECT, 1, refused=(Refusals("R999", ("x",)),))
    workspace = replace(SYNCED, recoveries=(refused_once, Recovery("4713", 1)))
    twice = label(resolution=Resolution(Match.AMBIGUOUS, candidates=(PROJECT, "4712")))
    all_of_them = by_id((blocker(), blocker(project_id="4712"), blocker(project_id="4713")))
    known = Remembered(workspace, (case(next_look=NOW + HOUR),), by_text((twice,)), all_of_them)
    plan = decide_recover(known, Observed(), RULES, PEOPLE, NOW)
    assert plan.workspace is not None
    assert plan.workspace.recoveries == (refused_once,)


@pytest.mark.parametrize("state", [ReportState.APPROVED, ReportState.OPEN])
def test_a_case_of_another_kind_asks_about_nothing(state: ReportState) -> None:
    """Its labels are no matter of ours."""
    other = case(
        phase=Phase.NEEDS_PERSON, kind=Kind.OTHER, reason=Why.OTHER_FAILURE, known=mark(OTHER)
    )
    (kept,) = look(other, reports=(official(OTHER, state=state, labels=uses("Zeus")),)).changes
    assert (kept.after.labels, kept.asks) == (other.labels, ())


# --- what failed of a report that is over ------------------------------------------------------

MARKED = action(3, ActionKind.MARKED_BY_HAND)


def test_what_failed_is_stored_before_the_case_that_tells_it_ends() -> None:
    """A crash in between can't make the fix forget it: then the case is still there to be read."""
    canary = Recovery(PROJECT, 1, members=(REPORT,))
    workspace = replace(SYNCED, recoveries=(canary,))
    shown = report(refused(1), refused(2), MARKED, exported=True)
    waiting = case(report_id="R002", next_look=NOW + HOUR)
    seen = Observed(Seen(app={REPORT: shown}), closed=True)
    plan = look(flying(next_look=NOW), waiting, workspace=workspace, observed=seen)
    assert [change.after.phase for change in plan.changes] == [Phase.CLOSED]
    assert plan.remember is not None
    (told,) = plan.remember.recoveries
    assert [refusals.report_id for refusals in told.refused] == [REPORT]
    assert plan.remember == replace(workspace, recoveries=(replace(canary, refused=told.refused),))
    assert plan.workspace is not None
    (going,) = plan.workspace.recoveries
    assert going == Recovery(PROJECT, 1, members=("R002",), refused=told.refused)
    again = look(flying(next_look=NOW), waiting, workspace=plan.remember, observed=seen)
    assert again.remember is None
    assert again.workspace is not None
    assert again.workspace.recoveries == plan.workspace.recoveries


def test_a_fix_that_was_never_stored_is_stored_for_what_failed() -> None:
    """Nor is one of an epoch before in its way."""
    shown = report(refused(1), refused(2), MARKED, exported=True)
    for before in ((), (Recovery(PROJECT, 0, 3),)):
        workspace = replace(SYNCED, recoveries=before)
        plan = look(flying(next_look=NOW), workspace=workspace, reports=(shown,))
        assert plan.remember is not None
        (told,) = plan.remember.recoveries
        assert (told.project_id, told.epoch, told.step, told.members) == (PROJECT, 1, 0, ())
        assert [refusals.report_id for refusals in told.refused] == [REPORT]


def test_nothing_is_stored_early_for_a_case_that_goes_on() -> None:
    """It tells its failures itself."""
    plan = look(flying(next_look=NOW), reports=(report(refused(1), refused(2)),))
    assert [change.after.phase for change in plan.changes] == [Phase.WAITING]
    assert plan.remember is None


# --- a stuck sync that nobody waits for --------------------------------------------------------


def test_who_waits_next_for_a_stuck_sync_is_told_of_it() -> None:
    """What was said of it while a person had all reports, before they ended, or while it was in
    doubt whether anything is left to do, may have been dropped: nobody waited.
    """
    began = NOW - Rules().sync_give_up
    stuck = Sync(began, (COVER,), IDLE, began)
    running = Observed(sync_state=replace(IDLE, running=True))
    handed = case(phase=Phase.NEEDS_PERSON, reason=Why.IN_NETSUITE, next_look=NOW + HOUR)
    waiting = case(next_look=NOW + HOUR)
    doubtful = replace(waiting, report_id="R002", past=past_of(waiting))
    for sync, other in product((stuck, replace(stuck, given_up=True)), (handed, doubtful)):
        silent = look(other, workspace=replace(SYNCED, sync=sync), observed=running)
        assert silent.workspace is not None
        assert Tone.SYNC_STUCK not in {notice.tone for notice in silent.notices}
        told = look(other, waiting, workspace=silent.workspace, observed=running)
        assert told.workspace is not None
        assert Tone.SYNC_STUCK in {notice.tone for notice in told.notices}
        again = look(other, waiting, workspace=told.workspace, observed=running)
        assert Tone.SYNC_STUCK not in {notice.tone for notice in again.notices}
