"""`recover` by mode: what is read, what is asked for, what is told of the workspace."""

from dataclasses import replace

import pytest

from shared.domain.blocker import by_id, by_text
from shared.domain.by_mode import may_say, unstopped
from shared.domain.canary import Recovery
from shared.domain.case import Case, Entry, Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.decide_recover import Observed, Plan, Reads, Remembered, decide_recover
from shared.domain.evidence import Seen
from shared.domain.mode import Mode
from shared.domain.notice import Tone
from shared.domain.report import baseline_of
from shared.domain.rules import People, Rules
from shared.domain.setup_fault import setup_fault
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.syncing import plan_sync
from shared.domain.workspace import Workspace
from tests.builders import (
    LABEL,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    WS,
    action,
    arrived,
    blocker,
    case,
    closed_project,
    flying,
    label,
    official,
    refused,
    seen_of,
)
from tests.rules.test_announce import TO_OPERATORS, TO_WORKSPACE, put

ASSIST, OBSERVE = Rules(mode=Mode.ASSIST), Rules(mode=Mode.OBSERVE)
RUNNING = SyncState(running=True)
OTHERS = [Mode.OBSERVE, Mode.ASSIST]
LATER = case(next_look=NOW + HOUR)


def decide(rules: Rules, *cases: Case, observed: Observed | None = None, **more: object) -> Plan:
    workspace = Workspace(WS, **more)  # type: ignore[arg-type]
    known = Remembered(workspace, cases, by_text([label()]), by_id([blocker()]))
    return decide_recover(known, observed or Observed(), rules, PEOPLE, NOW)


def read(*reports: object, **more: object) -> Observed:
    return Observed(seen=seen_of(*reports), **more)  # type: ignore[arg-type]


def test_only_auto_may_act() -> None:
    """And not while the kill switch is thrown."""
    assert [m for m in Mode if Rules(mode=m).acting] == [Mode.AUTO]
    assert not Rules(acts=False).acting


@pytest.mark.parametrize("mode", OTHERS)
def test_no_sync_is_asked_for_and_its_state_is_not_even_read(mode: Mode) -> None:
    """No login of the app is needed for that."""
    plan = decide(Rules(mode=mode), LATER, observed=read(official(refused(1))))
    assert not plan.reads
    assert not plan.start_sync
    assert plan.exports == ()


@pytest.mark.parametrize("mode", OTHERS)
def test_a_doubtful_report_is_not_opened_by_the_app(mode: Mode) -> None:
    """Where we act it is; elsewhere the case remembers the doubt."""
    seen = read(official(arrived(1), refused(2)))
    assert not decide(Rules(mode=mode), case(), observed=seen).reads
    assert decide(Rules(), case(), observed=seen).reads == Reads(app=(REPORT,))
    (change,) = decide(OBSERVE, case(), observed=seen).changes
    assert change.after.doubtful


@pytest.mark.parametrize("mode", OTHERS)
def test_what_is_in_flight_is_read_by_the_app(mode: Mode) -> None:
    """Its baseline came from there."""
    assert decide(Rules(mode=mode), flying()).reads == Reads(app=(REPORT,))


def test_what_is_to_be_asked_for_is_read_first() -> None:
    """Somebody may have exported it meanwhile."""
    assert decide(ASSIST, LATER).reads == Reads(integration=(REPORT,))
    plan = decide(ASSIST, LATER, observed=read(official(refused(1))))
    (notice,) = plan.notices
    assert notice.tone is Tone.ASSIST
    (change,) = plan.changes
    assert change.after.history[-1].why is Why.ASKED
    assert plan.due == NOW + ASSIST.reread_asked


def test_what_could_not_be_read_is_asked_for_another_time() -> None:
    """Unless there is no time for reading at all."""
    other = case(report_id="R002", next_look=NOW + HOUR)
    seen = read(official(refused(1)), fault=None)
    unread = replace(seen, seen=replace(seen.seen, unread=frozenset({"R002"})))
    (notice,) = decide(ASSIST, LATER, other, observed=unread).notices
    changed = [c.after.report_id for c in decide(ASSIST, LATER, other, observed=unread).changes]
    assert changed == [REPORT]
    assert notice.tone is Tone.ASSIST
    assert decide(ASSIST, LATER, quiet_until=NOW + MINUTE).notices == ()
    assert len(decide(ASSIST, LATER, observed=Observed(closed=True)).notices) == 1


def test_what_was_through_once_goes_to_a_person_who_looks_in_netsuite() -> None:
    """An export or a mark stands before its failure: nobody is asked to export it just so."""
    plan = decide(ASSIST, LATER, observed=read(official(action(1), arrived(2), refused(3))))
    (change,) = plan.changes
    assert change.after.history[-1] == Entry(NOW, Phase.NEEDS_PERSON, Why.EXPORTED_BEFORE)
    assert {notice.tone for notice in plan.notices} == {Tone.NEEDS_PERSON}


def test_what_does_not_stand_fixed_any_more_loses_its_mark() -> None:
    """It was refused again, so that its project is looked at again."""
    mark = baseline_of(official(refused(1)))
    asked = replace(LATER, told=("W#WS1#4711:1@7",), known=mark)
    plan = decide(ASSIST, asked, observed=read(official(refused(1), refused(2))))
    (change,) = plan.changes
    assert change.asks
    assert change.after.told == ()


def test_a_look_at_what_is_not_ours_to_export_changes_nothing_of_it() -> None:
    """Only what waits is asked for."""
    told = (f"!{Why.NOT_PROVEN}", "W#WS1#4711:1@7")
    given_up = case(phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN, told=told)
    assert (
        decide(ASSIST, given_up, observed=Observed(seen=Seen(unread=frozenset({REPORT})))).changes
        == ()
    )


def test_a_report_that_joins_a_batch_waits_for_the_next_mail() -> None:
    """An administrator was asked for the clicks of another one of that project."""
    asked = case(report_id="R002", next_look=NOW + HOUR, told=("W#WS1#4711:1@7",))
    plan = decide(ASSIST, LATER, asked, observed=read(official(refused(1))))
    (notice,) = plan.notices
    assert (notice.tone, notice.created_at) == (Tone.ASSIST, NOW)
    assert NOW < notice.send_after <= NOW + ASSIST.ask_again


COVERED = (Cover(LABEL, PROJECT, 1, 1),)


@pytest.mark.parametrize(
    ("one", "covers", "would"),
    [
        (LATER, (), "synced, then exported"),
        (LATER, COVERED, "exported"),
        (replace(LATER, attempts=1), COVERED, "handed to a person"),
    ],
)
def test_who_observes_writes_down_what_would_be_done(
    one: Case, covers: tuple[Cover, ...], would: str
) -> None:
    """Of a report that stands fixed."""
    (change,) = decide(OBSERVE, one, covered=covers).changes
    assert change.after.history[-1] == Entry(NOW, Phase.WAITING, Why.WOULD, would)


# --- who is told ----------------------------------------------------------------------------------


def blocked(rules: Rules, one: Case, people: People = PEOPLE) -> Plan:
    known = Remembered(Workspace(WS), (one,), by_text([label()]), by_id([closed_project()]))
    return decide_recover(known, Observed(), rules, people, NOW)


def test_who_observes_writes_down_who_would_be_told() -> None:
    """Nobody is."""
    plan = blocked(OBSERVE, LATER)
    (change,) = plan.changes
    assert plan.notices == ()
    would = f"told netsuite_admin + submitter of project {PROJECT}"
    assert change.after.history[-1] == Entry(NOW, Phase.WAITING, Why.WOULD, would)


def test_the_ladder_begins_though_nobody_may_be_told() -> None:
    """So that the operators hear of it at its end."""
    (change,) = blocked(Rules(), LATER, replace(PEOPLE, allowed_domains=())).changes
    assert change.after.told_at == NOW


def test_the_end_of_the_ladder_is_told_to_the_operators_once() -> None:
    """The case is marked, and goes on waiting."""
    one = replace(LATER, told=(f"P#{PROJECT}@1",), told_at=NOW - 30 * DAY)
    plan = blocked(Rules(), one)
    (change,) = plan.changes
    assert plan.notices == (put(TO_OPERATORS, Tone.ATTENTION, f"P#{PROJECT}", 1),)
    assert (change.after.attention_at, change.after.phase) == (NOW, Phase.WAITING)
    assert blocked(Rules(), change.after).notices == ()


# --- the workspace as a whole ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tone", "to", "modes"),
    [
        (Tone.SYNC_STUCK, TO_WORKSPACE, {Mode.AUTO}),
        (Tone.SYNC_STUCK, TO_OPERATORS, {Mode.AUTO}),
        (Tone.FIX_DID_NOT_TAKE, TO_WORKSPACE, {Mode.AUTO, Mode.ASSIST}),
        (Tone.FIX_DID_NOT_TAKE, TO_OPERATORS, {Mode.AUTO, Mode.ASSIST}),
    ],
)
def test_what_may_be_said_of_a_workspace(
    tone: Tone, to: tuple[str, object], modes: set[Mode]
) -> None:
    """A stopped fix is found, and told, when somebody may be told."""
    one = put(to, tone, f"W#{WS}", 1)  # type: ignore[arg-type]
    assert {mode for mode in Mode if may_say(one, Rules(mode=mode))} == modes


@pytest.mark.parametrize("mode", Mode)
def test_set_up_faults_are_told_in_every_mode(mode: Mode) -> None:
    """They are the operators'."""
    assert may_say(setup_fault(WS, "login_refused", NOW), Rules(mode=mode))


@pytest.mark.parametrize(
    ("mode", "before", "stopped"),
    [
        (Mode.OBSERVE, (), False),
        (Mode.OBSERVE, (Recovery("4711", 1),), False),
        (Mode.OBSERVE, (Recovery("4712", 1, stopped=True),), False),
        (Mode.OBSERVE, (Recovery("4711", 0, stopped=True),), False),
        (Mode.OBSERVE, (Recovery("4711", 1, stopped=True),), True),
        (Mode.ASSIST, (), True),
        (Mode.AUTO, (), True),
    ],
)
def test_a_fix_that_stops_while_we_observe_stops_when_people_hear_of_it(
    mode: Mode, before: tuple[Recovery, ...], stopped: bool
) -> None:
    """Else nobody ever would."""
    found = unstopped(Recovery("4711", 1, stopped=True), before, Rules(mode=mode), heard=True)
    assert found.stopped is stopped


# --- a sync of ours ---------------------------------------------------------------------------------


def followed(rules: Rules, age: int, *, given_up: bool = False) -> tuple[Sync, object]:
    sync = Sync(NOW - age, (), SyncState(running=False), NOW - age, given_up=given_up)
    plan = plan_sync(Workspace(WS, sync=sync), (), RUNNING, rules, NOW, wanted=True)
    assert plan.workspace.sync is not None
    assert not plan.tell
    return plan.workspace.sync, plan.start


@pytest.mark.parametrize("mode", OTHERS)
def test_a_sync_without_end_is_let_go_where_we_do_not_act(mode: Mode) -> None:
    """Nobody is told of it, and it isn't asked for once more."""
    rules = Rules(mode=mode)
    young, start = followed(rules, rules.sync_ask_again)
    assert (young.ended_at, start) == (None, False)
    old, start = followed(rules, rules.sync_give_up)
    assert (old.ended_at, old.ok, start) == (NOW, False, False)
    left, start = followed(rules, MINUTE, given_up=True)
    assert (left.ended_at, left.given_up, start) == (NOW, False, False)


def test_with_the_kill_switch_thrown_it_stays_what_it_is() -> None:
    """A person is told, and it is looked at for ever."""
    rules = Rules(acts=False)
    sync = Sync(NOW - HOUR, (), SyncState(running=False), NOW - HOUR)
    plan = plan_sync(Workspace(WS, sync=sync), (), RUNNING, rules, NOW, wanted=True)
    assert plan.tell
    assert plan.workspace.syncing is False
