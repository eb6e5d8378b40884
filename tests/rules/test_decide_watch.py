"""`watch`: one question for all that is wanted, and what its answer changes for whom."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.announce import OPERATORS
from shared.domain.blocker import Blocker, Label, by_id
from shared.domain.clock import DAY, HOUR, MINUTE, Millis
from shared.domain.decide_watch import (
    Account,
    Look,
    Question,
    RememberedAccount,
    WatchPlan,
    decide_watch,
    question,
    wanted,
)
from shared.domain.finding import (
    BLOCKED,
    DOUBTFUL,
    SETUP_FAULTS,
    Fault,
    Match,
    Project,
    Resolution,
    Status,
)
from shared.domain.notice import Role, Tone
from shared.domain.rules import Rules
from tests.builders import ACCOUNT, LABEL, NOW, PROJECT, WS, blocker, closed_project, label

RULES = Rules()
UNASKED = Resolution()
FLAGS: dict[Status, tuple[bool | None, bool | None]] = {
    Status.ACTIVE: (False, True),
    Status.INACTIVE: (True, True),
    Status.EXPENSES_OFF: (False, False),
    Status.UNKNOWN: (None, True),
}


def row(status: Status = Status.ACTIVE, project: str = PROJECT, name: str = LABEL) -> Project:
    inactive, expenses = FLAGS[status]
    return Project(project, f"P-{project}", name, inactive=inactive, allow_expenses=expenses)


def asked(text: str = LABEL, **more: object) -> Label:
    """A label that nobody has looked at yet."""
    return label(text, **{"answered": 0, "resolution": UNASKED, **more})  # type: ignore[arg-type]


def known(
    *labels: Label, blockers: tuple[Blocker, ...] = (), account: Account | None = None
) -> RememberedAccount:
    return RememberedAccount(account or Account(ACCOUNT), labels, by_id(blockers))


def decide(one: RememberedAccount, look: Look | None, now: Millis = NOW) -> WatchPlan:
    return decide_watch(one, look, RULES, now)


def ask(one: RememberedAccount, now: Millis = NOW) -> Question:
    return question(one, RULES, now)


def saw(*rows: Project) -> Look:
    return Look(rows)


CONTROL = blocker(project_id="99", epoch=0, name="Control", entity_id="P-99")
CONTROL_ROW = Project("99", "P-99", "Control", inactive=False, allow_expenses=True)


# --- who waits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (known(), False),
        (known(asked()), True),
        (known(asked(wanted_until=NOW)), False),
        (known(label(), blockers=(blocker(),)), False),
        (known(label(), blockers=(closed_project(),)), True),
        (known(label(), asked("Zeus"), blockers=(blocker(),)), True),
    ],
    ids=["nothing", "unanswered", "for too long", "active", "blocked", "one of two"],
)
def test_an_account_is_wanted_while_one_label_is_open(
    one: RememberedAccount, expected: bool
) -> None:
    """Else NetSuite and its settings are nobody's concern."""
    assert wanted(one, NOW) is expected


# --- the question ----------------------------------------------------------------------------


def test_unresolved_labels_are_asked_by_text_and_resolved_ones_by_id() -> None:
    """All of the account's workspaces in one question, nothing twice.

    One that is asked about anew is asked by its text, too: another project may bear the name now.
    """
    one = known(
        asked("Zeus"),
        asked("Apollo"),
        replace(asked("Zeus"), workspace_id="WS2"),
        label(asked=2),
        label("Other name"),
        blockers=(closed_project(),),
    )
    assert ask(one) == Question(("Apollo", LABEL, "Zeus"), (PROJECT,))


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.ACTIVE])
def test_what_is_not_active_is_asked_until_it_is(status: Status) -> None:
    """Also with nobody asking anew: a fix is noticed by ourselves."""
    assert ask(known(label(), blockers=(blocker(status),))).ids == (PROJECT,)


@pytest.mark.parametrize("match", [Match.NOT_FOUND, Match.AMBIGUOUS])
def test_what_names_no_project_is_asked_until_it_does(match: Match) -> None:
    """A project may be made or renamed tomorrow."""
    assert ask(known(label(resolution=Resolution(match)))).texts == (LABEL,)


def test_an_active_project_is_left_alone_until_somebody_asks() -> None:
    """It needs no watching; a new failure on it asks anew."""
    assert not ask(known(label(), blockers=(blocker(),)))
    assert ask(known(label(asked=2), blockers=(blocker(),)))


def test_a_project_whose_blocker_is_not_stored_is_asked() -> None:
    """What was never observed isn't active."""
    assert ask(known(label())).ids == (PROJECT,)


def test_what_nobody_wants_any_more_is_not_asked() -> None:
    """Not even if it was never answered."""
    assert ask(known(asked(wanted_until=NOW))) == Question()
    assert ask(known(asked(wanted_until=NOW + 1)))


def test_an_open_circuit_asks_nothing() -> None:
    """And is looked at again when it closes."""
    shut = Account(ACCOUNT, faults=1, fault=Fault.THROTTLED, quiet_until=NOW + MINUTE)
    one = known(asked(), account=shut)
    assert not ask(one)
    assert decide(one, None) == WatchPlan(shut, due=NOW + MINUTE)
    assert ask(one, NOW + MINUTE)


def test_a_storm_of_failures_is_one_question_per_gap() -> None:
    """Just after a look nothing is asked; what came in meanwhile is due when the gap is over."""
    just = Account(ACCOUNT, asked_at=NOW - RULES.gap + 1)
    new = known(asked(), account=just)
    assert not ask(new)
    assert decide(new, None).due == NOW + 1
    assert ask(new, NOW + 1)


def test_what_is_watched_and_answered_does_not_hurry() -> None:
    """Woken just after a look, perhaps by a hint: the next one comes when the gap is over."""
    just = Account(ACCOUNT, asked_at=NOW - 1)
    blocked = known(label(), account=just, blockers=(closed_project(),))
    assert decide(blocked, None).due == NOW - 1 + RULES.gap


# --- the answer ------------------------------------------------------------------------------


def test_an_active_project_is_answered_and_its_workspace_woken() -> None:
    """Observed, written, and not watched any further."""
    plan = decide(known(asked()), saw(row()))
    assert plan.labels == (label(),)
    (seen,) = plan.blockers
    assert (seen.project_id, seen.status, seen.epoch) == (PROJECT, Status.ACTIVE, 0)
    assert (plan.workspaces, plan.notices, plan.due) == ((WS,), (), None)


@pytest.mark.parametrize("status", [Status.INACTIVE, Status.EXPENSES_OFF])
def test_a_blocked_project_is_answered_and_watched(status: Status) -> None:
    """Every five minutes, until it is active."""
    plan = decide(known(asked()), saw(row(status)))
    assert [(b.status, b.epoch) for b in plan.blockers] == [(status, 1)]
    assert not plan.labels[0].pending
    assert plan.due == NOW + 5 * MINUTE


def test_a_look_answers_only_what_was_asked_before_it() -> None:
    """The number is the one that the look knew when it began."""
    plan = decide(known(asked(asked=3)), saw(row()))
    assert plan.labels[0].answered == 3


def test_a_later_answer_is_never_taken_back() -> None:
    """What was answered stays answered, however late this look is recorded."""
    odd = label(asked=1, answered=2)
    assert decide(known(odd, blockers=(closed_project(),)), saw(row(Status.INACTIVE))).labels == ()


def test_an_unknown_status_is_no_answer() -> None:
    """The project is known by then, its status isn't: the label waits, the operators are told."""
    plan = decide(known(asked()), saw(row(Status.UNKNOWN)))
    (found,) = plan.labels
    assert found.resolution == Resolution(Match.PROJECT, PROJECT)
    assert found.pending
    assert [(b.status, b.epoch) for b in plan.blockers] == [(Status.UNKNOWN, 0)]
    (notice,) = plan.notices
    assert (notice.person, notice.role, notice.tone) == (
        OPERATORS,
        Role.OPERATOR,
        Tone.SETUP_FAULT,
    )
    assert (notice.about, notice.epoch) == (f"W#{ACCOUNT}#unknown_status", NOW // DAY)
    assert (notice.created_at, notice.send_after) == (NOW, NOW)
    assert plan.due == NOW + 5 * MINUTE


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.INACTIVE, Status.GONE])
def test_an_unknown_status_changes_no_known_one(status: Status) -> None:
    """A field that is missing today says nothing about yesterday's value."""
    before = known(label(asked=2), blockers=(blocker(status),))
    plan = decide(before, saw(row(Status.UNKNOWN)))
    assert (plan.blockers, plan.labels) == ((), ())


def test_a_project_that_a_complete_look_by_id_does_not_return_is_gone() -> None:
    """A finding of its own, believed only beside a project that is returned."""
    one = known(label(), blockers=(blocker(Status.EXPENSES_OFF, 2), CONTROL))
    assert ask(one).ids == (PROJECT, CONTROL.project_id)
    plan = decide(one, saw(CONTROL_ROW))
    assert [(b.project_id, b.status, b.epoch) for b in plan.blockers] == [(PROJECT, Status.GONE, 2)]
    assert not decide(one, saw()).blockers


def test_a_project_that_was_not_asked_for_is_not_gone() -> None:
    """No row for what nobody asked says nothing."""
    settled = blocker(project_id="99")
    one = known(asked(), label("Zeus", "99"), blockers=(settled,))
    assert [b.project_id for b in decide(one, saw(row())).blockers] == [PROJECT]


def test_a_project_that_was_never_stored_and_never_returned_stays_unanswered() -> None:
    """Nothing is known about it: the label waits for a look that says something."""
    plan = decide(known(label(asked=2)), saw())
    assert (plan.blockers, plan.labels) == ((), ())
    assert plan.due == NOW + 5 * MINUTE


def test_a_label_that_no_row_answers_to_is_answered_as_not_found() -> None:
    """An answer, and one that is watched: the project may be made tomorrow."""
    plan = decide(known(asked()), saw(CONTROL_ROW))
    assert plan.labels == (label(resolution=Resolution(Match.NOT_FOUND, turn=1)),)
    assert (plan.blockers, plan.workspaces, plan.due) == ((), (WS,), NOW + 5 * MINUTE)


def test_an_ambiguous_label_has_candidates_and_no_blocker() -> None:
    """Never the first hit: rows that only resemble a label's project aren't blockers."""
    plan = decide(known(asked()), saw(row(Status.INACTIVE), row(project="99")))
    found = plan.labels[0].resolution
    assert (found.match, found.candidates) == (Match.AMBIGUOUS, (PROJECT, "99"))
    assert [candidate.project_id for candidate in found.details] == [PROJECT, "99"]
    assert plan.blockers == ()


def test_a_row_that_nobody_named_is_no_blocker() -> None:
    """The answer may hold more than was asked for."""
    assert [
        b.project_id for b in decide(known(asked()), saw(row(), row(project="99"))).blockers
    ] == []
    other = row(project="99", name="Zeus")
    assert [b.project_id for b in decide(known(asked()), saw(row(), other)).blockers] == [PROJECT]


def test_a_label_that_nobody_wants_any_more_is_left_as_it_is() -> None:
    """Even if the answer would tell."""
    stale = asked(wanted_until=NOW)
    plan = decide(known(stale, asked("Zeus")), saw(row()))
    assert [x.text for x in plan.labels] == ["Zeus"]


def test_a_fix_wakes_every_workspace_that_carries_the_project() -> None:
    """A project's status belongs to the account; other workspaces sleep on."""
    labels = (
        label(),
        replace(label("Apollo"), workspace_id="WS2"),
        replace(label("Zeus", "99"), workspace_id="WS3"),
    )
    one = known(*labels, blockers=(closed_project(), closed_project(project_id="99")))
    zeus = row(Status.INACTIVE, "99", "Zeus")
    first = decide(one, saw(row(Status.INACTIVE), zeus))
    one = replace(one, blockers={**one.blockers, **by_id(first.blockers)})
    plan = decide(one, saw(row(), zeus))
    assert plan.workspaces == (WS, "WS2")
    assert [b.project_id for b in plan.blockers] == [PROJECT]


def test_a_look_without_news_writes_and_wakes_nothing() -> None:
    """A blocker is written only when its finding changes."""
    first = decide(known(asked()), saw(row(Status.INACTIVE)))
    one = known(*first.labels, blockers=first.blockers)
    now = NOW + 5 * MINUTE
    plan = decide(one, saw(row(Status.INACTIVE)), now)
    account = Account(ACCOUNT, asked_at=now, control=PROJECT)
    assert plan == WatchPlan(account, due=now + 5 * MINUTE)


def test_a_new_name_of_a_project_is_written() -> None:
    """People must recognise it in what they are told."""
    first = decide(known(asked()), saw(row(Status.INACTIVE)))
    one = known(*first.labels, blockers=first.blockers)
    renamed = decide(one, saw(row(Status.INACTIVE, name="Apollo II")))
    assert [(b.name, b.epoch) for b in renamed.blockers] == [("Apollo II", 1)]


def test_no_time_for_a_look_leaves_it_for_later() -> None:
    """Nothing was asked: nothing changes."""
    assert decide(known(asked()), None) == WatchPlan(Account(ACCOUNT), due=NOW + RULES.gap)
    assert decide(known(), None) == WatchPlan(Account(ACCOUNT))


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", list(Fault))
def test_a_failed_look_teaches_nothing(fault: Fault) -> None:
    """No label, no blocker, no workspace, whatever came with it."""
    one = known(label(asked=2), asked("Zeus"), blockers=(closed_project(),))
    plan = decide(one, Look((row(),), fault))
    assert (plan.labels, plan.blockers, plan.workspaces) == ((), (), ())
    believed = Fault.DOUBTED if fault in DOUBTFUL else fault
    crowded = believed in {Fault.THROTTLED, Fault.DOUBTED}
    assert NOW + MINUTE <= (plan.due or 0) <= NOW + MINUTE + crowded * MINUTE // 4
    assert plan.account == Account(ACCOUNT, 0, 1, believed, plan.due or 0)


def test_the_circuit_opens_1_2_5_15_and_60_minutes() -> None:
    """Then hourly; the operators are told when it becomes hourly, and once."""
    one, waits, told = known(asked()), [], []
    now = NOW
    for _ in range(7):
        plan = decide(one, Look(fault=Fault.UNREACHABLE), now)
        assert plan.due is not None
        waits.append((plan.due - now) // MINUTE)
        told.append(len(plan.notices))
        one, now = replace(one, account=plan.account), plan.due
    assert waits == [1, 2, 5, 15, 60, 60, 60]
    assert told == [0, 0, 0, 0, 1, 0, 0]


def test_a_good_look_closes_the_circuit() -> None:
    """The next fault begins at one minute."""
    broken = Account(ACCOUNT, 0, 4, Fault.THROTTLED, NOW, version=3)
    plan = decide(known(asked(), account=broken), saw(row()))
    assert plan.account == Account(ACCOUNT, asked_at=NOW, control=PROJECT, version=3)


def test_throttled_looks_wait_longer_each_time_and_not_in_step() -> None:
    """The circuit's waits, up to a quarter longer, by account, by try and by moment."""
    waits = []
    for faults, least in enumerate(RULES.circuit):
        for account_id in (ACCOUNT, "7654321"):
            for now in (NOW, NOW + 1):
                before = Account(account_id, faults=faults, fault=Fault.THROTTLED)
                plan = decide(known(account=before), Look(fault=Fault.THROTTLED), now)
                wait = (plan.due or 0) - now
                assert least <= wait <= least + least // 4
                waits.append(wait / least)
    assert len(set(waits)) >= len(waits) - 1


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.UNREACHABLE])
@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(0, MINUTE), (30_000, MINUTE), (10 * MINUTE, 10 * MINUTE), (9 * DAY, DAY)],
)
def test_netsuite_is_left_alone_for_as_long_as_it_asks(
    fault: Fault, retry_after: Millis, wait: Millis
) -> None:
    """Never for less than the circuit's own wait, and at most for a day."""
    plan = decide(known(asked()), Look(fault=fault, retry_after=retry_after))
    spare = MINUTE // 4 if wait == MINUTE and fault is Fault.THROTTLED else 0
    assert NOW + wait <= (plan.due or 0) <= NOW + wait + spare
    assert plan.account.quiet_until == plan.due


@pytest.mark.parametrize("fault", sorted(DOUBTFUL))
def test_a_refusal_that_may_be_overload_is_told_when_it_comes_again(fault: Fault) -> None:
    """After a pause, once."""
    one, told, faults, now = known(asked()), list[str](), list[Fault | None](), NOW
    for _ in range(4):
        plan = decide(one, Look(fault=fault), now)
        told += [notice.about for notice in plan.notices]
        faults.append(plan.account.fault)
        one, now = replace(one, account=plan.account), plan.due or 0
    assert faults == [Fault.DOUBTED, fault, fault, fault]
    assert told == [f"W#{ACCOUNT}#{fault}"]
    assert now - NOW > MINUTE


@pytest.mark.parametrize("between", [None, Fault.THROTTLED, Fault.UNREACHABLE])
def test_a_doubt_is_forgotten_when_something_else_comes_between(between: Fault | None) -> None:
    """It was overload."""
    one = known(asked())
    for fault in (Fault.TOKEN_REFUSED, between, Fault.TOKEN_REFUSED):
        plan = decide(one, Look(fault=fault) if fault else saw(CONTROL_ROW), NOW)
        assert plan.notices == ()
        one = replace(one, account=plan.account)
    assert one.account.fault is Fault.DOUBTED


def test_a_lasting_doubt_is_told_by_its_own_name() -> None:
    """When the circuit becomes hourly, operators hear of what NetSuite answered."""
    shut = Account(ACCOUNT, faults=len(RULES.circuit) - 1, fault=Fault.UNREACHABLE)
    plan = decide(known(asked(), account=shut), Look(fault=Fault.TOKEN_REFUSED))
    assert [notice.about for notice in plan.notices] == [f"W#{ACCOUNT}#token_refused"]


@pytest.mark.parametrize("fault", sorted(SETUP_FAULTS - DOUBTFUL))
def test_a_setup_fault_is_the_operators_at_once_and_once(fault: Fault) -> None:
    """Not a status of any project, and nobody else's matter."""
    plan = decide(known(asked()), Look(fault=fault))
    (notice,) = plan.notices
    assert (notice.person, notice.tone) == (OPERATORS, Tone.SETUP_FAULT)
    assert (notice.about, notice.workspace_id) == (f"W#{ACCOUNT}#{fault}", WS)
    again = decide(known(asked(), account=plan.account), Look(fault=fault), NOW + HOUR)
    assert again.notices == ()


def test_a_fault_without_any_label_is_nobodys() -> None:
    """There is no workspace that it could be told of."""
    assert decide(known(), Look(fault=Fault.LOGIN_REFUSED)).notices == ()


# --- epochs over many looks ------------------------------------------------------------------

SIGHTS = st.sampled_from([*FLAGS, Status.GONE, *Fault])


def follow(one: RememberedAccount, sight: Status | Fault, now: Millis) -> RememberedAccount:
    """What is remembered after somebody asked and one more look was taken."""
    wanted = tuple(replace(x, asked=x.asked + 1, wanted_until=now + HOUR) for x in one.labels)
    one = replace(one, labels=wanted)
    look = Look(fault=sight) if isinstance(sight, Fault) else Look(_rows(sight))
    plan = decide(one, look, now)
    fresh = {x.text: x for x in plan.labels}
    return RememberedAccount(
        plan.account,
        tuple(fresh.get(x.text, x) for x in one.labels),
        {**one.blockers, **by_id(plan.blockers)},
    )


def _rows(sight: Status) -> tuple[Project, ...]:
    return (CONTROL_ROW,) if sight is Status.GONE else (row(sight), CONTROL_ROW)


@given(st.lists(SIGHTS, max_size=30))
@settings(deadline=None)
def test_epochs_rise_by_one_per_turn_to_blocked_under_any_looks(
    sights: list[Status | Fault],
) -> None:
    """Faults and unknown statuses between two looks neither begin nor end an epoch."""
    one = known(label(), blockers=(blocker(epoch=0), CONTROL))
    last, turns = Status.ACTIVE, 0
    for number, sight in enumerate(sights):
        before = one.blockers[PROJECT].epoch
        one = follow(one, sight, NOW + number * 2 * HOUR)
        if isinstance(sight, Status) and sight is not Status.UNKNOWN:
            back = last is Status.GONE and sight is not Status.GONE
            turns += sight in BLOCKED and (back or last not in BLOCKED)
            last = sight
        after = one.blockers[PROJECT]
        assert before <= after.epoch == turns
        assert after.status is last


@given(st.lists(SIGHTS, min_size=1, max_size=20))
@settings(deadline=None)
def test_only_a_look_that_says_something_answers(sights: list[Status | Fault]) -> None:
    """After any sequence: the label is answered if and only if the last look was an answer."""
    one = known(label(), blockers=(blocker(epoch=0), CONTROL))
    for number, sight in enumerate(sights):
        one = follow(one, sight, NOW + number * 2 * HOUR)
    said = isinstance(sights[-1], Status) and sights[-1] is not Status.UNKNOWN
    assert one.labels[0].pending is not said
