"""The values of a template: texts, numbers, booleans, lists, hashes, and what isn't there."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.expensify.freemarker.errors import TemplateError


class Missing:
    """The value of what isn't there, and of null: to FreeMarker they are the same."""


MISSING = Missing()


class Empty(str):
    """``x!`` without a default: an empty text, an empty list and an empty hash in one."""

    __slots__ = ()


@dataclass(slots=True)
class Loop:
    variable: str
    item: Any
    index: int
    has_next: bool

    def look_up(self, name: str) -> Any:
        known = {
            self.variable: self.item,
            f"{self.variable}_has_next": self.has_next,
            f"{self.variable}_index": self.index,
        }
        return known.get(name, MISSING)


@dataclass(slots=True)
class Scope:
    variables: dict[str, Any]
    loops: list[Loop] = field(default_factory=list)

    def look_up(self, name: str) -> Any:
        for loop in reversed(self.loops):
            if (value := loop.look_up(name)) is not MISSING:
                return present(value)
        return present(self.variables.get(name))

    def loop_of(self, variable: str) -> Loop:
        for loop in reversed(self.loops):
            if loop.variable == variable:
                return loop
        raise TemplateError(f"{variable} is no loop variable")


def present(value: Any) -> Any:
    return MISSING if value is None else value


def kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case dict():
            return "hash"
        case list() | tuple():
            return "sequence"
        case _:
            return "missing"


def as_boolean(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise TemplateError(f"Expected a boolean, but {what} is a {kind(value)}")
    return value


def as_sequence(value: Any, what: str) -> list[Any]:
    if isinstance(value, Empty):
        return []
    if not isinstance(value, list | tuple):
        raise TemplateError(f"Expected a sequence, but {what} is a {kind(value)}")
    return list(value)


def as_text(value: Any, what: str) -> str:
    """What ``${...}`` writes. Numbers get the grouping of FreeMarker's default locale, en_US."""
    match kind(value):
        case "string":
            return str(value)
        case "number":
            return f"{value:,}"
        case other:
            raise TemplateError(f"Can't convert {what} to a text: it is a {other}")
