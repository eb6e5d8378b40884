"""Invariant 5: nobody is flooded, nobody is asked what he can't do, nothing known to be untrue."""

from shared.domain.case import Why
from shared.domain.clock import MINUTE, SECOND
from shared.domain.decide_notify import Letter
from shared.domain.notice import Notice, Role, Tone
from tests.simulation.expensify import SimExpensify
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.records import Records, ViolationError
from tests.simulation.run import Run, Stage

_ASKS = frozenset({Tone.REACTIVATE, Tone.RETAG})

type Matter = tuple[str, str, str, str]


class MailChecks:
    """`extra`: how often a mail left and we couldn't know, so that a repeat is allowed."""

    def __init__(
        self, stage: Stage, records: Records, netsuite: SimNetSuite, expensify: SimExpensify
    ) -> None:
        self._stage = stage
        self._records = records
        self._netsuite = netsuite
        self._expensify = expensify
        self.sent: dict[tuple[str, str], int] = {}
        self.told: set[tuple[str, str]] = set()
        self.unreachable: set[tuple[str, str]] = set()
        self._bad_news: set[tuple[str, str, str, int]] = set()
        self._extra: dict[tuple[str, str], int] = {}
        self._asked: dict[Matter, int] = {}
        self._repeats: dict[Matter, int] = {}
        self._unsettled: dict[tuple[str, str], tuple[Notice, Run | None]] = {}

    def mailed(self, mail: Letter) -> None:
        for letter in mail.each:
            self._told_of(letter)

    def _told_of(self, letter: Letter) -> None:
        """What a digest only lists must be true all the same."""
        for notice in letter.notices:
            if not notice.pending:
                if notice.tone in _ASKS and notice.about.startswith("P#"):
                    self._true(notice)
                continue
            self._mailed(notice)
            for stuck in letter.subject.reports:
                workspace_id = self._expensify.reports[stuck.report_id].workspace_id
                self.told.add((workspace_id, notice.about))
        if letter.notice.tone is Tone.DONE:
            self._done(letter)

    def _mailed(self, notice: Notice) -> None:
        key = notice.person, notice.id
        self.sent[key] = times = self.sent.get(key, 0) + 1
        if times > 1 + self._extra.get(key, 0):
            raise ViolationError("I5", f"{notice.person} is told {notice.id} {times} times")
        self._unsettled[key] = notice, self._stage.loop.active
        self._audience(notice)
        if notice.tone in _ASKS and notice.about.startswith("P#"):
            self._turns(notice)
            self._true(notice)
        if notice.about.endswith(Why.TRIED_ONCE):
            self._refused_before(notice)
        if notice.tone is not Tone.DONE:
            self._bad_news.add((notice.person, notice.account_id, notice.about, notice.epoch))
        self.told.add((notice.workspace_id, notice.about))

    def _refused_before(self, notice: Notice) -> None:
        """Who hears that a report of ours was refused may hear it of a report that was."""
        tried = self._records.by_workspace.get(notice.workspace_id, [])
        if not any(request.refuted for request in tried):
            raise ViolationError("I11", f"{notice.id}: no export of ours was seen refused")

    def posted(self, letter: Letter) -> None:
        """The operators' topic."""
        if letter.notice.role is Role.OPERATOR:
            self.told.add((letter.notice.workspace_id, letter.notice.about))

    def bounced(self, letter: Letter) -> None:
        """Nobody else is told yet instead: who hears of bounces comes with a later issue."""
        for notice in letter.notices:
            self.told.add((notice.workspace_id, notice.about))
            self.unreachable.add((notice.person, notice.id))

    def settled(self, notice: Notice) -> None:
        self._unsettled.pop((notice.person, notice.id), None)

    def ended(self, run: Run) -> None:
        """What this run sent and didn't settle may be sent once more."""
        for key, (notice, sender) in list(self._unsettled.items()):
            if sender is run:
                del self._unsettled[key]
                self._extra[key] = self._extra.get(key, 0) + 1
                self._repeats[_matter(notice)] = self._repeats.get(_matter(notice), 0) + 1

    def repeats_to(self, person: str) -> int:
        """How many of this person's mails may have come twice."""
        return sum(times for (who, _), times in self._extra.items() if who == person)

    def repeats_of(self, notice: Notice) -> int:
        return self._extra.get((notice.person, notice.id), 0)

    def _audience(self, notice: Notice) -> None:
        plan = self._expensify.plans[notice.workspace_id]
        allowed = {
            Role.NETSUITE_ADMIN: plan.netsuite_admins,
            Role.WORKSPACE_ADMIN: plan.workspace_admins,
            Role.SUBMITTER: plan.submitters,
        }.get(notice.role, ())
        if notice.person not in allowed or not notice.person.endswith("@acme.example"):
            raise ViolationError("I5", f"{notice.person} gets {notice.id} as {notice.role}")
        if notice.tone is Tone.REACTIVATE and notice.role is not Role.NETSUITE_ADMIN:
            raise ViolationError("I5", f"{notice.person} can't reactivate")
        if notice.tone is Tone.RETAG and notice.role is Role.NETSUITE_ADMIN:
            raise ViolationError("I5", f"{notice.person} can't retag")
        of_project = notice.tone is Tone.RETAG and notice.about.startswith("P#")
        by_submitter = plan.retag_by == "submitter"
        if of_project and by_submitter and notice.role is not Role.SUBMITTER:
            raise ViolationError("I5", f"{notice.person} is to leave it to the submitters")

    def _turns(self, notice: Notice) -> None:
        """One mail per time that the project really turned blocked, beside its reminders."""
        if notice.rung:
            return
        project = self._netsuite.projects[notice.account_id][notice.about[2:]]
        matter = _matter(notice)
        self._asked[matter] = self._asked.get(matter, 0) + 1
        if self._asked[matter] > project.closings + self._repeats.get(matter, 0):
            raise ViolationError("I5", f"{notice.person} is told {notice.about} too often")

    def _true(self, notice: Notice) -> None:
        project, now = notice.about[2:], self._stage.now
        answers = self._records.answers.get((notice.account_id, project), [])
        finished = [a for a in answers if a.run.finished]
        known = [a for a in finished if a.at < now - MINUTE - 5 * SECOND]
        gone = self._netsuite.projects[notice.account_id][project].closed == "gone"
        known = [] if gone else known
        if known and known[-1].accepts and all(a.accepts for a in answers if a.at > known[-1].at):
            raise ViolationError("I5", f"{notice.id}: {project} was known to be open")
        if not any(self._concerned(notice, project, r) for r in self._expensify.reports):
            raise ViolationError("I5", f"{notice.id} to {notice.person}: no report waits for it")

    def _concerned(self, notice: Notice, project: str, report_id: str) -> bool:
        """Whether, for all that we could know, the report still waits for this project."""
        report = self._expensify.reports[report_id]
        plan = self._expensify.plans[report.workspace_id]
        people = {*plan.netsuite_admins, *plan.workspace_admins, *plan.submitters}
        if report.account != notice.account_id or notice.person not in people:
            return False
        if notice.role is Role.SUBMITTER and report.submitter != notice.person:
            return False
        settled, known = self._records.settled.get(report_id), self._records.known.get(report_id)
        if known is None or settled is None or settled.since > self._stage.now - 70 * MINUTE:
            return known is not None
        labels = {*settled.labels, *known.labels}
        if not labels:
            # Its project may be a field of the report: then only failures name it.
            labels = {text for entry in report.history for text in entry.projects}
        meant = {i for t in labels for i in self._netsuite.ever_meant(report.account, t)}
        return not settled.over and project in meant

    def _done(self, letter: Letter) -> None:
        notice = letter.notice
        if (notice.person, notice.account_id, notice.about, notice.epoch) not in self._bad_news:
            raise ViolationError("I5", f"{notice.person} gets good news, but never had the bad")
        for stuck in letter.subject.reports:
            report = self._expensify.reports[stuck.report_id]
            if not (report.over or report.reset):
                raise ViolationError("I5", f"{notice.id} says that {report.id} is through")


def _matter(notice: Notice) -> Matter:
    return notice.person, notice.tone, notice.account_id, notice.about
