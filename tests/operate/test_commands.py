"""The commands as `make` runs them, against a table and a queue."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from operate import stack
from operate.__main__ import main
from operate.plan import STACK
from operate.store import SettingsStore
from shared.adapters.table import TableCases, TableRows
from shared.domain.clock import HOUR
from shared.errors import ConflictError
from shared.ports import Reconciler
from tests.builders import NOW, WS, case
from tests.operate.cloud import Cloud
from tests.operate.conftest import Folder
from tests.operate.kit import ACCOUNT, account, workspace
from tests.workflows.kit import failed_event

WS_KEY, ACCOUNT_KEY = f"WS#{WS}", f"ACCOUNT#{ACCOUNT}"

type Out = pytest.CaptureFixture[str]


def push(cloud: Cloud, folder: Folder, *more: str) -> int:
    return main(["push", "--dir", str(folder.path), *cloud.where, "--yes", *more])


@pytest.fixture
def pushed(cloud: Cloud, folder: Folder, capsys: Out) -> Folder:
    """A workspace and its account, in the table as in the files."""
    folder.write(acme=workspace(), netsuite=account())
    assert push(cloud, folder) == 0
    capsys.readouterr()
    return folder


# --- check ---------------------------------------------------------------------------------------


def test_good_files_are_good(folder: Folder, capsys: Out) -> None:
    """No AWS is asked for that."""
    folder.write(acme=workspace(), netsuite=account())
    assert main(["check", "--dir", str(folder.path)]) == 0
    assert capsys.readouterr().out == f"{folder.path}: 2 of 2 files are good\n"


def test_bad_files_are_named_with_all_that_is_wrong(folder: Folder, capsys: Out) -> None:
    """The exit code says so, too."""
    folder.write(acme=workspace(name=None, mode="x"), netsuite=account())
    assert main(["check", "--dir", str(folder.path)]) == 1
    out = capsys.readouterr().out
    assert f"{folder.path}/acme.json: name: is missing\n" in out
    assert f"{folder.path}/acme.json: mode: " in out
    assert out.endswith("1 of 2 files are good\n")


@pytest.mark.parametrize("command", [["check"], ["push", "--yes", "--table", "t", "--prune"]])
@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_settings_is_a_mistake(
    tmp_path: Path, command: list[str], capsys: Out, *, there: bool
) -> None:
    """It is the wrong one; pushing it would remove everything."""
    where = tmp_path if there else tmp_path / "nowhere"
    assert main([*command, "--dir", str(where)]) == 1
    assert ("no settings" in capsys.readouterr().out) is there


# --- push ----------------------------------------------------------------------------------------


def test_a_push_writes_what_the_functions_read(cloud: Cloud, folder: Folder, capsys: Out) -> None:
    """And shows it before."""
    folder.write(acme={"$schema": "x", **workspace()}, netsuite=account("1234567-sb1"))
    assert push(cloud, folder) == 0
    found = cloud.settings.workspace(WS)
    assert found is not None
    assert cloud.settings.account(found.account_id).secret == "export-remediation/acme"
    assert cloud.versions() == {WS_KEY: 1, ACCOUNT_KEY: 1}
    assert cloud.item(WS_KEY)["by"].startswith("arn:aws:sts:")
    out = capsys.readouterr().out
    assert out.index('+  "name": "Acme",') < out.index(f"{WS_KEY}: version 1")


def test_a_second_push_of_the_same_writes_nothing(
    cloud: Cloud, pushed: Folder, capsys: Out
) -> None:
    """And says so."""
    assert push(cloud, pushed) == 0
    assert cloud.versions() == {WS_KEY: 1, ACCOUNT_KEY: 1}
    assert "The table holds what the files say." in capsys.readouterr().out


def test_a_change_is_one_more_version_of_this_one_alone(cloud: Cloud, pushed: Folder) -> None:
    """Its earlier content is kept."""
    pushed.write(acme=workspace(name="Acme Ltd"))
    assert push(cloud, pushed) == 0
    assert cloud.versions() == {WS_KEY: 2, ACCOUNT_KEY: 1}
    assert json.loads(cloud.earlier(WS_KEY)[0]["body"])["name"] == "Acme"


def test_a_broken_file_is_skipped_and_the_others_go(
    cloud: Cloud, pushed: Folder, capsys: Out
) -> None:
    """The exit code says that not all went well; what the table holds of it stays."""
    pushed.write(acme=workspace(mode=None), beta=workspace("WS2"), broken="{")
    assert push(cloud, pushed) == 1
    assert cloud.versions() == {WS_KEY: 1, "WS#WS2": 1, ACCOUNT_KEY: 1}
    assert "acme.json: mode: is missing" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["", "n\n", "\n", "yess\n"])
def test_nothing_is_written_unless_it_is_agreed_to(
    cloud: Cloud, folder: Folder, monkeypatch: pytest.MonkeyPatch, answer: str, capsys: Out
) -> None:
    """No answer, as in a pipeline, is none."""
    folder.write(netsuite=account())
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert main(["push", "--dir", str(folder.path), *cloud.where]) == 1
    assert cloud.versions() == {}
    assert "Write 1 change? [y/N] Nothing was written." in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["y\n", "Yes\n"])
def test_what_is_agreed_to_is_written(
    cloud: Cloud, folder: Folder, monkeypatch: pytest.MonkeyPatch, answer: str, capsys: Out
) -> None:
    """All of it."""
    folder.write(acme=workspace(), netsuite=account())
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert main(["push", "--dir", str(folder.path), *cloud.where]) == 0
    assert len(cloud.versions()) == 2
    assert "Write 2 changes?" in capsys.readouterr().out


def test_what_changed_meanwhile_is_left_and_the_rest_is_written(
    cloud: Cloud, folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    """The operator looks at the new difference first."""
    folder.write(acme=workspace(), netsuite=account())
    writing = SettingsStore.write

    def lose_one(self: SettingsStore, change: Any) -> int:
        if change.sk == WS_KEY:
            raise ConflictError(f"{WS_KEY} was changed")
        return writing(self, change)

    monkeypatch.setattr(SettingsStore, "write", lose_one)
    assert push(cloud, folder) == 1
    assert cloud.versions() == {ACCOUNT_KEY: 1}
    assert "push again" in capsys.readouterr().out


def test_what_was_pushed_is_looked_at_soon(cloud: Cloud, folder: Folder) -> None:
    """Its workspace and its account, not those of others."""
    folder.write(acme=workspace(), netsuite=account(), other=account("7"))
    push(cloud, folder)
    assert cloud.due(Reconciler.RECOVER, WS)
    assert cloud.due(Reconciler.WATCH, ACCOUNT)
    assert not cloud.due(Reconciler.RECOVER, "WS2")


def test_each_push_has_every_credential_searched(cloud: Cloud, pushed: Folder, capsys: Out) -> None:
    """Also one whose settings were written before there was a search, and haven't changed since."""
    settings = cloud.settings.workspace(WS)
    assert settings is not None
    key = settings.expensify.credential
    assert cloud.due(Reconciler.DETECT, key)
    rows = TableRows(cloud.table)
    armed = rows.get(Reconciler.DETECT, key).due or 0
    rows.finish(Reconciler.DETECT, key, armed=armed, looked_at=1, due=None)
    assert not cloud.due(Reconciler.DETECT, key)
    assert push(cloud, pushed) == 0
    assert "what the files say" in capsys.readouterr().out
    assert cloud.due(Reconciler.DETECT, key)


# --- what is gone --------------------------------------------------------------------------------


def test_what_is_no_longer_in_files_stays_until_it_is_pruned(
    cloud: Cloud, pushed: Folder, capsys: Out
) -> None:
    """Then it is removed, and kept as an earlier version."""
    pushed.remove("acme")
    assert push(cloud, pushed) == 0
    assert f"{WS_KEY}: no longer in files; it stays" in capsys.readouterr().out
    assert cloud.settings.workspace(WS) is not None
    assert push(cloud, pushed, "--prune") == 0
    assert cloud.settings.workspace(WS) is None
    assert json.loads(cloud.earlier(WS_KEY)[0]["body"]).items() >= workspace().items()


def test_who_removes_a_workspace_hears_of_its_unfinished_cases(
    cloud: Cloud, pushed: Folder, capsys: Out
) -> None:
    """They stay in the table, and nobody looks at them."""
    TableCases(cloud.table).put(case(version=0))
    pushed.remove("acme")
    push(cloud, pushed, "--prune")
    assert "nobody will look at its 1 unfinished cases any more" in capsys.readouterr().out


# --- parked events -------------------------------------------------------------------------------


def test_a_push_that_names_a_workspace_sends_its_parked_events_to_intake(
    cloud: Cloud, folder: Folder, capsys: Out
) -> None:
    """As they came, and when; others' stay parked."""
    body = failed_event()
    cloud.park(WS, "e-1", body)
    cloud.park("OTHER", "e-1", body)
    folder.write(acme=workspace(), netsuite=account())
    assert push(cloud, folder) == 0
    assert cloud.queued_since() == [NOW - HOUR]
    assert cloud.queued() == [body]
    assert [cloud.settings.parked_events(ws) for ws in (WS, "OTHER")] == [0, 1]
    said = capsys.readouterr().out
    assert f"{WS_KEY}: parked events sent to intake again: 1; those from before" in said


def test_parked_events_are_sent_even_if_nothing_changed(cloud: Cloud, pushed: Folder) -> None:
    """The push before may have died, or settings were written by hand."""
    cloud.park(WS, "e-1")
    cloud.park(WS, "e-2")
    assert main(["replay", *cloud.where]) == 0
    assert len(cloud.queued()) == 2
    cloud.park(WS, "e-3")
    assert push(cloud, pushed) == 0
    assert len(cloud.queued()) == 1
    assert main(["replay", *cloud.where]) == 0
    assert cloud.queued() == []


def test_events_of_broken_settings_stay_parked(cloud: Cloud, pushed: Folder, capsys: Out) -> None:
    """Intake would park them again."""
    cloud.put(WS_KEY, body="{", version=1)
    cloud.put("WS#WS2", body=json.dumps(workspace("WS2")), version=1)
    cloud.park(WS, "e-1")
    cloud.park("WS2", "e-2")
    assert main(["replay", *cloud.where]) == 0
    assert [cloud.settings.parked_events(ws) for ws in (WS, "WS2")] == [1, 0]
    assert "its parked events stay parked" in capsys.readouterr().out
    assert push(cloud, pushed) == 0
    assert cloud.settings.parked_events(WS) == 0


def test_an_event_that_could_not_be_sent_stays_parked(
    cloud: Cloud, pushed: Folder, capsys: Out
) -> None:
    """The queue isn't there; the next replay sends it."""
    cloud.park(WS, "e-1")
    assert main(["replay", *cloud.where[:3], f"{cloud.queue}-gone"]) == 1
    assert cloud.settings.parked_events(WS) == 1
    assert "PermanentError: AWS SendMessage" in capsys.readouterr().out


def test_an_event_that_intake_parks_again_meanwhile_stays_parked(
    cloud: Cloud, pushed: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody removed the settings just now: nothing is lost."""
    cloud.park(WS, "e-1")
    sending = stack._client("sqs")

    class Quick:
        def send_message(self, **message: Any) -> None:
            sending.send_message(**message)
            cloud.settings.park(WS, "e-1", "{}", 2_000_000_000_000, NOW)

    monkeypatch.setattr(stack, "_client", lambda name: Quick() if name == "sqs" else real(name))
    assert main(["replay", *cloud.where]) == 0
    assert cloud.settings.parked_events(WS) == 1


real = stack._client


# --- the kill switch -----------------------------------------------------------------------------


def test_the_switch_is_thrown_at_once_and_back_again(cloud: Cloud, pushed: Folder) -> None:
    """Nothing is asked; each throw is a version, and throwing it twice is one."""
    for to in ("off", "off", "on"):
        assert main(["acts", to, *cloud.where]) == 0
        assert cloud.settings.acts() is (to == "on")
    assert [json.loads(x["body"])["acts"] for x in cloud.earlier(STACK)] == ["off"]


def test_a_broken_switch_can_be_thrown(cloud: Cloud) -> None:
    """Whatever it was."""
    cloud.put(STACK, body="{")
    assert main(["acts", "off", *cloud.where]) == 0
    assert not cloud.settings.acts()


def test_every_workspace_is_looked_at_when_the_switch_is_thrown(cloud: Cloud) -> None:
    """Whoever waited for it goes on within the minute."""
    for key in (WS, "WS2"):
        cloud.put(f"WS#{key}", body=json.dumps(workspace(key)))
    main(["acts", "on", *cloud.where])
    assert [cloud.due(Reconciler.RECOVER, key) for key in (WS, "WS2")] == [True, True]


def test_a_push_does_not_undo_it(cloud: Cloud, pushed: Folder, capsys: Out) -> None:
    """A pipeline would, with the next commit."""
    pushed.write(stack={"acts": "on"})
    main(["acts", "off", *cloud.where])
    assert push(cloud, pushed, "--prune") == 0
    assert not cloud.settings.acts()
    assert "a push never turns it on" in capsys.readouterr().out


# --- the stack -----------------------------------------------------------------------------------


class CloudFormation:
    def __init__(self, outputs: dict[str, str], acts: str) -> None:
        self.stack = {
            "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()],
            "Parameters": [{"ParameterKey": "Acts", "ParameterValue": acts}],
        }
        self.asked: list[str] = []

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803  boto3's own
        self.asked.append(StackName)
        return {"Stacks": [self.stack]}


def deployed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, acts: str = "on", **without: str
) -> CloudFormation:
    outputs = {"TableName": cloud.table.name, "IntakeQueueUrl": cloud.queue}
    formation = CloudFormation({**outputs, **without}, acts)
    monkeypatch.setattr(
        stack, "_client", lambda name: formation if name == "cloudformation" else real(name)
    )
    return formation


def test_the_stacks_outputs_say_where_table_and_queue_are(
    cloud: Cloud, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once, by its name."""
    formation = deployed(cloud, monkeypatch)
    cloud.park(WS, "e-1")
    folder.write(acme=workspace(), netsuite=account())
    assert main(["push", "--dir", str(folder.path), "--stack", "mine", "--yes"]) == 0
    assert (formation.asked, len(cloud.queued())) == (["mine"], 1)


def test_a_stack_without_outputs_is_some_other_stack(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    """That is said, without a traceback."""
    deployed(cloud, monkeypatch, TableName="")
    assert main(["replay", "--stack", "mine"]) == 1
    assert "the stack mine has no output TableName" in capsys.readouterr().out


@pytest.mark.parametrize(("acts", "said"), [("off", True), ("on", False)])
def test_a_stack_that_never_acts_is_told_apart(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: Out, acts: str, *, said: bool
) -> None:
    """Its parameter says off, so the switch alone turns nothing on."""
    deployed(cloud, monkeypatch, acts=acts)
    assert main(["acts", "on"]) == 0
    assert ("deployed with Acts=off" in capsys.readouterr().out) is said
