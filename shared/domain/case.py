"""One report that is stuck, and the only ways in which its case may change."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.clock import Millis
from shared.domain.failure_text import PROJECT_REFUSED
from shared.domain.report import Baseline, Money

HISTORY_KEPT = 20
EVENTS_KEPT = 8
TRIED_KEPT = 4


class Phase(StrEnum):
    WAITING = "waiting"
    EXPORTING = "exporting"
    UNVERIFIED = "unverified"
    NEEDS_PERSON = "needs_person"
    RESOLVED = "resolved"
    CLOSED = "closed"


IN_FLIGHT = frozenset({Phase.EXPORTING, Phase.UNVERIFIED})
FINISHED = frozenset({Phase.RESOLVED, Phase.CLOSED})


class Kind(StrEnum):
    PROJECT = "project"
    """NS0770: ours to recover."""
    OTHER = "other"
    """Any other code or text: named and handed to people, never exported by us."""


class Why(StrEnum):
    """Why a case is where it is: the vocabulary of histories, events and notices."""

    OPENED = "opened"
    READ = "report read"
    ATTEMPT = "export asked for"
    CALL_UNKNOWN = "the export call's outcome is unknown"
    CALL_REFUSED = "the export call was refused"
    NO_EVIDENCE = "no evidence of the export yet"
    EXPORTED = "exported"
    EXPORTED_BY_OTHERS = "exported by somebody else"
    MARKED = "marked as exported by hand"
    DELETED = "the report is gone"
    IN_NETSUITE = "in NetSuite, not marked in Expensify"
    SAID_TO_EXIST = "NetSuite says that the record already exists"
    FAILED_AGAIN = "Expensify refused it again"
    REFUSED_TWICE = "the fix did not take"
    TRIED_ONCE = "exported once already, and refused"
    OTHER_FAILURE = "another failure"
    NOT_PROVEN = "can't be proven either way"
    ABSENCE_PROVEN = "proven not to have arrived"
    PAUSED = "not approved at the moment"
    BLOCKED_AGAIN = "its project was blocked again since"
    ADDED = "a further failure was reported"
    ATTENTION = "nobody acted on any reminder"
    RELEASED = "released"
    TOLD_LATE = "ignored: nothing is left to do since its case ended"
    EXPORTED_BEFORE = "exported or marked before its failure"
    ASKED = "people were asked to sync and to export"
    WOULD = "would have"


@dataclass(frozen=True, slots=True)
class CaseLabel:
    """A text that names a project of this report.

    `used` counts the expenses that carry it (0: only a failure names it); `asked` is the look
    (see `Label.asked`) that must have been answered before the case may go on; `suspect` means
    that a failure named it or that its project was seen blocked.
    """

    text: str
    used: int = 0
    sums: tuple[Money, ...] = ()
    asked: int = 0
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """What we are about to ask of Expensify, written down before we ask."""

    attempt_id: str
    baseline: Baseline
    began_at: Millis
    looks: int = 0
    unread_since: Millis | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """One attempt of ours that Expensify refused, and under which fix."""

    project_id: str
    epoch: int
    step: int
    signature: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the case's history."""

    at: Millis
    phase: Phase
    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """How the episode before ended, while it isn't known yet whether anything happened since.

    `over`: see `Case`. The rest is what the case is given back if nothing did.
    """

    episode: int
    phase: Phase
    kind: Kind
    reason: Why | None
    over: tuple[Baseline, ...] = ()
    codes: tuple[str, ...] = ()
    labels: tuple[CaseLabel, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """`retags` counts the reads that found a label gone. `known` is where the history stood at the last known failure; None: the next read sets it.

    `retagged`: the labels that the last read showed and that aren't taken over in this phase.
    `doubtful`: its official history shows an export or a mark, maybe void by now.
    `tagged`: a read has seen its expenses carry labels. `alone_since`: since then no read
    returned it, nor a neighbour of its. `misread`: so many answers in a row, by the official face,
    were of no use: see `batches`. `named`: whatever was ever part of this episode's trouble.
    `attempts`: our exports that may have reached Expensify, in all of its episodes; `tried`: the
    ids of the latest, and `attempted_at` when the last was. `told` holds the `about@epoch` and `!reason` marks for which notices were
    put; `lapsed` the former marks, whose notices may have been dropped unsent since. `told_at`:
    when the last of its notices is told; `attention_at`: since when its reminders are over.
    `released_at`: when it was last released (invariant 12). `over`: where the history stood, by
    each face, when the case ended. `past`: opened again, and no read has shown yet by what.
    """

    workspace_id: str
    report_id: str
    account_id: str
    opened_at: Millis
    next_look: Millis
    episode: int = 1
    phase: Phase = Phase.WAITING
    kind: Kind = Kind.PROJECT
    version: int = 0
    report_name: str = ""
    submitter: str = ""
    labels: tuple[CaseLabel, ...] = ()
    named: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    read_at: Millis | None = None
    known: Baseline | None = None
    tagged: bool = False
    retags: int = 0
    retagged: tuple[str, ...] = ()
    absent_since: Millis | None = None
    alone_since: Millis | None = None
    misread: int = 0
    intent: Intent | None = None
    failed: tuple[Failed, ...] = ()
    attempts: int = 0
    tried: tuple[str, ...] = ()
    attempted_at: Millis = 0
    released_at: Millis = 0
    over: tuple[Baseline, ...] = ()
    past: Past | None = None
    doubtful: bool = False
    told: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()
    told_at: Millis | None = None
    attention_at: Millis | None = None
    paused: int = 0
    reason: Why | None = None
    ended_at: Millis | None = None
    history: tuple[Entry, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.workspace_id, self.report_id

    @property
    def in_flight(self) -> bool:
        return self.phase in IN_FLIGHT

    @property
    def waits_for_project(self) -> bool:
        """Whether it is ours to recover, and its report counts at the moment."""
        return self.kind is Kind.PROJECT and self.phase is Phase.WAITING and not self.paused

    @property
    def finished(self) -> bool:
        return self.phase in FINISHED

    @property
    def other_codes(self) -> tuple[str, ...]:
        """The codes that people must see to: of a project's case those beside NS0770."""
        if self.kind is Kind.OTHER:
            return self.codes or ("",)
        return tuple(code for code in self.codes if code != PROJECT_REFUSED)

    @property
    def matters(self) -> tuple[tuple[str, int], ...]:
        """About what, and in which epoch, notices were put in this episode."""
        marks = (
            m.rpartition("@") for m in dict.fromkeys((*self.lapsed, *self.told)) if m[0] != "!"
        )
        return tuple((about, int(epoch)) for about, _, epoch in marks)

    @property
    def carried(self) -> tuple[CaseLabel, ...]:
        """The labels that the expenses carry; of a report that never had one, the named ones.

        The project may stand on the report instead of its expenses, where no read shows it.
        """
        used = tuple(label for label in self.labels if label.used)
        return used if self.tagged else used or self.labels

    @property
    def may_carry(self) -> tuple[str, ...]:
        """The texts of those, and of what the report was given since."""
        return (*(label.text for label in self.carried), *self.retagged)


def moved(case: Case, phase: Phase, why: Why, now: Millis, detail: str = "") -> Case:
    """The case in another phase, with its line of history in the same write.

    What was said of the old phase may be dropped unsent: it is put again if that comes back.
    """
    entry = Entry(now, phase, why, detail)
    left = phase is not case.phase
    held = with_told(case, (m for m in case.told if m[0] != "!")) if left else case
    return replace(
        held,
        phase=phase,
        reason=why,
        ended_at=now if phase in FINISHED else None,
        history=(*case.history, entry)[-HISTORY_KEPT:],
    )


def noted(case: Case, why: Why, now: Millis, detail: str = "") -> Case:
    """The case as it was, with a line of history."""
    entry = Entry(now, case.phase, why, detail)
    return replace(case, history=(*case.history, entry)[-HISTORY_KEPT:])


def with_told(case: Case, marks: Iterable[str]) -> Case:
    """The case with these marks. What no longer holds lapses: it is put again if it returns."""
    told = tuple(dict.fromkeys(marks))
    if told == case.told:
        return case
    over = (mark for mark in case.told if mark not in told)
    return replace(case, told=told, lapsed=tuple(dict.fromkeys((*case.lapsed, *over))))


def with_asks(case: Case, numbers: dict[str, int]) -> Case:
    """The case, waiting for the looks that were just asked for."""
    if not numbers:
        return case
    labels = tuple(
        replace(label, asked=max(label.asked, numbers.get(label.text, 0))) for label in case.labels
    )
    return replace(case, labels=labels)


def with_suspects(case: Case, texts: Iterable[str]) -> Case:
    """The case, in which these texts are known to be part of the trouble."""
    named = tuple(dict.fromkeys(texts))
    known = {label.text: label.suspect for label in case.labels}
    if all(known.get(text) and text in case.named for text in named):
        return case
    labels = tuple(
        replace(label, suspect=True) if label.text in named else label for label in case.labels
    )
    fresh = tuple(CaseLabel(text, suspect=True) for text in named if text not in known)
    return replace(case, labels=labels + fresh, named=tuple(dict.fromkeys((*case.named, *named))))
