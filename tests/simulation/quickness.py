"""Frozen dataclasses are made and copied in a quarter of the time, with the same result.

A history makes and copies thousands. What takes the time is that each field of a frozen one is set
around its own guard. Here an object is, while its fields are set, of a twin class without a guard.
"""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from types import FunctionType
from typing import Any

from tests.simulation.planting import swapped

type Made = Callable[..., Any]

_slowly: Made = dataclasses._replace  # type: ignore[attr-defined]
_set_class = object.__dict__["__class__"].__set__
_COPIERS: dict[tuple[object, ...], Made] = {}
_FEW = 4
"""So few fields are set as quickly around the guard as without it."""

_FOREVER = ExitStack()
_OURS = ("shared.domain.", "shared.ports", "tests.simulation.")


@contextmanager
def quick() -> Iterator[None]:
    """While it lasts, ours are made quickly, and `dataclasses.replace` is quick, whoever imported
    it when. Enter it once for many histories: Python doesn't like classes that change often.
    """
    with ExitStack() as stack:
        stack.enter_context(swapped(dataclasses, _replace=copied))
        for cls in (c for c in _loaded() if len(dataclasses.fields(c)) > _FEW):
            stack.enter_context(swapped(cls, __init__=_maker(cls)))
        yield


def quick_worker() -> None:
    """For a process that does nothing else."""
    _FOREVER.enter_context(quick())


def copied(of: Any, /, **changes: Any) -> Any:
    """As `dataclasses.replace`. Raises TypeError (no such field)."""
    key = type(of), *changes
    copier = _COPIERS.get(key)
    if copier is None:
        copier = _COPIERS[key] = _copier(type(of), tuple(changes))
    return copier(of, **changes)


def _loaded() -> list[type]:
    modules = [m for name, m in sys.modules.items() if name.startswith(_OURS)]
    found = {c for m in modules for c in vars(m).values() if isinstance(c, type)}
    return [cls for cls in found if dataclasses.is_dataclass(cls) and _is_plain(cls)]


def _is_plain(cls: type) -> bool:
    """Frozen, all in slots of its own, nothing to be computed."""
    slots = cls.__dict__.get("__slots__", ())
    fields = dataclasses.fields(cls)
    return (
        cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
        and bool(fields)
        and not hasattr(cls, "__post_init__")
        and all(f.init and f.name in slots for f in fields)
    )


@cache
def _twin(cls: type) -> type:
    return type(cls.__name__, cls.__bases__, {"__slots__": cls.__slots__})  # type: ignore[attr-defined]


def _copier(cls: type, changed: tuple[str, ...]) -> Made:
    """With these fields changed."""
    names = [f.name for f in dataclasses.fields(cls)]
    if not _is_plain(cls) or not set(changed) <= set(names):
        return _slowly
    head = f"def made({', '.join(['_of, /', *changed])}):"
    body = [
        "_new = _make(_twin)",
        *(f"_new.{name} = {name if name in changed else f'_of.{name}'}" for name in names),
        "_set_class(_new, _cls)",
        "return _new",
    ]
    return _written(head, body, cls)


def _maker(cls: type) -> Made:
    """Its `__init__`, with the same arguments in the same order."""
    right = cls.__init__  # type: ignore[misc]
    fields = dataclasses.fields(cls)
    given = [f.name for f in fields if not f.kw_only]
    named = [f.name for f in fields if f.kw_only]
    head = f"def made(self, {', '.join([*given, *(['*', *named] if named else [])])}):"
    made = {f.name: f"_make_{f.name}() if {f.name} is _unset else {f.name}" for f in fields}
    computed = {f.name for f in fields if f.default_factory is not dataclasses.MISSING}
    body = [
        "_set_class(self, _twin)",
        *(f"self.{f.name} = {made[f.name] if f.name in computed else f.name}" for f in fields),
        "_set_class(self, _cls)",
    ]
    factories = {f"_make_{f.name}": f.default_factory for f in fields if f.name in computed}
    maker = _written(head, body, cls, _unset=dataclasses._HAS_DEFAULT_FACTORY, **factories)  # type: ignore[attr-defined]
    maker.__defaults__, maker.__kwdefaults__ = right.__defaults__, right.__kwdefaults__
    return maker


def _written(head: str, body: list[str], cls: type, **scope: Any) -> FunctionType:
    """Of our own classes' fields and nothing else."""
    scope |= {"_cls": cls, "_twin": _twin(cls), "_make": object.__new__}
    scope["_set_class"] = _set_class
    exec("\n    ".join([head, *body]), scope)
    return scope["made"]
