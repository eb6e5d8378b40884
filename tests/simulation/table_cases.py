"""Cases, and what `recover` remembers of a workspace: conditional writes, one lagging index."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.case import Case
from shared.domain.clock import Millis
from shared.domain.late import trace
from shared.domain.workspace import Workspace
from shared.errors import ConflictError
from tests.simulation.run import Stage

_KEPT: Millis = 10_000


class SimCases:
    """Implements `Cases`. `changed` hears of every write: the case before, if any, and after; `lost`
    of every one that came too late.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.cases: dict[tuple[str, str], Case] = {}
        self.changed: Callable[[Case | None, Case], None] = lambda _before, _after: None
        self.traces: dict[tuple[str, str], Case] = {}
        self.lost: Callable[[Case], None] = lambda _case: None
        self.wrote: Callable[[Case], None] = lambda _case: None
        self._past: dict[tuple[str, str], list[tuple[Millis, Case | None]]] = {}

    def get(self, workspace_id: str, report_id: str) -> Case | None:
        self._stage.look()
        key = workspace_id, report_id
        return self.cases.get(key) or self.traces.get(key)

    def unfinished(self, workspace_id: str) -> tuple[Case, ...]:
        self._stage.look()
        lag = self._stage.chances.lag
        keys = [key for key in self.cases if key[0] == workspace_id]
        seen = (self._by_index(key, lag) for key in keys)
        return tuple(case for case in seen if case is not None and not case.finished)

    def put(self, case: Case) -> Case:
        self._stage.effect("cases.put")
        return self.store(case)

    def store(self, case: Case) -> Case:
        stored = self.cases.get(case.key)
        if (stored.version if stored else 0) != case.version:
            self._stage.say(f"writes case {case.report_id}", "lost the race")
            self.lost(case)
            raise ConflictError("simulated")
        return self.overwrite(case)

    def overwrite(self, case: Case) -> Case:
        now, before = self._stage.now, self.cases.get(case.key)
        past = self._past.setdefault(case.key, [])
        past[:] = [entry for entry in past if now - entry[0] < _KEPT]
        past.append((now, before))
        new = replace(case, version=case.version + 1)
        self.cases[case.key] = new
        self.changed(before, new)
        if new.finished and new.attempts:
            self.traces[case.key] = trace(new)
        self.wrote(new)
        if self._stage.journal.on:
            self._stage.say(f"writes case {case.report_id}", f"{case.phase}: {case.reason}")
        return new

    def expire(self, key: tuple[str, str]) -> None:
        """Its time is over, and the table has removed it."""
        self._past.pop(key, None)
        del self.cases[key]

    def _by_index(self, key: tuple[str, str], lag: int) -> Case | None:
        past = self._past.get(key)
        if not past or self._stage.now - past[-1][0] >= lag:
            return self.cases[key]
        shown = self._stage.now - int(self._stage.rng.random() * lag)
        return next((before for at, before in past if at > shown), self.cases[key])


class SimWorkspaces:
    """Implements `Workspaces`. `intends` hears of every sync that is about to be asked for."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.stored: dict[str, Workspace] = {}
        self.intends: Callable[[str], None] = lambda _workspace: None

    def get(self, workspace_id: str) -> Workspace:
        self._stage.look()
        return self.stored.get(workspace_id) or Workspace(workspace_id)

    def save(self, workspace: Workspace) -> Workspace:
        self._stage.effect("workspaces.save")
        return self.store(workspace)

    def store(self, workspace: Workspace) -> Workspace:
        stored = self.stored.get(workspace.workspace_id)
        if (stored.version if stored else 0) != workspace.version:
            raise ConflictError("simulated")
        return self.overwrite(workspace)

    def overwrite(self, workspace: Workspace) -> Workspace:
        new = replace(workspace, version=workspace.version + 1)
        before = self.stored.get(workspace.workspace_id)
        if new.sync and new.sync.ended_at is None and (not before or before.sync != new.sync):
            self.intends(workspace.workspace_id)
        self.stored[workspace.workspace_id] = new
        return new
