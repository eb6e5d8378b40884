"""A reactivation that somebody approved: what was asked of NetSuite, and what became of it.

approved ─▶ opening ─▶ open ─▶ closing ─▶ over       (for good: over as soon as it is open)
"""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.clock import SECOND, Millis

KEPT = 5
"""The approvals of one project that are kept, with what was done."""


class Until(StrEnum):
    """For how long the project is to be open."""

    GOOD = "good"
    EXPORTED = "exported"


class Stage(StrEnum):
    APPROVED = "approved"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    OVER = "over"


class Ended(StrEnum):
    """How it ended. Of all that people must be told, `TOLD` says so."""

    OPENED = "opened"
    CLOSED = "closed"
    """Closed again: it holds once more what it held before."""

    OPEN_ALREADY = "open already"
    RULED_OUT = "said to stay closed"
    WITHDRAWN = "withdrawn"
    """Somebody took the approval back: what was done by then stays as it is."""

    LAPSED = "lapsed"
    """It couldn't be done in time: see `decide_reactivate.HOLDS`."""

    UNTOLD = "not shown"
    """NetSuite doesn't show us whether the project is inactive."""

    GONE = "gone"
    REFUSED = "refused"
    NOT_TAKEN = "not taken"
    """NetSuite accepted the change, and the project is closed all the same."""

    NO_ANSWER = "no answer"
    LEFT_ALONE = "left alone"
    """Somebody else changed the project since."""

    UNSURE = "unsure"
    """It is open, and may have been opened by somebody else: then it isn't ours to close."""

    NOT_CLOSED = "not closed"
    """NetSuite refused to have it closed again, or didn't take that."""

    TOO_LONG = "too long"
    """Reports have waited for it so long that closing it is left to people."""


TOLD = frozenset(Ended) - {
    Ended.OPENED,
    Ended.CLOSED,
    Ended.OPEN_ALREADY,
    Ended.RULED_OUT,
    Ended.WITHDRAWN,
}


class Outcome(StrEnum):
    """Of one change. After `NOT_SENT`, `REFUSED` and `ABSENT` nothing was done by us."""

    DONE = "done"
    NOT_TAKEN = "not_taken"
    REFUSED = "refused"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Record:
    """What a project's record says of whether it takes expenses. None: NetSuite didn't tell.

    `modified`: NetSuite's own time, compared with another one of it alone; in whole seconds.
    """

    inactive: bool | None = None
    allow_expenses: bool | None = None
    status_id: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a change sets; None leaves a field as it is."""

    inactive: bool | None = None
    allow_expenses: bool | None = None

    def __bool__(self) -> bool:
        return (self.inactive, self.allow_expenses) != (None, None)

    def held_by(self, record: Record) -> bool:
        return self.inactive in {None, record.inactive} and self.allow_expenses in {
            None,
            record.allow_expenses,
        }


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one change. `after`: as it was read back. `codes`: NetSuite's refusal."""

    outcome: Outcome
    after: Record | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reactivation:
    """`by` approved it `at`, of the blocker's `epoch`.

    `before`: the baseline, read before we asked; `after`: as it was read back when it held our
    values; `seen`: as it was last read, at `seen_at`. `wanted`: the fields that we set to open it.
    `asked`: a change was written down whose outcome isn't known; `sent`: how many of this stage may
    have reached NetSuite, the last at `sent_at`. `missed`: so often in a row it couldn't be asked, the
    last time at `missed_at`. `free_since`: since when no report was seen to wait. `ended_by`: who took
    it back, if somebody did.
    """

    epoch: int
    by: str
    at: Millis
    until: Until = Until.GOOD
    stage: Stage = Stage.APPROVED
    before: Record | None = None
    after: Record | None = None
    seen: Record | None = None
    seen_at: Millis = 0
    wanted: Fields = field(default_factory=Fields)
    asked: bool = False
    sent: int = 0
    sent_at: Millis = 0
    missed: int = 0
    missed_at: Millis = 0
    opened_at: Millis = 0
    free_since: Millis | None = None
    codes: tuple[str, ...] = ()
    ended: Ended | None = None
    ended_at: Millis = 0
    ended_by: str = ""

    @property
    def live(self) -> bool:
        return self.stage is not Stage.OVER

    @property
    def key(self) -> tuple[int, Millis]:
        """Tells two approvals of one project apart."""
        return self.epoch, self.at

    @property
    def number(self) -> int:
        """Of its notices: each approval ends once."""
        return self.at // SECOND

    @property
    def unsent(self) -> bool:
        """It is to be changed, and no change is under way."""
        return self.stage in {Stage.OPENING, Stage.CLOSING} and not self.asked

    @property
    def change(self) -> Fields:
        """To close it again, what we changed is set back to what it was, and nothing else."""
        if self.stage is not Stage.CLOSING or self.before is None:
            return self.wanted
        return Fields(
            None if self.wanted.inactive is None else self.before.inactive,
            None if self.wanted.allow_expenses is None else self.before.allow_expenses,
        )


def with_latest(known: tuple[Reactivation, ...], latest: Reactivation) -> tuple[Reactivation, ...]:
    """The approvals with this one as the last: in place of what was known of it."""
    earlier = (each for each in known if each.key != latest.key)
    return (*earlier, latest)[-KEPT:]
