"""An administrator says that a project stays closed: whoever was held back is told, and no more
administrators are asked.
"""

from dataclasses import replace

import pytest

from shared.domain.announce import case_notices
from shared.domain.blocker import Blocker, Ruling, observe, vanish
from shared.domain.case import Case
from shared.domain.clock import DAY, HOUR
from shared.domain.finding import Project, Status
from shared.domain.notice import Notice, Tone
from shared.domain.rules import Rules
from shared.domain.standing import Standing
from tests.builders import (
    ACCOUNT,
    ADMIN,
    NOW,
    PEOPLE,
    PROJECT,
    SUBMITTER,
    WS_ADMIN,
    blocker,
    case,
    closed_project,
)

STAYS = closed_project(ruling=Ruling(1, "arn:nora", NOW))
MARK = f"P#{PROJECT}@1"
STORM = Rules(few_submitters=0)


def told(one: Case, by: Blocker, rules: Rules = STORM) -> tuple[tuple[Notice, ...], Case]:
    standing = Standing(blocked=(by,))
    return case_notices(one, one, {one.report_id: standing}, (one,), PEOPLE, rules, NOW)


def brief(notices: tuple[Notice, ...]) -> list[tuple[str, Tone, int]]:
    return [(n.person, n.tone, n.send_after - NOW) for n in notices]


def test_it_holds_for_the_epoch_in_which_it_was_said() -> None:
    """The project that was opened and closed again is asked about anew."""
    assert STAYS.stays_closed
    assert not replace(STAYS, epoch=2).stays_closed
    assert not replace(STAYS, status=Status.ACTIVE).stays_closed
    assert not closed_project().stays_closed


def test_a_look_at_netsuite_keeps_it() -> None:
    """Both where the project is found and where it isn't."""
    seen = observe(ACCOUNT, STAYS, Project(PROJECT, "P-1", "Apollo", inactive=True), NOW)
    assert seen.stays_closed
    assert vanish(STAYS, NOW).ruling == STAYS.ruling
    assert observe(ACCOUNT, None, Project(PROJECT, "P-1", "A", inactive=True), NOW).ruling is None


def test_without_it_submitters_wait_in_a_storm() -> None:
    """The administrators are asked first; four hours of Friday, the weekend not counted."""
    notices, after = told(case(), closed_project())
    assert brief(notices) == [(ADMIN, Tone.REACTIVATE, 0), (SUBMITTER, Tone.RETAG, 4 * HOUR)]
    assert after.told == (MARK,)
    saturday = replace(case(), opened_at=NOW + DAY)
    standing = {saturday.report_id: Standing(blocked=(closed_project(),))}
    found, _ = case_notices(saturday, saturday, standing, (saturday,), PEOPLE, STORM, NOW + DAY)
    assert found[1].send_after == NOW + DAY + (16 + 24 + 4) * HOUR


def test_who_was_held_back_is_told_at_once_and_once() -> None:
    """Put again without the wait; the mark says that it was."""
    notices, after = told(case(told=(MARK,)), STAYS)
    assert brief(notices) == [(SUBMITTER, Tone.RETAG, 0)]
    assert set(after.told) == {MARK, f"!{MARK} stays closed"}
    assert told(after, STAYS) == ((), after)


def test_of_a_new_report_no_administrator_is_asked() -> None:
    """They have answered; its submitter needn't wait."""
    notices, after = told(case(), STAYS)
    assert set(brief(notices)) == {(SUBMITTER, Tone.RETAG, 0)}
    assert len({n.id for n in notices}) == 1
    assert set(after.told) == {MARK, f"!{MARK} stays closed"}


@pytest.mark.parametrize("status", [Status.INACTIVE, Status.EXPENSES_OFF])
def test_whoever_may_retag_is_told(status: Status) -> None:
    """Where an approved report can't be edited, the workspace's administrators: they are told with
    which project by the submitters, who are asked at once, too.
    """
    people = replace(PEOPLE, retag_by="workspace_admin")
    by = blocker(status, ruling=Ruling(1, "arn:nora", NOW))
    one = case(told=(MARK,))
    standing = Standing(blocked=(by,))
    notices, _ = case_notices(one, one, {one.report_id: standing}, (one,), people, STORM, NOW)
    assert brief(notices) == [(SUBMITTER, Tone.RETAG, 0), (WS_ADMIN, Tone.RETAG, 0)]
