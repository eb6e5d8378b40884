"""What `recover` remembers of a workspace between two looks."""

from dataclasses import dataclass

from shared.domain.absence import Sample
from shared.domain.canary import Recovery
from shared.domain.clock import Millis
from shared.domain.finding import Fault
from shared.domain.sync import Cover, Fence, Sync


@dataclass(frozen=True, slots=True)
class Workspace:
    """`covered`: what the last good sync of ours covers. `quiet_until`: the open circuit.

    `refusals`: how often in a row a sync or an export was refused, the last time as `refused_as`;
    none is asked for before `no_acts_until`.

    `neighbour`: a report that was there when we last looked, to be asked for along with one that
    isn't returned. `fences`: the latest of our syncs that ended well. `samples`: reports that were
    seen exported lately, by which NetSuite's records are understood.
    """

    workspace_id: str
    sync: Sync | None = None
    covered: tuple[Cover, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    bad_syncs: int = 0
    foreign_since: Millis | None = None
    faults: int = 0
    fault: Fault | None = None
    quiet_until: Millis = 0
    neighbour: str = ""
    refusals: int = 0
    refused_as: Fault | None = None
    no_acts_until: Millis = 0
    fences: tuple[Fence, ...] = ()
    samples: tuple[Sample, ...] = ()
    version: int = 0

    @property
    def syncing(self) -> bool:
        return self.sync is not None and self.sync.ended_at is None and not self.sync.given_up
