"""`watch`: what people and settings say about a label, and what may be said to be missing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.announce import OPERATORS
from shared.domain.blocker import Blocker, Label, by_id
from shared.domain.clock import HOUR, MINUTE
from shared.domain.decide_watch import (
    Account,
    Look,
    Question,
    RememberedAccount,
    WatchPlan,
    decide_watch,
    question,
)
from shared.domain.finding import Match, Owner, OwnerKind, Project, Resolution, Status
from shared.domain.identity import Alias, Identity
from shared.domain.rules import Rules
from tests.builders import ACCOUNT, LABEL, NOW, PROJECT, WS, blocker, closed_project, label

RULES = Rules()
OTHER = "4720"
CHOSEN = Identity({(WS, LABEL): Alias(WS, LABEL, OTHER)})
BY_ALIAS = Resolution(Match.PROJECT, OTHER, chosen=OTHER)
ACME = Owner(OwnerKind.CUSTOMER, "88", "Acme Corp")


def row(project: str = PROJECT, name: str = LABEL, **more: object) -> Project:
    values: dict[str, object] = {"inactive": False, "allow_expenses": True, "owners": (), **more}
    return Project(project, f"P-{project}", name, **values)  # type: ignore[arg-type]


def asked(text: str = LABEL, **more: object) -> Label:
    return label(text, **{"answered": 0, "resolution": Resolution(), **more})  # type: ignore[arg-type]


def fermi(status: Status, *, project_id: str = OTHER, name: str = "Fermi") -> Blocker:
    return blocker(status, project_id=project_id, name=name)


def known(
    *labels: Label,
    blockers: tuple[Blocker, ...] = (),
    identity: Identity | None = None,
    control: str = "",
) -> RememberedAccount:
    account = Account(ACCOUNT, control=control)
    return RememberedAccount(account, labels, by_id(blockers), identity or Identity())


def decide(one: RememberedAccount, *rows: Project, now: int = NOW) -> WatchPlan:
    return decide_watch(one, Look(rows), RULES, now)


def after(one: RememberedAccount, plan: WatchPlan) -> RememberedAccount:
    fresh = {(x.workspace_id, x.text): x for x in plan.labels}
    labels = tuple(fresh.get((x.workspace_id, x.text), x) for x in one.labels)
    blockers = {**one.blockers, **by_id(plan.blockers)}
    return replace(one, account=plan.account, labels=labels, blockers=blockers)


def resolution(plan: WatchPlan) -> Resolution:
    (found,) = plan.labels
    return found.resolution


# --- not found -------------------------------------------------------------------------------


def test_nothing_is_missing_in_an_answer_without_any_project() -> None:
    """The role may see none: that is the operators' matter, and the label stays unanswered."""
    plan = decide(known(asked()))
    assert (plan.labels, plan.workspaces, plan.due) == ((), (), NOW + 5 * MINUTE)
    (notice,) = plan.notices
    assert (notice.person, notice.about) == (OPERATORS, f"W#{ACCOUNT}#no_projects")


def test_as_long_as_no_project_is_known_any_one_will_do() -> None:
    """The role sees projects, and not this one. From then on that one is the control."""
    plan = decide(known(asked()), row("7", "Zeus"))
    assert resolution(plan) == Resolution(Match.NOT_FOUND, turn=1)
    assert (plan.account.control, plan.blockers, plan.notices) == ("7", (), ())


def test_a_known_project_is_asked_for_along() -> None:
    """One with a case, or else the control."""
    assert question(known(asked(), control="7"), RULES, NOW) == Question((LABEL,), ("7",))
    assert question(known(asked("Zeus"), blockers=(blocker(),)), RULES, NOW).ids == (PROJECT,)
    both = known(asked("Zeus"), blockers=(blocker(),), control="7")
    assert question(both, RULES, NOW).ids == ("7",)
    itself = known(label(asked=2), blockers=(blocker(),), control=PROJECT)
    assert question(itself, RULES, NOW).ids == (PROJECT,)


def test_without_a_project_that_was_known_nothing_is_missing_yet() -> None:
    """Rights may have been narrowed. What is returned is the control of the next look, soon."""
    one = known(asked(), control="7")
    plan = decide(one, row("8", "Zeus"))
    assert (plan.labels, plan.account.control) == ((), "8")
    assert plan.due == NOW + RULES.gap
    again = decide(after(one, plan), row("8", "Zeus"), now=NOW + MINUTE)
    assert resolution(again).match is Match.NOT_FOUND


def test_a_control_that_is_returned_stays_the_control() -> None:
    """Whatever else is returned beside it."""
    assert (
        decide(known(asked(), control="8"), row("7", "Hera"), row("8", "Zeus")).account.control
        == "8"
    )


def test_a_project_that_is_missing_without_a_control_is_no_answer() -> None:
    """It may be there, and hidden from us with all that we know."""
    plan = decide(known(label(asked=2), blockers=(closed_project(),)), row("8", "Zeus"))
    assert (plan.labels, plan.blockers) == ((), ())


def test_the_last_known_project_is_gone_only_beside_a_control() -> None:
    """Nothing else was ever seen: the first look finds a control, the second one believes it."""
    one = known(label(), blockers=(closed_project(),))
    first = decide(one, row("8", "Zeus"))
    assert first.blockers == ()
    second = decide(after(one, first), row("8", "Zeus"), now=NOW + MINUTE)
    assert [b.status for b in second.blockers] == [Status.GONE]


def test_a_name_is_not_missing_beside_a_stranger_while_a_known_project_is() -> None:
    """That one was there, and isn't returned: rights may have been narrowed."""
    one = known(asked("Zeus"), label(), blockers=(blocker(),))
    plan = decide(one, row("8", "Hera"))
    assert (plan.labels, plan.account.control) == ((), "8")


# --- aliases ---------------------------------------------------------------------------------


def test_an_aliased_label_is_asked_for_by_id_alone() -> None:
    """Its name doesn't matter any more; that of another label does."""
    one = known(asked(), asked("Zeus"), identity=CHOSEN)
    assert question(one, RULES, NOW) == Question(("Zeus",), (OTHER,))


def test_a_choice_decides_where_a_name_is_ambiguous() -> None:
    """Or would even name another project."""
    plan = decide(known(asked(), identity=CHOSEN), row(OTHER), row())
    assert resolution(plan) == BY_ALIAS
    assert [b.project_id for b in plan.blockers] == [OTHER]
    assert plan.workspaces == (WS,)


def test_a_choice_is_its_own_workspaces_alone() -> None:
    """Another one that has the same label goes by the name."""
    other = replace(asked(), workspace_id="WS2")
    plan = decide(known(asked(), other, identity=CHOSEN), row(OTHER), row())
    assert [x.resolution.match for x in plan.labels] == [Match.PROJECT, Match.AMBIGUOUS]


def test_a_choice_is_taken_up_by_a_label_that_was_answered() -> None:
    """Whoever waits was told that it is ambiguous."""
    twice = Resolution(Match.AMBIGUOUS, candidates=(PROJECT, OTHER), turn=1)
    plan = decide(known(label(resolution=twice), identity=CHOSEN), row(OTHER))
    assert resolution(plan) == replace(BY_ALIAS, turn=1)


def test_another_project_may_be_chosen_for_one_that_is_named() -> None:
    """The label was matched wrongly: it is asked about anew, and the new project looked at."""
    one = known(label(asked=2), blockers=(blocker(),), identity=CHOSEN)
    plan = decide(one, row(OTHER, inactive=True))
    assert resolution(plan) == BY_ALIAS
    assert [(b.project_id, b.status) for b in plan.blockers] == [(OTHER, Status.INACTIVE)]


def test_a_chosen_project_that_is_gone_is_a_finding_of_its_own() -> None:
    """Never what the name would match instead. Told as another turn of the label."""
    one = known(
        label(resolution=replace(BY_ALIAS, turn=1)),
        blockers=(closed_project(project_id=OTHER),),
        identity=CHOSEN,
        control="7",
    )
    plan = decide(one, row(), row("7", "Zeus"))
    assert resolution(plan) == Resolution(Match.ALIAS_GONE, chosen=OTHER, turn=2)
    assert [(b.project_id, b.status) for b in plan.blockers] == [(OTHER, Status.GONE)]
    again = decide(after(one, plan), row("7", "Zeus"), now=NOW + MINUTE)
    assert (again.labels, again.due) == ((), NOW + 6 * MINUTE)


def test_a_chosen_project_that_was_never_there_is_gone_too() -> None:
    """A slip of the finger: the operators hear of it, beside a control."""
    one = known(asked(), identity=CHOSEN, control="7")
    assert resolution(decide(one, row("7", "Zeus"))).match is Match.ALIAS_GONE
    assert decide(one).labels == ()


def test_a_chosen_project_that_nothing_shows_to_be_gone_is_waited_for() -> None:
    """It was seen before, and no control stands beside its absence."""
    one = known(asked(), blockers=(closed_project(project_id=OTHER),), identity=CHOSEN)
    (found,) = decide(one, row("7", "Zeus")).labels
    assert (found.resolution, found.answered) == (BY_ALIAS, 0)


def test_a_chosen_project_that_comes_back_without_a_status_is_no_longer_gone() -> None:
    """Nor is it answered yet what it is."""
    gone = Resolution(Match.ALIAS_GONE, chosen=OTHER, turn=1)
    away = blocker(Status.GONE, project_id=OTHER)
    one = known(label(asked=2, resolution=gone), blockers=(away,), identity=CHOSEN, control="7")
    (found,) = decide(one, row(OTHER, inactive=None), row("7", "Zeus")).labels
    assert (found.resolution, found.answered) == (replace(BY_ALIAS, turn=1), 1)


def test_a_choice_that_is_taken_back_leaves_nothing_behind() -> None:
    """The name is matched again, and if nothing has it, nothing is found."""
    one = known(label(asked=2, resolution=BY_ALIAS), blockers=(blocker(project_id=OTHER),))
    assert resolution(decide(one, row(), row(OTHER, "Zeus"))).project_id == PROJECT
    assert resolution(decide(one, row(OTHER, "Zeus"))) == Resolution(Match.NOT_FOUND, turn=1)


# --- subsidiaries ----------------------------------------------------------------------------


def test_a_workspaces_subsidiary_decides_for_its_own_labels() -> None:
    """The same label in two subsidiaries, and two workspaces of one account."""
    labels = tuple(replace(asked(), workspace_id=ws) for ws in ("WS1", "WS2", "WS3"))
    identity = Identity(subsidiaries={"WS1": "Norway", "WS2": "6", "WS3": ""})
    norway = row(subsidiary_id="5", subsidiary="Norway")
    spain = row(OTHER, subsidiary_id="6", subsidiary="Spain")
    plan = decide(known(*labels, identity=identity), norway, spain)
    assert [x.resolution.project_id for x in plan.labels] == [PROJECT, OTHER, ""]
    assert plan.labels[2].resolution.match is Match.AMBIGUOUS
    assert [b.project_id for b in plan.blockers] == [PROJECT, OTHER]


# --- renamed, merged, deleted ----------------------------------------------------------------


def test_a_renamed_project_stays_its_labels_project() -> None:
    """As long as NetSuite knows its id."""
    one = known(label(asked=2), blockers=(closed_project(),))
    plan = decide(one, row(name="New name"))
    assert resolution(plan).project_id == PROJECT
    assert [(b.name, b.status) for b in plan.blockers] == [("New name", Status.ACTIVE)]


def test_a_renamed_project_stays_its_labels_project_though_others_were_called_so() -> None:
    """It is known which one the label named."""
    gone = fermi(Status.GONE, name=LABEL)
    one = known(label(asked=2), blockers=(closed_project(), gone), control="7")
    plan = decide(one, row(name="New name"), row("7", "Zeus"))
    assert resolution(plan) == Resolution(Match.PROJECT, PROJECT)


def test_a_name_that_another_project_has_by_now_moves_no_label_by_itself() -> None:
    """Its reports mean the project that NetSuite refused; asked about anew, they mean the other."""
    blockers = (closed_project(name="New name"), fermi(Status.ACTIVE, name=LABEL))
    rows = (row(name="New name", inactive=True), row(OTHER))
    assert decide(known(label(), blockers=blockers), *rows).labels == ()
    again = decide(known(label(asked=2), blockers=blockers), *rows)
    assert resolution(again).project_id == OTHER


def test_the_name_of_a_project_that_is_gone_is_looked_up_again() -> None:
    """It was merged into another one, or made anew: a blocker of its own, whatever its status."""
    gone = known(label(), blockers=(blocker(Status.GONE, 3),), control="7")
    assert question(gone, RULES, NOW) == Question((LABEL,), (PROJECT, "7"))
    plan = decide(gone, row(OTHER, inactive=True), row("7", "Zeus"))
    assert resolution(plan) == Resolution(Match.PROJECT, OTHER)
    assert [(b.project_id, b.epoch) for b in plan.blockers] == [(OTHER, 1)]
    assert plan.workspaces == (WS,)


def test_a_project_that_is_gone_and_has_no_successor_stays_gone() -> None:
    """That says more than 'not found'."""
    gone = known(label(), blockers=(blocker(Status.GONE, 3),), control="7")
    plan = decide(gone, row("7", "Zeus"))
    assert (plan.labels, plan.blockers) == ((), ())


def test_a_text_that_only_a_project_which_is_gone_was_called_is_that_project() -> None:
    """Not the name of a department: a report that is given it must not be exported."""
    one = known(asked("Fermi"), blockers=(fermi(Status.GONE),), control="7")
    plan = decide(one, row("7", "Zeus"))
    assert resolution(plan) == Resolution(Match.PROJECT, OTHER)
    assert not plan.labels[0].pending


def test_a_text_that_another_name_of_a_project_resembles_stays_unknown() -> None:
    one = known(asked("Marketing"), blockers=(fermi(Status.GONE),), control="7")
    assert resolution(decide(one, row("7", "Zeus"))).match is Match.NOT_FOUND


def test_without_a_control_a_former_name_says_nothing_either() -> None:
    one = known(asked("Fermi"), blockers=(fermi(Status.GONE),), control="7")
    assert decide(one).labels == ()


def test_a_project_no_longer_found_by_its_name_is_asked_for_by_its_id() -> None:
    """Renamed since we saw it, perhaps: Expensify's tag has the old name until the next sync."""
    fresh = asked("Fermi", wanted_until=NOW + 2 * HOUR)
    one = known(fresh, blockers=(fermi(Status.ACTIVE),), control="7")
    first = decide(one, row("7", "Zeus"))
    assert resolution(first).project_id == OTHER
    assert first.labels[0].pending
    then = after(one, first)
    assert OTHER in question(then, RULES, NOW + HOUR).ids
    second = decide(then, row(OTHER, "New name"), row("7", "Zeus"))
    assert resolution(second).project_id == OTHER
    assert not second.labels[0].pending


def test_of_several_projects_once_called_so_one_stands_for_all_if_none_is_there() -> None:
    gone = fermi(Status.GONE, project_id="11")
    one = known(asked("Fermi"), blockers=(gone, fermi(Status.GONE)), control="7")
    assert resolution(decide(one, row("7", "Zeus"))) == Resolution(Match.PROJECT, "11")


def test_of_several_projects_once_called_so_none_is_taken_that_may_be_there() -> None:
    gone = fermi(Status.GONE, project_id="11")
    one = known(asked("Fermi"), blockers=(gone, fermi(Status.ACTIVE)), control="7")
    found = resolution(decide(one, row("7", "Zeus")))
    assert (found.match, found.candidates) == (Match.AMBIGUOUS, ("11", OTHER))
    assert [detail.name for detail in found.details] == ["Fermi", "Fermi"]


def test_what_names_a_project_in_another_workspace_is_no_department() -> None:
    """Renamed since it was found there by this name, it isn't found by it any more."""
    there = label("Fermi", OTHER, workspace_id="WS2")
    renamed = fermi(Status.INACTIVE, name="Enrico")
    one = known(asked("Fermi"), there, blockers=(renamed,), control="7")
    rows = (row(OTHER, "Enrico", inactive=True), row("7", "Zeus"))
    assert resolution(decide(one, *rows)) == Resolution(Match.PROJECT, OTHER)
    chosen = replace(there, resolution=replace(there.resolution, chosen=OTHER))
    one = known(asked("Fermi"), chosen, blockers=(renamed,), control="7")
    assert decide(one, *rows).labels[0].resolution.never_found


@pytest.mark.parametrize(
    "before",
    [
        Resolution(Match.AMBIGUOUS, candidates=("8", "9"), turn=1),
        Resolution(Match.NOT_FOUND, lost=True, turn=2),
    ],
)
@pytest.mark.parametrize("workspace", [WS, "WS2"])
def test_what_several_projects_were_called_is_no_department(
    before: Resolution, workspace: str
) -> None:
    """Which one it was isn't known, nor is it if one of them is known by that name."""
    there = asked("Fermi", workspace_id=workspace, resolution=before)
    labels = (there,) if workspace == WS else (there, asked("Fermi"))
    one = known(*labels, blockers=(fermi(Status.GONE, project_id="8"),), control="7")
    fresh = {x.workspace_id: x.resolution for x in decide(one, row("7", "Zeus")).labels}
    assert (fresh[WS].match, fresh[WS].lost, fresh[WS].never_found) == (
        Match.NOT_FOUND,
        True,
        False,
    )


def test_several_successors_are_for_a_person() -> None:
    """Never the first hit."""
    gone = known(label(), blockers=(blocker(Status.GONE, 3),), control="7")
    plan = decide(gone, row("8"), row("9"), row("7", "Zeus"))
    assert resolution(plan).match is Match.AMBIGUOUS


def test_each_time_that_a_label_names_nothing_is_a_turn() -> None:
    """So that it can be told again; the same finding twice is one turn."""
    rows = [(), (row("8"), row("9")), (), (row("8"),), (), (row("8"), row("9")), ()]
    one, turns = known(asked(), control="7"), []
    for number, some in enumerate(rows):
        labels = tuple(replace(x, asked=x.asked + 1) for x in one.labels)
        one = replace(one, labels=tuple(replace(x, wanted_until=NOW + 99 * HOUR) for x in labels))
        plan = decide(one, *some, row("7", "Zeus"), now=NOW + number * HOUR)
        one = after(one, plan)
        turns.append(one.labels[0].resolution.turn)
    assert turns == [1, 2, 3, 3, 3, 4, 5]


# --- what stands above -----------------------------------------------------------------------


def test_an_inactive_customer_blocks_its_project() -> None:
    """And is written down, so that people are told which."""
    acme = replace(ACME, inactive=True)
    plan = decide(known(asked()), row(owners=(acme,)))
    assert [(b.status, b.owner, b.epoch) for b in plan.blockers] == [
        (Status.OWNER_INACTIVE, acme, 1)
    ]
    assert plan.due == NOW + 5 * MINUTE


def test_what_a_customer_blocks_is_not_open_because_customers_are_told_no_more() -> None:
    """A right that was taken away says nothing of yesterday's value: the operators' matter."""
    held = closed_project(owner=replace(ACME, inactive=True))
    held = replace(held, status=Status.OWNER_INACTIVE)
    one = known(label(asked=2), blockers=(held,))
    for owners in (None, (ACME,)):
        plan = decide(one, row(owners=owners))
        assert (plan.blockers, plan.labels) == ((), ())
        assert [n.about for n in plan.notices] == [f"W#{ACCOUNT}#unknown_status"]
    assert [b.status for b in decide(one, row()).blockers] == [Status.ACTIVE]


def test_a_customer_that_was_never_told_blocks_nothing() -> None:
    """The role doesn't see customers: projects are what counts then."""
    plan = decide(known(asked()), row(owners=(ACME,)))
    assert [b.status for b in plan.blockers] == [Status.ACTIVE]
    assert plan.notices == ()


# --- any sequence ----------------------------------------------------------------------------

SIGHTS = st.sampled_from([(), (row(),), (row(OTHER),), (row(), row(OTHER)), (row(OTHER, "Zeus"),)])
CONTROLS = st.sampled_from([(), (row("7", "Hera"),)])
CHOICES = st.sampled_from(["", PROJECT, OTHER])


@given(st.lists(st.tuples(SIGHTS, CONTROLS, CHOICES), min_size=1, max_size=12))
@settings(deadline=None)
def test_what_is_chosen_is_never_replaced_by_what_is_matched(
    looks: list[tuple[tuple[Project, ...], tuple[Project, ...], str]],
) -> None:
    """After any sequence of looks: while a choice stands, an answer is about its project or says
    that it is gone; without one, no answer is about a project chosen before.
    """
    one = known(asked(wanted_until=NOW + 99 * HOUR), control="7")
    for number, (rows, control, choice) in enumerate(looks):
        aliases = {(WS, LABEL): Alias(WS, LABEL, choice)} if choice else {}
        labels = tuple(replace(x, asked=x.asked + 1) for x in one.labels)
        one = replace(one, labels=labels, identity=Identity(aliases))
        one = after(one, decide(one, *rows, *control, now=NOW + number * HOUR))
        (now,) = one.labels
        if not now.pending:
            assert now.resolution.chosen == choice
            assert now.resolution.project_id in ({choice, ""} if choice else {PROJECT, OTHER, ""})
