"""Writes `settings/schema/`, generated from the contracts.

A test fails when what is there differs from what this would write.
"""

import json
import sys
from pathlib import Path

from operate.schema import schemas

SCHEMAS = Path(__file__).resolve().parents[1] / "settings" / "schema"


def rendered() -> dict[str, str]:
    """File names and their content."""
    return {
        f"{kind}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for kind, schema in schemas().items()
    }


def main() -> None:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, text in rendered().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{SCHEMAS.name}/{name}\n")


if __name__ == "__main__":
    main()
