"""What the app's own database says of a report and of a workspace."""

from typing import Any

import pytest

from shared.domain.clock import ForeignTime
from shared.domain.finding import Fault
from shared.domain.report import ActionKind, LabelUse, Money, Report, ReportState, Source
from shared.domain.sync import SyncState
from shared.errors import TransientError
from tests.adapters.expensify_kit import rig, said, sample
from tests.builders import NOW, REPORT, WS

LOGIN = said({"jsonCode": 200, "authToken": "token-1"})
APPROVED = {"reportID": REPORT, "stateNum": 2, "statusNum": 3, "currency": "EUR"}
EXPENSE = {"reportID": REPORT, "amount": -1250, "currency": "EUR", "tag": "Apollo"}
AT = "2026-01-01 10:00:00.000"


def merge(key: str, value: Any, method: str = "merge") -> dict[str, Any]:
    return {"onyxMethod": method, "key": key, "value": value}


def open_report(
    *updates: dict[str, Any], report_id: str = REPORT, level: int | None = None
) -> Report | None:
    used = rig(LOGIN, said({"jsonCode": 200, "onyxData": updates}), level=level)
    return used.app.open_report(report_id)


def opened(
    report: dict[str, Any] | None = None,
    actions: dict[str, Any] | None = None,
    transactions: dict[str, Any] | None = None,
    *more: dict[str, Any],
    level: int | None = None,
) -> Report:
    found = open_report(
        merge(f"report_{REPORT}", {**APPROVED, **(report or {})}),
        merge("transactions_", transactions or {}, "mergecollection"),
        merge(f"reportActions_{REPORT}", actions or {}),
        *more,
        level=level,
    )
    assert found is not None
    return found


def failed(**original: Any) -> dict[str, Any]:
    return {"actionName": "INTEGRATIONSMESSAGE", "created": AT, "originalMessage": original}


def exported(**original: Any) -> dict[str, Any]:
    return {"actionName": "EXPORTINTEGRATION", "created": AT, "originalMessage": original}


# --- samples ---------------------------------------------------------------------------------


def test_the_recorded_answer_is_read() -> None:
    """A chat of 2023: no failure, and an expense that belongs to another report."""
    answer = sample("app_openreport_answer_trimmed.json")
    report = rig(LOGIN, said(answer)).app.open_report("98345625")
    assert report is not None
    assert (report.name, report.state, report.labels) == ("Chat Report", ReportState.OPEN, ())
    assert (report.source, report.read_at) == (Source.APP, NOW)
    assert [(a.id, a.kind, a.at) for a in report.actions] == [
        ("885570376575240776", ActionKind.OTHER, "2023-08-31 07:23:52.892")
    ]
    assert (report.exported, report.error_count) == (False, 0)


def test_the_constructed_failure_is_read() -> None:
    """The pieces that a failed export adds, after those of the report."""
    updates = sample("constructed_app_export_failure.json")["after_failure_onyxData"]
    report = open_report(merge("report_REPORT_ID", APPROVED), *updates, report_id="REPORT_ID")
    assert report is not None
    assert report.actions[0].kind is ActionKind.EXPORT_FAILED
    assert report.actions[0].messages[0].startswith("NS0770 Export Error: Project [X]")
    assert (report.state, report.error_count) == (ReportState.APPROVED, 1)


# --- the report ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "status", "wanted"),
    [
        (0, 0, ReportState.OPEN),
        (1, 1, ReportState.SUBMITTED),
        (2, 3, ReportState.APPROVED),
        ("2", "3", ReportState.APPROVED),
        (2, 2, ReportState.CLOSED),
        (2, 4, ReportState.REIMBURSED),
        (3, 4, ReportState.REIMBURSED),
        (6, 4, ReportState.REIMBURSED),
        (2, 1, ReportState.UNKNOWN),
        (1, 3, ReportState.UNKNOWN),
        (0, None, ReportState.UNKNOWN),
        (None, None, ReportState.UNKNOWN),
        ("", "", ReportState.UNKNOWN),
    ],
)
def test_the_state_is_two_numbers(state: Any, status: Any, wanted: ReportState) -> None:
    """A pair that nobody knows is unknown, never 'approved'."""
    assert opened({"stateNum": state, "statusNum": status}).state is wanted


@pytest.mark.parametrize(
    ("report", "exported", "errors"),
    [
        ({}, False, 0),
        ({"isExportedToIntegration": True}, True, 0),
        ({"isExportedToIntegration": "true"}, True, 0),
        ({"isExportedToIntegration": None}, False, 0),
        ({"errorFields": {"export": {"1": "a", "2": "b"}}}, False, 2),
        ({"errorFields": {"export": {"1": "a"}}, "hasExportError": True}, False, 1),
        ({"hasExportError": True}, False, 1),
        ({"hasExportError": True, "errorFields": {"export": {}}}, False, 1),
        ({"errorFields": {"other": {"1": "a"}}}, False, 0),
        ({"errorFields": None}, False, 0),
    ],
)
def test_flag_and_failures_are_told(report: dict[str, Any], exported: bool, errors: int) -> None:
    """One entry for each failure; the bare flag is one as well."""
    found = opened(report)
    assert (found.exported, found.error_count) == (exported, errors)


@pytest.mark.parametrize("not_found", [{"0": "Report not found"}, True, "Not here"])
def test_a_report_that_is_not_there_is_none(not_found: Any) -> None:
    """The client knows it by this field."""
    piece = {"reportID": REPORT, "errorFields": {"notFound": not_found}}
    assert open_report(merge(f"report_{REPORT}", piece)) is None


def test_the_submitter_is_found_among_the_people() -> None:
    """Reports name people by number."""
    people = merge("personalDetailsList", {"7": {"accountID": 7, "login": "sam@acme.example"}})
    assert opened({"ownerAccountID": 7}, None, None, people).submitter == "sam@acme.example"


@pytest.mark.parametrize("people", [{}, {"7": None}, {"7": {"login": 1}}, {"7": "sam"}])
def test_a_submitter_who_is_not_told_is_left_open(people: dict[str, Any]) -> None:
    """The official face knows the address."""
    found = opened({"ownerAccountID": 7}, None, None, merge("personalDetailsList", people))
    assert found.submitter == ""


@pytest.mark.parametrize("missing", [0, 1])
def test_an_answer_without_a_piece_is_unreadable(missing: int) -> None:
    """Nothing said of a report isn't 'nothing new'."""
    updates = [merge(f"report_{REPORT}", APPROVED), merge(f"reportActions_{REPORT}", {})]
    del updates[missing]
    with pytest.raises(TransientError) as raised:
        open_report(*updates)
    assert raised.value.fault is Fault.UNREADABLE


def test_a_sum_without_an_expense_is_unreadable() -> None:
    """No expense would read as 'no project left', and the report be exported."""
    with pytest.raises(TransientError) as raised:
        opened({"total": -1250})
    assert raised.value.fault is Fault.UNREADABLE


@pytest.mark.parametrize(
    "broken",
    [
        {"stateNum": "two"},
        {"errorFields": "text"},
        {"errorFields": {"export": "text"}},
        {"isExportedToIntegration": "maybe"},
    ],
)
def test_a_report_of_another_shape_is_unreadable(broken: dict[str, Any]) -> None:
    """The API may change any day; then nothing is concluded."""
    with pytest.raises(TransientError) as raised:
        opened(broken)
    assert raised.value.fault is Fault.UNREADABLE


# --- expenses --------------------------------------------------------------------------------


def test_labels_come_from_the_expenses_of_this_report() -> None:
    """Amounts carry the sign of a debt; others' expenses and deleted ones don't count."""
    found = opened(
        None,
        None,
        {
            "transactions_1": EXPENSE,
            "transactions_2": {**EXPENSE, "reportID": ""},
            "transactions_3": {**EXPENSE, "reportID": "another"},
            "transactions_4": None,
            "transactions_5": {**EXPENSE, "tag": ""},
        },
    )
    assert found.labels == (LabelUse("Apollo", 2, (Money("EUR", 2500),)),)


@pytest.mark.parametrize(
    ("changed", "money"),
    [
        ({"modifiedAmount": 0, "modifiedCurrency": ""}, Money("EUR", 1250)),
        ({"modifiedAmount": "", "modifiedCurrency": None}, Money("EUR", 1250)),
        ({"modifiedAmount": -900, "modifiedCurrency": "USD"}, Money("USD", 900)),
        ({"currency": ""}, Money("EUR", 1250)),
    ],
)
def test_a_changed_amount_counts(changed: dict[str, Any], money: Money) -> None:
    """0 or an empty text stand for 'not changed'."""
    found = opened(None, None, {"transactions_1": {**EXPENSE, **changed}})
    assert found.labels[0].sums == (money,)


def test_one_level_of_a_tag_may_hold_the_project() -> None:
    """By the setting; the escape of a colon goes."""
    tagged = {**EXPENSE, "tag": r"Dept:Acme \: Apollo"}
    found = opened(None, None, {"transactions_1": tagged}, level=2)
    assert found.labels[0].label == "Acme : Apollo"


def test_a_project_in_a_field_of_the_report_is_not_told_by_the_app() -> None:
    """Tags stand for something else there; that no label is told isn't 'no label'."""
    updates = (
        merge(f"report_{REPORT}", APPROVED),
        merge("transactions_", {"transactions_1": EXPENSE}, "mergecollection"),
        merge(f"reportActions_{REPORT}", {}),
    )
    answers = (LOGIN, said({"jsonCode": 200, "onyxData": updates}))
    found = rig(*answers, project_in="report_field").app.open_report(REPORT)
    assert found is not None
    assert found.labels is None
    gone = merge(f"report_{REPORT}", {"errorFields": {"notFound": {"1": "x"}}})
    answers = (LOGIN, said({"jsonCode": 200, "onyxData": [gone]}))
    assert rig(*answers, project_in="report_field").app.open_report(REPORT) is None


# --- history ---------------------------------------------------------------------------------

_URLS = {"reimbursableUrls": ["a"], "nonReimbursableUrls": ["b"], "travelInvoicingUrls": ["c", ""]}


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (failed(result={"success": False, "messages": ["x"]}), ActionKind.EXPORT_FAILED),
        (failed(), ActionKind.EXPORT_FAILED),
        ({"actionName": "INTEGRATIONSMESSAGE", "created": AT}, ActionKind.EXPORT_FAILED),
        (failed(result={"success": True}), ActionKind.OTHER),
        (exported(**_URLS), ActionKind.EXPORTED),
        (exported(), ActionKind.EXPORTED),
        (exported(markedManually=True), ActionKind.MARKED_BY_HAND),
        (exported(inProgress=True), ActionKind.OTHER),
        (exported(inProgress=True, markedManually=True), ActionKind.OTHER),
        ({**exported(**_URLS), "pendingAction": "add"}, ActionKind.OTHER),
        ({**exported(**_URLS), "pendingAction": None}, ActionKind.EXPORTED),
        ({"actionName": "EXPORTED", "created": AT}, ActionKind.OTHER),
        ({"actionName": "EXPORTCSV", "created": AT}, ActionKind.OTHER),
        ({"actionName": "QUEUEDFOREXPORT", "created": AT}, ActionKind.OTHER),
        ({"actionName": "INTEGRATIONSYNCFAILED", "originalMessage": "x"}, ActionKind.OTHER),
        (
            {"actionName": "ADDCOMMENT", "originalMessage": {"html": "NS0770", "result": 1}},
            ActionKind.OTHER,
        ),
    ],
)
def test_what_an_action_means(action: dict[str, Any], kind: ActionKind) -> None:
    """By its name and details; what is only pending never counts."""
    assert opened(None, {"1": action}).actions[0].kind is kind


def test_a_failure_keeps_all_of_its_messages() -> None:
    """One action may hold several errors."""
    action = failed(result={"success": False, "messages": ["NS0770 a", "", "NS0024 b"]})
    assert opened(None, {"1": action}).actions[0].messages == ("NS0770 a", "NS0024 b")


def test_an_export_keeps_all_of_its_records() -> None:
    """Reimbursable, not reimbursable and travel make a record each."""
    assert opened(None, {"1": exported(**_URLS)}).actions[0].urls == ("a", "b", "c")


def test_details_may_stand_in_the_message() -> None:
    """Later versions of the app move them there."""
    action = {"actionName": "EXPORTINTEGRATION", "created": AT, "message": _URLS}
    assert opened(None, {"1": action}).actions[0].urls == ("a", "b", "c")


def test_an_action_is_known_by_its_key() -> None:
    """The id is the client's own; a deleted action is null."""
    actions = opened(None, {"11": exported(), "12": None}).actions
    assert [(action.id, action.at) for action in actions] == [("11", AT)]


def test_an_export_without_a_time_makes_the_report_unknown() -> None:
    """Nobody could tell whether it is new."""
    action = {"actionName": "EXPORTINTEGRATION", "created": None}
    assert opened(None, {"1": action}).state is ReportState.UNKNOWN


@pytest.mark.parametrize("result", ["text", {"messages": "text"}, {"success": "perhaps"}])
def test_details_of_another_shape_are_unreadable(result: Any) -> None:
    """A failure that can't be read is not 'no failure'."""
    with pytest.raises(TransientError) as raised:
        opened(None, {"1": failed(result=result)})
    assert raised.value.fault is Fault.UNREADABLE


def test_an_empty_list_stands_for_an_empty_hash() -> None:
    """That is how PHP writes it."""
    report = open_report(
        merge(f"report_{REPORT}", {**APPROVED, "errorFields": [], "total": 0}),
        merge(f"reportActions_{REPORT}", []),
    )
    assert report is not None
    assert (report.error_count, report.actions) == (0, ())
    assert opened({"errorFields": {"export": []}}).error_count == 0
    assert opened(None, {"1": failed(result=[])}).actions[0].kind is ActionKind.EXPORT_FAILED
    assert opened(None, {"1": {**failed(), "originalMessage": []}}).actions[0].messages == ()


# --- putting the pieces together -------------------------------------------------------------


def test_pieces_of_one_key_grow_into_each_other() -> None:
    """A later piece adds, changes, and takes away with null."""
    report = opened(
        {"errorFields": {"export": {"1": "a", "2": "b"}}, "reportName": "Old"},
        {"1": failed()},
        None,
        merge(f"report_{REPORT}", {"reportName": "New", "errorFields": {"export": {"1": None}}}),
        merge(f"reportActions_{REPORT}", {"2": exported()}),
        merge("transactions_9", EXPENSE),
        merge("whoKnows", 1, "conjure"),
    )
    assert (report.name, report.error_count) == ("New", 1)
    assert [action.id for action in report.actions] == ["1", "2"]
    assert [use.label for use in report.labels] == ["Apollo"]


def test_a_piece_that_is_set_replaces() -> None:
    """Nothing of the one before is left."""
    report = opened(
        {"hasExportError": True}, None, None, merge(f"report_{REPORT}", APPROVED, "set")
    )
    assert report.error_count == 0


def test_several_pieces_may_be_set_at_once() -> None:
    """By their full keys."""
    pieces = {f"report_{REPORT}": APPROVED, f"reportActions_{REPORT}": {"1": failed()}}
    report = open_report(merge("", pieces, "multiset"))
    assert report is not None
    assert len(report.actions) == 1


def test_a_collection_of_another_shape_brings_nothing() -> None:
    """And what was to come of it is missing, not empty."""
    with pytest.raises(TransientError):
        open_report(merge("", None, "mergecollection"))


def test_a_piece_that_is_no_hash_is_unreadable() -> None:
    """Null is how a client is told to forget."""
    with pytest.raises(TransientError):
        open_report(merge(f"report_{REPORT}", None), merge(f"reportActions_{REPORT}", {}))


# --- the workspace ---------------------------------------------------------------------------


def synced(policy: Any, progress: Any = None) -> SyncState:
    updates = [
        merge(f"policy_{WS}", policy),
        merge(f"policyConnectionSyncProgress_{WS}", progress),
    ]
    return rig(LOGIN, said({"jsonCode": 200, "onyxData": updates})).app.sync_state()


def connected(**last: Any) -> dict[str, Any]:
    return {"connections": {"netsuite": {"verified": True, "lastSync": last}}}


def test_the_last_sync_is_told_in_expensifys_own_times() -> None:
    """They are compared with one another only."""
    last = {"successfulDate": "2026-01-01T10:00:00Z", "errorDate": "2026-01-02T10:00:00Z"}
    assert synced(connected(**last, isAuthenticationError=True)) == SyncState(
        running=False,
        last_success=ForeignTime("2026-01-01T10:00:00.000000+00:00"),
        last_failure=ForeignTime("2026-01-02T10:00:00.000000+00:00"),
        auth_error=True,
    )


FIRST, SECOND, THIRD = (f"2026-01-01T10:00:0{second}.000000+00:00" for second in range(1, 4))


def netsuite(**connection: Any) -> SyncState:
    return synced({"connections": {"netsuite": connection}})


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-01T10:00:01Z",
        "2026-01-01T10:00:01.000Z",
        "2026-01-01T12:00:01.000+0200",
        "2026-01-01 10:00:01",
        "2026-01-01 10:00:01.000",
    ],
)
def test_a_time_has_one_form_however_it_was_written(written: str) -> None:
    """Fields of one answer may differ in it, and are compared with one another."""
    assert synced(connected(successfulDate=written)).last_success == FIRST


@pytest.mark.parametrize("written", ["yesterday", "0001-01-01T00:00:00+14:00", "1767261601", "[]"])
def test_a_time_in_another_form_is_unreadable(written: str) -> None:
    """Nobody could tell whether it is later."""
    for field in ("successfulDate", "errorDate"):
        with pytest.raises(TransientError) as raised:
            synced(connected(**{field: written}))
        assert raised.value.fault is Fault.UNREADABLE


@pytest.mark.parametrize(
    ("connection", "success", "failure"),
    [
        ({"lastSync": {"successfulDate": FIRST}}, FIRST, None),
        ({"lastSync": {"successfulDate": FIRST}, "lastErrorSyncDate": SECOND}, FIRST, SECOND),
        ({"lastSync": {"errorDate": SECOND}, "lastErrorSyncDate": FIRST}, None, SECOND),
        ({"lastSync": {"errorDate": FIRST}, "lastErrorSyncDate": SECOND}, None, SECOND),
        ({"lastSync": {"isSuccessful": True, "successfulDate": FIRST}}, FIRST, None),
        ({"lastSync": {"isSuccessful": False, "successfulDate": FIRST}}, None, FIRST),
        ({"lastSync": {"isSuccessful": False}}, None, None),
        (
            {"lastSync": {"isSuccessful": False, "successfulDate": FIRST, "errorDate": SECOND}},
            FIRST,
            SECOND,
        ),
        (
            {"lastSync": {"isSuccessful": False, "successfulDate": SECOND, "errorDate": FIRST}},
            None,
            SECOND,
        ),
        ({"verified": True, "lastSyncDate": FIRST}, FIRST, None),
        ({"verified": True, "lastSyncDate": SECOND, "lastErrorSyncDate": FIRST}, SECOND, FIRST),
        ({"verified": True, "lastSyncDate": SECOND, "lastErrorSyncDate": SECOND}, None, SECOND),
        ({"verified": True, "lastErrorSyncDate": FIRST}, None, FIRST),
        ({"lastSyncDate": FIRST}, None, None),
        ({"verified": False, "lastSyncDate": FIRST}, None, None),
    ],
)
def test_when_a_sync_ended_well_and_when_badly(
    connection: dict[str, Any], success: str | None, failure: str | None
) -> None:
    """By the last sync, or else by the connection's own dates; what is doubtful is no success."""
    found = netsuite(**connection)
    assert (found.last_success, found.last_failure) == (success, failure)


@pytest.mark.parametrize(
    ("connection", "refused"),
    [
        ({"verified": True}, False),
        ({}, False),
        ({"verified": False}, True),
        ({"verified": True, "lastSync": {"isAuthenticationError": True}}, True),
        ({"verified": True, "lastSync": {"isAuthenticationError": False}}, False),
    ],
)
def test_netsuite_refuses_expensify(connection: dict[str, Any], refused: bool) -> None:
    """A connection that isn't verified is none."""
    assert netsuite(**connection).auth_error is refused


@pytest.mark.parametrize("last", [{}, {"successfulDate": "", "errorDate": None}])
def test_a_workspace_that_never_synced_has_no_times(last: dict[str, Any]) -> None:
    """Which any success will be later than."""
    assert synced(connected(**last)) == SyncState(running=False)


@pytest.mark.parametrize(
    ("progress", "running"),
    [
        (None, False),
        ({}, False),
        ([], False),
        ({"stageInProgress": None}, False),
        ({"stageInProgress": "jobDone"}, False),
        ({"stageInProgress": "netSuiteSyncTags"}, False),
        ({"stageInProgress": "netSuiteSyncTags", "timestamp": ""}, False),
        ({"stageInProgress": "netSuiteSyncTags", "timestamp": SECOND}, True),
        ({"stageInProgress": "jobDone", "timestamp": SECOND}, False),
    ],
)
def test_a_sync_runs_while_it_has_a_stage_and_a_time(progress: Any, running: bool) -> None:
    """A failure has no stage: it shows in the times."""
    assert synced(connected(), progress).running is running


@pytest.mark.parametrize("ended", ["successfulDate", "errorDate"])
@pytest.mark.parametrize(("at", "running"), [(FIRST, True), (SECOND, False), (THIRD, False)])
def test_a_sync_ends_without_its_last_stage(ended: str, at: str, running: bool) -> None:
    """`jobDone` gets lost; that a sync ended after its stage began says the same."""
    progress = {"stageInProgress": "netSuiteSyncTags", "timestamp": SECOND}
    assert synced(connected(**{ended: at}), progress).running is running


@pytest.mark.parametrize(
    "policy", [None, {}, {"connections": None}, {"connections": {"xero": {}}}, {"connections": 1}]
)
def test_a_workspace_without_its_connection_is_unreadable(policy: Any) -> None:
    """It would read as one that never synced, and any old success as ours."""
    with pytest.raises(TransientError) as raised:
        synced(policy)
    assert raised.value.fault is Fault.UNREADABLE


def test_a_progress_of_another_shape_is_unreadable() -> None:
    """Nothing is concluded from what can't be read."""
    with pytest.raises(TransientError):
        synced(connected(), "running")
