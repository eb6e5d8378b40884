"""How the text of a tag finds its project, and how a project is spelt as a tag.

How imported NetSuite projects are named is not published (*unverified*): every form seen in
public threads is taken. A literal colon inside a tag travels as backslash-colon, since colons
join the levels (App src/libs/PolicyUtils.ts getCleanedTagName, escapeTagName).
"""

import re
from collections.abc import Iterable

from sandbox.expensify.world import Project, Workspace

_LEVEL_JOIN = re.compile(r"(?<!\\):")
# A level above the projects has one value, which is all that its shape needs.
_UPPER_LEVEL = "General"


def find(label: str, projects: Iterable[Project]) -> list[Project]:
    """All that the label may mean. A colon may belong to the name, so the whole comes first."""
    known = list(projects)
    return _named(label, known) or _named(label.rsplit(":", 1)[-1], known)


def spell(project: Project, workspace: Workspace) -> str:
    name = project.company_name or project.entity_id
    match workspace.label_style:
        case "entityId":
            return project.entity_id
        case "both":
            return f"{project.entity_id} {name}"
        case "hierarchical" if project.parent:
            return f"{project.parent.name} : {name}"
        case _:
            return name


def escape(level: str) -> str:
    return level.replace(":", r"\:")


def levels(label: str, workspace: Workspace) -> list[str]:
    """The tag's levels, escaped; the project is the last."""
    above = len(workspace.tag_levels or ("",)) - 1
    return [_UPPER_LEVEL] * above + [escape(label)] if label else []


def label_of(tag: str) -> str:
    """The project's label in a colon-joined tag."""
    return _LEVEL_JOIN.split(tag)[-1].replace(r"\:", ":")


def _named(label: str, projects: list[Project]) -> list[Project]:
    wanted = _fold(label)
    return [project for project in projects if wanted in _names(project)] if wanted else []


def _names(project: Project) -> set[str]:
    company = project.company_name or ""
    return {
        _fold(name)
        for name in (project.entity_id, company, f"{project.entity_id} {company}")
        if name
    }


def _fold(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").strip().casefold()
