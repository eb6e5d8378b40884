"""What each mode makes of a look: whom it tells, what it records, and the clicks it asks for."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from shared.domain.announce import attention_notices, case_notices
from shared.domain.assist import Batch, batch_notices, batches, look_first, unasked, with_asked
from shared.domain.blocker import Blockers, Labels
from shared.domain.canary import Recovery, still_stopped
from shared.domain.case import Case, Phase
from shared.domain.clock import Millis
from shared.domain.intended import act_of, observed
from shared.domain.ladder import attended, with_ladder
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Tone
from shared.domain.rules import People, Rules
from shared.domain.standing import Standing, covered
from shared.domain.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Said:
    """`acts`: what we would do about each report; `asks`: for whose clicks people are asked."""

    standings: dict[str, Standing]
    acts: dict[str, str]
    asks: tuple[Batch, ...]
    people: People
    rules: Rules
    now: Millis

    def of(self, before: Case, after: Case, waiting: list[Case]) -> tuple[tuple[Notice, ...], Case]:
        """The notices about one case, and the case with what was said of it remembered."""
        put, told = self._said(before, after, waiting)
        marked = attended(with_ladder(before, told, put, self.now), self.rules, self.now)
        return (*put, *attention_notices(before, marked, self.now)), marked

    def _said(
        self, before: Case, after: Case, waiting: list[Case]
    ) -> tuple[tuple[Notice, ...], Case]:
        of_case, rules = (before, after, self.standings, waiting), self.rules
        if rules.mode is Mode.OBSERVE:
            return observed(*of_case, self.acts, self.people, rules, self.now)
        put, told = case_notices(*of_case, self.people, rules, self.now)
        if rules.mode is not Mode.ASSIST or told.phase is not Phase.WAITING:
            return put, told
        marks = {case.report_id: batch.mark for batch in self.asks for case in batch.cases}
        standing = self.standings.get(told.report_id)
        if standing is None or not standing.fixed:
            return put, unasked(told)
        return put, with_asked(told, marks, rules, self.now)

    def of_batches(self) -> list[Notice]:
        return [n for b in self.asks for n in batch_notices(b, self.people, self.rules, self.now)]


def may_say(notice: Notice, rules: Rules) -> bool:
    """Of a workspace as a whole. Who only observes tells of nothing but the set-up; and where
    people sync, no sync of ours is their concern.
    """
    if notice.tone is Tone.SYNC_STUCK:
        return rules.mode is Mode.AUTO
    return rules.mode is not Mode.OBSERVE or notice.tone is Tone.SETUP_FAULT


def unstopped(
    recovery: Recovery, before: Iterable[Recovery], rules: Rules, *, heard: bool
) -> Recovery:
    """A fix that is found stopped while nobody is told: it is found, and told, when they are.

    `heard`: it concerns somebody who may be. What failed within it stays known either way.
    """
    if still_stopped(recovery, before) or (heard and rules.mode is not Mode.OBSERVE):
        return recovery
    return replace(recovery, stopped=False)


def would_act(
    ready: Iterable[Case], standings: dict[str, Standing], workspace: Workspace
) -> dict[str, str]:
    """What we would do about each of the reports that stand fixed, were it ours to do."""
    return {
        case.report_id: act_of(
            look_first=look_first(case),
            covered=covered(case, standings[case.report_id], workspace.covered),
        )
        for case in ready
    }


def clicks_for(
    fixed: Iterable[Case], cases: Iterable[Case], labels: Labels, blockers: Blockers, rules: Rules
) -> tuple[Batch, ...]:
    if rules.mode is not Mode.ASSIST:
        return ()
    return batches((case for case in fixed if not look_first(case)), cases, labels, blockers)


def unseen_of(asks: Iterable[Batch], seen: Container[str]) -> tuple[str, ...]:
    """Nobody is asked to export what was exported meanwhile: these are to be read first."""
    return tuple(c.report_id for b in asks for c in b.cases if c.report_id not in seen)


def seen_of(asks: Iterable[Batch], seen: Container[str]) -> tuple[Batch, ...]:
    read = (replace(b, cases=tuple(c for c in b.cases if c.report_id in seen)) for b in asks)
    return tuple(batch for batch in read if batch.cases)
