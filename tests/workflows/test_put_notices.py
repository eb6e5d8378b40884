"""A notice that is put makes its person due, whatever is going on at the moment."""

import pytest

from shared.domain.clock import DAY, HOUR, Millis
from shared.domain.notice import Notice, Role, Tone
from shared.domain.person import person_key
from shared.errors import ConflictError
from shared.ports import Reconciler, Row
from shared.reconcile import SAFETY
from shared.workflows.common import SETTLING, put_notices
from tests.builders import ACCOUNT, NOW, PROJECT, SUBMITTER, WS
from tests.fakes.notices import FakeNotices
from tests.fakes.rows import FakeRows

KEY = person_key(SUBMITTER)
HELD = NOW + HOUR
AT = Reconciler.NOTIFY, KEY


def notice(send_after: Millis) -> Notice:
    who = SUBMITTER, Role.SUBMITTER, Tone.RETAG, WS, ACCOUNT
    return Notice(*who, f"P#{PROJECT}", 1, created_at=NOW, send_after=send_after)


def put(rows: FakeRows, send_after: Millis) -> set[str]:
    return put_notices([notice(send_after)], FakeNotices(), rows, NOW)


@pytest.mark.parametrize(
    ("send_after", "due", "woken"), [(NOW, NOW + SETTLING, {KEY}), (HELD, HELD, set())]
)
def test_its_person_is_due_when_it_may_be_sent(
    send_after: Millis, due: Millis, woken: set[str]
) -> None:
    rows = FakeRows()
    assert put(rows, send_after) == woken
    assert rows.get(*AT).due == due


@pytest.mark.parametrize("next_look", [None, NOW + DAY])
def test_a_look_in_progress_does_not_put_off_what_is_held_back(next_look: Millis | None) -> None:
    """It read the notices before this one, and knows of nothing that is due."""
    rows = FakeRows()
    rows.arm(*AT, NOW + SAFETY)
    put(rows, HELD)
    rows.finish(*AT, armed=NOW + SAFETY, looked_at=NOW, due=next_look)
    due = rows.get(*AT).due
    assert due is not None
    assert due <= HELD


def test_the_end_of_a_look_in_between_is_seen() -> None:
    """It was due, and isn't any more when that is read: then the first way is open again."""
    rows = Ending()
    rows.arm(*AT, NOW + SAFETY)
    put(rows, HELD)
    assert rows.get(*AT).due == HELD


def test_a_row_that_keeps_moving_is_a_conflict() -> None:
    rows = Moving()
    rows.arm(*AT, NOW + SAFETY)
    with pytest.raises(ConflictError):
        put(rows, HELD)


class Ending(FakeRows):
    """The look in progress ends just after somebody pulled in vain."""

    def pull(self, reconciler: Reconciler, key: str, due: Millis) -> bool:
        moved = super().pull(reconciler, key, due)
        if not moved:
            self.finish(reconciler, key, armed=NOW + SAFETY, looked_at=NOW, due=None)
        return moved


class Moving(FakeRows):
    """Somebody else is always quicker."""

    def claim(self, row: Row, due: Millis) -> bool:
        return row.due == due
