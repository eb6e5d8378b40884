"""What a failed export says: its NS codes and, for NS0770, its projects, out of free text.

Expensify carries no code field: everything stands in one text, and one text may hold several
messages. Source: the NS0770 articles and Common-NetSuite-Errors in Expensify's help:

    NS0770 Export Error: Project [X] is not active and can't accept expenses. Please update …

Rules, whatever a name may contain:

1. A *head* opens a message. It is a code with a label ('Export Error', 'Sync Error' or a colon
   after it, 'ExpensiError' before it, 'Project' right after it), or a bare code at the start of a
   line or after a separator; as long as no head was seen, also a bare code after a blank.
2. No head is looked for in a project's name, nor in brackets within a message: they hold values.
3. The sentence starts with 'Project' and ends at ' is not active' followed by 'and can't accept
   expenses' (a *full* end), or by a stop, comma, colon, bar, quote, line break, code, 'Please
   update' or nothing (a *short* end). With anything else after it, 'is not active' is part of the
   name.
4. A name that opens with a bracket goes up to the bracket that balances it, if an end follows.
   Otherwise a name goes up to the first full end of its message, or else its first short end, and
   loses a bracket that it has on both sides. Its message ends at the next labelled head after a
   separator or an end (before the first head: at any labelled head); only a balanced name without
   an end before that head may hold it.
5. A sentence without an end names no project; the report itself has to be read.

By these rules, and not by knowledge, are decided: an unbracketed name with a bracket on both sides;
a name that holds an end, or a labelled head after a separator, and isn't in balanced brackets; a
name in balanced brackets that holds both; a plain name with what reads as an HTML tag or entity.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from shared.domain.folding import one_line
from shared.domain.plain_text import to_plain

PROJECT_REFUSED = "NS0770"
MAX_LENGTH = 262_144
"""Characters that are read; EventBridge takes no event above 256 KB."""
MAX_CODES = 70
"""Codes that a case keeps; Expensify documents as many, and they stand in the key of a notice."""
NEVER = sys.maxsize

_STOPS = '.,:;!?…|•"“”)'
_SEPARATORS = _STOPS + "]\n"
_TOKEN = re.compile(
    r"(?P<owner>\bExpensiError\s)?\b(?P<code>NS[0-9]{4})\b"
    r"(?P<label>\)?(?:\s(?i:export|sync)\s?(?i:error)\b\s?:?|\s?:)|(?=\s(?i:project)[\s\[]))?"
    r"|\b(?P<project>(?i:project))(?:\s|(?=\[))"
    r"|\["
)
# 'can\S{0,8}t' is can't with any apostrophe, none, or a garbled or escaped one, and 'cannot'.
_END = re.compile(
    r"(?:(?<=\])\s?|\s)(?i:is\snot\sactive)"
    r"(?:(?P<full>\s(?i:and\scan\S{0,8}t\saccept\sexpenses))"
    rf"|(?=\n|\s?(?:\Z|[{_STOPS}'\u2018\u2019]|(?:ExpensiError\s)?NS[0-9]{{4}}\b|(?i:please\supdate\b))))"
)
_BRACKET = re.compile(r"[\[\]]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One message. `projects` only for NS0770, as written, blanks collapsed, in order."""

    code: str | None
    projects: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class FailureText:
    """`problems` has at least one entry, in order of appearance, none twice.

    `plain` is the whole text without mark-up, also what stands before the first code.
    """

    problems: tuple[Problem, ...]
    plain: str


@dataclass(slots=True)
class _Message:
    code: str
    start: int
    names: list[str]


@dataclass(frozen=True, slots=True)
class _Marks:
    """Positions in one text, ascending, so that every question is a binary search."""

    labelled: list[int]
    separated: list[int]
    full_ends: list[int]
    ends: list[int]
    closing: dict[int, int]
    """Each opening bracket that is balanced, and what balances it."""


@lru_cache(256)  # a report's history is read again and again
def parse(text: str) -> FailureText:
    """Never raises; the work is linear in the text's length, but for binary searches."""
    plain = to_plain(text[:MAX_LENGTH])
    messages = _read(plain, _marks(plain))
    if not messages:
        return FailureText((Problem(None, (), one_line(plain)),), plain)
    stops = [message.start for message in messages[1:]] + [len(plain)]
    unique: dict[tuple[str, ...], Problem] = {}
    for message, stop in zip(messages, stops, strict=True):
        problem = _problem(message, plain[message.start : stop])
        unique.setdefault((message.code, *(problem.projects or [problem.text])), problem)
    return FailureText(tuple(unique.values()), plain)


def codes_of(problems: Iterable[Problem]) -> tuple[str, ...]:
    """Each code once, in order; empty for a text without one."""
    return tuple(dict.fromkeys(problem.code or "" for problem in problems))[:MAX_CODES]


def _problem(message: _Message, text: str) -> Problem:
    names = dict.fromkeys(message.names) if message.code == PROJECT_REFUSED else ()
    return Problem(message.code, tuple(names), one_line(text).rstrip(" ,;"))


def _read(plain: str, marks: _Marks) -> list[_Message]:
    """The messages, from left to right; names and bracketed values are stepped over."""
    found: list[_Message] = []
    at = 0
    while token := _TOKEN.search(plain, at):
        at = token.end()
        if token["code"]:
            if _opens(token, plain, first=not found):
                found.append(_Message(token["code"], token.start(), []))
        elif token["project"]:
            heads = marks.separated if found else marks.labelled
            end = _name_end(marks, at, _next(heads, at))
            if end is not None:
                name = _bare(plain[at:end])
                if found and name:
                    found[-1].names.append(name)
                at = end
        elif found:
            at = marks.closing.get(token.start(), token.start()) + 1
    return found


def _opens(token: re.Match[str], plain: str, *, first: bool) -> bool:
    if _labelled(token) or _separated(plain, token.start()):
        return True
    return first and plain[token.start() - 1] in " ("


def _name_end(marks: _Marks, start: int, limit: int) -> int | None:
    """Where the name that starts here ends, its brackets included."""
    first = _next(marks.ends, start)
    closing = marks.closing.get(start, NEVER)
    ended = _next(marks.ends, closing) == closing + 1
    if ended and (closing < limit or first >= limit):
        return closing + 1
    full = _next(marks.full_ends, start)
    end = full if full < limit else first
    return end if end < limit else None


def _bare(name: str) -> str:
    enclosed = name.startswith("[") and name.endswith("]")
    return one_line(name[1:-1] if enclosed else name)


def _marks(plain: str) -> _Marks:
    heads = [token for token in _TOKEN.finditer(plain) if token["code"] and _labelled(token)]
    ends = list(_END.finditer(plain))
    ended = {end.end() + 1 for end in ends}
    labelled = [head.start() for head in heads]
    return _Marks(
        labelled=labelled,
        separated=[at for at in labelled if at in ended or _separated(plain, at)],
        full_ends=[end.start() for end in ends if end["full"]],
        ends=[end.start() for end in ends],
        closing=_balanced(plain),
    )


def _balanced(plain: str) -> dict[int, int]:
    closing: dict[int, int] = {}
    opened: list[int] = []
    for bracket in _BRACKET.finditer(plain):
        if bracket[0] == "[":
            opened.append(bracket.start())
        elif opened:
            closing[opened.pop()] = bracket.start()
    return closing


def _labelled(token: re.Match[str]) -> bool:
    # A label is an empty text where 'Project' follows the code; it is None where nothing does.
    return token["owner"] is not None or token["label"] is not None


def _separated(plain: str, at: int) -> bool:
    # One blank at most stands between two words of `plain`; the slice is empty at its start.
    before = plain[max(at - 2, 0) : at].strip(" ")[-1:]
    return before in _SEPARATORS


def _next(positions: list[int], at: int) -> int:
    index = bisect_left(positions, at)
    return positions[index] if index < len(positions) else NEVER
