"""NetSuite: projects that people open and close, and one query that sees them as they are."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial

from shared.domain.absence import ReportRecord
from shared.domain.clock import SECOND, Millis
from shared.domain.decide_watch import Question
from shared.domain.finding import Fault, Owner, OwnerKind, Project, Status, status_of
from shared.domain.folding import fold, name_forms
from shared.domain.reactivation import Changed, Fields, Outcome, Record
from shared.errors import RefusedError, ThrottledError, TransientError
from tests.simulation.check_reactivation import ReactivationChecks
from tests.simulation.check_rest import RestChecks
from tests.simulation.expensify_model import SimReport
from tests.simulation.filing import Filing, is_before
from tests.simulation.run import Stage
from tests.simulation.scenario import ProjectPlan, Scenario

type _Error = TransientError | RefusedError


@dataclass(slots=True)
class SimProject:
    """`closed` is empty while it accepts expenses; else inactive, expenses_off, customer or gone.

    `label`: as Expensify spells it; `name`: as NetSuite does, if it was renamed. `closings`: how
    often it was closed, or another record became what must be opened, from the very beginning.
    """

    id: str
    label: str
    customer: str
    closed: str
    closings: int
    name: str = ""
    subsidiary: str = "North"
    saved_at: Millis = 0

    @property
    def accepts(self) -> bool:
        return not self.closed

    def row(self) -> Project:
        return Project(
            self.id,
            entity_id=f"P-{self.id}",
            name=self.name or self.label,
            customer=self.customer,
            subsidiary_id="",
            subsidiary=self.subsidiary,
            owners=(self._owner(),),
            inactive=self.closed == "inactive",
            allow_expenses=self.closed != "expenses_off",
        )

    def _owner(self) -> Owner:
        inactive = self.closed == "customer"
        return Owner(OwnerKind.CUSTOMER, f"c{self.id}", self.customer, inactive)

    @property
    def record(self) -> str:
        """What would have to be opened."""
        return self.closed if self.closed in {"customer", "gone"} else "itself"


class SimNetSuite:
    """All accounts. `chosen` and `subsidiaries`: what people know of their labels. `blind`: where
    our role sees nothing for a while.
    """

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self._stage = stage
        self.chosen: dict[tuple[str, str], str] = {}
        self.subsidiaries = {w.id: w.subsidiary for w in scenario.workspaces if w.subsidiary}
        self.blind: set[str] = set()
        self.filing = Filing(scenario.records)
        self.saved: Callable[[str, str, str], None] = lambda _account, _project, _who: None
        self.projects = {
            account: {plan.id: _project(plan) for plan in plans}
            for account, plans in scenario.projects.items()
        }

    def meant(self, account: str, label: str) -> list[SimProject]:
        """The projects of that name; one that is gone only if there is no other."""
        named = [p for p in self.projects[account].values() if p.label == label]
        return [p for p in named if p.closed != "gone"] or named

    def meant_by(self, report: SimReport, label: str) -> list[SimProject]:
        """By somebody's choice, or in the workspace's own subsidiary, if that tells."""
        chosen = self.chosen.get((report.workspace_id, label))
        if chosen:
            return [self.projects[report.account][chosen]]
        named = self.meant(report.account, label)
        subsidiary = self.subsidiaries.get(report.workspace_id)
        own = [p for p in named if p.subsidiary == subsidiary]
        return own if len(own) == 1 else named

    def ever_meant(self, account: str, label: str) -> set[str]:
        """The ids of all projects that the label was ever taken for."""
        chosen = {i for (_, text), i in self.chosen.items() if text == label}
        return chosen | {p.id for p in self.projects[account].values() if p.label == label}

    def findable(self, report: SimReport, label: str) -> bool:
        """Whether somebody chose, or a project that is there has that very name."""
        return self._findable(report, label, self.meant(report.account, label))

    def found(self, report: SimReport, label: str) -> bool:
        """The same of what it means in the workspace: the one of its subsidiary may be renamed, and
        others have its name.
        """
        return self._findable(report, label, self.meant_by(report, label))

    def _findable(self, report: SimReport, label: str, meant: list[SimProject]) -> bool:
        chosen = (report.workspace_id, label) in self.chosen
        return chosen or any(not p.name for p in meant if p.closed != "gone")

    def change(self, account: str, project_id: str, closed: str, who: str) -> None:
        project = self.projects[account][project_id]
        if project.closed != closed:
            before, was_open = project.record, project.accepts
            project.closed = closed
            project.closings += was_open or (bool(closed) and project.record != before)
            project.saved_at = self._stage.now
            self.saved(account, project_id, who)
            self._stage.note(who, f"project {project_id} {project.label}", closed or "active")

    def touch(self, account: str, project_id: str) -> None:
        """Somebody saves the record, and changes nothing that decides."""
        self.projects[account][project_id].saved_at = self._stage.now
        self._stage.note("administrator", f"project {project_id}", "saved")
        self.saved(account, project_id, "administrator")

    def record(self, account: str, project_id: str) -> Record | None:
        """Its times have whole seconds."""
        project = self.projects[account][project_id]
        if account in self.blind or project.closed == "gone":
            return None
        row = project.row()
        saved = self._stage.foreign("netsuite", project.saved_at) // SECOND
        return Record(row.inactive, row.allow_expenses, modified=str(saved))

    def answer(self, account: str, question: Question) -> tuple[Project, ...]:
        if account in self.blind:
            return ()
        return self._matching(account, question) or self._any(account)

    def shows_none(self, account: str) -> bool:
        """Whether our role sees no project at all."""
        return account in self.blind or not self._any(account)

    def _any(self, account: str) -> tuple[Project, ...]:
        there = (p.row() for p in self.projects[account].values() if p.closed != "gone")
        return tuple(there)[:1]

    def _matching(self, account: str, question: Question) -> tuple[Project, ...]:
        wanted = {fold(form) for text in question.texts for form in name_forms(text)}
        return tuple(
            project.row()
            for project in self.projects[account].values()
            if project.closed != "gone"
            and (
                project.id in question.ids
                or wanted & {fold(project.name or project.label), fold(project.id)}
            )
        )


class NetSuiteClient:
    """Implements the port `NetSuite` for one account."""

    def __init__(
        self,
        stage: Stage,
        netsuite: SimNetSuite,
        account: str,
        seen: object,
        told: Callable[[str, tuple[str, ...], tuple[ReportRecord, ...]], None],
        reactivations: ReactivationChecks,
    ) -> None:
        self._told = told
        self._stage = stage
        self.reactivations = reactivations
        self._netsuite = netsuite
        self._account = account
        self._seen = seen
        self._rest = RestChecks(stage, account)

    def look(self, question: Question) -> tuple[Project, ...]:
        stage = self._stage
        self._sends("asks NetSuite")
        rows = self._netsuite.answer(self._account, question)
        if stage.journal.on:
            told = ", ".join(f"{r.project_id}{'' if _accepts(r) else ' closed'}" for r in rows)
            stage.say(f"asks NetSuite {question.texts} {question.ids}", told or "no rows")
        self._seen(self._account, question, rows)  # type: ignore[operator]
        stage.back()
        return rows

    def find_records(self, texts: tuple[str, ...]) -> tuple[ReportRecord, ...]:
        """Now and then our role doesn't see all of them: one of those that are known, or none.

        That it hides just the one that is asked about, and shows all others, can't be found out.
        """
        stage = self._stage
        self._sends(f"asks NetSuite for records {texts}")
        found = self._netsuite.filing.find(self._account, texts)
        if self._account in self._netsuite.blind:
            found = ()
        elif found and stage.fault(stage.scenario.records.hides, "NetSuite hides records"):
            before = [r for r in found if is_before(r.text)]
            hidden = stage.rng.choice(before) if before and stage.rng.random() < 0.5 else None
            found = tuple(r for r in found if r != hidden) if hidden else ()
        stage.say(f"asks NetSuite for records {texts}", f"{[(r.column, r.text) for r in found]}")
        self._told(self._account, texts, found)
        stage.back()
        return found

    def _sends(self, what: str) -> None:
        self._rest.asks()
        self._stage.outside()
        self._may_fail(what)

    def record(self, project_id: str) -> Record | None:
        stage = self._stage
        self._rest.asks()
        stage.outside()
        self._may_fail(f"reads project {project_id}")
        record = self._netsuite.record(self._account, project_id)
        self.reactivations.read(self._account, project_id, record)
        stage.say(f"reads project {project_id}", str(record))
        stage.back()
        return record

    def change(self, project_id: str, wanted: Fields) -> Changed:
        """Done or not done, told or not told."""
        stage = self._stage
        self._rest.asks()
        self.reactivations.asks(self._account, project_id, wanted)
        stage.outside("netsuite.change")
        try:
            self._may_fail(f"changes project {project_id}")
        except BaseException:
            self.reactivations.not_sent(self._account, project_id)
            raise
        outcome = self._changed(project_id, wanted)
        after = self._netsuite.record(self._account, project_id)
        stage.say(f"changes project {project_id} to {wanted}", outcome)
        stage.back()
        if outcome is Outcome.DONE and (after is None or not wanted.held_by(after)):
            outcome = Outcome.ABSENT if after is None else Outcome.NOT_TAKEN
        known = outcome in {Outcome.DONE, Outcome.NOT_TAKEN}
        if known:
            self.reactivations.read_back(self._account, project_id, after)
        return Changed(outcome, after if known else None)

    def _changed(self, project_id: str, wanted: Fields) -> Outcome:
        stage, account = self._stage, self._account
        if self._netsuite.record(account, project_id) is None:
            return Outcome.ABSENT
        effect = partial(self.reactivations.does, account, project_id, wanted)
        if not stage.fault(stage.chances.answers, f"a change of {project_id} goes wrong"):
            effect()
            return Outcome.DONE
        how = stage.rng.random()
        if how < 0.15:
            return Outcome.REFUSED
        if how < 0.3:
            return Outcome.NOT_TAKEN
        if how < 0.6:
            effect()
            self.reactivations.unsaid(account, project_id, wanted)
        elif how < 0.75:
            stage.loop.at(stage.now + stage.rng.randrange(1000, 40_000), effect)
        else:
            self.reactivations.unclear(account, project_id)
        return Outcome.UNKNOWN

    def _may_fail(self, what: str) -> None:
        stage = self._stage
        if stage.fault(stage.chances.netsuite):
            error = self._fault(stage.rng.choice(_FAULTS))
            stage.say(what, f"{type(error).__name__} {error.fault}")
            raise error

    def _fault(self, error: _Error) -> _Error:
        """Throttled, it may say for how long; a refused login is one of several."""
        if isinstance(error, ThrottledError):
            return ThrottledError("simulated", self._rest.wants())
        if isinstance(error, RefusedError) and error.fault is Fault.LOGIN_REFUSED:
            return RefusedError("simulated", _LOGINS[self._stage.now // 1000 % len(_LOGINS)])
        return copy(error)  # what is raised keeps its history alive


_LOGINS = (Fault.LOGIN_REFUSED, Fault.INVALID_CLIENT, Fault.TOKEN_REFUSED)
_FAULTS = (
    ThrottledError("simulated"),
    TransientError("simulated"),
    TransientError("simulated", Fault.UNREADABLE),
    RefusedError("simulated"),
    RefusedError("simulated", Fault.NO_PERMISSION),
)


def _accepts(row: Project) -> bool:
    return status_of(row) is Status.ACTIVE


def _project(plan: ProjectPlan) -> SimProject:
    return SimProject(plan.id, plan.label, plan.customer, plan.closed, int(bool(plan.closed)))
