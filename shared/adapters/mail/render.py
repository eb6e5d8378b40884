"""A letter as a mail: subject, HTML and plain text.

Each tone has one template with its words; `form.html.j2` and `form.txt.j2` say how headings, steps
and lists look, so that both parts say the same by construction.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shared.adapters.mail.view import View, view_of
from shared.adapters.mail.wording import STATUSES, cut, shown, things
from shared.contracts.settings import WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.domain.folding import one_line

SUBJECT_LENGTH = 90
_NAME_IN_SUBJECT = 36
_EMPTY_LINES = re.compile(r"\n\s*\n")
_MANY_EMPTY_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """`subject` is one line that may become a header."""

    subject: str
    html: str
    text: str


def render(letter: Letter, settings: WorkspaceSettings | None, *links: str | None) -> Rendered:
    """`links` lead to the projects in NetSuite, where there are any: of each part of the letter.

    Without settings the workspace is called by its id.
    """
    view = view_of(letter, settings, *links)
    subject = _subject(view)
    return Rendered(subject, _html(view, subject), _text(view, subject))


def _subject(view: View) -> str:
    template = _environment("txt").get_template(f"{view.template}.j2")
    context = template.new_context(_context(view, "txt", ""))
    subject = "".join(template.blocks["subject"](context)).strip()
    return shown(f"Reminder: {subject}" if view.reminder else subject, SUBJECT_LENGTH)


def _subject_of(matter: View) -> str:
    """Of the mail that a digest's matter would have been; that it is a reminder is said beside it."""
    return _subject(replace(matter, reminder=""))


def _html(view: View, subject: str) -> str:
    template = _environment("html").get_template(f"{view.template}.j2")
    return _EMPTY_LINES.sub("\n", template.render(_context(view, "html", subject))).strip() + "\n"


def _text(view: View, subject: str) -> str:
    template = _environment("txt").get_template(f"{view.template}.j2")
    text = _LINE_ENDS.sub("", template.render(_context(view, "txt", subject)))
    return _MANY_EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def _context(view: View, form: str, subject: str) -> dict[str, object]:
    names = {"layout": f"layout.{form}.j2", "form": f"form.{form}.j2"}
    return {"view": view, "subject": subject, **names}


@cache
def _environment(form: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("shared.adapters.mail"),
        autoescape=form == "html",  # noqa: S701  plain text isn't HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["words"] = STATUSES
    environment.filters |= {
        "no_gaps": _no_gaps,
        "one_line": _one_line,
        "short": _short,
        "subject_of": _subject_of,
        "things": things,
    }
    return environment


def _one_line(text: str) -> str:
    """Template lines may break anywhere; what was escaped stays so."""
    line = one_line(text)
    return Markup(line) if isinstance(text, Markup) else line  # noqa: S704  it was one before


def _no_gaps(text: str) -> str:
    return _EMPTY_LINES.sub("\n", text).strip()


def _short(text: str) -> str:
    return cut(text, _NAME_IN_SUBJECT)
