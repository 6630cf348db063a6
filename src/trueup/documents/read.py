"""YAML text to plain values, each with the line it was written in.

Merge keys (`<<`) work as in compose files. Knows nothing of schemas. The work is in
proportion to the text: what aliases would blow up is counted and refused, not built.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from trueup.documents.raw import Fault, Path, Raw
from trueup.documents.scalar import plain

MOST_NODES = 10_000
MOST_LEVELS = 50

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DOCUMENT_START = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
TEXT_TAG = "tag:yaml.org,2002:str"
TREE_TAGS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})

REMEDIES = (
    ("\\t", "Indent with spaces, not with tabs."),
    ("mapping values are not allowed", "Put quotes around text that has a colon in it."),
    ("could not find expected ':'", "Put a colon and a space after the name of the field."),
    ("unexpected end of stream", "Close the quotes that are opened in this line."),
    ("control characters", "Save the file as plain UTF-8 text."),
)
CHECK_THE_LINE = "Check the indentation and the quotes in this line and the one before."


def read(text: str) -> Iterator[Raw]:
    """Yield the documents of a YAML file. What is wrong with one does not touch the others."""
    line = 1
    for part in _parts(text):
        yield from _documents(part, line)
        line += part.count("\n")


def _parts(text: str) -> Iterator[str]:
    """Cut a file at its `---` lines: YAML allows them nowhere inside a document.

    A file with directives (%YAML 1.2) stays whole: they stand before their `---`.
    """
    start = 0
    for marker in DOCUMENT_START.finditer(text) if "\n---" in text and not _directs(text) else ():
        yield text[start : marker.start()]
        start = marker.start()
    yield text[start:]


def _directs(text: str) -> bool:
    return text.startswith("%") or "\n%" in text


def _documents(part: str, first_line: int) -> Iterator[Raw]:
    try:
        yield from _built(part, first_line)
    except _RefusedError as refused:
        yield _broken(refused.fault, part, first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = part.rstrip().count("\n")
        line = first_line + min(mark.line if mark else 0, last)
        yield _broken(_syntax(line, error.problem or str(error)), part, first_line)
    except yaml.reader.ReaderError as error:
        line = first_line + part.encode()[: error.position].count(b"\n")
        yield _broken(_syntax(line, error.reason), part, first_line)


def _built(part: str, first_line: int) -> Iterator[Raw]:
    events = yaml.parse(part, Loader=LOADER)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            yield _Builder(events, first_line).document(part)


def _broken(fault: Fault, part: str, line: int) -> Raw:
    return Raw(None, line, part, broken=True, faults=(fault,))


def _syntax(line: int, problem: str) -> Fault:
    remedy = next((advice for words, advice in REMEDIES if words in problem), CHECK_THE_LINE)
    return Fault(line, (), f"the YAML cannot be read here: {problem}", remedy)


class _RefusedError(Exception):
    def __init__(self, line: int, path: Path, reason: str, remedy: str) -> None:
        self.fault = Fault(line, path, reason, remedy)
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Shared:
    """An anchored value, with what an alias to it adds in nodes and in levels."""

    value: Any
    nodes: int
    levels: int


class _Builder:
    """Builds the values of one document from parser events, counting as it goes."""

    def __init__(self, events: Iterator[Any], first_line: int) -> None:
        self.events, self.first_line = events, first_line
        self.nodes = self.deepest = 0
        self.anchors: dict[str, _Shared | None] = {}
        self.faults: list[Fault] = []
        self.places: dict[Path, int] = {}

    def document(self, text: str) -> Raw:
        """Build the document whose start event was just taken."""
        first = next(self.events)
        body = self._value(first, ())
        faults = tuple(self.faults)
        return Raw(body, self._line(first), text, faults=faults, places=self.places)

    def _line(self, event: Any) -> int:
        return self.first_line + int(event.start_mark.line)

    def _value(self, event: Any, path: Path) -> Any:
        if event.anchor is None:
            return self._unnamed(event, path)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        return self._named(event, path)

    def _named(self, event: Any, path: Path) -> Any:
        before, outer, self.deepest = self.nodes, self.deepest, len(path)
        self.anchors[event.anchor] = None
        value = self._unnamed(event, path)
        shared = _Shared(value, self.nodes - before, self.deepest - len(path))
        self.anchors[event.anchor] = shared
        self.deepest = max(outer, self.deepest)
        return value

    def _alias(self, event: Any, path: Path) -> Any:
        if event.anchor not in self.anchors:
            problem = f"the anchor of *{event.anchor} is not defined above"
            remedy = "Define the anchor (&name) before its alias (*name)."
            raise _RefusedError(self._line(event), path, problem, remedy)
        shared = self.anchors[event.anchor]
        if shared is None:
            problem = f"the anchor &{event.anchor} contains itself"
            remedy = "Take the alias out of the value that it names."
            raise _RefusedError(self._line(event), path, problem, remedy)
        self._count(event, path, nodes=shared.nodes, levels=shared.levels)
        return shared.value

    def _unnamed(self, event: Any, path: Path) -> Any:
        self._count(event, path, nodes=1, levels=0)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if event.tag not in TREE_TAGS:
            self._unknown_tag(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return self._sequence(path)

    def _count(self, event: Any, path: Path, *, nodes: int, levels: int) -> None:
        self.nodes += nodes
        self.deepest = max(self.deepest, len(path) + levels)
        if self.nodes > MOST_NODES:
            problem = f"the document has more than {MOST_NODES:,} values with its aliases"
            remedy = "Use fewer aliases, or split the document."
            raise _RefusedError(self._line(event), path, problem, remedy)
        if self.deepest > MOST_LEVELS:
            problem = f"the document is nested more than {MOST_LEVELS} levels deep"
            raise _RefusedError(self._line(event), path, problem, "Write it flatter.")

    def _sequence(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            place = (*path, len(values))
            self.places[place] = self._line(event)
            values.append(self._value(event, place))
        return values

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            value = self._value(next(self.events), self._place(event, path, key))
            if _is_merge(event):
                merged = {**self._merge(event, value, path), **merged}
            else:
                values[key] = value
        return {**merged, **values}

    def _key(self, event: Any, path: Path) -> str:
        """Return a key as it is written: names are text, also where they look like numbers."""
        if isinstance(event, yaml.ScalarEvent):
            self._value(event, path)
            return event.value
        value = self._alias(event, path) if isinstance(event, yaml.AliasEvent) else None
        if isinstance(value, str):
            return value
        problem = "a list or a mapping cannot be the name of a field"
        remedy = "Write a plain name before the colon."
        raise _RefusedError(self._line(event), path, problem, remedy)

    def _place(self, event: Any, path: Path, key: str) -> Path:
        place, line = (*path, key), self._line(event)
        if place in self.places and not _is_merge(event):
            problem = f"the field is given twice, in line {self.places[place]} and in line {line}"
            self.faults.append(Fault(line, place, problem, "Keep one of the two."))
        self.places.setdefault(place, line)
        return place

    def _merge(self, event: Any, value: Any, path: Path) -> dict[str, Any]:
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            problem = "only a mapping, or a list of mappings, can be merged"
            remedy = "Write <<: *name, where &name stands before a mapping."
            self.faults.append(Fault(self._line(event), (*path, "<<"), problem, remedy))
            return {}
        self._count(event, path, nodes=sum(len(part) for part in parts), levels=0)
        return {key: item for part in reversed(parts) for key, item in part.items()}

    def _scalar(self, event: Any, path: Path) -> Any:
        if event.tag is None:
            return plain(event.value) if event.implicit[0] else event.value
        if event.tag not in {"!", TEXT_TAG}:
            self._unknown_tag(event, path)
        return event.value

    def _unknown_tag(self, event: Any, path: Path) -> None:
        tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        problem = f"the tag {tag} means nothing here"
        self.faults.append(Fault(self._line(event), path, problem, "Leave the tag out."))


def _is_merge(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
