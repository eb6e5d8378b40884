"""Reports that get another project, and reports of two: to the end, on fakes."""

from collections import Counter
from dataclasses import replace

import pytest

from shared.domain.case import Phase, Why
from shared.domain.clock import HOUR, MINUTE
from shared.domain.finding import Project
from shared.domain.notice import Tone
from shared.domain.rules import Rules
from tests.builders import ADMIN, LABEL, NS0770, REPORT, SUBMITTER, WS, WS_ADMIN
from tests.workflows.fuse import Died
from tests.workflows.kit import ACTIVE, INACTIVE, Service, failed_event, workspace_settings
from tests.workflows.notify_kit import blocked, notice, put
from tests.workflows.stages import reopen, stuck

HERMES = "Hermes"
OPEN = Project("99", "P-99", HERMES, "Acme Corp", inactive=False, allow_expenses=True)
CLOSED = replace(OPEN, inactive=True)


def closed_too(service: Service) -> None:
    """Hermes is closed as well, in both systems."""
    service.netsuite.projects = [INACTIVE, CLOSED]
    service.expensify.closed.add(HERMES)


def through(service: Service, report_id: str = REPORT) -> bool:
    return service.case(report_id).finished


def letters(service: Service, *tones: Tone) -> Counter[str]:
    """To whom, whatever the mail tells besides."""
    return Counter(
        mail.notice.person
        for mail in service.mail.sent
        if any(part.notice.tone in tones for part in mail.each)
    )


# --- retagged --------------------------------------------------------------------------------


def test_a_retag_that_nobody_tells_of_is_noticed_within_the_hour() -> None:
    """After we told people: synced once, exported once, and they hear of the end."""
    service = stuck()
    service.run(30 * MINUTE)
    assert letters(service, Tone.REACTIVATE, Tone.RETAG) == {ADMIN: 1, SUBMITTER: 1}
    service.netsuite.projects = [INACTIVE, OPEN]
    service.expensify.retag(REPORT, HERMES)
    service.run(3 * HOUR, until=lambda: len(service.mail) == 4)
    assert service.expensify.postings == [REPORT]
    assert (len(service.calls("start_sync")), len(service.calls("export"))) == (1, 1)
    assert letters(service, Tone.DONE) == {ADMIN: 1, SUBMITTER: 1}
    asked = service.netsuite.asked
    assert any(HERMES in question.texts for question in asked)


def test_a_retag_to_another_closed_project_starts_over() -> None:
    """Of the second one people are told as of the first; both have an end."""
    service = stuck()
    service.run(30 * MINUTE)
    closed_too(service)
    service.expensify.retag(REPORT, HERMES)
    service.run(2 * HOUR)
    assert service.calls("start_sync") == []
    assert letters(service, Tone.REACTIVATE) == {ADMIN: 2}
    service.netsuite.projects = [INACTIVE, OPEN]
    service.expensify.closed.discard(HERMES)
    service.run(2 * HOUR, until=lambda: through(service))
    assert service.expensify.postings == [REPORT]
    service.run(HOUR)
    about = {m.notice.about for m in service.mail.sent if m.notice.tone is Tone.DONE}
    assert about == {"P#4711", "P#99"}


@pytest.mark.parametrize("left", [(), (HERMES,)], ids=["to none", "one of two to an open one"])
def test_what_is_left_after_a_retag_decides(left: tuple[str, ...]) -> None:
    """Nothing that carries the closed project: it goes."""
    service = stuck()
    service.netsuite.projects = [INACTIVE, OPEN]
    service.expensify.retag(REPORT, LABEL, *left)
    service.run(90 * MINUTE)
    assert service.calls("start_sync") == []
    service.expensify.retag(REPORT, *left)
    service.run(2 * HOUR, until=lambda: through(service))
    assert (service.case().phase, service.case().reason) == (Phase.RESOLVED, Why.EXPORTED)
    assert service.expensify.postings == [REPORT]


@pytest.mark.parametrize("waiting", [200])
def test_all_that_wait_are_read_in_turn_by_few_requests(waiting: int) -> None:
    """Fifty at a time, the longest unread first: none is read twice before all were read once."""
    ids = [f"R{i:03d}" for i in range(waiting)]
    service = stuck(*ids)
    service.run(HOUR)
    began = len(service.calls("read"))
    service.run(3 * HOUR)
    reads = [call.split(",") for call in service.calls("read")[began:]]
    assert len(reads) <= 4 * -(-waiting // Rules().read_batch)
    assert max(len(ids) for ids in reads) <= Rules().read_batch
    times = Counter(report for asked in reads for report in asked)
    assert set(times) == set(ids)
    assert max(times.values()) - min(times.values()) <= 1
    assert service.calls("open_report") == []


def test_a_retagged_one_of_many_goes_alone() -> None:
    """The others wait on, and aren't read more often for that."""
    ids = [f"R{i:03d}" for i in range(60)]
    service = stuck(*ids)
    service.run(30 * MINUTE)
    service.netsuite.projects = [INACTIVE, OPEN]
    service.expensify.retag("R059", HERMES)
    service.run(3 * HOUR)
    assert service.expensify.postings == ["R059"]
    assert service.calls("export") == ["R059"]


# --- two projects of one report --------------------------------------------------------------


def of_two() -> Service:
    """The failure names one of its projects; both are closed."""
    service = stuck()
    closed_too(service)
    service.expensify.retag(REPORT, LABEL, HERMES)
    return service


def test_both_projects_of_a_report_are_told_in_one_mail() -> None:
    """One per person, though each project keeps its own notices."""
    service = of_two()
    service.run(30 * MINUTE)
    assert Counter(m.notice.person for m in service.mail.sent) == {ADMIN: 1, SUBMITTER: 1}
    for person in (ADMIN, SUBMITTER):
        notices = [n for n in service.notices_of(person) if not n.rung]
        assert {n.about for n in notices} == {"P#4711", "P#99"}
        assert all(n.sent_at is not None and n.listed == (REPORT,) for n in notices)


def test_both_projects_reach_the_topic_and_the_bus_one_by_one() -> None:
    """A ticket system has one ticket per project."""
    service = of_two()
    service.run(30 * MINUTE)
    about = Counter((m.notice.about, len(m.parts)) for m in service.topic.sent)
    assert about == {("P#4711", 0): 2, ("P#99", 0): 2}
    asked = [a for a in service.bus if a.detail_type == "Fix Requested"]
    assert Counter(a.detail["about"] for a in asked) == {"P#4711": 2, "P#99": 2}


def test_a_report_of_two_projects_is_synced_and_exported_once() -> None:
    """After both were opened, and not before."""
    service = of_two()
    service.run(30 * MINUTE)
    reopen(service)
    service.expensify.closed.add(HERMES)
    service.netsuite.projects = [ACTIVE, CLOSED]
    service.run(2 * HOUR)
    assert service.calls("start_sync") == []
    reopen(service)
    service.netsuite.projects = [ACTIVE, OPEN]
    service.run(2 * HOUR, until=lambda: through(service))
    assert (len(service.calls("start_sync")), service.calls("export")) == (1, [REPORT])
    assert service.expensify.postings == [REPORT]


def test_a_failure_that_names_both_asks_for_both_at_once() -> None:
    """By one question to NetSuite."""
    service = Service()
    closed_too(service)
    service.expensify.put(REPORT, LABEL, HERMES)
    text = f"{NS0770.format(LABEL)}, {NS0770.format(HERMES)}"
    service.take(failed_event(errorMessage=text))
    service.run(10 * MINUTE)
    assert set(service.netsuite.asked[0].texts) == {LABEL, HERMES}
    assert Counter(m.notice.person for m in service.mail.sent) == {ADMIN: 1, SUBMITTER: 1}


def test_a_mail_about_two_that_dies_on_its_way_repeats_only_what_was_not_settled() -> None:
    """Each notice is settled by itself."""
    service = put(blocked(), notice(), notice(step=1))
    service.fuse.at = len(["topic", "topic", "mail", "put", "settle", "put", "settle"])
    with pytest.raises(Died):
        service.look_at_person(ADMIN)
    service.look_at_person(ADMIN)
    assert [len(mail.notices) for mail in service.mail.sent] == [2, 1]
    assert not any(n.pending for n in service.notices_of(ADMIN) if not n.rung)


# --- who changes it --------------------------------------------------------------------------


def test_where_administrators_retag_both_are_asked_and_both_hear_of_the_end() -> None:
    """The submitter which project, the administrator for the clicks."""
    people = {**workspace_settings().people.model_dump(), "retag_by": "workspace_admin"}
    service = stuck()
    service.settings.workspaces[WS] = workspace_settings(people=people)
    service.run(30 * MINUTE)
    assert letters(service, Tone.RETAG) == {SUBMITTER: 1, WS_ADMIN: 1}
    service.expensify.retag(REPORT)
    service.run(3 * HOUR, until=lambda: through(service))
    service.run(30 * MINUTE)
    assert letters(service, Tone.DONE) == {ADMIN: 1, SUBMITTER: 1, WS_ADMIN: 1}
