"""Our functions, deployed into the simulation: the real workflows around simulated ports."""

from collections.abc import Callable

from shared.catalogue import catalogue
from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.workspace import Workspace
from shared.errors import ConflictError, RemediationError, SettingsError, TransientError
from shared.ports import Reconciler
from shared.reconcile import Budget, Look, Looked, reconcile
from shared.workflows.intake import Intake, Taken
from shared.workflows.notify import Notify
from shared.workflows.reactivate import Reactivate
from shared.workflows.recover import Expensify, Recover
from shared.workflows.sweep import Sweep
from shared.workflows.truth import Truth
from shared.workflows.watch import Watch
from tests.simulation.check_reactivation import ReactivationChecks
from tests.simulation.expensify import SimExpensify
from tests.simulation.faces import SimApp, SimReader
from tests.simulation.mail import SimBus, SimDeadLetters, SimMail, SimTopic
from tests.simulation.netsuite import NetSuiteClient, SimNetSuite
from tests.simulation.queues import FifoQueue, Invoker, Message, StandardQueue
from tests.simulation.run import Run, Stage
from tests.simulation.search import Search
from tests.simulation.table_accounts import SimAccounts
from tests.simulation.table_cases import SimCases, SimWorkspaces
from tests.simulation.table_notices import SimNotices, SimSettings
from tests.simulation.table_rows import SimRows
from tests.simulation.witness import Witness


class Fleet:
    """The table, the queues and the functions. Implements `Wakes`."""

    def __init__(
        self, stage: Stage, netsuite: SimNetSuite, expensify: SimExpensify, witness: Witness
    ) -> None:
        self.stage = stage
        self.acts = True
        self.rows = SimRows(stage)
        self.cases = SimCases(stage)
        self.workspaces = SimWorkspaces(stage)
        self.accounts = SimAccounts(stage)
        self.notices = SimNotices(stage)
        self.settings = SimSettings(stage, stage.scenario)
        self.bus = SimBus(stage)
        self.mail = SimMail(stage)
        self.topic = SimTopic(stage)
        self.dead_letters = SimDeadLetters(stage)
        self.invoker = Invoker(stage)
        self.queues = {
            name: FifoQueue(stage, self.invoker, name, self._serve) for name in Reconciler
        }
        self.intake_queue = StandardQueue(stage, self.invoker, self._take)
        plan = stage.scenario.search
        self.search = Search(stage, expensify, self, plan) if plan else None
        line = self.search.recovers if self.search else None
        self._reader = SimReader(stage, expensify, witness.read, line)
        self._apps = {
            ws: SimApp(stage, expensify, ws, witness.read, witness.asked, witness.idle)
            for ws in expensify.plans
        }
        self.reactivations = ReactivationChecks(stage, netsuite, expensify, witness, self)
        self._netsuite = {
            account: NetSuiteClient(
                stage,
                netsuite,
                account,
                witness.answered,
                witness.records_told,
                self.reactivations,
            )
            for account in netsuite.projects
        }
        for plan in expensify.plans.values():
            if samples := netsuite.filing.before(plan.account, plan.id):
                self.workspaces.stored[plan.id] = Workspace(plan.id, samples=samples)
        self._build()
        self.rows.sweep = self._sweep
        self.taken = witness.taken
        self.satisfied: Callable[[Reconciler, str, Message], None] = lambda _r, _k, _m: None

    def wake(self, reconciler: Reconciler, key: str) -> None:
        self.stage.effect("wakes.wake")
        self.queues[reconciler].send(key)

    def _build(self) -> None:
        shared = {
            "rows": self.rows,
            "wakes": self,
            "settings": self.settings,
            "clock": self.stage.clock,
        }
        self.intake = Intake(
            cases=self.cases,
            accounts=self.accounts,
            notices=self.notices,
            bus=self.bus,
            dead_letters=self.dead_letters,
            **shared,  # type: ignore[arg-type]
        )
        self.watch = Watch(
            accounts=self.accounts,
            notices=self.notices,
            netsuite=lambda settings: self._netsuite[settings.account_id],
            reactivate=Reactivate(
                accounts=self.accounts,
                cases=self.cases,
                notices=self.notices,
                acts=lambda: self.acts,
                **shared,  # type: ignore[arg-type]
            ),
            **shared,  # type: ignore[arg-type]
        )
        self.recover = Recover(
            cases=self.cases,
            accounts=self.accounts,
            workspaces=self.workspaces,
            notices=self.notices,
            bus=self.bus,
            expensify=self._expensify,
            acts=lambda: self.acts,
            fixers=catalogue().fixers,
            **shared,  # type: ignore[arg-type]
        )
        self.notify = Notify(
            notices=self.notices,
            rows=self.rows,
            settings=self.settings,
            truth=Truth(self.cases, self.accounts, self.workspaces, self.settings),
            mail=self.mail,
            topic=self.topic,
            bus=self.bus,
            clock=self.stage.clock,
        )
        self.sweep = Sweep(rows=self.rows, wakes=self, clock=self.stage.clock)
        self._looks: dict[Reconciler, Look] = {
            Reconciler.WATCH: self.watch.look,
            Reconciler.RECOVER: self.recover.look,
            Reconciler.NOTIFY: self.notify.look,
        }
        if self.search is not None:
            self._looks[Reconciler.DETECT] = self.search.detect.look

    def _expensify(self, settings: WorkspaceSettings) -> Expensify:
        return Expensify(self._reader, self._apps[settings.workspace_id])

    def _take(self, run: Run, message: Message) -> None:
        taken = self.intake.take(message.body)
        self.stage.effect("ack")
        self.stage.say("takes a message", taken)
        if taken is not Taken.HINT:
            self.taken(message.body, taken)

    def _sweep(self) -> None:
        def then(_began: Millis, _well: bool) -> None:
            self.rows.expect_sweep()

        def body(_run: Run) -> None:
            self.sweep.run()

        self.invoker.start(self.stage.now, "sweep", "", body, then)

    def _look_of(self, run: Run, reconciler: Reconciler) -> Look:
        def look(key: str, budget: Budget) -> Millis | None:
            run.look_began = self.stage.now
            return self._looks[reconciler](key, budget)

        return look

    def _serve(self, run: Run, message: Message) -> None:
        """As `handlers/reconciler.serve`: what a later look can mend isn't delivered again."""
        reconciler, key = Reconciler(run.function), message.body
        try:
            outcome: str = reconcile(
                reconciler,
                key,
                message.sent_at,
                rows=self.rows,
                clock=self.stage.clock,
                look=self._look_of(run, reconciler),
            )
            if outcome == Looked.LOOKED:
                run.finished_at = self.stage.now
            else:
                self.satisfied(reconciler, key, message)
        except (ConflictError, TransientError, SettingsError) as error:
            outcome = type(error).__name__
            self.rows.pull(reconciler, key, self.stage.clock() + _patience(error))
        self.stage.effect("ack")
        self.stage.say("served its wake-up", outcome)


def _patience(error: RemediationError) -> Millis:
    """As `handlers/reconciler._patience`."""
    if isinstance(error, ConflictError):
        return 0
    return 5 * MINUTE if isinstance(error, SettingsError) else 30 * SECOND
