"""`recover` as a whole: what to read, when to sync, how many may go, whom to tell, when to look."""

from dataclasses import replace

from shared.domain.announce import OPERATORS
from shared.domain.blocker import Blocker, Label, by_id, by_text
from shared.domain.canary import Recovery
from shared.domain.case import Case, CaseLabel, Failed, Intent, Kind, Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE, ForeignTime
from shared.domain.decide_recover import Observed, Plan, Reads, Remembered, decide_recover
from shared.domain.evidence import Seen
from shared.domain.finding import Fault, Match, Resolution, Status
from shared.domain.notice import Tone
from shared.domain.report import ActionKind, Report, ReportState, Source
from shared.domain.rules import People, Rules
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.workspace import Workspace
from tests.builders import (
    ADMIN,
    LABEL,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
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
    seen_of,
    uses,
)

RULES = Rules()
IDLE = SyncState(running=False, last_success=ForeignTime("2027-01-01 00:00:00"))
COVER = Cover(LABEL, PROJECT, 1, 1)
BOTH = Reads(integration=(REPORT,), app=(REPORT,))
OLD_SYNC = Sync(
    asked_at=NOW - 30 * MINUTE,
    covers=(COVER,),
    before=IDLE,
    first_asked_at=NOW - 30 * MINUTE,
    ended_at=NOW - 20 * MINUTE,
    ok=True,
)
SYNCED = Workspace(WS, sync=OLD_SYNC, covered=(COVER,))


def remembered(
    *cases: Case,
    workspace: Workspace | None = None,
    labels: tuple[Label, ...] | None = None,
    blockers: tuple[Blocker, ...] | None = None,
) -> Remembered:
    return Remembered(
        workspace or Workspace(WS),
        cases,
        by_text(labels if labels is not None else (label(),)),
        by_id(blockers if blockers is not None else (blocker(),)),
    )


def decide(
    known: Remembered,
    observed: Observed | None = None,
    rules: Rules = RULES,
    people: People = PEOPLE,
    now: int = NOW,
) -> Plan:
    return decide_recover(known, observed or Observed(), rules, people, now)


def seen(*reports: Report, **more: object) -> Observed:
    """Read by the faces given; what the app showed was then read officially, too."""
    both = [*reports, *(official_too(r) for r in reports if r.source is Source.APP)]
    return Observed(seen_of(*both), **more)  # type: ignore[arg-type]


def official_too(one: Report) -> Report:
    return replace(one, source=Source.INTEGRATION, exported=None, error_count=None)


def many(number: int, **more: object) -> tuple[Case, ...]:
    """Cases that are not due for reading, the oldest first."""
    return tuple(
        case(report_id=f"R{i:03d}", opened_at=NOW - HOUR + i, next_look=NOW + HOUR, **more)
        for i in range(number)
    )


def later(**more: object) -> Case:
    return case(next_look=NOW + HOUR, **more)


def fresh(one: Case) -> Report:
    carried = uses(*(c.text for c in one.labels if c.used))
    return report(refused(1), report_id=one.report_id, labels=carried)


# --- reading ---------------------------------------------------------------------------------


def test_waiting_cases_are_read_officially_and_flying_ones_by_the_app() -> None:
    """Each by the face from which its baseline came; only those that are due."""
    known = remembered(
        case(report_id="A"),
        flying(report_id="B", next_look=NOW),
        later(report_id="C"),
    )
    assert decide(known).reads == Reads(integration=("A",), app=("B",))


def test_a_read_takes_at_most_a_batch_the_longest_due_first() -> None:
    """What doesn't fit is due at the next look, which comes after the gap."""
    cases = tuple(case(report_id=f"R{i}", next_look=NOW - i) for i in range(60))
    reads = decide(remembered(*cases)).reads
    assert len(reads.integration) == RULES.read_batch
    assert reads.integration[0] == "R59"


def test_an_open_circuit_reads_nothing() -> None:
    """After a fault the workspace stays quiet until its time."""
    shut = Workspace(WS, quiet_until=NOW + MINUTE, faults=1)
    plan = decide(remembered(case(), workspace=shut))
    assert not plan.reads
    assert plan.due == NOW + MINUTE
    assert plan.workspace == shut


def test_a_fault_opens_the_circuit_longer_each_time() -> None:
    """1, 2, 5, 15 minutes, then hourly; a good look closes it."""
    known, waits = remembered(case(), blockers=(closed_project(),)), []
    unread = Seen(unread=frozenset({REPORT}))
    for _ in range(6):
        plan = decide(known, Observed(unread, fault=Fault.UNREACHABLE))
        assert plan.workspace is not None
        waits.append((plan.workspace.quiet_until - NOW) // MINUTE)
        known = replace(known, workspace=replace(plan.workspace, quiet_until=0))
    assert waits == [1, 2, 5, 15, 60, 60]
    healed = decide(known, seen(official(refused(1))))
    assert healed.workspace == Workspace(WS, neighbour=REPORT)


def test_a_refused_login_tells_the_operators_once() -> None:
    """A set-up fault is the operator's, at its first occurrence."""
    broken = Observed(Seen(unread=frozenset({REPORT})), fault=Fault.LOGIN_REFUSED)
    plan = decide(remembered(case()), broken)
    assert [(n.person, n.tone) for n in plan.notices] == [(OPERATORS, Tone.SETUP_FAULT)]
    before = replace(Workspace(WS), faults=1, fault=Fault.LOGIN_REFUSED)
    again = decide(remembered(case(), workspace=before), broken)
    assert not again.notices


# --- the sync --------------------------------------------------------------------------------


def test_a_fixed_case_wants_the_state_of_the_sync_first() -> None:
    """Whether somebody else's sync runs must be known before ours begins."""
    assert decide(remembered(later())).reads == Reads(sync=True)


def test_our_sync_covers_what_was_seen_active() -> None:
    """It begins after the observation, and remembers which observation."""
    plan = decide(remembered(later()), Observed(sync_state=IDLE))
    assert plan.start_sync
    assert plan.workspace is not None
    assert plan.workspace.sync == Sync(NOW, (COVER,), IDLE, NOW)
    assert plan.due == NOW + RULES.sync_poll


def test_somebody_elses_sync_is_waited_for_not_joined() -> None:
    """It may have begun before the project was active."""
    running = replace(IDLE, running=True)
    plan = decide(remembered(later()), Observed(sync_state=running))
    assert not plan.start_sync
    assert plan.workspace is not None
    assert plan.workspace.foreign_since == NOW
    assert plan.workspace.sync is None


def test_nothing_is_exported_without_a_sync_of_ours() -> None:
    """A project that is active now may still be inactive in what Expensify imported last."""
    plan = decide(remembered(later()), seen(fresh(case()), sync_state=IDLE))
    assert not plan.exports


def test_an_older_answer_does_not_cover_a_newer_failure() -> None:
    """A sync before the failure proves nothing about it."""
    newer = later(labels=(CaseLabel(LABEL, used=1, asked=2, suspect=True),))
    known = remembered(newer, workspace=SYNCED, labels=(label(asked=2, answered=2),))
    plan = decide(known, Observed(sync_state=IDLE))
    assert plan.start_sync
    assert not plan.exports


def test_another_epoch_is_not_covered() -> None:
    """Blocked and fixed again since the sync: a new sync."""
    known = remembered(later(), workspace=SYNCED, blockers=(blocker(epoch=2),))
    assert decide(known, Observed(sync_state=IDLE)).start_sync


def test_a_pending_answer_holds_the_case() -> None:
    """Nobody has looked since the failure: no sync, no export, but the account is nudged."""
    known = remembered(later(), labels=(label(asked=2, answered=1),))
    newer = later(labels=(CaseLabel(LABEL, used=1, asked=2, suspect=True),))
    plan = decide(replace(known, cases=(newer,)))
    assert plan.look_at_account
    assert not plan.reads


def test_a_label_without_its_blocker_or_row_holds_the_case() -> None:
    """Unknown is not active."""
    for known in (
        remembered(later(), labels=()),
        remembered(later(), blockers=()),
        remembered(later(), blockers=(blocker(Status.UNKNOWN),)),
        remembered(later(), labels=(label(resolution=Resolution()),)),
        remembered(later(labels=(CaseLabel(LABEL, used=1, suspect=True),))),
        remembered(later(read_at=None)),
    ):
        plan = decide(known)
        assert plan.look_at_account
        assert not plan.reads


# --- exporting -------------------------------------------------------------------------------


def test_the_chunk_is_read_again_in_the_same_run() -> None:
    """Just before the export, by the app, whatever was read before."""
    assert decide(remembered(later(), workspace=SYNCED)).reads == BOTH


def test_an_export_has_its_intent_and_baseline() -> None:
    """Written down before anything is asked."""
    now_seen = report(refused(1))
    plan = decide(remembered(later(), workspace=SYNCED), seen(now_seen))
    (export,) = plan.exports
    assert export.after.phase is Phase.EXPORTING
    assert export.after.intent is not None
    assert export.after.intent.baseline == base(refused(1))
    assert len(export.after.intent.attempt_id) == 18
    assert plan.due == NOW + MINUTE


def test_a_stale_read_is_not_good_enough() -> None:
    """Older than 60 s, or by the other face: read again."""
    for old in (report(refused(1), read_at=NOW - 61_000), official(refused(1))):
        assert decide(remembered(later(), workspace=SYNCED), seen(old)).reads.app == (REPORT,)


def test_what_the_read_found_prevents_the_export() -> None:
    """Exported meanwhile, unapproved, deleted, another project, unreadable: no export."""
    other = report(refused(1), labels=uses(LABEL, "Zeus"))
    for found in (
        seen(report(refused(1), arrived(2), exported=True)),
        seen(report(refused(1), state=ReportState.OPEN)),
        seen(other),
        Observed(Seen(absent=frozenset({REPORT}))),
        Observed(Seen(unread=frozenset({REPORT})), fault=Fault.THROTTLED),
    ):
        assert not decide(remembered(later(), workspace=SYNCED), found).exports


def test_the_switch_stops_syncs_and_exports() -> None:
    """With acts off nothing is asked of Expensify."""
    off = replace(RULES, acts=False)
    assert not decide(remembered(later()), Observed(sync_state=IDLE), off).start_sync
    plan = decide(remembered(later(), workspace=SYNCED), seen(report(refused(1))), off)
    assert not plan.exports


def test_cases_from_before_the_switch_to_act_wait_for_their_release() -> None:
    """Going live is quiet: no sync, no export, no notice."""
    quiet = replace(RULES, act_since=NOW)
    assert not decide(remembered(later()), Observed(sync_state=IDLE), quiet).start_sync
    blocked = decide(remembered(later(), blockers=(closed_project(),)), rules=quiet)
    assert not blocked.notices
    handed = later(phase=Phase.NEEDS_PERSON, reason=Why.IN_NETSUITE)
    assert not decide(remembered(handed), rules=quiet).notices


def test_grace_after_the_sync() -> None:
    """Expensify may export by itself after a sync: wait 2 minutes, then read again."""
    just = replace(SYNCED, sync=replace(OLD_SYNC, ended_at=NOW - MINUTE))
    plan = decide(remembered(later(), workspace=just))
    assert not plan.reads
    assert plan.due == NOW + MINUTE


def test_no_export_while_our_sync_runs() -> None:
    """One job per workspace at a time: it would only queue behind."""
    running = replace(SYNCED, sync=replace(OLD_SYNC, ended_at=None, asked_at=NOW - MINUTE))
    plan = decide(
        remembered(later(), workspace=running),
        seen(report(refused(1)), sync_state=replace(IDLE, running=True)),
    )
    assert not plan.exports


# --- canary and window -----------------------------------------------------------------------


def exported(known: Remembered) -> tuple[str, ...]:
    reads = decide(known).reads
    chosen = [fresh(c) for c in known.cases if c.report_id in reads.app]
    return tuple(x.after.report_id for x in decide(known, seen(*chosen)).exports)


def at_step(number: int, *members: str, **more: object) -> Workspace:
    recovery = Recovery(PROJECT, 1, number, members, **more)  # type: ignore[arg-type]
    return replace(SYNCED, recoveries=(recovery,))


def test_one_then_ten_then_twenties() -> None:
    """The canary goes first; each step is larger once the one before is proven."""
    cases = many(40)
    sizes = [len(exported(remembered(*cases, workspace=at_step(n)))) for n in range(4)]
    assert sizes == [1, 10, 20, 20]
    assert exported(remembered(*cases, workspace=SYNCED)) == ("R000",)


def test_a_step_that_is_not_confirmed_holds_the_next() -> None:
    """While a member is under way the step takes no more than its size."""
    canary = flying(report_id="R999", next_look=NOW + MINUTE)
    known = remembered(*many(40), canary, workspace=at_step(0, "R999"))
    assert exported(known) == ()
    ten = tuple(flying(report_id=f"F{i}", next_look=NOW + MINUTE, version=9) for i in range(4))
    known = remembered(*many(40), *ten, workspace=at_step(1, "F0", "F1", "F2", "F3"))
    assert len(exported(known)) == 6


def test_an_arrival_proves_the_step() -> None:
    """The canary arrived: the step of ten goes in the same look."""
    canary = flying(report_id="R999", next_look=NOW)
    known = remembered(*many(40), canary, workspace=at_step(0, "R999"))
    came = report(refused(1), arrived(2), exported=True, report_id="R999")
    assert len(decide(known, seen(came)).reads.app) == 10


def test_an_unproven_step_is_repeated_with_another_report() -> None:
    """Its member was closed by others: nothing is proven, one more canary."""
    assert len(exported(remembered(*many(5), workspace=at_step(0, "R999")))) == 1


def test_the_window_bounds_what_is_unconfirmed() -> None:
    """At most 50 exports without an answer per workspace."""
    flights = tuple(
        flying(report_id=f"F{i}", next_look=NOW + MINUTE, labels=(CaseLabel("Zeus", 1),))
        for i in range(45)
    )
    known = remembered(*many(40), *flights, workspace=at_step(2))
    assert len(exported(known)) == 5


def test_two_equal_failures_stop_the_fix_and_tell() -> None:
    """With the evidence, to the administrators and the operators; nothing more goes."""
    failed = (Failed(PROJECT, 1, 1, "NS0770:Apollo"),)
    losers = many(2, failed=failed)
    known = remembered(*losers, *many(9)[2:], workspace=at_step(1, "R000", "R001"))
    plan = decide(known)
    assert not plan.reads
    assert {(n.person, n.tone) for n in plan.notices} == {
        (who, Tone.FIX_DID_NOT_TAKE) for who in (ADMIN, WS_ADMIN, OPERATORS)
    }
    assert plan.workspace is not None
    assert plan.workspace.recoveries[0].stopped
    again = decide(replace(known, workspace=plan.workspace))
    assert not again.notices
    assert not again.reads


def test_different_failures_do_not_add_up() -> None:
    """Only equal ones say that the fix didn't take."""
    one, two = many(2)
    one = replace(one, failed=(Failed(PROJECT, 1, 0, "NS0770:Apollo"),))
    two = replace(two, failed=(Failed(PROJECT, 1, 0, "no evidence"),))
    plan = decide(remembered(one, two, workspace=at_step(0)))
    assert plan.reads.app == ("R000",)


def test_a_new_epoch_starts_afresh() -> None:
    """Blocked and fixed again: the stopped fix is history, one canary goes."""
    stopped = replace(at_step(2, stopped=True), covered=(replace(COVER, epoch=2),))
    known = remembered(*many(5), workspace=stopped, blockers=(blocker(epoch=2),))
    assert exported(known) == ("R000",)


def test_a_restless_blocker_is_left_to_people() -> None:
    """Three flips within a day: no sync, no export for that day."""
    flips = (NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR)
    known = remembered(later(), workspace=SYNCED, blockers=(blocker(flips=flips),))
    assert not decide(known).reads
    calm = remembered(later(), workspace=SYNCED, blockers=(blocker(flips=(NOW - DAY, *flips[:2])),))
    assert decide(calm).reads


def test_a_report_of_two_fixes_is_canary_of_both() -> None:
    """It goes only if both have room."""
    both = later(
        labels=(
            CaseLabel(LABEL, 1, asked=1, suspect=True),
            CaseLabel("Zeus", 1, asked=1, suspect=True),
        )
    )
    workspace = replace(
        at_step(1),
        covered=(COVER, Cover("Zeus", "99", 0, 1)),
        recoveries=(Recovery("99", 0, 0, ("F1",)), Recovery(PROJECT, 1, 1)),
    )
    flight = flying(report_id="F1", labels=(CaseLabel("Zeus", 1, asked=1),), next_look=NOW + HOUR)
    known = remembered(
        both,
        flight,
        workspace=workspace,
        labels=(label(), label("Zeus", "99")),
        blockers=(blocker(), blocker(project_id="99", epoch=0)),
    )
    assert exported(known) == ()
    alone = replace(known, cases=(both,))
    assert exported(alone) == (REPORT,)


def test_a_report_without_any_project_is_its_own_canary() -> None:
    """Retagged to nothing: it still needs a sync of ours and goes by the steps."""
    bare = later(labels=())
    known = remembered(bare, labels=(), blockers=())
    begun = decide(known, Observed(sync_state=IDLE))
    assert begun.start_sync
    assert begun.workspace is not None
    (cover,) = begun.workspace.sync.covers if begun.workspace.sync else ()
    assert cover == Cover(f"@{REPORT}", "", 0, 0)
    recovery = Recovery(f"@{REPORT}", 0, 0)
    synced = replace(SYNCED, covered=(cover,), recoveries=(recovery,))
    plan = decide(replace(known, workspace=synced), seen(report(refused(1), labels=())))
    assert [x.after.report_id for x in plan.exports] == [REPORT]
    assert plan.workspace is not None
    assert plan.workspace.recoveries == (replace(recovery, members=(REPORT,)),)


def test_what_concerns_no_open_case_is_forgotten() -> None:
    """Recoveries and covers of ended cases don't pile up."""
    ended = replace(at_step(2, "R999"), covered=(COVER,))
    plan = decide(remembered(workspace=ended))
    assert plan.workspace is not None
    assert (plan.workspace.recoveries, plan.workspace.covered) == ((), ())
    assert plan.due == NOW + RULES.idle


# --- what counts as a project ----------------------------------------------------------------


def test_a_tag_that_is_no_project_blocks_nothing() -> None:
    """Departments and classes are tags, too; only a suspect must be found."""
    both = later(
        labels=(CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Marketing", 1, asked=1))
    )
    rows = (label(), label("Marketing", ""))
    assert decide(remembered(both, labels=rows, workspace=SYNCED)).reads.app == (REPORT,)
    suspect = replace(both, labels=(both.labels[0], replace(both.labels[1], suspect=True)))
    assert not decide(remembered(suspect, labels=rows, workspace=SYNCED)).reads


def test_a_label_that_once_named_projects_blocks_even_unsuspected() -> None:
    """Two had the name and both are gone: that makes it no department."""
    both = later(labels=(CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Zeus", 1, asked=1)))
    lost = Resolution(Match.NOT_FOUND, lost=True)
    rows = (label(), label("Zeus", resolution=lost))
    assert not decide(remembered(both, labels=rows, workspace=SYNCED)).reads


def test_an_ambiguous_label_blocks_even_unsuspected() -> None:
    """It may be the closed one."""
    both = later(labels=(CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Zeus", 1, asked=1)))
    twice = Resolution(Match.AMBIGUOUS, candidates=("1", "2"))
    rows = (label(), label("Zeus", resolution=twice))
    plan = decide(remembered(both, labels=rows, workspace=SYNCED))
    assert not plan.reads
    assert [(n.person, n.tone) for n in plan.notices] == [
        (WS_ADMIN, Tone.RETAG),
        (OPERATORS, Tone.RETAG),
    ]


def test_a_label_whose_chosen_project_is_gone_blocks_even_unsuspected() -> None:
    """Somebody said that it is a project: it is no department."""
    both = later(labels=(CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Zeus", 1, asked=1)))
    gone = Resolution(Match.ALIAS_GONE, chosen="4720", turn=1)
    plan = decide(
        remembered(both, labels=(label(), label("Zeus", resolution=gone)), workspace=SYNCED)
    )
    assert (plan.reads, plan.exports) == (Reads(), ())
    assert {n.about for n in plan.notices} == {f"L#{WS}#Zeus"}


def test_a_label_that_means_another_project_now_needs_another_sync() -> None:
    """What covered the one says nothing of the other."""
    one = label(project="4720")
    other = blocker(project_id="4720", epoch=1)
    plan = decide(remembered(later(), labels=(one,), blockers=(blocker(), other), workspace=SYNCED))
    assert plan.reads.sync or plan.start_sync


def test_a_failures_name_that_no_expense_carries_counts_as_retagged() -> None:
    """Its project may be closed; the report doesn't use it any more."""
    named = later(labels=(CaseLabel("Zeus", 1, asked=1), CaseLabel(LABEL, asked=1, suspect=True)))
    known = remembered(
        named,
        labels=(label(), label("Zeus", "99")),
        blockers=(closed_project(), blocker(project_id="99", epoch=0)),
    )
    assert decide(known, Observed(sync_state=IDLE)).start_sync


# --- whom to tell ----------------------------------------------------------------------------


def told(plan: Plan) -> set[tuple[str, Tone]]:
    return {(n.person, n.tone) for n in plan.notices}


def blocked(*cases: Case, people: People = PEOPLE, status: Status = Status.INACTIVE) -> Plan:
    return decide(remembered(*cases, blockers=(blocker(status),)), people=people)


def test_a_blocked_case_tells_administrator_and_submitter_once() -> None:
    """And remembers it, so that the next look puts nothing."""
    plan = blocked(later())
    assert told(plan) == {(ADMIN, Tone.REACTIVATE), (SUBMITTER, Tone.RETAG)}
    (change,) = plan.changes
    assert change.after.told == (f"P#{PROJECT}@1",)
    assert not blocked(change.after).notices


def test_sixty_reports_of_one_blocker_are_one_notice_per_person() -> None:
    """The notice's id is per person, blocker and epoch."""
    plan = blocked(*many(60))
    assert len(plan.notices) == 2


def test_many_submitters_are_held_back() -> None:
    """More than five people: the administrators first, the rest four hours later."""
    crowd = tuple(
        case(report_id=f"R{i}", submitter=f"p{i}@acme.example", next_look=NOW + HOUR)
        for i in range(6)
    )
    plan = blocked(*crowd)
    assert {n.send_after - NOW for n in plan.notices if n.tone is Tone.RETAG} == {4 * HOUR}
    assert {n.send_after - NOW for n in blocked(*crowd[:5]).notices} == {0}


def test_a_vanished_project_is_only_for_the_submitter() -> None:
    """Nobody is asked to reactivate what isn't there."""
    assert told(blocked(later(), status=Status.GONE)) == {(SUBMITTER, Tone.RETAG)}


def test_retag_goes_to_whom_the_setting_names() -> None:
    """An approved report may not be editable by its submitter."""
    people = replace(PEOPLE, retag_by="workspace_admin")
    assert (WS_ADMIN, Tone.RETAG) in told(blocked(later(), people=people))


def test_nobody_outside_the_allowed_domains_is_written_to() -> None:
    """Neither a submitter nor an administrator."""
    people = replace(PEOPLE, netsuite_admins=("x@elsewhere.example",))
    outside = later(submitter="sam@elsewhere.example")
    assert not blocked(outside, people=people).notices


def test_a_submitter_who_is_unknown_gets_nothing() -> None:
    """No address, no notice; the administrator is told all the same."""
    assert told(blocked(later(submitter=""))) == {(ADMIN, Tone.REACTIVATE)}


def test_a_name_that_netsuite_does_not_know_is_the_submitters() -> None:
    """Not found: as retag."""
    plan = decide(remembered(later(), labels=(label(project=""),)))
    assert told(plan) == {(SUBMITTER, Tone.RETAG)}


def test_paused_and_pending_cases_tell_nobody() -> None:
    """Not before the report was read, its labels resolved, and it is approved."""
    assert not blocked(later(paused=1)).notices
    assert not blocked(later(read_at=None)).notices


def test_the_end_is_told_to_those_who_were_told() -> None:
    """One good message per person and blocker; nobody who wasn't told hears of it."""
    informed = flying(told=(f"P#{PROJECT}@1", "!reason", "L#WS1#Zeus@0"), next_look=NOW)
    came = seen(report(refused(1), arrived(2), exported=True))
    done = decide(remembered(informed), came)
    assert {(n.person, n.tone, n.about) for n in done.notices} == {
        (ADMIN, Tone.DONE, f"P#{PROJECT}"),
        (SUBMITTER, Tone.DONE, f"P#{PROJECT}"),
        (SUBMITTER, Tone.DONE, "L#WS1#Zeus"),
    }
    assert not decide(remembered(replace(informed, told=())), came).notices


def test_a_mark_by_hand_during_our_attempt_tells_the_operator() -> None:
    """Our attempt may have landed as well."""
    marked = arrived(2, urls=())
    by_hand = replace(marked, kind=ActionKind.MARKED_BY_HAND)
    plan = decide(remembered(flying(next_look=NOW)), seen(report(refused(1), by_hand)))
    assert told(plan) == {(OPERATORS, Tone.NEEDS_PERSON)}


def test_a_case_in_a_persons_hands_tells_once() -> None:
    """The workspace's administrators and the operators, one notice per reason and day."""
    handed = later(phase=Phase.NEEDS_PERSON, reason=Why.IN_NETSUITE)
    plan = decide(remembered(handed))
    assert told(plan) == {(WS_ADMIN, Tone.NEEDS_PERSON), (OPERATORS, Tone.NEEDS_PERSON)}
    (change,) = plan.changes
    assert not decide(remembered(change.after)).notices


def test_another_code_says_so() -> None:
    """Named after its codes, as a kind of its own."""
    other = later(
        phase=Phase.NEEDS_PERSON, kind=Kind.OTHER, reason=Why.OTHER_FAILURE, codes=("NS0024",)
    )
    plan = decide(remembered(other))
    assert told(plan) == {(WS_ADMIN, Tone.OTHER_FAILURE), (OPERATORS, Tone.OTHER_FAILURE)}
    assert plan.notices[0].about == f"W#{WS}#NS0024"


def test_refused_twice_is_the_fix_that_did_not_take() -> None:
    """One notice about the project, not another one about the case."""
    refused_twice = later(
        phase=Phase.NEEDS_PERSON, reason=Why.REFUSED_TWICE, failed=(Failed(PROJECT, 1, 0, "x"),)
    )
    plan = decide(remembered(refused_twice))
    assert {n.tone for n in plan.notices} == {Tone.FIX_DID_NOT_TAKE}
    assert {n.about for n in plan.notices} == {f"P#{PROJECT}"}


def test_a_stuck_sync_is_told() -> None:
    """After 45 minutes a sync that doesn't end becomes a person's."""
    stuck = replace(SYNCED, sync=Sync(NOW - 25 * MINUTE, (COVER,), IDLE, NOW - 45 * MINUTE))
    plan = decide(remembered(later(), workspace=stuck), Observed(sync_state=IDLE))
    assert told(plan) == {(WS_ADMIN, Tone.SYNC_STUCK), (OPERATORS, Tone.SYNC_STUCK)}
    assert not decide(remembered(workspace=stuck), Observed(sync_state=IDLE)).notices


# --- when to look again ----------------------------------------------------------------------


def test_due_is_no_later_than_the_earliest_deadline() -> None:
    """Of all unfinished cases, whatever this look was about."""
    soon = flying(report_id="B", next_look=NOW + 3 * MINUTE)
    assert decide(remembered(later(), soon, blockers=(closed_project(),))).due == NOW + 3 * MINUTE


def test_looks_keep_a_gap() -> None:
    """More than one batch to read doesn't become a tight loop."""
    cases = tuple(case(report_id=f"R{i}", next_look=NOW - i) for i in range(51))
    read = seen(*(official(refused(1), report_id=f"R{i}") for i in range(1, 51)))
    known = remembered(*cases, blockers=(closed_project(),))
    assert decide(known, read).due == NOW + RULES.gap


def test_a_case_with_an_intent_is_never_exported_again() -> None:
    """Waiting is the only phase from which anything is exported."""
    for phase in (Phase.EXPORTING, Phase.UNVERIFIED, Phase.NEEDS_PERSON):
        intent = Intent("777", base(refused(1)), NOW - MINUTE)
        stuck = later(phase=phase, intent=intent)
        plan = decide(remembered(stuck, workspace=SYNCED), seen(report(refused(1))))
        assert not plan.exports


def test_a_refused_attempt_waits_for_a_new_look_before_anything_else() -> None:
    """What was asked in this very look isn't answered yet, whatever older answers say."""
    back = flying(next_look=NOW)
    plan = decide(remembered(back, workspace=SYNCED), seen(report(refused(1), refused(2))))
    assert [c.after.reason for c in plan.changes] == [Why.FAILED_AGAIN]
    assert not plan.exports
    assert plan.look_at_account


def test_a_failure_since_the_last_known_one_is_judged_before_an_export() -> None:
    """Expensify may have tried by itself after our sync, and failed for another reason."""
    known = case(next_look=NOW + HOUR, known=base(refused(1), source=Source.INTEGRATION))
    other = action(2, ActionKind.EXPORT_FAILED, "NS0029 Export Error: Unable to export.")
    plan = decide(remembered(known, workspace=SYNCED), seen(report(refused(1), other)))
    assert not plan.exports
    assert [c.after.kind for c in plan.changes] == [Kind.OTHER]


def test_the_official_read_must_be_the_later_one() -> None:
    """Else a failure between the two would be taken for the mark."""
    app = report(refused(1), read_at=NOW)
    before = official(refused(1), read_at=NOW - 1)
    both = Observed(seen_of(app, before))
    assert decide(remembered(later(), workspace=SYNCED), both).reads == BOTH


def test_a_neighbour_stays_while_it_is_returned() -> None:
    """Another report in the answer is no reason to write the workspace anew."""
    known = remembered(case(next_look=NOW + HOUR), workspace=Workspace(WS, neighbour="R999"))
    plan = decide(known, Observed(Seen(official={REPORT: official()}), closed=True))
    assert plan.workspace == Workspace(WS, neighbour="R999")
    for gone in ({"absent": frozenset({"R999"})}, {"alone": frozenset({"R999"})}):
        plan = decide(known, Observed(Seen(official={REPORT: official()}, **gone), closed=True))
        assert plan.workspace == Workspace(WS, neighbour=REPORT)


def test_a_report_that_was_not_returned_is_asked_for_with_a_neighbour() -> None:
    """Only beside one that is there can another be absent; an old acquaintance will do."""
    gone = case(report_id="GONE", alone_since=NOW - HOUR)
    assert decide(remembered(gone, later())).reads.integration == ("GONE", REPORT)
    alone = remembered(gone, workspace=Workspace(WS, neighbour="R999"))
    assert decide(alone).reads.integration == ("GONE", "R999")
    assert decide(remembered(gone)).reads.integration == ("GONE",)
    lost = flying(report_id="GONE", next_look=NOW, absent_since=NOW - HOUR)
    assert decide(remembered(lost, later())).reads.app == ("GONE", REPORT)


def test_a_report_retagged_to_nothing_is_free_of_what_a_later_failure_names() -> None:
    """Only what the expenses carry counts, once they were seen to carry something."""
    bare = later(labels=(CaseLabel(LABEL, asked=1, suspect=True),), tagged=True)
    known = remembered(bare, blockers=(closed_project(),))
    plan = decide(known, Observed(sync_state=IDLE))
    assert plan.start_sync
    assert not plan.notices
    never = replace(bare, tagged=False)
    assert decide(replace(known, cases=(never,))).notices


def test_a_run_that_is_out_of_time_exports_nothing_unread() -> None:
    """Half a reading is no reading."""
    half = replace(Observed(seen_of(report(refused(1)))), closed=True)
    plan = decide(remembered(later(), workspace=SYNCED), half)
    assert not plan.exports
    assert not plan.reads
