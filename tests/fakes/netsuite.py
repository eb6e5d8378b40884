"""A NetSuite in memory: what the port promises, with no query in between."""

from dataclasses import dataclass, field

from shared.domain.absence import ReportRecord
from shared.domain.decide_watch import Question
from shared.domain.finding import Project
from shared.domain.folding import fold, name_forms
from shared.errors import RefusedError, TransientError


@dataclass(slots=True)
class FakeNetSuite:
    """`fault` is raised by every look while it is set; `asked` holds every question."""

    projects: list[Project] = field(default_factory=list)
    fault: TransientError | RefusedError | None = None
    asked: list[Question] = field(default_factory=list)
    kept: list[ReportRecord] = field(default_factory=list)
    records_fault: TransientError | RefusedError | None = None

    def look(self, question: Question) -> tuple[Project, ...]:
        self.asked.append(question)
        if self.fault is not None:
            raise self.fault
        return self._matching(question) or tuple(self.projects[:1] if question else ())

    def find_records(self, texts: tuple[str, ...]) -> tuple[ReportRecord, ...]:
        if self.records_fault is not None:
            raise self.records_fault
        return tuple(record for record in self.kept if record.text in texts)

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
