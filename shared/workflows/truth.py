"""What is true of a notice's matter at the moment when it is about to be sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.domain.announce import number_of, tells
from shared.domain.blocker import Blocker, Label
from shared.domain.case import Case, Kind, Phase
from shared.domain.finding import Match
from shared.domain.notice import ALSO_PROJECT, Notice, Role, Stuck, Subject, Tone
from shared.domain.report import Money
from shared.errors import SettingsError
from shared.ports import Accounts, Cases, Settings, Workspaces
from shared.workflows.remembered import RememberedCases


@dataclass(frozen=True, slots=True)
class Truth:
    cases: Cases
    accounts: Accounts
    workspaces: Workspaces
    settings: Settings

    def remembering(self) -> "Truth":
        """For many notices in one look: what was read is not read again."""
        return replace(self, cases=RememberedCases(self.cases))

    def about(self, notice: Notice, of_person: tuple[Notice, ...]) -> Subject:
        """Reads everything anew.

        Raises TransientError, SettingsError (it depends on a workspace whose settings are broken).
        """
        kind, _, rest = notice.about.partition("#")
        if kind == "P":
            return self._project(notice, rest, of_person)
        unfinished = self.cases.unfinished(notice.workspace_id)
        if kind == "L":
            return self._label(notice, rest.partition("#")[2], unfinished, of_person)
        return self._workspace(notice, unfinished)

    def _project(self, notice: Notice, project_id: str, of_person: tuple[Notice, ...]) -> Subject:
        """Over every workspace of the account that would tell this person: see `announce.tells`.

        One with broken settings is left out, unless its reports could turn the answer.
        """
        named = self._named(notice, project_id)
        telling = {ws: self._tells(ws, notice) for ws in named}
        texts = {ws: named[ws] for ws in named if telling[ws]}
        blocker = _find(self.accounts.blockers(notice.account_id), project_id)
        subject = self._of_project(notice, blocker, texts, of_person)
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
            for case in _touched(notice, self.cases.unfinished(workspace_id), named)
        )
        label = next((text for named in texts.values() for text in sorted(named)), "")
        subject = _described(blocker, cases, label)
        if notice.tone is Tone.DONE:
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
        subject = replace(_described(None, cases, text), candidates=_candidates(label))
        if notice.tone is Tone.DONE:
            return self._done(notice, subject, cases, of_person, (notice.workspace_id,))
        if notice.tone is Tone.FIX_DID_NOT_TAKE:
            return replace(subject, holds=bool(cases))
        unnamed = label is not None and label.resolution.match in {
            Match.NOT_FOUND,
            Match.AMBIGUOUS,
        }
        status = label.resolution.match if label else ""
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
        status = ALSO_PROJECT if mine and all(map(_waits_for_project, cases)) else ""
        if notice.tone is Tone.ATTENTION:
            return replace(_described(None, cases, ""), holds=bool(cases))
        # A hand-made mark during an attempt of ours closes the case: the operator is told anyway.
        return replace(_described(None, cases, ""), holds=mine or not notice.step, status=status)


def _is_about(case: Case, notice: Notice) -> bool:
    what = notice.about.rpartition("#")[2]
    if notice.tone is Tone.OTHER_FAILURE:
        open_ = case.phase is Phase.NEEDS_PERSON or _waits_for_project(case)
        return open_ and bool(case.other_codes) and what == "+".join(case.other_codes)
    return case.phase is Phase.NEEDS_PERSON and what in {str(case.reason), case.report_id}


def _waits_for_project(case: Case) -> bool:
    return case.kind is Kind.PROJECT and case.phase is Phase.WAITING and not case.paused


def _touched(notice: Notice, unfinished: Iterable[Case], texts: set[str]) -> tuple[Case, ...]:
    """The cases that the matter is about; of a submitter, their own."""
    return tuple(
        case
        for case in unfinished
        if any(label.text in texts for label in case.labels) and _shown_to(notice, case)
    )


def _shown_to(notice: Notice, case: Case) -> bool:
    return notice.role is not Role.SUBMITTER or case.submitter == notice.person


def _same_matter(one: Notice, other: Notice) -> bool:
    return one.about == other.about and one.epoch == other.epoch and one.tone is not Tone.DONE


def _find(blockers: Iterable[Blocker], project_id: str) -> Blocker | None:
    return next((b for b in blockers if b.project_id == project_id), None)


def _candidates(label: Label | None) -> tuple[str, ...]:
    return label.resolution.candidates if label else ()


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
    )


def _stuck(case: Case) -> Stuck:
    sums: dict[str, int] = {}
    for money in (m for label in case.labels for m in label.sums):
        sums[money.currency] = sums.get(money.currency, 0) + money.minor
    detail = next((e.detail for e in reversed(case.history) if e.detail), "")
    return Stuck(
        case.report_id,
        case.report_name,
        case.submitter,
        tuple(Money(currency, minor) for currency, minor in sorted(sums.items())),
        f"{case.reason}: {detail}" if detail else str(case.reason or ""),
    )
