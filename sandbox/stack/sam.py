"""How the SAM CLI is called: without telemetry, and without asking PyPI for a newer version."""

import json
import time

from sandbox.stack.environment import offline_environment
from sandbox.stack.paths import BUILD

_NOTES = BUILD / "sam-cli"


def sam_environment(**more: str) -> dict[str, str]:
    """SAM asks once a week; its notes say that it has just done so."""
    _NOTES.mkdir(parents=True, exist_ok=True)
    notes = {"lastVersionCheck": time.time(), "telemetryEnabled": False}
    (_NOTES / "metadata.json").write_text(json.dumps(notes), encoding="ascii")
    return offline_environment(SAM_CLI_TELEMETRY="0", __SAM_CLI_APP_DIR=str(_NOTES), **more)
