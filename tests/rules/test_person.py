"""The stand-in for an address."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.announce import OPERATORS
from shared.domain.person import person_key
from tests.builders import ADMIN, SUBMITTER


def test_one_person_has_one_key_however_the_address_is_written() -> None:
    """Letter case and outer blanks don't make another person."""
    assert person_key(" Nora@ACME.example\n") == person_key(ADMIN)


def test_two_people_have_two_keys() -> None:
    """Nobody gets another one's notices."""
    assert person_key(ADMIN) != person_key(SUBMITTER)


def test_the_operators_stay_readable() -> None:
    """They have no address to hide."""
    assert person_key(OPERATORS) == "operators"


@given(st.emails())
@settings(deadline=None)
def test_a_key_shows_nothing_of_its_address(address: str) -> None:
    """32 hex characters, always the same ones, fit for keys, queues and logs."""
    key = person_key(address)
    assert re.fullmatch(r"[0-9a-f]{32}", key)
    assert key == person_key(address.upper())
