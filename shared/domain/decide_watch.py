"""`watch`: what one look at NetSuite changes for all labels and projects of an account.

Pure. `question` says what to look for, `decide_watch` what follows from the answer.
"""

from dataclasses import dataclass, replace

from shared.domain.blocker import Blocker, Blockers, Label, by_id, observe, vanish
from shared.domain.clock import Millis
from shared.domain.finding import (
    DOUBTFUL,
    SETUP_FAULTS,
    Fault,
    Match,
    Project,
    Resolution,
    Status,
    resolve,
    status_of,
)
from shared.domain.jitter import no_earlier, spread
from shared.domain.notice import Notice
from shared.domain.rules import Rules, backoff
from shared.domain.setup_fault import setup_fault

_CROWDED = frozenset({Fault.THROTTLED, Fault.DOUBTED})


@dataclass(frozen=True, slots=True)
class Account:
    """`asked_at`: the last answered query; `quiet_until`: the open circuit; `faults`: the looks
    that failed in a row; `owed`: the workspaces that must be woken for what a look stores.
    """

    account_id: str
    asked_at: Millis = 0
    faults: int = 0
    fault: Fault | None = None
    quiet_until: Millis = 0
    owed: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class RememberedAccount:
    account: Account
    labels: tuple[Label, ...]
    blockers: Blockers


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask NetSuite in one query: projects by the texts of labels, and by id."""

    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.texts or self.ids)


@dataclass(frozen=True, slots=True)
class Look:
    """The answer: every matching row, or the fault that kept us from knowing.

    `retry_after`: how long NetSuite wants to be left alone, if it said so.
    """

    rows: tuple[Project, ...] = ()
    fault: Fault | None = None
    retry_after: Millis = 0


@dataclass(frozen=True, slots=True)
class WatchPlan:
    account: Account
    labels: tuple[Label, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    workspaces: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    due: Millis | None = None


def wanted(known: RememberedAccount, now: Millis) -> bool:
    """Whether anybody still waits for an answer about this account."""
    return any(_open(label, known.blockers, now) for label in known.labels)


def question(known: RememberedAccount, rules: Rules, now: Millis) -> Question:
    """All that is wanted and not settled; nothing while the circuit is open or just after a look.

    The gap gathers a storm: however many failures come in, NetSuite is asked once per gap.
    """
    if _resting_until(known.account, rules) > now:
        return Question()
    labels = [label for label in known.labels if _open(label, known.blockers, now)]
    if not labels:
        return Question()
    ids = {label.resolution.project_id for label in labels if _resolved(label)}
    texts = {label.text for label in labels if label.pending or not _resolved(label)}
    return Question(tuple(sorted(texts)), tuple(sorted(ids | _control(ids, known.blockers))))


def _control(ids: set[str], blockers: Blockers) -> set[str]:
    """One more project that we know: if even that one isn't returned, no absence is believed."""
    others = (pid for pid, b in blockers.items() if pid not in ids and b.status is not Status.GONE)
    return {min(others, default="")} - {""}


def decide_watch(
    known: RememberedAccount, look: Look | None, rules: Rules, now: Millis
) -> WatchPlan:
    """What to write, whom to wake, when to look again. No look: nothing was to be asked."""
    if look is None:
        return WatchPlan(known.account, due=_later(known, rules, now))
    if look.fault is not None:
        return _after_fault(known, look.fault, look.retry_after, rules, now)
    blockers = _blockers(known, look, rules, now)
    labels = tuple(_answered(label, look, known, blockers, now) for label in known.labels)
    changed_labels = tuple(new for new in labels if new not in known.labels)
    changed_blockers = tuple(b for b in blockers.values() if known.blockers.get(b.project_id) != b)
    account = replace(known.account, asked_at=now, faults=0, fault=None, quiet_until=0)
    return WatchPlan(
        account,
        changed_labels,
        changed_blockers,
        _workspaces(labels, changed_labels, changed_blockers),
        _unknown_status(known.account, look, labels, now),
        _next(labels, blockers, rules, now),
    )


def _resting_until(account: Account, rules: Rules) -> Millis:
    return max(account.quiet_until, account.asked_at + rules.gap)


def _open(label: Label, blockers: Blockers, now: Millis) -> bool:
    if label.wanted_until <= now:
        return False
    return label.pending or not _settled(label, blockers)


def _settled(label: Label, blockers: Blockers) -> bool:
    """An active project needs no watching: a new failure on it asks anew."""
    blocker = blockers.get(label.resolution.project_id)
    return _resolved(label) and blocker is not None and blocker.status is Status.ACTIVE


def _resolved(label: Label) -> bool:
    return label.resolution.match is Match.PROJECT


def _blockers(
    known: RememberedAccount, look: Look, rules: Rules, now: Millis
) -> dict[str, Blocker]:
    """The blockers after the look; a row whose status is unknown changes no known status."""
    asked = question(known, rules, now)
    rows = {row.project_id: row for row in look.rows}
    blockers = dict(known.blockers)
    for project_id in asked.ids if rows.keys() & known.blockers.keys() else ():
        if project_id in blockers and project_id not in rows:
            blockers[project_id] = vanish(blockers[project_id], now)
    for row in rows.values():
        before = blockers.get(row.project_id)
        if before is None or status_of(row) is not Status.UNKNOWN:
            blockers[row.project_id] = observe(known.account.account_id, before, row, now)
    named = _named(look, asked)
    return {pid: b for pid, b in blockers.items() if pid in known.blockers or pid in named}


def _named(look: Look, asked: Question) -> set[str]:
    """The projects that labels name for certain: rows that only resemble one aren't blockers."""
    found = (resolve(text, look.rows) for text in asked.texts)
    return {r.project_id for r in found if r.match is Match.PROJECT} | set(asked.ids)


def _answered(
    label: Label, look: Look, known: RememberedAccount, blockers: Blockers, now: Millis
) -> Label:
    if not _open(label, known.blockers, now):
        return label
    resolution = _resolution(label, look)
    found = replace(label, resolution=resolution)
    if resolution.match is Match.PROJECT and _unknown(resolution.project_id, look, blockers):
        return found
    return replace(found, answered=max(label.answered, label.asked))


def _resolution(label: Label, look: Look) -> Resolution:
    """A label that is asked about anew is resolved anew; one that no name answers to any more
    stays with its project, which may have been renamed since Expensify imported it.
    """
    if _resolved(label) and not label.pending:
        return label.resolution
    fresh = resolve(label.text, look.rows)
    return label.resolution if _resolved(label) and fresh.match is Match.NOT_FOUND else fresh


def _unknown(project_id: str, look: Look, blockers: Blockers) -> bool:
    """Neither a row with a status nor, with its control, the absence of one."""
    rows = [row for row in look.rows if row.project_id == project_id]
    if rows:
        return status_of(rows[0]) is Status.UNKNOWN
    blocker = blockers.get(project_id)
    return blocker is None or blocker.status is not Status.GONE


def _workspaces(
    labels: tuple[Label, ...], changed: tuple[Label, ...], blockers: tuple[Blocker, ...]
) -> tuple[str, ...]:
    """Those for which something changed: an answer came, or a project's status did."""
    ids = set(by_id(blockers))
    touched = {x.workspace_id for x in changed}
    touched |= {x.workspace_id for x in labels if x.resolution.project_id in ids}
    return tuple(sorted(touched))


def _unknown_status(
    account: Account, look: Look, labels: tuple[Label, ...], now: Millis
) -> tuple[Notice, ...]:
    """A field that NetSuite leaves out is a matter of rights: the operator's, once a day."""
    named = {label.resolution.project_id for label in labels}
    if all(status_of(r) is not Status.UNKNOWN for r in look.rows if r.project_id in named):
        return ()
    return (_to_operators(account, "unknown_status", labels[0].workspace_id, now),)


def _after_fault(
    known: RememberedAccount, fault: Fault, retry_after: Millis, rules: Rules, now: Millis
) -> WatchPlan:
    """Nothing is learned from a failed look; the circuit opens longer each time."""
    account, believed = known.account, _believed(known.account, fault)
    until = now + _wait(account, believed, retry_after, rules, now)
    shut = replace(account, faults=account.faults + 1, fault=believed, quiet_until=until)
    lasting = account.faults == len(rules.circuit) - 1
    tell = lasting or (believed in SETUP_FAULTS and believed is not account.fault)
    workspace = known.labels[0].workspace_id if known.labels else ""
    notices = (_to_operators(account, fault, workspace, now),) if tell and workspace else ()
    return WatchPlan(shut, notices=notices, due=until)


def _believed(account: Account, fault: Fault) -> Fault:
    """A refusal that may be overload is believed when the next look, after a pause, sees it again."""
    seen = account.fault is Fault.DOUBTED or account.fault is fault
    return Fault.DOUBTED if fault in DOUBTFUL and not seen else fault


def _wait(account: Account, fault: Fault, retry_after: Millis, rules: Rules, now: Millis) -> Millis:
    """Longer each time; where too many ask at once, not in step with the others either."""
    wait = backoff(rules.circuit, account.faults)
    if fault in _CROWDED:
        wait = spread(wait, f"{account.account_id} {account.faults} {now}")
    return no_earlier(wait, retry_after)


def _to_operators(account: Account, what: str, workspace: str, now: Millis) -> Notice:
    of = account.account_id
    return setup_fault(of, what, now, workspace_id=workspace, account_id=of)


def _next(
    labels: tuple[Label, ...], blockers: Blockers, rules: Rules, now: Millis
) -> Millis | None:
    watching = any(_open(label, blockers, now) for label in labels)
    return now + rules.watch_every if watching else None


def _later(known: RememberedAccount, rules: Rules, now: Millis) -> Millis | None:
    """Nothing was asked: because nothing is wanted, or because it is too early."""
    resting = _resting_until(known.account, rules)
    return (resting if resting > now else now + rules.gap) if wanted(known, now) else None
