"""Something a person is told: channel-neutral; e-mail and SNS render it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.clock import Millis
from shared.domain.finding import Owner
from shared.domain.reactivation import Reactivation
from shared.domain.report import Money


class Tone(StrEnum):
    """What the notice wants of its reader."""

    REACTIVATE = "reactivate"
    RETAG = "retag"
    FIX_DID_NOT_TAKE = "fix_did_not_take"
    NEEDS_PERSON = "needs_person"
    SYNC_STUCK = "sync_stuck"
    SETUP_FAULT = "setup_fault"
    OTHER_FAILURE = "other_failure"
    ASSIST = "assist"
    ATTENTION = "attention"
    DIGEST = "digest"
    REACTIVATION = "reactivation"
    DONE = "done"


class Role(StrEnum):
    NETSUITE_ADMIN = "netsuite_admin"
    SUBMITTER = "submitter"
    WORKSPACE_ADMIN = "workspace_admin"
    OPERATOR = "operator"


_PER_CASE = frozenset({Tone.NEEDS_PERSON, Tone.OTHER_FAILURE, Tone.ASSIST})


@dataclass(frozen=True, slots=True)
class Notice:
    """`about` is what it is told of: `P#<project>`, `L#<label>` or `W#<what>`; `epoch` its turn.

    At most one per person, account, about, epoch, step, rung and tone, though several workspaces of
    the account put it: `workspace_id` is the first one. `step` is the number of the case that needs
    a person. `rung`: which reminder it is (0: none), of what was told `since`. `listed`: the
    reports that it named when it was sent; `told_in`: the id of the notice in whose mail it was.
    """

    person: str
    role: Role
    tone: Tone
    workspace_id: str
    account_id: str
    about: str
    epoch: int
    created_at: Millis
    send_after: Millis
    step: int = 0
    sent_at: Millis | None = None
    dropped: str = ""
    listed: tuple[str, ...] = ()
    rung: int = 0
    since: Millis | None = None
    told_in: str = ""

    @property
    def matter(self) -> tuple[str, ...]:
        """Pending notices of one matter are told in one go."""
        same_case = "" if self.tone in _PER_CASE else f"{self.epoch}#{self.step}"
        return self.tone, self.account_id, self.about, same_case

    @property
    def id(self) -> str:
        first = f"{self.tone}#{self.account_id}#{self.about}#{self.epoch}#{self.step}"
        return f"{first}#R{self.rung}" if self.rung else first

    @property
    def pending(self) -> bool:
        return self.sent_at is None and not self.dropped


ALSO_PROJECT = "also_project"
"""As a subject's status: all of its reports wait for a project as well, so that we go on."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A report as a notice lists it."""

    report_id: str
    name: str
    submitter: str
    sums: tuple[Money, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is true of the notice's matter at the moment of sending.

    `quiet`: the workspace's mode keeps it back for now. `parked`: the events that wait for settings;
    `detail`: what is wrong with those there are. `choices` describe the candidates; `chosen`: the
    project that an alias names and that is gone. `owner`: the inactive customer or parent. `closed`:
    the project's status says so, too. `reactivation`: by which we opened the project, or didn't.
    """

    holds: bool
    told_before: bool = False
    quiet: bool = False
    reports: tuple[Stuck, ...] = ()
    people: int = 0
    project_id: str = ""
    project_name: str = ""
    entity_id: str = ""
    customer: str = ""
    label: str = ""
    status: str = ""
    candidates: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    chosen: str = ""
    owner: Owner | None = None
    closed: bool = False
    parked: int = 0
    detail: str = ""
    reactivation: Reactivation | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice with what it is about: all that a channel needs to render it.

    `also`: further notices of the same matter, which it tells as well. `parts`: further matters,
    each with its own subject, that go out in the same mail. A digest lists in them what was told
    before, too: those aren't pending.
    """

    notice: Notice
    subject: Subject
    also: tuple[Notice, ...] = ()
    parts: tuple["Letter", ...] = ()

    @property
    def each(self) -> tuple["Letter", ...]:
        """Matter by matter, its own first."""
        return (replace(self, parts=()), *self.parts)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All that it is about, those of its parts included."""
        return tuple(n for part in self.each for n in (part.notice, *part.also))
