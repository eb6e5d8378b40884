"""Mistakes planted on purpose, one at a time: the checker must catch every one of them.

Each takes the place of a right piece of ours for as long as its context is open.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from shared.domain import (
    admit,
    announce,
    canary,
    decide_notify,
    decide_recover,
    decide_watch,
    evidence,
    syncing,
)
from shared.domain.admit import Admission
from shared.domain.case import Phase, Why
from shared.domain.evidence import PROJECT_CODE, Evidence
from shared.domain.failure_text import FailureText, parse
from shared.domain.finding import Match, Resolution, resolve
from shared.domain.report import ForeignTime, baseline_of
from shared.domain.standing import stand
from shared.domain.sync import Sync
from shared.domain.syncing import SyncPlan
from shared.errors import OutcomeUnknownError, RefusedError
from shared.workflows import recover
from shared.workflows.intake import Intake
from tests.simulation.queues import FifoQueue
from tests.simulation.table_cases import SimCases
from tests.simulation.table_rows import SimRows

type Plant = Callable[[], Iterator[None]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """`breaks`: the invariants by one of which it must be caught; anything else is luck."""

    plant: Callable[[], AbstractContextManager[None]]
    breaks: tuple[str, ...]


MISTAKES: dict[str, Mistake] = {}


def mistake(name: str, breaks: str) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        MISTAKES[name] = Mistake(contextmanager(plant), tuple(breaks.split()))
        return plant

    return register


@contextmanager
def _swapped(owner: Any, **wrong: Any) -> Iterator[None]:
    right = {name: getattr(owner, name) for name in wrong}
    for name, value in wrong.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in right.items():
            setattr(owner, name, value)


def _simple(name: str, breaks: str, owner: Any, **wrong: Any) -> None:
    MISTAKES[name] = Mistake(lambda: _swapped(owner, **wrong), tuple(breaks.split()))


# --- exports ---------------------------------------------------------------------------------


@mistake("retry after a timeout", "I1")
def _retry() -> Iterator[None]:
    right = recover._Run._note

    def note(self: Any, going: Any, phase: Phase, why: Why) -> None:
        if why is Why.CALL_UNKNOWN:
            going, phase, why = replace(going, intent=None), Phase.WAITING, Why.CALL_REFUSED
        right(self, going, phase, why)

    with _swapped(recover._Run, _note=note):
        yield


@mistake("a chunk retried as a whole", "I1")
def _whole_chunk() -> Iterator[None]:
    right = recover._Run.carry_out

    def carry_out(self: Any, plan: Any) -> int:
        due = right(self, plan)
        for export in plan.exports:
            case = self.of.cases.get(export.after.workspace_id, export.after.report_id)
            if case.reason is Why.CALL_UNKNOWN:
                _again(self, plan)
                break
        return due

    with _swapped(recover._Run, carry_out=carry_out):
        yield


def _again(run: Any, plan: Any) -> None:
    for export in plan.exports:
        try:
            run.expensify.app.export(export.after.report_id, export.after.intent.attempt_id)
        except (OutcomeUnknownError, RefusedError):
            continue


@mistake("export without a sync", "I2")
def _no_sync() -> Iterator[None]:
    always = {"covered": lambda *_: True, "_may_export": lambda *_: True}
    with _swapped(decide_recover, **always):
        yield


@mistake("a foreign sync joined", "I2")
def _joined() -> Iterator[None]:
    right = syncing._begin

    def begin(workspace: Any, covers: Any, state: Any, rules: Any, now: int) -> SyncPlan:
        if state is None or not state.running or now < syncing._earliest(workspace, rules):
            return right(workspace, covers, state, rules, now)
        theirs = Sync(asked_at=now, covers=covers, before=state, first_asked_at=now)
        return SyncPlan(replace(workspace, sync=theirs), due=now + rules.sync_poll)

    with _swapped(syncing, _begin=begin):
        yield


@mistake("clocks compared across services", "I1")
def _clocks() -> Iterator[None]:
    def by_our_clock(report: Any, upto: Any = None) -> Any:
        base, at = baseline_of(report, upto), report.read_at
        return replace(base, last_at=ForeignTime(f"{at // 1000}.{at % 1000:03d}"), ids_at_last=())

    with _swapped(decide_recover, baseline_of=by_our_clock):
        yield


@mistake("NS0034 taken as failure", "I1")
def _exists() -> Iterator[None]:
    def as_refusal(text: str) -> FailureText:
        found = parse(text)
        problems = (replace(p, code=PROJECT_CODE) if p.code == "NS0034" else p for p in found.problems)
        return replace(found, problems=tuple(problems))

    with _swapped(evidence, parse=as_refusal):
        yield


@mistake("a refused export goes again in the same look", "I2 I6")
def _same_look() -> Iterator[None]:
    def standing(change: Any, known: Any) -> Any:
        return stand(change.after, known.labels, known.blockers)

    with _swapped(decide_recover, _standing=standing):
        yield


_simple("canary skipped", "I6", decide_recover, room=lambda *_: 20)
_simple("two equal refusals go on", "I6", canary, equal_failures=lambda *_: 0)
_simple("a flipping project isn't left to people", "I6", decide_recover, restless=lambda *_: False)
_simple("kill switch read too early", "I12", recover._Run, _may_act=lambda _self: True)


@mistake("window exceeded", "I6")
def _window() -> Iterator[None]:
    right = decide_recover._chunk

    def chunk(*args: Any) -> Any:
        *others, rules, now = args
        return right(*others, replace(rules, window=10_000), now)

    with _swapped(decide_recover, _chunk=chunk):
        yield


@mistake("act_since ignored", "I12")
def _act_since() -> Iterator[None]:
    right = decide_recover._fixed

    def fixed(*args: Any) -> Any:
        *others, rules, now = args
        return right(*others, replace(rules, act_since=0), now)

    with _swapped(decide_recover, _fixed=fixed):
        yield


# --- the table and the queues ----------------------------------------------------------------

_simple("unconditional case write", "I1", SimCases, store=SimCases.overwrite)


@mistake("a duplicate skips the later steps", "I3 liveness")
def _duplicate() -> Iterator[None]:
    right = Intake._admit

    def admit_once(self: Any, failure: Any, settings: Any) -> None:
        existing = self.cases.get(failure.workspace_id, failure.report_id)
        if existing is None or failure.event_id not in existing.events:
            right(self, failure, settings)

    with _swapped(Intake, _admit=admit_once):
        yield


@mistake("a wake-up skipped though it was sent after the look began", "I3")
def _skipped() -> Iterator[None]:
    right = SimRows.finish

    def finish(self: Any, *key: Any, looked_at: int, **more: Any) -> None:
        right(self, *key, looked_at=self._stage.clock() + 2000, **more)

    with _swapped(SimRows, finish=finish):
        yield


@mistake("a run ends with no due", "I3")
def _ends_undue() -> Iterator[None]:
    right = SimRows.finish

    def finish(self: Any, *key: Any, due: int | None, **more: Any) -> None:
        right(self, *key, due=None, **more)

    with _swapped(SimRows, finish=finish):
        yield


@mistake("a run crashes with no due", "I3")
def _crashes_undue() -> Iterator[None]:
    right = SimRows.arm

    def arm(self: Any, reconciler: Any, key: str, due: int | None) -> None:
        right(self, reconciler, key, None)  # type: ignore[arg-type]

    with _swapped(SimRows, arm=arm):
        yield


@mistake("two runs of one key at a time", "I5")
def _two_runs() -> Iterator[None]:
    right = FifoQueue.__init__

    def init(self: Any, *args: Any) -> None:
        right(self, *args)
        self.one_at_a_time = False

    with _swapped(FifoQueue, __init__=init):
        yield


# --- what is known ---------------------------------------------------------------------------


@mistake("episode ignored", "liveness")
def _episode() -> Iterator[None]:
    with _swapped(admit, _reopened=lambda *_: Admission(None, (), "duplicate")):
        yield


@mistake("absent taken as deleted on a partial read", "I4 liveness")
def _absent() -> Iterator[None]:
    right = decide_recover.weigh

    def weigh(case: Any, seen: Any, *more: Any) -> Any:
        reading = right(case, seen, *more)
        if reading and reading.evidence is Evidence.UNREADABLE and case.report_id in seen.absent:
            return replace(reading, evidence=Evidence.ABSENT)
        return reading

    with _swapped(decide_recover, weigh=weigh):
        yield


@mistake("alias by first hit", "I4")
def _first_hit() -> Iterator[None]:
    def first(label: str, projects: Any) -> Resolution:
        found = resolve(label, projects)
        if found.match is Match.AMBIGUOUS:
            return Resolution(Match.PROJECT, found.candidates[0])
        return found

    with _swapped(decide_watch, resolve=first):
        yield


@mistake("attention stops watching", "liveness")
def _attention() -> Iterator[None]:
    with _swapped(decide_watch, _open=lambda label, *_: label.pending):
        yield


# --- people ----------------------------------------------------------------------------------

_simple("notice not checked again", "I5", decide_notify, _drop=lambda _letter: "")
_simple("recipients of any domain", "I5", announce, _within=lambda _people, addresses: list(addresses))
