"""What makes the simulation quick must change nothing."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from shared.domain.case import Case, Phase, Why
from shared.domain.evidence import Seen
from shared.domain.rules import Rules
from shared.domain.workspace import Workspace
from tests.simulation.quickness import copied, quick

CASE = Case("W1", "R1", "A1", 1, 2)


@dataclass(frozen=True)
class _Unslotted:
    size: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Doubled:
    size: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", self.size * 2)


@dataclass(slots=True)
class _Open:
    size: int
    names: list[str] = field(default_factory=list)


@pytest.mark.parametrize(
    ("of", "changes"),
    [
        (CASE, {"phase": Phase.CLOSED, "reason": Why.MARKED, "intent": None}),
        (CASE, {}),
        (Rules(), {"acts": False, "window": 3}),
        (Workspace("W1"), {"version": 7}),
        (_Unslotted(3), {"name": "of a class without slots"}),
        (_Doubled(3), {}),
        (_Open(3), {"size": 4}),
    ],
)
def test_a_quick_copy_is_what_replace_makes(of: Any, changes: dict[str, Any]) -> None:
    """Field by field, and of the same class."""
    _same(copied(of, **changes), replace(of, **changes))


@pytest.mark.parametrize(
    ("cls", "given", "named"),
    [
        (Case, ("W1", "R1", "A1", 1, 2), {"phase": Phase.CLOSED}),
        (Seen, (), {"absent": frozenset({"R1"})}),
        (Rules, (), {"window": 3}),
    ],
)
def test_made_quickly_it_is_the_same(
    cls: type, given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    """With the defaults of its class, a fresh one where they are made."""
    right = cls(*given, **named)
    with quick():
        assert "_twin" in cls.__init__.__globals__  # type: ignore[misc]
        made, other = cls(*given, **named), cls(*given, **named)
    _same(made, right)
    for each in fields(cls):
        if isinstance(getattr(made, each.name), dict):
            assert getattr(made, each.name) is not getattr(other, each.name)


def test_what_is_made_quickly_is_frozen() -> None:
    """Nobody can change it by mistake, and it can be kept and sent as any other."""
    with quick():
        case = replace(Case("W1", "R1", "A1", 1, 2), version=3)
        with pytest.raises(FrozenInstanceError):
            case.version = 4  # type: ignore[misc]
    assert hash(case) == hash(replace(CASE, version=3))
    assert copy.copy(case) == case == pickle.loads(pickle.dumps(case))  # of our own making


def test_a_field_that_is_not_there_is_refused() -> None:
    """A mistake must not pass unseen because it's quick."""
    with pytest.raises(TypeError):
        copied(CASE, nonsense=1)
    with quick(), pytest.raises(TypeError):
        Workspace("W1", nonsense=1)  # type: ignore[call-arg]
    with quick(), pytest.raises(TypeError):
        Workspace()  # type: ignore[call-arg]


def test_it_is_quick_for_a_while_only() -> None:
    """The rest of a test run isn't touched."""
    before = Case.__init__
    with quick():
        assert Case.__init__ is not before
        assert replace.__globals__["_replace"] is copied
    assert Case.__init__ is before
    assert replace.__globals__["_replace"] is not copied


def _same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    for each in fields(other):
        assert getattr(one, each.name) == getattr(other, each.name)
