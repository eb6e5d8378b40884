"""Which notices a change calls for. Each is put at most once: its id is its own guard."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from shared.domain.blocker import Blocker, Label
from shared.domain.canary import Recovery
from shared.domain.case import Case, Kind, Phase, Why, with_told
from shared.domain.clock import DAY, Millis
from shared.domain.finding import Match, Status
from shared.domain.held import held
from shared.domain.ladder import for_attention
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Role, Tone
from shared.domain.rules import People, Rules
from shared.domain.standing import Standing
from shared.domain.working_time import working_after
from shared.domain.workspace import Workspace

OPERATORS = "operators"
"""The one 'person' without an address: told through the operators' topic."""


def case_notices(
    before: Case,
    after: Case,
    standings: dict[str, Standing],
    waiting: Iterable[Case],
    people: People,
    rules: Rules,
    now: Millis,
) -> tuple[tuple[Notice, ...], Case]:
    """The notices about one case, and the case with what was told of it remembered."""
    if after.past is not None:
        return (), after
    if after.finished and not before.finished:
        return tuple(_at_the_end(before, after, people, now)), after
    if after.phase is Phase.NEEDS_PERSON:
        return _handed(after, people, rules, now)
    standing = standings.get(after.report_id)
    if standing is None or standing.pending or after.paused or held(after, rules.act_since):
        return (), after
    blocked, told = _blocked(after, standing, standings, waiting, people, rules, now)
    beside, told = _beside(told, people, now)
    return (*blocked, *beside), told


def workspace_notices(
    workspace: Workspace,
    cases: Iterable[Case],
    stopped: Iterable[Recovery],
    people: People,
    now: Millis,
    *,
    stuck: bool,
    setup: bool,
) -> list[Notice]:
    """The notices about the workspace as a whole: a stopped fix, a stuck sync, a bad set-up."""
    case = next(iter(cases), None)
    if case is None:
        return []
    notices = []
    for recovery in (r for r in stopped if not r.project_id.startswith("@")):
        about = about_failure(case, recovery.project_id)
        notices += _alarm(case, Tone.FIX_DID_NOT_TAKE, about, recovery.epoch, people, now)
    day = now // DAY
    if stuck:
        notices += _alarm(case, Tone.SYNC_STUCK, f"W#{case.workspace_id}", day, people, now)
    if setup:
        about = f"W#{case.workspace_id}#{workspace.fault}"
        notices.append(_operator(case, Tone.SETUP_FAULT, about, day, now))
    return notices


def attention_notices(before: Case, after: Case, now: Millis) -> list[Notice]:
    """The operators hear of each blocker once, however many reports nobody saw to."""
    if after.attention_at is None or before.attention_at is not None:
        return []
    return [
        _operator(after, Tone.ATTENTION, about, epoch, now)
        for about, epoch in for_attention(after, now)
    ]


def tells(people: People, notice: Notice) -> bool:
    """Whether a workspace with these people would tell this person in this role of a project.

    One notice serves all workspaces of the account: see `Notice.id`.
    """
    if notice.tone in {Tone.RETAG, Tone.DONE} and notice.role is Role.WORKSPACE_ADMIN:
        return _admins_retag(people) and notice.person in _of_role(notice, people)
    return notice.person in _of_role(notice, people)


def clickers(people: People) -> list[str]:
    """Who can sync and export by hand."""
    return _within(people, people.workspace_admins)


def _of_role(notice: Notice, people: People) -> list[str]:
    named = {
        Role.NETSUITE_ADMIN: people.netsuite_admins,
        Role.WORKSPACE_ADMIN: people.workspace_admins,
    }
    return _within(people, named.get(notice.role, (notice.person,)))


def _admins_retag(people: People) -> bool:
    return people.retag_by == "workspace_admin"


def _handed(
    case: Case, people: People, rules: Rules, now: Millis
) -> tuple[tuple[Notice, ...], Case]:
    mark = f"!{case.reason}"
    if mark in case.told or held(case, rules.act_since) or _unseen(case):
        return (), case
    return tuple(_to_person(case, people, now)), replace(case, told=(*case.told, mark))


def _unseen(case: Case) -> bool:
    """Nobody is told of a report that was neither read nor looked for in vain: it may be through."""
    seen = case.read_at or case.absent_since or case.alone_since
    return case.kind is Kind.OTHER and not seen


def _blocked(
    case: Case,
    standing: Standing,
    standings: dict[str, Standing],
    waiting: Iterable[Case],
    people: People,
    rules: Rules,
    now: Millis,
) -> tuple[tuple[Notice, ...], Case]:
    notices: list[Notice] = []
    marks = [mark for mark in case.told if _stands(mark, standing, rules)]
    for blocker in standing.blocked:
        mark = f"P#{blocker.project_id}@{blocker.epoch}"
        marks.append(mark)
        if mark not in case.told:
            crowd = _crowd(blocker, standings, waiting)
            notices += _about_project(case, blocker, crowd, people, rules, now)
        if blocker.stays_closed:
            marks.insert(0, f"!{mark} stays closed")
            if marks[0] not in case.told:
                notices += _held_back(case, blocker, people, now)
    for label in standing.unnamed:
        mark = f"L#{case.workspace_id}#{label.text}@{label.resolution.turn}"
        marks.append(mark)
        if mark not in case.told:
            notices += _about_label(case, label, people, now)
    return tuple(notices), with_told(case, marks)


def _stands(mark: str, standing: Standing, rules: Rules) -> bool:
    """What is no project's or label's; the clicks, while people are to do them: see `assist`."""
    if mark.startswith("W#"):
        return standing.fixed and rules.mode is Mode.ASSIST
    return mark[0] == "!"


def _beside(case: Case, people: People, now: Millis) -> tuple[tuple[Notice, ...], Case]:
    """What else was wrong than the project: it would make our export fail, too."""
    mark = f"!{Why.OTHER_FAILURE}"
    if not case.other_codes or mark in case.told:
        return (), case
    return tuple(_about_codes(case, people, now)), replace(case, told=(*case.told, mark))


def _crowd(blocker: Blocker, standings: dict[str, Standing], waiting: Iterable[Case]) -> int:
    """How many people wait on this blocker, as far as this workspace knows."""
    return len(
        {
            c.submitter
            for c in waiting
            if any(b.project_id == blocker.project_id for b in standings[c.report_id].blocked)
        }
    )


def _about_project(
    case: Case, blocker: Blocker, crowd: int, people: People, rules: Rules, now: Millis
) -> list[Notice]:
    about = f"P#{blocker.project_id}"
    notices = []
    if blocker.status is not Status.GONE and not blocker.stays_closed:
        notices += [
            _notice(case, admin, Role.NETSUITE_ADMIN, Tone.REACTIVATE, about, blocker.epoch, now)
            for admin in _within(people, people.netsuite_admins)
        ]
    hold = crowd > rules.few_submitters and not blocker.stays_closed
    later = working_after(now, rules.submitter_after, rules) if hold else now
    notices += [
        replace(n, send_after=later)
        for n in _to_retaggers(case, Tone.RETAG, about, blocker.epoch, people, now)
    ]
    return notices


def _held_back(case: Case, blocker: Blocker, people: People, now: Millis) -> list[Notice]:
    """Put again without the wait: one that is held back is told now, one that was told stays so."""
    about = f"P#{blocker.project_id}"
    return _to_retaggers(case, Tone.RETAG, about, blocker.epoch, people, now)


def _about_label(case: Case, label: Label, people: People, now: Millis) -> list[Notice]:
    """Not found: as retag. Ambiguous, or chosen and gone: to whoever may choose, on the report or
    for the label once and for all.
    """
    about, turn = f"L#{label.workspace_id}#{label.text}", label.resolution.turn
    if label.resolution.match is Match.NOT_FOUND:
        return _to_retaggers(case, Tone.RETAG, about, turn, people, now)
    return [
        *(
            _notice(case, admin, Role.WORKSPACE_ADMIN, Tone.RETAG, about, turn, now)
            for admin in _within(people, people.workspace_admins)
        ),
        _operator(case, Tone.RETAG, about, turn, now),
    ]


def _at_the_end(before: Case, after: Case, people: People, now: Millis) -> list[Notice]:
    notices = []
    if before.in_flight and after.reason is Why.MARKED:
        about = f"W#{after.workspace_id}#{after.report_id}"
        notices.append(_operator(after, Tone.NEEDS_PERSON, about, after.episode, now))
    for about, epoch in after.matters:
        if about.startswith("W#"):
            notices += [
                _notice(after, admin, Role.WORKSPACE_ADMIN, Tone.DONE, about, epoch, now)
                for admin in clickers(people)
            ]
            continue
        notices += _to_retaggers(after, Tone.DONE, about, epoch, people, now)
        if about.startswith("P#"):
            notices += [
                _notice(after, admin, Role.NETSUITE_ADMIN, Tone.DONE, about, epoch, now)
                for admin in _within(people, people.netsuite_admins)
            ]
    return notices


def _to_person(case: Case, people: People, now: Millis) -> list[Notice]:
    of_projects = [f for f in case.failed if not f.project_id.startswith("@")]
    if case.reason is Why.REFUSED_TWICE and of_projects:
        last = of_projects[-1]
        about = about_failure(case, last.project_id)
        return _alarm(case, Tone.FIX_DID_NOT_TAKE, about, last.epoch, people, now)
    if case.reason is Why.OTHER_FAILURE:
        return _about_codes(case, people, now)
    about = f"W#{case.workspace_id}#{case.reason}"
    alarm = _alarm(case, Tone.NEEDS_PERSON, about, case.episode, people, now)
    return [replace(notice, step=number_of(case)) for notice in alarm]


def _about_codes(case: Case, people: People, now: Millis) -> list[Notice]:
    """To whoever can put the codes right, by the catalogue, and to the workspace's administrators:
    theirs is the sync and the export afterwards. To the operators what nobody else can, or may
    be written to about.
    """
    about = f"W#{case.workspace_id}#{'+'.join(case.other_codes)}"
    fixers = {people.fixers.get(code, Role.OPERATOR) for code in case.other_codes}
    told = [
        _notice(case, person, role, Tone.OTHER_FAILURE, about, case.episode, now)
        for person, role in _fixing(case, fixers, people).items()
    ]
    if Role.OPERATOR in fixers or not told:
        told.append(_operator(case, Tone.OTHER_FAILURE, about, case.episode, now))
    return [replace(notice, step=number_of(case)) for notice in told]


def _fixing(case: Case, fixers: set[Role], people: People) -> dict[str, Role]:
    """Each person once. An approved report may not be editable by its submitter: `retag_by`."""
    who: dict[str, Role] = {}
    if Role.SUBMITTER in fixers and people.retag_by == "submitter":
        who |= dict.fromkeys(_within(people, (case.submitter,)), Role.SUBMITTER)
    if Role.NETSUITE_ADMIN in fixers:
        who |= dict.fromkeys(_within(people, people.netsuite_admins), Role.NETSUITE_ADMIN)
    return who | dict.fromkeys(_within(people, people.workspace_admins), Role.WORKSPACE_ADMIN)


def number_of(case: Case) -> int:
    """Tells the notices of two cases apart that are about the same; `notify` gathers them.

    A case that becomes one of another kind is told anew: it is in people's hands from then on.
    """
    name = f"{case.report_id}/{case.episode}/{case.kind}"
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4])


def about_failure(case: Case, project_id: str) -> str:
    """A failure may name what no project was found for: then it is about the label."""
    kind, _, text = project_id.partition("#")
    return f"L#{case.workspace_id}#{text}" if kind == "L" else f"P#{project_id}"


def _alarm(
    case: Case, tone: Tone, about: str, epoch: int, people: People, now: Millis
) -> list[Notice]:
    roles: dict[str, Role] = {}
    if tone is Tone.FIX_DID_NOT_TAKE:
        roles = dict.fromkeys(_within(people, people.netsuite_admins), Role.NETSUITE_ADMIN)
    roles |= dict.fromkeys(_within(people, people.workspace_admins), Role.WORKSPACE_ADMIN)
    told = [_notice(case, who, role, tone, about, epoch, now) for who, role in roles.items()]
    return [*told, _operator(case, tone, about, epoch, now)]


def _to_retaggers(
    case: Case, tone: Tone, about: str, epoch: int, people: People, now: Millis
) -> list[Notice]:
    """The submitter knows the right project. Where an administrator changes it, the submitter is
    asked which one that is, and the administrator gets the clicks; one who is both gets those.
    """
    who = dict.fromkeys((case.submitter,) if case.submitter else (), Role.SUBMITTER)
    if _admins_retag(people):
        who |= dict.fromkeys(people.workspace_admins, Role.WORKSPACE_ADMIN)
    return [
        _notice(case, person, who[person], tone, about, epoch, now)
        for person in _within(people, who)
    ]


def _operator(case: Case, tone: Tone, about: str, epoch: int, now: Millis) -> Notice:
    return _notice(case, OPERATORS, Role.OPERATOR, tone, about, epoch, now)


def _notice(
    case: Case, person: str, role: Role, tone: Tone, about: str, epoch: int, now: Millis
) -> Notice:
    return Notice(
        person, role, tone, case.workspace_id, case.account_id, about, epoch, now, send_after=now
    )


def _within(people: People, addresses: Iterable[str]) -> list[str]:
    """Only addresses in the workspace's allowed domains are ever written to."""
    return [
        address
        for address in dict.fromkeys(addresses)
        if address.rpartition("@")[2].casefold() in people.allowed_domains
    ]
