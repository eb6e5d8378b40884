"""`make mutate` fails for a survivor that nobody explained, and names what is explained in vain."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.mutation_report import LIST, ROOT, listed_in, main

SOURCE = """
def x_wait__mutmut_orig(tries: int, last: int = 5) -> int:
    return min(tries,
               last) | 1

def x_wait__mutmut_1(tries: int, last: int = 5) -> int:
    return min(tries,
               last) & 1

def x_wait__mutmut_2(tries: int, last: int = 6) -> int:
    return min(tries,
               last) | 1

class Case:
    def xǁCaseǁends__mutmut_orig(self) -> bool:
        return self.at >= 0

    def xǁCaseǁends__mutmut_1(self) -> bool:
        return self.at > 0
"""
WAIT_OR = (
    r"| `rules:wait` | `return min(tries, last) \| 1` → `return min(tries, last) & 1` | same |"
)
WAIT_SIX = "| `rules:wait` | `tries: int, last: int=5` → `tries: int, last: int=6` | unused |"
ENDS = "| `rules:Case.ends` | `return self.at >= 0` → `return self.at > 0` | never 0 |"
type Run = Callable[..., tuple[int, str]]
KILLED, SURVIVED, LATE, UNTRIED = 1, 0, -24, None


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The report on a run with these outcomes of the three mutants, against these rows."""

    def report(outcomes: tuple[int | None, ...], *rows: str) -> tuple[int, str]:
        folder = tmp_path / "mutants" / "shared" / "domain"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rules.py").write_text(SOURCE, encoding="utf-8")
        names = ("x_wait__mutmut_1", "x_wait__mutmut_2", "xǁCaseǁends__mutmut_1")
        codes = {f"shared.domain.rules.{n}": c for n, c in zip(names, outcomes, strict=True)}
        meta = json.dumps({"exit_code_by_key": codes})
        (folder / "rules.py.meta").write_text(meta, encoding="utf-8")
        listing = tmp_path / "list.md"
        listing.write_text("\n".join(("# Title", *rows)), encoding="utf-8")
        return main(tmp_path / "mutants", listing), capsys.readouterr().out

    return report


def test_a_survivor_that_is_not_listed_fails_and_is_shown_as_a_row(run: Run) -> None:
    """Ready to be explained: by what it changes, wherever that stands now."""
    code, out = run((SURVIVED, SURVIVED, SURVIVED), WAIT_SIX)
    assert code == 1
    assert "3 mutants: 0 killed, 0 timed out, 3 survived" in out
    assert WAIT_OR.replace("same", "…") in out
    assert ENDS.replace("never 0", "…") in out
    assert WAIT_SIX.partition("→")[0] not in out


def test_listed_survivors_pass(run: Run) -> None:
    """Whatever else is killed or took too long."""
    assert run((SURVIVED, LATE, SURVIVED), WAIT_OR, ENDS)[0] == 0
    assert run((KILLED, SURVIVED, KILLED), WAIT_SIX)[0] == 0


def test_a_row_of_no_survivor_is_told_and_does_no_harm(run: Run) -> None:
    """Its mutant is killed now, or its code is gone."""
    code, out = run((KILLED, KILLED, KILLED), WAIT_OR)
    assert code == 0
    assert "no mutant any more" in out
    assert WAIT_OR.replace("same", "…") in out


def test_two_alike_are_two_rows(run: Run) -> None:
    """One explanation covers one mutant."""
    code, out = run((SURVIVED, KILLED, KILLED), WAIT_OR, WAIT_OR)
    assert code == 0
    assert out.count("`rules:wait`") == 1


def test_an_unfinished_run_fails(run: Run) -> None:
    """What wasn't tried isn't killed, and no row is in vain because of it."""
    code, out = run((KILLED, KILLED, UNTRIED), ENDS)
    assert code == 1
    assert "1 weren't tried" in out
    assert "no mutant any more" not in out


def test_every_listed_function_exists() -> None:
    """A renamed or removed one needs another look at its row."""
    listed = listed_in(LIST.read_text(encoding="utf-8"))
    assert listed
    for where in {mutant.where for mutant in listed}:
        module, _, function = where.partition(":")
        source = (ROOT / "shared" / "domain" / f"{module}.py").read_text(encoding="utf-8")
        names = {n.name for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)}
        assert function.rpartition(".")[2] in names, where
