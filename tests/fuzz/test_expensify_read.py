"""The Integration Server: whatever it answers, a report is what the file says, or there is none."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.expensify_read.answers import file, file_name
from shared.adapters.expensify_read.decode import reports_of
from shared.adapters.expensify_read.history import folded
from shared.adapters.expensify_read.rendered import rendered
from shared.domain.report import ActionKind, Report, ReportState
from shared.errors import RefusedError, RemediationError, ThrottledError, TransientError
from tests.adapters.expensify_kit import sample
from tests.adapters.netsuite_kit import answered
from tests.builders import NOW, REPORT
from tests.fuzz.values import FUZZ, JUNK, TEXTS, answers, bodies, damaged, loaded, only_typed

OTHER = "R00OTHER0001"
AT = "2026-01-01 10:00:0{}"
URL = "https://1234567.app.netsuite.com/x"
ERRORS = [error["body"] for error in sample("errors.json")]
FAILED: dict[str, Any] = {
    "name": "INTEGRATIONSMESSAGE",
    "at": AT.format(1),
    "message": "",
    "marked": "",
    "inProgress": "",
    "urls": [[], [], []],
    "success": "false",
    "messages": ["NS0770 Export Error: Project [X] is not active"],
}
EXPORTED: dict[str, Any] = {
    "name": "EXPORTINTEGRATION",
    "at": AT.format(2),
    "message": "",
    "marked": "false",
    "inProgress": "",
    "urls": [[URL], [], []],
}
WHOLE: dict[str, Any] = {
    "id": REPORT,
    "name": "Trip",
    "submitter": "sam@acme.example",
    "status": "Approved",
    "state": "APPROVED",
    "currency": "EUR",
    "fields": [None, "Apollo"],
    "expenses": [
        {"tag": "Acme:Apollo", "levels": ["", ""], "amount": 1250, "modified": None, "currency": ""}
    ],
    "actions": [FAILED, EXPORTED],
}
FILE: dict[str, Any] = {"reports": [WHOLE, {**WHOLE, "id": OTHER}], "complete": True}


@FUZZ
@given(answers(*ERRORS, FILE, sample("recorded_reimburse-mixed.json")))
def test_no_answer_crashes_the_exporter_or_the_download(answer: Any) -> None:
    """A name is one that can be asked for; a file is what came; an error is one of ours."""
    try:
        name = file_name(answer)
        assert name.encode() == answer.body.strip()
        assert answer.status == 200
    except RemediationError as error:
        _fits(error, answer)
    try:
        found = file(answer)
        assert found is None or found in answer.body
        assert answer.status == 200
    except RemediationError as error:
        _fits(error, answer)


def _fits(error: RemediationError, answer: Any) -> None:
    """By the code in the body, or by the status, and by nothing else."""
    body = loaded(answer.body)
    code = body.get("responseCode") if isinstance(body, dict) else None
    told = {str(answer.status), str(code).removesuffix(".0").strip()}
    if isinstance(error, ThrottledError):
        assert "429" in told
    if isinstance(error, RefusedError):
        assert {"401", "403"} & told


def read(document: Any, *, in_field: bool = False) -> tuple[Report, ...]:
    body = json.dumps(document).encode()
    return reports_of(rendered(body), (REPORT, OTHER), 2, NOW, in_field=in_field)


@FUZZ
@given(bodies(FILE))
def test_no_file_crashes_the_decoder(body: bytes) -> None:
    """One that was cut, or is none, is unreadable."""
    try:
        found = rendered(body)
        reports_of(found, (REPORT,), 1, NOW)
    except TransientError:
        return
    assert loaded(body)["complete"] is True


@FUZZ
@given(damaged(FILE, most=4), st.booleans())
def test_a_report_tells_nothing_that_the_file_does_not(document: Any, in_field: bool) -> None:
    """No export and no failure out of thin air, no state that isn't written, no label lost."""
    try:
        reports = read(document, in_field=in_field)
    except TransientError:
        return
    raw = {str(each["id"]): each for each in document["reports"]}
    assert {report.report_id for report in reports} == set(raw)
    for report in reports:
        _told(report, raw[report.report_id])


def _told(report: Report, raw: dict[str, Any]) -> None:
    actions = raw["actions"] or []
    assert len(report.actions) == len(actions)
    for action, written in zip(report.actions, actions, strict=True):
        name = folded(str(written["name"]))
        if action.kind is ActionKind.MARKED_BY_HAND:
            assert name.startswith("EXPORT")
        if action.kind is ActionKind.EXPORTED:
            # A record's address says so under any name: see `history.kind_of`.
            assert name.startswith("EXPORT") or any(written["urls"])
        if action.kind is ActionKind.EXPORT_FAILED:
            assert name == "INTEGRATIONSMESSAGE" or "NS0770" in json.dumps(written)
        if name == "INTEGRATIONSMESSAGE" and str(written.get("success")).lower() in {"false", "0"}:
            busy = str(written.get("inProgress")).lower() in {"true", "1"}
            assert busy or action.kind is ActionKind.EXPORT_FAILED
    if report.state is ReportState.APPROVED:
        assert "APPROVED" in {str(raw["status"]).upper(), str(raw["state"]).upper()}
        assert raw["actions"] is not None
        assert raw["expenses"] is not None


KINDS: dict[ActionKind, list[dict[str, Any]]] = {
    ActionKind.EXPORT_FAILED: [
        FAILED,
        {**FAILED, "name": "Integrations message"},
        {"name": "INTEGRATIONS_MESSAGE", "at": AT.format(3), "message": "no code at all"},
        {"name": "SOMETHING", "at": AT.format(3), "message": "NS0770 Export Error: …"},
    ],
    ActionKind.EXPORTED: [EXPORTED, {**EXPORTED, "name": "EXPORTED_TO_INTEGRATION"}],
    ActionKind.MARKED_BY_HAND: [{**EXPORTED, "marked": "true"}],
    ActionKind.OTHER: [
        {**EXPORTED, "inProgress": "true"},
        {**FAILED, "success": "true"},
        {"name": "ADDCOMMENT", "at": AT.format(4), "message": "NS0770: what is that?"},
        {"name": "REIMBURSED", "at": AT.format(4)},
    ],
}
WRITTEN = [(kind, action) for kind, actions in KINDS.items() for action in actions]
EXTRA = st.dictionaries(TEXTS.map(lambda text: f"x{text}"), JUNK, max_size=3)


@FUZZ
@given(st.lists(st.tuples(st.sampled_from(WRITTEN), EXTRA), max_size=6), EXTRA)
def test_a_history_is_read_as_it_was_written(
    chosen: list[tuple[tuple[ActionKind, dict[str, Any]], dict[str, Any]]], extra: dict[str, Any]
) -> None:
    """Every entry, in its order, as what it is, whatever stands beside it."""
    actions = [{**action, **more} for (_, action), more in chosen]
    (report,) = read({"reports": [{**WHOLE, "actions": actions, **extra}], "complete": True})
    assert [action.kind for action in report.actions] == [kind for (kind, _), _ in chosen]
    assert [a.id for a in report.actions] == [
        a.id
        for a in read({"reports": [{**WHOLE, "actions": actions}], "complete": True})[0].actions
    ]


@FUZZ
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), max_size=5))
def test_every_tag_is_counted_once(tags: list[str]) -> None:
    """Each expense that has a project, under its label."""
    expenses = [{**WHOLE["expenses"][0], "tag": tag} for tag in tags]
    document = {"reports": [{**WHOLE, "expenses": expenses}], "complete": True}
    body = json.dumps(document).encode()
    (report,) = reports_of(rendered(body), (REPORT,), None, NOW)
    wanted = [tag.replace("\\:", ":").strip() for tag in tags]
    assert report.labels is not None
    assert sum(use.count for use in report.labels) == len([tag for tag in wanted if tag])
    assert {use.label for use in report.labels} == {tag for tag in wanted if tag}


def test_an_answer_of_the_exporter_is_told_from_a_file() -> None:
    """The recorded one, and what it is no longer once anything is added."""
    name = "export0fd99e06-a636-4974-b6bc-3ceb12163386.csv"
    assert file_name(answered(200, name.encode(), "text/plain")) == name
    for broken in (f"{name} {name}", f"<{name}>", "", "{}"):
        try:
            file_name(answered(200, broken.encode(), "text/plain"))
        except RemediationError as error:
            only_typed(error, TransientError)
        else:
            raise AssertionError(broken)
