"""The functions a query may call (a part of Oracle section_158513731864), and no others."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.netsuite.suiteql import dates
from sandbox.netsuite.suiteql.translate import DISPLAY

# SQLite's own that mean the same; LIKE is a function there.
_NATIVE = frozenset(
    [
        "abs",
        "avg",
        "coalesce",
        "count",
        "instr",
        "length",
        "like",
        "ltrim",
        "max",
        "min",
        "nullif",
        "round",
        "rtrim",
        "substr",
        "sum",
        "trim",
    ]
)
_UNICODE = re.compile(r"\\([0-9A-Fa-f]{4})")


def install(connection: sqlite3.Connection, labels: Mapping[str, Mapping[str, str]]) -> None:
    """``labels``: column -> id -> text, for BUILTIN.DF."""

    def display(column: str, value: object) -> str | None:
        return None if value is None else labels.get(column, {}).get(str(value), str(value))

    for function, call in {**_FUNCTIONS, DISPLAY: display}.items():
        connection.create_function(function, -1, call, deterministic=True)


def is_known(function: str) -> bool:
    return function.lower() in _NATIVE or function.upper() in {*_FUNCTIONS, DISPLAY}


def _upper(text: str | None) -> str | None:
    return None if text is None else str(text).upper()


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _replace(text: str | None, old: str | None, new: str | None = None) -> str | None:
    return text if text is None or not old else str(text).replace(old, new or "") or None


def _regexp_replace(text: str | None, pattern: str, new: str | None = None) -> str | None:
    return None if text is None else re.sub(pattern, new or "", str(text)) or None


def _nvl(value: object, otherwise: object) -> object:
    return otherwise if value is None else value


def _nvl2(value: object, given: object, otherwise: object) -> object:
    return otherwise if value is None else given


def _concat(first: object, second: object) -> str | None:
    return "".join(str(value) for value in (first, second) if value is not None) or None


def _chr(code: int) -> str:
    """By bytes of the database's UTF-8: U+00A0 is CHR(49824), and CHR(160) is nothing."""
    return code.to_bytes(max(1, (code.bit_length() + 7) // 8), "big").decode("utf-8")


def _unistr(text: str) -> str:
    return _UNICODE.sub(lambda match: chr(int(match[1], 16)), text)


def _to_number(text: str | None) -> float | int | None:
    if text is None:
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "UPPER": _upper,
    "LOWER": _lower,
    "REPLACE": _replace,
    "REGEXP_REPLACE": _regexp_replace,
    "NVL": _nvl,
    "NVL2": _nvl2,
    "CONCAT": _concat,
    "CHR": _chr,
    "UNISTR": _unistr,
    "TO_CHAR": dates.to_char,
    "TO_DATE": dates.to_date,
    "TO_TIMESTAMP": dates.to_date,
    "TO_NUMBER": _to_number,
    "SYS_EXTRACT_UTC": dates.extract_utc,
}
