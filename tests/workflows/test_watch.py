"""One look at a NetSuite account, for everything that waits on it."""

from dataclasses import dataclass, field, replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND
from shared.domain.decide_watch import Question
from shared.domain.finding import Fault, Match, Project, Status
from shared.domain.notice import Tone
from shared.errors import ConflictError, RefusedError, SettingsError, ThrottledError, TransientError
from shared.ports import Reconciler
from shared.workflows.watch import LEFT_FOR_QUERY
from tests.builders import ACCOUNT, LABEL, NOW, PROJECT, WS
from tests.fakes.clock import FakeClock
from tests.fakes.netsuite import FakeNetSuite
from tests.workflows.fuse import Died
from tests.workflows.kit import ACTIVE, INACTIVE, Service, envelope
from tests.workflows.stages import reopen

WATCH = Reconciler.WATCH
OTHER_WS = "WS2"


def asked(*texts: str, workspace_id: str = WS) -> Service:
    """Somebody wants these labels looked at."""
    service = Service()
    service.accounts.ask(ACCOUNT, workspace_id, texts or (LABEL,), NOW + DAY)
    return service


def look(service: Service) -> int | None:
    return service.look(WATCH, ACCOUNT)


def test_a_look_answers_what_was_asked_before_it() -> None:
    """With the project that the label names, and a blocker of its own."""
    service = asked()
    look(service)
    (label,) = service.accounts.labels(ACCOUNT)
    (blocker,) = service.accounts.blockers(ACCOUNT)
    assert not label.pending
    assert (label.resolution.match, label.resolution.project_id) == (Match.PROJECT, PROJECT)
    assert (blocker.project_id, blocker.status, blocker.epoch) == (PROJECT, Status.INACTIVE, 1)


def test_what_does_not_fit_into_a_run_is_left_for_the_next_at_once() -> None:
    """A second for each row, and more rows than there are seconds: each look writes some."""
    texts = [f"{LABEL} {n:03}" for n in range(70)]
    service = asked(*texts)

    def slow() -> None:
        service.clock.advance(SECOND)
        service.fuse.hooks["accounts.answer"] = slow

    slow()
    left = [len(texts)]
    while left[-1]:
        began = service.clock()
        due = look(service)
        assert service.clock() - began < 55 * SECOND
        left.append(sum(label.pending for label in service.accounts.labels(ACCOUNT)))
        assert left[-1] < left[-2]
        assert (due == service.clock()) is bool(left[-1])
    assert len(left) == 3


def test_a_question_that_comes_during_the_look_is_not_answered_by_it() -> None:
    """The look began before it: it may have seen what was true before."""
    service = asked()
    service.fuse.hooks["accounts.put_blocker"] = lambda: again(service)
    look(service)
    (label,) = service.accounts.labels(ACCOUNT)
    assert (label.asked, label.answered) == (2, 1)


def again(service: Service) -> None:
    service.accounts.ask(ACCOUNT, WS, [LABEL], NOW + DAY)


def test_one_query_serves_every_workspace_of_the_account() -> None:
    """And every workspace whose question it answers is woken, after the answer is stored."""
    service = asked()
    service.accounts.ask(ACCOUNT, OTHER_WS, [LABEL], NOW + DAY)
    look(service)
    assert len(service.netsuite.asked) == 1
    woken = [(Reconciler.RECOVER, WS), (Reconciler.RECOVER, OTHER_WS)]
    assert service.wakes.take() == woken
    assert [service.rows.due(*wake_up) for wake_up in woken] == [NOW, NOW]


def test_blockers_are_written_before_labels() -> None:
    """An answered label's blocker is always there to be read; who must be woken is stored before
    both, and forgotten after they were.
    """
    service = asked()
    look(service)
    assert service.fuse.effects == [
        "accounts.save",
        "accounts.put_blocker",
        "accounts.answer",
        "rows.pull",
        "wakes.wake",
        "accounts.save",
    ]
    assert service.accounts.get(ACCOUNT).owed == ()


def test_a_look_that_finds_nothing_new_wakes_nobody() -> None:
    """It only remembers when it looked."""
    service = asked()
    look(service)
    service.wakes.take()
    service.clock.advance(5 * MINUTE)
    look(service)
    assert len(service.netsuite.asked) == 2
    assert not service.wakes


def test_a_project_that_is_active_again_wakes_its_workspaces() -> None:
    """That is what they wait for; nobody has to ask again."""
    service = asked()
    look(service)
    service.wakes.take()
    reopen(service)
    service.clock.advance(5 * MINUTE)
    due = look(service)
    (blocker,) = service.accounts.blockers(ACCOUNT)
    assert blocker.status is Status.ACTIVE
    assert service.wakes.take() == [(Reconciler.RECOVER, WS)]
    assert due is None


def test_a_blocked_project_is_looked_at_again_and_again() -> None:
    """At the interval of the account's settings."""
    service = asked()
    assert look(service) == NOW + 5 * MINUTE


def test_an_account_that_nobody_waits_for_asks_netsuite_nothing() -> None:
    """And is due never, until somebody asks."""
    service = Service()
    assert look(service) is None
    assert service.netsuite.asked == []


def test_a_storm_of_looks_is_one_query_per_gap() -> None:
    """What came too early is looked at when the gap is over."""
    service = asked()
    look(service)
    service.accounts.ask(ACCOUNT, WS, ["Hermes"], NOW + DAY)
    service.clock.advance(SECOND)
    assert look(service) == NOW + 15 * SECOND
    assert len(service.netsuite.asked) == 1


def test_no_query_begins_at_the_end_of_a_run() -> None:
    """The look is postponed, and nothing is taken for an answer."""
    service = asked()
    due = service.look(WATCH, ACCOUNT, budget=LEFT_FOR_QUERY + 5 * SECOND - 1)
    assert service.netsuite.asked == []
    assert due is not None
    assert due <= NOW + MINUTE
    assert service.accounts.labels(ACCOUNT)[0].pending


def test_a_query_may_outlast_its_run() -> None:
    """What it takes to read a large account mustn't keep it from being asked: it would be, each time."""
    service = asked()
    service.look(WATCH, ACCOUNT, budget=LEFT_FOR_QUERY + 5 * SECOND)
    assert len(service.netsuite.asked) == 1


@pytest.mark.parametrize(
    "error",
    [
        TransientError("down"),
        ThrottledError("slow down"),
        TransientError("garbage", Fault.UNREADABLE),
        RefusedError("login", Fault.LOGIN_REFUSED),
        RefusedError("role", Fault.NO_PERMISSION),
    ],
)
def test_a_failed_query_is_no_finding(error: TransientError | RefusedError) -> None:
    """Nothing is answered, no project changes, no workspace is woken; the circuit opens."""
    service = asked()
    service.netsuite.fault = error
    due = look(service)
    (label,) = service.accounts.labels(ACCOUNT)
    assert label.pending
    assert service.accounts.blockers(ACCOUNT) == ()
    assert not [wake for wake in service.wakes.sent if wake[0] is Reconciler.RECOVER]
    account = service.accounts.get(ACCOUNT)
    assert (account.fault, account.faults, account.quiet_until) == (error.fault, 1, due)


def test_a_refused_login_is_the_operators_at_once_and_once() -> None:
    """The second refusal tells nobody again; the row of the operators is due."""
    service = asked()
    service.netsuite.fault = RefusedError("login", Fault.LOGIN_REFUSED)
    look(service)
    (notice,) = service.notices_of(OPERATORS)
    assert (notice.tone, notice.about) == (
        Tone.SETUP_FAULT,
        f"W#{ACCOUNT}#login_refused",
    )
    assert service.wakes.take() == [(Reconciler.NOTIFY, OPERATORS)]
    service.clock.advance(2 * MINUTE)
    look(service)
    assert len(service.notices) == 1


def test_a_throttled_account_is_left_alone_for_as_long_as_netsuite_asks() -> None:
    """The queue waits, not a function: the row is due then, and no look before it asks anything."""
    service = asked()
    service.netsuite.fault = ThrottledError("slow down", 20 * MINUTE)
    due = look(service)
    assert due == NOW + 20 * MINUTE
    service.clock.advance(19 * MINUTE)
    look(service)
    assert len(service.netsuite.asked) == 1
    service.clock.advance(MINUTE)
    look(service)
    assert len(service.netsuite.asked) == 2


@dataclass
class SlowNetSuite(FakeNetSuite):
    """Takes its time to answer."""

    clock: FakeClock = field(default_factory=FakeClock)

    def look(self, question: Question) -> tuple[Project, ...]:
        self.clock.advance(6 * SECOND)
        return super().look(question)


def test_the_time_that_netsuite_asks_for_begins_with_its_answer() -> None:
    """Not with the question, which it took seconds to answer."""
    service = asked()
    service.netsuite = SlowNetSuite(clock=service.clock)
    service.netsuite.fault = ThrottledError("slow down", 20 * MINUTE)
    assert look(service) == NOW + 6 * SECOND + 20 * MINUTE


def test_a_refusal_that_may_be_overload_is_told_after_the_second_look() -> None:
    """Too many requests look like a refused login, too: nobody is alarmed by the first."""
    service = asked()
    service.netsuite.fault = RefusedError("401", Fault.TOKEN_REFUSED)
    look(service)
    assert not service.notices_of(OPERATORS)
    service.clock.advance(2 * MINUTE)
    look(service)
    (notice,) = service.notices_of(OPERATORS)
    assert notice.about == f"W#{ACCOUNT}#token_refused"


def test_an_open_circuit_asks_netsuite_nothing() -> None:
    """However often the account is woken."""
    service = asked()
    service.netsuite.fault = TransientError("down")
    look(service)
    look(service)
    assert len(service.netsuite.asked) == 1


def test_the_circuit_closes_with_the_first_answer() -> None:
    """And the faults before it are forgotten."""
    service = asked()
    service.netsuite.fault = TransientError("down")
    due = look(service)
    assert due is not None
    service.netsuite.fault = None
    service.clock.now = due
    look(service)
    account = service.accounts.get(ACCOUNT)
    assert (account.faults, account.fault, account.quiet_until) == (0, None, 0)


def test_a_field_that_netsuite_leaves_out_is_the_operators() -> None:
    """The label stays unanswered: unknown is no status."""
    service = asked()
    service.netsuite.projects = [replace(ACTIVE, inactive=None)]
    look(service)
    assert service.accounts.labels(ACCOUNT)[0].pending
    (notice,) = service.notices_of(OPERATORS)
    assert notice.about == f"W#{ACCOUNT}#unknown_status"


def test_a_project_that_was_not_returned_beside_its_control_is_gone() -> None:
    """Another known project of the account was; without one, nothing would be believed."""
    service = asked()
    hermes = replace(INACTIVE, project_id="4712", entity_id="P-4712", name="Hermes")
    service.netsuite.projects = [INACTIVE, hermes]
    service.accounts.ask(ACCOUNT, WS, ["Hermes"], NOW + DAY)
    look(service)
    service.netsuite.projects = [hermes]
    service.clock.advance(5 * MINUTE)
    look(service)
    found = {b.project_id: b.status for b in service.accounts.blockers(ACCOUNT)}
    assert found == {PROJECT: Status.GONE, "4712": Status.INACTIVE}


def test_missing_settings_stop_the_look_before_netsuite_is_asked() -> None:
    """They are this tenant's fault, and nobody else's."""
    service = asked()
    service.settings.broken.add(ACCOUNT)
    with pytest.raises(SettingsError):
        look(service)
    assert service.netsuite.asked == []
    assert service.fuse.effects == ["notices.put", "rows.pull", "wakes.wake"]
    (notice,) = service.notices_of(OPERATORS)
    assert (notice.about, notice.epoch) == (f"W#{ACCOUNT}#broken_settings", NOW // DAY)


def test_an_account_that_only_a_hint_named_is_nobodys_matter() -> None:
    """No settings, and nothing of ours waits for it: nobody is told, and it is looked at no more."""
    service = Service()
    assert service.look(WATCH, "7654321") is None
    assert service.fuse.effects == []


def test_a_lost_race_leaves_the_rest_to_the_next_look() -> None:
    """Nothing is answered by what somebody else knows better."""
    service = asked()
    service.fuse.hooks["accounts.put_blocker"] = lambda: rival(service)
    with pytest.raises(ConflictError):
        look(service)
    assert service.accounts.labels(ACCOUNT)[0].pending
    assert not service.wakes
    look(service)
    assert not service.accounts.labels(ACCOUNT)[0].pending


def rival(service: Service) -> None:
    """Another look stores what it found, and somebody asks again."""
    account = service.accounts.get(ACCOUNT)
    service.accounts.save(replace(account, asked_at=0))
    Service(accounts=service.accounts, netsuite=service.netsuite).look(WATCH, ACCOUNT, 30 * SECOND)
    service.accounts.ask(ACCOUNT, WS, [LABEL], NOW + DAY)
    account = service.accounts.get(ACCOUNT)
    service.accounts.save(replace(account, asked_at=0))


@pytest.mark.parametrize("at", range(1, 7))
def test_a_look_that_dies_is_made_up_for(at: int) -> None:
    """The next one answers the question; no answer is stored without its blocker, and the
    workspace is woken for it.
    """
    service = asked()
    service.fuse.at = at
    with pytest.raises(Died):
        look(service)
    if not service.accounts.labels(ACCOUNT)[0].pending:
        assert service.accounts.blockers(ACCOUNT)
    service.clock.advance(6 * MINUTE)
    look(service)
    assert not service.accounts.labels(ACCOUNT)[0].pending
    (blocker,) = service.accounts.blockers(ACCOUNT)
    assert (blocker.status, blocker.epoch) == (Status.INACTIVE, 1)
    assert (Reconciler.RECOVER, WS) in service.wakes


@pytest.mark.parametrize("at", range(1, 6))
def test_a_watch_that_dies_after_it_stored_a_fix_still_wakes_the_workspace(at: int) -> None:
    """The next look finds nothing changed, and pays what the last one owed."""
    service = asked()
    look(service)
    service.wakes.take()
    service.rows.finish(Reconciler.RECOVER, WS, armed=NOW, looked_at=NOW, due=NOW + HOUR)
    reopen(service)
    service.clock.advance(5 * MINUTE)
    service.fuse.at = len(service.fuse.effects) + at
    with pytest.raises(Died):
        look(service)
    service.clock.advance(5 * MINUTE)
    look(service)
    (blocker,) = service.accounts.blockers(ACCOUNT)
    assert blocker.status is Status.ACTIVE
    assert (Reconciler.RECOVER, WS) in service.wakes
    due = service.rows.due(Reconciler.RECOVER, WS)
    assert due is not None
    assert due <= service.clock()
    assert service.accounts.get(ACCOUNT).owed == ()


@pytest.mark.parametrize("at", range(1, 5))
def test_the_operators_hear_of_a_fault_though_the_look_died(at: int) -> None:
    """The notice is put before the account remembers the fault."""
    service = asked()
    service.netsuite.fault = RefusedError("login", Fault.LOGIN_REFUSED)
    service.fuse.at = at
    with pytest.raises(Died):
        look(service)
    service.clock.advance(6 * MINUTE)
    look(service)
    assert len(service.notices_of(OPERATORS)) == 1
    assert service.rows.due(Reconciler.NOTIFY, OPERATORS) is not None


def test_a_hint_about_an_account_that_nobody_knows_comes_to_rest() -> None:
    """No settings are needed where nothing is to be asked."""
    service = Service()
    detail = {"version": 1, "accountId": "7777777", "projectId": "1"}
    service.take(envelope("netsuite", "Project Changed", detail))
    service.serve(WATCH, "7777777")
    assert service.rows.due(WATCH, "7777777") is None


def test_an_account_whose_settings_went_comes_to_rest_when_nobody_waits_any_more() -> None:
    """Until then they are missed."""
    service = asked()
    look(service)
    del service.settings.accounts[ACCOUNT]
    with pytest.raises(SettingsError):
        look(service)
    service.clock.advance(DAY)
    assert look(service) is None
