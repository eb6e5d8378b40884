"""What a mode makes of a notice that is about to be sent; and the truth of the clicks."""

from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Case, Phase, Why, with_told
from shared.domain.finding import Status
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Tone
from shared.workflows.truth import Truth, may_tell
from tests.builders import ADMIN, LABEL, NOW, PROJECT, SUBMITTER, WS, WS_ADMIN, case
from tests.workflows.kit import workspace_settings
from tests.workflows.truth_kit import ABOUT_HERMES, HERMES, about, carrying, notice, reports, truth

CLICKS = f"W#{WS}#{PROJECT}:1"
RETAGGED = f"W#{WS}#@"
ASKED = notice(Tone.ASSIST, CLICKS, WS_ADMIN, epoch=7)


def marked(mark: str = f"{CLICKS}@7", **more: object) -> Case:
    return with_told(case(**more), (mark,))


def assisting(*cases: Case, mode: Mode = Mode.ASSIST, status: Status = Status.ACTIVE) -> Truth:
    found = truth(*cases, status=status)
    found.settings.add(workspace_settings(mode=mode))  # type: ignore[attr-defined]
    return found


def observing(*cases: Case) -> Truth:
    return assisting(*cases, mode=Mode.OBSERVE, status=Status.INACTIVE)


# --- who may hear of what ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tone", "modes"),
    [
        (Tone.ASSIST, {Mode.ASSIST}),
        (Tone.SYNC_STUCK, {Mode.AUTO}),
        (Tone.REACTIVATE, {Mode.ASSIST, Mode.AUTO}),
        (Tone.OTHER_FAILURE, {Mode.ASSIST, Mode.AUTO}),
        (Tone.DONE, {Mode.ASSIST, Mode.AUTO}),
    ],
)
def test_a_mode_lets_people_hear_of_what_is_theirs(tone: Tone, modes: set[Mode]) -> None:
    """Who observes tells nobody."""
    assert {mode for mode in Mode if may_tell(notice(tone), mode)} == modes


@pytest.mark.parametrize(
    "one",
    [notice(), notice(Tone.RETAG, ABOUT_HERMES, SUBMITTER)],
)
def test_what_is_true_is_kept_back_while_we_observe(one: Notice) -> None:
    """It isn't dropped: should people hear of it again soon, nobody would put it again."""
    subject = about(observing(case(), carrying(HERMES, report_id="R002")), one)
    assert (subject.holds, subject.quiet) == (True, True)


def test_what_is_not_true_is_dropped_in_every_mode() -> None:
    """No case waits for the project."""
    assert not about(observing(), notice()).holds


def test_a_workspace_that_does_not_observe_tells_what_another_would() -> None:
    """One notice for all workspaces of the account; the observed reports stay out of it."""
    found = observing(case())
    other = workspace_settings(workspace_id="WS2", mode=Mode.AUTO)
    found.settings.add(other)  # type: ignore[attr-defined]
    found.accounts.ask("1234567", "WS2", [LABEL], NOW)
    label = found.accounts.known["1234567", "WS2", LABEL]  # type: ignore[attr-defined]
    mine = found.accounts.known["1234567", WS, LABEL]  # type: ignore[attr-defined]
    found.accounts.answer(replace(label, answered=1, resolution=mine.resolution))
    assert about(found, notice()).quiet
    found.cases.put(case(workspace_id="WS2", report_id="R009", version=0))
    subject = about(found, notice())
    assert (subject.holds, subject.quiet, reports(subject)) == (True, False, ["R009"])


def test_the_operators_hear_of_everything() -> None:
    """It is their system."""
    told = notice(Tone.NEEDS_PERSON, f"W#{WS}#{Why.NOT_PROVEN}", OPERATORS)
    given_up = case(phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN)
    assert not about(observing(given_up), told).quiet
    assert not about(observing(case()), notice(person=OPERATORS)).quiet


def test_a_stuck_sync_is_nobodys_where_people_sync() -> None:
    """It is dropped, not kept: the next one is told anew."""
    found = assisting(case())
    found.workspaces.save(replace(found.workspaces.get(WS), bad_syncs=3))
    subject = about(found, notice(Tone.SYNC_STUCK, f"W#{WS}", WS_ADMIN))
    assert (subject.holds, subject.quiet) == (False, False)


# --- the clicks --------------------------------------------------------------------------------


def test_the_clicks_hold_while_a_report_stands_fixed() -> None:
    """With the project, and with every report for which they were asked."""
    subject = about(assisting(marked(), marked(f"{CLICKS}@8", report_id="R002")), ASKED)
    assert (subject.holds, subject.quiet) == (True, False)
    assert reports(subject) == ["R001", "R002"]
    assert (subject.project_id, subject.project_name) == (PROJECT, LABEL)


@pytest.mark.parametrize(
    "one",
    [
        case(),
        marked(f"{CLICKS}@8"),
        marked(f"W#{WS}#{PROJECT}:2@7"),
        marked(paused=1),
        marked(phase=Phase.NEEDS_PERSON),
        marked(attempts=1),
        marked(doubtful=True),
        marked(read_at=None),
    ],
)
def test_the_clicks_do_not_hold_for_anything_else(one: Case) -> None:
    """Nobody asked for them, of another batch, or not to be exported just so."""
    assert not about(assisting(one), ASKED).holds


def test_the_clicks_do_not_hold_once_the_project_is_closed_again() -> None:
    """The sync would bring just that."""
    assert not about(assisting(marked(), status=Status.INACTIVE), ASKED).holds


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.AUTO])
def test_the_clicks_are_kept_back_in_another_mode(mode: Mode) -> None:
    """They are nobody's as long as we export, or only observe."""
    assert about(assisting(marked(), mode=mode), ASKED).quiet


def test_a_batch_that_an_earlier_mail_listed_is_no_news() -> None:
    """Unless that was before the case was opened."""
    earlier = replace(ASKED, epoch=6, sent_at=NOW, listed=("R001",))
    assert not about(assisting(marked()), ASKED, earlier).holds
    before = replace(earlier, sent_at=case().opened_at - 1)
    assert about(assisting(marked()), ASKED, before).holds
    assert about(assisting(marked()), ASKED, replace(earlier, about=RETAGGED)).holds


def test_an_index_that_lags_hides_nothing_that_was_asked_for() -> None:
    """The mark was written a moment ago: the table itself tells."""
    found = assisting(marked(), marked(report_id="R002"))

    class Lagging:
        get = found.cases.get

        def unfinished(self, workspace_id: str) -> tuple[Case, ...]:
            first, *others = found.cases.unfinished(workspace_id)
            gone = replace(others[0], report_id="R404", told=(), lapsed=())
            return first, *(replace(c, told=(), lapsed=(), read_at=None) for c in others), gone

    subject = about(replace(found, cases=Lagging()), ASKED)  # type: ignore[arg-type]
    assert reports(subject) == ["R001", "R002"]


def test_what_was_retagged_may_carry_anything() -> None:
    """Its matter is the workspace's, so it is without a project."""
    one = marked(f"{RETAGGED}@7", retags=1)
    subject = about(assisting(one), replace(ASKED, about=RETAGGED))
    assert (reports(subject), subject.project_id) == (["R001"], "")


def test_the_good_news_goes_to_who_was_asked_when_the_batch_is_through() -> None:
    """With what became of each."""
    ended = replace(marked(), phase=Phase.CLOSED, reason=Why.EXPORTED_BY_OTHERS, ended_at=NOW)
    done = replace(ASKED, tone=Tone.DONE)
    told = replace(ASKED, sent_at=NOW, listed=("R001", "R002"))
    waiting = marked(report_id="R002")
    assert not about(assisting(ended, waiting), done, told).holds
    subject = about(assisting(ended), done, told)
    assert (subject.holds, subject.told_before, reports(subject)) == (True, True, ["R001"])
    assert not about(assisting(ended), done).told_before
    assert done.person != ADMIN
