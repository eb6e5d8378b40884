"""The numbers by which the decisions are made: one workspace's settings, without its addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, Millis
from shared.domain.mode import Mode
from shared.domain.notice import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All durations in milliseconds.

    `acts` is False while a switch stops every change of ours, whatever the `mode`; cases opened
    before `act_since` wait for their release (invariant 12). `reminders` are in working time since
    the notice, as is `submitter_after`; `working_days` by ISO 8601 (1: Monday), where the clocks
    are `utc_offset` ahead of UTC. `mail_day` is how long the day of `mails_per_day` is.
    """

    acts: bool = True
    mode: Mode = Mode.AUTO
    act_since: Millis = 0

    watch_every: Millis = 5 * MINUTE
    wanted_for: Millis = 7 * DAY
    circuit: tuple[Millis, ...] = (MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
    flips_per_day: int = 3

    sync_spacing: Millis = 10 * MINUTE
    sync_poll: Millis = 30 * SECOND
    sync_ask_again: Millis = 20 * MINUTE
    sync_give_up: Millis = 45 * MINUTE
    bad_syncs_told: int = 3
    auto_export_grace: Millis = 2 * MINUTE

    gap: Millis = 15 * SECOND
    idle: Millis = 15 * MINUTE
    read_fresh: Millis = 60 * SECOND
    read_batch: int = 50
    reread_waiting: Millis = HOUR
    reread_person: Millis = 6 * HOUR
    absent_gap: Millis = HOUR
    paused: tuple[Millis, ...] = (HOUR, 4 * HOUR, 12 * HOUR, DAY)

    steps: tuple[int, ...] = (1, 10, 20)
    window: int = 50
    equal_failures: int = 2
    confirm: tuple[Millis, ...] = (MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE)
    unverified_after: Millis = 10 * MINUTE
    settle: Millis = HOUR
    person_after: Millis = DAY

    few_submitters: int = 5
    submitter_after: Millis = 4 * HOUR
    reread_asked: Millis = 5 * MINUTE
    ask_again: Millis = 4 * HOUR

    detect_fresh: Millis = 10 * MINUTE
    detect_recent: Millis = HOUR
    detect_old: Millis = DAY

    @property
    def acting(self) -> bool:
        """Whether we may ask for a sync or an export."""
        return self.acts and self.mode is Mode.AUTO

    reminders: tuple[Millis, ...] = (DAY, 3 * DAY, 7 * DAY)
    mails_per_day: int = 10
    mail_day: Millis = DAY
    working_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    utc_offset: Millis = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Whom one workspace's notices go to. `retag_by`: who may change an expense of a report.

    `fixers`: who can put a code right, from the catalogue.
    """

    netsuite_admins: tuple[str, ...] = ()
    workspace_admins: tuple[str, ...] = ()
    retag_by: str = "submitter"
    allowed_domains: tuple[str, ...] = ()
    fixers: Mapping[str, Role] = field(default_factory=dict)


def backoff(waits: tuple[Millis, ...], tries: int) -> Millis:
    """The wait before try `tries` + 1; the last one repeats for ever."""
    return waits[min(tries, len(waits) - 1)]
