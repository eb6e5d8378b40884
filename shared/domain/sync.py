"""The workspace's sync with NetSuite: one that we asked for, after what it must cover."""

from dataclasses import dataclass

from shared.domain.clock import ForeignTime, Millis


@dataclass(frozen=True, slots=True)
class SyncState:
    """What Expensify tells of a workspace's NetSuite connection.

    Times are Expensify's own (`connections.netsuite.lastSync`, Expensify/App Policy.ts).
    """

    running: bool
    last_success: ForeignTime | None = None
    last_failure: ForeignTime | None = None
    auth_error: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """That a project was seen active, before a sync began, by a look that answered `answered`."""

    text: str
    project_id: str
    epoch: int
    answered: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A sync that we asked for. `ended_at` is when we saw its end."""

    asked_at: Millis
    covers: tuple[Cover, ...]
    before: SyncState
    first_asked_at: Millis
    ended_at: Millis | None = None
    ok: bool = False
    given_up: bool = False


def ended(sync: Sync, state: SyncState) -> bool | None:
    """True: it ended well; False: it failed; None: not yet. Compares Expensify's times only.

    A success before a failure may have been somebody else's that ended in front of ours.
    """
    if state.running:
        return None
    if _later(state.last_success, sync.before.last_success):
        return not _later(state.last_failure, state.last_success)
    return False if _later(state.last_failure, sync.before.last_failure) else None


def _later(after: ForeignTime | None, before: ForeignTime | None) -> bool:
    return after is not None and (before is None or after > before)
