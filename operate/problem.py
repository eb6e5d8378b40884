"""What is wrong with a file: where it stands and what is expected, never what it holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`where`: the field, with dots; empty for the file as a whole."""

    file: str
    where: str
    what: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.where, self.what) if part)


def problems_of(file: str, error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    for fault in error.errors(include_url=False):
        path = [str(part) for part in fault["loc"]]
        yield Problem(file, ".".join(path), _what(fault, path, model))


def _what(fault: ErrorDetails, path: list[str], model: type[BaseModel]) -> str:
    match fault["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"no such field{_meant(path[-1], _fields(model, path[:-1]))}"
        case "value_error":
            # Our own validators may quote the value, which may be anything.
            return str(fault["ctx"]["error"]).replace(f"'{fault['input']}'", "'…'")
        case _:
            return fault["msg"][:1].lower() + fault["msg"][1:]


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; do you mean '{close[0]}'?" if close else ""


def _fields(model: type[BaseModel], path: list[str]) -> Iterable[str]:
    """The fields of the part of the settings that the path leads to.

    Unknown fields are refused inside models alone, so every step of the path is one.
    """
    for name in path:
        model = cast("type[BaseModel]", model.model_fields[name].annotation)
    return model.model_fields
