"""Something a person is told: channel-neutral; e-mail and SNS render it."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.clock import Millis
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
    ATTENTION = "attention"
    DIGEST = "digest"
    DONE = "done"


class Role(StrEnum):
    NETSUITE_ADMIN = "netsuite_admin"
    SUBMITTER = "submitter"
    WORKSPACE_ADMIN = "workspace_admin"
    OPERATOR = "operator"


_PER_CASE = frozenset({Tone.NEEDS_PERSON, Tone.OTHER_FAILURE})


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

    `parked`: the events that wait for settings; `detail`: what is wrong with those there are.
    """

    holds: bool
    told_before: bool = False
    reports: tuple[Stuck, ...] = ()
    people: int = 0
    project_id: str = ""
    project_name: str = ""
    entity_id: str = ""
    customer: str = ""
    label: str = ""
    status: str = ""
    candidates: tuple[str, ...] = ()
    parked: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice with what it is about: all that a channel needs to render it.

    `also`: further notices of the same matter, which it tells as well. `parts`: what a digest
    lists; those whose notice is pending are told by it, the others were told before.
    """

    notice: Notice
    subject: Subject
    also: tuple[Notice, ...] = ()
    parts: tuple["Letter", ...] = ()

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.notice, *self.also
