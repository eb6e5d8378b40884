"""Which reports are asked for in one answer, so that a bad one keeps no other back.

Expensify answers about many reports at once, and one that its template or we can't cope with spoils
the whole answer. What was asked for in vain is asked for again by halves, and at last alone: then
it is that report, and only it has to wait.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.domain.case import Case
from shared.domain.clock import Millis
from shared.domain.evidence import Seen
from shared.domain.rules import Rules, backoff


def batch_of(due: Sequence[Case], most: int) -> list[Case]:
    """The first of those that are due, and beside it what was asked for in vain as often."""
    if not due:
        return []
    tries = due[0].misread
    return [case for case in due if case.misread == tries][: _size(tries, most)]


def with_reading(case: Case, seen: Seen, rules: Rules, now: Millis) -> Case:
    """Counts the answers of no use in a row. Alone in one, it waits longer each time."""
    if case.report_id in seen.official:
        return replace(case, misread=0) if case.misread else case
    if case.report_id not in seen.garbled:
        return case
    alone = case.misread - halvings(rules.read_batch)
    wait = backoff(rules.circuit, alone) if alone >= 0 else 0
    return replace(case, misread=case.misread + 1, next_look=now + wait)


def halvings(most: int) -> int:
    """After so many answers of no use a report is asked for alone."""
    return most.bit_length() - 1


def become_unreadable(before: Iterable[Case], after: Iterable[Case], rules: Rules) -> list[str]:
    """The reports that have by now been asked for alone, in vain, all the waits through."""
    limit = halvings(rules.read_batch) + len(rules.circuit)
    tries = {case.report_id: case.misread for case in before}
    return [c.report_id for c in after if tries.get(c.report_id, 0) < limit <= c.misread]


def _size(tries: int, most: int) -> int:
    return max(1, most >> tries)
