"""Any value that a dataclass of the domain may hold, nested ones and optional ones included."""

from dataclasses import fields
from enum import Enum
from types import NoneType, UnionType
from typing import Any, NewType, TypeAliasType, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

_LEAVES: dict[object, st.SearchStrategy[Any]] = {
    # DynamoDB's numbers have 38 digits; ours are milliseconds, cents and counts.
    int: st.integers(-(2**63), 2**63),
    str: st.text(max_size=20),
    bool: st.booleans(),
    NoneType: st.none(),
}


def whole(of: type) -> st.SearchStrategy[Any]:
    """`st.builds` alone would leave every field with a default at its default."""
    hints = get_type_hints(of)
    return st.builds(of, **{field.name: _any(hints[field.name]) for field in fields(of)})


def _any(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, TypeAliasType):
        return _any(hint.__value__)
    if isinstance(hint, NewType):
        return _any(hint.__supertype__)
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of([_any(part) for part in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(_any(get_args(hint)[0]), max_size=3).map(tuple)
    if hint not in _LEAVES and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return _LEAVES[hint] if hint in _LEAVES else whole(hint)
