"""The published schemas: in step with the kinds, and every field explained."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trueup.documents.publish import published
from trueup.kinds import KINDS
from trueup.settings import schema

FOLDER = Path(__file__).parents[1] / "schemas"
SCHEMAS = published({name: kind.schema for name, kind in KINDS.items()}, schema())
FREE = {"patternProperties": {"^x-": {}}, "additionalProperties": False}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_files_in_schemas_are_what_the_kinds_say(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == SCHEMAS[name]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_field_has_a_description_that_can_stand_as_a_remedy(name: str) -> None:
    root = json.loads(SCHEMAS[name])
    texts = dict(described(root, root, name))

    assert len(texts) > 4
    assert [place for place, text in texts.items() if not text.endswith((".", ")"))] == []


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_unknown_fields_are_refused_and_x_is_allowed_in_every_mapping(name: str) -> None:
    root = json.loads(SCHEMAS[name])
    closed = [node for node in mappings(root) if "properties" in node]

    assert len(closed) > 1
    assert [node for node in closed if {key: node.get(key) for key in FREE} != FREE] == []


def described(node: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """Yield the description of every field, by its place in the document."""
    for name, field in node.get("properties", {}).items():
        yield from explained(field, root, f"{place}.{name}")
    for keyword in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(keyword), dict):
            yield from explained(node[keyword], root, f"{place}.{keyword}")
    for branch in node.get("anyOf", ()):
        yield from described(branch, root, place)


def explained(
    field: dict[str, Any], root: dict[str, Any], place: str
) -> Iterator[tuple[str, str]]:
    reference = field.get("$ref", "").removeprefix("#/$defs/")
    whole = {**root["$defs"].get(reference, {}), **field}
    yield place, whole.get("description", "")
    yield from described(whole, root, place)


def mappings(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema in a schema, wherever it stands."""
    if isinstance(node, dict):
        yield node
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from mappings(inner)
