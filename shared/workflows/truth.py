"""What is true of a notice's matter at the moment when it is about to be sent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from shared.domain.announce import about_failure, number_of, tells
from shared.domain.assist import asked, may_be_asked, project_of
from shared.domain.blocker import Blocker, Labels, by_id, by_text
from shared.domain.case import Case, CaseLabel, Phase, Why
from shared.domain.clock import Millis
from shared.domain.finding import UNNAMED, Resolution
from shared.domain.held import may_be_spoken_of
from shared.domain.mode import Mode
from shared.domain.notice import ALSO_PROJECT, Notice, Role, Stuck, Subject, Tone
from shared.domain.reactivation_notices import done_for, still_told
from shared.domain.report import Money
from shared.domain.standing import stand
from shared.errors import SettingsError
from shared.ports import Accounts, Cases, Settings, Workspaces
from shared.workflows.remembered import RememberedAccounts, RememberedCases


@dataclass(frozen=True, slots=True)
class Truth:
    cases: Cases
    accounts: Accounts | RememberedAccounts
    workspaces: Workspaces
    settings: Settings

    def remembering(self) -> "Truth":
        """For what a digest repeats: what was read is not read again."""
        return replace(self.of_one_look(), cases=RememberedCases(self.cases))

    def of_one_look(self) -> "Truth":
        """For many notices: the account's labels and blockers are read once, after the notices that
        rest on them were put. Cases are read anew for each.
        """
        return replace(self, accounts=RememberedAccounts(self.accounts))

    def about(self, notice: Notice, of_person: tuple[Notice, ...]) -> Subject:
        """Reads what it needs.

        Raises TransientError, SettingsError (it depends on a workspace whose settings are broken).
        """
        kind, _, rest = notice.about.partition("#")
        if kind == "P":
            return self._project(notice, rest, of_person)
        subject = self._of_workspace(notice, kind, rest, of_person)
        quiet = self._keeps_quiet(notice.workspace_id, notice)
        if quiet and notice.tone is Tone.SYNC_STUCK:
            return Subject(holds=False)
        return replace(subject, quiet=quiet)

    def _of_workspace(
        self, notice: Notice, kind: str, rest: str, of_person: tuple[Notice, ...]
    ) -> Subject:
        unfinished = self._unfinished(notice.workspace_id)
        if kind == "L":
            return self._label(notice, rest.partition("#")[2], unfinished, of_person)
        if kind == "W" and notice.tone is Tone.DONE:
            cases = tuple(c for c in unfinished if (notice.about, notice.epoch) in c.matters)
            subject = _described(self._clicks_blocker(notice), cases, "")
            return self._done(notice, subject, cases, of_person, (notice.workspace_id,))
        if notice.tone is Tone.ASSIST:
            return self._clicks(notice, unfinished, of_person)
        return self._workspace(notice, unfinished)

    def _unfinished(self, workspace_id: str) -> tuple[Case, ...]:
        since = self._act_since(workspace_id)
        cases = self.cases.unfinished(workspace_id)
        return tuple(case for case in cases if may_be_spoken_of(case, since))

    def _act_since(self, workspace_id: str) -> Millis:
        """Broken settings hold nobody back: who may be told by them is asked elsewhere."""
        try:
            settings = self.settings.workspace(workspace_id)
        except SettingsError:
            return 0
        return settings.rules(acts=True).act_since if settings else 0

    def _clicks(
        self, notice: Notice, unfinished: Iterable[Case], of_person: tuple[Notice, ...]
    ) -> Subject:
        """Every report for which the same clicks were asked for, and that still stands fixed.

        Of this notice's own at least one must be news to its reader.
        """
        labels = by_text(self.accounts.labels(notice.account_id, notice.workspace_id))
        blockers = by_id(self.accounts.blockers(notice.account_id))
        cases = tuple(
            case
            for case in self._surely_asked(notice, unfinished, labels)
            if may_be_asked(case) and stand(case, labels, blockers).fixed
        )
        mine = any(
            (notice.about, notice.epoch) in case.matters and not _listed(case, notice, of_person)
            for case in cases
        )
        subject = _described(self._clicks_blocker(notice), cases, "")
        return replace(subject, holds=mine)

    def _surely_asked(
        self, notice: Notice, unfinished: Iterable[Case], labels: Labels
    ) -> Iterator[Case]:
        """The index may lag: whether it was asked for just now, the table itself tells."""
        project = project_of(notice.about)
        for case in unfinished:
            found: Case | None = case
            if not asked(case, notice.about) and _may_carry(case, project, labels):
                found = self.cases.get(case.workspace_id, case.report_id)
            if found is not None and asked(found, notice.about):
                yield found

    def _clicks_blocker(self, notice: Notice) -> Blocker | None:
        return _find(self.accounts.blockers(notice.account_id), project_of(notice.about))

    def _project(self, notice: Notice, project_id: str, of_person: tuple[Notice, ...]) -> Subject:
        """Over every workspace of the account that would tell this person: see `announce.tells`.

        One with broken settings is left out, unless its reports could turn the answer.
        """
        named = self._named(notice, project_id)
        telling = {ws: self._tells(ws, notice) for ws in named}
        texts = {ws: named[ws] for ws in named if telling[ws]}
        loud = {ws: named[ws] for ws in texts if not self._keeps_quiet(ws, notice)}
        blocker = _find(self.accounts.blockers(notice.account_id), project_id)
        subject = self._of_project(notice, blocker, loud, of_person)
        if loud != texts and not (loud and (subject.holds or notice.tone is Tone.DONE)):
            subject = self._of_project(notice, blocker, texts, of_person)
            return replace(subject, quiet=True)
        if None in telling.values() and subject.holds is (notice.tone is Tone.DONE):
            raise SettingsError(f"{notice.id} depends on broken settings")
        return subject

    def _named(self, notice: Notice, project_id: str) -> dict[str, set[str]]:
        """By workspace, how its labels name the project; the notice's own workspace first."""
        texts: dict[str, set[str]] = {notice.workspace_id: set()}
        for label in self.accounts.labels(notice.account_id):
            if label.resolution.project_id == project_id:
                texts.setdefault(label.workspace_id, set()).add(label.text)
        return texts

    def _tells(self, workspace_id: str, notice: Notice) -> bool | None:
        """None: the workspace's settings are broken. The operators are told without any."""
        if notice.role is Role.OPERATOR:
            return True
        try:
            settings = self.settings.workspace(workspace_id)
        except SettingsError:
            return None
        return settings is not None and tells(settings.audience(), notice)

    def _keeps_quiet(self, workspace_id: str, notice: Notice) -> bool:
        """By its mode. The operators are told without any settings."""
        if notice.role is Role.OPERATOR and notice.tone is not Tone.ASSIST:
            return False
        settings = self.settings.workspace(workspace_id)
        return settings is not None and not may_tell(notice, settings.mode)

    def _of_project(
        self,
        notice: Notice,
        blocker: Blocker | None,
        texts: Mapping[str, set[str]],
        of_person: tuple[Notice, ...],
    ) -> Subject:
        cases = tuple(
            case
            for workspace_id, named in texts.items()
            for case in _touched(notice, self._unfinished(workspace_id), named)
        )
        label = next((text for named in texts.values() for text in sorted(named)), "")
        subject = _described(blocker, cases, label)
        if notice.tone is Tone.REACTIVATION:
            ended = still_told(blocker, notice)
            return replace(subject, holds=ended is not None, reactivation=ended)
        if notice.tone is Tone.DONE:
            subject = replace(subject, reactivation=done_for(blocker, notice))
            return self._done(notice, subject, cases, of_person, texts)
        if notice.tone is Tone.FIX_DID_NOT_TAKE:
            return replace(subject, holds=bool(cases))
        waiting = any(case.phase is Phase.WAITING and not case.paused for case in cases)
        current = blocker is not None and blocker.blocked and blocker.epoch == notice.epoch
        if blocker and blocker.stays_closed and notice.tone is Tone.REACTIVATE:
            return subject
        return replace(subject, holds=waiting and current)

    def _label(
        self,
        notice: Notice,
        text: str,
        unfinished: Iterable[Case],
        of_person: tuple[Notice, ...],
    ) -> Subject:
        labels = self.accounts.labels(notice.account_id, notice.workspace_id)
        label = next((x for x in labels if x.text == text), None)
        cases = _touched(notice, unfinished, {text})
        found = label.resolution if label else Resolution()
        subject = replace(
            _described(None, cases, text),
            candidates=found.candidates,
            choices=tuple(candidate.line for candidate in found.details),
            chosen=found.chosen,
        )
        if notice.tone is Tone.DONE:
            return self._done(notice, subject, cases, of_person, (notice.workspace_id,))
        if notice.tone is Tone.FIX_DID_NOT_TAKE:
            return replace(subject, holds=bool(cases))
        unnamed = found.match in UNNAMED and found.turn == notice.epoch
        status = found.match if label else ""
        return replace(subject, holds=unnamed and bool(cases), status=status)

    def _done(
        self,
        notice: Notice,
        subject: Subject,
        cases: tuple[Case, ...],
        of_person: tuple[Notice, ...],
        workspace_ids: Iterable[str],
    ) -> Subject:
        """Good news only to those who had the bad, and only when nothing of theirs is left."""
        told = [n for n in of_person if _same_matter(n, notice) and n.sent_at is not None]
        listed = dict.fromkeys(report_id for n in told for report_id in n.listed)
        found = (self.cases.get(ws, report_id) for report_id in listed for ws in workspace_ids)
        ended = tuple(_stuck(case) for case in found if case and case.finished)
        return replace(subject, holds=not cases, told_before=bool(told), reports=ended)

    def _workspace(self, notice: Notice, unfinished: Iterable[Case]) -> Subject:
        if notice.tone is Tone.SYNC_STUCK:
            workspace = self.workspaces.get(notice.workspace_id)
            given_up = workspace.sync is not None and workspace.sync.given_up
            cases = tuple(c for c in unfinished if c.phase is Phase.WAITING)
            holds = bool(cases) and (given_up or workspace.bad_syncs > 0)
            return replace(_described(None, cases, ""), holds=holds)
        cases = tuple(c for c in unfinished if _is_about(c, notice) and _shown_to(notice, c))
        mine = any(number_of(case) == notice.step for case in cases)
        status = ALSO_PROJECT if mine and all(case.waits_for_project for case in cases) else ""
        if notice.tone is Tone.ATTENTION:
            return replace(_described(None, cases, ""), holds=bool(cases))
        # A hand-made mark during an attempt of ours closes the case: the operator is told anyway.
        return replace(_described(None, cases, ""), holds=mine or not notice.step, status=status)


def _may_carry(case: Case, project: str, labels: Labels) -> bool:
    """What was retagged may carry anything."""
    texts = {label.text for label in case.labels if label.text in labels}
    return not project or any(labels[t].resolution.project_id == project for t in texts)


def may_tell(notice: Notice, mode: Mode) -> bool:
    """Whether a workspace's mode, as it is by now, lets people hear of this."""
    if notice.tone is Tone.ASSIST:
        return mode is Mode.ASSIST
    return mode is Mode.AUTO or (mode is Mode.ASSIST and notice.tone is not Tone.SYNC_STUCK)


def _is_about(case: Case, notice: Notice) -> bool:
    what = notice.about.rpartition("#")[2]
    if notice.tone is Tone.OTHER_FAILURE:
        open_ = case.phase is Phase.NEEDS_PERSON or case.waits_for_project
        return open_ and bool(case.other_codes) and what == "+".join(case.other_codes)
    return case.phase is Phase.NEEDS_PERSON and what in {str(case.reason), case.report_id}


def _touched(notice: Notice, unfinished: Iterable[Case], texts: set[str]) -> tuple[Case, ...]:
    """The cases that the matter is about; of a submitter, their own.

    What was retagged is no longer asked about, though a failure named it once. One that was refused
    twice for a project is with a person for that, whatever it carries by now.
    """
    if notice.tone is Tone.FIX_DID_NOT_TAKE:
        found = (c for c in unfinished if _names(c.labels, texts) or _refused_for(c, notice))
    else:
        found = (c for c in unfinished if _names(c.carried, texts))
    return tuple(case for case in found if _shown_to(notice, case))


def _names(labels: Iterable[CaseLabel], texts: set[str]) -> bool:
    return any(label.text in texts for label in labels)


def _refused_for(case: Case, notice: Notice) -> bool:
    matters = ((about_failure(case, f.project_id), f.epoch) for f in case.failed)
    return case.reason is Why.REFUSED_TWICE and (notice.about, notice.epoch) in matters


def _shown_to(notice: Notice, case: Case) -> bool:
    return notice.role is not Role.SUBMITTER or case.submitter == notice.person


def _same_matter(one: Notice, other: Notice) -> bool:
    return one.about == other.about and one.epoch == other.epoch and one.tone is not Tone.DONE


def _listed(case: Case, notice: Notice, of_person: Iterable[Notice]) -> bool:
    """Whether a mail about the same has named it to the person, in this episode."""
    return any(
        case.report_id in told.listed and (told.sent_at or 0) >= case.opened_at
        for told in of_person
        if told.about == notice.about and told.tone is notice.tone
    )


def _find(blockers: Iterable[Blocker], project_id: str) -> Blocker | None:
    return next((b for b in blockers if b.project_id == project_id), None)


def _described(blocker: Blocker | None, cases: tuple[Case, ...], label: str) -> Subject:
    return Subject(
        holds=False,
        reports=tuple(_stuck(case) for case in cases),
        people=len({case.submitter for case in cases}),
        project_id=blocker.project_id if blocker else "",
        project_name=blocker.name if blocker else label,
        entity_id=blocker.entity_id if blocker else "",
        customer=blocker.customer if blocker else "",
        label=label,
        status=blocker.status if blocker else "",
        owner=blocker.owner if blocker else None,
        closed=blocker is not None and blocker.closed,
    )


def _stuck(case: Case) -> Stuck:
    sums: dict[str, int] = {}
    for money in (m for label in case.labels for m in label.sums):
        sums[money.currency] = sums.get(money.currency, 0) + money.minor
    said = (e.detail for e in reversed(case.history) if e.why not in {Why.RELEASED, Why.WOULD})
    detail = next(filter(None, said), "")
    return Stuck(
        case.report_id,
        case.report_name,
        case.submitter,
        tuple(Money(currency, minor) for currency, minor in sorted(sums.items())),
        f"{case.reason}: {detail}" if detail else str(case.reason or ""),
    )
