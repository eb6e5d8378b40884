"""Faults on demand, for both simulators.

``PUT /_control/faults`` takes a list of rules, or an object with the key ``rules`` and the
settings that the simulator names (``concurrency`` in NetSuite). It replaces all rules, or with
``?of=name`` those that were given under the same name, so that several can share a simulator::

    {"rules": [{"match": {"path": "*/suiteql"}, "times": 2, "effect": {"status": 503}}]}

``match``: ``path`` or ``command`` is a shell-style pattern for the name of the request; every
other key must equal that parameter of the request. An empty match takes every request.
``times``: how often the rule acts before it is used up; null or absent = always.
``effect``:

``{"status": 503, "body": ...}``  answered before any work is done
``{"delay": 1.5}``                seconds; joins with any other effect
``{"lost_answer": "done"}``       the work is done, then the connection is dropped
``{"lost_answer": "not_done"}``   the connection is dropped without the work
``{"throttle": true}``            the simulator's own way to say 'too many requests'
``{"html": true}``                an HTML page instead of the answer (``status`` as given, or 503)
``{"<name>": ...}``               what the simulator itself names, such as ``no_permission``

The first rule that matches, has times left and holds nothing foreign to the request is taken.
"""

import socket
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

_NAME_KEYS = frozenset({"path", "command"})


class Effect(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")

    status: int | None = Field(default=None, ge=100, le=599)
    body: Any = None
    delay: float = Field(default=0.0, ge=0)
    lost_answer: Literal["done", "not_done"] | None = None
    throttle: bool = False
    html: bool = False

    @property
    def specific(self) -> dict[str, Any]:
        """What only one simulator knows, by name."""
        return dict(self.model_extra or {})

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")

    match: dict[str, str | int | float | bool] = Field(default_factory=dict)
    times: int | None = Field(default=None, ge=0)
    effect: Effect
    _of: str = PrivateAttr("")

    def give(self, of: str) -> None:
        self._of = of

    def belongs(self, of: str) -> bool:
        return self._of == of

    def takes(self, kind: str, name: str, params: Mapping[str, object]) -> bool:
        return self.times != 0 and all(
            _key_matches(key, wanted, kind, name, params) for key, wanted in self.match.items()
        )


class _Faults(BaseModel):
    model_config = ConfigDict(extra="allow")

    rules: list[_Rule] = Field(default_factory=list)


class FaultRules:
    """Thread-safe: two requests at the same time never share one of a rule's times."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._settings: dict[str, Any] = {}
        self._lock = Lock()

    @classmethod
    def from_json(
        cls, value: object, *, effects: Collection[str] = (), settings: Collection[str] = ()
    ) -> Self:
        """Raises ValueError for a misspelt key: a fault that never acts would prove nothing."""
        parsed = _Faults.model_validate({"rules": value} if isinstance(value, list) else value)
        given = parsed.model_extra or {}
        _refuse_unknown(given, settings, "setting")
        for rule in parsed.rules:
            _refuse_unknown(rule.effect.specific, effects, "effect")
        faults = cls()
        faults._rules, faults._settings = parsed.rules, dict(given)
        return faults

    def named(self, of: str, among: Self) -> Self:
        """These under this name, with what was given under others before."""
        for rule in self._rules:
            rule.give(of)
        with among._lock:
            self._rules += [rule for rule in among._rules if not rule.belongs(of)]
        return self

    def take(
        self, kind: str, name: str, params: Mapping[str, object], *, foreign: Collection[str] = ()
    ) -> Effect | None:
        """``kind`` is 'path' or 'command'; ``foreign`` names effects without sense here."""
        with self._lock:
            for rule in self._rules:
                if rule.takes(kind, name, params) and not set(foreign) & set(rule.effect.specific):
                    rule.times = None if rule.times is None else rule.times - 1
                    return rule.effect
        return None

    def setting(self, name: str) -> Any:
        return self._settings.get(name)

    def to_json(self) -> dict[str, Any]:
        """``times`` as they are left now."""
        with self._lock:
            rules = [
                {"match": rule.match, "times": rule.times, "effect": rule.effect.to_json()}
                for rule in self._rules
            ]
        return {"rules": rules, **self._settings}


def drop_connection(environ: Mapping[str, Any]) -> None:
    """Ends the connection without an answer; what is written to it afterwards goes nowhere."""
    connection = environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket):
        raise ConnectionResetError("the answer is lost, and there is no connection to drop")
    connection.shutdown(socket.SHUT_RDWR)


def _key_matches(
    key: str, wanted: object, kind: str, name: str, params: Mapping[str, object]
) -> bool:
    if key in _NAME_KEYS:
        return key == kind and fnmatchcase(name, str(wanted))
    # Parameters of a query string are texts, those of a scenario may be numbers.
    return key in params and _text(params[key]) == _text(wanted)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refuse_unknown(given: Mapping[str, object], known: Collection[str], what: str) -> None:
    if unknown := sorted(set(given) - set(known)):
        raise ValueError(f"unknown {what}: {', '.join(unknown)}")
