"""An operator approves that we open projects, and people edit them in between."""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from operate.reactivate import Approval
from operate.withdrawal import Withdrawal
from shared.domain.blocker import reactivated
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.finding import Status
from shared.domain.reactivation import Reactivation, Until
from shared.errors import ConflictError, PermanentError, TransientError
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.people import People
from tests.simulation.run import Run, Stage

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet

OCCASIONS = 8
WITHDRAWN = 0.25
"""So many of the approvals somebody takes back later."""

EDITED = 0.5
"""So many of the projects that we opened somebody saves again later."""

DRAFTED = 0.7
"""So many of them somebody gives to a report that is taken back for that."""

_OPENABLE = frozenset({Status.INACTIVE, Status.EXPENSES_OFF})


class Approver:
    """Draws by itself. `people` may have waited for a project to be opened."""

    def __init__(self, stage: Stage, fleet: "Fleet", netsuite: SimNetSuite, people: People) -> None:
        self._stage = stage
        self._fleet = fleet
        self._netsuite = netsuite
        self._people = people
        self._rng = Random(stage.scenario.seed ^ 0x0A99407E)

    def begin(self) -> None:
        """The last ones in the calm, when nothing goes wrong any more."""
        scenario, now = self._stage.scenario, self._stage.now
        if not scenario.approvals:
            return
        self._fleet.reactivations.opened = self._opened
        span = scenario.calm_at + 6 * MINUTE - now
        for _ in range(OCCASIONS):
            if self._rng.random() < scenario.approvals:
                self._stage.loop.at(now + self._rng.randrange(MINUTE, span), self._approve)

    def _approve(self) -> None:
        stored = self._fleet.accounts.blocked.items()
        closed = [key for key, b in stored if b.status in _OPENABLE]
        if not closed:
            return
        account_id, project_id = self._rng.choice(closed)
        until = self._rng.choice((Until.GOOD, Until.EXPORTED, Until.EXPORTED))
        command = self._slip if account_id in self._stage.scenario.disallowed else self._command

        self._types(command, account_id, project_id, until)

    def _types(
        self, command: Callable[..., None], account_id: str, project_id: str, *more: Until
    ) -> None:
        def then(_began: Millis, _well: bool) -> None:
            """Whoever types the command sees whether it went well."""

        def body(_run: Run) -> None:
            command(account_id, project_id, *more)

        self._fleet.invoker.start(self._stage.now, "operate", project_id, body, then)

    def _command(self, account_id: str, project_id: str, until: Until) -> None:
        fleet = self._fleet
        approval = Approval(
            fleet.accounts,
            fleet.cases,
            fleet.settings,
            fleet.rows,
            "olga",
            self._stage.clock,
            self._stage.say,
            lambda _question: True,
        )
        try:
            approval.approve(account_id, project_id, until)
        except (ConflictError, PermanentError, TransientError) as error:
            self._stage.say(f"can't approve {project_id}", str(error))
            return
        if self._rng.random() < WITHDRAWN:
            later = self._stage.now + self._rng.randrange(SECOND, 5 * MINUTE)
            self._stage.loop.at(later, lambda: self._types(self._withdraw, account_id, project_id))

    def _withdraw(self, account_id: str, project_id: str) -> None:
        """Whoever is told that it's done counts on it."""
        fleet = self._fleet
        withdrawal = Withdrawal(fleet.accounts, "olga", self._stage.clock, self._stage.say)
        try:
            taken_back = withdrawal.withdraw(account_id, project_id)
        except (ConflictError, PermanentError, TransientError) as error:
            self._stage.say(f"can't withdraw {project_id}", str(error))
            return
        fleet.reactivations.withdrawn(account_id, project_id, taken_back)

    def _slip(self, account_id: str, project_id: str, until: Until) -> None:
        """Approved while the settings still allowed it."""
        blocker = self._fleet.accounts.blocked[account_id, project_id]
        if blocker.reactivation is not None and blocker.reactivation.live:
            return
        approved = Reactivation(blocker.epoch, "olga", self._stage.clock(), until)
        try:
            self._fleet.accounts.put_blocker(reactivated(blocker, approved))
        except (ConflictError, TransientError):
            return

    def _opened(self, account_id: str, project_id: str) -> None:
        if self._rng.random() < EDITED:
            later = self._stage.now + self._rng.randrange(SECOND, 12 * MINUTE)
            self._stage.loop.at(later, lambda: self._edit(account_id, project_id))
        if self._rng.random() < DRAFTED:
            later = self._stage.now + self._rng.randrange(SECOND, 2 * MINUTE)
            project = self._netsuite.projects[account_id][project_id]
            self._stage.loop.at(later, lambda: self._people.draft(account_id, project.label))

    def _edit(self, account_id: str, project_id: str) -> None:
        """Mostly what decides nothing; else closed and, perhaps, opened again."""
        project = self._netsuite.projects[account_id][project_id]
        if project.closed == "gone":
            return
        if self._rng.random() < 0.6 or self._stage.calm:
            self._netsuite.touch(account_id, project_id)
            return
        closed = "inactive" if project.accepts else ""
        self._netsuite.change(account_id, project_id, closed, "administrator")
        if self._rng.random() < 0.5:
            self._netsuite.change(
                account_id, project_id, "" if closed else "inactive", "administrator"
            )
