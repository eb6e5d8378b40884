"""Expressions that know their value in a scope; `text` is how messages name them."""

from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.expensify.freemarker.builtins import BUILTINS, has_content
from sandbox.expensify.freemarker.errors import MissingValueError, TemplateError
from sandbox.expensify.freemarker.values import (
    MISSING,
    Empty,
    Missing,
    Scope,
    as_boolean,
    kind,
    present,
)


class Expression(Protocol):
    @property
    def text(self) -> str: ...

    def value(self, scope: Scope) -> Any:
        """`MISSING` for what isn't there; raises MissingValueError for what is in it."""


def needed(expression: Expression, scope: Scope) -> Any:
    value = expression.value(scope)
    if isinstance(value, Missing):
        raise MissingValueError(expression.text)
    return value


def truth(expression: Expression, scope: Scope) -> bool:
    return as_boolean(needed(expression, scope), expression.text)


@dataclass(frozen=True, slots=True)
class Literal:
    text: str
    constant: Any

    def value(self, _scope: Scope) -> Any:
        return self.constant


@dataclass(frozen=True, slots=True)
class ListLiteral:
    items: tuple[Expression, ...]

    @property
    def text(self) -> str:
        return f"[{', '.join(item.text for item in self.items)}]"

    def value(self, scope: Scope) -> Any:
        return [needed(item, scope) for item in self.items]


@dataclass(frozen=True, slots=True)
class Name:
    text: str

    def value(self, scope: Scope) -> Any:
        return scope.look_up(self.text)


@dataclass(frozen=True, slots=True)
class Member:
    """``base.name`` or ``base[key]``. Only a missing last step is a missing value."""

    base: Expression
    key: Expression

    @property
    def text(self) -> str:
        return f"{self.base.text}[{self.key.text}]"

    def value(self, scope: Scope) -> Any:
        base, key = needed(self.base, scope), needed(self.key, scope)
        if isinstance(base, Empty):
            return MISSING
        if isinstance(base, dict) and isinstance(key, str):
            return present(base.get(key))
        if isinstance(base, list | tuple) and kind(key) == "number":
            return present(base[key]) if 0 <= key < len(base) else MISSING
        raise TemplateError(f"{self.base.text} is a {kind(base)}: it has no {self.key.text}")


@dataclass(frozen=True, slots=True)
class Group:
    """Parentheses also catch what is missing further in: ``(a.b.c)!""``."""

    inner: Expression

    @property
    def text(self) -> str:
        return f"({self.inner.text})"

    def value(self, scope: Scope) -> Any:
        try:
            return self.inner.value(scope)
        except MissingValueError:
            return MISSING


@dataclass(frozen=True, slots=True)
class Exists:
    """``x??`` and ``x?has_content``."""

    operand: Expression
    content: bool

    @property
    def text(self) -> str:
        return f"{self.operand.text}{'?has_content' if self.content else '??'}"

    def value(self, scope: Scope) -> Any:
        value = self.operand.value(scope)
        return has_content(value) if self.content else not isinstance(value, Missing)


@dataclass(frozen=True, slots=True)
class Default:
    operand: Expression
    default: Expression

    @property
    def text(self) -> str:
        return f"{self.operand.text}!{self.default.text}"

    def value(self, scope: Scope) -> Any:
        value = self.operand.value(scope)
        return self.default.value(scope) if isinstance(value, Missing) else value


@dataclass(frozen=True, slots=True)
class Call:
    operand: Expression
    name: str
    arguments: tuple[Expression, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.operand.text}?{self.name}"

    def value(self, scope: Scope) -> Any:
        if self.name in {"has_next", "index"}:
            loop = scope.loop_of(self.operand.text)
            return loop.has_next if self.name == "has_next" else loop.index
        arguments = [needed(argument, scope) for argument in self.arguments]
        return BUILTINS[self.name](needed(self.operand, scope), arguments)


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression

    @property
    def text(self) -> str:
        return f"!{self.operand.text}"

    def value(self, scope: Scope) -> Any:
        return not truth(self.operand, scope)


@dataclass(frozen=True, slots=True)
class Both:
    """``&&``; its right side is looked at only when the left is true."""

    left: Expression
    right: Expression

    @property
    def text(self) -> str:
        return f"{self.left.text} && {self.right.text}"

    def value(self, scope: Scope) -> Any:
        return truth(self.left, scope) and truth(self.right, scope)


@dataclass(frozen=True, slots=True)
class Either:
    left: Expression
    right: Expression

    @property
    def text(self) -> str:
        return f"{self.left.text} || {self.right.text}"

    def value(self, scope: Scope) -> Any:
        return truth(self.left, scope) or truth(self.right, scope)


@dataclass(frozen=True, slots=True)
class Equal:
    left: Expression
    right: Expression
    wanted: bool

    @property
    def text(self) -> str:
        return f"{self.left.text} {'==' if self.wanted else '!='} {self.right.text}"

    def value(self, scope: Scope) -> Any:
        left, right = needed(self.left, scope), needed(self.right, scope)
        if kind(left) != kind(right) or kind(left) in {"sequence", "hash"}:
            raise TemplateError(f"Can't compare a {kind(left)} with a {kind(right)}: {self.text}")
        return (left == right) is self.wanted
