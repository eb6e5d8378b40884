"""Sudden death between two effects: what a Lambda that is killed leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

EFFECTS: dict[str, frozenset[str]] = {
    "cases": frozenset({"put"}),
    "accounts": frozenset({"save", "ask", "keep", "answer", "put_blocker"}),
    "workspaces": frozenset({"save"}),
    "notices": frozenset({"put", "settle"}),
    "rows": frozenset({"arm", "finish", "pull", "claim"}),
    "wakes": frozenset({"wake"}),
    "settings": frozenset({"park"}),
    "bus": frozenset({"publish"}),
    "deliveries": frozenset({"remember"}),
    "inbox": frozenset({"put"}),
    "credentials": frozenset({"save"}),
    "sightings": frozenset({"put"}),
    "dead_letters": frozenset({"put"}),
    "mail": frozenset({"send"}),
    "topic": frozenset({"send"}),
    "app": frozenset({"start_sync", "export"}),
}
"""What each port changes; its other methods only read."""


class Died(BaseException):
    """The process is gone."""


@dataclass(slots=True)
class Fuse:
    """Dies just before effect number `at`, the first being 1; `effects` names all that were begun.

    `hooks`: run just before the next effect of that name, as if somebody else were quicker.
    """

    at: int = 0
    effects: list[str] = field(default_factory=list)
    hooks: dict[str, Callable[[], None]] = field(default_factory=dict)

    def burn(self, effect: str) -> None:
        self.effects.append(effect)
        if len(self.effects) == self.at:
            raise Died(f"before effect {self.at}, {effect}")
        hook = self.hooks.pop(effect, None)
        if hook is not None:
            hook()


class Fused:
    """A port whose every effect burns the fuse first."""

    def __init__(self, name: str, port: object, fuse: Fuse) -> None:
        self._name = name
        self._port = port
        self._fuse = fuse

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        if method not in EFFECTS[self._name]:
            return found

        def effect(*args: Any, **named: Any) -> Any:
            self._fuse.burn(f"{self._name}.{method}")
            return found(*args, **named)

        return effect
