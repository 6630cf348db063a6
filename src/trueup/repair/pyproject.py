"""`pyproject.toml`: what `[project] dependencies` lists, changed where it stands.

The file is never printed anew: the array is found in the text, and one string in it is
replaced or added in the way the others are written.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from trueup.repair import requirements

TABLE = re.compile(r"^\s*\[project\]\s*(?:#.*)?$", re.MULTILINE)
ANY_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
KEY = re.compile(r"^\s*dependencies\s*=\s*\[", re.MULTILINE)
PART = re.compile(
    r"(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')|(?P<comment>#[^\n]*)|(?P<end>\])|(?P<comma>,)"
)


class Item(NamedTuple):
    """One string of the array: what it says, and where it stands, with its quotes."""

    text: str
    start: int
    end: int


class Array(NamedTuple):
    """The array: after its opening bracket, its closing one, the items, the last comma."""

    start: int
    end: int
    items: tuple[Item, ...]
    comma: int


def names(text: str) -> tuple[str, ...]:
    """Return the packages that a project asks for."""
    return tuple(one.name for _, one in _requirements(text))


def pin(text: str, name: str) -> str:
    """Return the version that a project demands of a package; empty where it names none."""
    wanted = canonicalize_name(name)
    found = (one for _, one in _requirements(text) if canonicalize_name(one.name) == wanted)
    numbers = (spec.version for one in found for spec in one.specifier)
    return next(numbers, "")


def added(text: str, name: str, version: str) -> str | None:
    """Return the file with a package more, pinned as its neighbours are; None: no array."""
    if (array := _array(text)) is None:
        return None
    pin = _style(text)
    said = f"{name}{pin}{version}" if pin else name
    quote = text[array.items[0].start] if array.items else '"'
    return _sound(_inserted(text, array, f"{quote}{said}{quote}"), name)


def repinned(text: str, name: str, version: str) -> str | None:
    """Return the file with another version of a package; None where it is not pinned there."""
    for item, one in _requirements(text):
        if canonicalize_name(one.name) == canonicalize_name(name) and one.specifier:
            head = re.match(r"\s*[\w.-]+\s*(?:\[[^\]]*\])?", item.text)
            marker = item.text.partition(";")
            tail = f"{marker[1]}{marker[2]}" and f" ;{marker[2]}"
            said = f"{head[0].rstrip() if head else name}=={version}{tail}"
            quote = text[item.start]
            return _sound(f"{text[: item.start]}{quote}{said}{quote}{text[item.end :]}", name)
    return None


def _inserted(text: str, array: Array, literal: str) -> str:
    if not array.items:
        return f"{text[: array.start]}{literal}{text[array.end :].lstrip()}"
    last = array.items[-1]
    line = text.rfind("\n", 0, last.start) + 1
    indent = text[line : last.start]
    alone = not indent.strip() and line > array.start
    end = "\r\n" if text[:line].endswith("\r\n") else "\n"
    gap = f"{end}{indent}" if alone else " "
    if array.comma > last.end - 1:  # a comma after the last one
        rest = array.comma + 1
        tail = text[rest : text.find("\n", rest)] if alone else ""
        after = rest + len(tail.rstrip("\r")) if tail.strip().startswith("#") else rest
        return f"{text[:after]}{gap}{literal}{',' if alone else ''}{text[after:]}"
    return f"{text[: last.end]},{gap}{literal}{text[last.end :]}"


def _style(text: str) -> str:
    lines = "\n".join(str(one) for _, one in _requirements(text))
    return requirements.style(requirements.listed(lines)) if lines else "=="


def _requirements(text: str) -> Iterator[tuple[Item, Requirement]]:
    array = _array(text)
    for item in array.items if array else ():
        try:
            yield item, Requirement(item.text)
        except InvalidRequirement:
            continue


def _array(text: str) -> Array | None:
    """Find the array in the text, if the file can be read and it is what it seems."""
    table = TABLE.search(text)
    if table is None:
        return None
    following = ANY_TABLE.search(text, table.end())
    key = KEY.search(text, table.end(), following.start() if following else len(text))
    return _parts(text, key.end()) if key else None


def _parts(text: str, start: int) -> Array | None:
    items, comma = [], -1
    for part in PART.finditer(text, start):
        if part["string"]:
            items.append(Item(part["string"][1:-1], *part.span()))
        elif part["comma"]:
            comma = part.start()
        elif part["end"]:
            return Array(start, part.start(), tuple(items), comma)
    return None


def _sound(text: str, name: str) -> str | None:
    """Return a text if it can be read, and names the package."""
    try:
        listed = tomllib.loads(text)["project"]["dependencies"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, RecursionError):
        return None
    wanted = canonicalize_name(name)
    found = (re.match(r"[\w.-]+", str(one)) for one in listed)
    return text if any(one and canonicalize_name(one[0]) == wanted for one in found) else None
