"""Mistakes about what NetSuite proves."""

from collections.abc import Iterator
from typing import Any

from shared.domain import absence, decide_watch, proving
from shared.domain.absence import Answer
from tests.simulation.planting import mistake, simple, swapped


def _by_rows_alone(inquiry: Any, records: Any) -> Answer:
    there = any(record.text == inquiry.report_id for record in records)
    return Answer.HELD if there else Answer.ABSENT


simple("the positive control ignored", "I1", decide_watch, answer_of=_by_rows_alone)
simple("no fence", "I1", proving.Proving, _fenced_at=lambda _self, case: case.attempted_at)


class _Swapped:
    """Of what is held it is said that it is absent."""

    NONE, ABSENT, HELD = Answer.NONE, Answer.HELD, Answer.ABSENT


@mistake("column learned from one report", "I1")
def _from_one() -> Iterator[None]:
    with swapped(absence, LEARN_FROM=1), swapped(proving, LEARN_FROM=1):
        yield


simple("what NetSuite holds goes again", "I1", proving, Answer=_Swapped)


@mistake("what can't be told taken for absent", "I1")
def _untold() -> Iterator[None]:
    right = absence.answer_of

    def answer(inquiry: Any, records: Any) -> Answer:
        found = right(inquiry, records)
        return Answer.ABSENT if found is Answer.UNTOLD else found

    with swapped(decide_watch, answer_of=answer):
        yield


@mistake("a refusal proves that our export is over", "I1")
def _refused() -> Iterator[None]:
    """What a second export needed before there was a proof of absence."""
    right = proving.Proving.of

    def of(self: Any, case: Any) -> proving.Proof:
        return right(self, case) if case.in_flight else proving.Proof.ABSENT

    with swapped(proving.Proving, of=of):
        yield
