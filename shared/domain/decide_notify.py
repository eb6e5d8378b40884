"""`notify`: which of a person's notices to send now. Each is checked once more for truth.

Pure. `subjects` holds, by notice id, what is true at this moment; a notice without one couldn't be
checked and waits.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from shared.domain.clock import MINUTE, Millis
from shared.domain.mail_cap import Mails, capped
from shared.domain.notice import Letter, Notice, Subject, Tone
from shared.domain.rules import Rules
from shared.domain.working_time import next_day

__all__ = ["HOLD", "YOUNG", "Letter", "NotifyPlan", "decide_notify", "ripe"]

HOLD: Millis = 10 * MINUTE
"""How long to wait for what couldn't be checked, or isn't finished yet."""

YOUNG: Millis = MINUTE
"""A notice is put before the case that it is about is written: before this age, what isn't true
may not be true yet."""


@dataclass(frozen=True, slots=True)
class NotifyPlan:
    """`ask`: what else must be looked up, because a digest lists everything that is open."""

    send: tuple[Letter, ...] = ()
    dropped: tuple[Notice, ...] = ()
    due: Millis | None = None
    ask: tuple[Notice, ...] = ()


def ripe(notices: tuple[Notice, ...], now: Millis) -> tuple[Notice, ...]:
    """Those whose truth is worth looking up now."""
    return tuple(n for n in notices if n.pending and n.send_after <= now)


def decide_notify(
    notices: tuple[Notice, ...],
    subjects: Mapping[str, Subject],
    rules: Rules,
    now: Millis,
    *,
    asked: bool = False,
) -> NotifyPlan:
    """What to send, what is no longer true, and when to look again.

    Or else what to `ask` for first: look that up, and call again with `asked`.
    """
    ready = ripe(notices, now)
    known = [Letter(n, subjects[n.id]) for n in ready if n.id in subjects]
    old = {
        x.notice.id: replace(x.notice, dropped=why)
        for x in known
        if (why := _drop(x) or _told_anew(x.notice, notices)) and not _young(x.notice, now)
    }
    fit = [x for x in known if x.notice.id not in old and not _drop(x) and not _hold(x)]
    mails = capped(_gathered(fit), notices, subjects, rules, now)
    if mails.ask and not asked:
        return NotifyPlan(ask=mails.ask)
    dropped = tuple(old.values())
    return NotifyPlan(mails.send, dropped, _due(notices, ready, mails, old.keys(), rules, now))


def _due(
    notices: tuple[Notice, ...],
    ready: tuple[Notice, ...],
    mails: Mails,
    dropped: Collection[str],
    rules: Rules,
    now: Millis,
) -> Millis | None:
    later = [n.send_after for n in notices if n.pending and n.send_after > now]
    if mails.tomorrow:
        later.append(next_day(now, rules))
    open_ = [n for n in ready if n.id not in mails.decided and n.id not in dropped]
    later += [n.created_at + YOUNG if _young(n, now) else now + HOLD for n in open_]
    return min(later, default=None)


def _gathered(letters: list[Letter]) -> tuple[Letter, ...]:
    """What is told for the first time leads, and goes before what is told again."""
    first: dict[tuple[str, ...], Letter] = {}
    for letter in sorted(letters, key=lambda x: x.notice.rung):
        known = first.get(letter.notice.matter)
        also = (*known.also, letter.notice) if known else ()
        first[letter.notice.matter] = replace(known or letter, also=also)
    return tuple(first.values())


def _told_anew(notice: Notice, notices: tuple[Notice, ...]) -> str:
    """A reminder of what has come up again since, and was told again."""
    anew = notice.rung and any(
        other.sent_at is not None
        and (other.tone, other.account_id, other.about)
        == (notice.tone, notice.account_id, notice.about)
        and other.epoch > notice.epoch
        for other in notices
    )
    return "told anew since" if anew else ""


def _young(notice: Notice, now: Millis) -> bool:
    return now - notice.created_at < YOUNG


def _drop(letter: Letter) -> str:
    """Why the notice must not be sent any more; empty: it may."""
    if letter.notice.tone is Tone.DONE:
        return "" if letter.subject.told_before else "was never told of the problem"
    return "" if letter.subject.holds else "no longer true"


def _hold(letter: Letter) -> bool:
    """The good news comes once, when the last of the person's reports is through."""
    return letter.notice.tone is Tone.DONE and not letter.subject.holds
