"""JSON in an answer of a model: found in whatever surrounds it, and held against a schema.

The schema is somebody's own. One that refers to elsewhere is refused: nothing is fetched. So is
one that makes more work than an answer is worth, for whoever validates lets nobody else work.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions
from jsonschema_rs import ValidationError as Invalid

from trueup.documents.expanse import Expanse, TooMuchError
from trueup.model.errors import SpecError

FENCE = re.compile(r"^[ \t]*```[ \t]*\w*[ \t]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
OPENING = re.compile(r"[{\[]")
MOST_PLACES = 50
MOST_FAULTS = 10
MOST_LOOKS = 2_000
MOST_COPIED = 40_000_000
LONGEST = 128 * 1024
PATTERNS = RegexOptions(size_limit=1 << 20, dfa_size_limit=1 << 20)
"""Of the kind that takes no longer the trickier they are: without looking around or back."""

REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "$schema", "$id"})
HERE = ("#", "https://json-schema.org/draft/2020-12/")


class Form:
    """What an answer has to look like.

    Raises:
        SpecError: the schema is none, refers to elsewhere, or makes too much work.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._expanse = _expanse(schema)
        try:
            self._validator = Draft202012Validator(dict(schema), pattern_options=PATTERNS)
        except Exception as error:  # the library raises kinds of its own
            why = str(error).partition("\n")[0]
            raise SpecError("the schema of the answer is none", why, "Correct it.") from error

    def read(self, text: str) -> tuple[Any, tuple[str, ...]]:
        """Return the value in an answer, and what is wrong with it: nothing, if it is valid."""
        if len(text) > LONGEST:
            return None, (f"the answer has more than {LONGEST} characters",)
        found: tuple[Any, tuple[str, ...]] = (None, ("there is no JSON in the answer",))
        for number, value in enumerate(_values(text)):
            faults = self._faults(value, len(text))
            if not faults:
                return value, ()
            found = (value, faults) if number == 0 else found
        return found

    def _faults(self, value: Any, size: int) -> tuple[str, ...]:
        try:
            looks = self._expanse.check_for(value)
        except (TooMuchError, RecursionError):
            return ("the answer is too large, or too deep, for its schema",)
        if looks * size > MOST_COPIED:  # every fault has a copy of what is wrong
            valid = self._validator.is_valid(value)
            return () if valid else ("the answer is not valid, and too large to say where",)
        if looks > MOST_LOOKS:
            return self._first(value)
        return tuple(map(_fault, islice(self._validator.iter_errors(value), MOST_FAULTS)))

    def _first(self, value: Any) -> tuple[str, ...]:
        """Return one fault: to have several, all of them are made, each with a copy."""
        try:
            self._validator.validate(value)
        except Invalid as error:
            return (_fault(error),)
        return ()


def _expanse(schema: Mapping[str, Any]) -> Expanse:
    try:
        elsewhere = next(_elsewhere(schema), "")
        if elsewhere:
            what = f"the schema of the answer refers to {elsewhere}"
            raise SpecError(what, "nothing is fetched", "Write all of it into the document.")
        found = Expanse(schema)
        found.check()
    except (TooMuchError, RecursionError):
        why = "its parts refer to each other too often, or one to itself"
        raise SpecError("the schema of the answer is too large", why, "Make it simpler.") from None
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
            here = "#" if name == "$id" else HERE
            if name in REFERENCES and isinstance(value, str) and not value.startswith(here):
                yield value
            yield from _elsewhere(value)
    elif isinstance(node, list):
        for one in node:
            yield from _elsewhere(one)
