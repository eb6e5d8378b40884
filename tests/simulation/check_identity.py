"""Invariant 4 about labels: which project each one could be known to name, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.blocker import Blocker, Label
from shared.domain.clock import Millis
from shared.domain.decide_watch import Question
from shared.domain.finding import Match, Project, Status
from shared.domain.folding import fold
from tests.simulation.expensify_model import SimReport
from tests.simulation.netsuite import SimNetSuite
from tests.simulation.records import ViolationError
from tests.simulation.run import Run, Stage

_MISSING = frozenset({Match.NOT_FOUND, Match.ALIAS_GONE})


@dataclass(frozen=True, slots=True)
class _Lookup:
    """What NetSuite told when it was asked for a text."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Choice:
    at: Millis
    project_id: str


class IdentityChecks:
    """`touched`: labels whose project isn't the same all through the history."""

    def __init__(self, stage: Stage, netsuite: SimNetSuite) -> None:
        self._stage = stage
        self._netsuite = netsuite
        self._lookups: dict[tuple[str, str], list[_Lookup]] = {}
        self._choices: dict[tuple[str, str], list[_Choice]] = {}
        self._empty: set[Run] = set()
        self._touched: set[tuple[str, str]] = set()

    def touch(self, account: str, label: str) -> None:
        self._touched.add((account, label))

    def touched(self, report: SimReport, label: str) -> bool:
        return (report.account, label) in self._touched or self._subsidiary(report) != ""

    def chosen(self, workspace_id: str, account: str, label: str, project_id: str) -> None:
        """Somebody says which project the label is."""
        self.touch(account, label)
        choices = self._choices.setdefault((workspace_id, label), [])
        choices.append(_Choice(self._stage.now, project_id))

    def answered(
        self, run: Run, account: str, question: Question, rows: tuple[Project, ...]
    ) -> None:
        (self._empty.discard if rows else self._empty.add)(run)
        for text in question.texts if rows else ():
            ids = frozenset(r.project_id for r in rows if fold(r.name) == fold(text))
            self._lookups.setdefault((account, text), []).append(_Lookup(ids))

    def stored(self, run: Run | None, before: object, after: Label | Blocker) -> None:
        """We write down what a look found: nothing is missing in an answer without any row."""
        if run not in self._empty or _missing(after) == _missing(before):
            return
        if _missing(after):
            raise ViolationError("I4", f"said to be missing, while nothing was seen: {after}")

    def possible(self, report: SimReport, label: str, run: Run) -> frozenset[str]:
        """The projects that this run could rightly take the label for; what other runs found,
        but perhaps died before they could write it down, is possible, too.
        """
        choices = self._choices.get((report.workspace_id, label), [])
        known = [c for c in choices if c.at < run.began]
        later = {c.project_id for c in choices if c.at >= run.began}
        if known:
            return frozenset({known[-1].project_id} | later)
        return frozenset(self._matched(report, label)) | later

    def _matched(self, report: SimReport, label: str) -> Iterable[str]:
        """What any look found: a label that was answered isn't matched again because another
        workspace of the account asks for the same text.
        """
        lookups = self._lookups.get((report.account, label), [])
        return (one for x in lookups if (one := self._one(report, x.ids)))

    def ambiguous(self, report: SimReport, label: str) -> bool:
        return any(len(x.ids) > 1 for x in self._lookups.get((report.account, label), []))

    def _one(self, report: SimReport, ids: frozenset[str]) -> str:
        projects = self._netsuite.projects[report.account]
        own = [i for i in ids if projects[i].subsidiary == self._subsidiary(report)]
        some = own if len(ids) > 1 and len(own) == 1 else list(ids)
        return some[0] if len(some) == 1 else ""

    def _subsidiary(self, report: SimReport) -> str:
        return self._netsuite.subsidiaries.get(report.workspace_id, "")


def _missing(what: object) -> bool:
    if isinstance(what, Label):
        return what.resolution.match in _MISSING
    return isinstance(what, Blocker) and what.status is Status.GONE
