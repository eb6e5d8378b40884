"""Mistakes about what Expensify refuses us."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain.refusals import act_refused
from shared.workflows import recover
from tests.simulation.planting import mistake, simple, swapped


@mistake("a refusal doesn't stop its chunk", "refused")
def _goes_on() -> Iterator[None]:
    right = recover._Run._export

    def export(self: Any, *each: Any) -> None:
        right(self, *each)

    with swapped(recover._Run, _export=export):
        yield


@mistake("what was refused is asked for at once again", "refused")
def _at_once() -> Iterator[None]:
    def refused(*args: Any) -> Any:
        return replace(act_refused(*args), no_acts_until=args[-1])

    with swapped(recover, act_refused=refused):
        yield


@mistake("refusals in a row wait no longer", "refused")
def _as_the_first() -> Iterator[None]:
    def refused(workspace: Any, *more: Any) -> Any:
        return act_refused(replace(workspace, refusals=0), *more)

    with swapped(recover, act_refused=refused):
        yield


simple("nobody hears of a refused login", "refused", recover, is_operators=lambda *_: False)
