"""What one report waits for, in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from operate.live import moment
from shared.adapters.mail.wording import shown
from shared.domain.blocker import Blocker, Blockers, Label, Labels, restless
from shared.domain.case import Case, Phase, Why
from shared.domain.clock import Millis
from shared.domain.finding import Match, Status
from shared.domain.held import held
from shared.domain.mode import Mode
from shared.domain.rules import Rules
from shared.domain.standing import stand
from shared.domain.workspace import Workspace

_BLOCKED = {
    Status.INACTIVE: "is inactive",
    Status.EXPENSES_OFF: "takes no expenses",
    Status.OWNER_INACTIVE: "stands under what is inactive",
    Status.GONE: "is no longer in NetSuite",
}
_UNNAMED = {
    Match.NOT_FOUND: "names no project that is found",
    Match.AMBIGUOUS: "can mean several projects",
    Match.ALIAS_GONE: "was given a project that is gone",
}
_FIXED = {
    Mode.AUTO: "nothing blocks it any more; we sync and export",
    Mode.ASSIST: "nothing blocks it any more; the workspace's administrators sync and export",
    Mode.OBSERVE: "nothing blocks it any more; we only observe",
}


@dataclass(frozen=True, slots=True)
class Remembered:
    workspace: Workspace
    labels: Labels
    blockers: Blockers
    rules: Rules
    now: Millis

    def troubles(self) -> Iterator[str]:
        """What keeps the whole workspace from moving."""
        known, now = self.workspace, self.now
        if known.quiet_until > now:
            yield f"Expensify isn't read until {moment(known.quiet_until)}: {known.fault}"
        if known.no_acts_until > now:
            yield f"nothing is asked for until {moment(known.no_acts_until)}: {known.refused_as}"
        if known.sync is not None and known.sync.given_up:
            yield f"the sync of {moment(known.sync.first_asked_at)} doesn't come to an end"


def wait_of(case: Case, known: Remembered) -> str:
    """The same for reports that wait for the same."""
    if case.past is not None:
        return "reported again after its end; not known yet whether anything is left to do"
    if held(case, known.rules.act_since):
        return "held back until `make release`"
    if case.in_flight:
        return "its export was asked for; not proven yet"
    if case.phase is Phase.NEEDS_PERSON:
        return f"needs a person: {_reason(case)}"
    if case.paused:
        return str(Why.PAUSED)
    return _standing(case, known)


def _reason(case: Case) -> str:
    codes = ", ".join(code or "no code" for code in case.other_codes)
    return f"{case.reason} ({codes})" if case.reason is Why.OTHER_FAILURE else str(case.reason)


def _standing(case: Case, known: Remembered) -> str:
    standing = stand(case, known.labels, known.blockers)
    blocked = [_blocked(b) for b in standing.blocked] + [_unnamed(x) for x in standing.unnamed]
    if blocked:
        return "; ".join(sorted(blocked))
    if standing.pending:
        return "not looked up in NetSuite yet"
    opened = {x.project_id for x in standing.covers} & known.blockers.keys()
    left = [_left(known.blockers[project], known) for project in sorted(opened)]
    if any(left):
        return "; ".join(filter(None, left))
    if known.rules.mode is Mode.AUTO and not known.rules.acting:
        return "nothing blocks it any more; `make acts-on` lets us sync and export"
    return _FIXED[known.rules.mode]


def _blocked(blocker: Blocker) -> str:
    under = f" ({blocker.owner.kind} {blocker.owner.record_id})" if blocker.owner else ""
    ruled = ", and stays so" if blocker.stays_closed else ""
    return f"{_project(blocker)} {_BLOCKED[blocker.status]}{under}{ruled}"


def _left(blocker: Blocker, known: Remembered) -> str:
    """Why it is left to people although it is open; empty: it isn't."""
    stopped = {r.project_id for r in known.workspace.recoveries if r.stopped}
    if blocker.project_id in stopped:
        return f"{_project(blocker)}: {Why.REFUSED_TWICE}"
    if restless(blocker, known.rules.flips_per_day, known.now):
        return f"{_project(blocker)} was closed too often within a day; left to people for that day"
    return ""


def _project(blocker: Blocker) -> str:
    return f"project {blocker.project_id} “{shown(blocker.name)}”"


def _unnamed(label: Label) -> str:
    return f"“{shown(label.text)}” {_UNNAMED[label.resolution.match]}"
