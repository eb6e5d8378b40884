import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask, Response, jsonify, request

from sandbox.expensify.netsuite_client import projects_of
from sandbox.expensify.world import NetSuiteUnreachableError
from sandbox.serve import Server
from tests.sandbox.expensify_kit import ACCOUNT, APOLLO, WORLD


@pytest.fixture
def netsuite_url() -> Iterator[str]:
    app = Flask(__name__)

    @app.get("/_control/projects")
    def projects() -> Response:
        known = {ACCOUNT: [APOLLO], "strange": {"no": "list"}}
        return jsonify(known[request.args["account"]])

    with Server(app) as server:
        yield server.url


def test_projects_are_asked_of_the_netsuite_simulator(netsuite_url: str) -> None:
    """A refusal, a strange answer and silence all mean 'not reachable'."""
    assert projects_of(netsuite_url + "/")(ACCOUNT) == [APOLLO]
    for url, account in ((netsuite_url, "gone"), (netsuite_url, "strange"), ("http://[::1]:1", "")):
        with pytest.raises(NetSuiteUnreachableError):
            projects_of(url)(account)


def test_a_scenario_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """One line about it, and an exit code that says so."""
    scenario = tmp_path / "world.yaml"
    scenario.write_text("workspaces: 1")
    arguments = ["--scenario", str(scenario), "--netsuite", "http://127.0.0.1:1"]
    command = [sys.executable, "-m", "sandbox.expensify", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 1
    assert "Expensify sandbox: 1 validation error for World" in ended.stderr


def test_it_runs_as_a_process_of_its_own(netsuite_url: str, tmp_path: Path) -> None:
    """It prints its address when it listens, and SIGTERM ends it with exit 0."""
    scenario = tmp_path / "world.yaml"
    scenario.write_text(json.dumps(WORLD))
    arguments = ["--port", "0", "--scenario", str(scenario), "--netsuite", netsuite_url]
    command = [sys.executable, "-m", "sandbox.expensify", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/_control/health", timeout=10).json() == {"ok": True}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
