"""How a mistake is planted: a wrong piece takes the place of a right one for a while."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

type Plant = Callable[[], Iterator[None]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """`breaks`: the invariants by one of which it must be caught; anything else is luck."""

    plant: Callable[[], AbstractContextManager[None]]
    breaks: tuple[str, ...]


MISTAKES: dict[str, Mistake] = {}


def mistake(name: str, breaks: str) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        MISTAKES[name] = Mistake(contextmanager(plant), tuple(breaks.split()))
        return plant

    return register


@contextmanager
def swapped(owner: Any, **wrong: Any) -> Iterator[None]:
    right = {name: getattr(owner, name) for name in wrong}
    for name, value in wrong.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in right.items():
            setattr(owner, name, value)


def simple(name: str, breaks: str, owner: Any, **wrong: Any) -> None:
    MISTAKES[name] = Mistake(lambda: swapped(owner, **wrong), tuple(breaks.split()))
