"""`detect`: what one look at a credential asks Expensify next, and what follows from the answer.

Pure. `decide_detect` says the next step; `with_policies`, `with_file`, `with_reports`, `too_much` and
`after_fault` say what is remembered when it is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, ForeignTime, Millis
from shared.domain.detect_reports import (
    FoundReport,
    News,
    Sighting,
    Sightings,
    latest,
    news_of,
)
from shared.domain.finding import SETUP_FAULTS, Fault
from shared.domain.jitter import no_earlier
from shared.domain.rounds import Band, Round, after_turn, begun, cut, searches
from shared.domain.rules import Rules, backoff
from shared.domain.span import Span

CHECK_EVERY: Millis = DAY
CHECK_AGAIN: Millis = HOUR
"""How soon the list of workspaces is asked for again, while one of ours isn't in it."""

FETCH_AGAIN: Millis = 15 * SECOND
FILE_WAITED_FOR: Millis = 10 * MINUTE

IN_VAIN = 2
"""So often in a row an answer may be of no use before less is asked for."""

NARROWING = 7
"""So many answers of no use in a row may be one report's doing: down to a single day of a month."""

MOST_NEWS = 300
"""What one look says and writes down at most; the same search is made again for the rest."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A workspace that we have begun to look at. What is no later than `before`, by Expensify's
    clock, was there already; `left`: the bands of which no round is over yet. `dated_by`: the band
    whose first round tells `before`, by the newest entry in any of its answers.
    """

    workspace_id: str
    before: ForeignTime | None = None
    left: tuple[Band, ...] = tuple(Band)
    dated_by: Band | None = None

    @property
    def undated(self) -> bool:
        """`before` isn't known for good yet."""
        return self.before is None or self.dated_by in self.left


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that Expensify makes for us."""

    file: str
    band: Band
    asked_at: Millis


@dataclass(frozen=True, slots=True)
class Credential:
    """What `detect` remembers of a credential. `visible`, `hidden`: which of our workspaces it sees.
    `known`: all that it ever saw. `quiet_until`: the open circuit, or the next try of a file.
    """

    key: str
    visible: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    checked_at: Millis | None = None
    newcomers: tuple[Newcomer, ...] = ()
    rounds: tuple[Round, ...] = ()
    pending: Pending | None = None
    faults: int = 0
    fault: Fault | None = None
    quiet_until: Millis = 0
    version: int = 0

    def round_of(self, band: Band) -> Round:
        return next(each for each in self.rounds if each.band is band)


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is to be asked until then."""

    due: Millis


@dataclass(frozen=True, slots=True)
class Check:
    """Which workspaces does the credential see?"""


@dataclass(frozen=True, slots=True)
class Search:
    """Have the file of a span made."""

    band: Band
    span: Span


@dataclass(frozen=True, slots=True)
class Fetch:
    file: str


type Step = Rest | Check | Search | Fetch


@dataclass(frozen=True, slots=True)
class Learned:
    credential: Credential
    news: tuple[News, ...] = ()


def decide_detect(known: Credential, members: Iterable[str], rules: Rules, now: Millis) -> Step:
    """`members`: the workspaces whose settings name the credential.

    Of several searches that of the youngest reports goes first, unless another's turn was missed
    since: one that is wanted more often than there is time for must not keep the others from theirs.
    """
    if known.quiet_until > now:
        return Rest(known.quiet_until)
    if _check_at(known, members) <= now:
        return Check()
    if known.pending is not None:
        return Fetch(known.pending.file)
    turns = [each for each in known.rounds if each.next_at <= now]
    if turns:
        missed = max(turns, key=lambda turn: max(_turns_missed(turn, rules, now), 1))
        first = begun(missed, _every(missed.band, rules), now)
        return Search(first.band, first.todo[0].span)
    return Rest(min([_check_at(known, members), *(each.next_at for each in known.rounds)]))


def with_policies(
    known: Credential, members: Iterable[str], seen: Iterable[str], now: Millis
) -> Credential:
    """Whoever is new has every band searched at once, which is everybody's gain. One that was
    away comes back with all that has happened to it; who went before all of it was searched once is
    still new then.
    """
    ours = frozenset(members)
    visible = tuple(sorted(ours & frozenset(seen)))
    new = [Newcomer(ws) for ws in visible if ws not in known.known]
    checked = replace(
        known,
        visible=visible,
        hidden=tuple(sorted(ours - frozenset(visible))),
        known=tuple(sorted({*known.known, *visible})),
        checked_at=now,
        newcomers=(*known.newcomers, *new),
    )
    if visible == known.visible:
        return _calm(checked)
    rounds = tuple(Round(band, now, hurry=True) for band in Band) if visible else ()
    return _calm(replace(checked, rounds=rounds, pending=None))


def with_file(
    known: Credential, search: Search, file: str, rules: Rules, now: Millis
) -> Credential:
    """The file is being made; its round has begun."""
    begin = begun(known.round_of(search.band), _every(search.band, rules), now)
    return replace(_with_round(known, begin), pending=Pending(file, search.band, now))


def not_yet(known: Credential, rules: Rules, now: Millis) -> Credential:
    """The file isn't there: fetched again later, but not for ever."""
    if known.pending is not None and known.pending.asked_at + FILE_WAITED_FOR <= now:
        return after_fault(known, Fault.UNREADABLE, 0, rules, now)
    return replace(known, quiet_until=now + min(FETCH_AGAIN, rules.gap))


def with_reports(
    known: Credential, found: tuple[FoundReport, ...], seen: Sightings, now: Millis
) -> Learned:
    """What is news. The round goes on when all of it fits into this look."""
    newcomers = tuple(_dated(each, known, latest(found)) for each in known.newcomers)
    before = {each.workspace_id: each.before for each in newcomers}
    news = [
        each
        for report in found
        if (each := news_of(report, _seen(report, seen), before.get(report.workspace_id)))
    ]
    dated = replace(_calm(known), newcomers=newcomers)
    if len(news) > MOST_NEWS:
        return Learned(replace(dated, pending=None), tuple(news[:MOST_NEWS]))
    return Learned(_turned(dated, now), tuple(news))


def too_much(known: Credential, rules: Rules, now: Millis) -> Credential:
    """The answer doesn't fit, or can't be read: the span in parts. A single day of which that is true
    is passed over, and the operators are told.
    """
    if known.pending is None:
        return known
    parts = cut(known.round_of(known.pending.band), now)
    if parts is not None:
        return replace(_with_round(known, parts), pending=None)
    return replace(
        _turned(known, now), fault=Fault.UNREADABLE, faults=max(known.faults, len(rules.circuit))
    )


def after_fault(
    known: Credential, fault: Fault, retry_after: Millis, rules: Rules, now: Millis
) -> Credential:
    """Nothing is learned; the search is made again, later each time.

    If its file is of no use again and again, one report may have spoilt it: then in parts, and a
    single day is passed over, until the next round. What is wrong with all answers waits longer.
    """
    spoilt = fault is Fault.UNREADABLE and known.pending is not None
    faults = max(0, known.faults - NARROWING) if spoilt else known.faults
    wait = no_earlier(backoff(rules.circuit, faults), retry_after)
    failed = replace(known, faults=known.faults + 1, fault=fault, quiet_until=now + wait)
    if spoilt and known.faults >= IN_VAIN:
        return too_much(failed, rules, now)
    return replace(failed, pending=None)


def is_told(before: Credential, after: Credential, rules: Rules) -> bool:
    """A set-up fault is the operator's when it begins; any fault once it has become lasting."""
    if after.fault is None or after.faults <= before.faults:
        return False
    lasting = before.faults < len(rules.circuit) <= after.faults
    return lasting or (after.fault in SETUP_FAULTS and after.fault is not before.fault)


def _check_at(known: Credential, members: Iterable[str]) -> Millis:
    if known.checked_at is None or frozenset(members) != {*known.visible, *known.hidden}:
        return 0
    return known.checked_at + (CHECK_AGAIN if known.hidden else CHECK_EVERY)


def _every(band: Band, rules: Rules) -> Millis:
    every = {
        Band.FRESH: rules.detect_fresh,
        Band.RECENT: rules.detect_recent,
        Band.OLD: rules.detect_old,
    }
    return every[band]


def _turns_missed(late: Round, rules: Rules, now: Millis) -> float:
    return (now - late.next_at) * searches(late.band) / _every(late.band, rules)


def _dated(newcomer: Newcomer, known: Credential, last: ForeignTime | None) -> Newcomer:
    """By all of a round's answers: the first part of one that was too large may hold but old reports,
    and what failed since the last of those isn't news.
    """
    pending, searched = known.pending, newcomer.workspace_id in known.visible
    if pending is None or last is None or not searched or not newcomer.undated:
        return newcomer
    if newcomer.before is None:
        return replace(newcomer, before=last, dated_by=pending.band)
    later = max(newcomer.before, last) if newcomer.dated_by is pending.band else newcomer.before
    return replace(newcomer, before=later)


def _seen(found: FoundReport, seen: Sightings) -> Sighting | None:
    return seen.get((found.workspace_id, found.report.report_id))


def _turned(known: Credential, now: Millis) -> Credential:
    """The pending search is done; at the end of its round newcomers have one band less before them."""
    if known.pending is None:
        return known
    round_ = after_turn(known.round_of(known.pending.band), now)
    turned = replace(_with_round(known, round_), pending=None)
    if round_.todo:
        return turned
    left = tuple(
        replace(each, left=tuple(band for band in each.left if band is not round_.band))
        if each.workspace_id in known.visible
        else each
        for each in known.newcomers
    )
    return replace(turned, newcomers=tuple(each for each in left if each.left))


def _calm(known: Credential) -> Credential:
    return replace(known, faults=0, fault=None, quiet_until=0)


def _with_round(known: Credential, round_: Round) -> Credential:
    rounds = tuple(round_ if each.band is round_.band else each for each in known.rounds)
    return replace(known, rounds=rounds)
