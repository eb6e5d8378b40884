from dataclasses import replace

import pytest

from shared.domain.canary import Recovery
from shared.domain.clock import ForeignTime
from shared.domain.finding import Fault
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.workspace import Workspace
from shared.errors import ConflictError
from shared.ports import Reconciler
from tests.builders import LABEL, NOW, WS
from tests.contract.kit import Stores

COVER = Cover(LABEL, "4711", 1, 2)
FULL = Workspace(
    WS,
    sync=Sync(NOW, (COVER,), SyncState(False, ForeignTime("2027-01-15 10:00:00")), NOW, ok=True),
    covered=(COVER,),
    recoveries=(Recovery("4711", 1, step=2, members=("R1", "R2"), proven=True),),
    bad_syncs=1,
    foreign_since=NOW,
    faults=3,
    fault=Fault.UNREACHABLE,
    quiet_until=NOW + 1,
)


def test_workspace_never_seen_is_a_new_one(stores: Stores) -> None:
    """No sync, no recovery, nothing stored."""
    assert stores.workspaces.get(WS) == Workspace(WS)


def test_workspace_comes_back_as_it_was_saved(stores: Stores) -> None:
    """The intent of a sync and the canary's steps must outlive the run."""
    saved = stores.workspaces.save(FULL)
    assert saved == replace(FULL, version=1)
    assert stores.workspaces.get(WS) == saved


def test_workspace_saved_by_somebody_else_meanwhile_conflicts(stores: Stores) -> None:
    """Two runs can't both begin a sync."""
    stores.workspaces.save(FULL)
    with pytest.raises(ConflictError):
        stores.workspaces.save(Workspace(WS))
    assert stores.workspaces.get(WS).sync == FULL.sync


def test_moving_the_row_conflicts_with_nothing(stores: Stores) -> None:
    """Every event pulls the workspace's row, also while a run is about to save."""
    saved = stores.workspaces.save(FULL)
    stores.rows.pull(Reconciler.RECOVER, WS, NOW)
    assert stores.workspaces.save(saved).version == 2
    assert stores.rows.get(Reconciler.RECOVER, WS).due == NOW
