"""Runs one query on the rows as they stand, and shapes rows and refusals as NetSuite does.

Values are texts, and a null column is left out of its item (public clients agree on both; see
docs.estuary.dev netsuite-suitetalk). Names come in lower case here; Oracle section_156257796125
says that their case may change with any release.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sandbox.netsuite import errors
from sandbox.netsuite.backend import Stored
from sandbox.netsuite.suiteql import dates, functions, table
from sandbox.netsuite.suiteql.syntax import Nodes, SyntaxRefusedError, parse, render
from sandbox.netsuite.suiteql.translate import sources, translate
from sandbox.netsuite.world import Customer

type Item = dict[str, object]
_NO_COLUMN = re.compile(r"no such column: (?:.*\.)?(\w+)$")
_NO_TABLE = re.compile(r"no such table: (\w+)$")
_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``labels``: column -> id -> text, for BUILTIN.DF. ``unknown``: columns that `job` lacks."""

    jobs: list[Stored]
    labels: Mapping[str, Mapping[str, str]]
    customers: list[Customer] = field(default_factory=list)
    one_world: bool = False
    unknown: frozenset[str] = frozenset()


def run(query: str, params: Sequence[object], snapshot: Snapshot) -> list[Item]:
    """All rows of the query, unpaged. Raises ApiError (400)."""
    try:
        nodes = parse(query)
        translated = render(translate(nodes))
    except SyntaxRefusedError:
        raise errors.unsupported_search() from None
    with closing(_database(snapshot)) as database:
        try:
            cursor = database.execute(translated, [_bound(value) for value in params])
            names = _names([column[0] for column in cursor.description])
            return [_item(names, row) for row in cursor]
        except sqlite3.Error as error:
            raise _refusal(str(error), nodes) from None
        except (OverflowError, UnicodeError):
            # A parameter that no database can hold: a number of 65 bits, half a character.
            raise errors.unsupported_search() from None


def tables(query: str) -> frozenset[str]:
    """What the query reads, in lower case; empty if it can't be parsed."""
    try:
        return frozenset(name.lower() for name in sources(parse(query)).values())
    except SyntaxRefusedError:
        return frozenset()


def _database(snapshot: Snapshot) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", autocommit=True)
    columns = table.columns(one_world=snapshot.one_world, unknown=snapshot.unknown)
    table.fill(database, snapshot.jobs, snapshot.customers, columns)
    functions.install(database, snapshot.labels)
    # Oracle's LIKE minds case, and its double quotes never make a text.
    database.execute("PRAGMA case_sensitive_like = ON")
    database.setconfig(sqlite3.SQLITE_DBCONFIG_DQS_DML, False)
    database.set_authorizer(_authorize)
    return database


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    allowed = action in _READS
    if action == sqlite3.SQLITE_READ:
        allowed = first in table.TABLES
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = functions.is_known(second or "")
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _bound(value: object) -> str | int | float | None:
    """Raises ApiError for a list or an object."""
    if isinstance(value, bool):
        return "T" if value else "F"
    if value is None or value == "":
        return None
    if isinstance(value, str | int | float):
        return value
    raise errors.unsupported_search()


def _names(columns: Sequence[str]) -> list[str]:
    """An expression without an alias is `expr1`, `expr2` ... by its place among them."""
    names: list[str] = []
    unnamed = 0
    for column in columns:
        unnamed += not column.isidentifier()
        names.append(column.lower() if column.isidentifier() else f"expr{unnamed}")
    return names


def _item(names: Sequence[str], row: Sequence[object]) -> Item:
    shown = {key: _shown(value) for key, value in zip(names, row, strict=True)}
    return {"links": [], **{key: value for key, value in shown.items() if value}}


def _shown(value: object) -> str | None:
    if isinstance(value, str) and dates.is_date(value):
        return dates.in_account_format(value)
    return None if value is None else str(value)


def _refusal(message: str, nodes: Nodes) -> errors.ApiError:
    if column := _NO_COLUMN.search(message):
        return errors.unknown_identifier(column[1], sources(nodes))
    if unknown := _NO_TABLE.search(message):
        return errors.invalid_search_type(unknown[1])
    return errors.unsupported_search()
