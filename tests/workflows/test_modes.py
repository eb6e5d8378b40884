"""What each mode does with a whole story, and what a switch of the mode does to one in flight."""

import pytest

from shared.domain.case import Case, Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.mode import Mode
from shared.domain.notice import Role, Tone
from tests.builders import (
    ADMIN,
    LABEL,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    closed_project,
)
from tests.workflows.kit import Service, envelope, workspace_settings
from tests.workflows.stages import flying, look, read_and_answered, reopen, stuck, synced

OTHER = "R002"
ACTS = ("start_sync", "export")
BY_APP = ("open_report", "sync_state", *ACTS)


def switch(service: Service, mode: Mode) -> None:
    service.settings.add(workspace_settings(mode=mode))


def in_mode(mode: Mode, *report_ids: str, active: bool = False) -> Service:
    """Reports that failed on the closed project, or on one that was opened since."""
    service = stuck(*report_ids, active=active)
    switch(service, mode)
    return service


def called(service: Service, *names: str) -> list[str]:
    return [call for call, _ in service.expensify.asked if call in names]


def tones(service: Service, person: str) -> list[Tone]:
    return [letter.notice.tone for letter in service.mail.to(person)]


def would(case: Case) -> list[str]:
    return [entry.detail for entry in case.history if entry.why is Why.WOULD]


def by_hand(service: Service, *report_ids: str) -> None:
    """*Sync now*, and then *Export* of each report."""
    service.expensify.ask_sync()
    service.expensify.settle()
    for report_id in report_ids or (REPORT,):
        service.expensify.ask_export(report_id)
    service.expensify.settle()


# --- observe -----------------------------------------------------------------------------------


def test_who_observes_tells_nobody_and_asks_for_nothing() -> None:
    """Reading goes on, by the official face alone; the history says what would have been."""
    service = in_mode(Mode.OBSERVE)
    service.run(6 * HOUR)
    assert not service.mail
    assert not service.topic
    assert called(service, *BY_APP) == []
    assert len(service.calls("read")) >= 5
    assert would(service.case()) == [f"told netsuite_admin + submitter of project {PROJECT}"]


def test_each_change_of_what_would_have_been_is_one_line() -> None:
    """However often it is looked at meanwhile."""
    service = in_mode(Mode.OBSERVE)
    service.run(3 * HOUR)
    reopen(service)
    service.run(3 * HOUR)
    told, done = would(service.case())
    assert told.startswith("told ")
    assert done == "synced, then exported"
    by_hand(service)
    service.run(2 * HOUR)
    assert service.case().reason is Why.EXPORTED_BY_OTHERS
    assert len(would(service.case())) == 2
    assert not service.mail


def test_our_own_events_are_published_while_we_observe() -> None:
    """They go to our own bus; that somebody was asked for something is not said."""
    service = in_mode(Mode.OBSERVE)
    service.run(HOUR)
    by_hand(service)
    service.run(2 * HOUR)
    reopen(service)
    by_hand(service)
    service.run(2 * HOUR)
    kinds = [event.detail_type for event in service.bus.published]
    assert kinds == ["Case Opened", "Case Closed"]


# --- assist ------------------------------------------------------------------------------------


def test_who_assists_asks_for_the_clicks_and_sees_them_done() -> None:
    """Everybody who was asked for something hears of the end; we do nothing ourselves."""
    service = in_mode(Mode.ASSIST)
    service.run(HOUR)
    assert tones(service, ADMIN) == [Tone.REACTIVATE]
    assert tones(service, WS_ADMIN) == []
    reopen(service)
    service.run(HOUR, until=lambda: bool(tones(service, WS_ADMIN)))
    (letter,) = service.mail.to(WS_ADMIN)
    assert (letter.notice.tone, letter.notice.role) == (Tone.ASSIST, Role.WORKSPACE_ADMIN)
    assert [report.report_id for report in letter.subject.reports] == [REPORT]
    assert letter.subject.project_name == LABEL
    by_hand(service)
    service.run(20 * MINUTE)
    assert service.case().reason is Why.EXPORTED_BY_OTHERS
    assert tones(service, WS_ADMIN) == [Tone.ASSIST, Tone.DONE]
    assert tones(service, ADMIN) == [Tone.REACTIVATE, Tone.DONE]
    assert tones(service, SUBMITTER) == [Tone.RETAG, Tone.DONE]
    assert called(service, *BY_APP) == []


def test_a_whole_batch_is_one_mail() -> None:
    """Of all reports that stand fixed, however long nobody does the clicks."""
    service = in_mode(Mode.ASSIST, REPORT, OTHER, active=True)
    service.run(DAY)
    (letter,) = service.mail.to(WS_ADMIN)
    assert {report.report_id for report in letter.subject.reports} == {REPORT, OTHER}


def test_done_is_a_hint_that_has_the_report_read_at_once() -> None:
    """And reading proves, not the hint."""
    service = in_mode(Mode.ASSIST, active=True)
    service.run(HOUR, until=lambda: bool(tones(service, WS_ADMIN)))
    service.expensify.asked.clear()
    hint = {"version": 1, "workspaceId": WS, "reportId": REPORT}
    service.take(envelope("expensify", "Report Changed", hint))
    service.deliver()
    assert service.calls("read") == [REPORT]
    assert service.case().phase is Phase.WAITING
    by_hand(service)
    service.take(envelope("expensify", "Report Changed", hint))
    service.deliver()
    assert service.case().phase is Phase.CLOSED


def test_what_nobody_does_is_read_less_and_less_often() -> None:
    """A few times in the first hour, then hourly: the budget of reads is for others, too."""
    service = in_mode(Mode.ASSIST, active=True)
    service.run(HOUR, until=lambda: bool(tones(service, WS_ADMIN)))
    service.expensify.asked.clear()
    service.run(HOUR)
    assert 6 <= len(service.calls("read")) <= 13
    service.run(9 * HOUR)
    service.expensify.asked.clear()
    service.run(12 * HOUR)
    assert 11 <= len(service.calls("read")) <= 13


def test_nobody_is_asked_to_export_what_was_exported_meanwhile() -> None:
    """It is read before the mail, although it was read not long ago."""
    service = in_mode(Mode.ASSIST)
    service.run(2 * HOUR)
    reopen(service)
    by_hand(service)
    service.run(3 * HOUR)
    assert service.case().reason is Why.EXPORTED_BY_OTHERS
    assert tones(service, WS_ADMIN) == []


def test_a_mail_that_is_not_true_any_more_is_not_sent() -> None:
    """The project was closed again between the putting and the sending."""
    service = read_and_answered()
    switch(service, Mode.ASSIST)
    look(service)
    (notice,) = service.notices_of(WS_ADMIN)
    assert notice.tone is Tone.ASSIST
    service.accounts.put_blocker(closed_project(version=1))
    service.clock.advance(10 * MINUTE)
    service.look_at_person(WS_ADMIN)
    assert tones(service, WS_ADMIN) == []


def test_what_we_exported_before_is_looked_for_in_netsuite_first() -> None:
    """A refusal carries no sign of whose attempt it was; so no clicks are asked for."""
    service = flying()
    switch(service, Mode.ASSIST)
    service.expensify.closed.add(LABEL)
    service.expensify.settle()
    look(service)
    assert service.case().phase is Phase.WAITING
    reopen(service)
    service.run(3 * HOUR)
    assert service.case().reason is Why.TRIED_ONCE
    assert tones(service, WS_ADMIN) == [Tone.NEEDS_PERSON]


# --- switched while in flight ------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.ASSIST])
def test_switching_down_stops_the_next_act(mode: Mode) -> None:
    """Within the very look that had decided to act: its settings are read again."""
    service = synced()
    service.fuse.hooks["workspaces.save"] = lambda: switch(service, mode)
    look(service)
    service.run(DAY)
    assert called(service, *ACTS) == []


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.ASSIST])
def test_what_is_in_flight_is_read_back_by_the_app(mode: Mode) -> None:
    """That is where its baseline came from."""
    service = flying()
    switch(service, mode)
    service.expensify.settle()
    service.run(HOUR)
    assert service.case().phase is Phase.RESOLVED
    assert "open_report" in called(service, *BY_APP)
    assert called(service, *ACTS) == []


def test_a_sync_in_flight_is_followed_and_then_let_go() -> None:
    """No sync of ours is anybody's concern where people sync."""
    service = in_mode(Mode.AUTO, active=True)
    service.run(HOUR, until=lambda: bool(called(service, "start_sync")))
    service.expensify._pending.clear()
    switch(service, Mode.ASSIST)
    service.run(4 * HOUR)
    workspace = service.workspaces.get(WS)
    assert not workspace.syncing
    assert tones(service, WS_ADMIN) == [Tone.ASSIST]
    service.expensify.asked.clear()
    service.run(2 * HOUR)
    assert called(service, *BY_APP) == []


def test_switching_up_takes_up_where_things_stand() -> None:
    """Whoever was told nothing while we observed is told now; then we sync and export."""
    service = in_mode(Mode.OBSERVE)
    service.run(6 * HOUR)
    switch(service, Mode.AUTO)
    service.run(2 * HOUR)
    assert tones(service, ADMIN) == [Tone.REACTIVATE]
    reopen(service)
    service.run(2 * HOUR)
    assert service.case().phase is Phase.RESOLVED
    assert called(service, *ACTS) == ["start_sync", "export"]
    assert tones(service, ADMIN) == [Tone.REACTIVATE, Tone.DONE]


def test_what_was_about_to_be_said_waits_while_we_observe() -> None:
    """And is said, if it is true by then, as soon as people may hear of it."""
    service = read_and_answered(active=False)
    look(service)
    assert [notice.tone for notice in service.notices_of(ADMIN)] == [Tone.REACTIVATE]
    switch(service, Mode.OBSERVE)
    service.run(6 * HOUR)
    assert not service.mail
    switch(service, Mode.ASSIST)
    service.run(2 * HOUR)
    assert tones(service, ADMIN) == [Tone.REACTIVATE]


def test_the_kill_switch_and_the_mode_are_two_things() -> None:
    """With the switch off people are still asked for the clicks."""
    service = in_mode(Mode.ASSIST, active=True)
    service.acts = False
    service.run(2 * HOUR)
    assert tones(service, WS_ADMIN) == [Tone.ASSIST]
