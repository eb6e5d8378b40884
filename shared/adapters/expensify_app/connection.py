"""The state of a workspace's NetSuite connection, out of a fresh read of the workspace.

Shapes: App src/types/onyx/Policy.ts. That `OpenPolicyAccountingPage` brings the workspace with its
connections, and the progress of a sync beside it, is *unverified*.

The times of the last sync tell how a sync ended. Its progress tells that one runs, and never that
one ended: the stage `jobDone` is pushed to clients and gets lost (App PR #46671).
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from shared.adapters.expensify_app.onyx import Store
from shared.adapters.expensify_read.lenient import Lenient, Maybe
from shared.adapters.http import unreadable, wrong_places
from shared.domain.clock import ForeignTime
from shared.domain.sync import SyncState

NETSUITE = "netsuite"
_DONE = "jobDone"


class _LastSync(Lenient):
    successful_date: Maybe[str] = None
    error_date: Maybe[str] = None
    is_successful: Maybe[bool] = None
    is_authentication_error: Maybe[bool] = None


class _Connection(Lenient):
    """NetSuite counts as connected by `verified` (App, test of the export button)."""

    last_sync: Maybe[_LastSync] = None
    verified: Maybe[bool] = None
    last_sync_date: Maybe[str] = None
    last_error_sync_date: Maybe[str] = None


class _Connections(Lenient):
    netsuite: _Connection


class _Policy(Lenient):
    """Required, for an answer without the connection would read as one that never synced."""

    connections: _Connections


class _Progress(Lenient):
    stage_in_progress: Maybe[str] = None
    timestamp: Maybe[str] = None


def sync_state_of(store: Store, workspace_id: str) -> SyncState:
    """Raises TransientError (unreadable)."""
    try:
        policy = _Policy.model_validate(store.get(f"policy_{workspace_id}"))
        progress = _progress(store.get(f"policyConnectionSyncProgress_{workspace_id}"))
    except ValidationError as error:
        raise unreadable(f"the workspace: {wrong_places(error)}") from None
    found = policy.connections.netsuite
    success, failure = _ends(found)
    told = found.last_sync is not None and found.last_sync.is_authentication_error is True
    return SyncState(
        running=_running(progress, success, failure),
        last_success=success,
        last_failure=failure,
        auth_error=told or found.verified is False,
    )


def _ends(found: _Connection) -> tuple[ForeignTime | None, ForeignTime | None]:
    """When a sync last ended well, and when badly.

    Without `last_sync`, the connection's own dates (App PR #44159); which of them a failed sync
    moves is *unverified*, so an equal or later date of an error counts before that of a sync.
    """
    last, failure = found.last_sync, _time(found.last_error_sync_date)
    if last is None:
        success = _time(found.last_sync_date) if found.verified else None
        return (None if _reached(failure, success) else success), failure
    success = _time(last.successful_date)
    failure = max(filter(None, (failure, _time(last.error_date))), default=None)
    if last.is_successful is False and not _reached(failure, success):
        # It failed, and the only time that is told is this one.
        return None, success
    return success, failure


def _progress(given: Any) -> _Progress:
    return _Progress.model_validate(given) if given else _Progress()


def _running(progress: _Progress, *ends: ForeignTime | None) -> bool:
    """A stage that is older than the end of a sync was left behind by that sync.

    A stage without a time is none, as for the app (App src/libs/actions/connections).
    """
    if progress.stage_in_progress in {None, _DONE}:
        return False
    at = _time(progress.timestamp)
    return at is not None and not any(_reached(end, at) for end in ends)


def _reached(time: ForeignTime | None, other: ForeignTime | None) -> bool:
    return time is not None and (other is None or time >= other)


def _time(text: str | None) -> ForeignTime | None:
    """In one form, whichever of its forms Expensify wrote it in; without an offset it is in UTC.

    Raises TransientError (unreadable).
    """
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
        at = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        raise unreadable("the workspace: a time in a form that nobody knows") from None
    return ForeignTime(at.isoformat(timespec="microseconds"))
