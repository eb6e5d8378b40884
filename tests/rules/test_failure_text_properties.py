"""Whatever a project is called and however messages are joined: what went in comes out."""

import re
from html import escape
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.domain.failure_text import parse

FULL = " is not active and can't accept expenses"
CURLY = " is not active and can\u2019t accept expenses"
PLEASE = ". Please update the project tag."
CHARACTERS = st.characters(exclude_categories=("Cc", "Cs"))
FRAGMENTS = st.sampled_from(
    ["is not active", "[", "]", ":", ",", ".", "'", '"', "NS0034", "NS0770", "Project", "A", "b c",
     "NS0021:", "Export Error:", "and can't accept expenses", "and", "\u00a0", "<", ">", "&", ";"]
)  # fmt: skip
RAW_NAMES = st.one_of(
    st.text(CHARACTERS, min_size=1, max_size=40),
    st.lists(FRAGMENTS, min_size=1, max_size=6).map(" ".join),
    st.lists(FRAGMENTS | st.text(CHARACTERS, max_size=5), min_size=1, max_size=8).map("".join),
).filter(lambda name: bool(name.strip()))
HEADS = ["NS0770 Export Error: ", "NS0770 Sync Error: ", "NS0770: ", "NS0770 ",
         "NS0770 Export Error ", "ExpensiError NS0770: "]  # fmt: skip
TAILS = [FULL, FULL + ".", CURLY, CURLY + PLEASE, " is not active", " is not active."]
BRACKETS = [("[", "]"), ("", "")]
FORMS = list(product(HEADS, BRACKETS, TAILS))

HOLDS_END = re.compile(
    r"is\s+not\s+active(\s+and\s+can\S{0,8}t\s+accept|\s*NS\d{4}|[\u2028\u2029]"
    r"|\s*[.,;:!?…|•\"'“”\u2018\u2019)])",
    re.IGNORECASE,
)
HOLDS_MESSAGE = re.compile(r"NS\d{4}\)?\s*(:|Export Error|Project)", re.IGNORECASE)
HOLDS_MARK_UP = re.compile(r"<[!/a-z][^<]*>|&[#a-z0-9]+;", re.IGNORECASE)


def projects(text: str) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(problem.code, problem.projects) for problem in parse(text).problems]


def normal(name: str) -> str:
    return " ".join(name.split())


def message(name: str, form: tuple[str, tuple[str, str], str]) -> str:
    head, (left, right), tail = form
    return f"{head}Project {left}{name}{right}{tail}"


def balanced(name: str) -> bool:
    depth = 0
    for character in name:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def undecidable(name: str, *, bracketed: bool) -> bool:
    """The list of the module's docstring, in other words."""
    holds_end, holds_message = bool(HOLDS_END.search(name)), bool(HOLDS_MESSAGE.search(name))
    if bracketed and balanced(name):
        return holds_end and holds_message
    enclosed = not bracketed and normal(name).startswith("[") and normal(name).endswith("]")
    return holds_end or holds_message or enclosed


@settings(deadline=None)
@given(name=RAW_NAMES, form=st.sampled_from(FORMS), marked_up=st.booleans())
def test_any_name_in_any_form_is_read_exactly(
    name: str, form: tuple[str, tuple[str, str], str], *, marked_up: bool
) -> None:
    """What was put into a template comes out of it again."""
    assume(not undecidable(name, bracketed=bool(form[1][0])))
    assume(marked_up or not HOLDS_MARK_UP.search(name))
    plain = message(name, form)
    text = f"<p>{escape(plain)}</p>" if marked_up else plain
    assert projects(text) == [("NS0770", (normal(name),))]


MESSAGES = (
    st.tuples(RAW_NAMES, st.sampled_from(FORMS))
    .filter(lambda pair: not undecidable(pair[0], bracketed=bool(pair[1][1][0])))
    .filter(lambda pair: not set("<&") & set(pair[0]))
    .map(lambda pair: (message(*pair), normal(pair[0])))
)
JOINERS = st.sampled_from([", ", "\n", " ", "; ", "<br>", "\r\n\r\n", " | "])


@settings(deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=8, unique_by=lambda pair: pair[1]), JOINERS)
def test_k_messages_are_k_problems(messages: list[tuple[str, str]], joiner: str) -> None:
    """Messages of any form, joined in any documented way, are told apart again."""
    text = joiner.join(text for text, _ in messages)
    assert projects(text) == [("NS0770", (name,)) for _, name in messages]


@settings(deadline=None)
@given(st.text() | st.lists(FRAGMENTS | st.text(max_size=3), max_size=40).map("".join))
def test_any_text_is_read(text: str) -> None:
    """No text raises; there is always a problem, none twice, and only NS0770 names projects."""
    found = parse(text).problems
    assert found
    assert len(set(found)) == len(found)
    assert all(problem.code == "NS0770" for problem in found if problem.projects)
    assert all(line == normal(line) for line in parse(text).plain.split("\n"))
