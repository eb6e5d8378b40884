"""What is true of a project or a label when a notice about it is sent."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.blocker import Ruling
from shared.domain.case import Case, CaseLabel, Failed, Kind, Past, Phase, Why, noted
from shared.domain.finding import Match, Resolution, Status
from shared.domain.notice import Tone
from shared.domain.report import Money
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    case,
)
from tests.fakes.accounts import FakeAccounts
from tests.workflows.kit import workspace_settings
from tests.workflows.truth_kit import (
    ABOUT_HERMES,
    HERMES,
    OMAR,
    about,
    carrying,
    notice,
    reports,
    resolve,
    truth,
)

# --- a project -------------------------------------------------------------------------------------


def test_a_blocked_project_with_a_waiting_report_holds() -> None:
    """With all that a mail says of it."""
    subject = about(truth(case(report_name="Trip")), notice())
    assert subject.holds
    assert (subject.project_id, subject.project_name) == (PROJECT, LABEL)
    assert (subject.entity_id, subject.customer) == ("P-4711", "Acme Corp")
    assert (subject.label, subject.status, subject.people) == (LABEL, "inactive", 1)
    (report,) = subject.reports
    assert (report.report_id, report.name, report.submitter) == (REPORT, "Trip", SUBMITTER)


def test_what_stays_closed_is_not_to_be_reactivated() -> None:
    """In the epoch of which it was said; who may choose another project is still asked."""
    of = truth(case())
    (stored,) = of.accounts.blockers(ACCOUNT)
    of.accounts.put_blocker(replace(stored, ruling=Ruling(1, "arn:nora", NOW)))
    assert not about(of, notice()).holds
    assert not about(of, notice(rung=1)).holds
    assert about(of, notice(Tone.RETAG, person=SUBMITTER)).holds
    (stored,) = of.accounts.blockers(ACCOUNT)
    of.accounts.put_blocker(replace(stored, ruling=Ruling(0, "arn:nora", NOW)))
    assert about(of, notice()).holds


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.NEEDS_PERSON])
def test_attention_holds_while_anything_stands_still(phase: Phase) -> None:
    """Of a project as long as a report waits for it, of a reason as long as one is in people's hands."""
    of = truth(case(phase=phase, reason=Why.NOT_PROVEN))
    waits = phase is Phase.WAITING
    project = notice(Tone.ATTENTION, person=OPERATORS)
    reason = notice(Tone.ATTENTION, f"W#{WS}#{Why.NOT_PROVEN}", OPERATORS)
    assert about(of, project).holds is waits
    assert about(of, reason).holds is not waits


def test_cases_are_read_once_for_many_notices() -> None:
    """What one look saw stays what it saw; another look reads anew."""
    of = truth(case())
    remembering = of.remembering()
    assert reports(about(remembering, notice())) == [REPORT]
    stored = of.cases.get(WS, REPORT)
    assert stored is not None
    assert remembering.cases.get(WS, REPORT) == stored
    remembering.cases.put(replace(stored, phase=Phase.RESOLVED))
    assert reports(about(remembering, notice())) == [REPORT]
    assert reports(about(of.remembering(), notice())) == []


@pytest.mark.parametrize("tone", [Tone.REACTIVATE, Tone.RETAG])
@pytest.mark.parametrize(
    ("cases", "status", "epoch"),
    [
        ((), Status.INACTIVE, 1),
        ((case(paused=1),), Status.INACTIVE, 1),
        ((case(phase=Phase.NEEDS_PERSON),), Status.INACTIVE, 1),
        ((case(phase=Phase.EXPORTING),), Status.INACTIVE, 1),
        ((carrying(HERMES),), Status.INACTIVE, 1),
        ((case(),), Status.ACTIVE, 1),
        ((case(),), Status.UNKNOWN, 1),
        ((case(),), Status.INACTIVE, 2),
    ],
    ids=[
        "no case",
        "not approved at the moment",
        "with a person",
        "on its way",
        "retagged",
        "active",
        "unknown",
        "blocked anew",
    ],
)
def test_nobody_is_asked_for_what_is_not_wanted_any_more(
    tone: Tone, cases: Iterable[Case], status: Status, epoch: int
) -> None:
    """Nothing waits for the project, or it isn't blocked, or it is another fix by now."""
    assert not about(truth(*cases, status=status, epoch=epoch), notice(tone)).holds


def test_a_report_that_was_retagged_before_it_was_read_is_not_listed_with_the_others() -> None:
    """A failure named the project; the expenses carry another one by now."""
    moved = (CaseLabel(HERMES, 1, asked=1), CaseLabel(LABEL, asked=1, suspect=True))
    of = truth(case(), case(report_id="R002", labels=moved, tagged=True))
    assert reports(about(of, notice())) == [REPORT]
    never_tagged = case(report_id="R003", labels=(CaseLabel(LABEL, asked=1, suspect=True),))
    assert reports(about(truth(never_tagged), notice())) == ["R003"]


def test_a_project_that_nobody_has_seen_is_no_reason_to_ask() -> None:
    """Unknown is not a status."""
    of = truth(case())
    assert not about(of, notice(about="P#9999")).holds


def test_a_submitter_is_told_of_their_own_reports_alone() -> None:
    """An administrator of everybody's."""
    of = truth(case(), case(report_id="R002", submitter=OMAR))
    mine = about(of, notice(Tone.RETAG, person=OMAR))
    assert (reports(mine), mine.people) == (["R002"], 1)
    everybodys = about(of, notice())
    assert (reports(everybodys), everybodys.people) == ([REPORT, "R002"], 2)


def test_a_submitter_whose_own_report_is_through_is_asked_nothing() -> None:
    """Others still wait for the project."""
    of = truth(case(submitter=OMAR))
    assert not about(of, notice(Tone.RETAG, person=SUBMITTER)).holds


def test_several_labels_of_one_project_are_one_matter() -> None:
    """Two spellings name it; the reports of both are listed."""
    of = truth(case(), carrying("P-4711", report_id="R002"))
    assert isinstance(of.accounts, FakeAccounts)
    resolve(of.accounts, "P-4711", Resolution(Match.PROJECT, PROJECT))
    assert reports(about(of, notice())) == [REPORT, "R002"]


def test_a_reports_sums_are_added_by_currency() -> None:
    """Over all of its labels."""
    labels = (
        CaseLabel(LABEL, 1, (Money("EUR", 100), Money("NOK", 7)), asked=1),
        CaseLabel(HERMES, 1, (Money("EUR", 23),), asked=1),
    )
    (report,) = about(truth(case(labels=labels)), notice()).reports
    assert report.sums == (Money("EUR", 123), Money("NOK", 7))


def test_a_report_says_why_it_stands_where_it_does_and_what_was_said_last() -> None:
    """The latest line of its history that has words."""
    spoken = noted(noted(case(), Why.ADDED, NOW, "NS0770 again"), Why.READ, NOW)
    (report,) = about(truth(spoken), notice()).reports
    assert report.detail == "opened: NS0770 again"
    (report,) = about(truth(case()), notice()).reports
    assert report.detail == "opened"
    (report,) = about(truth(case(reason=None)), notice()).reports
    assert report.detail == ""


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.NEEDS_PERSON])
def test_a_fix_that_did_not_take_holds_while_a_report_is_open(phase: Phase) -> None:
    """Though the project is active."""
    of = truth(case(phase=phase), status=Status.ACTIVE)
    assert about(of, notice(Tone.FIX_DID_NOT_TAKE)).holds


def test_a_fix_that_did_not_take_is_over_when_its_reports_are() -> None:
    """Somebody exported them."""
    of = truth(case(phase=Phase.CLOSED), status=Status.ACTIVE)
    assert not about(of, notice(Tone.FIX_DID_NOT_TAKE)).holds


def test_a_fix_that_did_not_take_holds_for_a_report_that_was_retagged_since() -> None:
    """It is with a person because of that project, whatever it carries by now."""
    failed = (Failed(PROJECT, 1, 0, "s"),)
    given = {"phase": Phase.NEEDS_PERSON, "labels": (), "failed": failed}
    one = case(reason=Why.REFUSED_TWICE, **given)
    assert about(truth(one, status=Status.ACTIVE), notice(Tone.FIX_DID_NOT_TAKE)).holds
    for other in (
        replace(one, reason=Why.NOT_PROVEN),
        replace(one, failed=(Failed(PROJECT, 2, 0, "s"),)),
        replace(one, failed=(Failed("99", 1, 0, "s"),)),
    ):
        of = truth(other, status=Status.ACTIVE)
        assert not about(of, notice(Tone.FIX_DID_NOT_TAKE)).holds


# --- a label ---------------------------------------------------------------------------------------


def test_a_label_that_names_no_project_holds() -> None:
    """It stands for the project's name."""
    subject = about(truth(carrying(HERMES)), notice(Tone.RETAG, ABOUT_HERMES, SUBMITTER))
    assert subject.holds
    assert (subject.label, subject.project_name, subject.status) == (HERMES, HERMES, "not_found")
    assert subject.project_id == ""


def test_a_label_that_names_several_projects_shows_them() -> None:
    """To whoever may choose."""
    of = truth(carrying(HERMES))
    assert isinstance(of.accounts, FakeAccounts)
    resolve(of.accounts, HERMES, Resolution(Match.AMBIGUOUS, candidates=("1", "2"), turn=1))
    subject = about(of, notice(Tone.RETAG, ABOUT_HERMES, WS_ADMIN))
    assert subject.holds
    assert (subject.status, subject.candidates) == ("ambiguous", ("1", "2"))


@pytest.mark.parametrize(
    ("cases", "text"),
    [((), HERMES), ((case(),), HERMES), ((case(),), LABEL), ((carrying("Ares"),), "Ares")],
    ids=["no case", "retagged", "named by now", "never asked about"],
)
def test_nobody_is_asked_about_a_label_that_is_none_of_a_reports_trouble(
    cases: Iterable[Case], text: str
) -> None:
    """No report carries it, or it names a project by now, or nobody looked."""
    assert not about(truth(*cases), notice(Tone.RETAG, f"L#{WS}#{text}")).holds


def test_a_label_may_hold_the_sign_that_separates() -> None:
    """The text is all that follows the workspace."""
    text = "Hermes #2"
    of = truth(carrying(text))
    assert isinstance(of.accounts, FakeAccounts)
    resolve(of.accounts, text, Resolution(Match.NOT_FOUND, turn=1))
    assert about(of, notice(Tone.RETAG, f"L#{WS}#{text}")).holds


def test_a_fix_that_did_not_take_may_be_about_a_label() -> None:
    """Of a name that no project answers to."""
    one = notice(Tone.FIX_DID_NOT_TAKE, ABOUT_HERMES, WS_ADMIN)
    assert about(truth(carrying(HERMES)), one).holds
    assert not about(truth(case()), one).holds


# --- what is held back, or not known yet -----------------------------------------------------------


def test_broken_settings_hold_nobody_back() -> None:
    """Whom they would let us tell is asked elsewhere: the operators hear of what there is."""
    of = truth(case(opened_at=NOW))
    of.settings.add(workspace_settings(act_since=NOW + 1))  # type: ignore[attr-defined]
    stopped = notice(Tone.FIX_DID_NOT_TAKE, person=OPERATORS)
    assert not about(of, stopped).holds
    of.settings.broken.add(WS)  # type: ignore[attr-defined]
    assert about(of, stopped).holds


def test_a_case_that_was_opened_again_for_nothing_known_yet_is_not_spoken_of() -> None:
    """Its failure may have been told late."""
    silent = case(episode=2, past=Past(1, Phase.RESOLVED, Kind.PROJECT, Why.EXPORTED))
    assert not about(truth(silent), notice()).holds
