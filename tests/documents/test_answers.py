"""JSON in the answer of a model: found, whatever stands around it, and held against a schema."""

import json
from typing import Any

import pytest

from trueup.documents.answers import Form
from trueup.model.errors import SpecError

SCHEMA = {
    "type": "object",
    "properties": {"cause": {"type": "string"}, "sure": {"type": "number", "maximum": 1}},
    "required": ["cause"],
    "additionalProperties": False,
}
VALUE = {"cause": "a {wrong} name", "sure": 0.5}
TEXT = json.dumps(VALUE)


@pytest.mark.parametrize(
    "answer",
    [
        TEXT,
        f"\n  {TEXT}\n",
        f"```json\n{TEXT}\n```",
        f"Sure, here it is:\n\n```\n{TEXT}\n```\nAnything else?",
        f"The answer is {TEXT}, I think.",
        f"It is not {{that}}, it is {TEXT}",
        f'An example is {{"cause": 1}}. The answer: {TEXT}',
        json.dumps(VALUE, indent=4),
    ],
)
def test_json_is_found_in_whatever_surrounds_it(answer: str) -> None:
    assert Form(SCHEMA).read(answer) == (VALUE, ())


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("I do not know", "there is no JSON in the answer"),
        ("", "there is no JSON in the answer"),
        ('{"sure": 2}', "sure: 2 is greater than the maximum of 1"),
        ('{"sure": 0.1}', 'the answer: "cause" is a required property'),
        ('["cause"]', "the answer: "),
        ('{"cause": "a", "sure": NaN}', "there is no JSON in the answer"),
        ('{"cause": "a", "cause": "b"}', "there is no JSON in the answer"),
        ("[" * 100_000, "there is no JSON in the answer"),
        ("{" * 100_000, "there is no JSON in the answer"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_with_its_place(answer: str, fault: str) -> None:
    _, faults = Form(SCHEMA).read(answer)

    assert any(one.startswith(fault) for one in faults), faults


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:1/schema.json"},
        {"properties": {"a": {"items": [{"$ref": "file:///etc/passwd"}]}}},
        {"$schema": "http://127.0.0.1:1/meta.json"},
        {"$id": "http://127.0.0.1:1/", "$ref": "#/x"},
    ],
)
def test_a_schema_that_refers_to_elsewhere_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="nothing is fetched"):
        Form(schema)


@pytest.mark.parametrize("schema", [{"type": "nothing"}, {"pattern": "("}, {"$ref": "#/none"}])
def test_a_schema_that_is_none_is_an_error_of_the_document(schema: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="the schema of the answer is none"):
        Form(schema)


def test_a_schema_may_refer_to_itself() -> None:
    tree = {"$defs": {"node": {"items": {"$ref": "#/$defs/node"}}}, "$ref": "#/$defs/node"}

    assert Form(tree).read("[[], [[]]]") == ([[], [[]]], ())
