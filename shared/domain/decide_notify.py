"""`notify`: which of a person's notices to send now. Each is checked once more for truth.

Pure. `subjects` holds, by notice id, what is true at this moment; a notice without one couldn't be
checked and waits.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from shared.domain.clock import MINUTE, Millis
from shared.domain.mail_cap import Mails, capped
from shared.domain.notice import Letter, Notice, Role, Subject, Tone
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
    return _in_one_mail(_told_at_once(first.values()))


_ASKS = frozenset({Tone.REACTIVATE, Tone.RETAG})


def _in_one_mail(letters: tuple[Letter, ...]) -> tuple[Letter, ...]:
    """What a person is asked to put right comes in one mail, however many projects that is.

    Per workspace, because its settings give the words; each notice stays one of its own. What
    needs words of its own has them: another record than the project, what operators can choose.
    """
    mails: dict[tuple[str, ...], Letter] = {}
    for letter in letters:
        notice = letter.notice
        plain = letter.subject.owner is None and notice.role is not Role.OPERATOR
        where = (notice.account_id, notice.workspace_id)
        mail = where if plain and notice.tone in _ASKS else notice.matter
        first = mails.get(mail)
        mails[mail] = replace(first, parts=(*first.parts, letter)) if first else letter
    return tuple(mails.values())


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
    """The good news comes once, when the last of the person's reports is through. And nobody is
    told by a workspace that only observes; should it do more, what holds by then is sent.
    """
    return letter.subject.quiet or (letter.notice.tone is Tone.DONE and not letter.subject.holds)
