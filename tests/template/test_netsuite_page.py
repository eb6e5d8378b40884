"""docs/netsuite.md names tests; each of them is there."""

import re

from shared.domain.finding import Fault
from tests.template.reading import ROOT

PAGE = (ROOT / "docs" / "netsuite.md").read_text(encoding="utf-8")
OTHER = (ROOT / "docs" / "expensify.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    """A renamed one would leave a pitfall without its proof."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) >= 20
    for path, test in named:
        assert f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_every_pitfall_has_a_test_or_says_that_it_has_none() -> None:
    """Eighteen lines."""
    lines = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in lines] == list(range(1, 19))
    assert all("::" in proof or "**not yet**" in proof for _, proof in lines)


def test_every_finding_is_on_the_page() -> None:
    """With what NetSuite says for it, or Expensify."""
    assert [fault for fault in Fault if f"`{fault}`" not in PAGE + OTHER] == []
