"""Planted mistakes about what people are asked for, and about retagged reports."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain import announce, by_mode, decide_notify, standing
from shared.domain.finding import Match
from shared.domain.notice import Role
from tests.simulation.planting import mistake, simple, swapped


@mistake("a retagged report's new label isn't looked at", "I2")
def _not_looked_at() -> Iterator[None]:
    right = standing._part

    def part(mine: Any, label: Any, blockers: Any) -> Any:
        found = right(mine, label, blockers)
        unnamed = found is Match.UNASKED and not mine.suspect
        return Match.NOT_FOUND if unnamed else found

    with swapped(standing, _part=part):
        yield


@mistake("a first notice before all labels are resolved", "I5")
def _too_early() -> Iterator[None]:
    right = by_mode.case_notices

    def notices(before: Any, after: Any, standings: Any, *more: Any) -> Any:
        ready = {name: replace(each, pending=False) for name, each in standings.items()}
        return right(before, after, ready, *more)

    with swapped(by_mode, case_notices=notices):
        yield


@mistake("only the administrator is asked where administrators retag", "I5")
def _submitter_left_out() -> Iterator[None]:
    right = announce._to_retaggers

    def to_retaggers(case: Any, tone: Any, *more: Any) -> Any:
        *_, people, _now = more
        told = right(case, tone, *more)
        alone = people.retag_by == "workspace_admin"
        return [n for n in told if not alone or n.role is not Role.SUBMITTER]

    with swapped(announce, _to_retaggers=to_retaggers):
        yield


simple("one mail per project", "I5", decide_notify, _in_one_mail=lambda letters: letters)
