from dataclasses import replace

import pytest

from shared.domain.absence import Answer, Inquiry, Sample
from shared.domain.blocker import Blocker, Label
from shared.domain.clock import DAY, HOUR
from shared.domain.decide_watch import Account
from shared.domain.finding import (
    Candidate,
    Fault,
    Match,
    Owner,
    OwnerKind,
    Resolution,
    Status,
)
from shared.domain.identity import Alias
from shared.errors import ConflictError
from tests.builders import ACCOUNT, LABEL, NOW, WS, blocker
from tests.contract.kit import Stores

LATER = NOW + DAY
FOUND = Resolution(Match.PROJECT, "4711")
UNCLEAR = Resolution(Match.AMBIGUOUS, candidates=("4711", "4712"))


def ask(stores: Stores, *texts: str, until: int = LATER) -> dict[str, int]:
    return stores.accounts.ask(ACCOUNT, WS, texts, until)


def only_label(stores: Stores) -> Label:
    (label,) = stores.accounts.labels(ACCOUNT)
    return label


def test_account_never_seen_is_a_new_one(stores: Stores) -> None:
    """No fault, no circuit, nothing stored."""
    assert stores.accounts.get(ACCOUNT) == Account(ACCOUNT)


def test_account_comes_back_as_it_was_saved(stores: Stores) -> None:
    """The circuit must outlive the run that opened it."""
    open_circuit = Account(ACCOUNT, faults=2, fault=Fault.THROTTLED, quiet_until=LATER)
    saved = stores.accounts.save(open_circuit)
    assert saved == replace(open_circuit, version=1)
    assert stores.accounts.get(ACCOUNT) == saved


def test_account_saved_by_somebody_else_meanwhile_conflicts(stores: Stores) -> None:
    """Of two looks that began alike, the second to save loses."""
    stores.accounts.save(Account(ACCOUNT, faults=1))
    with pytest.raises(ConflictError):
        stores.accounts.save(Account(ACCOUNT, faults=9))
    assert stores.accounts.get(ACCOUNT).faults == 1


def test_first_question_creates_the_label(stores: Stores) -> None:
    """With everything that a look needs to know of it."""
    assert ask(stores, LABEL) == {LABEL: 1}
    assert only_label(stores) == Label(ACCOUNT, WS, LABEL, asked=1, wanted_until=LATER)


def test_each_question_counts(stores: Stores) -> None:
    """A look answers only what was asked before it, so every question has its number."""
    ask(stores, LABEL)
    assert ask(stores, LABEL, "Borealis") == {LABEL: 2, "Borealis": 1}


def test_text_named_twice_in_one_question_counts_once(stores: Stores) -> None:
    """Two failures of one message may name one project."""
    assert ask(stores, LABEL, LABEL) == {LABEL: 1}


def test_no_question_writes_nothing(stores: Stores) -> None:
    """A case of another kind asks about nothing."""
    assert ask(stores) == {}
    assert stores.accounts.labels(ACCOUNT) == ()


@pytest.mark.parametrize(
    ("until", "kept"), [(LATER - HOUR, LATER), (LATER, LATER), (LATER + HOUR, LATER + HOUR)]
)
def test_question_never_shortens_the_watch(stores: Stores, until: int, kept: int) -> None:
    """It counts all the same."""
    ask(stores, LABEL)
    assert ask(stores, LABEL, until=until) == {LABEL: 2}
    assert (only_label(stores).asked, only_label(stores).wanted_until) == (2, kept)


def test_question_keeps_the_answer(stores: Stores) -> None:
    """What is known stays known until the next look."""
    ask(stores, LABEL)
    stores.accounts.answer(replace(only_label(stores), answered=1, resolution=FOUND))
    ask(stores, LABEL)
    assert (only_label(stores).answered, only_label(stores).resolution) == (1, FOUND)


def test_question_asked_anew_voids_earlier_answers(stores: Stores) -> None:
    """Somebody chose; a look that began before may still answer, and counts no more."""
    ask(stores, LABEL)
    before = only_label(stores)
    stores.accounts.ask_anew(ACCOUNT, WS, LABEL, LATER + HOUR)
    stores.accounts.answer(replace(before, answered=1, resolution=FOUND))
    assert only_label(stores) == Label(ACCOUNT, WS, LABEL, 2, 1, FOUND, LATER + HOUR, valid_from=2)
    ask(stores, LABEL)
    assert (only_label(stores).asked, only_label(stores).valid_from) == (3, 2)
    stores.accounts.ask_anew(ACCOUNT, WS, LABEL, LATER)
    assert (only_label(stores).asked, only_label(stores).valid_from) == (4, 4)


@pytest.mark.parametrize(("until", "kept"), [(LATER - HOUR, LATER), (LATER + HOUR, LATER + HOUR)])
def test_keeping_never_shortens_the_watch(stores: Stores, until: int, kept: int) -> None:
    """It asks nothing, either."""
    ask(stores, LABEL)
    stores.accounts.keep(ACCOUNT, WS, [LABEL], until)
    assert only_label(stores) == Label(ACCOUNT, WS, LABEL, asked=1, wanted_until=kept)


def test_keeping_creates_no_label(stores: Stores) -> None:
    """One that nobody asked about would be watched for nobody."""
    stores.accounts.keep(ACCOUNT, WS, ["never asked"], LATER)
    assert stores.accounts.labels(ACCOUNT) == ()


def test_answer_is_stored_beside_newer_questions(stores: Stores) -> None:
    """A question that came during the look stays open, and so does the longer watch."""
    ask(stores, LABEL)
    before = only_label(stores)
    ask(stores, LABEL, until=LATER + HOUR)
    stores.accounts.answer(replace(before, answered=1, resolution=UNCLEAR))
    assert only_label(stores) == Label(ACCOUNT, WS, LABEL, 2, 1, UNCLEAR, LATER + HOUR)
    assert only_label(stores).pending


def test_older_answer_loses_quietly(stores: Stores) -> None:
    """A slow look must not undo what a later one found."""
    ask(stores, LABEL)
    ask(stores, LABEL)
    label = only_label(stores)
    stores.accounts.answer(replace(label, answered=2, resolution=FOUND))
    stores.accounts.answer(replace(label, answered=1, resolution=Resolution(Match.NOT_FOUND)))
    assert (only_label(stores).answered, only_label(stores).resolution) == (2, FOUND)


def test_answer_of_the_same_question_may_change(stores: Stores) -> None:
    """A label that named nothing may name a project that was created since."""
    ask(stores, LABEL)
    label = replace(only_label(stores), answered=1)
    stores.accounts.answer(replace(label, resolution=UNCLEAR))
    stores.accounts.answer(replace(label, resolution=FOUND))
    assert only_label(stores).resolution == FOUND


def test_answer_to_a_label_that_nobody_asked_about_is_dropped(stores: Stores) -> None:
    """Stored, it would answer the first question before that is asked."""
    stores.accounts.answer(Label(ACCOUNT, WS, LABEL, asked=1, answered=1, resolution=FOUND))
    assert stores.accounts.labels(ACCOUNT) == ()


def test_labels_of_an_account_or_of_one_of_its_workspaces(stores: Stores) -> None:
    """`watch` wants them all, `recover` its own; the same text in two workspaces is two labels."""
    ask(stores, LABEL, "Borealis")
    stores.accounts.ask(ACCOUNT, "WS1-b", [LABEL], LATER)
    stores.accounts.ask("7654321", WS, [LABEL], LATER)
    found = {(x.workspace_id, x.text) for x in stores.accounts.labels(ACCOUNT)}
    assert found == {(WS, LABEL), (WS, "Borealis"), ("WS1-b", LABEL)}
    assert {x.text for x in stores.accounts.labels(ACCOUNT, WS)} == {LABEL, "Borealis"}
    assert stores.accounts.labels(ACCOUNT, "WS") == ()


@pytest.mark.parametrize("text", ["A#B", "Ärger & Söhne: “Phase 1”", " leading", "x" * 5_000])
def test_label_may_be_any_text(stores: Stores, text: str) -> None:
    """People name projects as they like."""
    ask(stores, text)
    assert ask(stores, text) == {text: 2}
    assert only_label(stores).text == text


def test_long_labels_that_begin_alike_are_two(stores: Stores) -> None:
    """However long the text that they share."""
    ask(stores, "x" * 5_000 + "1", "x" * 5_000 + "2")
    assert len(stores.accounts.labels(ACCOUNT)) == 2


def test_blocker_comes_back_as_it_was_put(stores: Stores) -> None:
    """With its epoch and its flips, which decide whom we tell."""
    known = Blocker(ACCOUNT, "4711", Status.GONE, 3, LABEL, "P-4711", "Acme", True, (NOW, LATER))
    put = stores.accounts.put_blocker(known)
    assert put == replace(known, version=1)
    assert stores.accounts.blockers(ACCOUNT) == (put,)


def test_blocker_put_by_somebody_else_meanwhile_conflicts(stores: Stores) -> None:
    """The epoch must not be counted twice."""
    first = stores.accounts.put_blocker(blocker(epoch=1))
    stores.accounts.put_blocker(replace(first, epoch=2))
    with pytest.raises(ConflictError):
        stores.accounts.put_blocker(replace(first, epoch=2))
    with pytest.raises(ConflictError):
        stores.accounts.put_blocker(blocker(epoch=1))


def test_blockers_are_those_of_one_account(stores: Stores) -> None:
    """Labels and the account's own memory are none of them."""
    ask(stores, LABEL)
    stores.accounts.save(Account(ACCOUNT))
    stores.accounts.put_blocker(Blocker("7654321", "4711", Status.INACTIVE))
    mine = {stores.accounts.put_blocker(blocker(project_id=each)) for each in ("4711", "4712")}
    assert set(stores.accounts.blockers(ACCOUNT)) == mine


def test_a_choice_comes_back_with_who_and_when(stores: Stores) -> None:
    """It is the workspace's own."""
    alias = Alias(WS, LABEL, "4711", "arn:olga", NOW)
    stores.accounts.put_alias(alias)
    assert stores.accounts.aliases(WS) == (alias,)
    assert stores.accounts.aliases("WS2") == ()


def test_a_later_choice_takes_the_place_of_an_earlier_one(stores: Stores) -> None:
    """One project per label, and as many labels as there are."""
    for text, project in (("Zeus", "1"), (LABEL, "1"), (LABEL, "2")):
        stores.accounts.put_alias(Alias(WS, text, project))
    assert [(a.text, a.project_id) for a in stores.accounts.aliases(WS)] == [
        (LABEL, "2"),
        ("Zeus", "1"),
    ]


def test_a_choice_that_is_dropped_is_gone(stores: Stores) -> None:
    """Dropping it twice does no harm; labels stay."""
    ask(stores, LABEL)
    stores.accounts.put_alias(Alias(WS, LABEL, "1"))
    for _ in range(2):
        stores.accounts.drop_alias(WS, LABEL)
    assert stores.accounts.aliases(WS) == ()
    assert only_label(stores).text == LABEL


def test_choices_for_very_long_labels_are_kept_apart(stores: Stores) -> None:
    """A sort key holds no more than 1024 bytes."""
    texts = ["é" * 900 + end for end in "ab"]
    for text in texts:
        stores.accounts.put_alias(Alias(WS, text, "1"))
    assert {a.text for a in stores.accounts.aliases(WS)} == set(texts)


def test_candidates_and_owners_come_back(stores: Stores) -> None:
    """What people are told is read from here."""
    ask(stores, LABEL)
    details = (Candidate("1", "P-1", "Apollo", "Acme", "Norway"), Candidate("2"))
    found = Resolution(Match.AMBIGUOUS, "", ("1", "2"), turn=3, details=details)
    stores.accounts.answer(replace(only_label(stores), answered=1, resolution=found))
    assert only_label(stores).resolution == found
    gone = Resolution(Match.ALIAS_GONE, chosen="9", turn=4)
    stores.accounts.answer(replace(only_label(stores), resolution=gone))
    assert only_label(stores).resolution == gone
    owner = Owner(OwnerKind.CUSTOMER, "88", "Acme", inactive=True)
    stored = stores.accounts.put_blocker(blocker(Status.OWNER_INACTIVE, owner=owner))
    assert stores.accounts.blockers(ACCOUNT) == (stored,)


ASKED = Inquiry(
    ACCOUNT,
    WS,
    "R1",
    asked_at=NOW,
    wanted_until=LATER,
    samples=(Sample("R9", ("50001", "50002")),),
)


def only_inquiry(stores: Stores) -> Inquiry:
    (inquiry,) = stores.accounts.inquiries(ACCOUNT)
    return inquiry


def test_a_report_is_asked_for_and_asked_for_again(stores: Stores) -> None:
    """Each question counts, and takes the place of the one before."""
    assert stores.accounts.inquiries(ACCOUNT) == ()
    stores.accounts.inquire(ASKED)
    assert only_inquiry(stores) == replace(ASKED, asked=1)
    again = replace(ASKED, asked_at=NOW + 1, samples=())
    stores.accounts.inquire(again)
    found = only_inquiry(stores)
    assert (found.asked, found.asked_at) == (2, NOW + 1)


def test_an_answer_is_kept_through_the_next_question(stores: Stores) -> None:
    """It is told apart by its number."""
    stores.accounts.inquire(ASKED)
    stores.accounts.inform(replace(ASKED, answered=1, answer=Answer.HELD))
    assert only_inquiry(stores) == replace(ASKED, asked=1, answered=1, answer=Answer.HELD)
    stores.accounts.inquire(ASKED)
    assert only_inquiry(stores) == replace(ASKED, asked=2, answered=1, answer=Answer.HELD)
    assert only_inquiry(stores).pending


def test_an_answer_that_comes_late_changes_nothing(stores: Stores) -> None:
    """A later look knows better; nobody answers what was never asked."""
    stores.accounts.inform(replace(ASKED, answered=1, answer=Answer.HELD))
    assert stores.accounts.inquiries(ACCOUNT) == ()
    for _ in range(2):
        stores.accounts.inquire(ASKED)
    stores.accounts.inform(replace(ASKED, answered=2, answer=Answer.ABSENT))
    stores.accounts.inform(replace(ASKED, answered=1, answer=Answer.HELD))
    assert only_inquiry(stores).answer is Answer.ABSENT


def test_inquiries_of_one_workspace_or_of_all(stores: Stores) -> None:
    """An account may have several; labels and blockers are none of them."""
    ask(stores, LABEL)
    stores.accounts.put_blocker(blocker())
    stores.accounts.inquire(ASKED)
    stores.accounts.inquire(replace(ASKED, workspace_id="WS2"))
    assert [i.workspace_id for i in stores.accounts.inquiries(ACCOUNT)] == [WS, "WS2"]
    assert [i.workspace_id for i in stores.accounts.inquiries(ACCOUNT, WS)] == [WS]
    assert len(stores.accounts.labels(ACCOUNT)) == 1
