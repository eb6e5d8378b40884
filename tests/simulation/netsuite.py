"""NetSuite: projects that people open and close, and one query that sees them as they are."""

from dataclasses import dataclass

from shared.domain.decide_watch import Question
from shared.domain.finding import Fault, Project
from shared.domain.folding import fold, name_forms
from shared.errors import RefusedError, ThrottledError, TransientError
from tests.simulation.run import Stage
from tests.simulation.scenario import ProjectPlan, Scenario


@dataclass(slots=True)
class SimProject:
    """`closed` is empty while it accepts expenses; else inactive, expenses_off or gone.

    `closings`: how often it was closed, from the very beginning.
    """

    id: str
    label: str
    customer: str
    closed: str
    closings: int

    @property
    def accepts(self) -> bool:
        return not self.closed

    def row(self) -> Project:
        return Project(
            self.id,
            entity_id=f"P-{self.id}",
            name=self.label,
            customer=self.customer,
            inactive=self.closed == "inactive",
            allow_expenses=self.closed != "expenses_off",
        )


class SimNetSuite:
    """All accounts. `seen` hears of every answer: account and which project accepts."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self._stage = stage
        self.projects = {
            account: {plan.id: _project(plan) for plan in plans}
            for account, plans in scenario.projects.items()
        }

    def meant(self, account: str, label: str) -> list[SimProject]:
        """The projects of that name; one that is gone only if there is no other."""
        named = [p for p in self.projects[account].values() if p.label == label]
        return [p for p in named if p.closed != "gone"] or named

    def change(self, account: str, project_id: str, closed: str, who: str) -> None:
        project = self.projects[account][project_id]
        if project.closed != closed:
            project.closings += project.accepts
            project.closed = closed
            self._stage.note(who, f"project {project_id} {project.label}", closed or "active")

    def answer(self, account: str, question: Question) -> tuple[Project, ...]:
        return self._matching(account, question) or self._any(account)

    def _any(self, account: str) -> tuple[Project, ...]:
        there = (p.row() for p in self.projects[account].values() if p.closed != "gone")
        return tuple(there)[:1]

    def _matching(self, account: str, question: Question) -> tuple[Project, ...]:
        wanted = {fold(form) for text in question.texts for form in name_forms(text)}
        return tuple(
            project.row()
            for project in self.projects[account].values()
            if project.closed != "gone"
            and (project.id in question.ids or wanted & {fold(project.label), fold(project.id)})
        )


class NetSuiteClient:
    """Implements the port `NetSuite` for one account."""

    def __init__(self, stage: Stage, netsuite: SimNetSuite, account: str, seen: object) -> None:
        self._stage = stage
        self._netsuite = netsuite
        self._account = account
        self._seen = seen

    def look(self, question: Question) -> tuple[Project, ...]:
        stage = self._stage
        stage.outside()
        if stage.fault(stage.chances.netsuite):
            error = stage.rng.choice(_FAULTS)
            stage.say("asks NetSuite", f"{type(error).__name__} {error.fault}")
            raise error
        rows = self._netsuite.answer(self._account, question)
        if stage.journal.on:
            told = ", ".join(f"{r.project_id}{'' if _accepts(r) else ' closed'}" for r in rows)
            stage.say(f"asks NetSuite {question.texts} {question.ids}", told or "no rows")
        self._seen(self._account, question, rows)  # type: ignore[operator]
        stage.back()
        return rows


_FAULTS = (
    ThrottledError("simulated"),
    TransientError("simulated"),
    TransientError("simulated", Fault.UNREADABLE),
    RefusedError("simulated"),
    RefusedError("simulated", Fault.NO_PERMISSION),
)


def _accepts(row: Project) -> bool:
    return row.inactive is False and row.allow_expenses is True


def _project(plan: ProjectPlan) -> SimProject:
    return SimProject(plan.id, plan.label, plan.customer, plan.closed, int(bool(plan.closed)))
