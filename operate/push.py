"""Carries out what was planned, and says what it does. Each piece of settings stands for itself."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from operate.check import Checked
from operate.live import FIELD, moment
from operate.parked import Parked
from operate.plan import STACK, Change, Plan, difference, plan
from operate.store import SettingsStore
from shared.adapters.mail.wording import things
from shared.adapters.table import TableCases, TableRows, TableSettings
from shared.domain.clock import Millis
from shared.domain.held import held
from shared.errors import ConflictError, SettingsError
from shared.ports import Reconciler

_RECONCILERS = {"WS": Reconciler.RECOVER, "ACCOUNT": Reconciler.WATCH}


@dataclass(frozen=True, slots=True)
class Push:
    """`parked` is called only if there is something to replay, for it wants a queue."""

    store: SettingsStore
    settings: TableSettings
    rows: TableRows
    cases: TableCases
    parked: Callable[[], Parked]
    clock: Callable[[], Millis]
    say: Callable[[str], None]
    confirm: Callable[[str], bool]

    def push(self, checked: Checked, *, prune: bool) -> bool:
        """Whether all went well: a broken file keeps no other from being pushed."""
        planned = plan(checked, self.store.all(), prune=prune, now=self.clock())
        self._show(planned)
        if planned.changes and not self.confirm(f"Write {things(len(planned.changes), 'change')}?"):
            self.say("Nothing was written.")
            return False
        written = [self._write(change) for change in planned.changes]
        self._have_searched()
        self.replay()
        return all(written) and not checked.problems

    def replay(self) -> int:
        """Events of every workspace whose settings can be read."""
        return sum(self._replay(sk.partition("#")[2]) for sk in self._stored("WS"))

    def switch(self, *, on: bool) -> None:
        """The kill switch. Raises ConflictError."""
        body = '{\n  "acts": "%s",\n  "version": 1\n}' % ("on" if on else "off")
        before = self.store.get(STACK)
        if before is None or before.body != body:
            self._written(Change(STACK, before, body))
        self.say(f"acts: {'on' if on else 'off'}")

    def _show(self, planned: Plan) -> None:
        for change in planned.changes:
            self.say(difference(change))
            self._warn(change)
        for sk in planned.gone:
            self.say(f"{sk}: no longer in files; it stays (PRUNE=1 removes it)")
        if planned.kept_off:
            self.say("STACK: acts is off, and a push never turns it on; `make acts-on` does")
        if not planned.changes:
            self.say("The table holds what the files say.")

    def _warn(self, change: Change) -> None:
        kind, _, key = change.sk.partition("#")
        if change.live:
            self._warn_of_going_live(change, key)
        if change.body is None and kind == "WS" and (cases := self.cases.unfinished(key)):
            self.say(f"{change.sk}: nobody will look at its {len(cases)} unfinished cases any more")

    def _warn_of_going_live(self, change: Change, workspace_id: str) -> None:
        """Quietly (invariant 12), unless the file says since when."""
        since = int(json.loads(change.body or "{}").get(FIELD, 0))
        old = sum(held(case, since) for case in self.cases.unfinished(workspace_id))
        what = f"cases opened before {moment(since)} wait for `make release`: {old} by now"
        self.say(f"{change.sk}: goes live; {what if since else 'act_since 0 holds nothing back'}")

    def _write(self, change: Change) -> bool:
        try:
            self._written(change)
        except ConflictError as error:
            self.say(f"{error}; push again")
            return False
        return True

    def _written(self, change: Change) -> None:
        version = self.store.write(change)
        what = "removed" if change.body is None else f"version {version}"
        self.say(f"{change.sk}: {what}")
        if change.body is not None:
            self._have_looked_at(change.sk)

    def _have_looked_at(self, sk: str) -> None:
        """The sweep finds the row within a minute; the switch concerns every workspace, and a
        webhook key is read anew at each delivery.
        """
        for each in self._stored("WS") if sk == STACK else [sk]:
            kind, _, key = each.partition("#")
            if kind in _RECONCILERS:
                self.rows.pull(_RECONCILERS[kind], key, self.clock())

    def _have_searched(self) -> None:
        """Every credential, also those whose settings were written before there was a search."""
        for each in self.settings.all_workspaces():
            self.rows.pull(Reconciler.DETECT, each.expensify.credential, self.clock())

    def _replay(self, workspace_id: str) -> int:
        if not self.settings.parked_events(workspace_id):
            return 0
        try:
            settings = self.settings.workspace(workspace_id)
        except SettingsError as error:
            self.say(f"{error}: its parked events stay parked")
            return 0
        sent = self.parked().replay(workspace_id)
        quiet = settings is not None and settings.act_since > 0
        wait = "; those from before `act_since` wait for `make release`" if quiet else ""
        self.say(f"WS#{workspace_id}: parked events sent to intake again: {sent}{wait}")
        return sent

    def _stored(self, kind: str) -> Iterable[str]:
        return [each.sk for each in self.store.all() if each.sk.startswith(f"{kind}#")]
