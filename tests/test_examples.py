"""What is in examples/ is held against the published schemas, and nothing is missing there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from trueup.app.validation import of_path
from trueup.documents.check import check

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
EVERY = EXAMPLES / "every-field"
FIRST = "specs/stack.yaml"
CONFIGURATIONS = sorted(
    one
    for one in EXAMPLES.rglob("*.yaml")
    if "sources" in next(yaml.safe_load_all(one.read_text()))
)
Schema = Mapping[str, Any]


class Loader(yaml.SafeLoader):
    """Reads `on` as text, as YAML 1.2 and Trueup do."""


Loader.yaml_implicit_resolvers = {
    first: [one for one in said if first not in "oOyYnN" or not one[0].endswith(":bool")]
    for first, said in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def schema(name: str) -> Schema:
    content: Schema = json.loads((ROOT / "schemas" / name).read_text())
    return content


@pytest.mark.parametrize("specs", sorted(EXAMPLES.glob("*/specs")), ids=lambda one: one.parts[-2])
def test_the_documents_of_every_example_are_valid(specs: Path) -> None:
    found = of_path(specs)

    assert found.documents > 0
    assert list(map(str, found.problems)) == []


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda one: "/".join(one.parts[-2:]))
def test_every_configuration_is_valid(file: Path) -> None:
    assert check(file.name, file.read_bytes(), schema("trueup.json")).problems == ()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("specs/stack.yaml", "stack.json"),
        ("specs/run.yaml", "run.json"),
        ("specs/confirm.yaml", "confirm.json"),
        ("trueup.yaml", "trueup.json"),
    ],
)
def test_every_field_has_every_field(file: str, name: str) -> None:
    bodies, root = [*yaml.load_all((EVERY / file).read_text(), Loader)], schema(name)

    assert [one for one in sorted(missing(bodies, root, root)) if not is_step(file, one)] == []


def test_a_field_that_every_field_lacks_is_named() -> None:
    body, *others = yaml.load_all((EVERY / FIRST).read_text(), Loader)
    del body["spec"]["services"]["api"]["verify"][0]["http"]["json"]["path"]
    root = schema("stack.json")

    found = [one for one in missing([body, *others], root, root) if not is_step(FIRST, one)]
    assert found == ["spec.services.*.verify[].http.json.path"]


def is_step(file: str, field: str) -> bool:
    """Whether a field is one of a step, of which another file has every field."""
    shared = ("spec.repair.steps[].", "spec.repair.authors[].diff")
    return file == FIRST and field.startswith(shared)


def missing(values: Sequence[Any], node: Schema, root: Schema, place: str = "") -> Iterator[str]:
    """Yield each field of a schema that none of some values has."""
    whole = {**root["$defs"].get(node.get("$ref", "").removeprefix("#/$defs/"), {}), **node}
    fields = whole.get("properties", {})
    for name, field in fields.items():
        here = f"{place}.{name}".lstrip(".")
        found = [one[name] for one in values if isinstance(one, dict) and name in one]
        yield from missing(found, field, root, here) if found else [here]
    for branch in whole.get("anyOf", ()):
        yield from missing(values, branch, root, place)
    if items := whole.get("items"):
        parts = [part for one in values if isinstance(one, list) for part in one]
        yield from missing(parts, items, root, f"{place}[]")
    if isinstance(more := whole.get("additionalProperties"), dict):
        parts = [
            part
            for one in values
            if isinstance(one, dict)
            for name, part in one.items()
            if name not in fields
        ]
        yield from missing(parts, more, root, f"{place}.*") if parts else [f"{place}.*"]
