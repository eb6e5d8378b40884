"""Sees everything that happens, remembers it, and has the invariants checked."""

import json
from collections.abc import Callable

from shared.domain.absence import ReportRecord
from shared.domain.case import Case, Why
from shared.domain.clock import SECOND, Millis
from shared.domain.decide_watch import Question
from shared.domain.finding import Project
from shared.domain.report import ActionKind, Source
from shared.ports import Announcement
from tests.simulation.check_absence import AbsenceChecks
from tests.simulation.check_asks import AskChecks
from tests.simulation.check_exports import ExportChecks
from tests.simulation.check_identity import IdentityChecks
from tests.simulation.check_late import LateChecks
from tests.simulation.check_mail import MailChecks
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import OURS, Entry, SimReport, SyncRun
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.records import NEVER, Answer, Known, Records, Settled, ViolationError
from tests.simulation.run import Run, Stage


class Witness:
    """`occasion` is called at the moments at which meddling does most harm.

    `events`: the length of each report's history at the latest failure that we were told of;
    `told_of` knows it by the envelope's id.
    """

    def __init__(self, stage: Stage, netsuite: SimNetSuite, expensify: SimExpensify) -> None:
        self._stage = stage
        self._netsuite = netsuite
        self._expensify = expensify
        self.records = Records()
        self.events: dict[str, int] = {}
        self.told_of: Callable[[str], int] = lambda _envelope: 0
        self.identity = IdentityChecks(stage, netsuite)
        self.absence = AbsenceChecks(expensify)
        self._exports = ExportChecks(
            stage, self.records, netsuite, expensify, self.identity, self.absence
        )
        self.mails = MailChecks(stage, self.records, netsuite, expensify)
        self.late = LateChecks(self.records, expensify)
        self._reads: dict[Run, list[SimReport]] = {}
        self.asks = AskChecks(stage, self.records, expensify, self._reads)
        self._asked_and_there: set[tuple[str, str]] = set()
        self._returned: dict[Run, set[tuple[str, str]]] = {}
        self._idle_seen: dict[Run, Millis] = {}
        self.acts: Callable[[str, str], None] = lambda _what, _key: None
        self.occasion: Callable[[SimReport | None], None] = lambda _report: None
        self.opened: Callable[[SimReport], None] = lambda _report: None
        self.ambush: Callable[[SimReport], None] = lambda _report: None
        expensify.synced = self._synced
        expensify.posted = self._exports.posted

    # --- Expensify -------------------------------------------------------------------------------

    def read(self, report: SimReport, source: Source) -> None:
        """One of our reads shows this report as it is now."""
        now = self._stage.now
        known = self.records.known.setdefault(report.id, Known())
        for number, entry in enumerate(report.history[known.seen :], start=known.seen):
            self._known(report, number, entry)
        known.at, known.seen = now, len(report.history)
        if known.labels != tuple(report.texts) or known.run is None or not known.run.finished:
            known.labels, known.run = tuple(report.texts), self._running()
        now_on = report.history[report.reset :]
        arrived = any(e.kind is not ActionKind.EXPORT_FAILED for e in now_on)
        if source is Source.APP:
            self.opened(report)
        known.exported = report.exported if source is Source.APP else arrived
        if not (known.exported or arrived):
            known.over_since = None
        elif known.over_since is None:
            known.over_since = now
        self._reads.setdefault(self._running(), []).append(report)

    def _known(self, report: SimReport, number: int, entry: Entry) -> None:
        for request in self.records.requests.get(report.id, ()):
            if request.outcome is entry and request.known_at is None:
                request.known_at = self._stage.now
            if number >= request.seen and entry.kind is ActionKind.EXPORT_FAILED:
                request.refuted = True

    def outcome(self, report: SimReport, entry: Entry) -> None:
        """Expensify writes something into a report's history."""
        attempt = entry.attempt
        for request in self.records.requests.get(report.id, ()):
            ours = attempt is not None and attempt.by == OURS and attempt.id == request.attempt_id
            over = entry.kind is not ActionKind.EXPORT_FAILED
            if request.outcome is None and (ours or over):
                request.outcome = entry
        self.occasion(report)

    def asked(self, what: str, key: str, attempt_id: str) -> None:
        """We ask Expensify for something."""
        run = self._running()
        if what in {"sync", "export"}:
            self.acts(what, key)
        if what == "sync":
            self._sync_asked(key)
        elif what == "no app.start_sync":
            return  # written down all the same: the next good sync is newer than that
        elif what == "no app.export":
            request = self.records.by_workspace[key].pop()
            self.records.requests[request.report_id].remove(request)
        else:
            report = self._expensify.reports[key]
            request = self._exports.asked(report, attempt_id, run)
            self.records.requests.setdefault(key, []).append(request)
            self.records.by_workspace.setdefault(report.workspace_id, []).append(request)
            self.ambush(report)
            self.occasion(report)
            return
        self.occasion(None)

    def _sync_asked(self, workspace_id: str) -> None:
        off = self.records.off_since
        if off is not None and self._stage.now - off > SECOND:
            raise ViolationError("I12", f"sync of {workspace_id} with the switch off")

    def intends(self, workspace_id: str) -> None:
        """A sync that is about to be asked for was written down; a crash may leave it at that.

        What began after we saw that none was running is newer than what this run observed.
        """
        seen = self._idle_seen.get(self._running(), self._stage.now)
        self.records.syncs_asked.setdefault(workspace_id, []).append(seen)

    def idle(self) -> None:
        """One of our reads shows that no sync is running."""
        self._idle_seen[self._running()] = self._stage.now

    def _synced(self, sync: SyncRun) -> None:
        self.occasion(None)

    def _running(self) -> Run:
        run = self._stage.loop.active
        if run is None:
            raise RuntimeError("nobody is running")
        return run

    def ended(self, run: Run) -> None:
        """One of our functions came to its end."""
        self.mails.ended(run)
        self._idle_seen.pop(run, None)
        returned = self._returned.pop(run, set())
        self._asked_and_there |= returned if run.finished else set()
        for report in self._reads.pop(run, ()):
            known = self.records.known[report.id]
            if run.finished:
                self._settle(report.id, known)

    def lost(self, case: Case) -> None:
        """What this run saw of the report, it couldn't write down: nobody will know of it."""
        run = self._running()
        seen = self._reads.get(run, [])
        self._reads[run] = [report for report in seen if report.id != case.report_id]

    def _settle(self, report_id: str, known: Known) -> None:
        over = known.over_since is not None
        before = self.records.settled.get(report_id, NEVER)
        same = before is not NEVER and (before.over, before.labels) == (over, known.labels)
        self.records.settled[report_id] = Settled(
            since=before.since if same else self._stage.now,
            over=over,
            labels=known.labels,
            seen=known.seen,
            through=known.seen if over else before.through,
        )

    def heard(self, announcement: Announcement) -> None:
        """Others hear from us what became of a case: it must be so."""
        self.late.heard(announcement)
        if announcement.detail_type not in {"Case Resolved", "Case Closed"}:
            return
        detail = announcement.detail
        known = self.records.known.setdefault(str(detail["reportId"]), Known())
        told_before = max(self.events.get(str(detail["reportId"]), 0), known.seen)
        known.told_at, known.told_before = None, told_before
        report = self._expensify.reports[str(detail["reportId"])]
        over = report.exported or report.reset > 0
        if detail["why"] == Why.IN_NETSUITE:
            over = any(p.report_id == report.id for p in self._expensify.postings)
            for request in self.records.requests.get(report.id, ()):
                request.held = True
        if not (report.deleted if detail["why"] == Why.DELETED else over):
            raise ViolationError("I4", f"{report.id} is said to be {detail['why']}")
        if detail["why"] == Why.EXPORTED_BY_OTHERS and self._ours_alone(report):
            raise ViolationError("I1", f"our own export of {report.id} is taken for another's")

    def _ours_alone(self, report: SimReport) -> bool:
        """It arrived by the one attempt that we made, and nobody's refusal spoke against that."""
        arrivals = [e for e in report.history if e.kind is ActionKind.EXPORTED]
        ours = [e for e in arrivals if e.attempt is not None and e.attempt.by == OURS]
        refuted = any(r.refuted for r in self.records.requests.get(report.id, ()))
        return bool(arrivals) and ours == arrivals and not refuted

    # --- NetSuite --------------------------------------------------------------------------------

    def answered(self, account: str, question: Question, rows: tuple[Project, ...]) -> None:
        run, now = self._running(), self._stage.now
        self.asks.answered(account, question.texts)
        self.identity.answered(run, account, question, rows)
        accepts = {row.project_id: _accepts(row) for row in rows}
        there = {(account, row.project_id) for row in rows}
        # What isn't returned is gone only beside what an earlier look asked for by id, and is there:
        # else it wasn't told. What a run that died had returned, nobody knows.
        told = question.ids if there & self._asked_and_there else ()
        asked = {key for key in there if key[1] in question.ids}
        self._returned.setdefault(run, set()).update(asked)
        accepts |= {project_id: False for project_id in told if project_id not in accepts}
        for project_id, accepted in accepts.items():
            answers = self.records.answers.setdefault((account, project_id), [])
            answers.append(Answer(now, accepted, run))

    def records_told(
        self, account: str, texts: tuple[str, ...], records: tuple[ReportRecord, ...]
    ) -> None:
        """What NetSuite holds of these reports."""
        self.absence.told(self._stage.now, account, texts, records)

    # --- intake ----------------------------------------------------------------------------------

    def taken(self, body: str, taken: str) -> None:
        """A message was acknowledged."""
        if taken != "case":
            return
        envelope = json.loads(body)
        report_id = envelope["detail"]["reportId"]
        known = self.records.known.setdefault(report_id, Known())
        told_of = self.told_of(envelope["id"])
        # What was opened again in vain is closed without a word: the next failure is a new matter.
        through = self.records.settled.get(report_id, NEVER).through
        if known.told_before < through < told_of:
            known.told_at, known.told_before = None, through
        if told_of > known.told_before:
            known.told_at = known.told_at or self._stage.now
        self.events[report_id] = max(self.events.get(report_id, 0), told_of)


def _accepts(row: Project) -> bool:
    above = any(owner.inactive for owner in row.owners or ())
    return not row.inactive and bool(row.allow_expenses) and not above
