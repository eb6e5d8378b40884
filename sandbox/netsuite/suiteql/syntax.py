"""Splits a query into tokens and parentheses, and refuses what SuiteQL doesn't know.

LIMIT, WITH and square brackets: Oracle article_0824094533, section_156257796125. The other words
are SQLite's own: understanding them would hide a client's mistake.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_FORBIDDEN = frozenset(
    [
        "LIMIT",
        "OFFSET",
        "WITH",
        "GLOB",
        "REGEXP",
        "MATCH",
        "COLLATE",
        "ISNULL",
        "NOTNULL",
        "INDEXED",
        "TRUE",
        "FALSE",
        "ROWNUM",
        "SYSDATE",
        "PRAGMA",
        "RETURNING",
        "WINDOW",
        "FILTER",
    ]
)
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"[^"]+")
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<symbol>\|\||<>|<=|>=|!=|[(),.=<>*/?+-])""",
    re.VERBOSE | re.DOTALL,
)
_DEEPEST = 50


class SyntaxRefusedError(Exception):
    """SuiteQL doesn't support this query, or we don't."""


class Kind(StrEnum):
    TEXT = "text"
    QUOTED = "quoted"
    NUMBER = "number"
    NAME = "name"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str

    def is_word(self, *words: str) -> bool:
        return self.kind is Kind.NAME and self.text.upper() in words

    def is_symbol(self, symbol: str) -> bool:
        return self.kind is Kind.SYMBOL and self.text == symbol


@dataclass(frozen=True, slots=True)
class Group:
    """What stands between a pair of parentheses."""

    nodes: "Nodes"


type Node = Token | Group
type Nodes = tuple[Node, ...]


def name(text: str) -> Token:
    return Token(Kind.NAME, text)


def symbol(text: str) -> Token:
    return Token(Kind.SYMBOL, text)


def word(node: Node | None, *words: str) -> bool:
    return isinstance(node, Token) and node.is_word(*words)


def sign(node: Node | None, text: str) -> bool:
    return isinstance(node, Token) and node.is_symbol(text)


def parse(query: str) -> Nodes:
    """Raises SyntaxRefusedError."""
    tokens = _tokens(query)
    if not tokens or not tokens[0].is_word("SELECT"):
        raise SyntaxRefusedError("only SELECT")
    if not any(token.is_word("FROM") for token in tokens):
        raise SyntaxRefusedError("FROM is missing")
    if any(token.kind is Kind.NAME and token.text.upper() in _FORBIDDEN for token in tokens):
        raise SyntaxRefusedError("a word that SuiteQL doesn't know")
    return _grouped(tokens)


def render(nodes: Nodes) -> str:
    return " ".join(
        node.text if isinstance(node, Token) else f"({render(node.nodes)})" for node in nodes
    )


def _tokens(query: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise SyntaxRefusedError(f"character {at}")
        if match.lastgroup != "space":
            tokens.append(Token(Kind(match.lastgroup or ""), match.group()))
        at = match.end()
    return tokens


def _grouped(tokens: list[Token]) -> Nodes:
    stack: list[list[Node]] = [[]]
    for token in tokens:
        if token.is_symbol("("):
            stack.append([])
        elif token.is_symbol(")"):
            closed = Group(tuple(stack.pop()))
            if not stack:
                raise SyntaxRefusedError("a parenthesis too many")
            stack[-1].append(closed)
        else:
            stack[-1].append(token)
        if len(stack) > _DEEPEST:
            raise SyntaxRefusedError("too deep")
    if len(stack) != 1:
        raise SyntaxRefusedError("a parenthesis is open")
    return tuple(stack[0])
