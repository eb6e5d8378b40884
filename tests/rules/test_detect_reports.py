"""What is news about a report."""

import pytest

from shared.domain.clock import ForeignTime
from shared.domain.detect_reports import (
    CHANGED,
    FAILED,
    FoundReport,
    Sighting,
    digest,
    latest,
    news_of,
)
from shared.domain.report import Action, ActionKind
from tests.builders import LABEL, NS0770, REPORT, SUBMITTER, WS, action, arrived, refused, report

BEGAN = ForeignTime("2027-01-15 10:00:30.000")


def found(*actions: Action, **more: object) -> FoundReport:
    return FoundReport(WS, report(*actions, **more))


def seen(*actions: Action, **more: object) -> Sighting:
    ids = tuple(a.id for a in actions if a.kind is ActionKind.EXPORT_FAILED)
    return Sighting(WS, REPORT, ids, digest(report(*actions, **more)))


def test_a_failure_that_was_never_seen_is_said_in_the_public_words() -> None:
    """Under an id that any repeat has, too."""
    news = news_of(found(refused(1)), None, None)
    assert news is not None
    assert news.kind == FAILED
    assert news.details == (
        {
            "version": 1,
            "workspaceId": WS,
            "reportId": REPORT,
            "errorMessage": NS0770.format(LABEL),
            "eventId": f"{REPORT}.a1",
            "failedAt": "2027-01-15 10:00:01.000",
            "reportName": "Trip",
            "submitterEmail": SUBMITTER,
        },
    )
    assert news.sighting == seen(refused(1))


def test_every_text_of_a_failure_is_told() -> None:
    """Several codes, several projects."""
    failure = action(1, ActionKind.EXPORT_FAILED, NS0770.format("A"), NS0770.format("B"))
    news = news_of(found(failure), None, None)
    assert news is not None
    assert news.details[0]["errorMessage"] == f"{NS0770.format('A')}\n{NS0770.format('B')}"


def test_what_is_not_told_is_left_out() -> None:
    """An empty name is none."""
    news = news_of(found(refused(1), name="", submitter=""), None, None)
    assert news is not None
    assert not {"reportName", "submitterEmail"} & set(news.details[0])


def test_a_report_without_a_failure_is_nothing_to_us() -> None:
    assert news_of(found(action(1), arrived(2)), None, None) is None


def test_what_was_seen_is_no_news() -> None:
    """By its identity, however old or young it is."""
    assert news_of(found(refused(1)), seen(refused(1)), None) is None


def test_a_second_failure_is_said_alone() -> None:
    """And both are known afterwards."""
    news = news_of(found(refused(1), refused(2)), seen(refused(1)), None)
    assert news is not None
    assert [detail["eventId"] for detail in news.details] == [f"{REPORT}.a2"]
    assert news.sighting.failures == ("a1", "a2")


def test_a_failure_told_late_is_news_though_it_is_older_than_one_we_know() -> None:
    """Nothing goes by dates alone."""
    news = news_of(found(refused(1), refused(2)), seen(refused(2)), None)
    assert news is not None
    assert [detail["eventId"] for detail in news.details] == [f"{REPORT}.a1"]


def test_one_failure_that_is_told_twice_is_one() -> None:
    news = news_of(found(refused(1), refused(1)), None, None)
    assert news is not None
    assert len(news.details) == 1


@pytest.mark.parametrize(("second", "said"), [(29, False), (30, False), (31, True)])
def test_what_was_there_before_we_began_is_seen_in_silence(second: int, said: bool) -> None:
    """By Expensify's own clock."""
    news = news_of(found(refused(second)), None, BEGAN)
    assert news is not None
    assert bool(news.details) is said
    assert news.sighting.failures == (f"a{second}",)


def test_a_failure_that_an_export_has_put_right_is_not_said() -> None:
    """An export of the same instant may have come before it."""
    news = news_of(found(refused(1), arrived(2)), None, None)
    assert news is not None
    assert news.details == ()
    news = news_of(found(refused(2), arrived(2)), None, None)
    assert news is not None
    assert news.kind == FAILED


@pytest.mark.parametrize(
    ("actions", "more", "what"),
    [
        ((refused(1), arrived(2)), {}, "exported"),
        ((refused(1), action(2, ActionKind.MARKED_BY_HAND)), {}, "exported"),
        ((refused(1), action(2)), {}, "changed"),
        ((refused(1),), {"labels": ()}, "changed"),
    ],
)
def test_a_failed_report_that_changed_is_a_hint(
    actions: tuple[Action, ...], more: dict[str, object], what: str
) -> None:
    """Exported, marked, commented on, retagged."""
    news = news_of(found(*actions, **more), seen(refused(1)), None)
    assert news is not None
    assert news.kind == CHANGED
    assert news.details == (
        {
            "version": 1,
            "workspaceId": WS,
            "reportId": REPORT,
            "eventId": f"{REPORT}.{news.sighting.digest}",
            "what": what,
        },
    )


def test_a_failure_that_came_and_went_between_two_searches_is_a_hint() -> None:
    """There is a case of the one before it."""
    news = news_of(found(refused(1), refused(2), arrived(3)), seen(refused(1)), None)
    assert news is not None
    assert (news.kind, news.sighting.failures) == (CHANGED, ("a1", "a2"))


def test_a_field_that_holds_the_project_and_changed_is_a_hint() -> None:
    """As a label of an expense is."""
    before = news_of(FoundReport(WS, report(refused(1)), ("Apollo",)), None, None)
    assert before is not None
    known = before.sighting
    assert news_of(FoundReport(WS, report(refused(1)), ("Apollo",)), known, None) is None
    news = news_of(FoundReport(WS, report(refused(1)), ("Borealis",)), known, None)
    assert news is not None
    assert news.kind == CHANGED


def test_a_report_without_such_fields_has_the_digest_that_it_always_had() -> None:
    """Else each that failed would seem to have changed."""
    assert digest(report(refused(1)), ()) == digest(report(refused(1))) == "248ef215dd956f98"
    assert digest(report(refused(1)), ("",)) != digest(report(refused(1)))


def test_unknown_labels_are_no_labels_of_the_digest() -> None:
    assert digest(report(labels=None)) == digest(report(labels=()))


def test_the_latest_moment_is_any_actions() -> None:
    assert latest((found(action(3)), found(refused(2)))) == action(3).at
    assert latest(()) is None
