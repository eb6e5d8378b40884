"""A failure by another code, from the event to its end, through all of the workflows."""

import pytest

from shared.catalogue import catalogue
from shared.domain.announce import OPERATORS
from shared.domain.case import Kind, Phase, Why
from shared.domain.clock import DAY, HOUR
from shared.domain.notice import Role, Tone
from tests.builders import ADMIN, LABEL, NS0770, REPORT, SUBMITTER, WS_ADMIN
from tests.workflows.kit import Service, failed_event
from tests.workflows.stages import flying, read_and_answered

NS0024 = catalogue().of("NS0024").text
NS0046 = catalogue().of("NS0046").text
UNKNOWN = "NS9999 Export Error: Something new."
NO_CODE = "Something went wrong."


def refused(message: str, **more: object) -> Service:
    """The report failed so, in Expensify's history as in the event, and was taken."""
    service = Service()
    service.expensify.put(REPORT)
    service.expensify.fail(REPORT, message)
    service.take(failed_event(errorMessage=message, **more))
    return service


def mails(service: Service) -> list[tuple[str, Role]]:
    return sorted((m.notice.person, m.notice.role) for m in service.mail.sent)


def asked(service: Service) -> set[str]:
    """What was asked of Expensify, by name."""
    return {call for call, _ in service.expensify.asked}


@pytest.mark.parametrize(
    ("message", "people"),
    [
        (NS0024, [ADMIN, WS_ADMIN]),
        (NS0046, [SUBMITTER, WS_ADMIN]),
        (f"{NS0024}\n{NS0046}", [ADMIN, SUBMITTER, WS_ADMIN]),
        (UNKNOWN, [WS_ADMIN]),
        (NO_CODE, [WS_ADMIN]),
    ],
)
def test_each_is_told_once_and_then_it_is_watched_in_silence(
    message: str, people: list[str]
) -> None:
    """For a week: no look into NetSuite, no sync, no export, no mail but the reminders."""
    service = refused(message, submitterEmail=None)
    service.run(7 * DAY)
    assert sorted(m.notice.person for m in service.mail.sent if not m.notice.rung) == people
    assert {m.notice.rung for m in service.mail.sent} == {0, 1, 2}
    assert (service.case().phase, service.case().kind) == (Phase.NEEDS_PERSON, Kind.OTHER)
    assert service.netsuite.asked == []
    assert asked(service) == {"read"}
    assert service.expensify.postings == []


@pytest.mark.parametrize("message", [UNKNOWN, NO_CODE])
def test_what_nobody_knows_goes_to_the_operators_too(message: str) -> None:
    """Through their topic, with Expensify's words."""
    service = refused(message)
    service.run(HOUR)
    (letter,) = [m for m in service.topic.sent if m.notice.person == OPERATORS]
    assert letter.notice.tone is Tone.OTHER_FAILURE
    assert message in letter.subject.reports[0].detail


def test_it_ends_when_a_person_has_exported_it() -> None:
    """Seen in its history; nobody gets a mail for that."""
    service = refused(NS0024)
    service.run(HOUR)
    told = len(service.mail)
    service.expensify.ask_export(REPORT)
    service.expensify.settle()
    service.run(DAY, until=lambda: service.case().finished)
    assert (service.case().phase, service.case().reason) == (Phase.RESOLVED, Why.EXPORTED)
    assert service.expensify.postings == [REPORT]
    assert len(service.mail) == told
    assert "Case Resolved" in service.bus


def test_it_ends_when_a_person_has_marked_it() -> None:
    """As NS0034 asks for."""
    service = refused(catalogue().of("NS0034").text)
    service.run(HOUR)
    service.expensify.mark(REPORT)
    service.run(DAY, until=lambda: service.case().finished)
    assert (service.case().phase, service.case().reason) == (Phase.CLOSED, Why.MARKED)
    assert service.expensify.postings == []


def test_the_next_code_is_told_to_whoever_can_put_that_right() -> None:
    """A person tried again, and it was something else."""
    service = refused(NS0024)
    service.run(HOUR)
    assert [person for person, _ in mails(service)] == [ADMIN, WS_ADMIN]
    service.expensify.fail(REPORT, NS0046)
    service.run(DAY)
    assert [person for person, _ in mails(service)] == [ADMIN, SUBMITTER, WS_ADMIN, WS_ADMIN]


def test_ns0770_later_is_told_and_still_not_ours() -> None:
    """The case stays of its kind: its project is not looked up, nothing synced or exported."""
    service = refused(NS0024)
    service.run(HOUR)
    service.expensify.fail(REPORT, NS0770.format(LABEL))
    service.take(failed_event(event_id="e-2", errorMessage=NS0770.format(LABEL)))
    service.run(2 * DAY)
    assert service.case().kind is Kind.OTHER
    assert service.netsuite.asked == []
    assert asked(service) == {"read"}
    assert service.mail.sent[-1].notice.about.endswith("#NS0770")


def test_an_attempt_of_ours_that_fails_by_another_code_is_never_repeated() -> None:
    """Whoever can put it right is told."""
    service = flying()
    service.expensify.settle()
    held = service.expensify.reports[REPORT]
    held.actions.pop()
    held.exported = False
    service.expensify.postings.clear()
    service.expensify.fail(REPORT, NS0024)
    service.run(7 * DAY)
    assert service.case().kind is Kind.OTHER
    assert service.calls("export") == []
    assert service.calls("start_sync") == []
    assert (ADMIN, Role.NETSUITE_ADMIN) in mails(service)


def test_a_case_that_became_another_one_keeps_no_project_watched() -> None:
    """What it waited for is wanted for its week, and then by nobody."""
    service = read_and_answered(active=False)
    service.expensify.fail(REPORT, NS0024)
    service.run(8 * DAY)
    assert service.case().kind is Kind.OTHER
    looks = len(service.netsuite.asked)
    service.run(8 * DAY)
    assert len(service.netsuite.asked) == looks
