"""`endpoints.json`: there when everything is ready, gone when the sandbox stops."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.stack.stack import Stack


@contextmanager
def published(stack: Stack) -> Iterator[Path]:
    path = stack.folder / "endpoints.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(endpoints(stack), indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def endpoints(stack: Stack) -> dict[str, object]:
    return {
        "aws": stack.aws["endpoint_url"],
        "region": stack.aws["region_name"],
        "bus": stack.bus,
        "table": stack.table,
        "webhook": stack.webhook,
        "netsuite": stack.netsuite,
        "expensify": stack.expensify,
        "mail": stack.mail,
        "workspaces": [_workspace(one) for one in stack.world.get("workspaces", [])],
    }


def _workspace(described: dict[str, object]) -> dict[str, object]:
    mode = described.get("mode", "auto")
    return {"id": described["id"], "mode": mode, "account": described["account"]}
