"""What a read says, as a whole: the evidence with the report and the messages that support it."""

import pytest

from shared.domain.case import Case
from shared.domain.clock import HOUR
from shared.domain.evidence import Evidence, Reading, Seen, first_mark, weigh
from shared.domain.failure_text import parse
from shared.domain.report import Action, ActionKind, Report, ReportState, baseline_of
from tests.builders import NOW, REPORT, action, arrived, case, flying, official, refused, report

NS0034 = "NS0034 Export Error: This record already exists."
NS0024 = "NS0024 Export Error: Invalid 'customer' tag."
NO_CODE = "The export did not work."
MARKED = action(2, ActionKind.MARKED_BY_HAND)


def failed(number: int, text: str) -> Action:
    return action(number, ActionKind.EXPORT_FAILED, text)


def read(one: Case, seen: Report) -> Reading | None:
    by_face = {REPORT: seen}
    both = Seen(app=by_face) if one.intent else Seen(official=by_face)
    return weigh(one, both, HOUR, NOW)


@pytest.mark.parametrize(
    ("evidence", "news", "more", "text"),
    [
        (Evidence.SAID_TO_EXIST, failed(2, NS0034), {}, NS0034),
        (Evidence.PROJECT_REFUSED, refused(2), {}, refused(2).messages[0]),
        (Evidence.OTHER_REFUSED, failed(2, NS0024), {}, NS0024),
        (Evidence.OTHER_REFUSED, action(2), {"error_count": 2}, ""),
        (Evidence.MARKED, MARKED, {}, ""),
        (Evidence.NOT_APPROVED, action(2), {"state": ReportState.OPEN}, ""),
        (Evidence.NOTHING_NEW, action(2), {}, ""),
        (Evidence.UNREADABLE, refused(2), {"state": ReportState.UNKNOWN}, ""),
    ],
)
def test_a_reading_holds_the_report_and_the_messages_that_support_it(
    evidence: Evidence, news: Action, more: dict[str, object], text: str
) -> None:
    """What is shown to people and remembered as the mark comes from there."""
    seen = report(refused(1), news, **more)
    problems = parse(text).problems if text else ()
    assert read(flying(), seen) == Reading(evidence, seen, problems)


def test_an_arrival_holds_its_urls() -> None:
    """Where the record stands; by the flag alone there are none."""
    seen = report(refused(1), arrived(2), exported=True)
    assert read(flying(), seen) == Reading(Evidence.EXPORTED, seen, urls=arrived(2).urls)
    flagged = report(refused(1), exported=True)
    assert read(flying(), flagged) == Reading(Evidence.EXPORTED, flagged)


def test_a_report_is_looked_at_by_either_face() -> None:
    """In flight the official face alone says nothing, but it was looked at."""
    seen = official(refused(1))
    for one in (Seen(official={REPORT: seen}), Seen(app={REPORT: seen})):
        assert one.looked_at(REPORT)
        assert not one.looked_at("R002")
    assert read(flying(intent=None), seen) == Reading(Evidence.NOTHING_NEW, seen)
    alone = weigh(flying(), Seen(official={REPORT: seen}), HOUR, NOW)
    assert alone == Reading(Evidence.UNREADABLE)


def test_the_first_mark_is_the_newest_failure_of_the_cases_own_codes() -> None:
    """Without a code as with one; and the newest of any kind, if none is alike."""
    seen = official(failed(1, NO_CODE), failed(2, NS0024))
    assert first_mark(case(codes=("",)), seen) == baseline_of(seen, upto=seen.actions[0])
    assert first_mark(case(codes=("NS0024",)), seen) == baseline_of(seen, upto=seen.actions[1])
    assert first_mark(case(), seen) == baseline_of(seen, upto=seen.actions[1])


def test_the_first_mark_is_never_before_the_end_of_the_last_episode() -> None:
    """By the same face; an end that stood in no history is before everything."""
    seen = official(refused(1), arrived(2))
    failure, end = baseline_of(seen, upto=seen.actions[0]), baseline_of(seen)
    assert first_mark(case(over=(end,)), seen) == end
    assert first_mark(case(over=(end,)), official()) == end
    assert first_mark(case(over=(baseline_of(report(refused(1), arrived(2))),)), seen) == failure
    assert first_mark(case(over=(baseline_of(official()),)), seen) == failure
