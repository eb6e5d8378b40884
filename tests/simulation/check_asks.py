"""What people are asked for: all of a report's projects looked at first, one mail, and everybody
whose answer is wanted.
"""

from collections.abc import Callable, Mapping

from shared.domain.case import Case
from shared.domain.decide_notify import Letter
from shared.domain.notice import Notice, Tone
from shared.domain.person import person_key
from tests.simulation.expensify import SimExpensify
from tests.simulation.expensify_model import SimReport
from tests.simulation.records import Records, ViolationError
from tests.simulation.run import Run, Stage

_ASKS = frozenset({Tone.REACTIVATE, Tone.RETAG})


class AskChecks:
    """`reads`: what each running look has read so far. `notices`: of a person, by id."""

    def __init__(
        self,
        stage: Stage,
        records: Records,
        expensify: SimExpensify,
        reads: Mapping[Run, list[SimReport]],
    ) -> None:
        self._stage = stage
        self._records = records
        self._expensify = expensify
        self._reads = reads
        self.notices: Callable[[str], Mapping[str, Notice]] = lambda _person: {}
        self._looked_up: set[tuple[str, str]] = set()
        self._mailed: dict[tuple[str, str, str], Run | None] = {}

    def answered(self, account: str, texts: tuple[str, ...]) -> None:
        """NetSuite told what these labels are, or that it knows none such."""
        self._looked_up.update((account, text) for text in texts)

    def mailed(self, letter: Letter) -> None:
        """One look sends a person one mail about what is to be put right in a workspace; another
        record than the project has a mail of its own.
        """
        notice, run = letter.notice, self._stage.loop.active
        if notice.tone not in _ASKS or letter.subject.owner is not None:
            return
        key = notice.person, notice.account_id, notice.workspace_id
        if run is not None and self._mailed.get(key) is run:
            raise ViolationError("I5", f"{notice.person} gets two mails at once")
        self._mailed[key] = run

    def changed(self, before: Case | None, after: Case) -> None:
        """A case remembers whom it has told of what."""
        known = before.told if before else ()
        new = [mark for mark in after.told if mark not in known and mark[0] != "!"]
        if not new:
            return
        for text in self._labels(after.report_id):
            if (after.account_id, text) not in self._looked_up:
                raise ViolationError(
                    "I5", f"told of {new} of {after.report_id} before {text!r} was looked at"
                )
        for mark in new:
            if mark.startswith("P#"):
                self._asked(after, mark.rpartition("@")[0])

    def _labels(self, report_id: str) -> tuple[str, ...]:
        """By the reads of this very look, or else of an earlier one that ran to its end."""
        run = self._stage.loop.active
        mine = () if run is None else self._reads.get(run, ())
        if any(report.id == report_id for report in mine):
            return self._records.known[report_id].labels
        settled = self._records.settled.get(report_id)
        return settled.labels if settled else ()

    def _asked(self, case: Case, about: str) -> None:
        """Who knows the right project, and who changes it."""
        plan = self._expensify.plans[case.workspace_id]
        wanted = [self._expensify.reports[case.report_id].submitter]
        if plan.retag_by == "workspace_admin":
            wanted += plan.workspace_admins
        for person in (p for p in wanted if p.endswith("@acme.example")):
            put = self.notices(person_key(person)).values()
            if not any((n.tone, n.about) == (Tone.RETAG, about) for n in put):
                raise ViolationError("I5", f"{person} isn't asked about {about}")
