"""Compares what survived the last mutation run with what `docs/mutation.md` lists.

`python scripts/mutation_report.py`, after `mutmut run`. Fails if a survivor isn't listed, and
prints its row; tells which rows are of no survivor any more. A row is recognised by its function
and its mutation, never by a line number or by mutmut's numbers.
"""

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from difflib import ndiff
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
MUTANTS = ROOT / "mutants"
LIST = ROOT / "docs" / "mutation.md"

KILLED = {1, 3}
TIMED_OUT = {-24, 24, 36, 152, 255}
AROUND = 28
"""How much of a statement is shown on either side of what changed in it."""

_ROW = re.compile(r"^\| `(?P<where>[\w.]+:[\w.]+)` \| (?P<mutation>.+?) \| (?P<why>.+) \|$")


class Mutant(NamedTuple):
    """`where` is module:function, `mutation` what changed; together they are its name."""

    where: str
    mutation: str

    @property
    def row(self) -> str:
        return f"| `{self.where}` | {self.mutation} | … |"


def main(mutants: Path = MUTANTS, listing: Path = LIST) -> int:
    codes = _codes(mutants)
    survivors = Counter(_survivors(mutants, codes))
    listed = listed_in(listing.read_text(encoding="utf-8"))
    killed = sum(code in KILLED for code in codes.values())
    late = sum(code in TIMED_OUT for code in codes.values())
    unchecked = sum(code is None for code in codes.values())
    print(f"{len(codes)} mutants: {killed} killed, {late} timed out, {survivors.total()} survived")
    _tell("Not listed in docs/mutation.md:", survivors - listed)
    if unchecked or not codes:
        print(f"\n{unchecked} weren't tried: the run is incomplete")
    else:
        _tell("Listed, but killed or no mutant any more:", listed - survivors)
    return int(bool(survivors - listed) or bool(unchecked) or not codes)


def _tell(title: str, mutants: Counter[Mutant]) -> None:
    if mutants:
        print(f"\n{title}", *sorted(mutant.row for mutant in mutants.elements()), sep="\n")


def listed_in(text: str) -> Counter[Mutant]:
    """One row of a table each; two alike in one function are two rows."""
    rows = (_ROW.match(line) for line in text.splitlines())
    return Counter(Mutant(row["where"], row["mutation"]) for row in rows if row)


def _codes(mutants: Path) -> dict[str, int | None]:
    """The exit code of each mutant; None: not tried."""
    codes: dict[str, int | None] = {}
    for meta in sorted(mutants.rglob("*.py.meta")):
        codes |= json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return codes


def _survivors(mutants: Path, codes: dict[str, int | None]) -> Iterator[Mutant]:
    """Whatever no test was seen to fail for."""
    functions: dict[str, dict[str, ast.FunctionDef]] = {}
    for name, code in codes.items():
        if code is None or code in KILLED | TIMED_OUT:
            continue
        module, _, mutant = name.rpartition(".")
        if module not in functions:
            functions[module] = _functions(mutants / f"{module.replace('.', '/')}.py")
        original = mutant.partition("__mutmut_")[0]
        changed = _change(functions[module][f"{original}__mutmut_orig"], functions[module][mutant])
        called = original.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
        yield Mutant(f"{module.rpartition('.')[2]}:{called}", changed)


def _functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {f.name: f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)}


def _change(original: ast.FunctionDef, mutant: ast.FunctionDef) -> str:
    """What changed, out of whole statements, so that no line break matters."""
    before, after = (ast.unparse(function).splitlines()[1:] for function in (original, mutant))
    signatures = (ast.unparse(original.args), ast.unparse(mutant.args))
    lines = [*ndiff(signatures[:1], signatures[1:]), *ndiff(before, after)]
    old = " ".join(line[2:].strip() for line in lines if line.startswith("- "))
    new = " ".join(line[2:].strip() for line in lines if line.startswith("+ "))
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    return f"{_excerpt(old, start, end)} → {_excerpt(new, start, end)}"


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _excerpt(text: str, start: int, end: int) -> str:
    """The text but for `start` and `end` characters, with what stands around it, as code."""
    first = max(text.rfind(" ", 0, max(start - AROUND, 0)), 0)
    last = text.find(" ", min(len(text) - end + AROUND, len(text)))
    cut = text[first : last if last >= 0 else len(text)].strip()
    shown = f"{'…' if first else ''}{cut}{'…' if last >= 0 else ''}"
    return f"`{shown.replace('|', '\\|')}`" if shown else "nothing"


if __name__ == "__main__":
    sys.exit(main())
