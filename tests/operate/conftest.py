import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.operate.cloud import Cloud


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with mock_aws():
        yield Cloud(boto3.resource("dynamodb"), boto3.client("sqs"))


@pytest.fixture
def folder(tmp_path: Path) -> "Folder":
    return Folder(tmp_path / "settings")


class Folder:
    """The operator's files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def write(self, **contents: Any) -> None:
        for name, content in contents.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (self.path / f"{name}.json").write_text(text, encoding="utf-8")

    def remove(self, name: str) -> None:
        (self.path / f"{name}.json").unlink()
