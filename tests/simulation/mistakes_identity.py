"""Planted mistakes about which project a label names, and about what stands above it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain import blocker, decide_watch, finding, standing
from shared.domain.finding import Match, Resolution
from shared.domain.identity import Identity
from tests.simulation.planting import mistake, simple, swapped

simple("a choice is ignored", "liveness", Identity, chosen=lambda *_: "")
simple("nothing seen taken for missing", "I4", decide_watch, _can_tell=lambda *_: True)


@mistake("an inactive customer is ignored", "I2")
def _owner() -> Iterator[None]:
    with (
        swapped(finding, inactive_owner=lambda _project: None),
        swapped(blocker, inactive_owner=lambda _project: None),
    ):
        yield


@mistake("a chosen project that is gone is matched by name", "I2 I4")
def _falls_back() -> Iterator[None]:
    right = decide_watch._by_alias

    def by_alias(chosen: str, look: Any, blockers: Any) -> Resolution:
        found = right(chosen, look, blockers)
        named = [row for row in look.rows if row.project_id != chosen]
        if found.match is Match.ALIAS_GONE and named:
            return Resolution(Match.PROJECT, named[-1].project_id)
        return found

    with swapped(decide_watch, _by_alias=by_alias):
        yield


@mistake("another subsidiary's project among equals", "I2 I4")
def _other_subsidiary() -> Iterator[None]:
    def last(found: Resolution, rows: Any, subsidiary: str) -> Resolution:
        if subsidiary and found.match is Match.AMBIGUOUS:
            return Resolution(Match.PROJECT, found.candidates[-1])
        return found

    with swapped(decide_watch, in_subsidiary=last):
        yield


@mistake("a project that is gone keeps its label", "liveness")
def _keeps() -> Iterator[None]:
    """Whoever made it anew, or merged it, waits for ever."""
    with swapped(decide_watch, _gone=lambda *_: False):
        yield


@mistake("what was chosen before counts until the answer", "I2 I4 I6")
def _chosen_before() -> Iterator[None]:
    right = standing._part

    def patient(mine: Any, label: Any, blockers: Any) -> Any:
        return right(mine, label and replace(label, valid_from=0), blockers)

    with swapped(standing, _part=patient):
        yield
