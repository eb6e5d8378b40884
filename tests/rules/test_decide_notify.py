"""`notify`: what is sent, held or dropped; and that the same thing isn't put twice."""

from dataclasses import replace

import pytest

from shared.domain.announce import case_notices
from shared.domain.case import Failed, Phase, Why
from shared.domain.clock import HOUR, MINUTE
from shared.domain.decide_notify import HOLD, YOUNG, Letter, NotifyPlan, decide_notify, ripe
from shared.domain.finding import Match, Owner, OwnerKind, Resolution
from shared.domain.notice import Notice, Role, Stuck, Subject, Tone
from shared.domain.rules import Rules
from shared.domain.standing import Standing
from tests.builders import ACCOUNT, NOW, PEOPLE, PROJECT, REPORT, SUBMITTER, WS, case, label

TRUE, FALSE = Subject(holds=True), Subject(holds=False)
TOLD = replace(TRUE, told_before=True)


def notice(about: str = f"P#{PROJECT}", **more: object) -> Notice:
    """A notice that was put an hour ago and is ripe."""
    defaults: dict[str, object] = {
        "person": SUBMITTER,
        "role": Role.SUBMITTER,
        "tone": Tone.RETAG,
        "workspace_id": WS,
        "account_id": ACCOUNT,
        "epoch": 1,
        "created_at": NOW - HOUR,
        "send_after": NOW - HOUR,
    }
    return Notice(about=about, **{**defaults, **more})  # type: ignore[arg-type]


def young(**more: object) -> Notice:
    return notice(**{"created_at": NOW - YOUNG + 1, **more})  # type: ignore[arg-type]


def plan(one: Notice, subject: Subject | None) -> NotifyPlan:
    return decide_notify((one,), {one.id: subject} if subject else {}, Rules(), NOW)


# --- its guard -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        notice(tone=Tone.DONE),
        notice(about="P#99"),
        notice(epoch=2),
        notice(step=1),
    ],
)
def test_at_most_one_per_matter_epoch_step_and_tone(other: Notice) -> None:
    """Each of them makes another notice; when it was put does not."""
    assert other.id != notice().id
    assert notice(created_at=NOW, send_after=NOW).id == notice().id


def test_ripe_are_those_that_wait_and_whose_time_has_come() -> None:
    """Neither sent, dropped nor future ones are looked up."""
    now, later = notice(), notice(send_after=NOW + 1)
    sent, dropped = notice(sent_at=NOW - MINUTE), notice(dropped="no longer true")
    assert ripe((now, later, sent, dropped), NOW) == (now,)
    assert ripe((notice(send_after=NOW),), NOW)


# --- sending ---------------------------------------------------------------------------------


def test_what_is_true_is_sent_with_what_it_is_about() -> None:
    """And nothing is left to look at."""
    assert plan(notice(), TRUE) == NotifyPlan(send=(Letter(notice(), TRUE),))


def test_what_is_true_is_sent_however_young() -> None:
    """A person isn't kept waiting for a minute."""
    assert plan(young(), TRUE).send == (Letter(young(), TRUE),)


def test_what_is_no_longer_true_is_dropped_with_its_reason() -> None:
    """A notice is checked for truth when it is sent."""
    found = plan(notice(), FALSE)
    assert (found.send, found.due) == ((), None)
    assert found.dropped == (notice(dropped="no longer true"),)
    assert not found.dropped[0].pending


def test_what_is_not_true_yet_is_held_while_young() -> None:
    """A notice is put before its case is written: after a minute it is dropped."""
    assert plan(young(), FALSE) == NotifyPlan(due=NOW + 1)
    assert plan(replace(young(), created_at=NOW - YOUNG), FALSE).dropped


def test_what_could_not_be_checked_waits() -> None:
    """Neither sent unchecked nor dropped: looked at again."""
    assert plan(notice(), None) == NotifyPlan(due=NOW + HOLD)
    assert plan(notice(send_after=NOW), None) == NotifyPlan(due=NOW + HOLD)
    assert HOLD == 10 * MINUTE
    assert plan(young(), None) == NotifyPlan(due=NOW + 1)


def test_nothing_is_sent_before_its_time() -> None:
    """Even if it is known to be true; the earliest of the later ones is due."""
    soon, late = notice(send_after=NOW + HOUR), notice("P#99", send_after=NOW + 4 * HOUR)
    found = decide_notify((late, soon), {soon.id: TRUE, late.id: TRUE}, Rules(), NOW)
    assert found == NotifyPlan(due=NOW + HOUR)


def test_what_was_sent_or_dropped_is_never_sent_again() -> None:
    """Whatever is true of it."""
    for settled in (notice(sent_at=NOW - MINUTE), notice(dropped="x")):
        assert plan(settled, TRUE) == NotifyPlan()


def test_each_notice_is_judged_by_itself() -> None:
    """One that waits doesn't keep the others back."""
    good, bad, dark = notice(), notice("P#98"), notice("P#99")
    found = decide_notify((good, bad, dark), {good.id: TRUE, bad.id: FALSE}, Rules(), NOW)
    assert [x.notice for x in found.send] == [good]
    assert [x.about for x in found.dropped] == ["P#98"]
    assert found.due == NOW + HOLD


def test_cases_of_one_reason_are_told_in_one_letter() -> None:
    """Nobody gets a mail per report: the first carries the others, whose matter is the same."""
    one, two, other = (
        notice(about=about, tone=Tone.NEEDS_PERSON, role=Role.WORKSPACE_ADMIN, step=step)
        for about, step in (("W#WS1#x", 1), ("W#WS1#x", 2), ("W#WS1#y", 3))
    )
    found = decide_notify((one, two, other), {n.id: TRUE for n in (one, two, other)}, Rules(), NOW)
    assert found == NotifyPlan(send=(Letter(one, TRUE, (two,)), Letter(other, TRUE)))


def test_what_a_person_is_asked_for_comes_in_one_mail() -> None:
    """Of two projects each with what is true of it; all are settled by it."""
    one, two = notice(), notice("P#99", role=Role.NETSUITE_ADMIN, tone=Tone.REACTIVATE)
    other = replace(TRUE, people=3)
    found = decide_notify((one, two), {one.id: TRUE, two.id: other}, Rules(), NOW)
    (mail,) = found.send
    assert mail == Letter(one, TRUE, parts=(Letter(two, other),))
    assert mail.each == (Letter(one, TRUE), Letter(two, other))
    assert (mail.notices, found.due) == ((one, two), None)


@pytest.mark.parametrize(
    "other",
    [
        notice("P#99", workspace_id="WS2"),
        notice("P#99", account_id="7654321"),
        notice("P#99", tone=Tone.FIX_DID_NOT_TAKE),
        notice("P#99", tone=Tone.DONE),
    ],
    ids=["another workspace", "another account", "a fix that did not take", "good news"],
)
def test_what_has_other_words_is_another_mail(other: Notice) -> None:
    """A workspace's settings give a mail its words."""
    subjects = {notice().id: TRUE, other.id: TOLD}
    found = decide_notify((notice(), other), subjects, Rules(), NOW)
    assert [mail.notices for mail in found.send] == [(notice(),), (other,)]


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        (Role.NETSUITE_ADMIN, replace(TRUE, owner=Owner(OwnerKind.CUSTOMER, "88", "Acme"))),
        (Role.OPERATOR, TRUE),
    ],
    ids=["another record", "operators"],
)
def test_another_record_than_a_project_and_what_operators_choose_have_own_mails(
    role: Role, subject: Subject
) -> None:
    """Each needs words of its own, in one workspace too."""
    one, two = notice(role=role), notice("P#99", role=role)
    found = decide_notify((one, two), {one.id: subject, two.id: subject}, Rules(), NOW)
    assert [mail.notices for mail in found.send] == [(one,), (two,)]


def test_what_is_not_ripe_or_not_true_is_in_no_mail() -> None:
    """It waits, or is dropped, by itself."""
    late, false = notice("P#98", send_after=NOW + HOUR), notice("P#99")
    found = decide_notify(
        (notice(), late, false), {notice().id: TRUE, false.id: FALSE}, Rules(), NOW
    )
    assert [mail.notices for mail in found.send] == [(notice(),)]
    assert [n.id for n in found.dropped] == [false.id]


# --- the good news ---------------------------------------------------------------------------


def test_done_is_sent_when_the_last_report_is_through() -> None:
    """Once per person and blocker."""
    done = notice(tone=Tone.DONE)
    assert plan(done, TOLD).send == (Letter(done, TOLD),)


@pytest.mark.parametrize("age", [0, HOUR])
def test_done_is_held_until_the_last(age: int) -> None:
    """However long that takes, it isn't dropped."""
    done = notice(tone=Tone.DONE, created_at=NOW - age)
    found = plan(done, replace(TOLD, holds=False))
    assert (found.send, found.dropped) == ((), ())
    assert found.due == NOW + (HOLD if age else YOUNG)


def test_who_was_never_told_of_the_problem_hears_no_good_news() -> None:
    """The problem's notice was dropped: so is this one."""
    found = plan(notice(tone=Tone.DONE), TRUE)
    assert found.send == ()
    assert [n.dropped for n in found.dropped] == ["was never told of the problem"]


# --- putting ---------------------------------------------------------------------------------


def test_a_label_that_was_told_of_is_not_told_again() -> None:
    """The case remembers it beside what is new."""
    twice = Resolution(Match.AMBIGUOUS, candidates=("1", "2"))
    standing = Standing(unnamed=(label(project=""), label("Zeus", resolution=twice)))
    informed = case(told=(f"L#{WS}#{standing.unnamed[0].text}@0",))
    put, after = case_notices(informed, informed, {REPORT: standing}, (), PEOPLE, Rules(), NOW)
    assert {n.about for n in put} == {f"L#{WS}#Zeus"}
    assert after.told == (*informed.told, f"L#{WS}#Zeus@0")
    again, same = case_notices(after, after, {REPORT: standing}, (), PEOPLE, Rules(), NOW)
    assert (again, same) == ((), after)


@pytest.mark.parametrize(
    ("failed", "about"), [(PROJECT, f"P#{PROJECT}"), ("L#Zeus", f"L#{WS}#Zeus")]
)
def test_a_fix_that_did_not_take_is_about_its_project_or_its_label(failed: str, about: str) -> None:
    """A failure may name what no project was found for."""
    marks = (Failed(failed, 1, 0, "x"), Failed(failed, 1, 0, "x"))
    one = case(phase=Phase.NEEDS_PERSON, reason=Why.REFUSED_TWICE, failed=marks)
    put, _ = case_notices(one, one, {}, (), PEOPLE, Rules(), NOW)
    assert {(n.tone, n.about, n.epoch) for n in put} == {(Tone.FIX_DID_NOT_TAKE, about, 1)}


# --- modes, and who does two things for one report ------------------------------------------------


def test_what_a_mode_keeps_back_waits() -> None:
    """It is neither sent nor dropped."""
    kept = plan(notice(), replace(TRUE, quiet=True))
    assert (kept.send, kept.dropped, kept.due) == ((), (), NOW + HOLD)
    good = plan(notice(tone=Tone.DONE), replace(TOLD, quiet=True))
    assert (good.send, good.due) == ((), NOW + HOLD)


def test_what_is_not_true_is_not_kept_back() -> None:
    """It is dropped, whatever the mode."""
    assert len(plan(notice(), replace(FALSE, quiet=True)).dropped) == 1


CLICKS = notice(f"W#{WS}#{PROJECT}:1", tone=Tone.DONE, epoch=7, role=Role.WORKSPACE_ADMIN)
OPENED = notice(tone=Tone.DONE, role=Role.NETSUITE_ADMIN)


def thanked(*of: tuple[Notice, tuple[str, ...]]) -> tuple[Letter, ...]:
    lists = {one.id: tuple(Stuck(r, "", SUBMITTER, ()) for r in ids) for one, ids in of}
    subjects = {key: replace(TOLD, reports=stuck) for key, stuck in lists.items()}
    return decide_notify(tuple(one for one, _ in of), subjects, Rules(), NOW).send


@pytest.mark.parametrize("opened", [("R001",), ("R001", "R002")])
@pytest.mark.parametrize("order", [1, -1])
def test_who_opened_the_project_and_did_the_clicks_is_thanked_once(
    opened: tuple[str, ...], order: int
) -> None:
    """For the project; both notices are settled by it."""
    both = ((CLICKS, ("R001",)), (OPENED, opened))[::order]
    (letter,) = thanked(*both)
    assert (letter.notice, letter.also) == (OPENED, (CLICKS,))


@pytest.mark.parametrize(
    "of",
    [
        ((CLICKS, ("R001", "R003")), (OPENED, ("R001",))),
        ((CLICKS, ("R001",)), (replace(OPENED, account_id="7654321"), ("R001",))),
        ((CLICKS, ("R001",)), (replace(CLICKS, about=f"W#{WS}#@"), ("R001",))),
        ((OPENED, ("R001",)), (replace(OPENED, about="P#4712"), ("R001",))),
        ((replace(CLICKS, tone=Tone.ASSIST), ("R001",)), (OPENED, ("R001",))),
    ],
)
def test_good_news_that_no_other_letter_holds_is_a_letter_of_its_own(
    of: tuple[tuple[Notice, tuple[str, ...]], ...],
) -> None:
    """Of other reports, another account, or another project."""
    assert len(thanked(*of)) == 2
