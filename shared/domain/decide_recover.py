"""`recover`: what to do next about the stuck reports of one workspace.

Pure. Called with what is remembered and what this run has read so far. While it needs to read
more it answers with `reads` alone; read those and call it again. Then it answers with the changes
to write, the notices to put, and what to ask of Expensify, in that order.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from shared.domain.absence import Inquiries, Inquiry, Sample, sample_of, with_samples
from shared.domain.announce import workspace_notices
from shared.domain.assist import look_first
from shared.domain.batches import batch_of, become_unreadable, halvings, with_reading
from shared.domain.blocker import Blocker, Blockers, Labels, restless
from shared.domain.by_mode import (
    Said,
    clicks_for,
    may_say,
    seen_of,
    unseen_of,
    unstopped,
    would_act,
)
from shared.domain.canary import Recovery, advanced, remembering, room, still_stopped
from shared.domain.case import TRIED_KEPT, Case, Intent, Kind, Phase, Why, moved, with_suspects
from shared.domain.clock import Millis
from shared.domain.evidence import Evidence, Reading, Seen, weigh
from shared.domain.finding import SETUP_FAULTS, Fault
from shared.domain.held import held, may_be_spoken_of
from shared.domain.ladder import ladder_ends
from shared.domain.late import Told, open_for_good, over_again, told, with_end
from shared.domain.mode import Mode
from shared.domain.notice import Notice
from shared.domain.proving import UNDER_WAY, Proof, Proving
from shared.domain.recover_table import Context, Step, step, with_retagged
from shared.domain.report import EXPORTABLE, THROUGH, Report, baseline_of
from shared.domain.rules import People, Rules, backoff
from shared.domain.setup_fault import bad_report
from shared.domain.standing import Standing, canaries, covered, stand
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.syncing import SyncPlan, plan_sync, untold
from shared.domain.tried import why_not_again
from shared.domain.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Remembered:
    """All unfinished cases of the workspace, and what the account's looks found so far."""

    workspace: Workspace
    cases: tuple[Case, ...]
    labels: Labels
    blockers: Blockers
    inquiries: Inquiries = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """What this run has read. A `fault` ends the run's reading; `closed`: no time for more."""

    seen: Seen = field(default_factory=Seen)
    sync_state: SyncState | None = None
    fault: Fault | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Reads:
    """What to read before deciding: reports by either face, and the state of the sync.

    By the app first: what it saw of a history, the official read after it must see, too.
    """

    integration: tuple[str, ...] = ()
    app: tuple[str, ...] = ()
    sync: bool = False

    def __bool__(self) -> bool:
        return bool(self.integration or self.app or self.sync)


@dataclass(frozen=True, slots=True)
class CaseChange:
    before: Case
    after: Case
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`exports` are cases with their intent; each is written, then asked for, one by one.

    `look_at_account`: a case waits for an answer about one of its labels, or about its record.
    `inquiries`: the reports whose records are to be asked for. `keep`: labels that an
    open case needs watched beyond the time for which they are wanted so far. `remember`: the
    workspace as it must be stored before the changes are, if at all.
    """

    reads: Reads = field(default_factory=Reads)
    workspace: Workspace | None = None
    changes: tuple[CaseChange, ...] = ()
    notices: tuple[Notice, ...] = ()
    start_sync: bool = False
    exports: tuple[CaseChange, ...] = ()
    look_at_account: bool = False
    keep: tuple[str, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    remember: Workspace | None = None
    due: Millis = 0


def decide_recover(
    known: Remembered, observed: Observed, rules: Rules, people: People, now: Millis
) -> Plan:
    """The next reads, or else everything there is to do. Never both."""
    proving = Proving(known.workspace, rules, now, known.inquiries)
    observed = replace(observed, seen=replace(observed.seen, in_netsuite=proving.held))
    shut = observed.closed or observed.fault is not None
    calm = known.workspace.quiet_until <= now and not shut
    reads = _due_reads(known, observed, proving) or _doubtful(known, observed, rules)
    if calm and reads:
        return Plan(reads=reads)
    judged = _judge(known, observed, proving)
    standings = {c.after.report_id: _standing(c, known) for c in judged if _ours(c.after)}
    changes = tuple(_with_seen_blocks(c, standings, known.labels) for c in judged)
    cases = tuple(change.after for change in changes)
    recoveries = _recoveries(known, cases, changes, rules)
    remember = _remember(known.workspace, recoveries, cases)
    ready = _fixed(cases, standings, recoveries, known.blockers, rules, now)
    tried = _tried_ones(cases, ready, standings, known.workspace, rules, now)
    sync = _sync(proving, ready, standings, observed, fence=_fence(tried, proving))
    if sync.need_state and calm:
        return Plan(reads=Reads(sync=True))
    if not _somebody_waits(cases, rules):
        sync = untold(sync)
    acts = would_act(ready, standings, sync.workspace)
    proving = replace(proving, workspace=sync.workspace)
    changes = _handed_over(changes, ready, proving, standings)
    cases = tuple(change.after for change in changes)
    missed = observed.seen.missed
    may_go = [c for c in ready if not c.attempts or proving.of(c) is Proof.ABSENT]
    going = [case for case in may_go if _readable(case, missed)]
    asks = clicks_for(going, cases, known.labels, known.blockers, rules)
    unseen = unseen_of(asks, observed.seen.official)[: rules.read_batch]
    if unseen and calm:
        return Plan(reads=Reads(integration=unseen))
    asks = asks if observed.closed else seen_of(asks, observed.seen.official)
    chunk = _chunk(sync, going, standings, cases, recoveries, known, rules, now)
    unread = tuple(c.report_id for c in chunk if _stale(c, observed.seen, rules, now))
    if unread and calm:
        return Plan(reads=Reads(integration=unread, app=unread))
    exports = _exports(chunk, observed.seen, rules, now)
    workspace = _after(known, observed, sync.workspace, recoveries, changes, rules, now)
    keep = _kept(cases, known.labels, rules, now)
    inquiries = tuple(proving.inquiry(c) for c in tried if proving.of(c) is Proof.ASK)
    pending = [i for i in known.inquiries.values() if i.pending and now < i.wanted_until]
    said = Said(standings, acts, asks, people, rules, now)
    notices, told = _notices(known, changes, workspace, sync, said)
    cases = tuple(change.after for change in told)
    return Plan(
        remember=remember,
        workspace=workspace,
        changes=tuple(c for c in told if c.before != c.after or c.asks),
        notices=notices,
        start_sync=sync.start,
        exports=exports,
        look_at_account=any(s.pending for s in standings.values())
        or any(known.labels[text].wanted_until <= now for text in keep)
        or bool(inquiries or pending),
        keep=keep,
        inquiries=inquiries,
        due=_due(
            workspace,
            cases,
            sync,
            ready,
            exports,
            rules,
            now,
            answers=[i.wanted_until for i in (*pending, *inquiries)],
        ),
    )


def _readable(case: Case, missed: Collection[str]) -> bool:
    """One that spoils answers would keep those from going that are read with it."""
    return case.report_id not in missed and not case.misread


# --- reading ---------------------------------------------------------------------------------


def _due_reads(known: Remembered, observed: Observed, proving: Proving) -> Reads:
    if observed.seen.began:
        return Reads()
    rules, now = proving.rules, proving.now
    due = sorted(
        (c for c in known.cases if c.next_look <= now or proving.due(c)),
        key=lambda c: (c.next_look, c.report_id),
    )
    official = batch_of([c for c in due if c.intent is None], rules.read_batch)
    app = [c for c in due if c.intent is not None][: rules.window]
    return Reads(integration=_with_neighbour(official, known), app=_with_neighbour(app, known))


def _doubtful(known: Remembered, observed: Observed, rules: Rules) -> Reads:
    """An export or a mark stands before a failure: only the app tells whether it still counts. Or
    the case had ended, mostly by what the app showed.

    It is asked where we act; elsewhere people look: see `Case.doubtful`.
    """
    if rules.mode is not Mode.AUTO:
        return Reads()
    seen = observed.seen
    return Reads(
        app=tuple(
            case.report_id
            for case in known.cases
            if case.report_id in seen.official
            and case.report_id not in seen.app
            and case.report_id not in seen.missed
            and (case.past is not None or _went_through(case, seen.official[case.report_id]))
        )
    )


def _went_through(case: Case, report: Report) -> bool:
    return _ours(case) and any(action.kind in THROUGH for action in report.actions)


def _with_neighbour(wanted: list[Case], known: Remembered) -> tuple[str, ...]:
    """A report that isn't returned is absent only beside one that is: ask for one along."""
    ids = [case.report_id for case in wanted]
    if not any(case.alone_since or case.absent_since for case in wanted):
        return tuple(ids)
    others = [
        c.report_id for c in known.cases if not (c.alone_since or c.absent_since or c.misread)
    ]
    neighbours = [i for i in (*others, known.workspace.neighbour) if i and i not in ids]
    return (*ids, *neighbours[:1])


def _stale(case: Case, seen: Seen, rules: Rules, now: Millis) -> bool:
    return _fresh(case.report_id, seen, rules, now) is None


def _fresh(report_id: str, seen: Seen, rules: Rules, now: Millis) -> Report | None:
    """The report as the app showed it just now, if the official face was read after that.

    The app's history has no mark of the last known failure until an intent is made from it; the
    official one has, and tells whether anything failed since.
    """
    app, official = seen.app.get(report_id), seen.official.get(report_id)
    if app is None or official is None or official.read_at < app.read_at:
        return None
    return app if now - app.read_at <= rules.read_fresh else None


# --- judging ---------------------------------------------------------------------------------


def _judge(known: Remembered, observed: Observed, proving: Proving) -> tuple[CaseChange, ...]:
    workspace = known.workspace
    proofs = {case.report_id: proving.of(case) for case in known.cases if case.in_flight}
    ctx = Context(
        proving.now,
        proving.rules,
        known.labels,
        known.blockers,
        {r.project_id: r for r in workspace.recoveries},
        absent=observed.seen.absent,
        unread=observed.seen.unread,
        proven_absent=frozenset(r for r, proof in proofs.items() if proof is Proof.ABSENT),
        proving=frozenset(r for r, proof in proofs.items() if proof in UNDER_WAY),
        covered=workspace.covered,
        coming=_coming(workspace.sync),
    )
    return tuple(_judge_one(case, observed.seen, ctx) for case in known.cases)


def _coming(sync: Sync | None) -> tuple[Cover, ...]:
    return sync.covers if sync is not None and sync.ended_at is None else ()


def _judge_one(case: Case, seen: Seen, ctx: Context) -> CaseChange:
    reading = weigh(case, seen, ctx.rules.absent_gap, ctx.now)
    if reading is None:
        return CaseChange(case, case)
    after, asks = _after_late_life(case, reading, seen, ctx)
    after = with_retagged(with_reading(after, seen, ctx.rules, ctx.now), reading)
    ended = after.finished and case.past is None
    return CaseChange(case, with_end(after, seen) if ended else after, asks)


def _after_late_life(case: Case, reading: Reading, seen: Seen, ctx: Context) -> Step:
    """A case that was opened again goes on as any other once a read shows that it must."""
    past = case.past
    if past is None:
        return step(case, reading, ctx)
    found = told(case, past, reading, seen, ctx.rules, ctx.now)
    if found is Told.LATE:
        return Step(over_again(case, past, ctx.now))
    if found is Told.NEW:
        fresh = open_for_good(case, past, seen)
        return step(fresh, weigh(fresh, seen, ctx.rules.absent_gap, ctx.now) or reading, ctx)
    return step(case, reading, ctx) if reading.evidence is Evidence.UNREADABLE else Step(case)


def _with_seen_blocks(
    change: CaseChange, standings: dict[str, Standing], labels: Labels
) -> CaseChange:
    """A label whose project was seen blocked is part of the trouble, named or not."""
    case = change.after
    standing = standings.get(case.report_id)
    if standing is None or not standing.blocked:
        return change
    blocked = {blocker.project_id for blocker in standing.blocked}
    known = (labels[c.text] for c in case.labels if c.text in labels)
    texts = (label.text for label in known if label.resolution.project_id in blocked)
    return replace(change, after=with_suspects(case, texts))


def _standing(change: CaseChange, known: Remembered) -> Standing:
    """What is about to be asked is not answered yet, whatever older answers say."""
    standing = stand(change.after, known.labels, known.blockers)
    return replace(standing, pending=True) if change.asks else standing


def _ours(case: Case) -> bool:
    return case.phase is Phase.WAITING and case.kind is Kind.PROJECT


# --- the fix ---------------------------------------------------------------------------------


def _recoveries(
    known: Remembered, cases: tuple[Case, ...], changes: tuple[CaseChange, ...], rules: Rules
) -> dict[str, Recovery]:
    """The recoveries after what was read: of fixed projects only, a new epoch afresh."""
    arrived = {c.after.report_id for c in changes if c.after.reason is Why.EXPORTED}
    current = {}
    for recovery in (*_refused_fixes(cases), *known.workspace.recoveries):
        if _same_fix(recovery, known.blockers.get(recovery.project_id)):
            current[recovery.project_id] = advanced(recovery, cases, arrived, rules)
    return current


def _remember(
    workspace: Workspace, recoveries: dict[str, Recovery], cases: tuple[Case, ...]
) -> Workspace | None:
    """The workspace with what failed of the cases that end; None if it knows that."""
    ended = {case.report_id for case in cases if case.finished}
    after = remembering(workspace.recoveries, recoveries.values(), ended)
    return replace(workspace, recoveries=after) if after != workspace.recoveries else None


def _refused_fixes(cases: tuple[Case, ...]) -> tuple[Recovery, ...]:
    """A fix that others saw refused counts before we tried it ourselves."""
    fixes = {(failed.project_id, failed.epoch) for case in cases for failed in case.failed}
    return tuple(Recovery(project, epoch) for project, epoch in sorted(fixes))


def _same_fix(recovery: Recovery, blocker: Blocker | None) -> bool:
    """A blocker that isn't blocked, in the epoch of the recovery. A report without a project
    (retagged to none) has a recovery of its own, without a blocker.
    """
    if blocker is None:
        return recovery.project_id.startswith("@")
    return blocker.epoch == recovery.epoch and not blocker.blocked


def _fixed(
    cases: tuple[Case, ...],
    standings: dict[str, Standing],
    recoveries: dict[str, Recovery],
    blockers: Blockers,
    rules: Rules,
    now: Millis,
) -> tuple[Case, ...]:
    """The waiting cases that nothing blocks, oldest first, without those left to people."""

    def free(case: Case) -> bool:
        if _call_refused_at(case) + rules.circuit[-1] > now:
            return False
        return not held(case, rules.act_since) and not any(
            _left_to_people(c.project_id, recoveries, blockers, rules, now)
            for c in standings[case.report_id].covers
        )

    fixed = (c for c in cases if _ours(c) and not c.paused and standings[c.report_id].fixed)
    return tuple(sorted(filter(free, fixed), key=lambda c: (c.opened_at, c.report_id)))


def _call_refused_at(case: Case) -> Millis:
    """The report's turn comes again later; the others of its blocker needn't wait for it."""
    refused = (entry.at for entry in case.history if entry.why is Why.CALL_REFUSED)
    return max(refused, default=0)


def _left_to_people(
    project: str, recoveries: dict[str, Recovery], blockers: Blockers, rules: Rules, now: Millis
) -> bool:
    recovery, blocker = recoveries.get(project), blockers.get(project)
    stopped = recovery is not None and recovery.stopped
    return stopped or (blocker is not None and restless(blocker, rules.flips_per_day, now))


def _tried_ones(
    cases: tuple[Case, ...],
    ready: tuple[Case, ...],
    standings: dict[str, Standing],
    workspace: Workspace,
    rules: Rules,
    now: Millis,
) -> tuple[Case, ...]:
    """Those of which it must be found out now what became of our export: it has long been silent,
    or was refused and its turn comes again.
    """
    flying = [c for c in cases if c.in_flight and c.intent]
    silent = (c for c in flying if c.intent and now - c.intent.began_at >= rules.settle)
    waiting = (c for c in ready if c.attempts)
    turn = (c for c in waiting if covered(c, standings[c.report_id], workspace.covered))
    return (*silent, *turn)


def _fence(tried: tuple[Case, ...], proving: Proving) -> bool:
    return any(proving.of(case) is Proof.FENCE for case in tried)


def _sync(
    proving: Proving,
    ready: tuple[Case, ...],
    standings: dict[str, Standing],
    observed: Observed,
    *,
    fence: bool,
) -> SyncPlan:
    workspace = proving.workspace
    uncovered = [c for c in ready if not covered(c, standings[c.report_id], workspace.covered)]
    covers = {x.text: x for c in ready for x in standings[c.report_id].covers}
    return plan_sync(
        workspace,
        tuple(covers.values()),
        observed.sync_state,
        proving.rules,
        proving.now,
        wanted=bool(uncovered) or fence,
    )


def _somebody_waits(cases: tuple[Case, ...], rules: Rules) -> bool:
    waiting = (case for case in cases if case.phase is Phase.WAITING)
    return any(may_be_spoken_of(case, rules.act_since) for case in waiting)


def _handed_over(
    changes: tuple[CaseChange, ...],
    ready: tuple[Case, ...],
    proving: Proving,
    standings: dict[str, Standing],
) -> tuple[CaseChange, ...]:
    """What was exported by us before goes to a person in its turn, whatever became of that, unless
    NetSuite can tell.

    The refusal that ended our attempt carries no sign of whose attempt it was: ours may have
    arrived in silence (invariant 1: a second export needs proof that nothing did). Where people
    export, so does what was exported or marked before it failed: nobody has asked the app.
    """
    workspace, rules, now = proving.workspace, proving.rules, proving.now
    if rules.mode is Mode.ASSIST:
        tried = {case.report_id for case in ready if look_first(case)}
    elif rules.acting and _may_export(workspace, rules, now):
        tried = {
            case.report_id
            for case in ready
            if case.attempts and covered(case, standings[case.report_id], workspace.covered)
            if proving.of(case) is Proof.NONE
        }
    else:
        return changes
    return tuple(
        replace(c, after=_tried(c.after, rules, now)) if c.after.report_id in tried else c
        for c in changes
    )


def _tried(case: Case, rules: Rules, now: Millis) -> Case:
    handed = moved(case, Phase.NEEDS_PERSON, why_not_again(case), now)
    return replace(handed, next_look=now + rules.reread_person)


# --- exporting -------------------------------------------------------------------------------


def _chunk(
    sync: SyncPlan,
    ready: list[Case],
    standings: dict[str, Standing],
    cases: tuple[Case, ...],
    recoveries: dict[str, Recovery],
    known: Remembered,
    rules: Rules,
    now: Millis,
) -> tuple[Case, ...]:
    """Which reports may go now, by canary step and window. Fills `recoveries` with its members."""
    if not rules.acting or not _may_export(sync.workspace, rules, now):
        return ()
    free = rules.window - sum(case.in_flight for case in cases)
    chosen: list[Case] = []
    for case in ready:
        if len(chosen) < free and covered(case, standings[case.report_id], sync.workspace.covered):
            mine = _recoveries_of(case, recoveries, known)
            if all(case.report_id in r.members or room(r, rules) for r in mine):
                chosen.append(case)
                recoveries.update({r.project_id: _joined(r, case.report_id) for r in mine})
    return tuple(chosen)


def _may_export(workspace: Workspace, rules: Rules, now: Millis) -> bool:
    """Not while a sync of ours runs, nor in the grace in which Expensify may export by itself, nor
    just after a refusal of what we asked for.
    """
    if workspace.sync is None or workspace.sync.ended_at is None:
        return False
    return now >= _acts_from(workspace, rules)


def _recoveries_of(
    case: Case, recoveries: dict[str, Recovery], known: Remembered
) -> list[Recovery]:
    projects = canaries(case, known.labels, known.blockers)
    return [recoveries.get(p) or Recovery(p, _epoch(p, known.blockers)) for p in projects]


def _epoch(project: str, blockers: Blockers) -> int:
    blocker = blockers.get(project)
    return blocker.epoch if blocker else 0


def _joined(recovery: Recovery, report_id: str) -> Recovery:
    members = tuple(dict.fromkeys((*recovery.members, report_id)))
    return replace(recovery, members=members)


def _exports(
    chunk: tuple[Case, ...], seen: Seen, rules: Rules, now: Millis
) -> tuple[CaseChange, ...]:
    changes = (_export(case, seen, rules, now) for case in chunk)
    return tuple(change for change in changes if change)


def _export(case: Case, seen: Seen, rules: Rules, now: Millis) -> CaseChange | None:
    """The intent, if the read of this very run says that nothing stands against it."""
    report = _fresh(case.report_id, seen, rules, now)
    if report is None or report.state not in EXPORTABLE:
        return None
    reading = weigh(case, seen, rules.absent_gap, now)
    if reading is None or reading.evidence is not Evidence.NOTHING_NEW:
        return None
    intent = Intent(_attempt_id(case, now), baseline_of(report), began_at=now)
    look = now + rules.confirm[0]
    tried = (*case.tried, intent.attempt_id)[-TRIED_KEPT:]
    going = replace(
        case,
        intent=intent,
        attempts=case.attempts + 1,
        tried=tried,
        attempted_at=now,
        next_look=look,
    )
    return CaseChange(case, moved(going, Phase.EXPORTING, Why.ATTEMPT, now))


def _attempt_id(case: Case, now: Millis) -> str:
    """A number of 18 digits, as the app's clients make them for their own actions."""
    name = f"{case.workspace_id}/{case.report_id}/{case.episode}/{case.version}/{now}"
    return str(10**17 + int(hashlib.sha256(name.encode()).hexdigest(), 16) % (9 * 10**17))


def _kept(cases: tuple[Case, ...], labels: Labels, rules: Rules, now: Millis) -> tuple[str, ...]:
    """However long it takes: watching goes on while a case is open (invariant 3).

    Not for a case of another kind: its projects are none of its trouble.
    """
    ours = (case for case in cases if not case.finished and case.kind is Kind.PROJECT)
    texts = {c.text for case in ours for c in case.labels}
    soon = now + rules.wanted_for // 2
    return tuple(sorted(t for t in texts if t in labels and labels[t].wanted_until < soon))


# --- the end of the look ---------------------------------------------------------------------


def _after(
    known: Remembered,
    observed: Observed,
    workspace: Workspace,
    recoveries: dict[str, Recovery],
    changes: tuple[CaseChange, ...],
    rules: Rules,
    now: Millis,
) -> Workspace:
    """What is no unfinished case's concern any more is forgotten: a new failure begins anew. Not
    while a label may name it among others; nor while a member is in flight: if that is refused, it
    counts against this fix, whatever its labels name by then.

    A fix is stopped for good, and that told, once it concerns somebody who may be told.
    """
    open_cases = [change.after for change in changes if not change.after.finished]
    used = {c.text for case in open_cases for c in case.labels}
    used |= {f"@{case.report_id}" for case in open_cases}
    concern = {p for case in open_cases for p in canaries(case, known.labels, known.blockers)}
    live = [case for case in open_cases if may_be_spoken_of(case, rules.act_since)]
    heard = {p for case in live for p in canaries(case, known.labels, known.blockers)}
    concern |= _possible(open_cases, known.labels) | _under_way(open_cases, recoveries)
    before = known.workspace.recoveries
    kept = tuple(
        unstopped(r, before, rules, heard=p in heard)
        for p, r in sorted(recoveries.items())
        if p in concern or still_stopped(r, before)
    )
    covers = tuple(c for c in workspace.covered if c.text in used)
    neighbour = _neighbour(workspace, observed.seen)
    kept_workspace = replace(
        workspace,
        recoveries=kept,
        covered=covers,
        neighbour=neighbour,
        samples=with_samples(workspace.samples, _arrived(changes, observed.seen)),
    )
    return _with_circuit(kept_workspace, observed, rules, now)


def _possible(cases: list[Case], labels: Labels) -> set[str]:
    """The projects of which a label of theirs may name any."""
    known = (labels[c.text] for case in cases for c in case.carried if c.text in labels)
    return {project for label in known for project in label.resolution.candidates}


def _under_way(cases: list[Case], recoveries: dict[str, Recovery]) -> set[str]:
    """The projects of whose fix a member is in flight."""
    there = {case.report_id for case in cases if case.in_flight}
    return {p for p, recovery in recoveries.items() if there & set(recovery.members)}


def _arrived(changes: tuple[CaseChange, ...], seen: Seen) -> list[Sample]:
    """The reports that this look saw through, by ours or by others: NetSuite holds their records."""
    ended = (c.after for c in changes if c.after.finished and not c.before.finished)
    ids = [c.report_id for c in ended if c.reason in {Why.EXPORTED, Why.EXPORTED_BY_OTHERS}]
    reports = (seen.app.get(i) or seen.official.get(i) for i in ids)
    samples = (sample_of(report) for report in reports if report)
    return [sample for sample in samples if sample]


def _neighbour(workspace: Workspace, seen: Seen) -> str:
    """A report that was returned; another one only when it is returned no more. None rather than
    one that may have spoilt an answer.
    """
    known = workspace.neighbour
    if known and known not in seen.absent | seen.alone | seen.garbled:
        return known
    return min(seen.official, default="" if known in seen.garbled else known)


def _with_circuit(workspace: Workspace, observed: Observed, rules: Rules, now: Millis) -> Workspace:
    if observed.fault is None:
        if workspace.quiet_until > now or not workspace.faults:
            return workspace
        return replace(workspace, faults=0, fault=None, quiet_until=0)
    spared = halvings(rules.read_batch) if observed.seen.garbled else 0
    until = now + backoff(rules.circuit, max(0, workspace.faults - spared))
    return replace(workspace, faults=workspace.faults + 1, fault=observed.fault, quiet_until=until)


def _notices(
    known: Remembered,
    changes: tuple[CaseChange, ...],
    workspace: Workspace,
    sync: SyncPlan,
    said: Said,
) -> tuple[tuple[Notice, ...], tuple[CaseChange, ...]]:
    people, rules, now = said.people, said.rules, said.now
    notices: list[Notice] = said.of_batches()
    told: list[CaseChange] = []
    waiting = [c.after for c in changes if c.after.report_id in said.standings]
    for change in changes:
        put, after = said.of(change.before, change.after, waiting)
        notices.extend(put)
        told.append(change if after is change.after else replace(change, after=after))
    stopped = [r for r in workspace.recoveries if r.stopped and r not in known.workspace.recoveries]
    unreadable = become_unreadable(known.cases, (c.after for c in told), rules)
    notices += [bad_report(r, known.workspace.workspace_id, now) for r in unreadable]
    setup = _tell_fault(known.workspace, workspace, rules)
    of_workspace = workspace_notices(
        workspace, known.cases, stopped, people, now, stuck=sync.tell, setup=setup
    )
    notices.extend(n for n in of_workspace if may_say(n, rules))
    unique = {(n.person, n.id): n for n in notices}
    return tuple(unique.values()), tuple(told)


def _tell_fault(before: Workspace, after: Workspace, rules: Rules) -> bool:
    """A set-up fault is the operator's when it begins; any fault once it has become lasting."""
    if after.faults <= before.faults:
        return False
    lasting = after.faults == len(rules.circuit)
    return lasting or (after.fault in SETUP_FAULTS and after.fault is not before.fault)


def _due(
    workspace: Workspace,
    cases: tuple[Case, ...],
    sync: SyncPlan,
    ready: tuple[Case, ...],
    exports: tuple[CaseChange, ...],
    rules: Rules,
    now: Millis,
    answers: list[Millis],
) -> Millis:
    """No later than the earliest deadline of any unfinished case."""
    going = {change.after.report_id: change.after.next_look for change in exports}
    looks = [going.get(c.report_id, c.next_look) for c in cases if not c.finished]
    if not looks and not workspace.syncing:
        # The index that lists cases may lag: what it doesn't show yet must not be forgotten.
        return now + rules.idle
    times = [*looks, *answers, now + rules.reread_person if sync.due is None else sync.due]
    times += [at for c in cases if (at := ladder_ends(c, rules, now)) is not None]
    if workspace.quiet_until > now:
        times.append(workspace.quiet_until)
    free = _acts_from(workspace, rules)
    if free > now and ready:
        times.append(free)
    return max(min(times), workspace.quiet_until, now + rules.gap)


def _acts_from(workspace: Workspace, rules: Rules) -> Millis:
    ended = workspace.sync.ended_at if workspace.sync else None
    grace_ends = 0 if ended is None else ended + rules.auto_export_grace
    return max(grace_ends, workspace.no_acts_until)
