"""Mistakes in what we change in NetSuite."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from operate import withdrawal
from shared.domain import decide_reactivate, decide_recover, recover_table
from shared.domain.case import Case
from shared.domain.decide_reactivate import after_change, in_progress
from shared.domain.reactivation import Ended, Outcome, Reactivation, Stage, Until
from shared.workflows import reactivate, watch
from shared.workflows.reactivate import _Known, _Run
from tests.simulation.planting import mistake, simple, swapped

FOR_EVER = 2**60
"""An approval that never lapses."""


@mistake("a project opened without an approval", "I8")
def _unapproved() -> Iterator[None]:
    def everything(blockers: Iterable[Any]) -> tuple[tuple[Any, Reactivation], ...]:
        all_ = tuple(blockers)
        closed = (b for b in all_ if b.blocked and b.reactivation is None)
        made_up = tuple((b, Reactivation(b.epoch, "we ourselves", FOR_EVER)) for b in closed)
        return (*in_progress(all_), *made_up)

    with swapped(watch, in_progress=everything), swapped(reactivate, in_progress=everything):
        yield


simple(
    "a project changed before that is written down",
    "I8",
    reactivate,
    intended=lambda known, _at: known,
)


@mistake("a change repeated without a read in between", "I8")
def _repeated() -> Iterator[None]:
    def hasty(known: Any, changed: Any, at: int) -> Any:
        after = after_change(known, changed, at)
        return replace(after, asked=False) if changed.outcome is Outcome.UNKNOWN else after

    with swapped(reactivate, after_change=hasty):
        yield


@mistake("closes again what somebody edited", "I8")
def _edited() -> Iterator[None]:
    def careless(read: Any, _record: Any, _at: int) -> Any:
        return replace(read, stage=Stage.CLOSING)

    with swapped(decide_reactivate, _to_close=careless):
        yield


simple("closes again while reports wait", "I8", reactivate, waits=lambda *_: False)


@mistake("only a report that is approved and ours is seen to be retagged", "I8")
def _unseen() -> Iterator[None]:
    """Each of the two makes up for the other as far as the project is concerned."""

    def as_it_was(case: Case, _reading: Any) -> Case:
        return case

    with (
        swapped(recover_table, _carrying=lambda case, _report: (case, ())),
        swapped(decide_recover, with_retagged=as_it_was),
    ):
        yield


@mistake("closes again what may have been opened by others", "I8")
def _not_ours() -> Iterator[None]:
    right = decide_reactivate._opened

    def sure(known: Any, record: Any, at: int, *, sure: bool) -> Any:
        return right(known, record, at, sure=True)

    with swapped(decide_reactivate, _opened=sure):
        yield


@mistake("closes again what was approved for good", "I8")
def _for_good() -> Iterator[None]:
    right = decide_reactivate._opened

    def for_now(known: Any, record: Any, at: int, *, sure: bool) -> Any:
        opened = right(replace(known, until=Until.EXPORTED), record, at, sure=sure)
        return replace(opened, until=known.until)

    with swapped(decide_reactivate, _opened=for_now):
        yield


simple("projects changed whatever the mode and the switch", "I8", _Run, _acts=lambda _self: True)


@mistake("projects changed whatever the account's settings", "I8")
def _disallowed() -> Iterator[None]:
    def allowed(labels: Any, cases: Any, rules: Any, _allowed: bool) -> _Known:
        return _Known(labels, cases, rules, allowed=True)

    with swapped(reactivate, _Known=allowed):
        yield


simple("an approval taken back is carried out", "I8", withdrawal, withdrawn=lambda known, *_: known)

simple(
    "a reactivation that failed is told nobody",
    "liveness",
    reactivate,
    ending_notices=lambda *_: (),
)


@mistake("an intent forgotten by the next look", "I8 liveness")
def _forgotten() -> Iterator[None]:
    """What was asked for is taken for done."""

    def blind(known: Any, record: Any, at: int) -> Any:
        return (
            decide_reactivate.over(known, Ended.OPENED, at)
            if known.asked
            else right(known, record, at)
        )

    right = decide_reactivate.after_read
    with swapped(reactivate, after_read=blind):
        yield


@mistake("a change that holds taken for an open project", "I8")
def _held() -> Iterator[None]:
    right = decide_reactivate._opened

    def credulous(known: Any, record: Any, at: int, *, sure: bool) -> Any:
        opened = right(known, replace(record, inactive=False, allow_expenses=True), at, sure=sure)
        return opened if opened.after is None else replace(opened, after=record)

    with swapped(decide_reactivate, _opened=credulous):
        yield
