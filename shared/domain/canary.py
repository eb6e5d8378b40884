"""How many reports may go at once after a fix: one, then ten, then twenties, each step proven."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.case import Case, Phase
from shared.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Refusals:
    """The failures of one report within a step."""

    report_id: str
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recovery:
    """The progress of one blocker's fix in one workspace; a new epoch starts it afresh.

    `members` are the reports of the present step; `proven` says that one of them arrived. `refused`:
    what failed within it, whatever became of those reports since.
    """

    project_id: str
    epoch: int
    step: int = 0
    members: tuple[str, ...] = ()
    proven: bool = False
    stopped: bool = False
    refused: tuple[Refusals, ...] = ()


def equal_failures(recovery: Recovery) -> int:
    """The largest number of equal failures within the present step."""
    counts = Counter(s for refusals in recovery.refused for s in refusals.signatures)
    return max(counts.values(), default=0)


def with_refusals(recovery: Recovery, cases: Iterable[Case], arrived: set[str]) -> Recovery:
    """The recovery with what the cases tell of the present step.

    The cases are written before the workspace, so a crash in between can't make us forget one; and
    what one told stays when it has ended, unless its export arrived after all.
    """
    known = {r.report_id: r for r in recovery.refused if r.report_id not in arrived}
    for case in (c for c in cases if c.report_id not in arrived):
        fresh = Refusals(case.report_id, _signatures(recovery, case))
        before = known.get(case.report_id)
        if len(fresh.signatures) > (len(before.signatures) if before else 0):
            known[case.report_id] = fresh
    return replace(recovery, refused=tuple(known[report_id] for report_id in sorted(known)))


def remembering(
    stored: tuple[Recovery, ...], after: Iterable[Recovery], ended: set[str]
) -> tuple[Recovery, ...]:
    """What is stored, with the failures of those cases that end in this look.

    It is stored before they are, for then they tell no more.
    """
    known = {recovery.project_id: recovery for recovery in stored}
    for recovery in after:
        news = {r.report_id: r for r in recovery.refused if r.report_id in ended}
        before = known.get(recovery.project_id)
        if before is None or before.epoch != recovery.epoch:
            before = Recovery(recovery.project_id, recovery.epoch)
        if not set(news.values()) <= set(before.refused):
            both = {r.report_id: r for r in before.refused} | news
            known[recovery.project_id] = replace(before, refused=tuple(both.values()))
    return tuple(known.values())


def still_stopped(recovery: Recovery, before: Iterable[Recovery]) -> bool:
    """It was before this look, and is."""
    fix = recovery.project_id, recovery.epoch
    known = any(r.stopped and (r.project_id, r.epoch) == fix for r in before)
    return recovery.stopped and known


def _signatures(recovery: Recovery, case: Case) -> tuple[str, ...]:
    present = recovery.project_id, recovery.epoch, recovery.step
    return tuple(f.signature for f in case.failed if (f.project_id, f.epoch, f.step) == present)


def advanced(
    recovery: Recovery, cases: Iterable[Case], arrived: set[str], rules: Rules
) -> Recovery:
    """The recovery after this look: stopped, on the next step, or where it was."""
    unfinished = {case.report_id: case for case in cases}
    recovery = with_refusals(recovery, unfinished.values(), arrived)
    if equal_failures(recovery) >= rules.equal_failures:
        return replace(recovery, stopped=True)
    proven = recovery.proven or bool(arrived & set(recovery.members))
    if any(_pending(unfinished.get(member)) for member in recovery.members):
        return replace(recovery, proven=proven)
    if not proven:
        return replace(recovery, members=())
    return Recovery(recovery.project_id, recovery.epoch, recovery.step + 1)


def _pending(case: Case | None) -> bool:
    return case is not None and case.phase in {Phase.EXPORTING, Phase.UNVERIFIED}


def room(recovery: Recovery, rules: Rules) -> int:
    """How many more reports the present step takes."""
    if recovery.stopped:
        return 0
    size = rules.steps[min(recovery.step, len(rules.steps) - 1)]
    return max(0, size - len(recovery.members))
