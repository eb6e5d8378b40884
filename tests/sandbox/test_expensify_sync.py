from collections.abc import Iterator

import pytest
import requests

from tests.sandbox.expensify_kit import (
    DEVICE,
    OTHER_DEVICE,
    OTHER_WORKSPACE,
    REPORT,
    WORKSPACE,
    Sim,
    running_sim,
)

PROGRESS = f"policyConnectionSyncProgress_{WORKSPACE}"


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def test_a_device_credential_gives_tokens(sim: Sim) -> None:
    """Authenticate answers both tokens; any wrong part means signed out."""
    answer = sim.authenticate()
    assert answer["jsonCode"] == 200
    assert answer["authToken"] != answer["encryptedAuthToken"]
    for name in DEVICE:
        refused = sim.authenticate(**{name: "wrong"})
        assert refused["jsonCode"] == 407
        assert "authToken" not in refused


def test_a_token_expires_after_90_minutes(sim: Sim) -> None:
    """Then, and for no token or a made-up one, the answer is 407 inside HTTP 200."""
    token = sim.authenticate()["authToken"]
    sim.advance(90 * 60 - 1)
    assert sim.post("OpenReport", authToken=token, reportID=REPORT).json()["jsonCode"] == 200
    sim.advance(1)
    for fields in ({"authToken": token}, {"authToken": "made-up"}, {}):
        answer = sim.post("OpenReport", reportID=REPORT, **fields)
        assert (answer.status_code, answer.json()["jsonCode"]) == (200, 407)


def test_a_token_opens_only_its_own_workspaces(sim: Sim) -> None:
    """Another workspace's connection and reports are refused with 411, nothing is done."""
    sim.token = sim.authenticate(**OTHER_DEVICE)["authToken"]
    assert sim.app("OpenPolicyAccountingPage", policyID=WORKSPACE)["jsonCode"] == 411
    assert sim.start_sync()["jsonCode"] == 411
    assert sim.start_export()["jsonCode"] == 411
    assert sim.app("OpenPolicyAccountingPage", policyID=OTHER_WORKSPACE)["jsonCode"] == 200


def test_multipart_and_a_question_mark_are_taken(sim: Sim) -> None:
    """The app posts multipart forms to a command that ends with a question mark."""
    files = {name: (None, value) for name, value in DEVICE.items()}
    answer = requests.post(f"{sim.url}/api/Authenticate?", files=files, timeout=10)
    assert answer.json()["jsonCode"] == 200


def test_an_unknown_command_is_a_bad_request(sim: Sim) -> None:
    """It is refused in the envelope, and so is a command without its parameter."""
    assert sim.app("MakeCoffee")["jsonCode"] == 400
    assert sim.app("OpenReport")["jsonCode"] == 400


def test_the_world_starts_with_a_finished_sync(sim: Sim) -> None:
    """The lastSync is there from the beginning, without any progress."""
    assert sim.connection()["lastSync"] == {
        "isSuccessful": True,
        "isConnected": True,
        "isAuthenticationError": False,
        "source": "AUTOSYNC",
        "successfulDate": "2026-01-01T10:00:00.000Z",
    }
    assert sim.connection()["verified"] is True
    assert PROGRESS not in sim.open_policy()


def test_a_world_may_start_unsynced() -> None:
    """Then there is no lastSync, and every project counts as missing."""
    with running_sim(autoSynced=False) as sim:
        assert "lastSync" not in sim.connection()
        sim.put_report("R1", workspaceId=WORKSPACE, expenses=[{"project": "Hermes"}])
        sim.export("R1")
        assert [entry["outcome"] for entry in sim.exports("R1")] == ["failed"]


def test_a_sync_runs_through_its_stages(sim: Sim) -> None:
    """The answer comes at once without onyxData; stages pass; lastSync follows at the end."""
    sim.advance(100)
    assert set(sim.start_sync()) == {"jsonCode", "requestID"}
    assert sim.open_policy()[PROGRESS] == {
        "stageInProgress": "netSuiteSyncConnection",
        "connectionName": "netsuite",
        "timestamp": "2026-01-01T10:01:40.000Z",
    }
    sim.advance(5)
    assert sim.open_policy()[PROGRESS]["stageInProgress"] == "netSuiteSyncTags"
    assert sim.connection()["lastSync"]["successfulDate"] == "2026-01-01T10:00:00.000Z"
    sim.advance(5)
    assert sim.open_policy()[PROGRESS]["stageInProgress"] == "jobDone"
    assert sim.connection()["lastSync"]["successfulDate"] == "2026-01-01T10:01:50.000Z"
    assert sim.connection()["lastSync"]["source"] == "NEWEXPENSIFY"


def test_a_sync_ends_at_its_own_time(sim: Sim) -> None:
    """Nobody looked while it ran: its end is still the instant at which it was due."""
    sim.start_sync()
    sim.advance(3600)
    assert sim.connection()["lastSync"]["successfulDate"] == "2026-01-01T10:00:10.000Z"


def test_somebodys_sync_may_take_longer(sim: Sim) -> None:
    """Only that one: its import begins later, too."""
    where = f"workspaces/{WORKSPACE}"
    assert sim.control("POST", f"{where}/sync", {"seconds": 100}).json() == {"started": True}
    sim.advance(20)
    assert sim.control("GET", where).json()["stage"] == "netSuiteSyncCustomers"
    sim.advance(79)
    assert sim.connection()["lastSync"]["source"] == "AUTOSYNC"
    sim.advance(1)
    assert sim.connection()["lastSync"]["source"] == "EXPENSIFYWEB"
    sim.sync()
    assert sim.connection()["lastSync"]["source"] == "NEWEXPENSIFY"


def test_what_changes_during_the_import_is_not_in_it(sim: Sim) -> None:
    """The snapshot is taken at the start of the import stage, at a fifth of the time."""
    sim.start_sync()
    sim.advance(2)
    assert sim.control("GET", f"workspaces/{WORKSPACE}").json()["stage"] == "netSuiteSyncCustomers"
    sim.netsuite.set("4711", isInactive=False)
    sim.advance(8)
    sim.export()
    assert sim.exports()[-1]["outcome"] == "failed"
    sim.sync()
    sim.export()
    assert sim.exports()[-1]["outcome"] == "exported"


def test_a_second_sync_while_one_runs_is_ignored(sim: Sim) -> None:
    """The running one ends when it would have; then a new one may be asked for."""
    sim.start_sync()
    sim.advance(9)
    assert sim.start_sync()["jsonCode"] == 200
    assert sim.control("POST", f"workspaces/{WORKSPACE}/sync").json() == {"started": False}
    sim.advance(1)
    state = sim.control("GET", f"workspaces/{WORKSPACE}").json()
    assert (state["running"], state["waiting"]) == (None, [])
    assert sim.control("POST", f"workspaces/{WORKSPACE}/sync").json() == {"started": True}
    sim.advance(10)
    assert sim.connection()["lastSync"]["source"] == "EXPENSIFYWEB"


def test_a_sync_that_cannot_reach_netsuite_fails(sim: Sim) -> None:
    """The error and both dates stand in the connection; the old snapshot stays."""
    sim.netsuite.rows = None
    sim.sync()
    connection = sim.connection()
    assert connection["lastErrorSyncDate"] == "2026-01-01T10:00:10.000Z"
    assert connection["lastSync"]["isSuccessful"] is False
    assert connection["lastSync"]["errorDate"] == "2026-01-01T10:00:10.000Z"
    assert connection["lastSync"]["successfulDate"] == "2026-01-01T10:00:00.000Z"
    assert connection["lastSync"]["errorMessage"] == "Can't connect to NetSuite"
    assert len(sim.control("GET", f"workspaces/{WORKSPACE}").json()["snapshot"]) == 3


def test_a_strange_answer_of_netsuite_fails_the_sync(sim: Sim) -> None:
    """It is no reason for Expensify to stop working."""
    sim.netsuite.rows = [{"no": "project"}]
    sim.sync()
    assert sim.connection()["lastSync"]["isSuccessful"] is False
    sim.netsuite.rows = []
    sim.sync()
    assert sim.connection()["lastSync"]["isSuccessful"] is True


def test_a_sync_can_be_made_to_fail_or_to_hang() -> None:
    """A hanging sync blocks its workspace until its time is over, and leaves no result."""
    with running_sim(syncTimeoutSeconds=60) as sim:
        command = {"command": "SyncPolicyToNetSuite", "policyID": WORKSPACE}
        sim.fault({"sync_fails": "NS0109 Sync Error"}, match=command, times=1)
        sim.sync()
        assert sim.connection()["lastSync"]["errorMessage"] == "NS0109 Sync Error"
        sim.fault({"sync_stuck": True}, match=command, times=1)
        sim.start_sync()
        sim.advance(59)
        assert sim.open_policy()[PROGRESS]["stageInProgress"] == "netSuiteSyncCustomers"
        sim.advance(1)
        assert PROGRESS not in sim.open_policy()
        assert sim.connection()["lastSync"]["errorMessage"] == "NS0109 Sync Error"
        sim.sync()
        assert sim.connection()["lastSync"]["isSuccessful"] is True


def test_the_policy_names_exporter_and_mapping() -> None:
    """What decides whether the advice about tags is right is in options.config."""
    with running_sim(projectMapping="REPORT_FIELD", exportDestination="JOURNAL_ENTRY") as sim:
        config = sim.connection()["options"]["config"]
        assert config["exporter"] == "exporter@acme.example"
        assert config["syncOptions"]["mapping"]["jobs"] == "REPORT_FIELD"
        assert config["reimbursableExpensesExportDestination"] == "JOURNAL_ENTRY"
