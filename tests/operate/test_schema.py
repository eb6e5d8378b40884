"""The published JSON Schemas, the examples, and the page that explains them."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from operate.check import check
from operate.files import read
from operate.schema import FILES, WORDS, schemas
from scripts.write_settings_schemas import SCHEMAS, main, rendered
from shared.contracts.settings import Timing
from tests.operate.kit import account, workspace

FOLDER = SCHEMAS.parent
EXAMPLES = sorted((FOLDER / "examples").glob("*.json"))


def test_the_files_are_what_the_contracts_say() -> None:
    """`python -m scripts.write_settings_schemas` writes them."""
    there = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()}
    assert there == rendered()


def test_the_script_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All, and says which."""
    monkeypatch.setattr("scripts.write_settings_schemas.SCHEMAS", tmp_path / "schema")
    main()
    assert {path.name for path in (tmp_path / "schema").iterdir()} == set(rendered())
    assert len(capsys.readouterr().out.splitlines()) == len(FILES)


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_one(kind: str) -> None:
    """Of the dialect that it names."""
    jsonschema.Draft202012Validator.check_schema(schemas()[kind])


def test_the_examples_are_good() -> None:
    """By check and by schema, and each names its schema."""
    assert check(read(FOLDER / "examples")).problems == ()
    assert len(EXAMPLES) == len(FILES)
    for path in EXAMPLES:
        content = json.loads(path.read_text(encoding="utf-8"))
        named = (path.parent / content["$schema"]).resolve()
        assert named == SCHEMAS / f"{path.stem}.schema.json"
        jsonschema.validate(content, json.loads(named.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("workspace", workspace(mode="watch")),
        ("workspace", workspace(colour=1)),
        ("workspace", workspace(account_id="evil.example/")),
        ("workspace", workspace(name=None)),
        ("account", account(timing={"gap": -1})),
        ("account", account("evil.example/")),
        ("stack", {"acts": "of"}),
    ],
)
def test_an_editor_underlines_what_the_contract_refuses(kind: str, content: Any) -> None:
    """Before anybody runs a check."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schemas()[kind])


def test_an_editor_shows_the_default_of_a_wait() -> None:
    """In seconds, as it would be written."""
    timing = schemas()["account"]["$defs"]["Timing"]["properties"]
    assert timing["watch_every"]["default"] == 300
    assert timing["circuit"]["default"] == [60, 120, 300, 900, 3600]
    assert set(timing) == set(Timing.model_fields)


def test_the_page_explains_every_field() -> None:
    """Waits are in the schema; all others stand in the README, by name."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.]+)`", page))
    fields = {name for model, words in WORDS.items() if model != "Timing" for name in words}
    assert fields <= named
