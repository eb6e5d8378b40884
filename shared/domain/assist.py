"""`assist`: a report stands fixed, so its workspace's administrators get the clicks, once.

Reports that stand fixed together are one batch, told by one notice. Later ones of the same project
gather, so that a trickle isn't a mail each.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.domain.announce import OPERATORS, clickers
from shared.domain.blocker import Blockers, Labels
from shared.domain.case import Case, Kind, Phase, Why, noted, with_told
from shared.domain.clock import Millis
from shared.domain.notice import Notice, Role, Tone
from shared.domain.rules import People, Rules
from shared.domain.standing import canaries


@dataclass(frozen=True, slots=True)
class Batch:
    """`epoch` is its number: what tells it apart from the other batches about the same."""

    about: str
    epoch: int
    cases: tuple[Case, ...]
    late: bool

    @property
    def mark(self) -> str:
        return f"{self.about}@{self.epoch}"


def clicks_about(case: Case, labels: Labels, blockers: Blockers) -> str:
    """`W#<workspace>#<project>:<its epoch>`. What was retagged is the workspace's: `W#<ws>#@`."""
    project = canaries(case, labels, blockers)[0]
    if case.retags or project.startswith("@"):
        return f"W#{case.workspace_id}#@"
    return f"W#{case.workspace_id}#{project}:{blockers[project].epoch}"


def project_of(about: str) -> str:
    """The project of `clicks_about`; empty for what was retagged."""
    return about.rpartition("#")[2].partition(":")[0].removeprefix("@")


def may_be_asked(case: Case) -> bool:
    """Whether people may be told to export it without looking in NetSuite first."""
    waits = case.phase is Phase.WAITING and case.kind is Kind.PROJECT and not case.paused
    return waits and not look_first(case)


def look_first(case: Case) -> bool:
    """Whether NetSuite may hold it: by an attempt of ours, or by an earlier export of anybody."""
    return bool(case.attempts) or case.doubtful


def asked(case: Case, about: str) -> bool:
    return any(mark.startswith(f"{about}@") for mark in case.told)


def batches(
    ready: Iterable[Case], cases: Iterable[Case], labels: Labels, blockers: Blockers
) -> tuple[Batch, ...]:
    """Of the `ready` ones, the oldest first, those for which nobody was asked for the clicks."""
    new: dict[str, list[Case]] = {}
    for case in ready:
        about = clicks_about(case, labels, blockers)
        if not asked(case, about):
            new.setdefault(about, []).append(case)
    known = tuple(cases)
    return tuple(
        Batch(
            about,
            _number(about, waiting),
            tuple(waiting),
            late=any(asked(case, about) for case in known),
        )
        for about, waiting in new.items()
    )


def _number(about: str, batch: Iterable[Case]) -> int:
    """Of exactly these: a look that dies before all of them have their mark leaves fewer, and those
    are another batch.
    """
    names = (f"{case.report_id}/{case.episode}/{case.retags}" for case in batch)
    return int.from_bytes(hashlib.sha256(" ".join([about, *names]).encode()).digest()[:4])


def batch_notices(batch: Batch, people: People, rules: Rules, now: Millis) -> list[Notice]:
    """To the operators if the workspace has nobody who may be written to."""
    case = batch.cases[0]
    after = (now // rules.ask_again + 1) * rules.ask_again if batch.late else now
    who = dict.fromkeys(clickers(people), Role.WORKSPACE_ADMIN)
    return [
        Notice(
            person,
            role,
            Tone.ASSIST,
            case.workspace_id,
            case.account_id,
            batch.about,
            batch.epoch,
            now,
            send_after=after,
        )
        for person, role in (who or {OPERATORS: Role.OPERATOR}).items()
    ]


def with_asked(case: Case, marks: Mapping[str, str], rules: Rules, now: Millis) -> Case:
    """The case, with its batch's mark if it has just got one, and read again soon.

    `marks`: by report, of the batches of this look.
    """
    mark = marks.get(case.report_id)
    if mark is not None:
        case = noted(with_told(case, (*case.told, mark)), Why.ASKED, now)
    if not any(told.startswith("W#") for told in case.told):
        return case
    soon = now + _wait(case, rules, now)
    return replace(case, next_look=soon) if soon < case.next_look else case


def unasked(case: Case) -> Case:
    """It doesn't stand fixed any more, or that is to be seen: once it does, the clicks are due."""
    return with_told(case, (mark for mark in case.told if not mark.startswith("W#")))


def _wait(case: Case, rules: Rules, now: Millis) -> Millis:
    """Less and less often: what nobody does within hours is seldom done in minutes."""
    since = max((e.at for e in case.history if e.why is Why.ASKED), default=0)
    return min(rules.reread_waiting, max(rules.reread_asked, (now - since) // 4))
