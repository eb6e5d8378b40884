"""At most so many mails per person and day; the last of them is a digest of everything open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.domain.clock import Millis
from shared.domain.notice import Letter, Notice, Role, Subject, Tone
from shared.domain.rules import Rules
from shared.domain.working_time import day_of

_NEVER_OPEN = frozenset({Tone.DONE, Tone.DIGEST, Tone.REACTIVATION})


@dataclass(frozen=True, slots=True)
class Mails:
    """`decided`: the ids of what is sent now or waits for `tomorrow`. `ask`: see `NotifyPlan`."""

    send: tuple[Letter, ...]
    decided: frozenset[str]
    tomorrow: bool = False
    ask: tuple[Notice, ...] = ()


def capped(
    letters: tuple[Letter, ...],
    notices: tuple[Notice, ...],
    subjects: Mapping[str, Subject],
    rules: Rules,
    now: Millis,
) -> Mails:
    """What may be sent today. The operators have a topic, and no cap."""
    decided = frozenset(n.id for letter in letters for n in letter.notices)
    free = tuple(x for x in letters if x.notice.role is Role.OPERATOR)
    bound = tuple(x for x in letters if x.notice.role is not Role.OPERATOR)
    room = max(0, rules.mails_per_day - 1 - _sent_today(notices, rules, now))
    now_, rest = bound[:room], bound[room:]
    if not rest:
        return Mails((*free, *now_), decided)
    if _digested(notices, rules, now):
        return Mails((*free, *now_), decided, tomorrow=True)
    told = {part.notice.matter for x in letters for part in x.each}
    open_ = _open(notices, told)
    ask = tuple(n for n in open_ if n.id not in subjects)
    fresh = [
        replace(part, notice=replace(part.notice, sent_at=now), also=())
        for x in now_
        for part in x.each
    ]
    before = [Letter(n, subjects[n.id]) for n in open_ if n.id in subjects]
    left = tuple(part for x in rest for part in x.each)
    digest = _digest(
        left, [*fresh, *(x for x in before if x.subject.holds and not x.subject.quiet)], rules, now
    )
    return Mails((*free, *now_, digest), decided, ask=ask)


def _sent_today(notices: Iterable[Notice], rules: Rules, now: Millis) -> int:
    """Mails, not notices: what was told in the mail of another counts with that."""
    mails = (n for n in _today(notices, rules, now) if not n.told_in)
    return sum(1 for n in mails if n.tone is not Tone.DIGEST)


def _digested(notices: Iterable[Notice], rules: Rules, now: Millis) -> bool:
    return any(n.tone is Tone.DIGEST for n in _today(notices, rules, now))


def _today(notices: Iterable[Notice], rules: Rules, now: Millis) -> Iterable[Notice]:
    today = day_of(now, rules)
    return (
        n
        for n in notices
        if n.role is not Role.OPERATOR
        and n.sent_at is not None
        and day_of(n.sent_at, rules) == today
    )


def _open(notices: Iterable[Notice], told: Iterable[tuple[str, ...]]) -> tuple[Notice, ...]:
    """What was told before and may still be open, the latest notice of each matter."""
    latest: dict[tuple[str, ...], Notice] = {}
    sent = (n for n in notices if n.sent_at is not None and n.role is not Role.OPERATOR)
    for notice in sorted(sent, key=lambda n: n.sent_at or 0):
        if notice.tone not in _NEVER_OPEN and notice.matter not in told:
            latest[notice.matter] = notice
    return tuple(latest.values())


def _digest(rest: tuple[Letter, ...], open_: list[Letter], rules: Rules, now: Millis) -> Letter:
    """One per person and day: its id says which day."""
    first = rest[0].notice
    notice = Notice(
        first.person,
        first.role,
        Tone.DIGEST,
        first.workspace_id,
        "",
        "W#digest",
        day_of(now, rules),
        now,
        send_after=now,
    )
    return Letter(notice, _everything(rest, open_), parts=(*rest, *open_))


def _everything(rest: tuple[Letter, ...], open_: list[Letter]) -> Subject:
    """Each report once, of all that ask for something."""
    asking = [x for x in (*rest, *open_) if x.notice.tone is not Tone.DONE]
    reports = {report.report_id: report for x in asking for report in x.subject.reports}
    people = {report.submitter for report in reports.values()}
    return Subject(holds=True, reports=tuple(reports.values()), people=len(people))
