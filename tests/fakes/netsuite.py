"""A NetSuite in memory: what the port promises, with no query in between."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from shared.domain.absence import ReportRecord
from shared.domain.decide_watch import Question
from shared.domain.finding import Fault, Project
from shared.domain.folding import fold, name_forms
from shared.domain.reactivation import Changed, Fields, Outcome, Record
from shared.errors import RefusedError, TransientError


@dataclass(slots=True)
class FakeNetSuite:
    """`fault` is raised by every call while it is set; `asked` holds every question, `changes`
    what was asked to be changed.

    `outcome`: what a change comes to; whether one of an unknown outcome is done, says `does`.
    `before_change` is called as if somebody were quicker; `edits` counts how often each record was
    saved; `unreadable`: records that can't be read.
    """

    projects: list[Project] = field(default_factory=list)
    fault: TransientError | RefusedError | None = None
    asked: list[Question] = field(default_factory=list)
    kept: list[ReportRecord] = field(default_factory=list)
    records_fault: TransientError | RefusedError | None = None
    changes: list[tuple[str, Fields]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    outcome: Outcome = Outcome.DONE
    does: bool = True
    edits: dict[str, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    before_change: Callable[[], None] | None = None

    def look(self, question: Question) -> tuple[Project, ...]:
        self.asked.append(question)
        if self.fault is not None:
            raise self.fault
        return self._matching(question) or tuple(self.projects[:1] if question else ())

    def find_records(self, texts: tuple[str, ...]) -> tuple[ReportRecord, ...]:
        if self.records_fault is not None:
            raise self.records_fault
        return tuple(record for record in self.kept if record.text in texts)

    def record(self, project_id: str) -> Record | None:
        self.reads.append(project_id)
        if project_id in self.unreadable:
            raise TransientError("set", Fault.UNREADABLE)
        if self.fault is not None:
            raise self.fault
        return self._record(project_id)

    def change(self, project_id: str, wanted: Fields) -> Changed:
        self.changes.append((project_id, wanted))
        if self.before_change is not None:
            self.before_change()
        if self.fault is not None:
            if self.fault.fault is not Fault.NO_PERMISSION:
                raise self.fault
            return Changed(Outcome.REFUSED, codes=(str(self.fault.fault),))
        if self._record(project_id) is None:
            return Changed(Outcome.ABSENT)
        if self.outcome is Outcome.DONE or (self.outcome is Outcome.UNKNOWN and self.does):
            self.edit(project_id, wanted.inactive, wanted.allow_expenses)
        known = self.outcome in {Outcome.DONE, Outcome.NOT_TAKEN}
        return Changed(self.outcome, self._record(project_id) if known else None)

    def edit(
        self, project_id: str, inactive: bool | None = None, allow_expenses: bool | None = None
    ) -> None:
        """Somebody saves the record, with these values changed."""
        self.edits[project_id] = self.edits.get(project_id, 0) + 1
        self.projects = [
            replace(
                p,
                inactive=p.inactive if inactive is None else inactive,
                allow_expenses=p.allow_expenses if allow_expenses is None else allow_expenses,
            )
            if p.project_id == project_id
            else p
            for p in self.projects
        ]

    def _record(self, project_id: str) -> Record | None:
        found = next((p for p in self.projects if p.project_id == project_id), None)
        if found is None:
            return None
        saved = str(self.edits.get(project_id, 0))
        return Record(found.inactive, found.allow_expenses, modified=saved)

    def _matching(self, question: Question) -> tuple[Project, ...]:
        wanted = {fold(form) for text in question.texts for form in name_forms(text)}
        return tuple(
            project
            for project in self.projects
            if project.project_id in question.ids or wanted & _names(project)
        )


def _names(project: Project) -> set[str]:
    names = (
        project.project_id,
        project.entity_id,
        project.name,
        f"{project.entity_id} {project.name}",
    )
    return {fold(name) for name in names if name}
