"""Where nobody tells us of failures: all are found, once each, and soon; nothing older is told.

What a search of ours showed is judged when we have written down that it is done: by then all that
is news of it is on the bus. Seen for the first time there, a failure may have been there before.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, Millis
from shared.domain.decide_detect import Credential
from shared.domain.delivery import Message
from shared.domain.report import EXPORTABLE, THROUGH, ActionKind
from shared.ports import Announcement, Reconciler
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import Entry, SimReport
from tests.simulation.records import ViolationError
from tests.simulation.run import Run, Stage
from tests.simulation.scenario import START, SearchPlan
from tests.simulation.searching import File, Shown

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet
    from tests.simulation.search import Search

type Failure = tuple[str, int]
"""A report and the second, by Expensify's clock, at which it failed."""

_RECOVERS: Millis = 20 * MINUTE
"""How long after the last fault a wake-up may still hang, or a file be waited for in vain."""


class SearchChecks:
    """`relay` puts what was said on its way."""

    def __init__(
        self, stage: Stage, expensify: SimExpensify, fleet: "Fleet", search: "Search"
    ) -> None:
        self._stage = stage
        self._expensify = expensify
        self._fleet = fleet
        self._search = search
        self._plan: SearchPlan = search.plan
        self._shift = stage.clocks.get("expensify", 0)
        self._delivered: dict[Run, File] = {}
        self._newest: dict[str, Millis] = {}
        self._first: dict[str, Millis] = {}
        self._all = {plan.id for plan in stage.scenario.workspaces}
        self._began: dict[str, Millis] = {}
        self._dated: set[str] = set()
        self._last: dict[str, Shown] = {}
        self._last_at: dict[str, Millis] = {}
        self._denied: set[Run] = set()
        self._searching: set[Run] = set()
        self._starved_at: Millis = 0
        self._spoken_of: set[str] = set()
        self._ids: dict[Failure, str] = {}
        self._owners: dict[str, Failure] = {}
        self._said: dict[Failure, str] = {}
        self._taken: set[str] = set()
        self._episodes: dict[str, set[object]] = {}

    # --- what is said ----------------------------------------------------------------------------

    def said(self, message: Message) -> int:
        """On the bus. Returns how long the report's history was at the failure; 0: a hint."""
        report = self._expensify.reports[str(message.detail["reportId"])]
        self._spoken_of.add(report.id)
        if message.detail_type != "Report Export Failed":
            return 0
        failure = report.id, int(str(message.detail["failedAt"]))
        event = str(message.detail["eventId"])
        if self._ids.setdefault(failure, event) != event:
            raise ViolationError("identity", f"{failure} is told as {event}, too")
        if self._owners.setdefault(event, failure) != failure:
            raise ViolationError("identity", f"{event} tells of {failure}, too")
        number = self._numbered(report, failure[1])
        self._not_older(report, report.history[number])
        self._said[failure] = event
        return number + 1

    def _numbered(self, report: SimReport, second: int) -> int:
        for number, entry in enumerate(report.history):
            if entry.kind is ActionKind.EXPORT_FAILED and self._second(entry.at) == second:
                return number
        raise ViolationError("identity", f"{report.id} didn't fail at {second}")

    def _not_older(self, report: SimReport, entry: Entry) -> None:
        """What was there when we began to look is nobody's news, unless it was approved anew: then
        it may be among what we look at first.
        """
        if entry.at >= START or report.approved_at is not None:
            return
        newest = self._newest.get(report.workspace_id) or self._newest_now(report.workspace_id)
        if newest is not None and entry.at <= newest:
            raise ViolationError("older", f"{report.id} failed before, and is told")

    # --- what is seen ----------------------------------------------------------------------------

    def delivered(self, file: File) -> None:
        """One of our runs got a file. It may die of it."""
        run = self._stage.loop.active
        if run is not None:
            self._searching.add(run)
            self._delivered[run] = file
            run.rare |= any(self._is_unsaid(shown) for shown in file.shown)

    def _is_unsaid(self, shown: Shown) -> bool:
        return shown.report.id in self._first and any(
            (shown.report.id, self._second(entry.at)) not in self._said
            for entry in self._news(shown.report, shown.length, self._since(shown.report))
        )

    def _since(self, report: SimReport) -> Millis:
        """When we had seen it, and knew of its workspace what was there: its first answer may come in
        parts, and what fails between them can't be told from what failed before.
        """
        return max(self._first[report.id], self._began.get(report.workspace_id, 0))

    def denied(self) -> None:
        """A search of ours has no slot, and nothing was searched by this run: others took them."""
        run = self._stage.loop.active
        if run is not None and run not in self._searching:
            self._denied.add(run)

    def _newest_now(self, workspace_id: str) -> Millis | None:
        """By the answer that is being taken."""
        run = self._stage.loop.active
        file = self._delivered.get(run) if run else None
        return self._newest_in(file) if file and workspace_id in file.workspaces else None

    def _newest_in(self, file: File) -> Millis | None:
        return max((self._newest_of(shown) for shown in file.shown), default=None)

    def _newest_of(self, shown: Shown) -> Millis:
        """The moment of its last entry; it was approved once."""
        entries = shown.report.history[: shown.length]
        approved = START - self._plan.ages[shown.report.id][0] * DAY - MINUTE
        return max([approved, *(entry.at for entry in entries)])

    def recorded(self, credential: Credential) -> None:
        """A step is done, and written down."""
        run = self._stage.loop.active
        file = self._delivered.pop(run, None) if run else None
        dated = self._all - {n.workspace_id for n in credential.newcomers if n.undated}
        if file is None or credential.faults:
            return
        newest = self._newest_in(file)
        if newest is not None:
            self._newest = dict.fromkeys(file.workspaces, newest) | self._newest
        self._began |= dict.fromkeys(set(file.workspaces) - self._dated, file.made_at)
        self._dated |= dated & set(file.workspaces)
        for shown in file.shown:
            self._judge(shown, file.made_at)
            self._changes(shown)
            self._soon(shown.report, file.made_at)
            self._last_at[shown.report.id] = file.made_at
            self._last[shown.report.id] = shown
            self._spoken_of.discard(shown.report.id)

    def _judge(self, shown: Shown, made_at: Millis) -> None:
        """All that failed since we saw it first is on the bus by now."""
        self._first.setdefault(shown.report.id, made_at)
        for entry in self._news(shown.report, shown.length, self._since(shown.report)):
            if (shown.report.id, self._second(entry.at)) not in self._said:
                raise ViolationError("found", f"{shown.report.id} failed, was seen, and isn't told")

    def _news(self, report: SimReport, length: int, first: Millis) -> Iterator[Entry]:
        """Nor did an export put it right. The face that is searched tells whole seconds."""
        entries = report.history[:length]
        through = max((self._second(e.at) for e in entries if e.kind in THROUGH), default=0)
        for entry in entries:
            if entry.kind is ActionKind.EXPORT_FAILED:
                second = self._second(entry.at)
                if second > self._second(first) and second >= through:
                    yield entry

    def _changes(self, shown: Shown) -> None:
        """Of a report that failed, whatever people may have changed is a hint."""
        before = self._last.get(shown.report.id)
        if before is None or not _failed(before):
            return
        now = shown.state, sorted(shown.labels), shown.length
        was = before.state, sorted(before.labels), before.length
        if now != was and shown.report.id not in self._spoken_of:
            raise ViolationError("found", f"{shown.report.id} has changed, and nobody is told")

    # --- the promise -----------------------------------------------------------------------------

    def _soon(self, report: SimReport, now: Millis) -> None:
        """docs/detection.md, once nothing goes wrong any more, and while `recover` leaves slots."""
        calm = max(self._stage.scenario.calm_at + self._recovers(), self._starved_at)
        since = max(self._last_at.get(report.id, 0), report.approved_at or 0, calm)
        if now - since > self._promised(report):
            raise ViolationError("promise", f"{report.id} wasn't searched for {now - since} ms")

    def _recovers(self) -> Millis:
        rules = self._stage.scenario.workspaces[0].calm_rules
        hidden = any(absence.hidden for absence in self._plan.absences)
        return rules.circuit[-1] + _RECOVERS + (HOUR if hidden else 0)

    def _promised(self, report: SimReport) -> Millis:
        """By its age: an older one's search has a minute more, for here there is little time between
        the others'. What is wanted too often comes later, but it comes.
        """
        rules = self._stage.scenario.workspaces[0].calm_rules
        days = 0 if report.approved_at is not None else self._plan.ages[report.id][0]
        late = 12 * HOUR if self._plan.eager else 3 * MINUTE
        if days <= 7:
            return rules.detect_fresh + late
        old = rules.detect_old + MINUTE
        return late + MINUTE + (rules.detect_recent if days <= 35 else old)

    # --- the end ---------------------------------------------------------------------------------

    def accepted(self, body: str) -> None:
        """Intake has taken it."""
        self._taken.add(json.loads(body)["detail"].get("eventId", ""))

    def heard(self, announcement: Announcement) -> None:
        """A case is opened by a failure, and none by one that was told already."""
        if announcement.detail_type not in {"Case Opened", "Case Reopened"}:
            return
        report_id = str(announcement.detail["reportId"])
        episodes = self._episodes.setdefault(report_id, set())
        episodes.add(announcement.detail["episode"])
        told = sum(of == report_id for of, _ in self._said)
        if len(episodes) > told:
            raise ViolationError("identity", f"{report_id}: {len(episodes)} cases of {told}")

    def ended(self, run: Run) -> None:
        """Invariant 3: the credential is looked at again."""
        self._delivered.pop(run, None)
        if run.function != Reconciler.DETECT:
            return
        if run in self._denied:
            self._denied.discard(run)
            self._starved_at = self._stage.now
        self._searching.discard(run)
        key = self._search.tenants.key
        row = self._fleet.rows.rows.get((Reconciler.DETECT, key))
        due = (row is not None and row.due is not None) or not self._search.tenants.members()
        if not due and not self._fleet.queues[Reconciler.DETECT].holds(key):
            raise ViolationError("I3", "nobody will search any more")

    def unsettled(self) -> list[str]:
        """What has failed and isn't told, or told and not taken."""
        dead = {json.loads(m.body)["detail"].get("eventId") for m in self._fleet.intake_queue.dead}
        left = [
            f"{report_id}: {event} was told, and nobody took it"
            for (report_id, _), event in self._said.items()
            if event not in self._taken | dead
        ]
        for report in self._expensify.reports.values():
            if report.deleted or report.state not in EXPORTABLE:
                continue
            self._soon(report, self._stage.now)
            failed = [e.at for e in report.history if e.kind is ActionKind.EXPORT_FAILED]
            if failed and self._last_at.get(report.id, 0) <= max(failed):
                left.append(f"{report.id}: it failed, and nobody has looked since")
        return left

    def _second(self, at: Millis) -> int:
        """By Expensify's clock."""
        return (at + self._shift) // SECOND


def _failed(shown: Shown) -> bool:
    entries = shown.report.history[: shown.length]
    return any(entry.kind is ActionKind.EXPORT_FAILED for entry in entries)
