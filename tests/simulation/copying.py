"""Copies of frozen dataclasses, as `dataclasses.replace` makes them, in a quarter of its time.

A history makes hundreds. The copier of a class is written once, field by field, for its slots.
"""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.simulation.planting import swapped

type Copier = Callable[..., Any]

_slowly: Copier = dataclasses._replace  # type: ignore[attr-defined]  # `replace` looks it up at each call
_COPIERS: dict[type, Copier] = {}


def quick_copies() -> AbstractContextManager[None]:
    """While it lasts, `dataclasses.replace` is quick, whoever imported it when."""
    return swapped(dataclasses, _replace=quickly)


def quickly(of: Any, /, **changes: Any) -> Any:
    """As `dataclasses.replace`. Raises TypeError (no such field)."""
    copier = _COPIERS.get(type(of))
    if copier is None:
        copier = _COPIERS[type(of)] = _copier(type(of))
    return copier(of, **changes)


def _copier(cls: type) -> Copier:
    """The slow one where something is to be computed, or stands elsewhere than in slots."""
    fields = dataclasses.fields(cls)
    slots = cls.__dict__.get("__slots__", ())
    plain = all(f.init and f.name in slots for f in fields)
    if hasattr(cls, "__post_init__") or not fields or not plain:
        return _slowly
    names = [f.name for f in fields]
    source = [
        f"def copy(of, /, *, {', '.join(f'{name}=same' for name in names)}):",
        "    new = make(cls)",
        *(f"    set_{name}(new, of.{name} if {name} is same else {name})" for name in names),
        "    return new",
    ]
    scope: dict[str, Any] = {f"set_{name}": getattr(cls, name).__set__ for name in names}
    scope |= {"cls": cls, "make": object.__new__, "same": object()}
    exec("\n".join(source), scope)  # of our own classes' fields and nothing else
    return scope["copy"]
