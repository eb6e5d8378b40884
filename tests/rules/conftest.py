"""No test of a rule builds on what another one left behind."""

import pytest

from shared.domain import failure_text, folding


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """A text that another test has read or compared would hide a mistake from this one."""
    for remembers in (failure_text.parse, folding.fold, folding.name_forms):
        remembers.cache_clear()
