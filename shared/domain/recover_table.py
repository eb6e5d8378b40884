"""The decision table of `recover`: evidence x phase → what becomes of the case.

Each cell is a function of (case, reading, context) and changes nothing but the case; asks are
texts whose project somebody must look at (again) before the case may go on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from shared.domain.blocker import Blockers, Labels
from shared.domain.canary import Recovery
from shared.domain.case import (
    Case,
    CaseLabel,
    Failed,
    Intent,
    Kind,
    Phase,
    Why,
    moved,
    noted,
    with_suspects,
    with_told,
)
from shared.domain.clock import Millis
from shared.domain.evidence import PROJECT_CODE, Evidence, Reading, first_mark, problems_of
from shared.domain.failure_text import codes_of
from shared.domain.finding import Match
from shared.domain.folding import fold, name_forms
from shared.domain.report import THROUGH, Report, Source, baseline_of
from shared.domain.rules import Rules, backoff
from shared.domain.sync import Cover


@dataclass(frozen=True, slots=True)
class Context:
    """What a cell may look at besides the case and the evidence.

    `proven_absent`: reports of which NetSuite was seen to hold nothing, behind the fence; `proving`:
    those of which that may come out yet. `covered`: what
    our syncs brought to Expensify; `coming`: what the one brings that isn't known to have ended.
    """

    now: Millis
    rules: Rules
    labels: Labels
    blockers: Blockers
    recoveries: dict[str, Recovery]
    absent: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    proven_absent: frozenset[str] = frozenset()
    proving: frozenset[str] = frozenset()
    covered: tuple[Cover, ...] = ()
    coming: tuple[Cover, ...] = ()


class Step(NamedTuple):
    case: Case
    asks: tuple[str, ...] = ()


type Cell = Callable[[Case, Reading, Context], Step]


class Row(NamedTuple):
    waiting: Cell
    in_flight: Cell
    person: Cell


def step(case: Case, reading: Reading, ctx: Context) -> Step:
    """Apply the cell of the table that the evidence and the case's phase select."""
    row = TABLE[reading.evidence]
    if case.in_flight:
        return row.in_flight(_readable_again(case, reading, ctx), reading, ctx)
    cell = row.person if case.phase is Phase.NEEDS_PERSON else row.waiting
    return cell(case, reading, ctx)


def _readable_again(case: Case, reading: Reading, ctx: Context) -> Case:
    """While nothing could be read the deadlines stood still: move them by as long."""
    intent = case.intent
    if intent is None or intent.unread_since is None or _is_blind(case, reading, ctx):
        return case
    lost = ctx.now - intent.unread_since
    moved_on = replace(intent, began_at=intent.began_at + lost, unread_since=None)
    return replace(case, intent=moved_on)


def _is_blind(case: Case, reading: Reading, ctx: Context) -> bool:
    """Whether the read failed, or showed what can't be understood; not: did not return it."""
    unreadable = reading.evidence is Evidence.UNREADABLE
    return unreadable and (case.report_id in ctx.unread or reading.report is not None)


def with_retagged(case: Case, reading: Reading) -> Case:
    """What it was given and what no row takes over: an attempt carries what it was sent with, a
    person's case what it had when it became one. It may need that project yet, which is therefore
    not closed again.
    """
    if case.finished or reading.report is None or reading.report.labels is None:
        return case
    carried = {label.text for label in case.carried}
    now = tuple(use.label for use in reading.report.labels if use.label not in carried)
    return replace(case, retagged=now) if now != case.retagged else case


# --- ends ------------------------------------------------------------------------------------


def _end(phase: Phase, why: Why, case: Case, reading: Reading, ctx: Context) -> Step:
    return Step(moved(case, phase, why, ctx.now, _whose(case, reading)))


def _whose(case: Case, reading: Reading) -> str:
    """Ours is recognised by the attempt id, which Expensify keeps as the action's id."""
    if reading.ours:
        return "by our attempt"
    if reading.evidence is not Evidence.EXPORTED or case.intent is None or reading.report is None:
        return ""
    ours = any(action.id == case.intent.attempt_id for action in reading.report.actions)
    return "by our attempt" if ours else "not recognised as our attempt"


def _to_person(why: Why, case: Case, reading: Reading, ctx: Context) -> Step:
    asked = moved(case, Phase.NEEDS_PERSON, why, ctx.now, reading.text)
    return Step(replace(asked, next_look=ctx.now + ctx.rules.reread_waiting))


def _other_failure(case: Case, reading: Reading, ctx: Context) -> Step:
    """Another code: a case of its own kind, in people's hands, watched until it arrives."""
    failed = case.failed + _marks(case, reading, ctx)
    other = replace(case, kind=Kind.OTHER, intent=None, known=None, failed=failed)
    changed = _with_codes(_met(other, reading, ctx), codes_of(reading.problems))
    handed = moved(changed, Phase.NEEDS_PERSON, Why.OTHER_FAILURE, ctx.now, reading.text)
    return Step(replace(handed, next_look=ctx.now + ctx.rules.reread_waiting))


def _with_codes(case: Case, codes: tuple[str, ...]) -> Case:
    """These codes are the trouble from now on, and whoever can put them right is to be told."""
    told = tuple(mark for mark in case.told if mark != f"!{Why.OTHER_FAILURE}")
    return replace(case, codes=codes, told=told)


# --- waiting ---------------------------------------------------------------------------------


def _refresh(case: Case, reading: Reading, ctx: Context) -> Step:
    """E9: nothing new. Take over what the report holds; ask about labels not looked at yet."""
    report = _report(reading)
    fresh = _with_report(case, report, ctx)
    if case.known is None:
        fresh = _with_old_suspects(fresh, report)
    if case.read_at is None:
        return Step(fresh, _first_asks(fresh, paused=bool(case.paused), ctx=ctx))
    return Step(fresh, _unasked(fresh))


def _first_asks(fresh: Case, *, paused: bool, ctx: Context) -> tuple[str, ...]:
    """A failure that a first read finds may be younger than our sync, ended or not; and what was
    seen while the report wasn't approved, no matter how long ago, is seen anew.
    """
    syncs = (*ctx.covered, *ctx.coming)
    again = (x.text for x in fresh.labels if not x.asked or paused or _is_covered(x, syncs, ctx))
    return tuple(again)


def _unasked(case: Case) -> tuple[str, ...]:
    return tuple(label.text for label in case.labels if not label.asked)


def _is_covered(label: CaseLabel, by: tuple[Cover, ...], ctx: Context) -> bool:
    """Whether our sync brings it to Expensify as it is now, so that another look and another sync
    would be needed to bring it anew.
    """
    cover = next((c for c in reversed(by) if c.text == label.text), None)
    if cover is None or not 0 < label.asked <= cover.answered:
        return False
    blocker = ctx.blockers.get(cover.project_id)
    return blocker is not None and not blocker.blocked and blocker.epoch == cover.epoch


def _with_old_suspects(case: Case, report: Report) -> Case:
    """What an earlier failure named, and an expense still carries, is part of the trouble."""
    names = {n for p in problems_of(report.actions) for n in p.projects}
    carried = (label.text for label in case.labels if label.used)
    return with_suspects(case, (t for t in carried if any(same_name(n, t) for n in names)))


def _failed_elsewhere(case: Case, reading: Reading, ctx: Context) -> Step:
    """E5 while waiting: somebody tried again. What the failure names must be looked at again.

    In vain after our sync, it counts against the fix like an attempt of ours: Expensify itself may
    try after every sync, and we would sync for ever.
    """
    report = _report(reading)
    texts = named_texts(case, reading)
    fresh = with_suspects(_with_report(case, report, ctx), texts)
    vain = [x.text for x in case.labels if x.text in texts and _is_covered(x, ctx.covered, ctx)]
    marks = tuple(_mark_under(*_fix_of(text, ctx), reading.signature, ctx) for text in vain)
    fresh = replace(fresh, known=baseline_of(report), failed=case.failed + marks)
    if any(_twice(fresh, mark) for mark in marks):
        return _to_person(Why.REFUSED_TWICE, fresh, reading, ctx)
    asks = tuple(label.text for label in fresh.labels if not label.asked or label.text in texts)
    return Step(noted(fresh, Why.ADDED, ctx.now, reading.text), asks)


def _pause(case: Case, reading: Reading, ctx: Context) -> Step:
    """E7: open, submitted or unapproved. No notices; look again, less and less often.

    Those that were put are dropped now, unless they were sent; afterwards they are put again. No
    project is closed again under it: it may be approved at any moment.
    """
    wait = backoff(ctx.rules.paused, case.paused)
    met, asks = _carrying(_met(_there(case), reading, ctx), _report(reading))
    if case.phase is Phase.WAITING:
        met = with_told(met, ())
    paused = replace(met, paused=case.paused + 1, next_look=ctx.now + wait)
    return Step(paused if case.paused else noted(paused, Why.PAUSED, ctx.now), asks)


def _carrying(case: Case, report: Report) -> tuple[Case, tuple[str, ...]]:
    """With what the report carries now, and what of that has to be asked about.

    A case of another kind asks about nothing.
    """
    if case.kind is Kind.OTHER:
        return case, ()
    fresh = _with_labels(case, report)
    return fresh, _unasked(fresh)


def _unreadable(case: Case, reading: Reading, ctx: Context) -> Step:
    """E11: nothing changes. A report absent for the first time is remembered, no more.

    One of which nothing can be said for a day, for want of a neighbour, is a person's.
    """
    if case.report_id in ctx.unread:
        return Step(case)
    missed = _missed(case, reading, ctx)
    since = missed.alone_since
    long = since is not None and ctx.now - since >= ctx.rules.person_after
    if long and case.phase is Phase.WAITING:
        return _to_person(Why.DELETED, missed, reading, ctx)
    return Step(replace(missed, next_look=ctx.now + ctx.rules.absent_gap))


def _missed(case: Case, reading: Reading, ctx: Context) -> Case:
    if reading.report is not None:
        return case
    if case.report_id in ctx.absent:
        return replace(case, absent_since=case.absent_since or ctx.now, alone_since=None)
    return replace(case, alone_since=case.alone_since or ctx.now)


def _retagged(case: Case, report: Report) -> bool:
    if report.labels is None:
        return False
    carried = {use.label for use in report.labels}
    return any(label.used and label.text not in carried for label in case.labels)


def _there(case: Case) -> Case:
    """It was returned: whatever was said of its absence is over."""
    return replace(case, absent_since=None, alone_since=None)


def _met(case: Case, reading: Reading, ctx: Context) -> Case:
    """What a case of another kind needs of its report: that it was read, its name and whose it is.

    Others take over more, once it counts: `_with_report`.
    """
    report = reading.report
    if case.kind is not Kind.OTHER or report is None:
        return case
    return replace(
        case,
        report_name=report.name or case.report_name,
        submitter=report.submitter or case.submitter,
        read_at=case.read_at or ctx.now,
    )


def _with_report(case: Case, report: Report, ctx: Context) -> Case:
    mark = first_mark(case, report) if report.source is Source.INTEGRATION else None
    return replace(
        _with_labels(case, report),
        report_name=report.name or case.report_name,
        submitter=report.submitter or case.submitter,
        read_at=case.read_at or ctx.now,
        alone_since=None,
        known=case.known or mark,
        doubtful=_doubtful(case, report),
        paused=0,
        absent_since=None,
        next_look=ctx.now + ctx.rules.reread_waiting,
    )


def _with_labels(case: Case, report: Report) -> Case:
    return replace(
        case,
        labels=merged_labels(case, report),
        tagged=case.tagged or bool(report.labels),
        retags=case.retags + _retagged(case, report),
    )


def _doubtful(case: Case, report: Report) -> bool:
    """The official face alone doesn't tell whether an export or a mark before a failure counts."""
    if report.source is not Source.INTEGRATION:
        return case.doubtful
    return any(action.kind in THROUGH for action in report.actions)


def merged_labels(case: Case, report: Report) -> tuple[CaseLabel, ...]:
    """The labels that the expenses carry now, with what we knew of them.

    A label that an expense carried and carries no more is gone (retagged). A name that only the
    failure gave, and that no label answers to, stays: NetSuite must tell what it is. A source that
    doesn't tell the labels changes none.
    """
    if report.labels is None:
        return case.labels
    old = {label.text: label for label in case.labels}
    only_named = [label for label in case.labels if not label.used]
    used = tuple(
        CaseLabel(
            use.label,
            use.count,
            use.sums,
            old[use.label].asked if use.label in old else 0,
            _suspected(use.label, case),
        )
        for use in report.labels
    )
    texts = [use.label for use in report.labels]
    rest = tuple(n for n in only_named if not any(same_name(n.text, text) for text in texts))
    return used + rest


def _suspected(text: str, case: Case) -> bool:
    before = (label.text for label in case.labels if label.suspect)
    return any(same_name(name, text) for name in (*case.named, *before))


def same_name(one: str, other: str) -> bool:
    """Whether two texts can mean one project by their form alone."""
    forms = {fold(form) for form in name_forms(other)}
    return any(fold(form) in forms for form in name_forms(one))


def named_texts(case: Case, reading: Reading) -> tuple[str, ...]:
    """The case's labels that the failures name; a name without a label stands for itself."""
    texts: list[str] = []
    for name in (n for p in reading.problems for n in p.projects):
        hits = [label.text for label in case.labels if same_name(name, label.text)]
        texts.extend(hits or [name])
    return tuple(dict.fromkeys(texts))


# --- in flight -------------------------------------------------------------------------------


def _await(case: Case, reading: Reading, ctx: Context) -> Step:
    """E9, E10: no evidence yet. Wait; after the settle time proof of absence, or a person.

    The proof takes syncs and a query: as long again.
    """
    intent = _intent(case)
    case = case if reading.report is None else _there(case)
    age = ctx.now - intent.began_at
    if age < ctx.rules.settle:
        return Step(_look_again(case, intent, ctx))
    if case.report_id in ctx.proven_absent and reading.evidence is Evidence.NOTHING_NEW:
        return _vanished(case, reading, ctx)
    if case.report_id in ctx.proving and age < 2 * ctx.rules.settle:
        return Step(_look_again(case, intent, ctx))
    return Step(_unproven(case, ctx))


def _vanished(case: Case, reading: Reading, ctx: Context) -> Step:
    """Nothing came of our export. It goes again after another look and another sync, once: with
    what it carries by now.

    It counts against its fix as a silent one does, whatever became of it.
    """
    marks = _silent(case, ctx)
    gone = replace(case, failed=case.failed + marks)
    if any(_twice(gone, mark) for mark in marks):
        return Step(_unproven(case, ctx))
    carrying = _with_labels(gone, _report(reading))
    back = _back_to_waiting(carrying, Why.ABSENCE_PROVEN, ctx)
    return Step(back, tuple(label.text for label in back.carried))


def _may_land(case: Case, reading: Reading, ctx: Context) -> Step:
    """E3 and E7: it may have landed or still land. Never again by us; a person after 24 h."""
    intent = _intent(case)
    if ctx.now - intent.began_at >= ctx.rules.person_after:
        return Step(_unproven(case, ctx))
    why = Why.SAID_TO_EXIST if reading.evidence is Evidence.SAID_TO_EXIST else Why.NO_EVIDENCE
    held = case
    if case.phase is not Phase.UNVERIFIED:
        held = moved(case, Phase.UNVERIFIED, why, ctx.now, reading.text)
    return Step(_look_again(held, intent, ctx))


def _blind(case: Case, reading: Reading, ctx: Context) -> Step:
    """E11: the deadlines stand still until the report can be read again.

    Not so for one that is not returned: that may stay so for ever.
    """
    intent = _intent(case)
    if _is_blind(case, reading, ctx):
        waiting = replace(intent, unread_since=intent.unread_since or ctx.now)
        return _unreadable(replace(case, intent=waiting), reading, ctx)
    return _await(_missed(case, reading, ctx), reading, ctx)


def _refused(case: Case, reading: Reading, ctx: Context) -> Step:
    """E5: our attempt failed. It goes on only after a new look and a new sync, and once only.

    What it carries by now counts: it may have been retagged since the attempt.
    """
    texts = named_texts(case, reading) or tuple(label.text for label in case.carried)
    marks = _marks(case, reading, ctx)
    failed = replace(with_suspects(case, texts), failed=case.failed + marks)
    carrying = _with_labels(failed, _report(reading))
    back = _back_to_waiting(carrying, Why.FAILED_AGAIN, ctx, reading.text)
    if any(_twice(failed, mark) for mark in marks):
        return _to_person(Why.REFUSED_TWICE, back, reading, ctx)
    return Step(back, tuple(x.text for x in back.labels if not x.asked or x.text in texts))


def _marks(case: Case, reading: Reading, ctx: Context) -> tuple[Failed, ...]:
    """What an attempt of ours, refused for a project, counts against; whoever else tried since."""
    both = (*reading.problems, *reading.earlier)
    refusal = replace(reading, problems=tuple(p for p in both if p.code == PROJECT_CODE))
    if case.intent is None or not refusal.problems:
        return ()
    texts = named_texts(case, refusal) or tuple(label.text for label in case.carried)
    about = {_fix_of(text, ctx) for text in texts} | _fixes_tried(case, ctx)
    return tuple(_mark_under(*fix, refusal.signature, ctx) for fix in sorted(about))


def _twice(case: Case, mark: Failed) -> bool:
    return sum(replace(failed, step=mark.step) == mark for failed in case.failed) > 1


def _fix_of(text: str, ctx: Context) -> tuple[str, int]:
    """The project that a text names, and its epoch: what a failure counts against."""
    label = ctx.labels.get(text)
    found = label is not None and label.resolution.match is Match.PROJECT
    project = label.resolution.project_id if label and found else f"L#{text}"
    blocker = ctx.blockers.get(project)
    return project, blocker.epoch if blocker else 0


def _fixes_tried(case: Case, ctx: Context) -> set[tuple[str, int]]:
    """The fixes in whose step the attempt was, whatever its failure names."""
    return {(r.project_id, r.epoch) for r in ctx.recoveries.values() if case.report_id in r.members}


def _mark_under(project: str, epoch: int, signature: str, ctx: Context) -> Failed:
    recovery = ctx.recoveries.get(project)
    current = recovery.step if recovery and recovery.epoch == epoch else 0
    return Failed(project, epoch, current, signature)


def _unproven(case: Case, ctx: Context) -> Case:
    """A silent attempt counts against its fix like a refused one: see `canary`."""
    handed = moved(case, Phase.NEEDS_PERSON, Why.NOT_PROVEN, ctx.now)
    look = ctx.now + ctx.rules.reread_waiting
    return replace(handed, failed=case.failed + _silent(case, ctx), next_look=look)


def _silent(case: Case, ctx: Context) -> tuple[Failed, ...]:
    tried = sorted(_fixes_tried(case, ctx))
    return tuple(_mark_under(*fix, "no evidence", ctx) for fix in tried)


def _back_to_waiting(case: Case, why: Why, ctx: Context, detail: str = "") -> Case:
    """Where it may go again it is read at once, so that what fails from now on is seen to be new."""
    wait = 0 if ctx.rules.prove_absence else ctx.rules.reread_waiting
    free = replace(case, intent=None, known=None, next_look=ctx.now + wait)
    return moved(free, Phase.WAITING, why, ctx.now, detail)


def _look_again(case: Case, intent: Intent, ctx: Context) -> Case:
    began, rules = intent.began_at, ctx.rules
    overdue = ctx.now - began >= rules.unverified_after
    if case.phase is Phase.EXPORTING and overdue:
        case = moved(case, Phase.UNVERIFIED, Why.NO_EVIDENCE, ctx.now)
    look = ctx.now + backoff(rules.confirm, intent.looks)
    deadlines = [began + rules.unverified_after, began + rules.settle, began + rules.person_after]
    deadlines += [began + 2 * rules.settle] if case.report_id in ctx.proving else []
    nearest = min((at for at in deadlines if at > ctx.now), default=look)
    counted = replace(intent, looks=intent.looks + 1)
    return replace(case, intent=counted, next_look=min(look, nearest))


# --- needs a person --------------------------------------------------------------------------


def _keep(case: Case, reading: Reading, ctx: Context) -> Step:
    """Stays with the person; what is new is added to the evidence once."""
    met = _met(_there(case), reading, ctx)
    later = replace(met, next_look=ctx.now + ctx.rules.reread_person)
    if reading.report is None or not reading.problems:
        return Step(later)
    mark = baseline_of(reading.report)
    intent = replace(case.intent, baseline=mark) if case.intent else None
    marked = replace(later, intent=intent, known=None if intent else mark)
    return Step(noted(_renewed(marked, reading), Why.ADDED, ctx.now, reading.text))


def _refused_late(case: Case, reading: Reading, ctx: Context) -> Step:
    """E5, E6: our attempt, given up long ago, was refused. That counts against its fix, too."""
    kept = _keep(case, reading, ctx).case
    return Step(replace(kept, failed=case.failed + _marks(case, reading, ctx)))


def _renewed(case: Case, reading: Reading) -> Case:
    """Of a case of another kind: people have tried, and it is something else by now.

    NS0770 may be it: the case stays with people, who read of it in the catalogue's words.
    """
    codes = codes_of(reading.problems)
    if case.kind is not Kind.OTHER or set(codes) <= set(case.codes):
        return case
    return _with_codes(case, codes)


def _keep_quiet(case: Case, reading: Reading, ctx: Context) -> Step:
    """E9: wait. A project blocked again since, after a fix that did not take, is a new chance.

    People may export it by hand: no project that it carries is closed again until then.
    """
    met, asks = _carrying(_met(_there(case), reading, ctx), _report(reading))
    later = replace(met, next_look=ctx.now + ctx.rules.reread_person)
    if case.reason is Why.REFUSED_TWICE and _blocked_since(case, ctx):
        back = _back_to_waiting(replace(later, failed=()), Why.BLOCKED_AGAIN, ctx)
        return Step(back, tuple(label.text for label in back.carried))
    return Step(later, asks)


def _blocked_since(case: Case, ctx: Context) -> bool:
    """A project that refused it has a newer epoch than at its last refusal."""
    last: dict[str, int] = {}
    for failed in case.failed:
        last[failed.project_id] = max(failed.epoch, last.get(failed.project_id, 0))
    return any(p in ctx.blockers and ctx.blockers[p].epoch > epoch for p, epoch in last.items())


def _report(reading: Reading) -> Report:
    if reading.report is None:
        raise ValueError(f"{reading.evidence.name} needs a report")
    return reading.report


def _intent(case: Case) -> Intent:
    if case.intent is None:
        raise ValueError("a case in flight has an intent")
    return case.intent


def _through(case: Case, reading: Reading, ctx: Context) -> Step:
    """E1 while waiting: somebody was quicker, or an attempt of ours that was given up came late."""
    if reading.ours:
        return _end(Phase.RESOLVED, Why.EXPORTED, case, reading, ctx)
    return _end(Phase.CLOSED, Why.EXPORTED_BY_OTHERS, case, reading, ctx)


def _marked(case: Case, reading: Reading, ctx: Context) -> Step:
    """E4: by hand. What was refused before that counts against its fix all the same."""
    refused = replace(case, failed=case.failed + _marks(case, reading, ctx))
    return _end(Phase.CLOSED, Why.MARKED, refused, reading, ctx)


_closed_marked = partial(_end, Phase.CLOSED, Why.MARKED)
_closed_deleted = partial(_end, Phase.CLOSED, Why.DELETED)
_arrived = partial(_end, Phase.RESOLVED, Why.EXPORTED)
_arrived_unsaid = partial(_end, Phase.RESOLVED, Why.IN_NETSUITE)
_asked_in_netsuite = partial(_to_person, Why.IN_NETSUITE)
_asked_said_to_exist = partial(_to_person, Why.SAID_TO_EXIST)
_asked_deleted = partial(_to_person, Why.DELETED)

TABLE: dict[Evidence, Row] = {
    #                            waiting                       exporting, unverified   needs a person
    Evidence.EXPORTED: Row(_through, _arrived, _arrived),
    Evidence.IN_NETSUITE: Row(_asked_in_netsuite, _arrived_unsaid, _keep),
    Evidence.SAID_TO_EXIST: Row(_asked_said_to_exist, _may_land, _keep),
    Evidence.MARKED: Row(_closed_marked, _marked, _closed_marked),
    Evidence.PROJECT_REFUSED: Row(_failed_elsewhere, _refused, _refused_late),
    Evidence.OTHER_REFUSED: Row(_other_failure, _other_failure, _refused_late),
    Evidence.NOT_APPROVED: Row(_pause, _may_land, _pause),
    Evidence.ABSENT: Row(_closed_deleted, _asked_deleted, _closed_deleted),
    Evidence.NOTHING_NEW: Row(_refresh, _await, _keep_quiet),
    Evidence.UNREADABLE: Row(_unreadable, _blind, _unreadable),
}
