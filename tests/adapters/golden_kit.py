"""Golden files: compared byte for byte, and rewritten by `GOLDEN=write pytest …`."""

import os
from pathlib import Path

GOLDEN_FOLDER = Path(__file__).parent / "golden"


def same_as_golden(path: Path, content: str) -> bool:
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return path.read_bytes() == content.encode()
