"""One history: everything put together, played to its end, and judged."""

from shared.domain.blocker import Blocker, Label
from shared.domain.clock import HOUR, MINUTE, Millis
from shared.domain.decide_notify import Letter
from shared.domain.mode import Mode
from shared.ports import Announcement
from tests.simulation.approving import Approver
from tests.simulation.bridge import Bridge
from tests.simulation.cells import recorder
from tests.simulation.check_budget import BudgetChecks
from tests.simulation.check_due import DueChecks
from tests.simulation.check_end import EndChecks
from tests.simulation.check_ladder import SPAN, LadderChecks
from tests.simulation.check_modes import ModeChecks
from tests.simulation.check_refusals import RefusalChecks
from tests.simulation.check_search import SearchChecks
from tests.simulation.director import Director
from tests.simulation.drawing import draw
from tests.simulation.drift import Drift
from tests.simulation.end_of_modes import EndOfModes
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import Entry, SimReport
from tests.simulation.functions import Fleet
from tests.simulation.journal import Journal
from tests.simulation.late_life import LateLife
from tests.simulation.modes import Modes
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.operator import Operator
from tests.simulation.people import People
from tests.simulation.records import ViolationError
from tests.simulation.ruling import Administrator
from tests.simulation.run import Run, Stage, Tally
from tests.simulation.scenario import Aim, Scenario
from tests.simulation.search import Search
from tests.simulation.witness import Witness

FIRST_CHECK: Millis = 2 * MINUTE
"""People come to what they do by then; afterwards it is checked after each sixth more."""

PATIENCE: Millis = 36 * HOUR


class Simulation:
    def __init__(self, scenario: Scenario, journal: Journal) -> None:
        self.stage = Stage(scenario, journal)
        recorder.active = lambda: self.stage.loop.active
        self.netsuite = SimNetSuite(self.stage, scenario)
        self.expensify = SimExpensify(self.stage, scenario, self.netsuite)
        self.witness = Witness(self.stage, self.netsuite, self.expensify)
        self.fleet = Fleet(self.stage, self.netsuite, self.expensify, self.witness)
        self.bridge = Bridge(self.stage, self.fleet.intake_queue.send)
        self.people = People(self.stage, self.netsuite, self.expensify, self.bridge, self.switch)
        self.drift = Drift(self.stage, self.netsuite, self.fleet, self.witness.identity)
        self.director = Director(self.stage, self.fleet, self.expensify, self.people)
        self.late_life = LateLife(self.stage, self.fleet, self.expensify, self.bridge)
        self.operator = Operator(self.stage, self.fleet, self.witness.records)
        self.expensify.shown = self.director.shown
        self.witness.occasion = self.people.occasion
        self.witness.opened = self._opened
        self.witness.ambush = self._ambush
        self.witness.told_of = self.bridge.told_of
        self.expensify.outcome = self._outcome
        self.dues = DueChecks(self.stage, self.fleet, self.witness.mails.unreachable)
        self.modes = Modes(self.stage, self.fleet.settings)
        self.ladders = LadderChecks(
            self.stage, self.fleet, self.witness.mails, self.modes.only_observes
        )
        self.administrator = Administrator(self.stage, self.fleet, self.ladders)
        self.approver = Approver(self.stage, self.fleet, self.netsuite, self.people)
        self.mode_checks = ModeChecks(self.stage, self.modes, self.witness.records, self.expensify)
        self.ends = EndChecks(
            self.stage,
            self.netsuite,
            self.expensify,
            self.fleet,
            self.witness,
            EndOfModes(
                self.modes,
                self.mode_checks,
                self.people,
                self.fleet.notices,
                self.witness.mails.unreachable,
            ),
        )
        self.refusals = RefusalChecks(self.stage, self.fleet)
        self.searches = self._searches(self.fleet.search) if self.fleet.search else None
        self._connect()

    def _searches(self, search: Search) -> SearchChecks:
        checks = SearchChecks(self.stage, self.expensify, self.fleet, search)
        budget = BudgetChecks(self.stage)
        for line in (search.recovers, search.searches):
            line.sent, line.shut = budget.sent, budget.shut
        search.searches.denied = checks.denied
        search.finder.delivered = checks.delivered
        search.credentials.saved = checks.recorded
        search.inbox.taken = lambda message: self.bridge.relay(message, checks.said(message))
        return checks

    def _connect(self) -> None:
        fleet, mails = self.fleet, self.witness.mails
        self.dues.observed_since = self._observed_since
        fleet.satisfied = self.dues.satisfied
        fleet.cases.changed = self.witness.asks.changed
        self.witness.asks.notices = lambda person: fleet.notices.stored.get(person, {})
        fleet.workspaces.intends = self.witness.intends
        fleet.invoker.ended = self._ended
        fleet.taken = self._taken
        fleet.bus.heard = self._heard
        fleet.notices.settled = mails.settled
        fleet.topic.sent = self._posted
        fleet.accounts.stored = self._stored
        self.witness.acts = self._acts
        self.expensify.doorman.refused = self.refusals.refused
        self.netsuite.saved = fleet.reactivations.saved
        fleet.reactivations.modes = self.modes
        fleet.cases.lost = self.witness.lost
        fleet.cases.wrote = self.mode_checks.recorded
        fleet.mail.sent = self._mailed
        fleet.mail.bounced = mails.bounced

    def _stored(self, run: Run | None, before: object, after: Label | Blocker) -> None:
        self.witness.identity.stored(run, before, after)
        self.fleet.reactivations.stored(run, before, after)
        if isinstance(after, Blocker):
            key = after.account_id, after.project_id
            began = run.look_began if run else self.stage.now
            self.witness.records.watched.setdefault(key, began)

    def _opened(self, report: SimReport) -> None:
        self.people.opened(report)
        self.modes.occasion(report.workspace_id)

    def _observed_since(self, workspace_id: str, at: Millis) -> bool:
        return Mode.OBSERVE in self.modes.since(workspace_id, at)

    def _heard(self, announcement: Announcement) -> None:
        self.witness.heard(announcement)
        self.late_life.heard(announcement)
        if self.searches:
            self.searches.heard(announcement)

    def _taken(self, body: str, taken: str) -> None:
        self.witness.taken(body, taken)
        if self.searches:
            self.searches.accepted(body)

    def _acts(self, what: str, key: str) -> None:
        self.mode_checks.acts(what, key)
        run = self.stage.loop.active
        if run is not None:
            workspace_id = key if what == "sync" else self.expensify.reports[key].workspace_id
            self.refusals.asks(workspace_id, run)

    def _posted(self, letter: Letter) -> None:
        self.witness.mails.posted(letter)
        self.mode_checks.told(letter)
        self.drift.heard(letter)

    def _mailed(self, letter: Letter) -> None:
        for part in letter.each:
            self.mode_checks.told(part)
            self.witness.late.mailed(part)
        self.witness.mails.mailed(letter)
        self.witness.asks.mailed(letter)
        self.ladders.mailed(letter)
        self.people.got(letter)

    def _ambush(self, report: SimReport) -> None:
        self.people.ambush(report)
        self.director.asked(report)

    def begin(self) -> None:
        """Nothing has happened yet; time passes by `stage.loop.play`."""
        self.modes.begin()
        self.people.begin()
        self.administrator.begin()
        self.operator.begin()
        self.drift.begin()
        self.approver.begin()
        if self.fleet.search:
            self.fleet.search.begin()

    def play(self) -> Tally:
        """The whole history. Raises ViolationError."""
        stage, scenario = self.stage, self.stage.scenario
        self.begin()
        stage.loop.play(scenario.calm_at)
        self.come_to_rest()
        if self.expensify.spoiler.mend():
            self._wait()
        if scenario.ladders:
            stage.loop.play(stage.now + SPAN)
            self.ladders.at_rest()
        if scenario.late_fix:
            stage.loop.play(stage.now + scenario.late_fix)
            self.people.settle_the_rest()
            self._wait()
        return stage.tally

    def come_to_rest(self) -> None:
        """Nothing goes wrong any more. Raises ViolationError if something never finishes."""
        self.stage.calm = True
        self.fleet.settings.relax(self.stage.scenario)
        self.people.calm_down()
        self.drift.calm_down()
        self._wait()

    def switch(self, on: bool) -> None:
        """Of all acts of the stack."""
        if self.fleet.acts != on:
            self.stage.note("operator", f"switches acts {'on' if on else 'off'}")
            self.fleet.acts = on
            self.witness.records.off_since = None if on else self.stage.now

    def _wait(self) -> None:
        """Everything that can finish has finished, within a day and a half."""
        began = self.stage.now
        step = FIRST_CHECK
        while True:
            self.stage.loop.play(self.stage.now + step)
            left = self.ends.unsettled() or self.fleet.reactivations.unsettled()
            left = left or (self.searches.unsettled() if self.searches else [])
            if not left:
                return
            if self.stage.now - began >= PATIENCE:
                raise ViolationError("liveness", "; ".join(left[:3]))
            step = min((self.stage.now - began) // 6, HOUR)

    def _ended(self, run: Run, _well: bool) -> None:
        for cell in run.steps:
            self.stage.tally.cells[cell] = self.stage.tally.cells.get(cell, 0) + 1
        self.witness.ended(run)
        self.dues.ended(run)
        self.refusals.ended(run)
        if self.searches:
            self.searches.ended(run)
        if self.stage.scenario.ladders:
            self.ladders.ended(run)

    def _outcome(self, report: SimReport, entry: Entry) -> None:
        self.witness.outcome(report, entry)
        self.bridge.failed(report, entry)


def play(seed: int, journal: Journal | None = None, aim: Aim | None = None) -> Tally:
    """Play the history of this seed. Raises ViolationError."""
    return Simulation(draw(seed, aim), journal or Journal()).play()
