"""docs/expensify.md names tests and says how sure each behaviour is."""

import re

from tests.template.reading import ROOT

PAGE = (ROOT / "docs" / "expensify.md").read_text(encoding="utf-8")
SURE = re.compile("official|seen|app|unverified|-")


def rows() -> list[list[str]]:
    """Of the tables of behaviours: five columns."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if len(row) == 5 and row[0] not in {"what we rely on", "---"}]


def test_every_test_that_the_page_names_exists() -> None:
    """A renamed one would leave a behaviour without its proof."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) >= 25
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"\ndef {test}(" in text, test


def test_every_behaviour_says_how_sure_it_is_and_how_to_check_it() -> None:
    """One of the words that the page explains, a way or none, and what follows otherwise."""
    assert len(rows()) >= 28
    for what, sure, check, otherwise, proof in rows():
        assert SURE.match(sure.strip("*")), what
        assert check, what
        assert otherwise, what
        assert proof == "-" or proof.startswith("`tests/"), what
        unsure = "unverified" in sure
        assert not unsure or check != "-", f"{what}: nobody could confirm it"


def test_it_says_plainly_that_acting_is_unofficial() -> None:
    """Before anything else."""
    head = PAGE.partition("## ")[0]
    assert "Reading is official. Acting is not." in head
    assert "may break any day" in head
    assert "Check your agreement with Expensify" in head
