"""An export: intent first, then the one call, then what became of it."""

from dataclasses import replace

import pytest

from shared.domain.case import Case, Phase, Why
from shared.domain.clock import HOUR, MINUTE, SECOND
from shared.domain.decide_recover import CaseChange
from shared.domain.notice import Tone
from shared.errors import PermanentError
from shared.reconcile import Budget
from shared.workflows.recover import Expensify, _Run
from tests.builders import REPORT, WS, WS_ADMIN
from tests.fakes.expensify import Trouble
from tests.workflows.kit import Service, workspace_settings
from tests.workflows.stages import flying, look, moment, synced

OTHER = "R002"


def rival(service: Service, report_id: str = REPORT) -> None:
    """Somebody else writes the case first."""
    service.cases.put(replace(service.case(report_id), report_name="changed"))


def test_the_intent_is_stored_before_the_call() -> None:
    """With the attempt's id and what the report's history held."""
    service = synced()
    seen: list[Case] = []
    moment(service, "app.export", seen, service.case)
    look(service)
    (stored,) = seen
    assert stored.phase is Phase.EXPORTING
    assert stored.intent is not None
    assert stored.intent.baseline.error_count == 1
    assert service.calls("export") == [REPORT]


def test_the_order_is_announce_record_act() -> None:
    """The workspace is saved before any export, and each case before its own."""
    service = synced(REPORT, OTHER)
    look(service)
    effects = [e for e in service.fuse.effects if e not in {"accounts.keep", "accounts.ask"}]
    assert effects == [
        "bus.publish",
        "cases.put",
        "workspaces.save",
        "bus.publish",
        "cases.put",
        "app.export",
    ]


def test_an_export_is_asked_for_once_and_read_back() -> None:
    """While nothing is seen of it, and after it arrived."""
    service = flying()
    look(service)
    service.expensify.settle()
    service.clock.advance(5 * MINUTE)
    look(service)
    assert service.calls("export") == []
    assert (service.case().phase, service.case().reason) == (Phase.RESOLVED, Why.EXPORTED)


def test_the_attempt_is_recognised_as_ours() -> None:
    """By the id that Expensify keeps for it."""
    service = flying()
    service.expensify.settle()
    look(service)
    assert service.case().history[-1].detail == "by our attempt"


def test_a_canary_goes_first() -> None:
    """One report, then, once it arrived, the others."""
    service = synced(REPORT, OTHER, "R003")
    look(service)
    assert service.calls("export") == [REPORT]
    service.run(HOUR, until=lambda: len(service.expensify.postings) == 3)
    assert sorted(service.expensify.postings) == [REPORT, OTHER, "R003"]


@pytest.mark.parametrize("trouble", [Trouble.LOST_DONE, Trouble.LOST_UNDONE])
def test_a_lost_answer_is_never_taken_for_a_no(trouble: Trouble) -> None:
    """It is unverified, and looked at soon."""
    service = synced()
    service.expensify.trouble("export", trouble)
    look(service)
    stored = service.case()
    assert (stored.phase, stored.reason) == (Phase.UNVERIFIED, Why.CALL_UNKNOWN)
    assert stored.intent is not None
    assert stored.next_look == service.clock() + MINUTE


def test_a_lost_answer_of_an_export_that_was_done_is_read_back() -> None:
    """One call, one posting."""
    service = synced()
    service.expensify.trouble("export", Trouble.LOST_DONE)
    look(service)
    service.run(HOUR, until=lambda: service.case().finished)
    assert service.case().phase is Phase.RESOLVED
    assert (service.calls("export"), service.expensify.postings) == ([REPORT], [REPORT])


def test_a_lost_answer_of_an_export_that_was_not_done_is_a_persons() -> None:
    """Never a blind second one, however long one waits; the person is told."""
    service = synced()
    service.expensify.trouble("export", Trouble.LOST_UNDONE)
    look(service)
    service.run(30 * HOUR)
    assert (service.case().phase, service.case().reason) == (Phase.NEEDS_PERSON, Why.NOT_PROVEN)
    assert service.calls("export") == [REPORT]
    assert Tone.NEEDS_PERSON in {n.tone for n in service.notices_of(WS_ADMIN) if n.sent_at}


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.THROTTLED])
def test_a_refused_export_waits_again(trouble: Trouble) -> None:
    """Nothing was done, for certain: the intent is dropped."""
    service = synced()
    service.expensify.trouble("export", trouble)
    look(service)
    stored = service.case()
    assert (stored.phase, stored.reason) == (Phase.WAITING, Why.CALL_REFUSED)
    assert stored.intent is None
    assert stored.next_look == service.clock() + HOUR


def test_a_refused_export_is_not_asked_for_again_within_the_hour() -> None:
    """However often the workspace is woken."""
    service = synced()
    service.expensify.trouble("export", *[Trouble.REFUSED] * 9)
    look(service)
    for _ in range(50):
        service.clock.advance(MINUTE)
        look(service)
    assert len(service.calls("export")) == 1


def test_an_export_that_was_refused_once_arrives_the_next_time() -> None:
    """By itself, an hour later, and once."""
    service = synced()
    service.expensify.trouble("export", Trouble.REFUSED)
    look(service)
    service.run(3 * HOUR, until=lambda: service.case().finished)
    assert service.expensify.postings == [REPORT]
    assert service.case().phase is Phase.RESOLVED


def test_a_plan_to_export_without_an_intent_is_a_mistake_of_ours() -> None:
    """Nothing is asked for."""
    service = synced()
    bad = CaseChange(service.case(), replace(service.case(), phase=Phase.EXPORTING))
    with pytest.raises(PermanentError):
        run_of(service)._export(bad, {})
    assert service.calls("export") == []


def run_of(service: Service) -> _Run:
    expensify = Expensify(service.reader, service.port("app"))
    budget = Budget(service.clock, service.clock() + 30 * SECOND)
    before = service.workspaces.get(WS)
    return _Run(service.recover(), workspace_settings(), expensify, budget, before)
