"""What the operators are told of a set-up that doesn't work: which matters, and how often."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.notice import Notice, Role, Tone
from shared.domain.setup_fault import (
    BROKEN_SETTINGS,
    STACK,
    UNKNOWN_WORKSPACE,
    is_daily,
    setup_fault,
    tomorrow,
)
from tests.builders import ACCOUNT, NOW, WS


def unknown(now: int = NOW) -> Notice:
    return setup_fault(WS, UNKNOWN_WORKSPACE, now, workspace_id=WS, account_id=ACCOUNT)


def test_the_same_matter_has_one_notice_a_day() -> None:
    """Whoever finds it; the next day is another turn."""
    assert unknown(NOW + MINUTE).id == unknown().id
    assert unknown(NOW + DAY).id != unknown().id


def test_the_operators_are_told_at_once() -> None:
    """Of whose set-up it is, and what is wrong with it."""
    about = f"W#{WS}#{UNKNOWN_WORKSPACE}"
    assert unknown() == Notice(
        OPERATORS, Role.OPERATOR, Tone.SETUP_FAULT, WS, ACCOUNT, about, NOW // DAY, NOW, NOW
    )
    of_stack = setup_fault(STACK, BROKEN_SETTINGS, NOW)
    assert (of_stack.workspace_id, of_stack.account_id) == ("", "")


def test_tomorrow_is_as_today_and_not_told_yet() -> None:
    """A day after it was told, not a day after the first one."""
    sent = replace(unknown(), sent_at=NOW + HOUR, listed=("R001",))
    assert tomorrow(sent, NOW + HOUR) == replace(
        unknown(), epoch=NOW // DAY + 1, created_at=NOW + HOUR, send_after=NOW + HOUR + DAY
    )


@pytest.mark.parametrize(
    ("what", "daily"), [(UNKNOWN_WORKSPACE, True), (BROKEN_SETTINGS, True), ("unreachable", False)]
)
def test_only_what_nobody_else_finds_again_repeats_itself(what: str, *, daily: bool) -> None:
    """A refused login is found by the next look."""
    assert is_daily(setup_fault(WS, what, NOW)) is daily


def test_nothing_else_repeats_itself_whatever_it_is_about() -> None:
    """A label may be called anything."""
    named_so = f"L#{WS}#{UNKNOWN_WORKSPACE}"
    assert not is_daily(replace(unknown(), tone=Tone.RETAG, about=named_so))
