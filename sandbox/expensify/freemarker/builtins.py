"""What may stand after a question mark."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.expensify.freemarker.errors import TemplateError
from sandbox.expensify.freemarker.values import Empty, as_sequence, as_text, kind

type Builtin = Callable[[Any, Sequence[Any]], Any]


def has_content(value: Any) -> bool:
    """Numbers and booleans always have content; a missing value never."""
    return kind(value) in {"number", "boolean"} or bool(kind(value) != "missing" and value)


def _c(value: Any, _args: Sequence[Any]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int | float):
        raise TemplateError(f"?c takes a number or a boolean, but got a {kind(value)}")
    return str(value)


def _string(value: Any, args: Sequence[Any]) -> str:
    if isinstance(value, bool):
        when_true, when_false = args or ("true", "false")
        return str(when_true if value else when_false)
    if args:
        raise TemplateError("?string with a number format is not supported")
    return as_text(value, "the operand of ?string")


def _json_string(value: Any, _args: Sequence[Any]) -> str:
    return json.dumps(as_text(value, "the operand of ?json_string"), ensure_ascii=False)[1:-1]


def _keys(value: Any, _args: Sequence[Any]) -> list[str]:
    if isinstance(value, Empty):
        return []
    if not isinstance(value, dict):
        raise TemplateError(f"?keys takes a hash, but got a {kind(value)}")
    return list(value)


def _size(value: Any, _args: Sequence[Any]) -> int:
    return len(value) if isinstance(value, dict) else len(as_sequence(value, "operand of ?size"))


def _is(*kinds: str) -> Builtin:
    return lambda value, _args: kind(value) in kinds


BUILTINS: dict[str, Builtin] = {
    "c": _c,
    "string": _string,
    "json_string": _json_string,
    "keys": _keys,
    "size": _size,
    "is_string": _is("string"),
    "is_number": _is("number"),
    "is_boolean": _is("boolean"),
    "is_sequence": _is("sequence"),
    "is_hash": _is("hash"),
    "is_hash_ex": _is("hash"),
}
