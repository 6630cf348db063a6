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
        {"items": {"$id": "https://json-schema.org/draft/2020-12/x", "$ref": "#/y"}},
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


def doubling(levels: int) -> dict[str, Any]:
    twice = {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(levels)}
    return {"$ref": "#/$defs/0", "$defs": {**twice, str(levels): {"type": "string"}}}


def anchored(levels: int) -> dict[str, Any]:
    every = [{"$anchor": f"a{n}", "oneOf": [{"$ref": f"#a{n + 1}"}] * 2} for n in range(levels)]
    return {"$ref": "#a0", "$defs": {str(n): one for n, one in enumerate(every)}}


@pytest.mark.parametrize(
    "schema",
    [
        doubling(29),
        anchored(25),
        {"$ref": "#"},
        {"$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}},
        {"properties": {"rare": doubling(29)["$defs"]["0"]}, "$defs": doubling(29)["$defs"]},
        {"enum": list(range(60_000))},
    ],
)
def test_a_schema_that_makes_endless_work_is_refused_before_anybody_is_asked(
    schema: dict[str, Any],
) -> None:
    with pytest.raises(SpecError, match="too large"):
        Form(schema)


def test_a_schema_that_doubles_with_every_level_of_an_answer_is_not_tried() -> None:
    form = Form({"allOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]})

    assert form.read("[" * 5 + "]" * 5)[1] == ()
    assert form.read("[" * 60 + "]" * 60)[1] == (
        "the answer is too large, or too deep, for its schema",
    )


def test_an_answer_without_end_is_not_read() -> None:
    assert Form({}).read("[" + "1," * 100_000 + "1]")[1] == (
        "the answer has more than 131072 characters",
    )


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "(?:x{1000}){1000}"])
def test_a_pattern_that_may_take_forever_is_refused(pattern: str) -> None:
    with pytest.raises(SpecError, match="the schema of the answer is none"):
        Form({"pattern": pattern})


def test_of_a_large_answer_the_first_fault_is_said() -> None:
    assert Form({"items": {"type": "string"}}).read(json.dumps([1] * 2000))[1] == (
        '[0]: 1 is not of type "string"',
    )


def test_where_a_very_large_answer_is_wrong_is_not_said_for_that_takes_too_long() -> None:
    choice: dict[str, Any] = {"type": "string"}
    for _ in range(6):
        choice = {"anyOf": [choice, choice]}

    assert Form(choice).read("[" + "1," * 60_000 + "1]")[1] == (
        "the answer is not valid, and too large to say where",
    )


def test_many_bad_names_are_not_looked_at_one_by_one() -> None:
    bad = json.dumps({f"name-{number}": 1 for number in range(5000)})

    assert Form({"propertyNames": {"maxLength": 1}}).read(bad)[1] == (
        "the answer is too large, or too deep, for its schema",
    )


def test_a_large_answer_to_a_usual_schema_is_read() -> None:
    every = [VALUE] * 1500

    assert Form({"type": "array", "items": SCHEMA}).read(json.dumps(every)) == (every, ())
