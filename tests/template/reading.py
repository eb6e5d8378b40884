"""Reads template.yaml as CloudFormation would: `!Ref X` is `{"Ref": "X"}`, and so on."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

type Json = Any


class _Loader(yaml.SafeLoader):
    pass


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if suffix == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _function)


@cache
def template() -> dict[str, Json]:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    read = yaml.load(text, Loader=_Loader)
    assert isinstance(read, dict)
    return read


def resources(kind: str) -> dict[str, dict[str, Json]]:
    """Properties by logical id. There is at least one, or a test of them all would test nothing."""
    found = {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }
    assert found, f"no {kind} in the template"
    return found


def functions() -> dict[str, dict[str, Json]]:
    """With the globals folded in."""
    shared = template()["Globals"]["Function"]
    return {
        name: _fold(shared, own) for name, own in resources("AWS::Serverless::Function").items()
    }


def _fold(shared: Json, own: Json) -> Json:
    if isinstance(shared, dict) and isinstance(own, dict):
        return shared | {key: _fold(shared.get(key), value) for key, value in own.items()}
    return own


def environment(function: dict[str, Json]) -> dict[str, Json]:
    variables = function["Environment"]["Variables"]
    assert isinstance(variables, dict)
    return variables


def queue_event(function: dict[str, Json]) -> dict[str, Json] | None:
    """The function's SQS event source, if it has one."""
    for event in function.get("Events", {}).values():
        if event["Type"] == "SQS":
            return dict(event["Properties"])
    return None


def target(value: Json) -> str:
    """The logical id that `!Ref` or `!GetAtt` names."""
    if "Ref" in value:
        return str(value["Ref"])
    return str(value["Fn::GetAtt"][0])


def statements() -> Iterator[tuple[str, dict[str, Json]]]:
    """Every policy statement of the template, with the place where it stands."""
    for name, resource in template()["Resources"].items():
        yield from _statements_in(name, resource.get("Properties", {}))


def _statements_in(where: str, value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Statement":
                yield from ((where, statement) for statement in inner)
            else:
                yield from _statements_in(where, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statements_in(where, inner)


def listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
