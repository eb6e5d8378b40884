"""How names are compared: the key of a name, and the texts by which a label may name a project."""

import re
from functools import lru_cache

# A look compares every label with every project, over and over: each name is folded once.
_KEPT = 8192
_LEVEL = re.compile(r"(?<!\\):")


def one_line(text: str) -> str:
    """Every run of blanks (Unicode ones and line breaks too) becomes one blank; outer ones go."""
    return " ".join(text.split())


@lru_cache(_KEPT)
def fold(name: str) -> str:
    """The key under which two spellings of one name are equal.

    Letter case and blanks don't count, and '/' equals '-', because Expensify writes a '-' where
    NetSuite has a '/'. There is no Unicode normalisation on purpose: NFKC would make names equal
    that NetSuite keeps apart ('Phase ²' and 'Phase 2').
    """
    return one_line(name.casefold()).replace("/", "-")


@lru_cache(_KEPT)
def name_forms(label: str) -> tuple[str, ...]:
    r"""The texts by which a label may name a project, the whole label first.

    Expensify joins the levels of a tag with ':' and writes a colon inside a level as '\:'. A level
    that came from NetSuite may itself read 'Customer : Project'. Hence: the whole label, its last
    level, the last part of that level after ' : '; without escapes, repetitions and empty texts.
    """
    whole = one_line(label)
    level = _LEVEL.split(whole)[-1]
    part = _unescape(level).rpartition(" : ")[2]
    forms = (_unescape(whole), _unescape(level), part)
    return tuple(dict.fromkeys(form.strip() for form in forms if form.strip()))


def _unescape(label: str) -> str:
    return label.replace("\\:", ":")
