"""A small kind for the tests of `documents`, which must not know the real ones."""

from collections.abc import Mapping
from typing import Any

from trueup.documents.desired import Desired, load
from trueup.model.key import Key

THING: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "interval": {"description": "A duration such as 90s.", "$ref": "#/$defs/duration"},
        "size": {"type": "integer", "description": "A whole number up to 9.", "maximum": 9},
        "project": {"type": "string", "description": "A name such as shop."},
        "colour": {"description": "One of red, green.", "enum": ["red", "green"]},
        "dependsOn": {"type": "array", "items": {"type": "string"}},
        "parts": {
            "type": "array",
            "description": "A list of parts.",
            "items": {
                "type": "object",
                "description": "A part: name and weight.",
                "properties": {
                    "name": {"type": "string", "description": "The part's name."},
                    "weight": {"type": "number", "description": "A number of grams."},
                },
                "required": ["name"],
                "patternProperties": {"^x-": {}},
                "additionalProperties": False,
            },
        },
    },
    "patternProperties": {"^x-": {}},
    "additionalProperties": False,
}
SCHEMAS = {"Thing": THING}


def thing(name: str, spec: str = "{}") -> str:
    """Return a valid document of five lines."""
    return f"apiVersion: trueup/v1\nkind: Thing\nmetadata:\n  name: {name}\nspec: {spec}\n"


def desired(**files: str | bytes) -> Desired:
    """Return what files want; `a=...` is the file `a.yaml`."""
    return load([(f"{name}.yaml", data) for name, data in files.items()], SCHEMAS)


def key(name: str) -> Key:
    """Return the key of a thing."""
    return Key("Thing", name)


def told(desired: Desired) -> list[str]:
    """Return every problem as file:line field reason."""
    return [f"{p.file}:{p.line} {p.field}: {p.reason}" for p in desired.all_problems]
