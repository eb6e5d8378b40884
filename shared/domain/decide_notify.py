"""`notify`: which of a person's notices to send now. Each is checked once more for truth.

Pure. `subjects` holds, by notice id, what is true at this moment; a notice without one couldn't be
checked and waits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.domain.clock import MINUTE, Millis
from shared.domain.notice import Notice, Subject, Tone

HOLD: Millis = 10 * MINUTE
"""How long to wait for what couldn't be checked, or isn't finished yet."""

YOUNG: Millis = MINUTE
"""A notice is put before the case that it is about is written: before this age, what isn't true
may not be true yet."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice with what it is about: all that a channel needs to render it.

    `also`: further notices of the same matter, which it tells as well.
    """

    notice: Notice
    subject: Subject
    also: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class NotifyPlan:
    send: tuple[Letter, ...] = ()
    dropped: tuple[Notice, ...] = ()
    due: Millis | None = None


def ripe(notices: tuple[Notice, ...], now: Millis) -> tuple[Notice, ...]:
    """Those whose truth is worth looking up now."""
    return tuple(n for n in notices if n.pending and n.send_after <= now)


def decide_notify(
    notices: tuple[Notice, ...], subjects: Mapping[str, Subject], now: Millis
) -> NotifyPlan:
    """What to send, what is no longer true, and when to look again."""
    ready = ripe(notices, now)
    known = [Letter(n, subjects[n.id]) for n in ready if n.id in subjects]
    old = [letter for letter in known if _drop(letter) and not _young(letter.notice, now)]
    send = _gathered([letter for letter in known if not _drop(letter) and not _hold(letter)])
    dropped = tuple(replace(x.notice, dropped=_drop(x)) for x in old)
    settled = {n.id for x in send for n in (x.notice, *x.also)} | {n.id for n in dropped}
    later = [n.send_after for n in notices if n.pending and n.send_after > now]
    open_ = [n for n in ready if n.id not in settled]
    later += [n.created_at + YOUNG if _young(n, now) else now + HOLD for n in open_]
    return NotifyPlan(send, dropped, min(later, default=None))


def _gathered(letters: list[Letter]) -> tuple[Letter, ...]:
    first: dict[tuple[str, ...], Letter] = {}
    for letter in letters:
        known = first.get(letter.notice.matter)
        also = (*known.also, letter.notice) if known else ()
        first[letter.notice.matter] = replace(known or letter, also=also)
    return _told_at_once(first.values())


def _told_at_once(letters: Iterable[Letter]) -> tuple[Letter, ...]:
    """One person may have opened a project and done the clicks: thanked for the project alone."""
    all_ = tuple(letters)
    other = {x.notice.id: next((y for y in all_ if _thanks_for(x, y)), None) for x in all_}
    kept = {x.notice.id: x for x in all_ if other[x.notice.id] is None}
    for letter in all_:
        better = other[letter.notice.id]
        if better is not None:
            known = kept[better.notice.id]
            also = (*known.also, letter.notice, *letter.also)
            kept[better.notice.id] = replace(known, also=also)
    return tuple(kept.values())


def _thanks_for(clicks: Letter, project: Letter) -> bool:
    """Whether the good news about a project tells all that the good news about clicks does."""
    good = clicks.notice.tone is project.notice.tone is Tone.DONE
    whole = clicks.notice.about.startswith("W#") and not project.notice.about.startswith("W#")
    mine, theirs = ({r.report_id for r in x.subject.reports} for x in (clicks, project))
    return (
        good and whole and clicks.notice.account_id == project.notice.account_id and mine <= theirs
    )


def _young(notice: Notice, now: Millis) -> bool:
    return now - notice.created_at < YOUNG


def _drop(letter: Letter) -> str:
    """Why the notice must not be sent any more; empty: it may."""
    if letter.notice.tone is Tone.DONE:
        return "" if letter.subject.told_before else "was never told of the problem"
    return "" if letter.subject.holds else "no longer true"


def _hold(letter: Letter) -> bool:
    """The good news comes once, when the last of the person's reports is through. And nobody is
    told by a workspace that only observes; should it do more, what holds by then is sent.
    """
    return letter.subject.quiet or (letter.notice.tone is Tone.DONE and not letter.subject.holds)
