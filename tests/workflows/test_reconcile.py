"""The one loop of the three reconcilers."""

from dataclasses import dataclass, field

import pytest

from shared.domain.clock import MINUTE, SECOND, Millis
from shared.errors import ConflictError, TransientError
from shared.ports import Reconciler, Row
from shared.reconcile import MARGIN, RUN_BUDGET, SAFETY, Budget, Looked, reconcile
from tests.builders import ACCOUNT, NOW
from tests.fakes.clock import FakeClock
from tests.fakes.rows import FakeRows

WATCH = Reconciler.WATCH
LATER = NOW + 30 * MINUTE


@dataclass(slots=True)
class Stage:
    """A row that is looked at by a look that lasts `lasting` and wants another at `due`."""

    clock: FakeClock = field(default_factory=FakeClock)
    rows: FakeRows = field(default_factory=FakeRows)
    due: Millis | None = LATER
    lasting: Millis = 0
    meanwhile: Millis | None = None
    error: Exception | None = None
    armed: list[Row] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)

    def look(self, key: str, budget: Budget) -> Millis | None:
        self.armed.append(self.row)
        self.budgets.append(budget)
        self.clock.advance(self.lasting)
        if self.meanwhile is not None:
            self.rows.pull(WATCH, key, self.meanwhile)
        if self.error is not None:
            raise self.error
        return self.due

    def serve(self, sent_at: Millis = NOW) -> Looked:
        return reconcile(WATCH, ACCOUNT, sent_at, rows=self.rows, clock=self.clock, look=self.look)

    @property
    def row(self) -> Row:
        return self.rows.get(WATCH, ACCOUNT)


def looked(at: Millis) -> Stage:
    """A row whose last finished look began then."""
    stage = Stage()
    stage.rows.finish(WATCH, ACCOUNT, armed=0, looked_at=at, due=LATER)
    return stage


def test_a_wake_up_becomes_a_look() -> None:
    """Afterwards the row says when the look began and when the next one is due."""
    stage = Stage(lasting=4 * SECOND)
    assert stage.serve() is Looked.LOOKED
    assert stage.row == Row(WATCH, ACCOUNT, due=LATER, looked_at=NOW)


def test_a_row_that_needs_no_further_look_is_due_never() -> None:
    """It stays silent until somebody wakes it."""
    stage = Stage(due=None)
    stage.serve()
    assert stage.row.due is None


@pytest.mark.parametrize(
    ("began_after_sent", "outcome"),
    [
        (MARGIN + 1, Looked.SATISFIED),
        (MARGIN, Looked.LOOKED),
        (0, Looked.LOOKED),
        (-MINUTE, Looked.LOOKED),
    ],
)
def test_only_a_look_that_surely_began_after_the_wake_up_satisfies_it(
    began_after_sent: Millis, outcome: Looked
) -> None:
    """Two clocks may differ by the margin; when in doubt it looks again."""
    stage = looked(NOW)
    assert stage.serve(sent_at=NOW - began_after_sent) is outcome
    assert len(stage.armed) == (outcome is Looked.LOOKED)


def test_a_satisfied_wake_up_changes_nothing() -> None:
    """Neither when the row is due nor when it was looked at."""
    stage = looked(NOW)
    before = stage.row
    stage.serve(sent_at=NOW - MINUTE)
    assert stage.row == before


def test_a_storm_of_wake_ups_is_one_look() -> None:
    """All that were sent before the look began are satisfied by it."""
    stage = Stage()
    sent = [NOW - MINUTE + second * SECOND for second in range(50)]
    outcomes = [stage.serve(at) for at in sent]
    assert outcomes == [Looked.LOOKED] + [Looked.SATISFIED] * 49
    assert len(stage.armed) == 1


def test_the_safety_net_hangs_before_the_look_begins() -> None:
    """A crash during the look is found by the sweep when it has passed."""
    stage = Stage()
    stage.serve()
    assert [row.due for row in stage.armed] == [NOW + SAFETY]
    assert stage.armed[0].looked_at == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "due"),
    [
        (LATER, NOW + MINUTE, NOW + MINUTE),
        (NOW + SECOND, NOW + MINUTE, NOW + SECOND),
        (None, NOW + MINUTE, NOW + MINUTE),
        (LATER, NOW + 10 * MINUTE, LATER),
    ],
)
def test_the_end_of_a_run_yields_to_whoever_wants_an_earlier_look(
    ours: Millis | None, theirs: Millis, due: Millis
) -> None:
    """What was pulled meanwhile stays, unless ours is earlier; a later pull moves nothing."""
    stage = Stage(due=ours, meanwhile=theirs)
    stage.serve()
    assert stage.row.due == due


@pytest.mark.parametrize("error", [TransientError("t"), ConflictError("c"), KeyError("k")])
def test_an_error_leaves_the_safety_net(error: Exception) -> None:
    """The row is not looked at, and due again soon; the error goes on to the queue."""
    stage = Stage(error=error)
    with pytest.raises(type(error)):
        stage.serve()
    assert stage.row == Row(WATCH, ACCOUNT, due=NOW + SAFETY, looked_at=0)


def test_an_error_never_postpones_what_somebody_wants_earlier() -> None:
    """A look that was wanted during the failed run is due when it was wanted."""
    stage = Stage(error=TransientError("t"), meanwhile=NOW + SECOND)
    with pytest.raises(TransientError):
        stage.serve()
    assert stage.row.due == NOW + SECOND


def test_a_call_starts_only_if_it_and_its_record_fit() -> None:
    """Five seconds are kept back for what must be written after it."""
    clock = FakeClock()
    budget = Budget(clock, ends_at=NOW + 20 * SECOND)
    assert budget.allows(15 * SECOND)
    assert not budget.allows(15 * SECOND + 1)
    clock.advance(10 * SECOND)
    assert budget.allows(5 * SECOND)
    assert not budget.allows(5 * SECOND + 1)


def test_a_run_may_start_calls_for_its_whole_budget() -> None:
    """Counted from when the run began, however late the wake-up is served."""
    stage = Stage()
    stage.serve(sent_at=NOW - 10 * MINUTE)
    (budget,) = stage.budgets
    assert budget.allows(RUN_BUDGET)
    assert not budget.allows(RUN_BUDGET + 1)
