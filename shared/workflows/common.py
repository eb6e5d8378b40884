"""Steps that more than one workflow takes."""

from collections.abc import Iterable

from shared.domain.clock import SECOND, Millis
from shared.domain.notice import Notice
from shared.domain.person import person_key
from shared.errors import ConflictError
from shared.ports import Notices, Reconciler, Rows, Wakes

TRIES = 5

SETTLING: Millis = 5 * SECOND
"""How long the writes that follow a notice may take before the sweep sends it all the same."""


def nudge(rows: Rows, wakes: Wakes, reconciler: Reconciler, key: str, at: Millis) -> None:
    """Have the key looked at. The row is due before the wake-up is sent, so none can be lost."""
    rows.pull(reconciler, key, at)
    wakes.wake(reconciler, key)


def put_notices(new: Iterable[Notice], notices: Notices, rows: Rows, now: Millis) -> set[str]:
    """Put each notice once and make its person due. Returns the persons to wake.

    Wake them after the cases are written: each notice is checked against those when it is sent.
    """
    people: dict[str, Millis] = {}
    for notice in new:
        notices.put(notice)
        key = person_key(notice.person)
        people[key] = min(people.get(key, notice.send_after), notice.send_after)
    for key, at in people.items():
        if at > now + SETTLING:
            _book(rows, key, at)
        else:
            rows.pull(Reconciler.NOTIFY, key, now + SETTLING)
    return {key for key, at in people.items() if at <= now}


def _book(rows: Rows, key: str, at: Millis) -> None:
    """Have the person looked at by then, with no wake-up that would follow.

    A look in progress that read the notices before would undo that: it sets when the next look is
    due, unless it finds the row moved since it began. So a row that is due sooner, as it is during
    a look, is moved as well, by a millisecond. Raises ConflictError.
    """
    for _ in range(TRIES):
        if rows.pull(Reconciler.NOTIFY, key, at):
            return
        row = rows.get(Reconciler.NOTIFY, key)
        if row.due is not None and row.due <= at and rows.claim(row, row.due - 1):
            return
    raise ConflictError("the row keeps moving")


def tell_operators(fault: Notice, notices: Notices, rows: Rows, wakes: Wakes, now: Millis) -> None:
    """At most once a day: the notice's id says which day."""
    wake_all(wakes, Reconciler.NOTIFY, put_notices([fault], notices, rows, now))


def wake_all(wakes: Wakes, reconciler: Reconciler, keys: Iterable[str]) -> None:
    for key in sorted(keys):
        wakes.wake(reconciler, key)
