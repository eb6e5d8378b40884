"""Invariants 1, 2, 6, 9, 11 and 12, at the moment when we ask for an export."""

from collections.abc import Iterable
from itertools import takewhile

from shared.domain.clock import DAY, MINUTE, SECOND, Millis
from shared.domain.report import ActionKind
from tests.simulation.check_absence import AbsenceChecks
from tests.simulation.check_identity import IdentityChecks
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import OURS, Entry, Posting, SimReport
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.records import Answer, Known, Records, Request, ViolationError
from tests.simulation.run import Run, Stage

EXISTS = "NS0034"
SKEW: Millis = 2 * SECOND
"""How far the clocks of our own machines differ at most."""


class ExportChecks:
    def __init__(
        self,
        stage: Stage,
        records: Records,
        netsuite: SimNetSuite,
        expensify: SimExpensify,
        identity: IdentityChecks,
        absence: AbsenceChecks,
    ) -> None:
        self._absence = absence
        self._identity = identity
        self._stage = stage
        self._records = records
        self._netsuite = netsuite
        self._expensify = expensify

    def asked(self, report: SimReport, attempt_id: str, run: Run) -> Request:
        """Check one request of ours before it reaches Expensify."""
        known = self._records.known.get(report.id) or Known()
        refusals = _refusals(report, known)
        named = {t for r in refusals for t in r.projects}
        carried = named & set(known.labels) or self._once_closed(report, known.labels)
        request = Request(
            self._stage.now,
            report.workspace_id,
            report.id,
            attempt_id,
            run,
            projects=self._projects(report, carried, run),
            # A report that carries no label may name its project in a field of its own.
            proves=self._projects(report, known.labels or named, run),
            seen=known.seen,
        )
        self._switched_off(request)
        self._no_double(request, report, known)
        self._fixed(request, report, known, refusals)
        self._canary(request, report)
        self._calm_enough(request, report)
        return request

    def _projects(self, report: SimReport, labels: Iterable[str], run: Run) -> frozenset[str]:
        return frozenset(i for label in labels for i in self._project(report, label, run))

    def _project(self, report: SimReport, label: str, run: Run) -> list[str]:
        """Of a label whose project changes only what it can be known to name."""
        if self._identity.touched(report, label):
            possible = self._identity.possible(report, label, run)
            return list(possible) if len(possible) == 1 else []
        meant = self._netsuite.meant_by(report, label)
        return [p.id for p in meant if p.closed != "gone"]

    def _once_closed(self, report: SimReport, labels: Iterable[str]) -> set[str]:
        """Those of whose projects we were told that they are closed, or else all."""
        closed = {
            label
            for label in labels
            for p in self._netsuite.meant_by(report, label)
            if any(not a.accepts for a in self._records.answers.get((report.account, p.id), ()))
        }
        return closed or set(labels)

    # --- 12: switches ----------------------------------------------------------------------------

    def _switched_off(self, request: Request) -> None:
        off = self._records.off_since
        if off is not None and request.at - off > SECOND and not self._was_on_its_way(request, off):
            raise ViolationError("I12", f"{request.report_id} exported with the switch off")
        rules = self._expensify.plans[request.workspace_id].rules
        told_at = self._records.known[request.report_id].told_at
        released = request.report_id in self._records.released
        if told_at is not None and told_at + SKEW < rules.act_since and not released:
            raise ViolationError("I12", f"{request.report_id} is older than act_since")

    def _was_on_its_way(self, request: Request, off: Millis) -> bool:
        """The one export that a run was about to ask for when the switch was thrown."""
        mine = self._records.by_workspace.get(request.workspace_id, [])
        another = any(r.run is request.run and r.at > off for r in mine)
        return request.run.began < off and not another

    # --- 1: never twice --------------------------------------------------------------------------

    def _no_double(self, request: Request, report: SimReport, known: Known) -> None:
        if known.exported:
            raise ViolationError("I1", f"{request.report_id} was seen exported, and goes again")
        for earlier in self._records.requests.get(request.report_id, ()):
            self._absence.second(report, earlier)

    def posted(self, posting: Posting) -> None:
        """A record of ours reached NetSuite: at most one ever does."""
        ours = [p for p in self._expensify.postings if p.attempt.by == OURS]
        if posting.attempt.by == OURS and sum(p.report_id == posting.report_id for p in ours) > 1:
            raise ViolationError("I1", f"{posting.report_id} is in NetSuite twice by us")

    # --- 2 and 9: never unfixed ------------------------------------------------------------------

    def _fixed(
        self, request: Request, report: SimReport, known: Known, refusals: list[Entry]
    ) -> None:
        last = refusals[-1] if refusals else None
        if last is not None and last.code != "NS0770":
            raise ViolationError("I9", f"{report.id} exported after {last.code or 'another text'}")
        for label in known.labels:
            if self._identity.touched(report, label):
                self._decided(request, report, label, refusals)
                continue
            meant = self._netsuite.meant_by(report, label)
            if len(meant) > 1:
                raise ViolationError("I4", f"{report.id} exported with the ambiguous {label!r}")
            named = any(label in refusal.projects for refusal in refusals)
            if meant and (named or meant[0].closed != "gone"):
                ours = [r.at for r in refusals if label in r.projects and _is_ours(r)]
                self._observed_and_synced(request, report, meant[0].id, max(ours, default=0))
        ended = [ended for _, ended in self._good_syncs(report)]
        if not ended:
            raise ViolationError("I2", f"{report.id} exported without any sync of ours")
        changed = last is not None and not any(t in last.projects for t in known.labels)
        if last is not None and last.at > max(ended) and not changed:
            raise ViolationError("I6", f"{report.id} was refused since our last sync, goes again")

    def _decided(
        self, request: Request, report: SimReport, label: str, refusals: list[Entry]
    ) -> None:
        """One of the projects that it could be taken for must have been seen open."""
        named = any(label in refusal.projects for refusal in refusals)
        possible = sorted(self._identity.possible(report, label, request.run))
        if not possible:
            if named or self._identity.ambiguous(report, label):
                raise ViolationError("I4", f"{report.id} exported with {label!r}, whatever it is")
            return
        failed = [r.at for r in refusals if label in r.projects and _is_ours(r)]
        wrong: list[ViolationError] = []
        for project in possible:
            try:
                self._observed_and_synced(request, report, project, max(failed, default=0))
            except ViolationError as error:
                wrong.append(error)
            else:
                return
        if named or self._netsuite.findable(report, label):
            raise wrong[0]

    def _observed_and_synced(
        self, request: Request, report: SimReport, project: str, failed_at: Millis
    ) -> None:
        answers = self._records.answers.get((report.account, project), [])
        known = [a for a in answers if a.run.knew(request.run.began)]
        if known and not any(a.accepts for a in answers if a.at >= known[-1].at):
            raise ViolationError("I2", f"{report.id} exported, {project} last seen closed")
        after = max([a.at for a in known if not a.accepts], default=0)
        seen = [a.at for a in answers if a.accepts and a.at > max(after, failed_at)]
        if not seen:
            raise ViolationError("I2", f"{report.id} exported, {project} not seen active since")
        if not any(asked > seen[0] for asked, _ in self._good_syncs(report)):
            raise ViolationError("I2", f"{report.id} exported without a sync after {project}")

    def _good_syncs(self, report: SimReport) -> Iterable[tuple[Millis, Millis]]:
        """When we intended those of our syncs that ended well, and when they ended.

        A sync that began after we had written our intent counts as ours: what matters is that its
        picture of NetSuite is newer than our observation. A foreign one that ran already doesn't.
        """
        asked = self._records.syncs_asked.get(report.workspace_id, [])
        for sync in self._expensify.syncs:
            if sync.workspace_id == report.workspace_id:
                yield from ((at, sync.ended) for at in asked if at <= sync.began)

    # --- 6: a canary first -----------------------------------------------------------------------

    def _canary(self, request: Request, report: SimReport) -> None:
        mine = self._records.by_workspace.get(report.workspace_id, [])
        rules = self._expensify.plans[report.workspace_id].rules
        if sum(self._unconfirmed(r) for r in mine) >= rules.window:
            raise ViolationError("I6", f"{report.id}: more than {rules.window} unconfirmed")
        for project in request.projects:
            certain, possible = self._fix(report.account, project, request.run)
            since = [r for r in mine if r.run.began > certain]
            arrived = sum(self._arrived(r) for r in since if project in r.proves)
            wave = [r for r in since if project in r.projects]
            step = rules.steps[min(arrived, len(rules.steps) - 1)]
            fresh = [r for r in wave if r.run.began > possible]
            if sum(self._unconfirmed(r) for r in fresh) >= step:
                raise ViolationError(
                    "I6", f"{report.id}: {arrived} of {project} arrived, more than {step} at once"
                )
            if arrived == 0 and self._equal(fresh) >= rules.equal_failures:
                raise ViolationError("I6", f"{report.id}: {project} was refused twice already")

    def _unconfirmed(self, request: Request) -> bool:
        gone = self._expensify.reports[request.report_id].deleted
        told = request.known_at is not None or request.refuted or request.held
        open_ = not told and not gone
        settle = self._expensify.plans[request.workspace_id].rules.settle
        return open_ and self._stage.now - request.at < settle - MINUTE

    def _arrived(self, request: Request) -> bool:
        known = self._records.known[request.report_id]
        return known.over_since is not None

    def _equal(self, wave: list[Request]) -> int:
        """The most refusals of one kind that we know of."""
        counts: dict[tuple[str, ...], int] = {}
        for request in wave:
            entry = request.outcome
            if entry and request.known_at and entry.code == "NS0770" and self._is_plain(request):
                counts[entry.projects] = counts.get(entry.projects, 0) + 1
        return max(counts.values(), default=0)

    def _is_plain(self, request: Request) -> bool:
        """Whether we could tell that the refusal was of our attempt: not beside an NS0034, and not
        after somebody's try failed for something else, which we had to take for ours.
        """
        since = self._expensify.reports[request.report_id].history[request.seen :]
        before = takewhile(lambda entry: entry is not request.outcome, since)
        others = [e for e in before if e.kind is ActionKind.EXPORT_FAILED and e.code != "NS0770"]
        return not others and all(entry.code != EXISTS for entry in since)

    def _fix(self, account: str, project: str, run: Run) -> tuple[Millis, Millis]:
        """Since when the present fix holds: at the earliest, and at the latest."""
        answers = self._records.answers.get((account, project), [])
        closed = [a for a in answers if not a.accepts]
        certain = max((a.at for a in closed if a.run.knew(run.began)), default=0)
        return certain, max((a.at for a in closed), default=0)

    def _calm_enough(self, request: Request, report: SimReport) -> None:
        """A project that turned blocked three times within 24 h is left to people."""
        rules = self._expensify.plans[report.workspace_id].rules
        for label in self._records.known[report.id].labels:
            for project in self._project(report, label, request.run):
                answers = self._records.answers.get((report.account, project), [])
                since = self._records.watched.get((report.account, project), 0)
                told = (a for a in answers if a.at >= since)
                known = [a for a in told if a.run.knew(request.run.began)]
                flips = sum(request.at - at < DAY - MINUTE for at in _turns(known))
                if flips >= rules.flips_per_day:
                    raise ViolationError("I6", f"{report.id}: {project} flipped {flips} times")


def _turns(answers: list[Answer]) -> list[Millis]:
    """When it was seen to have turned blocked."""
    before = [True, *(a.accepts for a in answers)]
    return [a.at for a, active in zip(answers, before, strict=False) if active and not a.accepts]


def _is_ours(entry: Entry) -> bool:
    return entry.attempt is not None and entry.attempt.by == OURS


def _refusals(report: SimReport, known: Known) -> list[Entry]:
    """Those that our reads have shown."""
    seen = report.history[: known.seen]
    return [e for e in seen if e.kind is ActionKind.EXPORT_FAILED]
