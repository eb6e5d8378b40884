"""Mistakes about going live, and about what is told late."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from operate.release import Release
from shared.domain import announce, decide_recover
from shared.domain import held as holding
from shared.domain.case import Case
from shared.domain.late import Told
from shared.workflows import truth
from tests.simulation.planting import mistake, simple, swapped
from tests.simulation.table_cases import SimCases


def _unreleased(case: Case, act_since: int) -> bool:
    return case.intent is None and case.opened_at < act_since


@mistake("a release is ignored", "liveness")
def _ignored() -> Iterator[None]:
    with ExitStack() as planted:
        for module in (announce, decide_recover, holding):
            planted.enter_context(swapped(module, held=_unreleased))
        yield


@mistake("a release lets everything go", "I12")
def _everything() -> Iterator[None]:
    right: Any = Release.show

    def show(self: Any, workspace_id: str, _report: str = "") -> Any:
        return right(self, workspace_id)

    with swapped(Release, show=show):
        yield


@mistake("a late event opens its case again for all to hear", "I11")
def _loudly() -> Iterator[None]:
    right = decide_recover.told

    def told(*of: Any) -> Told:
        found = right(*of)
        return Told.NEW if found is Told.LATE else found

    with swapped(decide_recover, told=told):
        yield


@mistake("expiry forgets what we exported", "I1")
def _forgotten() -> Iterator[None]:
    def get(self: Any, workspace_id: str, report_id: str) -> Case | None:
        self._stage.look()
        return self.cases.get((workspace_id, report_id))

    with swapped(SimCases, get=get):
        yield


def _never_held(_case: Case, _act_since: int) -> bool:
    return False


def _not_in_doubt(case: Case, _act_since: int) -> bool:
    return case.past is None


simple("mails list what is held back", "I12", truth, may_be_spoken_of=_not_in_doubt)


@mistake("what is held back is told of", "I12")
def _told() -> Iterator[None]:
    with swapped(announce, held=_never_held), swapped(truth, may_be_spoken_of=_not_in_doubt):
        yield
