"""Mistakes of reminders, caps and digests."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain import by_mode, decide_notify, decide_recover, ladder, mail_cap
from shared.domain.blocker import Blocker
from shared.domain.ladder import next_rung
from shared.domain.mail_cap import capped
from shared.domain.notice import Notice
from shared.workflows import notify
from shared.workflows.notify import Notify
from tests.simulation.planting import mistake, simple, swapped


@mistake("a rung put twice", "I5")
def _twice() -> Iterator[None]:
    """By an id that isn't only which reminder it is."""
    right = Notify._next_rung

    def again(self: Any, notice: Notice, now: int) -> Notice | None:
        rung = right(self, notice, now)
        if rung is not None:
            self.notices.put(replace(rung, step=rung.step + 1))
        return rung

    with swapped(Notify, _next_rung=again):
        yield


@mistake("a ladder without an end", "I5")
def _endless() -> Iterator[None]:
    def endless(notice: Any, rules: Any, now: int) -> Notice | None:
        longer = replace(rules, reminders=tuple(2 * 60_000 * n for n in range(1, 99)))
        return next_rung(notice, longer, now)

    with swapped(notify, next_rung=endless):
        yield


simple("no reminder is ever put", "I5", notify, next_rung=lambda *_: None)


@mistake("a reminder isn't checked again", "I5")
def _unchecked() -> Iterator[None]:
    right = decide_notify._drop

    def drop(letter: Any) -> str:
        return "" if letter.notice.rung else right(letter)

    with swapped(decide_notify, _drop=drop):
        yield


@mistake("the cap ignored", "I5")
def _uncapped() -> Iterator[None]:
    def all_of_them(letters: Any, notices: Any, subjects: Any, rules: Any, now: int) -> Any:
        return capped(letters, notices, subjects, replace(rules, mails_per_day=10**6), now)

    with swapped(decide_notify, capped=all_of_them):
        yield


simple("a second digest on the same day", "I5", mail_cap, _digested=lambda *_: False)


@mistake("a digest lists what isn't open any more", "I5")
def _stale_digest() -> Iterator[None]:
    def unseen(letters: Any, notices: Any, subjects: Any, rules: Any, now: int) -> Any:
        held = {of: replace(subject, holds=True) for of, subject in subjects.items()}
        return capped(letters, notices, held, rules, now)

    with swapped(decide_notify, capped=unseen):
        yield


@mistake("administrators are reminded of what stays closed", "I5")
def _reminded() -> Iterator[None]:
    with swapped(Blocker, stays_closed=False):
        yield


@mistake("attention at the first reminder", "I5")
def _too_early() -> Iterator[None]:
    def early(case: Any, rules: Any, now: int) -> Any:
        return ladder_attended(case, replace(rules, reminders=rules.reminders[:1]), now)

    ladder_attended = ladder.attended
    with swapped(by_mode, attended=early):
        yield


simple("no attention at the end of the ladder", "I3", by_mode, attended=lambda case, *_: case)


@mistake("what has attention isn't watched any more", "liveness")
def _unwatched() -> Iterator[None]:
    right = decide_recover._kept

    def kept(cases: Any, *more: Any) -> Any:
        return right(tuple(c for c in cases if c.attention_at is None), *more)

    with swapped(decide_recover, _kept=kept):
        yield
