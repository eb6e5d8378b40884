"""Failures that nobody tells of: found, said at least once, and within the promise."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND
from shared.domain.decide_detect import Credential
from shared.domain.finding import Fault
from shared.errors import TransientError
from shared.ports import Reconciler
from shared.reconcile import Budget
from tests.workflows.detect_kit import NS0770, Rig, detecting
from tests.workflows.fuse import Died

FAILED, CHANGED = "Report Export Failed", "Report Changed"


def test_what_was_there_before_is_seen_in_silence() -> None:
    """Of all ages; a failure after it is said, with all that Expensify tells of it."""
    with detecting() as rig:
        for n, days in enumerate((0, 3, 20, 60, 300)):
            rig.put(f"OLD{n}", "W00", days, failed=True)
        rig.put("NEW", "W00", 60)
        rig.settle()
        assert rig.said() == []
        assert len(rig.sightings.stored) == 5

        rig.fail("NEW")
        rig.run(rig.clock() + DAY)
        assert rig.said() == [(FAILED, "NEW")]
        (message,) = rig.inbox.messages
        assert message.source == "expensify"
        assert message.detail["errorMessage"] == NS0770.format("Apollo Rollout")
        assert message.detail["workspaceId"] == "W00"


def test_a_second_failure_is_said_and_so_is_the_end() -> None:
    """The report's identity isn't the failure's."""
    with detecting() as rig:
        rig.put("R1", "W00")
        rig.settle()
        rig.fail("R1")
        rig.run(rig.clock() + 12 * MINUTE)
        rig.fail("R1")
        rig.run(rig.clock() + 12 * MINUTE)
        assert rig.said() == [(FAILED, "R1")] * 2
        assert len(set(rig.ids())) == 2
        rig.sim.control("POST", "reports/R1/mark")
        rig.run(rig.clock() + 2 * HOUR)
        assert rig.said()[2:] == [(CHANGED, "R1")]
        assert rig.inbox.messages[-1].detail["what"] == "exported"


def test_a_failure_during_the_first_searches_is_not_taken_for_the_past() -> None:
    """The old slices are searched minutes after the first moment was noted."""
    with detecting() as rig:
        rig.put("YOUNG", "W00", failed=True)
        rig.put("OLD", "W00", 390)
        rig.look()
        rig.to(rig.clock() + SECOND)
        rig.fail("OLD")
        rig.settle()
        assert rig.said() == [(FAILED, "OLD")]


def test_a_run_killed_anywhere_says_it_again_under_the_same_id() -> None:
    """Between publishing and recording above all; nothing is ever left unsaid."""
    with detecting() as rig:
        rig.put("R1", "W00")
        rig.settle()
        rig.fail("R1")
        kept = replace(rig.credentials.get(rig.key), version=0)
        effects = 0
        said = False
        for at in range(1, 20):
            _restore(rig, kept)
            rig.inbox.messages.clear()
            rig.fuse.at, rig.fuse.effects = at, []
            try:
                rig.run(rig.clock() + 11 * MINUTE)
            except Died:
                effects += 1
                said = said or (bool(rig.inbox.messages) and not rig.sightings.stored)
            rig.fuse.at = 0
            rig.run(rig.clock() + 11 * MINUTE)
            assert set(rig.said()) == {(FAILED, "R1")}, rig.fuse.effects
            assert len(set(rig.ids())) == 1
            if effects < at:
                break
        assert said
        assert effects >= 4


def _restore(rig: Rig, kept: Credential) -> None:
    """Before anybody saw the failure."""
    rig.credentials.known.stored[rig.key] = kept
    rig.sightings.stored.clear()


def test_a_bus_that_takes_nothing_leaves_nothing_recorded() -> None:
    """What isn't said isn't seen."""
    with detecting() as rig:
        rig.put("R1", "W00")
        rig.settle()
        rig.fail("R1")
        rig.inbox.fault = TransientError("down")
        rig.to(rig.clock() + HOUR)
        with pytest.raises(TransientError):
            rig.look()
        assert rig.sightings.stored == {}
        rig.inbox.fault = None
        rig.look()
        assert rig.said() == [(FAILED, "R1")]


def test_a_project_in_a_field_of_the_report_is_noticed_when_it_changes() -> None:
    """Of the workspace whose settings name the field."""
    where = {"project_in": "report_field", "project_field": "Project Name"}
    with detecting(expensify=where) as rig:
        rig.put("R1", "W00", customFields={"Project Name": "Apollo", "Site": "Rome"})
        rig.settle()
        rig.fail("R1")
        rig.run(rig.clock() + 11 * MINUTE)
        rig.sim.put_report("R1", customFields={"Project Name": "Apollo", "Site": "Oslo"})
        rig.run(rig.clock() + 11 * MINUTE)
        assert rig.said() == [(FAILED, "R1")]
        rig.sim.put_report("R1", customFields={"Project Name": "Borealis", "Site": "Oslo"})
        rig.run(rig.clock() + 11 * MINUTE)
        assert rig.said() == [(FAILED, "R1"), (CHANGED, "R1")]


# --- the promise ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "promised"), [(1, 13 * MINUTE), (30, 63 * MINUTE), (200, DAY + 5 * MINUTE)]
)
def test_a_failure_is_seen_as_soon_as_promised(age: float, promised: int) -> None:
    """Whenever it happens: at any distance from the last search of its age. docs/detection.md."""
    # The others' searches would only take this test's time.
    timing = {"detect_fresh": 8 * 3600, "detect_recent": 8 * 3600} if age > 35 else {}
    with detecting(timing=timing) as rig:
        ids = [f"R{n}" for n in range(8)]
        for each in ids:
            rig.put(each, "W00", age)
        rig.settle()
        began, worst = rig.clock(), 0
        for n, each in enumerate(ids):
            rig.run(began + n * (promised + 7 * promised // 8))
            rig.fail(each)
            failed_at = rig.clock()
            while (FAILED, each) not in rig.said():
                rig.step()
            worst = max(worst, rig.clock() - failed_at)
        assert worst <= promised
        assert worst > promised // 8


def test_a_day_costs_the_same_requests_however_many_reports_there_are() -> None:
    """144 + 24 + 13 searches of two requests each, and one list of workspaces."""
    counted = []
    for reports in (1, 60):
        with detecting() as rig:
            for n in range(reports):
                rig.put(f"R{n}", "W00", n * 6 % 390, failed=n % 9 == 0)
            rig.settle()
            before = len(rig.requests())
            rig.run(rig.clock() + DAY)
            counted.append(len(rig.requests()) - before)
    assert counted[0] == counted[1]
    assert counted[0] <= 2 * (144 + 24 + 13 + 3) + 1


def test_the_first_searches_take_few_minutes_and_requests() -> None:
    """Then a new workspace is watched."""
    with detecting(workspaces=5) as rig:
        began = rig.clock()
        rig.settle()
        assert rig.clock() - began <= 20 * MINUTE
        assert len(rig.requests()) <= 1 + 2 * 18
        assert all(e["status"] == 200 for e in rig.requests())


# --- what doesn't go well ------------------------------------------------------------------------


def faults(rig: Rig) -> Credential:
    return rig.credentials.get(rig.key)


def test_a_workspace_that_the_credential_does_not_see_is_told_and_others_are_searched() -> None:
    """'No failures' of it would mean nothing. Once a day."""
    with detecting() as rig:
        rig.configure("ELSEWHERE")
        rig.put("R1", "W00")
        rig.settle()
        rig.run(rig.clock() + 5 * HOUR)
        told = [n for n in rig.notices.of("operators") if n.about.endswith(Fault.NO_PERMISSION)]
        assert [(n.workspace_id, n.person) for n in told] == [("ELSEWHERE", OPERATORS)]
        rig.fail("R1")
        rig.run(rig.clock() + 12 * MINUTE)
        assert rig.said() == [(FAILED, "R1")]


@pytest.mark.parametrize(
    ("effect", "command", "fault"),
    [
        ({"responseCode": 410}, "file/combinedReportData", Fault.UNREADABLE),
        ({"responseCode": "429"}, "download", Fault.THROTTLED),
        ({"html": True, "status": 502}, "download", Fault.UNREACHABLE),
        ({"html": True, "status": 200}, "file/combinedReportData", Fault.UNREADABLE),
        ({"responseCode": 401}, "get/policyList", Fault.LOGIN_REFUSED),
    ],
)
def test_what_fails_is_tried_again_and_loses_nothing(
    effect: dict[str, Any], command: str, fault: Fault
) -> None:
    """With the fault named, and a pause."""
    with detecting() as rig:
        rig.put("R1", "W00")
        if command != "get/policyList":
            rig.settle()
        rig.sim.fault(effect, {"command": command}, times=1)
        rig.to(rig.clock() + HOUR)
        rig.look()
        known = faults(rig)
        assert (known.fault, known.faults) == (fault, 1)
        assert known.quiet_until >= rig.clock() + MINUTE
        rig.settle()
        rig.fail("R1")
        rig.run(rig.clock() + 15 * MINUTE)
        assert rig.said() == [(FAILED, "R1")]


def test_operators_hear_of_a_refused_login_at_once() -> None:
    with detecting() as rig:
        rig.sim.fault({"responseCode": 401}, {"command": "get/policyList"})
        rig.look()
        (notice,) = rig.notices.of("operators")
        assert notice.about == f"W#W00#{Fault.LOGIN_REFUSED}"
        assert (Reconciler.NOTIFY, "operators") in rig.wakes


def test_a_late_file_is_fetched_by_a_later_look() -> None:
    """Without another job."""
    with detecting() as rig:
        rig.put("R1", "W00")
        rig.settle()
        rig.fail("R1")
        rig.sim.fault({"render_seconds": 50}, {"command": "file/combinedReportData"}, times=1)
        rig.to(rig.clock() + 11 * MINUTE)
        before = len(rig.requests())
        rig.look()
        assert faults(rig).pending is not None
        assert rig.said() == []
        rig.step()
        rig.step()
        assert (FAILED, "R1") in rig.said()
        jobs = [e["command"] for e in rig.requests()[before:]]
        assert jobs[:2] == ["file/combinedReportData", "download"]
        assert faults(rig).faults == 0


def test_too_large_an_answer_is_searched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more requests, but all of it is seen."""
    from shared.adapters.expensify_read import connection
    from shared.adapters.http import Limits

    with detecting() as rig:
        for n in range(6):
            rig.put(f"R{n}", "W00", n)
        monkeypatch.setattr(connection, "_LIMITS", Limits(connect=2.0, read=10.0, body=3_000))
        rig.settle()
        for n in range(6):
            rig.fail(f"R{n}")
        rig.run(rig.clock() + HOUR)
        assert {report for _, report in rig.said()} == {f"R{n}" for n in range(6)}
        assert all(e["status"] == 200 for e in rig.requests())


def test_a_run_without_time_left_goes_on_at_once() -> None:
    """Nothing is begun that doesn't fit."""
    with detecting() as rig:
        due = rig.detect().look(rig.key, Budget(rig.clock, rig.clock() + 10 * SECOND))
        assert due == rig.clock()
        assert rig.requests() == []


@pytest.mark.parametrize("why", ["gone", "off", "broken"])
def test_a_credential_that_nobody_has_is_not_looked_at(why: str) -> None:
    """Until settings are pushed again."""
    with detecting(**({"detect": "off"} if why == "off" else {})) as rig:
        key = rig.key
        if why == "gone":
            rig.settings.workspaces.clear()
        if why == "broken":
            rig.settings.broken.add("W00")
        assert rig.detect().look(key, Budget(rig.clock, rig.clock() + HOUR)) is None
        assert rig.requests() == []


def test_the_most_eager_workspace_sets_the_pace() -> None:
    with detecting() as rig:
        rig.configure("W01", timing={"detect_fresh": 60})
        from shared.workflows.detect import rules_of

        rules = rules_of(tuple(rig.settings.workspaces.values()))
        assert (rules.detect_fresh, rules.detect_recent) == (MINUTE, HOUR)
