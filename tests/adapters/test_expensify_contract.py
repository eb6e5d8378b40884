"""What the two ports promise, asked of the fakes and of the adapters over real HTTP alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import pytest
import requests

from shared.adapters.expensify_app import AppApi
from shared.adapters.expensify_read import IntegrationServer
from shared.adapters.expensify_read.allowance import Allowance
from shared.domain.finding import Fault
from shared.domain.report import (
    Action,
    ActionKind,
    LabelUse,
    Money,
    ReportState,
    Source,
    baseline_of,
    new_actions,
)
from shared.domain.sync import Sync as AskedSync
from shared.domain.sync import ended
from shared.errors import OutcomeUnknownError, RefusedError, ThrottledError, TransientError
from shared.ports import ExpensifyApp, ReportReader
from tests.adapters.expensify_kit import secrets, settings_for
from tests.adapters.netsuite_kit import Ticking
from tests.builders import LABEL, NOW, SUBMITTER
from tests.fakes.expensify import FakeApp, FakeExpensify, FakeReader, Trouble
from tests.fakes.usages import FakeUsages
from tests.sandbox.expensify_kit import HERMES, NS0770, WORKSPACE, Sim, running_sim

ONE, TWO = "R00A000000001", "R00A000000002"
ATTEMPT = "4711471147114711471"
OTHER_LABEL = str(HERMES["companyName"])
_STATES = {
    ReportState.OPEN: "OPEN",
    ReportState.SUBMITTED: "SUBMITTED",
    ReportState.APPROVED: "APPROVED",
    ReportState.REIMBURSED: "REIMBURSED",
    ReportState.CLOSED: "ARCHIVED",
}
_COMMANDS = {
    "read": "file/combinedReportData",
    "open_report": "OpenReport",
    "sync_state": "OpenPolicyAccountingPage",
    "start_sync": "SyncPolicyToNetSuite",
    "export": "Report_Export",
}


class Stage(Protocol):
    """A world with one active project, `OTHER_LABEL`, and one that is closed, `LABEL`."""

    reader: ReportReader
    app: ExpensifyApp

    def put(self, report_id: str, *labels: str, state: ReportState = ...) -> None: ...
    def retag(self, report_id: str, label: str) -> None: ...
    def mark(self, report_id: str) -> None: ...
    def reopen_project(self) -> None: ...
    def break_syncs(self) -> None: ...
    def settle(self) -> None: ...
    def trouble(self, call: str, trouble: Trouble) -> None: ...
    def postings(self) -> list[str]: ...


@dataclass(slots=True)
class FakeStage:
    world: FakeExpensify
    reader: ReportReader = field(init=False)
    app: ExpensifyApp = field(init=False)

    def __post_init__(self) -> None:
        self.reader, self.app = FakeReader(self.world), FakeApp(self.world)
        self.world.closed = {LABEL}
        self.world.ask_sync()
        self.world.settle()

    def put(self, report_id: str, *labels: str, state: ReportState = ReportState.APPROVED) -> None:
        self.world.put(report_id, *labels, state=state)

    def retag(self, report_id: str, label: str) -> None:
        self.world.retag(report_id, label)

    def mark(self, report_id: str) -> None:
        self.world.mark(report_id)

    def reopen_project(self) -> None:
        self.world.closed.clear()

    def break_syncs(self) -> None:
        self.world.sync_fails = True

    def settle(self) -> None:
        self.world.settle()

    def trouble(self, call: str, trouble: Trouble) -> None:
        self.world.trouble(call, trouble)

    def postings(self) -> list[str]:
        return self.world.postings


@dataclass(slots=True)
class SimStage:
    sim: Sim
    session: requests.Session
    reader: ReportReader = field(init=False)
    app: ExpensifyApp = field(init=False)

    def __post_init__(self) -> None:
        settings, clock, hours = settings_for(self.sim.url), Ticking(), count()
        allowance = Allowance(FakeUsages(), lambda: NOW + 3_600_000 * next(hours), urgent=True)
        self.reader = IntegrationServer(settings, secrets(), self.session, clock, allowance)
        self.app = AppApi(WORKSPACE, settings, secrets(), self.session, clock)

    def put(self, report_id: str, *labels: str, state: ReportState = ReportState.APPROVED) -> None:
        self.sim.put_report(
            report_id,
            workspaceId=WORKSPACE,
            reportName="Trip",
            submitterEmail=SUBMITTER,
            state=_STATES[state],
            expenses=[_expense(label) for label in labels or (LABEL,)],
        )

    def retag(self, report_id: str, label: str) -> None:
        self.sim.put_report(report_id, expenses=[_expense(label)])

    def mark(self, report_id: str) -> None:
        self.sim.control("POST", f"reports/{report_id}/mark")

    def reopen_project(self) -> None:
        self.sim.netsuite.set("4711", isInactive=False)

    def break_syncs(self) -> None:
        self.sim.netsuite.rows = None

    def settle(self) -> None:
        self.sim.advance(30)

    def trouble(self, call: str, trouble: Trouble) -> None:
        """A refusal is one that a new token or secret doesn't help."""
        refusal = {"responseCode": 403} if call == "read" else {"jsonCode": 411}
        effects: dict[Trouble, dict[str, Any]] = {
            Trouble.THROTTLED: {"throttle": True},
            Trouble.REFUSED: refusal,
            Trouble.LOST_UNDONE: {"lost_answer": "not_done"},
            Trouble.LOST_DONE: {"lost_answer": "done"},
        }
        # A read is tried once more when its connection breaks.
        self.sim.fault(effects[trouble], {"command": _COMMANDS[call]}, times=2)

    def postings(self) -> list[str]:
        return [posting["reportId"] for posting in self.sim.postings()]


def _expense(label: str) -> dict[str, Any]:
    return {"project": label, "merchant": "Hotel", "amount": 1250, "currency": "EUR"}


@pytest.fixture(params=["fake", "adapters"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "fake":
        yield FakeStage(FakeExpensify(Ticking()))
        return
    with running_sim() as sim, requests.Session() as session:
        sim.advance(1)  # nothing that is asked for happens in the instant of the last sync
        yield SimStage(sim, session)


def _only(actions: tuple[Action, ...]) -> Action:
    assert len(actions) == 1
    return actions[0]


def _exported(stage: Stage, report_id: str, attempt_id: str = ATTEMPT) -> None:
    stage.app.export(report_id, attempt_id)
    stage.settle()


# --- read ------------------------------------------------------------------------------------


def test_read_gives_what_was_asked_for_and_leaves_out_what_is_not_there(stage: Stage) -> None:
    """One answer is complete: a report that isn't in it was not returned."""
    stage.put(ONE)
    stage.put(TWO)
    answer = stage.reader.read((ONE, "R00NOTTHERE01"))
    assert [report.report_id for report in answer.reports] == [ONE]
    assert answer.reports[0].source is Source.INTEGRATION
    assert answer.reports[0].read_at == NOW


def test_read_of_nothing_asks_nothing(stage: Stage) -> None:
    """No report asked for, none given, even when Expensify is down."""
    stage.trouble("read", Trouble.LOST_UNDONE)
    assert stage.reader.read(()).reports == ()


def test_read_tells_name_and_submitter(stage: Stage) -> None:
    """They are what people know a report by."""
    stage.put(ONE)
    report = stage.reader.read((ONE,)).reports[0]
    assert (report.name, report.submitter) == ("Trip", SUBMITTER)


def test_read_tells_neither_flag_nor_count(stage: Stage) -> None:
    """The official face has no such fields, which isn't the same as 'no'."""
    stage.put(ONE)
    report = stage.reader.read((ONE,)).reports[0]
    assert (report.exported, report.error_count) == (None, None)


@pytest.mark.parametrize("state", _STATES)
def test_both_faces_tell_the_state(stage: Stage, state: ReportState) -> None:
    """Whether a report may be exported depends on it."""
    stage.put(ONE, state=state)
    opened = stage.app.open_report(ONE)
    assert opened is not None
    assert opened.state is state
    assert stage.reader.read((ONE,)).reports[0].state is state


def test_both_faces_count_and_sum_labels(stage: Stage) -> None:
    """One entry per distinct label, in the order of their texts."""
    stage.put(ONE, OTHER_LABEL, LABEL)
    wanted = tuple(
        LabelUse(label, 1, (Money("EUR", 1250),)) for label in sorted((LABEL, OTHER_LABEL))
    )
    opened = stage.app.open_report(ONE)
    assert opened is not None
    assert opened.labels == wanted
    assert stage.reader.read((ONE,)).reports[0].labels == wanted


def test_both_faces_see_a_retag(stage: Stage) -> None:
    """The new label takes the place of the old one."""
    stage.put(ONE)
    stage.retag(ONE, OTHER_LABEL)
    opened = stage.app.open_report(ONE)
    assert opened is not None
    assert [use.label for use in opened.labels] == [OTHER_LABEL]
    assert [use.label for use in stage.reader.read((ONE,)).reports[0].labels] == [OTHER_LABEL]


def test_read_shows_a_refused_export_with_its_text(stage: Stage) -> None:
    """The failure names the project, and nothing else counts as an export."""
    stage.put(ONE)
    _exported(stage, ONE)
    failure = _only(stage.reader.read((ONE,)).reports[0].actions)
    assert failure.kind is ActionKind.EXPORT_FAILED
    assert NS0770.format(LABEL).startswith(failure.messages[0])


def test_read_shows_an_export_with_its_record(stage: Stage) -> None:
    """The URL is the proof that a record was made."""
    stage.put(ONE, OTHER_LABEL)
    _exported(stage, ONE)
    success = _only(stage.reader.read((ONE,)).reports[0].actions)
    assert success.kind is ActionKind.EXPORTED
    assert len(success.urls) == 1


def test_both_faces_show_a_mark_by_hand(stage: Stage) -> None:
    """A mark is no export: it has no record."""
    stage.put(ONE)
    stage.mark(ONE)
    opened = stage.app.open_report(ONE)
    assert opened is not None
    for report in (opened, *stage.reader.read((ONE,)).reports):
        mark = _only(report.actions)
        assert (mark.kind, mark.urls) == (ActionKind.MARKED_BY_HAND, ())


def test_a_second_read_finds_the_same_actions(stage: Stage) -> None:
    """Only what comes after a baseline is new, though official actions have no id."""
    stage.put(ONE)
    _exported(stage, ONE)
    mark = baseline_of(stage.reader.read((ONE,)).reports[0])
    assert new_actions(stage.reader.read((ONE,)).reports[0], mark) == ()
    _exported(stage, ONE)
    assert len(new_actions(stage.reader.read((ONE,)).reports[0], mark)) == 1


def _read(stage: Stage) -> object:
    return stage.reader.read((ONE,))


def _open(stage: Stage) -> object:
    return stage.app.open_report(ONE)


def _sync_state(stage: Stage) -> object:
    return stage.app.sync_state()


_READS = [("read", _read), ("open_report", _open), ("sync_state", _sync_state)]


@pytest.mark.parametrize(("call", "read"), _READS, ids=[name for name, _ in _READS])
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.THROTTLED, ThrottledError),
        (Trouble.REFUSED, RefusedError),
        (Trouble.LOST_UNDONE, TransientError),
        (Trouble.LOST_DONE, TransientError),
    ],
)
def test_a_read_that_fails_is_typed(
    stage: Stage,
    call: str,
    read: Callable[[Stage], object],
    trouble: Trouble,
    error: type[Exception],
) -> None:
    """Later, later but not before a while, or a person's: nothing else can come of a read."""
    stage.put(ONE)
    stage.trouble(call, trouble)
    with pytest.raises(error):
        read(stage)


# --- open, export ----------------------------------------------------------------------------


def test_an_unknown_report_is_none(stage: Stage) -> None:
    """The app tells a report that isn't there from one that can't be read."""
    assert stage.app.open_report("R00NOTTHERE01") is None


def test_open_counts_the_failures_of_exports(stage: Stage) -> None:
    """A new entry means that an attempt failed, whether or not its action is seen."""
    stage.put(ONE)
    counts = []
    for _ in range(2):
        opened = stage.app.open_report(ONE)
        assert opened is not None
        counts.append(opened.error_count)
        _exported(stage, ONE)
    assert counts == [0, 1]


def test_an_export_that_arrives_is_ours_by_its_id(stage: Stage) -> None:
    """The success carries our attempt's id, the flag flips, the errors go, it is posted once."""
    stage.put(ONE)
    _exported(stage, ONE, "1000000000000000001")
    stage.retag(ONE, OTHER_LABEL)
    _exported(stage, ONE, ATTEMPT)
    opened = stage.app.open_report(ONE)
    assert opened is not None
    success = next(a for a in opened.actions if a.kind is ActionKind.EXPORTED)
    assert (success.id, len(success.urls)) == (ATTEMPT, 1)
    assert (opened.exported, opened.error_count) == (True, 0)
    assert stage.postings() == [ONE]


def test_an_export_answers_before_anything_happens(stage: Stage) -> None:
    """That it was taken proves nothing."""
    stage.put(ONE, OTHER_LABEL)
    stage.app.export(ONE, ATTEMPT)
    opened = stage.app.open_report(ONE)
    assert opened is not None
    assert (opened.exported, opened.actions, stage.postings()) == (False, (), [])


@pytest.mark.parametrize(
    ("trouble", "posted"), [(Trouble.LOST_DONE, [ONE]), (Trouble.LOST_UNDONE, [])]
)
def test_a_lost_answer_to_an_export_is_an_unknown_outcome(
    stage: Stage, trouble: Trouble, posted: list[str]
) -> None:
    """It may have been done, and it is never asked for twice."""
    stage.put(ONE, OTHER_LABEL)
    stage.trouble("export", trouble)
    with pytest.raises(OutcomeUnknownError):
        stage.app.export(ONE, ATTEMPT)
    stage.settle()
    assert stage.postings() == posted


@pytest.mark.parametrize(
    ("trouble", "throttled"), [(Trouble.REFUSED, False), (Trouble.THROTTLED, True)]
)
def test_a_refused_export_was_not_done(stage: Stage, trouble: Trouble, throttled: bool) -> None:
    """A refusal is certain: the report may be asked for again some day."""
    stage.put(ONE, OTHER_LABEL)
    stage.trouble("export", trouble)
    with pytest.raises(RefusedError) as refused:
        stage.app.export(ONE, ATTEMPT)
    stage.settle()
    assert (refused.value.fault is Fault.THROTTLED) is throttled
    assert stage.postings() == []


# --- sync ------------------------------------------------------------------------------------


def test_a_fix_counts_only_after_a_sync(stage: Stage) -> None:
    """Expensify refuses what was closed at its last sync."""
    stage.put(ONE)
    stage.reopen_project()
    _exported(stage, ONE)
    assert stage.postings() == []
    stage.app.start_sync()
    stage.settle()
    _exported(stage, ONE)
    assert stage.postings() == [ONE]


def test_a_sync_runs_and_ends_well(stage: Stage) -> None:
    """Its end shows in a success later than the one before."""
    before = stage.app.sync_state()
    asked = AskedSync(asked_at=NOW, covers=(), before=before, first_asked_at=NOW)
    stage.app.start_sync()
    assert stage.app.sync_state().running
    assert ended(asked, stage.app.sync_state()) is None
    stage.settle()
    assert ended(asked, stage.app.sync_state()) is True


def test_a_sync_that_fails_ends_badly(stage: Stage) -> None:
    """The success of before stays what it was."""
    before = stage.app.sync_state()
    asked = AskedSync(asked_at=NOW, covers=(), before=before, first_asked_at=NOW)
    stage.break_syncs()
    stage.app.start_sync()
    stage.settle()
    after = stage.app.sync_state()
    assert ended(asked, after) is False
    assert after.last_success == before.last_success


@pytest.mark.parametrize(
    ("trouble", "began"), [(Trouble.LOST_DONE, True), (Trouble.LOST_UNDONE, False)]
)
def test_a_lost_answer_to_a_sync_is_an_unknown_outcome(
    stage: Stage, trouble: Trouble, began: bool
) -> None:
    """Its state tells whether it began."""
    stage.trouble("start_sync", trouble)
    with pytest.raises(OutcomeUnknownError):
        stage.app.start_sync()
    assert stage.app.sync_state().running is began


@pytest.mark.parametrize(
    ("trouble", "throttled"), [(Trouble.REFUSED, False), (Trouble.THROTTLED, True)]
)
def test_a_refused_sync_did_not_begin(stage: Stage, trouble: Trouble, throttled: bool) -> None:
    """Nothing runs after a refusal."""
    stage.trouble("start_sync", trouble)
    with pytest.raises(RefusedError) as refused:
        stage.app.start_sync()
    assert (refused.value.fault is Fault.THROTTLED) is throttled
    assert not stage.app.sync_state().running
