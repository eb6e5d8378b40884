"""Planted mistakes about the modes of a workspace."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain import assist, by_mode, decide_recover, intended
from shared.domain.announce import case_notices
from shared.domain.case import Why, noted
from shared.domain.rules import Rules
from shared.workflows import recover, truth
from tests.simulation.planting import mistake, simple, swapped

simple("assist syncs and exports", "I12", Rules, acting=property(lambda rules: rules.acts))
simple("mode read too early", "I12", recover._Run, _may_act=lambda run: run.of.acting())
simple("mode not checked again when sent", "I12", truth, may_tell=lambda *_: True)
simple("nobody asked for the clicks", "liveness", decide_recover, clicks_for=lambda *_: ())


@mistake("people asked to export what was through once", "I1")
def _look_first() -> Iterator[None]:
    never: dict[str, Any] = {"look_first": lambda _case: False}
    with swapped(decide_recover, **never), swapped(assist, **never), swapped(by_mode, **never):
        yield


@mistake("a look that observes tells people", "I12")
def _tells() -> Iterator[None]:
    """And puts it, so that it goes out: what is only put waits until somebody may be told."""

    def loud(before: Any, after: Any, standings: Any, waiting: Any, _acts: Any, *more: Any) -> Any:
        return case_notices(before, after, standings, waiting, *more)

    with swapped(by_mode, observed=loud), swapped(truth, may_tell=lambda *_: True):
        yield


@mistake("a line per look of what would have been", "I12")
def _chatty() -> Iterator[None]:
    def always(case: Any, step: str, now: int) -> Any:
        return noted(case, Why.WOULD, now, step) if step else case

    with swapped(intended, _with_step=always):
        yield


@mistake("what lapsed while we observed is never told", "liveness")
def _lost() -> Iterator[None]:
    """Told marks are kept, whatever became of the notices."""
    right = intended.observed

    def keeps(before: Any, after: Any, *more: Any) -> Any:
        would = case_notices(before, replace(after, told=()), more[0], more[1], *more[3:])[1]
        notices, quiet = right(before, after, *more)
        return notices, replace(quiet, told=would.told)

    with swapped(by_mode, observed=keeps):
        yield


@mistake("an address in what would have been", "I10")
def _address() -> Iterator[None]:
    right = intended._told

    def told(notices: Any) -> list[str]:
        return [*right(notices), *(n.person for n in notices)]

    with swapped(intended, _told=told):
        yield
