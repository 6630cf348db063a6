"""The reason for each kind of schema error, as a sentence for people.

Values are quoted only where their form is wrong, cut short and without credentials.
"""

import json
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from trueup.documents.raw import Path

CREDENTIALS = re.compile(r"//[^/@\s]*@")
MOST_SHOWN = 60

TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
LIMITS = {
    "minimum": "{value} is less than {limit}",
    "maximum": "{value} is more than {limit}",
    "exclusiveMinimum": "{value} is not more than {limit}",
    "exclusiveMaximum": "{value} is not less than {limit}",
    "minItems": "the list has fewer entries than {limit}",
    "maxItems": "the list has more entries than {limit}",
    "minLength": "the text is shorter than {limit}",
    "maxLength": "the text is longer than {limit}",
    "minProperties": "the mapping has fewer fields than {limit}",
    "maxProperties": "the mapping has more fields than {limit}",
}
WRONG_FORM = {
    "pattern": "{value} does not have the right form",
    "regex": "{value} is not a regular expression",
    "timestamp": "{value} is not a date or a time",
    "uniqueItems": "an entry of the list is given twice",
}


def mistyped(value: Any, expected: Iterable[str]) -> str:
    """Return that a value has the wrong type. The value itself is not shown."""
    names = [TYPES[name] for name in expected]
    wanted = listed(names) if names else "one of the words that are known here"
    return f"{_type(value)} stands where {wanted} is expected"


def misspelt(value: Any, options: Iterable[Any]) -> str:
    """Return that a value is not one of the possible ones."""
    return f"{shown(value)} is not one of {', '.join(str(option) for option in options)}"


def outside(keyword: str, value: Any, limit: Any) -> str:
    """Return that a value is beyond a limit, or not in the right form."""
    sentence = LIMITS.get(keyword) or WRONG_FORM.get(keyword, "{value} is not allowed here")
    return sentence.format(value=shown(value), limit=limit)


def guess(word: Any, known: Iterable[Any], prefix: Path = ()) -> str:
    """Return the question whether another word was meant; empty if none is near."""
    words = {str(option).lower(): str(option) for option in known}
    near = get_close_matches(str(word).lower(), words, n=1, cutoff=0.6)
    return f"Did you mean {'.'.join(map(str, (*prefix, words[near[0]])))}? " if near else ""


def listed(words: Sequence[str]) -> str:
    """Return words as `a, b or c`."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} or {last}" if most else last


def shown(value: Any) -> str:
    """Return a value as it may stand in a message."""
    text = CREDENTIALS.sub("//***@", json.dumps(value, ensure_ascii=False))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _type(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"
