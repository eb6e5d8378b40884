"""What makes the simulation quick must change nothing."""

from dataclasses import dataclass, fields, replace

import pytest

from shared.domain.case import Case, Phase, Why
from shared.domain.rules import Rules
from shared.domain.workspace import Workspace
from tests.simulation.copying import quick_copies, quickly


@dataclass(frozen=True)
class _Unslotted:
    size: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Doubled:
    size: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", self.size * 2)


@pytest.mark.parametrize(
    ("of", "changes"),
    [
        (
            Case("W1", "R1", "A1", 1, 2),
            {"phase": Phase.CLOSED, "reason": Why.MARKED, "intent": None},
        ),
        (Case("W1", "R1", "A1", 1, 2), {}),
        (Rules(), {"acts": False, "window": 3}),
        (Workspace("W1"), {"version": 7}),
        (_Unslotted(3), {"name": "of a class without slots"}),
        (_Doubled(3), {}),
    ],
)
def test_a_quick_copy_is_what_replace_makes(of: object, changes: dict[str, object]) -> None:
    """Field by field, and of the same class."""
    right, quick = replace(of, **changes), quickly(of, **changes)  # type: ignore[type-var]
    assert type(quick) is type(right)
    for field in fields(right):
        assert getattr(quick, field.name) == getattr(right, field.name)


def test_a_field_that_is_not_there_is_refused() -> None:
    """As by `replace`: a mistake must not pass unseen because it's quick."""
    with pytest.raises(TypeError):
        quickly(Workspace("W1"), nonsense=1)


def test_quick_copies_are_made_for_a_while_only() -> None:
    """The rest of a test run isn't touched."""
    with quick_copies():
        assert replace(Workspace("W1"), version=7) == Workspace("W1", version=7)
        during = replace.__globals__["_replace"]
    assert during is quickly
    assert replace.__globals__["_replace"] is not quickly
