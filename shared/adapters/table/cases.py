"""Cases. Unfinished ones stand in the index `work`; finished ones expire, but for a trace of what
we exported.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key as KeyIs

from shared.adapters.table.codec import Codec, Item, shortened
from shared.adapters.table.keys import CASES_KEPT, WORK_INDEX, case_key, expiry, trace_key
from shared.adapters.table.store import Store
from shared.domain.case import FINISHED, Case, Phase
from shared.domain.late import trace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_CASES = Codec.of(Case)
_UNFINISHED = tuple(phase for phase in Phase if phase not in FINISHED)


class TableCases:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def get(self, workspace_id: str, report_id: str) -> Case | None:
        for key in (case_key(workspace_id, report_id), trace_key(workspace_id, report_id)):
            if item := self._store.get(key):
                return _CASES.record(item)
        return None

    def unfinished(self, workspace_id: str) -> tuple[Case, ...]:
        """In the order of their reports. One that moves meanwhile may show up in two phases."""
        newest: dict[str, Case] = {}
        for phase in _UNFINISHED:
            for case in self._in(workspace_id, phase):
                known = newest.get(case.report_id)
                if known is None or known.version < case.version:
                    newest[case.report_id] = case
        return tuple(newest[report_id] for report_id in sorted(newest))

    def put(self, case: Case) -> Case:
        """The trace first: whatever dies in between, no finished case expires without it."""
        stored = shortened(replace(case, version=case.version + 1))
        if stored.finished and stored.attempts:
            self._store.put({**_CASES.item(trace(stored)), **trace_key(*stored.key)})
        self._store.save(_item(stored))
        return stored

    def _in(self, workspace_id: str, phase: Phase) -> list[Case]:
        where = KeyIs("work").eq(_work(workspace_id, phase))
        return [_CASES.record(item) for item in self._store.query(where, IndexName=WORK_INDEX)]


def _item(case: Case) -> Item:
    item = {**_CASES.item(case), **case_key(*case.key)}
    if not case.finished:
        return {**item, "work": _work(case.workspace_id, case.phase)}
    ended_at = case.ended_at if case.ended_at is not None else case.opened_at
    return {**item, "ttl": expiry(ended_at + CASES_KEPT)}


def _work(workspace_id: str, phase: Phase) -> str:
    return f"{workspace_id}#{phase}"
