"""A run that dies before any of its effects: no second export, no lost report, no flood of mail."""

from collections import Counter
from collections.abc import Callable

import pytest

from shared.domain.case import Phase
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.decide_notify import Letter
from shared.domain.notice import Role
from tests.builders import LABEL, REPORT
from tests.fakes.expensify import Trouble
from tests.workflows.fuse import Fuse
from tests.workflows.kit import Service, failed_event
from tests.workflows.stages import reopen

REPORTS = (REPORT, "R002", "R003")


def story(
    fuse: Fuse, *reports: str, redelivers: bool = True, lost: Trouble | None = None
) -> Service:
    """Reports fail on a closed project; half an hour later it is opened; two days pass."""
    service = Service(fuse=fuse, redelivers=redelivers)
    service.expensify.closed.add(LABEL)
    for report_id in reports:
        service.expensify.put(report_id)
        service.expensify.ask_export(report_id)
    service.expensify.settle()
    if lost:
        service.expensify.trouble("export", lost)
    for report_id in reports:
        while service.dies(failed_event(report_id, f"e-{report_id}")):
            pass
    service.run(30 * MINUTE)
    reopen(service)
    service.run(2 * DAY, until=lambda: over(service))
    service.run(2 * HOUR)
    return service


def over(service: Service) -> bool:
    return all(
        case.finished or case.phase is Phase.NEEDS_PERSON
        for case in service.cases.known.stored.values()
    )


def wrongs(service: Service, *reports: str) -> list[str]:
    """What must not be, whenever a run died."""
    posted = Counter(service.expensify.postings)
    asked = Counter(service.calls("export"))
    found = [f"{r}: posted {n} times" for r, n in posted.items() if n > 1]
    found += [f"{r}: asked for {n} times" for r, n in asked.items() if n > 1]
    for report_id in reports:
        found += wrong_end(service, report_id, posted[report_id])
    mails = Counter((x.notice.person, x.notice.id) for x in service.mail.sent)
    repeats = [key for key, n in mails.items() if n > 1]
    if len(repeats) > 1 or max(mails.values(), default=0) > 2:
        found.append(f"mails repeated: {repeats}")
    return found


def wrong_end(service: Service, report_id: str, posted: int) -> list[str]:
    """It arrived and its case says so, or a person knows."""
    case = service.case(report_id)
    if case.phase is Phase.RESOLVED:
        return [] if posted == 1 else [f"{report_id}: resolved with {posted} postings"]
    if case.phase is not Phase.NEEDS_PERSON:
        return [f"{report_id}: left {case.phase}"]
    told = {letter.notice.role for letter in service.mail.sent if report_id in listed(letter)}
    return [] if Role.WORKSPACE_ADMIN in told else [f"{report_id}: nobody was told"]


def listed(letter: Letter) -> set[str]:
    return {report.report_id for report in letter.subject.reports}


def everywhere(tell: Callable[[Fuse], Service], *reports: str) -> list[str]:
    """The story once without a death, then once for every effect that it had."""
    whole = Fuse()
    found = [f"alive: {wrong}" for wrong in wrongs(tell(whole), *reports)]
    for at in range(1, len(whole.effects) + 1):
        fuse = Fuse(at)
        wrong = wrongs(tell(fuse), *reports)
        found += [f"died before {at} {fuse.effects[at - 1]}: {each}" for each in wrong]
    return found


@pytest.mark.parametrize("redelivers", [True, False])
def test_whenever_a_run_dies_the_report_is_posted_once_or_a_person_knows(redelivers: bool) -> None:
    """Whether the queue delivers the wake-up again or it is lost with the run."""
    found = everywhere(lambda fuse: story(fuse, REPORT, redelivers=redelivers), REPORT)
    assert found == []


def test_whenever_a_run_dies_three_reports_are_posted_once_each_or_a_person_knows() -> None:
    """The canary and those that follow it."""
    found = everywhere(lambda fuse: story(fuse, *REPORTS), *REPORTS)
    assert found == []


@pytest.mark.parametrize("lost", [Trouble.LOST_DONE, Trouble.LOST_UNDONE])
def test_whenever_a_run_dies_a_lost_answer_is_no_second_export(lost: Trouble) -> None:
    """The call's outcome is unknown, and then the process dies as well."""
    found = everywhere(lambda fuse: story(fuse, REPORT, lost=lost), REPORT)
    assert found == []


def test_a_story_without_a_death_ends_well() -> None:
    """The one that the others are measured by: posted once, both told before and after."""
    service = story(Fuse(), REPORT)
    assert service.case().phase is Phase.RESOLVED
    assert service.expensify.postings == [REPORT]
    assert len(service.mail) == 4
    assert len(service.fuse.effects) > 100


def test_only_a_death_between_the_intent_and_its_call_costs_a_person() -> None:
    """Every other one is made up for by the next look."""
    whole = Fuse()
    story(whole, REPORT)
    deaths = [Fuse(at) for at in range(1, len(whole.effects) + 1)]
    handed = [fuse for fuse in deaths if story(fuse, REPORT).case().phase is Phase.NEEDS_PERSON]
    assert [fuse.effects[fuse.at - 1] for fuse in handed] == ["app.export"]
