"""Refuses what does not parse afterwards. Says nothing of what it means."""

import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from trueup.model.repair import Edit, Place, Refusal
from trueup.repair.gates.filetypes import Type, type_of
from trueup.repair.gates.instructions import Malformed, instructions
from trueup.repair.gates.manifests import place_of, requirement, requirements

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ANSWERED_BY = "This file does not parse"
CONFLICTS = ("<<<<<<<", ">>>>>>>", "|||||||")


def broken(edit: Edit, place: Place) -> tuple[Refusal, ...]:
    """Return a refusal if a file no longer is what its name says, or has marks of an edit."""
    for number, line in enumerate(edit.after.split("\n"), start=1):
        if line.startswith(CONFLICTS):
            says = "there is a mark of an edit in this file"
            return (Refusal("parse-error", edit.path, number, says),)
    try:
        PARSERS[type_of(edit.path, place)](edit.after, edit.before or "")
    except (Malformed, json.JSONDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError) as error:
        return (Refusal("parse-error", edit.path, _line(error), _why(error)),)
    except (ValueError, RecursionError) as error:
        return (Refusal("parse-error", edit.path, 0, _why(error)),)
    return ()


def requirement_lines(text: str, before: str) -> None:
    """Raise Malformed for a new line that is neither a requirement nor an option nor a place."""
    known = {line for _, line in requirements(before)}
    for number, line in requirements(text):
        if line not in known and not line.startswith("-") and not place_of(line):
            requirement(line, number)


def dockerfile(text: str, _before: str) -> None:
    """Raise Malformed if a text is no Dockerfile with a stage."""
    if not any(one.keyword == "FROM" for one in instructions(text)):
        raise Malformed(1, "there is no FROM")


def parse_json(text: str, _before: str) -> None:
    """Raise ValueError if a text is no JSON, or says the same key twice."""
    json.loads(text, object_pairs_hook=_unique)


def parse_yaml(text: str, _before: str) -> None:
    """Raise YAMLError if a text is no YAML. Builds nothing: builders recurse."""
    for _ in yaml.parse(text, Loader=LOADER):
        pass


def scalars(text: str) -> frozenset[str]:
    """Return every word of a YAML text, keys and values; none if it does not parse."""
    try:
        events = yaml.parse(text, Loader=LOADER)
        return frozenset(event.value for event in events if isinstance(event, yaml.ScalarEvent))
    except yaml.YAMLError:
        return frozenset()


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def parse_toml(text: str, _before: str) -> None:
    """Raise TOMLDecodeError if a text is no TOML."""
    tomllib.loads(text)


def _any(_text: str, _before: str) -> None:
    return


PARSERS: Mapping[Type, Callable[[str, str], None]] = {
    Type.DOCKERFILE: dockerfile,
    Type.REQUIREMENTS: requirement_lines,
    Type.JSON: parse_json,
    Type.TOML: parse_toml,
    Type.YAML: parse_yaml,
    Type.OTHER: _any,
}


def _line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return int(getattr(error, "line", 0) or getattr(error, "lineno", 0))


def _why(error: Exception) -> str:
    said = getattr(error, "problem", None) or str(error) or type(error).__name__
    return f"{ANSWERED_BY}: {said}"
