"""JSON in an answer of a model: found in whatever surrounds it, and held against a schema.

The schema is somebody's own. One that refers to elsewhere is refused: nothing is fetched.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema_rs import Draft202012Validator
from jsonschema_rs import ValidationError as Invalid

from trueup.model.errors import SpecError

FENCE = re.compile(r"^[ \t]*```[ \t]*\w*[ \t]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
OPENING = re.compile(r"[{\[]")
MOST_PLACES = 50
MOST_FAULTS = 10
REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "$schema", "$id"})
HERE = ("#", "https://json-schema.org/draft/2020-12/")


class Form:
    """What an answer has to look like.

    Raises:
        SpecError: the schema is none, or refers to elsewhere.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        elsewhere = next(_elsewhere(schema), "")
        if elsewhere:
            what = f"the schema of the answer refers to {elsewhere}"
            raise SpecError(what, "nothing is fetched", "Write all of it into the document.")
        try:
            self._validator = Draft202012Validator(dict(schema))
        except Exception as error:  # the library raises kinds of its own
            why = str(error).partition("\n")[0]
            raise SpecError("the schema of the answer is none", why, "Correct it.") from error

    def read(self, text: str) -> tuple[Any, tuple[str, ...]]:
        """Return the value in an answer, and what is wrong with it: nothing, if it is valid."""
        found: tuple[Any, tuple[str, ...]] = (None, ("there is no JSON in the answer",))
        for number, value in enumerate(_values(text)):
            faults = tuple(map(_fault, islice(self._validator.iter_errors(value), MOST_FAULTS)))
            if not faults:
                return value, ()
            found = (value, faults) if number == 0 else found
        return found


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON in a text: all of it, else what is fenced, else what stands in the prose."""
    for part in (text, *(found[1] for found in FENCE.finditer(text))):
        try:
            yield json.loads(part, **STRICT)
        except (ValueError, RecursionError):
            continue
        return
    decoder = json.JSONDecoder(**STRICT)
    end = 0
    for opening in islice(OPENING.finditer(text), MOST_PLACES):
        if opening.start() >= end:
            try:
                value, end = decoder.raw_decode(text, opening.start())
            except (ValueError, RecursionError):
                continue
            yield value


def _only_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


STRICT: dict[str, Any] = {"object_pairs_hook": _only_once, "parse_constant": _no_number}


def _fault(error: Invalid) -> str:
    place = "".join(
        f"[{one}]" if isinstance(one, int) else f".{one}" for one in error.instance_path
    )
    return f"{place.lstrip('.') or 'the answer'}: {error.message[:300]}"


def _elsewhere(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name in REFERENCES and isinstance(value, str) and not value.startswith(HERE):
                yield value
            yield from _elsewhere(value)
    elif isinstance(node, list):
        for one in node:
            yield from _elsewhere(one)
