"""The queries of a look. Pure: a question in, texts with bound parameters out.

Bound parameters: Oracle section_157909186990. Functions: section_158513731864. At most 1,000
arguments in one IN: section_156257796125. Whether there is a limit for a whole query is written
nowhere, so a large question can be asked with 1,000 in all as well.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.decide_watch import Question
from shared.domain.finding import OwnerKind
from shared.domain.folding import name_forms, one_line

PAGE_ROWS = 1000
FIRST = "0"
"""Before the first page: every internal id is greater."""

type _Texts = tuple[str, ...]
type Columns = _Texts
PLAIN_COLUMNS: Columns = ("id", "entityid", "companyname", "isinactive", "allowexpenses")
OWNER_COLUMNS: Columns = (
    "customer AS customerid",
    "BUILTIN.DF(customer) AS customername",
    "parent AS parentid",
    "BUILTIN.DF(parent) AS parentname",
)
"""Aliases of their own, so that a reference's id is never taken for its text."""

_STATUS: Columns = ("BUILTIN.DF(entitystatus) AS statusname",)
_SUBSIDIARY: Columns = ("subsidiary AS subsidiaryid", "BUILTIN.DF(subsidiary) AS subsidiaryname")
OPTIONAL = (_STATUS, OWNER_COLUMNS[:2], OWNER_COLUMNS[2:], _SUBSIDIARY)
"""What an account or a role may lack, each with its text: features and rights differ."""

USUAL_COLUMNS: Columns = (*PLAIN_COLUMNS, *_STATUS, *OWNER_COLUMNS)
"""There are subsidiaries in OneWorld accounts only."""

ALL_COLUMNS: Columns = (*USUAL_COLUMNS, *_SUBSIDIARY)

_NAMES = ("entityid", "companyname", "entityid || ' ' || companyname")
_IN_ONE_LIST = 1000
# A thousand labels have three forms each at most, see `name_forms`.
_KEYS_AT_ONCE = 3 * _IN_ONE_LIST
_IN_ALL = 1000
_FIXED_ARGUMENTS = len(_NAMES) + 1
_FEW_KEYS = (_IN_ALL - _FIXED_ARGUMENTS) // len(_NAMES)
_FEW_IDS = _IN_ALL - 1
# 'ID name' takes two fields of at most 83 letters; Oracle refuses texts of more than 4,000 bytes.
_LONGEST_KEY = 500
_ID = re.compile("[1-9][0-9]{0,14}")
_BLANKS = "[\t " + "".join(c for c in map(chr, range(0xA0, 0x3001)) if c.isspace()) + "]+"


@dataclass(frozen=True, slots=True)
class Lookup:
    """What one query asks for: names under which a project may go, and internal ids."""

    keys: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    params: tuple[str, ...]


def lookups(question: Question, *, careful: bool = False) -> tuple[Lookup, ...]:
    """One for up to 1,000 labels and 1,000 ids; `careful`: none with more than 1,000 arguments.

    None if nothing that is asked can name a project.
    """
    forms = _unique(form for text in question.texts for form in name_forms(text))
    keys = _unique(key for form in forms for key in _keys(form))
    ids = _unique((*question.ids, *filter(_ID.fullmatch, forms)))
    if not careful:
        return _together(_batches(keys, _KEYS_AT_ONCE), _batches(ids, _IN_ONE_LIST))
    if len(keys) * len(_NAMES) + len(ids) + _FIXED_ARGUMENTS <= _IN_ALL:
        return _together(_batches(keys, _FEW_KEYS), _batches(ids, _FEW_IDS))
    return (
        *(Lookup(keys=some) for some in _batches(keys, _FEW_KEYS)),
        *(Lookup(ids=some) for some in _batches(ids, _FEW_IDS)),
    )


def _together(keys: Iterable[_Texts], ids: Iterable[_Texts]) -> tuple[Lookup, ...]:
    pairs = itertools.zip_longest(keys, ids, fillvalue=())
    return tuple(Lookup(some_keys, some_ids) for some_keys, some_ids in pairs)


def _batches(values: _Texts, size: int) -> Iterable[_Texts]:
    return itertools.batched(values, size, strict=False)


def query(lookup: Lookup, columns: Columns, after: str = FIRST) -> Query:
    """The next page after the id `after`.

    By key, since offset pages may lose or double rows that change meanwhile.
    """
    wanted, params = [], list[str]()
    if lookup.keys:
        for name, keys in itertools.product(_NAMES, _batches(lookup.keys, _IN_ONE_LIST)):
            wanted.append(f"{_folded(name)} IN ({_marks(keys)})")
            params += [_BLANKS, *keys]
    if lookup.ids:
        wanted.append(f"id IN ({_marks(lookup.ids)})")
        params += lookup.ids
    condition = f"({' OR '.join(wanted)}) AND id > ?"
    text = f"SELECT {', '.join(columns)} FROM job WHERE {condition} ORDER BY id"  # noqa: S608
    return Query(text, (*params, after))


def any_project(columns: Columns) -> Query:
    """The first of all that we may see; asked for with a limit of one."""
    text = f"SELECT {', '.join(columns)} FROM job WHERE id > ? ORDER BY id"  # noqa: S608
    return Query(text, (FIRST,))


def owners(kind: OwnerKind, ids: Iterable[str]) -> Iterable[Query]:
    """Whether they are inactive. A project's parent is another project (sub-projects), and its
    customer a customer: SuiteQL has both columns (fivetran/dbt_netsuite_source, get_job_columns).
    """
    table = "customer" if kind is OwnerKind.CUSTOMER else "job"
    for some in itertools.batched(ids, _IN_ONE_LIST, strict=False):
        text = f"SELECT id, isinactive FROM {table} WHERE id IN ({_marks(some)}) ORDER BY id"  # noqa: S608
        yield Query(text, some)


def _folded(name: str) -> str:
    """In SQL what `fold` does, but for letters whose capitals are several (see `_keys`)."""
    return f"UPPER(TRIM(REGEXP_REPLACE(REPLACE({name}, '/', '-'), ?, ' ')))"


def _keys(form: str) -> Iterable[str]:
    """The form as `_folded` gives it; twice where Oracle's UPPER keeps 'ß' and ours doesn't.

    Nothing for a text that no project can have: one bad argument would fail the whole query, and
    every other label's with it.
    """
    text = one_line(form).replace("/", "-")
    if len(text) > _LONGEST_KEY or any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        return ()
    return ("".join(map(_capital, text)), text.upper())


def _capital(letter: str) -> str:
    upper = letter.upper()
    return upper if len(upper) == 1 else letter


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
