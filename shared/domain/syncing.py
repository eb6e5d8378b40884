"""When to ask for a sync, how to tell its end, and when it becomes a person's."""

from dataclasses import dataclass, replace

from shared.domain.clock import Millis
from shared.domain.mode import Mode
from shared.domain.rules import Rules
from shared.domain.sync import Cover, Fence, Sync, SyncState, ended
from shared.domain.workspace import Workspace

FENCES_KEPT = 6


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """`need_state`: read Expensify's sync state first; `start`: ask for a sync; `tell`: a person."""

    workspace: Workspace
    need_state: bool = False
    start: bool = False
    tell: bool = False
    due: Millis | None = None


def plan_sync(
    workspace: Workspace,
    covers: tuple[Cover, ...],
    state: SyncState | None,
    rules: Rules,
    now: Millis,
    *,
    wanted: bool,
) -> SyncPlan:
    """`covers`: what a sync that begins now would cover; `wanted`: whether that is new to us."""
    sync = workspace.sync
    if sync is not None and sync.ended_at is None:
        if state is None:
            return SyncPlan(workspace, need_state=True)
        return _follow(workspace, sync, state, rules, now)
    if not (wanted and rules.acting):
        return SyncPlan(replace(workspace, foreign_since=None))
    return _begin(workspace, covers, state, rules, now)


def sync_refused(workspace: Workspace, now: Millis) -> Workspace:
    """Our request was refused for certain: no sync of ours began. Not again at once."""
    if workspace.sync is None:
        return workspace
    over = replace(workspace.sync, ended_at=now)
    return replace(workspace, sync=over, bad_syncs=workspace.bad_syncs + 1)


def sync_postponed(workspace: Workspace, before: Workspace) -> Workspace:
    """The run has no time left to ask for the sync: all of it as before, the next look decides."""
    return replace(workspace, sync=before.sync, foreign_since=before.foreign_since)


def untold(plan: SyncPlan) -> SyncPlan:
    """The plan while nobody waits who may be told: a sync is given up when somebody does.

    One that was given up as well: what was said of it may have been dropped as nobody's matter.
    """
    sync = plan.workspace.sync
    kept = replace(sync, given_up=False) if sync else None
    return replace(plan, workspace=replace(plan.workspace, sync=kept), tell=False)


def _begin(
    workspace: Workspace,
    covers: tuple[Cover, ...],
    state: SyncState | None,
    rules: Rules,
    now: Millis,
) -> SyncPlan:
    earliest = _earliest(workspace, rules)
    if now < earliest:
        return SyncPlan(replace(workspace, foreign_since=None), due=earliest)
    if state is None:
        return SyncPlan(workspace, need_state=True)
    if state.running and not _stale(workspace, rules, now):
        # Somebody else's: it may have begun before the project was active. Wait, never join.
        waiting = replace(workspace, foreign_since=workspace.foreign_since or now)
        return SyncPlan(waiting, due=now + rules.sync_poll)
    ours = Sync(asked_at=now, covers=covers, before=state, first_asked_at=now)
    begun = replace(workspace, sync=ours, foreign_since=None)
    tell = workspace.bad_syncs >= rules.bad_syncs_told
    return SyncPlan(begun, start=True, tell=tell, due=now + rules.sync_poll)


def _earliest(workspace: Workspace, rules: Rules) -> Millis:
    """The first fix syncs at once; what is fixed meanwhile joins the next; failures slow it."""
    if workspace.sync is None:
        return workspace.no_acts_until
    spaced = workspace.sync.asked_at + rules.sync_spacing * min(6, 1 + workspace.bad_syncs)
    return max(spaced, workspace.no_acts_until)


def _stale(workspace: Workspace, rules: Rules, now: Millis) -> bool:
    """Expensify's own client gives up on a sync's progress after 20 minutes (Expensify/App)."""
    since = workspace.foreign_since
    return since is not None and now - since >= rules.sync_ask_again


def _follow(
    workspace: Workspace, sync: Sync, state: SyncState, rules: Rules, now: Millis
) -> SyncPlan:
    outcome = ended(sync, state)
    if outcome is not None and sync.before.running:
        # A foreign sync that we had given up on ended after all: that was not ours.
        ours = Sync(asked_at=now, covers=sync.covers, before=state, first_asked_at=now)
        begun = replace(workspace, sync=ours)
        return SyncPlan(begun, start=rules.acting, due=now + rules.sync_poll)
    if outcome is True:
        done = replace(sync, ended_at=now, ok=True, given_up=False)
        covered = _merged(workspace.covered, sync.covers)
        fences = (*workspace.fences, Fence(sync.first_asked_at, now))[-FENCES_KEPT:]
        good = replace(workspace, sync=done, covered=covered, bad_syncs=0, fences=fences)
        return SyncPlan(good, due=now + rules.auto_export_grace)
    if outcome is False:
        bad = workspace.bad_syncs + 1
        failed = replace(workspace, sync=replace(sync, ended_at=now), bad_syncs=bad)
        tell = state.auth_error or bad >= rules.bad_syncs_told
        return SyncPlan(failed, tell=tell, due=_earliest(failed, rules))
    return _overdue(workspace, sync, rules, now)


def _overdue(workspace: Workspace, sync: Sync, rules: Rules, now: Millis) -> SyncPlan:
    age = now - sync.first_asked_at
    if rules.mode is not Mode.AUTO and (sync.given_up or age >= rules.sync_give_up):
        # Nothing of ours waits for it any more; should we act again, then by a sync of its own.
        return SyncPlan(replace(workspace, sync=replace(sync, given_up=False, ended_at=now)))
    if sync.given_up or age >= rules.sync_give_up:
        left = replace(workspace, sync=replace(sync, given_up=True))
        return SyncPlan(left, tell=not sync.given_up, due=now + rules.reread_waiting)
    if age >= rules.sync_ask_again and sync.asked_at == sync.first_asked_at and rules.acting:
        again = replace(workspace, sync=replace(sync, asked_at=now))
        return SyncPlan(again, start=True, due=now + rules.sync_poll)
    return SyncPlan(workspace, due=now + rules.sync_poll)


def _merged(old: tuple[Cover, ...], new: tuple[Cover, ...]) -> tuple[Cover, ...]:
    return tuple({cover.text: cover for cover in (*old, *new)}.values())
