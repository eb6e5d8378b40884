"""`watch`: what one look at NetSuite changes for all labels and projects of an account.

Pure. `question` says what to look for, `decide_watch` what follows from the answer.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

from shared.domain.absence import (
    Answer,
    Inquiry,
    ReportRecord,
    answer_of,
    open_inquiries,
    texts_of,
)
from shared.domain.blocker import Blocker, Blockers, Label, by_id, observe, vanish
from shared.domain.clock import Millis
from shared.domain.finding import (
    DOUBTFUL,
    SETUP_FAULTS,
    UNNAMED,
    Fault,
    Match,
    Names,
    Project,
    Resolution,
    Status,
    described,
    in_subsidiary,
    status_of,
    tells_owners,
)
from shared.domain.folding import fold
from shared.domain.identity import Identity
from shared.domain.jitter import no_earlier, spread
from shared.domain.notice import Notice
from shared.domain.rules import Rules, backoff
from shared.domain.setup_fault import setup_fault

_CROWDED = frozenset({Fault.THROTTLED, Fault.DOUBTED})


@dataclass(frozen=True, slots=True)
class Account:
    """`asked_at`: the last answered query; `quiet_until`: the open circuit; `faults`: the looks
    that failed in a row; `owed`: the workspaces that must be woken for what a look stores.
    `control`: a project that was returned when we last looked, to be asked for along with those
    that may not be.
    """

    account_id: str
    asked_at: Millis = 0
    faults: int = 0
    fault: Fault | None = None
    quiet_until: Millis = 0
    owed: tuple[str, ...] = ()
    control: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class RememberedAccount:
    account: Account
    labels: tuple[Label, ...]
    blockers: Blockers
    identity: Identity = field(default_factory=Identity)
    inquiries: tuple[Inquiry, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask NetSuite: in one query projects by the texts of labels, and by id; in another the
    records that hold one of the ids of `reports`.
    """

    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.texts or self.ids or self.reports)

    @property
    def of_projects(self) -> bool:
        return bool(self.texts or self.ids)


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that the query for records found; or that NetSuite doesn't let us see any."""

    found: tuple[ReportRecord, ...] = ()
    refused: bool = False


@dataclass(frozen=True)
class Look:
    """The answer: every matching row, or the fault that kept us from knowing.

    `retry_after`: how long NetSuite wants to be left alone, if it said so. Where no row matches, any
    one project that we may see stands for them: see `NetSuite.look`.
    """

    rows: tuple[Project, ...] = ()
    fault: Fault | None = None
    retry_after: Millis = 0
    records: Records | None = None
    """None: they weren't asked for, or the query came to nothing."""

    @cached_property
    def names(self) -> Names:
        return Names.of(self.rows)


@dataclass(frozen=True)
class _Projects:
    """The projects as we know them after a look; `labels`: as they were before it."""

    blockers: Blockers
    labels: tuple[Label, ...]

    @cached_property
    def rows(self) -> tuple[Project, ...]:
        """Under the names that they had when we last saw them."""
        return tuple(_last_seen(blocker) for blocker in self.blockers.values())

    @cached_property
    def names(self) -> Names:
        """Those, and the labels that name one without anybody's choice, renamed or not."""
        found = (label for label in self.labels if label.resolution.match is Match.PROJECT)
        named = tuple(
            Project(label.resolution.project_id, name=label.text)
            for label in found
            if not label.resolution.chosen and label.resolution.project_id in self.blockers
        )
        return Names.of((*self.rows, *named))

    @cached_property
    def doubled(self) -> frozenset[str]:
        """The labels, folded, that named several projects at some time, in any workspace."""
        several = (x for x in self.labels if x.resolution.match is Match.AMBIGUOUS)
        lost = (x for x in self.labels if x.resolution.lost)
        return frozenset(fold(label.text) for label in (*several, *lost))


@dataclass(frozen=True, slots=True)
class WatchPlan:
    account: Account
    labels: tuple[Label, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    workspaces: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    due: Millis | None = None


def wanted(known: RememberedAccount, now: Millis) -> bool:
    """Whether anybody still waits for an answer about this account."""
    return bool(open_inquiries(known.inquiries, now)) or any(
        _open(label, known, now) for label in known.labels
    )


def question(known: RememberedAccount, rules: Rules, now: Millis) -> Question:
    """All that is wanted and not settled; nothing while the circuit is open or just after a look.

    The gap gathers a storm: however many failures come in, NetSuite is asked once per gap.
    """
    if _resting_until(known.account, rules) > now:
        return Question()
    labels = [label for label in known.labels if _open(label, known, now)]
    reports = texts_of(open_inquiries(known.inquiries, now))
    if not labels:
        return Question(reports=reports)
    chosen = {_chosen(label, known) for label in labels} - {""}
    ids = {label.resolution.project_id for label in labels if _resolved(label)} | chosen
    texts = {label.text for label in labels if _by_text(label, known)}
    asked_ids = tuple(sorted(ids | _control(ids, known)))
    return Question(tuple(sorted(texts)), asked_ids, reports)


def _chosen(label: Label, known: RememberedAccount) -> str:
    return known.identity.chosen(label.workspace_id, label.text)


def _by_text(label: Label, known: RememberedAccount) -> bool:
    """Whether to look for its name: not if somebody chose, nor while its project is there."""
    if _chosen(label, known):
        return False
    return label.pending or not _resolved(label) or _gone(label, known.blockers)


def _gone(label: Label, blockers: Blockers) -> bool:
    blocker = blockers.get(label.resolution.project_id)
    return blocker is not None and blocker.status is Status.GONE


def _control(ids: set[str], known: RememberedAccount) -> set[str]:
    """One more project that we know: if even that one isn't returned, no absence is believed.

    The one that was returned by the last look, if it isn't asked for anyhow.
    """
    last, others = known.account.control, _known_ids(known) - ids
    return {last if last in others else min(others, default="")} - {""}


def _known_ids(known: RememberedAccount) -> set[str]:
    """The projects that NetSuite showed us when they were last asked for."""
    there = {pid for pid, b in known.blockers.items() if b.status is not Status.GONE}
    return there | ({known.account.control} - {""})


def decide_watch(
    known: RememberedAccount, look: Look | None, rules: Rules, now: Millis
) -> WatchPlan:
    """What to write, whom to wake, when to look again. No look: nothing was to be asked."""
    if look is None:
        return WatchPlan(known.account, due=_later(known, rules, now))
    if look.fault is not None:
        return _after_fault(known, look.fault, look.retry_after, rules, now)
    asked = question(known, rules, now)
    blockers = _blockers(known, look, asked, now)
    projects = _Projects(blockers, known.labels)
    labels = tuple(_answered(label, look, known, projects, now) for label in known.labels)
    pairs = zip(known.labels, labels, strict=True)
    changed_labels = tuple(after for before, after in pairs if after != before)
    changed_blockers = tuple(b for b in blockers.values() if known.blockers.get(b.project_id) != b)
    account = _seen(known.account, look, now)
    inquiries = _told(known, look.records, now)
    woken = {i.workspace_id for i in inquiries}
    woken |= set(_workspaces(labels, changed_labels, changed_blockers))
    setup = _setup_notices(known, look, labels, now) if asked.of_projects else ()
    told = {(i.workspace_id, i.report_id): i for i in (*known.inquiries, *inquiries)}
    after = replace(known, inquiries=tuple(told.values()))
    return WatchPlan(
        account,
        changed_labels,
        changed_blockers,
        tuple(sorted(woken)),
        (*setup, *_hidden_records(known, look, now)),
        inquiries,
        _next(after, account, labels, blockers, rules, now),
    )


def _told(known: RememberedAccount, records: Records | None, now: Millis) -> tuple[Inquiry, ...]:
    """The inquiries with what the query says; as they were while it says nothing."""
    if records is None:
        return ()
    return tuple(
        replace(
            inquiry,
            answered=inquiry.asked,
            answer=Answer.UNTOLD if records.refused else answer_of(inquiry, records.found),
        )
        for inquiry in open_inquiries(known.inquiries, now)
    )


def _hidden_records(known: RememberedAccount, look: Look, now: Millis) -> tuple[Notice, ...]:
    """Whoever has the proof switched on is told that our role may not see any record."""
    asked = open_inquiries(known.inquiries, now)
    if look.records is None or not look.records.refused or not asked:
        return ()
    return (_to_operators(known.account, "no_records", asked[0].workspace_id, now),)


def _seen(account: Account, look: Look, now: Millis) -> Account:
    """The circuit is closed; a control that wasn't returned gives way to a project that was."""
    there = {row.project_id for row in look.rows}
    control = account.control if account.control in there else min(there, default=account.control)
    return replace(account, asked_at=now, faults=0, fault=None, quiet_until=0, control=control)


def _can_tell(known: RememberedAccount, look: Look) -> bool:
    """Whether an absence may be believed: a project that we know was returned beside it.

    As long as none is known, any project that we may see will do for a name that isn't found.
    Never for one that was there: see `_blockers`.
    """
    there, before = {row.project_id for row in look.rows}, _known_ids(known)
    return bool(there & before if before else there)


def _resting_until(account: Account, rules: Rules) -> Millis:
    return max(account.quiet_until, account.asked_at + rules.gap)


def _open(label: Label, known: RememberedAccount, now: Millis) -> bool:
    return label.wanted_until > now and (label.pending or not _settled(label, known.blockers))


def _settled(label: Label, blockers: Blockers) -> bool:
    """An active project needs no watching: a new failure on it asks anew."""
    blocker = blockers.get(label.resolution.project_id)
    return _resolved(label) and blocker is not None and blocker.status is Status.ACTIVE


def _resolved(label: Label) -> bool:
    return label.resolution.match is Match.PROJECT


def _blockers(
    known: RememberedAccount, look: Look, asked: Question, now: Millis
) -> dict[str, Blocker]:
    """The blockers after the look; a row whose status is unknown changes no known status."""
    rows = {row.project_id: row for row in look.rows}
    blockers = dict(known.blockers)
    for project_id in asked.ids if rows.keys() & _ever_seen(known) else ():
        if project_id in blockers and project_id not in rows:
            blockers[project_id] = vanish(blockers[project_id], now)
    for row in rows.values():
        before = blockers.get(row.project_id)
        if before is None or _status(row, before) is not Status.UNKNOWN:
            blockers[row.project_id] = observe(known.account.account_id, before, row, now)
    named = _named(look, asked, known)
    return {pid: b for pid, b in blockers.items() if pid in known.blockers or pid in named}


def _ever_seen(known: RememberedAccount) -> set[str]:
    return known.blockers.keys() | ({known.account.control} - {""})


def _status(row: Project, known: Blocker | None) -> Status:
    """What is blocked by its customer or parent isn't open because NetSuite tells of it no more."""
    status = status_of(row)
    was_owner = known is not None and known.status is Status.OWNER_INACTIVE
    untold = status is Status.ACTIVE and was_owner and not tells_owners(row)
    return Status.UNKNOWN if untold else status


def _named(look: Look, asked: Question, known: RememberedAccount) -> set[str]:
    """The projects that labels name for certain: rows that only resemble one aren't blockers."""
    found = (_matched(label, look, known) for label in known.labels if label.text in asked.texts)
    named = {r.project_id for r in found if r.match is Match.PROJECT}
    before = {label.resolution.project_id for label in known.labels}
    return named | before | {_chosen(label, known) for label in known.labels}


def _matched(label: Label, look: Look, known: RememberedAccount) -> Resolution:
    """By names; among equals the workspace's own subsidiary decides, if its settings name one."""
    found = look.names.resolve(label.text)
    if not found.candidates:
        return found
    subsidiary = known.identity.subsidiaries.get(label.workspace_id, "")
    own = in_subsidiary(found, look.rows, subsidiary)
    return replace(own, details=described(own, look.rows))


def _answered(
    label: Label,
    look: Look,
    known: RememberedAccount,
    projects: _Projects,
    now: Millis,
) -> Label:
    if not _open(label, known, now):
        return label
    resolution = _turned(label.resolution, _resolution(label, look, known, projects))
    if _missing(resolution) and not _can_tell(known, look):
        return label
    found = replace(label, resolution=resolution)
    if resolution.match is Match.PROJECT and _unknown(
        resolution.project_id, look, projects.blockers
    ):
        return found
    return replace(found, answered=max(label.answered, label.asked))


def _missing(resolution: Resolution) -> bool:
    return resolution.match in {Match.NOT_FOUND, Match.ALIAS_GONE}


def _turned(before: Resolution, fresh: Resolution) -> Resolution:
    """Counts the times that a label turns out to name nothing, or nothing for another reason."""
    turned = fresh.match in UNNAMED and fresh.match is not before.match
    return replace(fresh, turn=before.turn + turned)


def _resolution(
    label: Label, look: Look, known: RememberedAccount, projects: _Projects
) -> Resolution:
    """A label that is asked about anew is resolved anew; one that no name answers to any more
    stays with its project, which may have been renamed since Expensify imported it. One whose
    project is gone may be another's by now.
    """
    before, chosen = label.resolution, _chosen(label, known)
    if chosen:
        return _by_alias(chosen, look, projects.blockers)
    matched_before = before.match is Match.PROJECT and not before.chosen
    if matched_before and not label.pending and not _gone(label, known.blockers):
        return before
    fresh = _matched(label, look, known)
    if fresh.match is not Match.NOT_FOUND:
        return fresh
    if matched_before:
        return before
    return _by_former_name(label, look, known, projects)


def _by_former_name(
    label: Label, look: Look, known: RememberedAccount, projects: _Projects
) -> Resolution:
    """What a project was called when we last saw it is no department's name, nor is what names one
    in another workspace. The project is gone, or renamed, which shows when it is asked for by its
    id. Nor is what several were called, which one it was is not to be known any more.

    Where several were called so and all are gone, any stands for them: each that comes back is
    matched anew.
    """
    if fold(label.text) in projects.doubled:
        return Resolution(Match.NOT_FOUND, lost=True)
    found = projects.names.resolve(label.text)
    if found.match is Match.NOT_FOUND or not _can_tell(known, look):
        return Resolution(Match.NOT_FOUND)
    if {projects.blockers[one].status for one in found.candidates} == {Status.GONE}:
        return Resolution(Match.PROJECT, found.candidates[0])
    return replace(found, details=described(found, projects.rows))


def _last_seen(blocker: Blocker) -> Project:
    return Project(blocker.project_id, blocker.entity_id, blocker.name)


def _by_alias(chosen: str, look: Look, blockers: Blockers) -> Resolution:
    """The project that somebody chose, or none: never what a name would match instead."""
    blocker = blockers.get(chosen)
    there = any(row.project_id == chosen for row in look.rows)
    if there or (blocker is not None and blocker.status is not Status.GONE):
        return Resolution(Match.PROJECT, chosen, chosen=chosen)
    return Resolution(Match.ALIAS_GONE, chosen=chosen)


def _unknown(project_id: str, look: Look, blockers: Blockers) -> bool:
    """Neither a row with a status nor, with its control, the absence of one."""
    blocker = blockers.get(project_id)
    rows = [row for row in look.rows if row.project_id == project_id]
    if rows:
        return _status(rows[0], blocker) is Status.UNKNOWN
    return blocker is None or blocker.status is not Status.GONE


def _workspaces(
    labels: tuple[Label, ...], changed: tuple[Label, ...], blockers: tuple[Blocker, ...]
) -> tuple[str, ...]:
    """Those for which something changed: an answer came, or a project's status did."""
    ids = set(by_id(blockers))
    touched = {x.workspace_id for x in changed}
    touched |= {x.workspace_id for x in labels if x.resolution.project_id in ids}
    return tuple(sorted(touched))


def _setup_notices(
    known: RememberedAccount, look: Look, labels: tuple[Label, ...], now: Millis
) -> tuple[Notice, ...]:
    """What NetSuite leaves out, a field or every project, is a matter of rights: the operator's,
    once a day.
    """
    named = {label.resolution.project_id for label in labels}
    statuses = {
        _status(row, known.blockers.get(row.project_id))
        for row in look.rows
        if row.project_id in named
    }
    found = ["unknown_status"] if Status.UNKNOWN in statuses else []
    found += [] if look.rows else ["no_projects"]
    workspace = labels[0].workspace_id
    return tuple(_to_operators(known.account, what, workspace, now) for what in found)


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
    known: RememberedAccount,
    account: Account,
    labels: tuple[Label, ...],
    blockers: Blockers,
    rules: Rules,
    now: Millis,
) -> Millis | None:
    """Soon, if there is a control now for what couldn't be told without one."""
    after = replace(known, account=account, labels=labels, blockers=blockers)
    if not wanted(after, now):
        return None
    fresh_control = account.control != known.account.control
    untold = fresh_control and any(x.pending and not _resolved(x) for x in labels)
    return now + (rules.gap if untold else rules.watch_every)


def _later(known: RememberedAccount, rules: Rules, now: Millis) -> Millis | None:
    """Nothing was asked: because nothing is wanted, or because it is too early."""
    resting = _resting_until(known.account, rules)
    return (resting if resting > now else now + rules.gap) if wanted(known, now) else None
