"""The state of a workspace's NetSuite connection, out of a fresh read of the workspace.

Shapes: App src/types/onyx/Policy.ts. That `OpenPolicyAccountingPage` brings the workspace with its
connections, and the progress of a sync beside it, is *unverified*.
"""

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
    is_authentication_error: Maybe[bool] = None


class _Connection(Lenient):
    last_sync: Maybe[_LastSync] = None


class _Connections(Lenient):
    netsuite: _Connection


class _Policy(Lenient):
    """Required, for an answer without the connection would read as one that never synced."""

    connections: _Connections


class _Progress(Lenient):
    stage_in_progress: Maybe[str] = None


def sync_state_of(store: Store, workspace_id: str) -> SyncState:
    """Raises TransientError (unreadable)."""
    try:
        policy = _Policy.model_validate(store.get(f"policy_{workspace_id}"))
        running = _running(store.get(f"policyConnectionSyncProgress_{workspace_id}"))
    except ValidationError as error:
        raise unreadable(f"the workspace: {wrong_places(error)}") from None
    last = policy.connections.netsuite.last_sync or _LastSync()
    return SyncState(
        running=running,
        last_success=_time(last.successful_date),
        last_failure=_time(last.error_date),
        auth_error=last.is_authentication_error is True,
    )


def _running(progress: Any) -> bool:
    """There is no stage 'failed': a sync that ended badly shows in its last times alone."""
    if not progress:
        return False
    stage = _Progress.model_validate(progress).stage_in_progress
    return stage is not None and stage != _DONE


def _time(text: str | None) -> ForeignTime | None:
    return None if text is None else ForeignTime(text)
