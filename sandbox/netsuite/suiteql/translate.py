"""From SuiteQL to SQLite, where the two differ.

- ``BUILTIN.DF(j.parent)`` -> a function that also gets the column's name.
- ``FETCH FIRST n ROWS ONLY`` -> ``LIMIT n``.
- ``a || b``: a null is an empty text in Oracle, but makes all of it null in SQLite.
- ``transaction`` is a word of SQLite's own.
- More than 1000 arguments in one IN are refused (Oracle section_156257796125).
"""

import itertools

from sandbox.netsuite.suiteql.syntax import (
    Group,
    Kind,
    Node,
    Nodes,
    SyntaxRefusedError,
    Token,
    name,
    sign,
    symbol,
    word,
)

DISPLAY = "BUILTIN_DF"
TRANSACTION = "transactions"
_IN_MOST = 1000
_FETCH_LENGTH = 5
_EMPTY = Token(Kind.TEXT, "''")
# A word of this list before a parenthesis calls nothing.
_KEYWORDS = (
    "SELECT",
    "DISTINCT",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "IN",
    "ON",
    "WHEN",
    "THEN",
    "ELSE",
    "BY",
    "HAVING",
    "LIKE",
    "BETWEEN",
    "AS",
    "JOIN",
    "EXISTS",
    "UNION",
    "ALL",
)


def translate(nodes: Nodes) -> Nodes:
    """Raises SyntaxRefusedError."""
    inner = tuple(
        Group(translate(node.nodes)) if isinstance(node, Group) else node for node in nodes
    )
    _check_in(inner)
    return _concat(_fetch(_display(_transaction(inner))))


def _transaction(nodes: Nodes) -> Nodes:
    """The table, and not a column of that name: where a source stands, or qualifies a column."""
    return tuple(
        name(TRANSACTION) if word(node, "TRANSACTION") and _is_table(nodes, at) else node
        for at, node in enumerate(nodes)
    )


def _is_table(nodes: Nodes, at: int) -> bool:
    source = at > 0 and word(nodes[at - 1], "FROM", "JOIN")
    return source or (at + 1 < len(nodes) and sign(nodes[at + 1], "."))


def sources(nodes: Nodes) -> dict[str, str]:
    """Alias -> table, of all FROM and JOIN clauses."""
    found: dict[str, str] = {}
    for at, node in enumerate(nodes):
        if isinstance(node, Group):
            found |= sources(node.nodes)
        elif word(node, "FROM", "JOIN"):
            found |= _source(nodes[at + 1 : at + 4])
    return found


def _source(after: Nodes) -> dict[str, str]:
    names = [n.text for n in after if isinstance(n, Token) and not n.is_word("AS")]
    if not after or not _is_plain_name(after[0]):
        return {}
    aliased = len(after) > 1 and (word(after[1], "AS") or _is_plain_name(after[1]))
    return {names[1] if aliased and len(names) > 1 else names[0]: names[0]}


def _is_plain_name(node: Node) -> bool:
    clause = ("WHERE", "ORDER", "GROUP", "FETCH", "JOIN", "LEFT", "RIGHT", "INNER", "FULL", "ON")
    return isinstance(node, Token) and node.kind is Kind.NAME and not node.is_word(*clause)


def _check_in(nodes: Nodes) -> None:
    for before, node in itertools.pairwise(nodes):
        if word(before, "IN") and isinstance(node, Group):
            arguments = 1 + sum(sign(item, ",") for item in node.nodes)
            if arguments > _IN_MOST and not word(node.nodes[0], "SELECT"):
                raise SyntaxRefusedError("more than 1000 arguments")


def _display(nodes: Nodes) -> Nodes:
    out: list[Node] = []
    at = 0
    while at < len(nodes):
        if word(nodes[at], "BUILTIN"):
            out += _display_call(nodes[at + 1 : at + 4])
            at += 4
        else:
            out.append(nodes[at])
            at += 1
    return tuple(out)


def _display_call(after: Nodes) -> Nodes:
    match after:
        case (dot, function, Group(nodes)) if sign(dot, ".") and word(function, "DF"):
            column = nodes[-1] if nodes else None
            if isinstance(column, Token) and column.kind is Kind.NAME and len(nodes) in {1, 3}:
                label = Token(Kind.TEXT, f"'{column.text.lower()}'")
                return (name(DISPLAY), Group((label, symbol(","), *nodes)))
    raise SyntaxRefusedError("BUILTIN other than DF(column)")


def _fetch(nodes: Nodes) -> Nodes:
    for at, node in enumerate(nodes):
        if word(node, "FETCH"):
            return nodes[:at] + _limit(nodes[at:])
    return nodes


def _limit(nodes: Nodes) -> Nodes:
    match nodes:
        case (_, first, Token(kind=Kind.NUMBER) as number, rows, only) if (
            word(first, "FIRST", "NEXT") and word(rows, "ROW", "ROWS") and word(only, "ONLY")
        ):
            return (name("LIMIT"), number)
    raise SyntaxRefusedError("FETCH FIRST n ROWS ONLY stands at the end")


def _concat(nodes: Nodes) -> Nodes:
    if not any(sign(node, "||") for node in nodes):
        return nodes
    parts = [_inside_case(part) for part in _operands(nodes)]
    out: list[Node] = []
    for at, part in enumerate(parts):
        beside = (*parts[at - 1 : at], *parts[at + 1 : at + 2]) if at else parts[1:2]
        joined = any(sign(other[0], "||") for other in beside)
        out += _or_empty(part) if joined and not sign(part[0], "||") else part
    return tuple(out)


def _inside_case(part: Nodes) -> Nodes:
    return (part[0], *_concat(part[1:-1]), part[-1]) if word(part[0], "CASE") else part


def _or_empty(part: Nodes) -> Nodes:
    return (name("COALESCE"), Group((*part, symbol(","), _EMPTY)))


def _operands(nodes: Nodes) -> list[Nodes]:
    """Cuts into whole operands: ``a``, ``t.a``, ``f(x)``, ``(x)``, ``'x'``, CASE ... END."""
    parts: list[Nodes] = []
    at = 0
    while at < len(nodes):
        end = _operand_end(nodes, at)
        parts.append(nodes[at:end])
        at = end
    return parts


def _operand_end(nodes: Nodes, at: int) -> int:
    node = nodes[at]
    if word(node, "CASE"):
        return _case_end(nodes, at)
    if not isinstance(node, Token) or node.kind not in {Kind.NAME, Kind.QUOTED}:
        return at + 1
    end = at + 1
    while end + 1 < len(nodes) and sign(nodes[end], "."):
        end += 2
    calls = end < len(nodes) and isinstance(nodes[end], Group) and not word(node, *_KEYWORDS)
    return end + 1 if calls else end


def _case_end(nodes: Nodes, at: int) -> int:
    depth = 0
    for end in range(at, len(nodes)):
        depth += word(nodes[end], "CASE") - word(nodes[end], "END")
        if depth == 0:
            return end + 1
    raise SyntaxRefusedError("CASE without END")
