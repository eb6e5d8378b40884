"""How many reports may go at once after a fix: one, then ten, then twenties, each step proven."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.case import Case, Phase
from shared.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Recovery:
    """The progress of one blocker's fix in one workspace; a new epoch starts it afresh.

    `members` are the reports of the present step; `proven` says that one of them arrived.
    """

    project_id: str
    epoch: int
    step: int = 0
    members: tuple[str, ...] = ()
    proven: bool = False
    stopped: bool = False


def equal_failures(recovery: Recovery, cases: Iterable[Case]) -> int:
    """The largest number of equal failures within the present step.

    Counted from the cases, which are written before the workspace: a crash in between can't
    make us forget one.
    """
    counts: dict[str, int] = {}
    for case in cases:
        for failed in case.failed:
            if (failed.project_id, failed.epoch, failed.step) == _present(recovery):
                counts[failed.signature] = counts.get(failed.signature, 0) + 1
    return max(counts.values(), default=0)


def _present(recovery: Recovery) -> tuple[str, int, int]:
    return recovery.project_id, recovery.epoch, recovery.step


def advanced(
    recovery: Recovery, cases: Iterable[Case], arrived: set[str], rules: Rules
) -> Recovery:
    """The recovery after this look: stopped, on the next step, or where it was."""
    unfinished = {case.report_id: case for case in cases}
    if equal_failures(recovery, unfinished.values()) >= rules.equal_failures:
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
