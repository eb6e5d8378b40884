"""The Integration Server's adapter: what it asks, and what each answer means to it."""

import json
from typing import Any

import pytest
import requests

from shared.adapters.expensify_read.jobs import template
from shared.adapters.http import Answer
from shared.domain.finding import Fault
from shared.domain.report import ActionKind, LabelUse, Money, Report, ReportState
from shared.errors import PermanentError, RefusedError, ThrottledError, TransientError
from tests.adapters.expensify_kit import ROTATED, SAMPLES, SECRET, rig, said, sample, text
from tests.adapters.netsuite_kit import KeptSecrets, answered
from tests.builders import REPORT

NAME = text("export0fd99e06-a636-4974-b6bc-3ceb12163386.json")
EXPENSE = {"tag": "Apollo", "levels": [""], "amount": 1250, "modified": None, "currency": "EUR"}
ACTION = {"name": "INTEGRATIONSMESSAGE", "at": "2026-01-01 10:00:00.000"}


def rendered(**changed: Any) -> dict[str, Any]:
    """One report as our template renders it."""
    report = {
        "id": REPORT,
        "name": "Trip",
        "submitter": "sam@acme.example",
        "status": "Approved",
        "state": "APPROVED",
        "currency": "EUR",
        "expenses": [EXPENSE],
        "actions": [],
    }
    return {**report, **changed}


def document(*reports: dict[str, Any]) -> Answer:
    return said({"reports": reports, "complete": True})


def read(
    *answers: Answer | Exception, level: int | None = None, ids: tuple[str, ...] = (REPORT,)
) -> tuple[Report, ...]:
    return rig(*answers, level=level).reader.read(ids).reports


def one(level: int | None = None, **changed: Any) -> Report:
    """The report that a rendered one is read as."""
    return read(NAME, document(rendered(**changed)), level=level)[0]


# --- what is asked ---------------------------------------------------------------------------


def test_the_exporter_is_asked_for_the_reports_and_the_file_is_downloaded() -> None:
    """Ids as one text, the template beside the job and not in it, then the file by its name."""
    used = rig(NAME, document())
    used.reader.read(("R1", "R2"))
    export, download = used.jobs()
    assert export["type"] == "file"
    assert export["onReceive"] == {"immediateResponse": ["returnRandomFileName"]}
    assert export["inputSettings"] == {
        "type": "combinedReportData",
        "filters": {"reportIDList": "R1,R2"},
    }
    assert export["outputSettings"] == {"fileExtension": "json"}
    assert "onFinish" not in export
    assert used.forms()[0]["template"] == template()
    assert "<#list [] as field>" in template()
    assert download == {
        "type": "download",
        "credentials": SECRET["expensify"],
        "fileName": "export0fd99e06-a636-4974-b6bc-3ceb12163386.json",
        "fileSystem": "integrationServer",
    }


# --- what an answer means --------------------------------------------------------------------

_CODES = [
    (401, RefusedError),
    (403, RefusedError),
    (404, PermanentError),
    (410, PermanentError),
    (429, ThrottledError),
    (500, TransientError),
    (502, TransientError),
    (207, TransientError),
    (407, TransientError),
    (666, TransientError),
]


@pytest.mark.parametrize(("code", "error"), _CODES)
@pytest.mark.parametrize("spelt", [int, str])
def test_the_code_in_the_body_decides(code: int, error: type[Exception], spelt: type) -> None:
    """As a number or as a text, in HTTP 200."""
    with pytest.raises(error) as raised:
        read(said({"responseCode": spelt(code), "responseMessage": "whatever"}))
    assert type(raised.value) is error


@pytest.mark.parametrize(("code", "error"), [pair for pair in _CODES if pair[0] != 666])
def test_a_status_without_a_code_decides_alike(code: int, error: type[Exception]) -> None:
    """Pages of Tomcat and of the network in front have no envelope."""
    with pytest.raises(error) as raised:
        read(answered(code, b"<html>HTTP Status</html>", "text/html"))
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (401, Fault.LOGIN_REFUSED),
        (403, Fault.NO_PERMISSION),
        (503, Fault.UNREACHABLE),
        (207, Fault.UNREADABLE),
        (429, Fault.THROTTLED),
    ],
)
def test_an_error_names_its_fault(code: int, fault: Fault) -> None:
    """The circuit and the operator go by it."""
    with pytest.raises((TransientError, RefusedError)) as raised:
        read(said({"responseCode": code}))
    assert getattr(raised.value, "fault", None) is fault


def test_a_good_code_in_a_bad_status_is_not_believed() -> None:
    """One of the two is wrong."""
    with pytest.raises(TransientError) as raised:
        read(NAME, said({"responseCode": 200, "reports": [], "complete": True}, 502))
    assert raised.value.fault is Fault.UNREACHABLE


def test_an_error_never_repeats_what_expensify_wrote() -> None:
    """Its words may hold an address, and errors are logged."""
    words = "Not authorized to authenticate as user user@example.com"
    with pytest.raises(TransientError) as raised:
        read(said({"responseCode": 500, "responseMessage": words}))
    assert "user@" not in str(raised.value)


def test_a_wait_that_is_named_is_kept() -> None:
    """Retry-After in seconds, if it ever comes."""
    with pytest.raises(ThrottledError) as raised:
        read(said({"responseCode": 429}, 429, Retry_After="10"))
    assert raised.value.retry_after == 10_000


_ERRORS = [
    (410, PermanentError),
    (500, TransientError),
    (429, ThrottledError),
    (401, RefusedError),
    (666, TransientError),
    (407, TransientError),
    (None, TransientError),
]


@pytest.mark.parametrize("known", sample("errors.json"), ids=lambda known: known["job"])
def test_every_known_error_body_has_its_type(known: dict[str, Any]) -> None:
    """Bodies that somebody documented or saw, with the status if that is known."""
    body, status = known["body"], known["http"] if isinstance(known["http"], int) else 200
    code = body["responseCode"] if isinstance(body, dict) else None
    with pytest.raises(dict(_ERRORS)[code]):
        read(said(body, status) if isinstance(body, dict) else text(body, status))


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("recorded_*.json")))
def test_a_good_answer_of_another_job_is_no_file_name(name: str) -> None:
    """A recorded 200 of the wrong kind is unreadable, never a file."""
    with pytest.raises(TransientError) as raised:
        read(text((SAMPLES / name).read_bytes()))
    assert raised.value.fault is Fault.UNREADABLE


def test_the_recorded_file_name_is_taken() -> None:
    """The exporter answers the bare name as text/plain, which was seen live."""
    name = (SAMPLES / "recorded_file-submit.txt").read_bytes()
    used = rig(text(name), document())
    used.reader.read((REPORT,))
    assert used.jobs()[1]["fileName"] == name.decode().strip()


@pytest.mark.parametrize("page", [b"<html><title>Sorry</title></html>", b"", b"\xff\xfe", b"a b"])
def test_a_page_is_no_file_name(page: bytes) -> None:
    """Whatever comes with 200 instead of a name is unreadable."""
    with pytest.raises(TransientError) as raised:
        read(answered(200, page, "text/html"))
    assert raised.value.fault is Fault.UNREADABLE


# --- the file --------------------------------------------------------------------------------

_NOT_READY = [text(""), text(" \n"), said({"responseMessage": "File not found"})]


@pytest.mark.parametrize("not_ready", _NOT_READY)
def test_a_file_that_is_not_there_is_asked_for_once_more(not_ready: Answer) -> None:
    """At once, for nobody sleeps in a function."""
    assert len(read(NAME, not_ready, document(rendered()))) == 1


@pytest.mark.parametrize("not_ready", _NOT_READY)
def test_a_file_that_is_still_not_there_is_unreadable(not_ready: Answer) -> None:
    """The whole read is tried again later."""
    with pytest.raises(TransientError) as raised:
        read(NAME, not_ready, not_ready)
    assert raised.value.fault is Fault.UNREADABLE


def test_a_download_may_be_refused_too() -> None:
    """The same codes count for the second request."""
    with pytest.raises(ThrottledError):
        read(NAME, said({"responseCode": 429}))


def test_a_file_cut_anywhere_is_never_an_answer() -> None:
    """A part of the reports must not pass for all of them: the rest would seem to be absent."""
    whole = json.dumps({"reports": [rendered()], "complete": True}).encode()
    for length in range(1, len(whole)):
        with pytest.raises(TransientError) as raised:
            read(NAME, text(whole[:length]))
        assert raised.value.fault is Fault.UNREADABLE, length


@pytest.mark.parametrize("complete", [{}, {"complete": False}, {"complete": "yes"}])
def test_a_file_without_its_end_mark_is_never_an_answer(complete: dict[str, Any]) -> None:
    """Only our template's last words say that it came to its end."""
    with pytest.raises(TransientError):
        read(NAME, said({"reports": [rendered()], **complete}))


def test_a_byte_order_mark_is_no_harm() -> None:
    """Some writers of text files put one first."""
    body = b"\xef\xbb\xbf" + json.dumps({"reports": [], "complete": True}).encode()
    assert read(NAME, text(body)) == ()


@pytest.mark.parametrize("ids", [("R002",), ()])
def test_a_report_that_was_not_asked_for_makes_the_answer_unreadable(ids: tuple[str, ...]) -> None:
    """It may be one of ours under its other id, which then is not absent."""
    with pytest.raises(TransientError) as raised:
        read(NAME, document(rendered()), ids=("R009", *ids))
    assert raised.value.fault is Fault.UNREADABLE


def test_a_report_that_comes_twice_makes_the_answer_unreadable() -> None:
    """Nobody could say which of the two is true."""
    with pytest.raises(TransientError):
        read(NAME, document(rendered(), rendered()))


# --- the secret, and the connection ----------------------------------------------------------


def test_a_rotated_secret_is_read_anew_once() -> None:
    """A refusal counts only for the secret as it is now."""
    kept = KeptSecrets(fresh=ROTATED, cached=SECRET)
    used = rig(said({"responseCode": 401}), NAME, document(rendered()), kept=kept)
    assert len(used.reader.read((REPORT,)).reports) == 1
    used_secrets = [job["credentials"]["partnerUserSecret"] for job in used.jobs()]
    assert used_secrets == ["field-secret", "rotated", "rotated"]


def test_the_same_secret_is_not_tried_twice() -> None:
    """What was refused will be refused again."""
    used = rig(said({"responseCode": 401}))
    with pytest.raises(RefusedError):
        used.reader.read((REPORT,))
    assert len(used.jobs()) == 1
    assert used.secrets.reads == [("tenant/acme", False), ("tenant/acme", True)]


@pytest.mark.parametrize("broken", [{}, {"expensify": {"partnerUserID": "x"}}, {"expensify": 1}])
def test_a_broken_secret_is_a_refusal_that_shows_no_value(broken: dict[str, object]) -> None:
    """It is the operator's to mend."""
    used = rig(kept=KeptSecrets(broken))
    with pytest.raises(RefusedError, match="the Expensify secret: expensify"):
        used.reader.read((REPORT,))


def test_a_broken_cached_secret_is_read_anew() -> None:
    """It may have been mended a minute ago."""
    kept = KeptSecrets(fresh=SECRET, cached={})
    assert rig(NAME, document(), kept=kept).reader.read((REPORT,)).reports == ()


def test_secrets_do_not_show_in_a_representation() -> None:
    """A traceback may hold one."""
    from shared.adapters.expensify_read.connection import _Secret

    assert "field-secret" not in repr(_Secret.model_validate(SECRET))


def test_a_dead_connection_is_tried_once_more() -> None:
    """A warm function often finds the connection of its last run dead."""
    assert read(requests.ConnectionError(), NAME, requests.ConnectionError(), document()) == ()


def test_an_unreachable_server_is_transient() -> None:
    """Twice is enough."""
    with pytest.raises(TransientError) as raised:
        read(requests.ConnectTimeout(), requests.ConnectTimeout())
    assert raised.value.fault is Fault.UNREACHABLE


# --- reports ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state", "wanted"),
    [
        ("Open", "", ReportState.OPEN),
        ("Processing", "", ReportState.SUBMITTED),
        ("Approved", "", ReportState.APPROVED),
        ("Reimbursed", "", ReportState.REIMBURSED),
        ("Closed", "", ReportState.CLOSED),
        ("", "OPEN", ReportState.OPEN),
        ("", "SUBMITTED", ReportState.SUBMITTED),
        ("", "ARCHIVED", ReportState.CLOSED),
        ("Approved", "3", ReportState.APPROVED),
        ("Withdrawn", "", ReportState.UNKNOWN),
        ("", "3", ReportState.UNKNOWN),
        ("", "", ReportState.UNKNOWN),
    ],
)
def test_the_status_is_mapped_and_what_nobody_knows_is_unknown(
    status: str, state: str, wanted: ReportState
) -> None:
    """Unknown is not a status, and never 'approved'."""
    assert one(status=status, state=state).state is wanted


@pytest.mark.parametrize("missing", ["expenses", "actions"])
def test_a_report_of_which_a_part_was_not_told_is_unknown(missing: str) -> None:
    """A list that isn't there is no empty list: 'no project' and 'nothing new' would follow."""
    assert one(**{missing: None}).state is ReportState.UNKNOWN


def test_a_failure_without_a_time_makes_the_report_unknown() -> None:
    """Nobody could tell whether it is new."""
    assert one(actions=[{**ACTION, "at": ""}]).state is ReportState.UNKNOWN


def test_other_entries_need_no_time() -> None:
    """Only what counts has to be dated."""
    assert one(actions=[{"name": "SUBMITTED", "at": ""}]).state is ReportState.APPROVED


@pytest.mark.parametrize(
    ("tag", "levels", "level", "label"),
    [
        ("Apollo", [], None, "Apollo"),
        (r"Acme \: Apollo", [], None, "Acme : Apollo"),
        (r"Dept:Acme \: Apollo", [], None, "Dept:Acme : Apollo"),
        (r"Dept:Acme \: Apollo", [], 2, "Acme : Apollo"),
        (r"Dept:Acme \: Apollo", [], 1, "Dept"),
        ("x", ["Dept", r"Acme\:Apollo", ""], 2, "Acme:Apollo"),
        ("Dept:Apollo", ["", ""], 2, "Apollo"),
    ],
)
def test_a_label_is_the_whole_tag_or_one_of_its_levels(
    tag: str, levels: list[str], level: int | None, label: str
) -> None:
    """Colons join the levels; one inside of a level is escaped, and its escape goes."""
    padded = levels + [""] * (10 - len(levels))
    labels = one(level, expenses=[{**EXPENSE, "tag": tag, "levels": padded}]).labels
    assert [use.label for use in labels] == [label]


@pytest.mark.parametrize(
    ("tag", "levels", "level"),
    [("", [], None), (" ", [], None), ("Dept", [], 2), ("Dept:", [], 2), ("D", ["D", ""], 2)],
)
def test_an_expense_without_a_project_has_no_label(
    tag: str, levels: list[str], level: int | None
) -> None:
    """An empty tag, or one that ends above the project's level."""
    padded = levels + [""] * (10 - len(levels))
    assert one(level, expenses=[{**EXPENSE, "tag": tag, "levels": padded}]).labels == ()


@pytest.mark.parametrize(
    ("changed", "sums"),
    [
        ({}, (Money("EUR", 1250),)),
        ({"amount": -1250}, (Money("EUR", 1250),)),
        ({"amount": "1250"}, (Money("EUR", 1250),)),
        ({"modified": 990}, (Money("EUR", 990),)),
        ({"modified": 0}, (Money("EUR", 1250),)),
        ({"currency": ""}, (Money("EUR", 1250),)),
        ({"currency": "USD"}, (Money("USD", 1250),)),
        ({"amount": None}, ()),
        ({"amount": ""}, ()),
    ],
)
def test_an_amount_is_absolute_and_the_changed_one_if_there_is_one(
    changed: dict[str, Any], sums: tuple[Money, ...]
) -> None:
    """In minor units; the report's currency where the expense names none; unknown isn't 0."""
    assert one(expenses=[{**EXPENSE, **changed}]).labels == (LabelUse("Apollo", 1, sums),)


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), "NaN"])
def test_an_amount_that_is_no_number_makes_the_answer_unreadable(amount: Any) -> None:
    """It must not break the run that meets it."""
    with pytest.raises(TransientError):
        one(expenses=[{**EXPENSE, "amount": amount}])


def test_labels_are_summed_per_currency() -> None:
    """A report may hold expenses in several."""
    dollars = {**EXPENSE, "currency": "USD", "amount": 100}
    hermes = {**EXPENSE, "tag": "Hermes"}
    assert one(expenses=[hermes, EXPENSE, dollars, EXPENSE]).labels == (
        LabelUse("Apollo", 3, (Money("EUR", 2500), Money("USD", 100))),
        LabelUse("Hermes", 1, (Money("EUR", 1250),)),
    )


# --- history ---------------------------------------------------------------------------------

_CODE = "NS0770 Export Error: Project [Apollo] is not active"
_URL = ["https://netsuite.example/1"]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ({"success": "false", "messages": [_CODE]}, ActionKind.EXPORT_FAILED),
        ({"message": "no code, no result"}, ActionKind.EXPORT_FAILED),
        ({"success": "true", "messages": [_CODE]}, ActionKind.OTHER),
        ({"name": "Integrations message", "success": "0"}, ActionKind.EXPORT_FAILED),
        ({"name": "SOMETHINGNEW", "message": _CODE}, ActionKind.EXPORT_FAILED),
        ({"name": "SOMETHINGNEW", "messages": [_CODE]}, ActionKind.EXPORT_FAILED),
        ({"name": "SOMETHINGNEW", "message": "NS07701"}, ActionKind.OTHER),
        ({"name": "SOMETHINGNEW", "message": _CODE, "inProgress": "true"}, ActionKind.OTHER),
        ({"name": "ADDCOMMENT", "message": _CODE}, ActionKind.OTHER),
        ({"name": "MODIFIEDEXPENSE", "message": "tag NS1234"}, ActionKind.OTHER),
        ({"name": "INTEGRATIONSYNCFAILED", "message": _CODE}, ActionKind.OTHER),
        ({"name": "EXPORTINTEGRATION", "urls": [_URL, [], []]}, ActionKind.EXPORTED),
        ({"name": "EXPORTED_TO_INTEGRATION", "urls": [[], _URL, []]}, ActionKind.EXPORTED),
        ({"name": "SOMETHINGNEW", "urls": [[], [], _URL]}, ActionKind.EXPORTED),
        ({"name": "EXPORTINTEGRATION", "message": _CODE}, ActionKind.EXPORTED),
        ({"name": "EXPORTINTEGRATION", "marked": "true"}, ActionKind.MARKED_BY_HAND),
        ({"name": "EXPORTED", "marked": "1"}, ActionKind.MARKED_BY_HAND),
        ({"name": "EXPORTED"}, ActionKind.OTHER),
        ({"name": "APPROVED", "marked": "true"}, ActionKind.OTHER),
        ({"name": "EXPORTINTEGRATION", "inProgress": "true", "urls": [_URL]}, ActionKind.OTHER),
        ({"name": "EXPORTCSV"}, ActionKind.OTHER),
    ],
)
def test_what_an_entry_of_the_history_means(action: dict[str, Any], kind: ActionKind) -> None:
    """By its shape and its name; a code counts only where no person typed it."""
    assert one(actions=[{**ACTION, **action}]).actions[0].kind is kind


def test_a_failure_keeps_all_of_its_messages_and_nothing_twice() -> None:
    """The one message joins the list, so it is taken only where there is no list."""
    both = {**ACTION, "messages": ["NS0770 a", "", "NS0024 b"], "message": "NS0770 a, NS0024 b"}
    alone = {**ACTION, "message": "NS0770 a"}
    actions = one(actions=[both, alone, ACTION]).actions
    assert [a.messages for a in actions] == [("NS0770 a", "NS0024 b"), ("NS0770 a",), ()]


def test_what_people_wrote_is_not_kept() -> None:
    """A comment is nobody's business here."""
    assert (
        one(actions=[{**ACTION, "name": "ADDCOMMENT", "message": "hi"}]).actions[0].messages == ()
    )


def test_an_export_keeps_all_of_its_records() -> None:
    """Reimbursable, not reimbursable and travel make a record each."""
    urls = [["a", ""], ["b"], ["c"]]
    assert one(actions=[{**ACTION, "name": "EXPORTINTEGRATION", "urls": urls}]).actions[0].urls == (
        "a",
        "b",
        "c",
    )


def test_equal_entries_have_equal_ids_and_others_have_others() -> None:
    """The same entry must be known again, and a new one of the same instant must be seen."""
    other_text = {**ACTION, "messages": ["NS0024"]}
    other_time = {**ACTION, "at": "2026-01-01 10:00:00.001"}
    other_name = {**ACTION, "name": "EXPORTINTEGRATION"}
    first = one(actions=[ACTION, other_text, other_time, other_name]).actions
    again = one(actions=[ACTION]).actions
    assert len({action.id for action in first}) == 4
    assert again[0].id == first[0].id
    assert len(again[0].id) == 16


# --- a project in a field of the report ------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "fields", "labels"),
    [
        (
            {"project_in": "report_field", "project_field": "My Project"},
            [None, "Apollo"],
            ["Apollo"],
        ),
        ({"project_in": "report_field"}, [], None),
        ({}, [], ["Marketing"]),
    ],
    ids=["in a field that we can read", "in one that we can't", "in the tag"],
)
def test_the_setting_says_where_the_project_stands(
    settings: dict[str, str], fields: list[str | None], labels: list[str] | None
) -> None:
    """The field is asked for by its name, in both spellings."""
    told = rendered(expenses=[{**EXPENSE, "tag": "Marketing"}], fields=fields)
    used = rig(NAME, document(told), **settings)
    (found,) = used.reader.read((REPORT,)).reports
    assert (None if found.labels is None else [use.label for use in found.labels]) == labels
    asked = used.forms()[0]["template"]
    assert ('["My Project", "My_Project"]' in asked) is (settings.get("project_field") is not None)
