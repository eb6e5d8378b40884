"""How things lie in the table: what the fakes can't show."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from shared.adapters.table import TableAccounts, TableCases, TableNotices, TableRows, TableSettings
from shared.adapters.table.workspaces import TableWorkspaces
from shared.domain.case import CaseLabel, Entry, Failed, Phase, Why, moved
from shared.domain.clock import DAY, HOUR
from shared.domain.decide_watch import Account
from shared.domain.notice import Notice, Role, Tone
from shared.domain.person import person_key
from shared.domain.report import Money
from shared.domain.workspace import Workspace
from shared.errors import SettingsError
from shared.ports import Reconciler, Row
from tests.builders import ACCOUNT, ADMIN, LABEL, NOW, REPORT, WS, blocker, case, flying
from tests.contract.kit import ACCOUNT_SETTINGS, WORKSPACE_SETTINGS, store_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

type Item = dict[str, Any]
NOTICE = Notice(ADMIN, Role.NETSUITE_ADMIN, Tone.REACTIVATE, WS, ACCOUNT, "P#4711", 1, NOW, NOW)


def item(table: "Table", pk: str, sk: str) -> Item:
    """Everything that is stored under this key. KeyError if nothing is."""
    return dict(table.get_item(Key={"pk": pk, "sk": sk})["Item"])


def scan(table: "Table", **more: Any) -> list[Item]:
    return [dict(each) for each in table.scan(**more)["Items"]]


def test_unfinished_case_stands_in_the_work_index(table: "Table") -> None:
    """Under its workspace and phase; it never expires."""
    TableCases(table).put(flying(version=0))
    stored = item(table, f"CASE#{WS}#{REPORT}", "CASE")
    assert (stored["work"], stored["version"]) == (f"{WS}#exporting", 1)
    assert "ttl" not in stored


def test_finished_case_leaves_the_index_and_expires(table: "Table") -> None:
    """400 days after its end, in seconds."""
    cases = TableCases(table)
    cases.put(moved(cases.put(case(version=0)), Phase.RESOLVED, Why.EXPORTED, NOW))
    stored = item(table, f"CASE#{WS}#{REPORT}", "CASE")
    assert stored["ttl"] == (NOW + 400 * DAY) // 1000
    assert scan(table, IndexName="work") == []


def test_case_that_is_opened_again_expires_no_more(table: "Table") -> None:
    """Its second episode would vanish 400 days after the first one's end."""
    cases = TableCases(table)
    ended = cases.put(moved(cases.put(case(version=0)), Phase.CLOSED, Why.MARKED, NOW))
    cases.put(replace(ended, phase=Phase.WAITING, ended_at=None, episode=2))
    assert "ttl" not in item(table, f"CASE#{WS}#{REPORT}", "CASE")


def test_finished_case_without_a_date_expires_all_the_same(table: "Table") -> None:
    """Counted from when it was opened; nothing finished is kept for ever."""
    TableCases(table).put(case(version=0, phase=Phase.CLOSED, opened_at=NOW))
    assert item(table, f"CASE#{WS}#{REPORT}", "CASE")["ttl"] == (NOW + 400 * DAY) // 1000


def test_big_case_stays_small(table: "Table") -> None:
    """Twenty lines of history and ten labels in 4 KB: a page of the index holds 250 of them."""
    labels = tuple(
        CaseLabel(f"Apollo Rollout, phase {n}", 3, (Money("EUR", 41_200),), 2, suspect=True)
        for n in range(10)
    )
    history = tuple(
        Entry(NOW + n, Phase.UNVERIFIED, Why.NO_EVIDENCE, f"Project [{LABEL}] is not active")
        for n in range(20)
    )
    big = flying(
        version=0,
        labels=labels,
        history=history,
        events=tuple(f"6a7e8feb-b491-4cf7-a9f1-bf3703467718-{n}" for n in range(8)),
        failed=(Failed("4711", 1, 0, "NS0770:Apollo Rollout"),),
        told=("P#4711@1", "!the fix did not take"),
        report_name="Rome kick-off, travel and hotel",
    )
    TableCases(table).put(big)
    wire = TypeSerializer().serialize(item(table, f"CASE#{WS}#{REPORT}", "CASE"))
    assert 2_000 < size(wire) <= 4_096


def size(value: Any) -> int:
    """As DynamoDB counts: names and values in UTF-8, up to 21 bytes a number, 3 + 1 each a nest."""
    ((kind, held),) = value.items()
    match kind:
        case "M":
            return 3 + sum(1 + len(name.encode()) + size(each) for name, each in held.items())
        case "L":
            return 3 + sum(1 + size(each) for each in held)
        case "N":
            return 1 + (len(held) + 1) // 2
        case "S":
            return len(held.encode())
    return 1


def test_account_holds_its_labels_blockers_and_memory(table: "Table") -> None:
    """One query reads them; each is an item of its own, so that none loses against another."""
    accounts = TableAccounts(table)
    accounts.save(Account(ACCOUNT))
    accounts.put_blocker(blocker())
    accounts.ask(ACCOUNT, WS, [LABEL], NOW)
    found = {(each["pk"], each["sk"]) for each in scan(table)}
    pk = f"ACCOUNT#{ACCOUNT}"
    assert found == {(pk, "ACCOUNT"), (pk, "PROJECT#4711"), (pk, f"LABEL#{WS}#{LABEL}")}


def test_row_stands_in_the_due_index_only_while_it_is_due(table: "Table") -> None:
    """With whom to wake and nothing else."""
    rows = TableRows(table)
    rows.pull(Reconciler.RECOVER, WS, NOW)
    (indexed,) = scan(table, IndexName="due")
    assert indexed == {
        "pk": f"ROW#recover#{WS}",
        "sk": "ROW",
        "due_bucket": "DUE",
        "due": Decimal(NOW),
        "row_kind": "recover",
        "row_key": WS,
    }
    rows.finish(Reconciler.RECOVER, WS, armed=NOW, looked_at=NOW, due=None)
    assert scan(table, IndexName="due") == []
    stored = item(table, f"ROW#recover#{WS}", "ROW")
    assert stored["looked_at"] == NOW
    assert not {"due", "due_bucket"} & stored.keys()


def test_workspace_memory_lies_beside_its_row(table: "Table") -> None:
    """Two items under one partition key."""
    TableWorkspaces(table).save(Workspace(WS, bad_syncs=1))
    TableRows(table).arm(Reconciler.RECOVER, WS, NOW)
    assert {each["sk"] for each in scan(table)} == {"WORKSPACE", "ROW"}
    assert item(table, f"ROW#recover#{WS}", "WORKSPACE")["bad_syncs"] == 1


def test_notice_expires_and_its_key_holds_no_address(table: "Table") -> None:
    """Keys show in metrics and logs of AWS."""
    TableNotices(table).put(NOTICE)
    stored = item(table, f"PERSON#{person_key(ADMIN)}", "NOTICE#reactivate#1234567#P#4711#1#0")
    assert stored["ttl"] == (NOW + 90 * DAY) // 1000
    assert "@" not in stored["pk"] + stored["sk"]


def test_settled_notice_still_expires(table: "Table") -> None:
    """Settling writes it anew."""
    notices = TableNotices(table)
    notices.settle(replace(NOTICE, sent_at=NOW + HOUR))
    assert scan(table)[0]["ttl"] == (NOW + 90 * DAY) // 1000


def test_parked_event_expires(table: "Table") -> None:
    """After 14 days."""
    TableSettings(table).park("unknown", "e1", "{}", NOW, NOW)
    stored = item(table, "PARKED#unknown", "EVENT#e1")
    assert (stored["body"], stored["ttl"]) == ("{}", (NOW + 14 * DAY) // 1000)


def test_rows_of_an_unknown_reconciler_are_passed_over(table: "Table") -> None:
    """During a deployment, the older version meets rows that the newer one made."""
    rows = TableRows(table)
    for n in range(3):
        key = {"pk": f"ROW#audit#{n}", "sk": "ROW", "row_kind": "audit", "row_key": str(n)}
        table.put_item(Item={**key, "due": NOW - 10 + n, "due_bucket": "DUE"})
    rows.arm(Reconciler.WATCH, ACCOUNT, NOW)
    assert rows.overdue(NOW, 2) == (Row(Reconciler.WATCH, ACCOUNT, NOW),)


def test_answers_of_many_pages_are_read_whole(table: "Table") -> None:
    """DynamoDB answers with 1 MB at a time."""
    cases = TableCases(table)
    put = tuple(
        cases.put(case(version=0, report_id=f"R{n:02}", report_name="x" * 100_000))
        for n in range(15)
    )
    assert cases.unfinished(WS) == put


def test_case_that_moves_while_it_is_listed_shows_once(table: "Table") -> None:
    """The index is read phase by phase; the newer of the two counts."""
    cases = TableCases(table)
    waiting = cases.put(case(version=0))
    for newer, phase in ((4, Phase.EXPORTING), (2, Phase.UNVERIFIED)):
        ghost = item(table, f"CASE#{WS}#{REPORT}", "CASE")
        ghost |= {"sk": phase, "phase": phase, "work": f"{WS}#{phase}", "version": newer}
        table.put_item(Item=ghost)
    assert cases.unfinished(WS) == (replace(waiting, phase=Phase.EXPORTING, version=4),)


SECRET = "hunter2@acme.example"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", r"body \(json_invalid\)"),
        ("[]", r"body \(model_type\)"),
        (f'{{"secret": 7, "account_id": "{SECRET}"}}', r"secret \(string_type\)"),
        (f'{{"account_id": "{SECRET}"}}', r"account_id \(not a NetSuite account id"),
        (f'{{"{ACCOUNT}": 1, "timing": {{"gap": "{SECRET}"}}}}', r"timing.gap \(float_parsing\)"),
        ('{"account_id": ""}', r"account_id \(not a NetSuite account id"),
        ('{"account_id": "7654321", "secret": "s"}', "they name another id"),
    ],
)
def test_broken_settings_are_named_without_their_values(
    table: "Table", body: str, words: str
) -> None:
    """Which tenant, which field, what is wrong with it; there may be secrets among the values."""
    store_settings(table, f"ACCOUNT#{ACCOUNT}", body)
    with pytest.raises(SettingsError, match=words) as caught:
        TableSettings(table).account(ACCOUNT)
    assert ACCOUNT in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_mode_that_there_is_not_is_refused(table: "Table") -> None:
    """The operator reads which field it is, and nothing of what it holds."""
    wrong = json.loads(WORKSPACE_SETTINGS.model_dump_json()) | {"mode": "watch"}
    store_settings(table, f"WS#{WS}", json.dumps(wrong))
    with pytest.raises(SettingsError, match="mode \\(enum") as caught:
        TableSettings(table).workspace(WS)
    assert "watch" not in str(caught.value)


def test_settings_of_another_workspace_are_refused(table: "Table") -> None:
    """Filed under the wrong id, they would have us act on somebody else's reports."""
    store_settings(table, "WS#WS2", WORKSPACE_SETTINGS.model_dump_json())
    with pytest.raises(SettingsError, match="another id"):
        TableSettings(table).workspace("WS2")


@pytest.mark.parametrize("body", [{}, {"body": Decimal(7)}, {"body": {"S": "{}"}}])
def test_settings_that_are_no_text_are_broken(table: "Table", body: Item) -> None:
    """Written by hand, in the console."""
    table.put_item(Item={"pk": "SETTINGS", "sk": f"ACCOUNT#{ACCOUNT}", **body})
    with pytest.raises(SettingsError, match=r"body \("):
        TableSettings(table).account(ACCOUNT)


def test_account_may_be_written_in_either_form(table: "Table") -> None:
    """Host names have 1234567-sb1, settings may; the key has NetSuite's own form."""
    wanted = ACCOUNT_SETTINGS.model_copy(update={"account_id": "1234567_SB1"})
    body = wanted.model_copy(update={"account_id": "1234567-sb1"}).model_dump_json()
    store_settings(table, "ACCOUNT#1234567_SB1", body)
    assert TableSettings(table).account("1234567_SB1") == wanted


def test_what_outlives_a_case_never_expires_and_names_nobody(table: "Table") -> None:
    """It stands beside the case, in no index, also after the next episode has ended."""
    cases = TableCases(table)
    ended = cases.put(case(version=0, phase=Phase.RESOLVED, ended_at=NOW, attempts=1))
    cases.put(replace(ended, episode=2))
    left = item(table, f"CASE#{WS}#{REPORT}", "TRACE")
    assert (left["attempts"], left["episode"]) == (1, 2)
    assert left.keys().isdisjoint({"ttl", "work", "version", "submitter", "labels", "report_name"})
