"""Failures told after the end of their case, through every workflow; and what was held back."""

import pytest

from operate.release import Release
from shared.domain.case import Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.report import ReportState
from tests.builders import ADMIN, LABEL, NS0770, REPORT, SUBMITTER, WS, WS_ADMIN
from tests.workflows.kit import Service, failed_event, workspace_settings
from tests.workflows.stages import stuck


def exported() -> Service:
    """Failed, opened, exported by us and told; nothing is on its way."""
    service = stuck(active=True)
    service.run(2 * HOUR, until=lambda: service.case().finished)
    assert service.case().reason is Why.EXPORTED
    service.run(HOUR)
    return service


def heard(service: Service) -> list[str]:
    return [announcement.detail_type for announcement in service.bus]


def test_a_failure_told_late_leaves_all_as_it_was() -> None:
    """No mail, no event, no second export; the history says why."""
    service = exported()
    before, mails = heard(service), len(service.mail.sent)
    service.take(failed_event(event_id="late"))
    service.run(HOUR, until=lambda: service.case().finished)
    one = service.case()
    assert (one.phase, one.reason, one.episode) == (Phase.RESOLVED, Why.EXPORTED, 1)
    assert one.history[-1].why is Why.TOLD_LATE
    assert (heard(service), len(service.mail.sent)) == (before, mails)
    assert service.expensify.postings == [REPORT]


def test_so_does_one_that_is_told_after_the_case_has_expired() -> None:
    """What we exported is remembered for ever."""
    service = exported()
    before = heard(service)
    service.cases.expire(WS, REPORT)
    service.clock.advance(500 * DAY)
    service.take(failed_event(event_id="late", failedAt="2027-01-15 10:00:01"))
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.case().reason is Why.EXPORTED
    assert heard(service) == before
    assert service.expensify.postings == [REPORT]


def fails_anew(service: Service) -> None:
    """Unapproved, its mark gone, approved and refused once more."""
    service.expensify.reports[REPORT].exported = False
    service.expensify.fail(REPORT, NS0770.format(LABEL))
    service.take(failed_event(event_id="new"))


@pytest.mark.parametrize("expired", [False, True])
def test_a_new_failure_is_opened_for_all_to_hear_and_never_exported_again(*, expired: bool) -> None:
    """A person decides: our first record may still be in NetSuite."""
    service = exported()
    if expired:
        service.cases.expire(WS, REPORT)
    fails_anew(service)
    service.run(6 * HOUR, until=lambda: service.case().phase is Phase.NEEDS_PERSON)
    one = service.case()
    assert (one.episode, one.reason) == (2, Why.EXPORTED_BEFORE)
    assert "Case Reopened" in service.bus
    assert service.expensify.postings == [REPORT]


def test_an_event_about_a_report_deleted_since_is_closed_without_a_word() -> None:
    """Beside a neighbour that is there."""
    service = exported()
    mails = len(service.mail.sent)
    service.expensify.put("R9")
    service.expensify.fail("R9", NS0770.format(LABEL))
    service.take(failed_event("R9", "e-9"))
    del service.expensify.reports[REPORT]
    service.take(failed_event(event_id="late"))
    service.run(6 * HOUR, until=lambda: service.case().finished)
    assert service.case().reason is Why.DELETED
    assert not [
        x for x in service.mail.sent[mails:] for r in x.subject.reports if r.report_id == REPORT
    ]


def test_an_event_about_a_report_unapproved_since_changes_nothing() -> None:
    """It failed before its case ended; its next failure has an event of its own."""
    service = exported()
    service.expensify.reports[REPORT].exported = False
    service.expensify.reports[REPORT].state = ReportState.OPEN
    service.take(failed_event(event_id="late"))
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.case().history[-1].why is Why.TOLD_LATE


# --- going live ----------------------------------------------------------------------------------


def live(*report_ids: str, active: bool = False) -> Service:
    """Failures that were told before the workspace went live, which is now."""
    service = stuck(*report_ids, active=active)
    service.clock.advance(MINUTE)
    service.settings.add(workspace_settings(act_since=service.clock()))
    return service


def release(service: Service, report: str = "") -> Release:
    said: list[str] = []
    one = Release(
        service.cases, service.accounts, service.settings, service.rows,
        "nora", service.clock, said.append, lambda _question: True,
    )  # fmt: skip
    assert one.release(WS, report)
    return one


def test_what_is_held_back_is_read_and_nothing_else() -> None:
    """No mail, no sync, no export, however long."""
    service = live("R1", "R2", active=True)
    service.run(3 * DAY)
    assert service.case("R1").read_at is not None
    assert (len(service.mail.sent), service.calls("export"), service.calls("start_sync")) == (
        0, [], [],
    )  # fmt: skip


def test_what_is_released_goes_its_way_and_the_rest_stays() -> None:
    """One report of two; then the other."""
    service = live("R1", "R2", active=True)
    service.run(DAY)
    release(service, "R1")
    service.run(DAY, until=lambda: service.case("R1").finished)
    assert service.expensify.postings == ["R1"]
    assert service.case("R2").phase is Phase.WAITING
    release(service)
    service.run(DAY, until=lambda: service.case("R2").finished)
    assert service.expensify.postings == ["R1", "R2"]


def test_a_mail_about_a_live_report_is_silent_of_those_held_back() -> None:
    """And the good news doesn't wait for them."""
    service = live("R1")
    service.expensify.put("R2")
    service.expensify.fail("R2", NS0770.format(LABEL))
    service.take(failed_event("R2", "e-R2"))
    service.run(DAY, until=lambda: len(service.mail.sent) == 2)
    told = [[r.report_id for r in letter.subject.reports] for letter in service.mail.sent]
    assert told == [["R2"], ["R2"]]
    assert {letter.notice.person for letter in service.mail.sent} == {ADMIN, SUBMITTER}
    service.expensify.mark("R2")
    service.run(DAY, until=lambda: len(service.mail.sent) == 4)
    assert {letter.notice.tone for letter in service.mail.sent[2:]} == {"done"}


def test_who_released_stands_in_no_mail() -> None:
    """It is the operators' affair, and may be an address."""
    service = live("R1")
    service.take(failed_event("R1", "e-2", errorMessage="NS0024 Export Error: Invalid tag."))
    service.expensify.fail("R1", "NS0024 Export Error: Invalid tag.")
    service.run(HOUR)
    assert not service.mail.sent
    release(service)
    service.run(DAY, until=lambda: bool(service.mail.sent))
    assert WS_ADMIN in {letter.notice.person for letter in service.mail.sent}
    told = [report.detail for letter in service.mail.sent for report in letter.subject.reports]
    assert told
    assert not [detail for detail in told if "nora" in detail]
