"""Mistakes about a report that spoils every answer that it is in."""

from collections.abc import Collection, Sequence

from shared.domain import decide_recover
from shared.domain.case import Case
from tests.simulation.planting import simple


def _all(due: Sequence[Case], most: int) -> list[Case]:
    return list(due)[:most]


def _read_well_or_not(case: Case, missed: Collection[str]) -> bool:
    return case.report_id not in missed


simple(
    "a bad report is asked for with the others for ever", "liveness", decide_recover, batch_of=_all
)
simple(
    "a bad report is exported with others", "liveness", decide_recover, _readable=_read_well_or_not
)
