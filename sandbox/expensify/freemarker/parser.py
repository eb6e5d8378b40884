"""Builds the tree of a template."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.expensify.freemarker.errors import TemplateError
from sandbox.expensify.freemarker.expression import read_expression
from sandbox.expensify.freemarker.nodes import Expression, needed, truth
from sandbox.expensify.freemarker.scanner import Piece, scan
from sandbox.expensify.freemarker.values import Loop, Scope, as_sequence, as_text

_LIST = re.compile(r"(?P<items>.+)\s+as\s+(?P<variable>[A-Za-z_$][\w$]*)\Z", re.DOTALL)
_ASSIGN = re.compile(r"(?P<name>[A-Za-z_$][\w$]*)\s*=\s*(?P<value>[^=].*)\Z", re.DOTALL)


class Node(Protocol):
    def render(self, scope: Scope, parts: list[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Text:
    text: str

    def render(self, _scope: Scope, parts: list[str]) -> None:
        parts.append(self.text)


@dataclass(frozen=True, slots=True)
class Interpolation:
    expression: Expression

    def render(self, scope: Scope, parts: list[str]) -> None:
        parts.append(as_text(needed(self.expression, scope), self.expression.text))


@dataclass(frozen=True, slots=True)
class Assign:
    name: str
    expression: Expression

    def render(self, scope: Scope, _parts: list[str]) -> None:
        scope.variables[self.name] = needed(self.expression, scope)


@dataclass(frozen=True, slots=True)
class Branch:
    """``condition`` None: the ``else``."""

    condition: Expression | None
    body: list[Node]


@dataclass(frozen=True, slots=True)
class If:
    branches: list[Branch]

    def render(self, scope: Scope, parts: list[str]) -> None:
        for branch in self.branches:
            if branch.condition is None or truth(branch.condition, scope):
                return _render(branch.body, scope, parts)
        return None


@dataclass(frozen=True, slots=True)
class Each:
    items: Expression
    variable: str
    body: list[Node]
    otherwise: list[Node]

    def render(self, scope: Scope, parts: list[str]) -> None:
        items = as_sequence(needed(self.items, scope), self.items.text)
        if not items:
            _render(self.otherwise, scope, parts)
        for index, item in enumerate(items):
            loop = Loop(self.variable, item, index, has_next=index < len(items) - 1)
            self._render_item(scope, parts, loop)

    def _render_item(self, scope: Scope, parts: list[str], loop: Loop) -> None:
        scope.loops.append(loop)
        _render(self.body, scope, parts)
        scope.loops.pop()


@dataclass(frozen=True, slots=True)
class Separator:
    body: list[Node]

    def render(self, scope: Scope, parts: list[str]) -> None:
        if not scope.loops:
            raise TemplateError("<#sep> stands outside of a <#list>")
        if scope.loops[-1].has_next:
            _render(self.body, scope, parts)


def parse(source: str) -> list[Node]:
    """Raises TemplateError for whatever isn't known, is not closed or closes nothing."""
    parser = _Parser(list(scan(source)))
    nodes, end = parser.body(())
    if end:
        raise TemplateError(f"line {end.line}: <#{end.name}> fits nothing here")
    return nodes


def _render(nodes: Iterable[Node], scope: Scope, parts: list[str]) -> None:
    for node in nodes:
        node.render(scope, parts)


@dataclass(slots=True)
class _Parser:
    pieces: list[Piece]
    at: int = field(default=0)

    def body(self, ends: tuple[str, ...]) -> tuple[list[Node], Piece | None]:
        """All nodes up to a directive that isn't one of its own; that one is taken too."""
        nodes: list[Node] = []
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self.at += 1
            if piece.kind == "directive" and piece.name in ends:
                return nodes, piece
            nodes.append(self._node(piece))
        if ends:
            raise TemplateError(f"the template ends before <{ends[0].replace('/', '/#')}>")
        return nodes, None

    def _node(self, piece: Piece) -> Node:
        match piece.kind, piece.name:
            case "text", _:
                return Text(piece.body)
            case "interpolation", _:
                return Interpolation(read_expression(piece.body, piece.line))
            case _, "if":
                return self._if(piece)
            case _, "list":
                return self._list(piece)
            case _, "sep":
                return self._separator()
            case _, "assign":
                return self._assign(piece)
        raise TemplateError(f"line {piece.line}: <#{piece.name}> is not supported here")

    def _if(self, piece: Piece) -> Node:
        branches: list[Branch] = []
        condition: Expression | None = read_expression(piece.body, piece.line)
        while True:
            ends = ("/if",) if condition is None else ("/if", "elseif", "else")
            body, end = self.body(ends)
            branches.append(Branch(condition, body))
            if end is None or end.name == "/if":
                return If(branches)
            is_else = end.name == "else"
            condition = None if is_else else read_expression(end.body, end.line)

    def _list(self, piece: Piece) -> Node:
        found = _parts(_LIST, piece)
        body, end = self.body(("/list", "else"))
        otherwise: list[Node] = []
        if end and end.name == "else":
            otherwise, _ = self.body(("/list",))
        items = read_expression(found["items"], piece.line)
        return Each(items, found["variable"], body, otherwise)

    def _separator(self) -> Node:
        """``</#sep>`` may be left out before ``</#list>`` and ``<#else>``."""
        body, end = self.body(("/sep", "/list", "else"))
        if end and end.name != "/sep":
            self.at -= 1
        return Separator(body)

    def _assign(self, piece: Piece) -> Node:
        found = _parts(_ASSIGN, piece)
        return Assign(found["name"], read_expression(found["value"], piece.line))


def _parts(pattern: re.Pattern[str], piece: Piece) -> dict[str, Any]:
    found = pattern.match(piece.body)
    if not found:
        raise TemplateError(f"line {piece.line}: <#{piece.name} {piece.body}> is not supported")
    return found.groupdict()
