"""What is true of a notice's matter at the moment when it is about to be sent."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS, number_of
from shared.domain.case import Case, CaseLabel, Kind, Phase, Why, noted
from shared.domain.clock import DAY
from shared.domain.finding import Match, Resolution, Status
from shared.domain.notice import ALSO_PROJECT, Notice, Role, Subject, Tone
from shared.domain.report import Money
from shared.domain.sync import Sync, SyncState
from shared.domain.workspace import Workspace
from shared.workflows.truth import Truth
from tests.builders import (
    ACCOUNT,
    ADMIN,
    LABEL,
    NOW,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    blocker,
    case,
)
from tests.fakes.accounts import FakeAccounts
from tests.fakes.cases import FakeCases
from tests.fakes.workspaces import FakeWorkspaces

OMAR = "omar@acme.example"
HERMES = "Hermes"


def truth(*cases: Case, status: Status = Status.INACTIVE, epoch: int = 1) -> Truth:
    """Apollo Rollout is such a project; of Hermes nobody knows what it is."""
    stored = FakeCases()
    for one in cases:
        stored.put(replace(one, version=0))
    accounts = FakeAccounts()
    resolve(accounts, LABEL, Resolution(Match.PROJECT, PROJECT))
    resolve(accounts, HERMES, Resolution(Match.NOT_FOUND))
    accounts.put_blocker(blocker(status, epoch, entity_id="P-4711", customer="Acme Corp"))
    return Truth(stored, accounts, FakeWorkspaces())


def resolve(accounts: FakeAccounts, text: str, resolution: Resolution) -> None:
    accounts.ask(ACCOUNT, WS, [text], NOW + DAY)
    label = accounts.known[ACCOUNT, WS, text]
    accounts.answer(replace(label, answered=label.asked, resolution=resolution))


def carrying(text: str, **more: object) -> Case:
    return case(labels=(CaseLabel(text, used=1, asked=1, suspect=True),), **more)


def notice(
    tone: Tone = Tone.REACTIVATE, about: str = f"P#{PROJECT}", person: str = ADMIN, **more: object
) -> Notice:
    roles = {
        OPERATORS: Role.OPERATOR,
        ADMIN: Role.NETSUITE_ADMIN,
        WS_ADMIN: Role.WORKSPACE_ADMIN,
    }
    role = roles.get(person, Role.SUBMITTER)
    one = Notice(person, role, tone, WS, ACCOUNT, about, 1, NOW, send_after=NOW)
    return replace(one, **more)  # type: ignore[arg-type]


def about(of: Truth, one: Notice, *others: Notice) -> Subject:
    return of.about(one, (one, *others))


def reports(subject: Subject) -> list[str]:
    return [report.report_id for report in subject.reports]


# --- a project -----------------------------------------------------------------------------------


def test_a_blocked_project_with_a_waiting_report_holds() -> None:
    """With all that a mail says of it."""
    subject = about(truth(case(report_name="Trip")), notice())
    assert subject.holds
    assert (subject.project_id, subject.project_name) == (PROJECT, LABEL)
    assert (subject.entity_id, subject.customer) == ("P-4711", "Acme Corp")
    assert (subject.label, subject.status, subject.people) == (LABEL, "inactive", 1)
    (report,) = subject.reports
    assert (report.report_id, report.name, report.submitter) == (REPORT, "Trip", SUBMITTER)


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


# --- a label -------------------------------------------------------------------------------------

ABOUT_HERMES = f"L#{WS}#{HERMES}"


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
    resolve(of.accounts, HERMES, Resolution(Match.AMBIGUOUS, candidates=("1", "2")))
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
    resolve(of.accounts, text, Resolution(Match.NOT_FOUND))
    assert about(of, notice(Tone.RETAG, f"L#{WS}#{text}")).holds


def test_a_fix_that_did_not_take_may_be_about_a_label() -> None:
    """Of a name that no project answers to."""
    one = notice(Tone.FIX_DID_NOT_TAKE, ABOUT_HERMES, WS_ADMIN)
    assert about(truth(carrying(HERMES)), one).holds
    assert not about(truth(case()), one).holds


# --- good news -----------------------------------------------------------------------------------


def done(matter: str = f"P#{PROJECT}", **more: object) -> Notice:
    return notice(Tone.DONE, matter, **more)  # type: ignore[arg-type]


def bad(matter: str = f"P#{PROJECT}", **more: object) -> Notice:
    return notice(about=matter, **{"sent_at": NOW, "listed": (REPORT,), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matter", "text"), [(f"P#{PROJECT}", LABEL), (ABOUT_HERMES, HERMES)], ids=["project", "label"]
)
def test_good_news_holds_when_nothing_is_left(matter: str, text: str) -> None:
    """And names the reports that the bad news named, as they ended."""
    ended = carrying(text, phase=Phase.RESOLVED, reason=Why.EXPORTED)
    subject = about(truth(ended), done(matter), bad(matter))
    assert subject.holds
    assert subject.told_before
    assert [(r.report_id, r.detail) for r in subject.reports] == [(REPORT, "exported")]


@pytest.mark.parametrize(
    ("matter", "text"), [(f"P#{PROJECT}", LABEL), (ABOUT_HERMES, HERMES)], ids=["project", "label"]
)
def test_good_news_does_not_hold_while_a_report_is_open(matter: str, text: str) -> None:
    """It comes once, at the end."""
    subject = about(truth(carrying(text)), done(matter), bad(matter))
    assert not subject.holds
    assert subject.told_before
    assert subject.reports == ()


@pytest.mark.parametrize(
    "other",
    [
        bad(sent_at=None),
        bad(sent_at=None, dropped="no longer true"),
        bad(epoch=2),
        bad(ABOUT_HERMES),
        done(sent_at=NOW),
    ],
    ids=["pending", "dropped", "another fix", "another matter", "good news itself"],
)
def test_only_bad_news_of_this_very_matter_counts(other: Notice) -> None:
    """Who had none gets no good one."""
    assert not about(truth(case(phase=Phase.RESOLVED)), done(), other).told_before


def test_good_news_names_each_report_once_and_none_that_is_unknown() -> None:
    """Two notices named it; another one's case has expired."""
    of = truth(case(phase=Phase.RESOLVED))
    first = bad(listed=(REPORT, "R999"))
    second = bad(tone=Tone.RETAG)
    assert reports(about(of, done(), first, second)) == [REPORT]


def test_good_news_to_a_submitter_waits_for_their_own_reports_alone() -> None:
    """Somebody else's may still be stuck."""
    of = truth(case(phase=Phase.RESOLVED), case(report_id="R002", submitter=OMAR))
    told = bad(person=SUBMITTER, role=Role.SUBMITTER, tone=Tone.RETAG)
    assert about(of, done(person=SUBMITTER), told).holds


# --- a workspace ---------------------------------------------------------------------------------


def with_sync(of: Truth, *, given_up: bool = False, bad_syncs: int = 0) -> Truth:
    sync = Sync(NOW, (), SyncState(running=False), NOW, given_up=given_up)
    of.workspaces.save(Workspace(WS, sync=sync, bad_syncs=bad_syncs))
    return of


STUCK = notice(Tone.SYNC_STUCK, f"W#{WS}", WS_ADMIN)


@pytest.mark.parametrize(("given_up", "bad_syncs"), [(True, 0), (False, 3)])
def test_a_stuck_sync_holds_while_a_report_waits_for_it(given_up: bool, bad_syncs: int) -> None:
    """Whether it does not end or ends badly."""
    of = with_sync(truth(case()), given_up=given_up, bad_syncs=bad_syncs)
    subject = about(of, STUCK)
    assert subject.holds
    assert reports(subject) == [REPORT]


@pytest.mark.parametrize("phase", [Phase.EXPORTING, Phase.NEEDS_PERSON, Phase.RESOLVED])
def test_a_stuck_sync_that_nobody_waits_for_is_nobodys_matter(phase: Phase) -> None:
    """No report is in want of it."""
    assert not about(with_sync(truth(case(phase=phase)), given_up=True), STUCK).holds


def test_a_sync_that_goes_well_again_is_not_told() -> None:
    """Neither is one that there never was."""
    assert not about(with_sync(truth(case())), STUCK).holds
    assert not about(truth(case()), STUCK).holds


def handed(**more: object) -> Case:
    values: dict[str, object] = {"phase": Phase.NEEDS_PERSON, "reason": Why.NOT_PROVEN, **more}
    return case(**values)


def of_person(one: Case, what: str = Why.NOT_PROVEN, tone: Tone = Tone.NEEDS_PERSON) -> Notice:
    return notice(tone, f"W#{WS}#{what}", WS_ADMIN, step=number_of(one))


def test_a_case_in_a_persons_hands_holds_beside_others_of_its_kind() -> None:
    """One mail names them all."""
    mine, other = handed(), handed(report_id="R002")
    unlike = handed(report_id="R003", reason=Why.IN_NETSUITE)
    subject = about(truth(mine, other, unlike), of_person(mine))
    assert subject.holds
    assert reports(subject) == [REPORT, "R002"]


def test_a_case_that_is_in_nobodys_hands_any_more_is_not_told() -> None:
    """Though others of its kind are: they have notices of their own."""
    mine = handed()
    of = truth(replace(mine, phase=Phase.RESOLVED), handed(report_id="R002"))
    assert not about(of, of_person(mine)).holds


def test_another_episode_of_the_report_is_another_matter() -> None:
    """Its own notice tells of it."""
    assert not about(truth(handed(episode=2)), of_person(handed())).holds


@pytest.mark.parametrize("codes", [("NS0024",), ("NS0024", "NS0056"), ("",)])
def test_another_failure_is_told_by_its_codes(codes: tuple[str, ...]) -> None:
    """Or by their absence."""
    mine = handed(kind=Kind.OTHER, reason=Why.OTHER_FAILURE, codes=codes)
    subject = about(truth(mine), of_person(mine, "+".join(codes), Tone.OTHER_FAILURE))
    assert subject.holds
    assert reports(subject) == [REPORT]


def other(*codes: str, **more: object) -> Case:
    return handed(kind=Kind.OTHER, reason=Why.OTHER_FAILURE, codes=codes, **more)


def about_codes(one: Case, what: str, **more: object) -> Notice:
    return replace(of_person(one, what, Tone.OTHER_FAILURE), **more)  # type: ignore[arg-type]


def test_a_submitter_is_told_of_another_failure_of_their_own_reports_alone() -> None:
    """Whose reports are whose is nobody else's business."""
    mine, theirs = other("NS0046"), other("NS0046", report_id="R002", submitter=OMAR)
    told = about_codes(mine, "NS0046", person=SUBMITTER, role=Role.SUBMITTER)
    assert reports(about(truth(mine, theirs), told)) == [REPORT]
    assert reports(about(truth(mine, theirs), about_codes(mine, "NS0046"))) == [REPORT, "R002"]


def test_another_failure_is_not_told_by_codes_that_it_has_no_more() -> None:
    """It is something else by now, of which another notice tells."""
    assert not about(truth(other("NS0012")), about_codes(other("NS0024"), "NS0024")).holds


def test_a_failure_without_a_code_says_nothing_of_a_project_in_a_persons_hands() -> None:
    """Which has no other code either."""
    mine = other("")
    projects = handed(report_id="R002", reason=Why.REFUSED_TWICE)
    assert reports(about(truth(mine, projects), about_codes(mine, ""))) == [REPORT]


def test_what_is_told_beside_a_projects_failure_holds_while_the_report_waits() -> None:
    """And says that the export is ours; not so once people have it, or nobody can go on."""
    waits = case(codes=("NS0770", "NS0024"))
    told = about_codes(waits, "NS0024")
    subject = about(truth(waits), told)
    assert (subject.holds, subject.status, reports(subject)) == (True, ALSO_PROJECT, [REPORT])
    beside = about(truth(waits, other("NS0024", report_id="R002")), told)
    assert (beside.holds, beside.status) == (True, "")
    for gone in (replace(waits, paused=1), replace(waits, phase=Phase.EXPORTING)):
        assert not about(truth(gone), told).holds


def test_a_mark_by_hand_during_our_attempt_is_told_though_its_case_is_closed() -> None:
    """The operator's only trace of it."""
    of = truth(case(phase=Phase.CLOSED, reason=Why.MARKED))
    one = notice(Tone.NEEDS_PERSON, f"W#{WS}#{REPORT}", OPERATORS)
    assert about(of, one).holds
