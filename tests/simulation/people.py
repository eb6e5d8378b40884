"""Administrators, submitters and everybody else who does things behind our back."""

from collections.abc import Callable

from shared.domain.clock import HOUR, MINUTE, SECOND, Millis
from shared.domain.decide_notify import Letter
from shared.domain.notice import Role, Tone
from tests.simulation.bridge import Bridge
from tests.simulation.expensify import SimExpensify, SyncJob
from tests.simulation.expensify_model import PERSON, Attempt, SimReport
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.run import Stage
from tests.simulation.scenario import ReportPlan


class People:
    """`switch` throws the kill switch."""

    def __init__(
        self,
        stage: Stage,
        netsuite: SimNetSuite,
        expensify: SimExpensify,
        bridge: Bridge,
        switch: Callable[[bool], None],
    ) -> None:
        self._stage = stage
        self._netsuite = netsuite
        self._expensify = expensify
        self._bridge = bridge
        self._switch = switch
        self._asked: list[Letter] = []
        self.clicked: dict[str, Millis] = {}
        """When somebody last did the clicks that we asked for, by report."""

        scenario = stage.scenario
        self._early = bool(scenario.aim or scenario.records.known or scenario.refusals)
        """What is closed is opened soon, for there to be exports before it is calm."""

        self._patience = (2 if stage.scenario.hurry else 20) * MINUTE

    def begin(self) -> None:
        """The first exports, and what happens at times that have nothing to do with us."""
        scenario, stage = self._stage.scenario, self._stage
        for plan in scenario.workspaces:
            for report in plan.reports:
                stage.loop.at(report.fails_at, self._first_export(report))
        span = scenario.calm_at - stage.now
        if self._early or stage.rng.random() < 0.7:
            self._open_some(min(span // 3, 2 * MINUTE) if scenario.hurry else span // 3)
        for _ in range(int(scenario.meddling * 40 * stage.rng.random())):
            stage.loop.at(stage.now + stage.rng.randrange(span), lambda: self.meddle(None))
        if stage.chance(0.1):
            stage.loop.at(stage.now + stage.rng.randrange(span), self._flip_switch)
        if stage.chance(0.05):
            stage.loop.at(stage.now + stage.rng.randrange(span), self._bridge.nonsense)

    def _open_some(self, span: Millis) -> None:
        """Without being asked, so that there is something to recover while all goes wrong."""
        for account, projects in self._netsuite.projects.items():
            for project in projects.values():
                likely = 0.95 if self._early else 0.6
                if project.closed and self._stage.rng.random() < likely:
                    later = self._stage.now + self._stage.rng.randrange(span)
                    self._stage.loop.at(later, self._opener(account, project.id))

    def occasion(self, report: SimReport | None) -> None:
        """Something of ours just happened: the moment at which a meddler does most harm.

        Mostly to the very `report` that it happened to.
        """
        stage = self._stage
        if report is not None and stage.rng.random() < 0.3:
            report = None
        if stage.chance(stage.scenario.meddling / 8):
            stage.loop.at(stage.now + stage.rng.randrange(1500), self._flip_switch)
        if stage.chance(stage.scenario.meddling):
            later = stage.now + int(150 * SECOND * stage.rng.random() ** 2)
            stage.loop.at(later, lambda: self.meddle(report))

    def opened(self, report: SimReport) -> None:
        """We look at it closely, perhaps to export it: somebody tells of its failure once more."""
        stage = self._stage
        if stage.chance(stage.scenario.meddling / 4):
            later = stage.now + stage.rng.randrange(1500)
            stage.loop.at(later, lambda: self._bridge.tell_again(report))

    def ambush(self, report: SimReport) -> None:
        """We asked for its export: before Expensify comes to it, somebody acts on it."""
        stage = self._stage
        if stage.scenario.ambush and stage.chance(0.8):
            later = stage.now + stage.rng.randrange(4 * SECOND)
            stage.loop.at(later, lambda: self.meddle(report))

    def meddle(self, report: SimReport | None) -> None:
        """One act of somebody, on this report or on any."""
        rng, habits = self._stage.rng, self._stage.scenario.habits
        if self._stage.calm:
            return
        report = report or rng.choice(list(self._expensify.reports.values()))
        acts: tuple[tuple[int, Callable[[SimReport], None]], ...] = (
            (habits.toggle, self._toggle_project),
            (habits.retag, lambda r: self._retag(r, rng.choice(r.texts) if r.texts else "")),
            (habits.export, lambda r: self._expensify.export(r.id, Attempt(PERSON))),
            (habits.mark, self.mark),
            (habits.unapprove, self.unapprove),
            (habits.delete, lambda r: self._expensify.delete(r.id)),
            (habits.sync, lambda r: self._expensify.sync(r.workspace_id, SyncJob(PERSON))),
            (habits.hint, self._bridge.hint),
            (habits.switch, lambda _report: self._flip_switch()),
        )
        act = rng.choices([a for _, a in acts], [weight for weight, _ in acts])[0]
        act(report)

    def got(self, letter: Letter) -> None:
        """Somebody reads a mail, and does what it asks for."""
        for part in letter.each:
            self._heed(part)

    def _heed(self, letter: Letter) -> None:
        """A submitter who is only asked which project tells the administrator, who was asked too."""
        stage, notice = self._stage, letter.notice
        if notice.tone is Tone.ASSIST:
            self._asked.append(letter)
            if stage.calm:
                self._click_later(letter)
        if stage.rng.random() >= stage.scenario.heeding:
            return
        later = stage.now + stage.rng.randrange(20 * SECOND, self._patience)
        if notice.tone is Tone.REACTIVATE and notice.about.startswith("P#"):
            stage.loop.at(later, lambda: self._open(notice.account_id, notice.about[2:]))
        plan = self._expensify.plans[notice.workspace_id]
        only_asked = notice.role is Role.SUBMITTER and plan.retag_by == "workspace_admin"
        if notice.tone is Tone.RETAG and not only_asked:
            stage.loop.at(later, lambda: self._retag_all(letter))
        if notice.tone is Tone.ASSIST:
            stage.loop.at(later, lambda: self._click(letter))

    def _click_later(self, letter: Letter) -> None:
        """Sooner or later they come to it."""
        later = self._stage.now + self._stage.rng.randrange(20 * SECOND, self._patience)
        self._stage.loop.at(later, lambda: self._click(letter))

    def _click(self, letter: Letter) -> None:
        """*Sync now*, and then the export of what isn't exported yet; *Done* is a hint."""
        self._expensify.sync(letter.notice.workspace_id, SyncJob(PERSON))
        for stuck in letter.subject.reports:
            report = self._expensify.reports[stuck.report_id]
            if not report.over:
                self._expensify.export(report.id, Attempt(PERSON))
                self.clicked[report.id] = self._stage.now
                if self._stage.rng.random() < 0.3:
                    self._bridge.hint(report)

    def calm_down(self) -> None:
        """What is wanted of people they do, or never; nobody changes his mind any more."""
        rng = self._stage.rng
        self._switch(True)
        for letter in self._asked:
            self._click_later(letter)
        for report in self._expensify.reports.values():
            if report.unapproved_at is not None and rng.random() < 0.7:
                self._expensify.approve(report.id)
        for account, projects in self._netsuite.projects.items():
            for project in projects.values():
                if project.closed not in {"", "gone"} and rng.random() < 0.6:
                    later = self._stage.now + rng.randrange(self._patience)
                    self._stage.loop.at(later, self._opener(account, project.id))

    def settle_the_rest(self) -> None:
        """Much later everything closed is opened, and what is gone is taken off the reports."""
        for account, projects in self._netsuite.projects.items():
            for project in projects.values():
                if project.closed not in {"", "gone"}:
                    self._open(account, project.id)
        for report in self._expensify.reports.values():
            for text in report.texts:
                meant = self._netsuite.meant_by(report, text)
                if any(p.closed for p in meant):
                    self._expensify.retag(report.id, text, "")

    def close(self, report: SimReport) -> None:
        """The projects of this report."""
        for text in report.texts:
            for project in self._netsuite.meant_by(report, text):
                if project.accepts:
                    self._netsuite.change(report.account, project.id, "inactive", "administrator")

    def _first_export(self, plan: ReportPlan) -> Callable[[], None]:
        attempt = Attempt("auto", stumbles=plan.stumbles)
        return lambda: self._expensify.export(plan.id, attempt)

    def _opener(self, account: str, project_id: str) -> Callable[[], None]:
        return lambda: self._open_impatiently(account, project_id)

    def _open_impatiently(self, account: str, project_id: str) -> None:
        """Somebody presses 'Sync now' a little too early, and then opens the project."""
        stage = self._stage
        if not stage.chance(0.3):
            self._open(account, project_id)
            return
        for plan in stage.scenario.workspaces:
            if plan.account == account:
                self._expensify.sync(plan.id, SyncJob(PERSON))
        later = stage.now + stage.rng.randrange(5 * SECOND, MINUTE)
        stage.loop.at(later, lambda: self._open(account, project_id))
        stage.loop.at(later + SECOND, lambda: self._bridge.project_hint(account, project_id))

    def _open(self, account: str, project_id: str) -> None:
        if self._netsuite.projects[account][project_id].closed == "gone":
            return
        self._netsuite.change(account, project_id, "", "administrator")
        if self._stage.rng.random() < (1 if self._stage.scenario.aim else 0.2):
            self._bridge.project_hint(account, project_id)

    def _toggle_project(self, report: SimReport) -> None:
        rng = self._stage.rng
        own = [p for t in report.texts for p in self._netsuite.meant_by(report, t)]
        any_ = list(self._netsuite.projects[report.account].values())
        project = rng.choice(own if own and rng.random() < 0.6 else any_)
        if project.closed == "gone":
            return
        closed = rng.choice(("inactive", "inactive", "expenses_off")) if project.accepts else ""
        self._netsuite.change(report.account, project.id, closed, "administrator")
        if rng.random() < 0.3:
            self._bridge.project_hint(report.account, project.id)
        if rng.random() < 0.15:
            again = self._stage.now + rng.randrange(MINUTE, 30 * MINUTE)
            self._stage.loop.at(again, lambda: self._back(report.account, project.id))

    def _back(self, account: str, project_id: str) -> None:
        """Somebody changes his mind."""
        project = self._netsuite.projects[account][project_id]
        if project.closed != "gone" and not self._stage.calm:
            closed = "inactive" if project.accepts else ""
            self._netsuite.change(account, project_id, closed, "administrator")

    def mark(self, report: SimReport) -> None:
        """Now and then that was rash, and is undone."""
        self._expensify.mark(report.id, "somebody")
        if self._stage.rng.random() < 0.3:
            later = self._stage.now + self._stage.rng.randrange(MINUTE, 8 * MINUTE)
            self._stage.loop.at(later, lambda: self._undo(report))

    def _undo(self, report: SimReport) -> None:
        if not self._stage.calm:
            self.unapprove(report)

    def draft(self, account: str, label: str) -> None:
        """Somebody takes a report back and gives it this project, for another approval."""
        reports = self._expensify.reports.values()
        mine = [r for r in reports if r.account == account and r.texts and not r.over]
        if mine and not self._stage.calm:
            report = self._stage.rng.choice(mine)
            self.unapprove(report)
            self._expensify.retag(report.id, self._stage.rng.choice(report.texts), label)
            self._bridge.hint(report)

    def unapprove(self, report: SimReport) -> None:
        """Expensify tries a report again that was only marked and is approved anew."""
        again = report.exported
        self._expensify.unapprove(report.id)
        if again and not report.exported:
            self._stage.loop.at(
                self._stage.now + 2 * MINUTE, lambda: self._approve_and_export(report.id)
            )
            return
        most = 20 * MINUTE if self._stage.scenario.hurry else 3 * HOUR
        later: Millis = self._stage.rng.randrange(MINUTE, most)
        self._stage.loop.at(self._stage.now + later, lambda: self._expensify.approve(report.id))

    def _approve_and_export(self, report_id: str) -> None:
        self._expensify.approve(report_id)
        self._expensify.export(report_id, Attempt("auto"))

    def _retag(self, report: SimReport, text: str) -> None:
        """To another project, active or not, to none, or to something unknown."""
        if not text or report.over:
            return
        others = [p.label for p in self._netsuite.projects[report.account].values()]
        choice = self._stage.rng.choice([*others, *others, "", "Nowhere"])
        if choice != text:
            self._expensify.retag(report.id, text, choice)
            if self._stage.rng.random() < 0.3:
                self._bridge.hint(report)

    def _retag_all(self, letter: Letter) -> None:
        for stuck in letter.subject.reports:
            report = self._expensify.reports.get(stuck.report_id)
            if report is not None and letter.subject.label in report.texts:
                self._retag(report, letter.subject.label)

    def _flip_switch(self) -> None:
        self._switch(False)
        most = 10 * MINUTE if self._stage.scenario.hurry else HOUR
        back = self._stage.now + self._stage.rng.randrange(MINUTE, most)
        self._stage.loop.at(back, lambda: self._switch(True))
