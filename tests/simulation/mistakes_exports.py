"""Planted mistakes about asking Expensify for something."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain import canary, decide_recover, evidence, syncing
from shared.domain.case import Phase, Why
from shared.domain.clock import ForeignTime
from shared.domain.evidence import PROJECT_CODE
from shared.domain.failure_text import FailureText, parse
from shared.domain.report import baseline_of
from shared.domain.standing import stand
from shared.domain.sync import Sync
from shared.domain.syncing import SyncPlan
from shared.errors import OutcomeUnknownError, RefusedError
from shared.workflows import recover
from tests.simulation.planting import mistake, simple, swapped


@mistake("retry after a timeout", "I1")
def _retry() -> Iterator[None]:
    right = recover._Run._note

    def note(self: Any, going: Any, phase: Phase, why: Why) -> None:
        if why is Why.CALL_UNKNOWN:
            going = replace(going, intent=None, attempts=going.attempts - 1)
            phase, why = Phase.WAITING, Why.CALL_REFUSED
        right(self, going, phase, why)

    with swapped(recover._Run, _note=note):
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

    with swapped(recover._Run, carry_out=carry_out):
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
    with swapped(decide_recover, **always):
        yield


@mistake("a foreign sync joined", "I2")
def _joined() -> Iterator[None]:
    right = syncing._begin

    def begin(workspace: Any, covers: Any, state: Any, rules: Any, now: int) -> SyncPlan:
        if state is None or not state.running or now < syncing._earliest(workspace, rules):
            return right(workspace, covers, state, rules, now)
        before = replace(state, running=False)
        theirs = Sync(asked_at=now, covers=covers, before=before, first_asked_at=now)
        return SyncPlan(replace(workspace, sync=theirs), due=now + rules.sync_poll)

    with swapped(syncing, _begin=begin):
        yield


@mistake("clocks compared across services", "I1 I11 liveness")
def _clocks() -> Iterator[None]:
    def by_our_clock(report: Any, upto: Any = None) -> Any:
        base, at = baseline_of(report, upto), report.read_at
        return replace(base, last_at=ForeignTime(f"{at // 1000}.{at % 1000:03d}"), ids_at_last=())

    with swapped(decide_recover, baseline_of=by_our_clock):
        yield


@mistake("NS0034 taken as failure", "I1 I9")
def _exists() -> Iterator[None]:
    def as_refusal(text: str) -> FailureText:
        found = parse(text)
        problems = (
            replace(p, code=PROJECT_CODE) if p.code == "NS0034" else p for p in found.problems
        )
        return replace(found, problems=tuple(problems))

    with swapped(evidence, parse=as_refusal):
        yield


@mistake("a refused export goes again in the same look", "I2 I6")
def _same_look() -> Iterator[None]:
    def standing(change: Any, known: Any) -> Any:
        return stand(change.after, known.labels, known.blockers)

    with swapped(decide_recover, _standing=standing):
        yield


simple("canary skipped", "I6", decide_recover, room=lambda *_: 20)
simple("two equal refusals go on", "I6", canary, equal_failures=lambda *_: 0)
simple("a flipping project isn't left to people", "I6", decide_recover, restless=lambda *_: False)
simple("kill switch read too early", "I12", recover._Run, _may_act=lambda _self: True)


@mistake("window exceeded", "I6")
def _window() -> Iterator[None]:
    right: Any = decide_recover._chunk

    def chunk(*args: Any) -> Any:
        *others, rules, now = args
        return right(*others, replace(rules, window=10_000), now)

    with swapped(decide_recover, _chunk=chunk):
        yield


@mistake("act_since ignored", "I12")
def _act_since() -> Iterator[None]:
    right: Any = decide_recover._fixed

    def fixed(*args: Any) -> Any:
        *others, rules, now = args
        return right(*others, replace(rules, act_since=0), now)

    with swapped(decide_recover, _fixed=fixed):
        yield
