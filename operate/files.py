"""The settings files of a folder; what lies in its sub-folders is no settings."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """`name` as the operator is told it."""

    name: str
    content: bytes


def read(folder: Path) -> tuple[File, ...]:
    """By name. Raises OSError."""
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    return tuple(File(str(path), path.read_bytes()) for path in paths)
