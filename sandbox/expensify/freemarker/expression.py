"""Reads one expression.

Taken: names, ``a.b``, ``a[b]``, texts, whole numbers, true, false, ``[a, b]``, parentheses,
``==`` (or ``=``), ``!=``, ``!x``, ``&&``, ``||``, ``x??``, ``x!default``, and the built-ins of
`builtins` with ``has_content``, ``has_next`` and ``index``. As in FreeMarker, all that follows
``!`` belongs to the default: ``x!"" == "a"`` means ``x!("" == "a")``.
"""

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from sandbox.expensify.freemarker.builtins import BUILTINS
from sandbox.expensify.freemarker.errors import TemplateError
from sandbox.expensify.freemarker.nodes import (
    Both,
    Call,
    Default,
    Either,
    Equal,
    Exists,
    Expression,
    Group,
    ListLiteral,
    Literal,
    Member,
    Name,
    Not,
)
from sandbox.expensify.freemarker.values import Empty

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
    r"|(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)"
    r"|(?P<sign>\?\?|&&|\|\||==|!=|[.\[\]()?!,=]))"
)
_BEGINNERS = frozenset({"(", "[", "!"})
_ENDS = frozenset({"", ")", "]", ","})
_CONSTANTS = {"true": True, "false": False}
_LOOP_BUILTINS = frozenset({"has_next", "index"})


class Token(NamedTuple):
    kind: str
    text: str


_END = Token("end", "")


def read_expression(source: str, line: int) -> Expression:
    """Raises TemplateError with the line."""
    try:
        return _Reader(_tokens(source)).whole()
    except TemplateError as error:
        raise TemplateError(f"line {line}: {error} in {source.strip()!r}") from None


def _tokens(source: str) -> list[Token]:
    tokens, at, source = [], 0, source.rstrip()
    while at < len(source):
        found = _TOKEN.match(source, at)
        if not found or not found.lastgroup:
            raise TemplateError(f"{source[at:].strip()!r} is not supported")
        tokens.append(Token(found.lastgroup, found.group(found.lastgroup)))
        at = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Expression:
        expression = self._either()
        if self._next is not _END:
            raise TemplateError(f"unexpected {self._next.text!r}")
        return expression

    @property
    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _sees(self, *signs: str) -> bool:
        return self._next.kind == "sign" and self._next.text in signs

    def _skip(self, sign: str) -> bool:
        if not self._sees(sign):
            return False
        self._at += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._skip(sign):
            raise TemplateError(f"expected {sign!r} but found {self._next.text!r}")

    def _either(self) -> Expression:
        left = self._both()
        while self._skip("||"):
            left = Either(left, self._both())
        return left

    def _both(self) -> Expression:
        left = self._equal()
        while self._skip("&&"):
            left = Both(left, self._equal())
        return left

    def _equal(self) -> Expression:
        left = self._not()
        if self._sees("==", "=", "!="):
            wanted = self._take().text != "!="
            return Equal(left, self._not(), wanted)
        return left

    def _not(self) -> Expression:
        return Not(self._not()) if self._skip("!") else self._postfix()

    def _postfix(self) -> Expression:
        expression = self._primary()
        while self._sees(".", "[", "??", "?", "!"):
            expression = self._suffixes[self._take().text](expression)
        return expression

    @property
    def _suffixes(self) -> dict[str, Callable[[Expression], Expression]]:
        return {
            ".": lambda base: Member(base, self._key()),
            "[": self._index,
            "??": lambda operand: Exists(operand, content=False),
            "?": self._builtin,
            "!": lambda operand: Default(operand, self._default()),
        }

    def _key(self) -> Expression:
        name = self._name()
        return Literal(name, name)

    def _index(self, base: Expression) -> Expression:
        key = self._either()
        self._expect("]")
        return Member(base, key)

    def _builtin(self, operand: Expression) -> Expression:
        name = self._name()
        if name == "has_content":
            return Exists(operand, content=True)
        if name not in BUILTINS and name not in _LOOP_BUILTINS:
            raise TemplateError(f"?{name} is not supported")
        return Call(operand, name, self._items(")") if self._skip("(") else ())

    def _default(self) -> Expression:
        begins = self._next.kind in {"name", "number", "string"} or self._next.text in _BEGINNERS
        return self._either() if begins else Literal("", Empty())

    def _items(self, closing: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self._skip(closing):
            if items:
                self._expect(",")
            items.append(self._either())
        return tuple(items)

    def _primary(self) -> Expression:
        token = self._take()
        match token.kind:
            case "number":
                return Literal(token.text, int(token.text))
            case "string":
                return Literal(token.text, _unquoted(token.text))
            case "name" if token.text in _CONSTANTS:
                return Literal(token.text, _CONSTANTS[token.text])
            case "name":
                return Name(token.text)
        if token.text == "(":
            inner = self._either()
            self._expect(")")
            return Group(inner)
        if token.text == "[":
            return ListLiteral(self._items("]"))
        raise TemplateError(f"unexpected {token.text!r}" if token.text else "something is missing")

    def _name(self) -> str:
        token = self._take()
        if token.kind != "name":
            raise TemplateError(f"expected a name but found {token.text!r}")
        return token.text


def _unquoted(quoted: str) -> str:
    """FreeMarker's escapes are JSON's, and the quotes. A dollar brace inside would be filled in."""
    if "${" in quoted or "#{" in quoted:
        raise TemplateError("an interpolation inside a text is not supported")
    inner = quoted[1:-1].replace(r"\'", "'")
    if quoted[0] == "'":
        inner = inner.replace('"', r"\"")
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        raise TemplateError(f"{quoted} holds an escape that is not supported") from None
