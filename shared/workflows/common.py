"""Steps that more than one workflow takes."""

from collections.abc import Iterable

from shared.domain.clock import SECOND, Millis
from shared.domain.notice import Notice
from shared.domain.person import person_key
from shared.ports import Notices, Reconciler, Rows, Wakes

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
        rows.pull(Reconciler.NOTIFY, key, max(at, now + SETTLING))
    return {key for key, at in people.items() if at <= now}


def tell_operators(fault: Notice, notices: Notices, rows: Rows, wakes: Wakes, now: Millis) -> None:
    """At most once a day: the notice's id says which day."""
    wake_all(wakes, Reconciler.NOTIFY, put_notices([fault], notices, rows, now))


def wake_all(wakes: Wakes, reconciler: Reconciler, keys: Iterable[str]) -> None:
    for key in sorted(keys):
        wakes.wake(reconciler, key)
