"""How much work a schema makes, counted before anybody does it. Pure.

A schema may name a part of itself twice, and that part again another one twice: a few lines
are then a million. Whoever validates does all of it, in one go, and lets nobody else work.
"""

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any
from urllib.parse import unquote

MOST = 50_000
ABROAD = 300
"""What the schema of schemas counts for: the one that may be referred to elsewhere."""

TWICE = frozenset({"anyOf", "oneOf", "if", "unevaluatedItems", "unevaluatedProperties"})
"""What has the schemas around it, or in it, looked at once more."""

LISTS, SINGLE = ("allOf", "anyOf", "oneOf"), ("not", "if", "then", "else")
NAMED = ("dependentSchemas", "dependencies")
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
ANCHORS = ("$anchor", "$dynamicAnchor")
Visit = tuple[Any, Any]


class TooMuchError(Exception):
    """It is more than anybody should do."""


class Expanse:
    """Counts how often schemas are looked at, each as often as it is referred to."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema
        self._counts: dict[tuple[int, int], int] = {}
        self._under_way: set[tuple[int, int]] = set()
        self._calls = 0
        self._anchors = dict(_anchors(schema))

    def check(self) -> None:
        """Count every part of the schema for one value that has nothing inside.

        Raises:
            TooMuchError: it is too much, or refers to itself for the same value.
        """
        self._started()
        for part in _parts(self._root):
            self._count(part, None)

    def check_for(self, value: Any) -> int:
        """Return how often schemas are looked at for a value.

        Raises:
            TooMuchError: it is too much.
        """
        self._started()
        return self._count(self._root, value)

    def _started(self) -> None:
        self._counts, self._under_way, self._calls = {}, set(), 0

    def _count(self, schema: Any, value: Any) -> int:
        self._calls += 1
        if self._calls > MOST:
            raise TooMuchError
        if not isinstance(schema, Mapping):
            return 1
        key = (id(schema), id(value))
        if key in self._under_way:
            raise TooMuchError
        if key not in self._counts:
            self._under_way.add(key)
            self._counts[key] = self._summed(schema, value)
            self._under_way.remove(key)
        return self._counts[key]

    def _summed(self, schema: Mapping[str, Any], value: Any) -> int:
        weight = 2 ** len(TWICE & schema.keys())
        listed = schema.get("enum")
        total = 1 + (len(listed) if isinstance(listed, list) else 0)
        for part, inside in self._visits(schema, value):
            total += weight * (part if isinstance(part, int) else self._count(part, inside))
            _hold(total)
        _hold(total)
        return total

    def _visits(self, schema: Mapping[str, Any], value: Any) -> Iterator[Visit]:
        for name in REFERENCES:
            if isinstance(schema.get(name), str):
                yield self._referred(schema[name]), value
        for name in LISTS:
            yield from zip(_list(schema.get(name)), repeat(value))
        yield from ((schema[name], value) for name in SINGLE if name in schema)
        for name in NAMED:
            yield from zip(_map(schema.get(name)).values(), repeat(value))
        if isinstance(value, dict):
            yield from _of_object(schema, value)
        if isinstance(value, list):
            yield from _of_array(schema, value)

    def _referred(self, said: str) -> Any:
        """Return what a reference is to; of what is not there nothing is left to be done."""
        if not said.startswith("#"):
            return ABROAD
        path = unquote(said[1:])
        if path and not path.startswith("/"):
            return self._anchors.get(path, True)
        found: Any = self._root
        for word in path.split("/")[1:]:
            found = _inside(found, word.replace("~1", "/").replace("~0", "~"))
        return found


def _hold(total: int) -> None:
    if total > MOST:
        raise TooMuchError


def _of_object(schema: Mapping[str, Any], value: dict[str, Any]) -> Iterator[Visit]:
    known = _map(schema.get("properties"))
    yield from ((known[name], one) for name, one in value.items() if name in known)
    every = list(_map(schema.get("patternProperties")).values())
    every += [schema[n] for n in ("additionalProperties", "unevaluatedProperties") if n in schema]
    for part in every:
        yield from ((part, one) for one in value.values())
    if "propertyNames" in schema:
        yield len(value) ** 2, None  # who is told of a bad name gets a copy of all of them
        yield from ((schema["propertyNames"], name) for name in value)


def _of_array(schema: Mapping[str, Any], value: list[Any]) -> Iterator[Visit]:
    yield from zip(_list(schema.get("prefixItems")), value, strict=False)
    for name in ("items", "contains", "unevaluatedItems"):
        if name in schema:
            yield from ((schema[name], one) for one in value)


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []


def _map(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def _inside(node: Any, word: str) -> Any:
    if isinstance(node, Mapping):
        return node.get(word, True)
    if isinstance(node, list) and word.isdecimal() and int(word) < len(node):
        return node[int(word)]
    return True


def _parts(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
    inside = node.values() if isinstance(node, Mapping) else _list(node)
    for one in inside:
        yield from _parts(one)


def _anchors(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in _parts(schema):
        for name in ANCHORS:
            if isinstance(part.get(name), str):
                yield part[name], part
