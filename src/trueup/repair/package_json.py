"""`package.json`: what it asks for, changed where it stands.

The file is never printed anew: objects are found in the text, and one entry is replaced or
added in the way the others are written.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

PART = re.compile(r"\"(?:[^\"\\]|\\.)*\"|[{}\[\],:]")
KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


class Entry(NamedTuple):
    """One entry of an object: its name, and where name and value stand."""

    name: str
    start: int
    value: int
    end: int


class Block(NamedTuple):
    """An object: after its opening brace, its closing one, the entries."""

    start: int
    end: int
    entries: tuple[Entry, ...]


def read(text: str) -> Mapping[str, Any]:
    """Return what the file says; nothing where it is no object."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def dependencies(text: str) -> dict[str, str]:
    """Return every package that it asks for, with its range."""
    said = read(text)
    found: dict[str, str] = {}
    for kind in reversed(KINDS):
        if isinstance(of := said.get(kind), dict):
            found |= {str(name): str(wanted) for name, wanted in of.items()}
    return found


def added(text: str, name: str, version: str) -> str | None:
    """Return the file with a package more, pinned as its neighbours are."""
    said = read(text)
    if not said:
        return None
    literal = f"{json.dumps(name)}: {json.dumps(f'{_style(text)}{version}')}"
    block = _block(text, "dependencies")
    if block is None:
        return _sound(_with_block(text, literal), name)
    return _sound(_with_entry(text, block, name, literal), name)


def repinned(text: str, name: str, wanted: str) -> str | None:
    """Return the file with another range for a package; None where it does not ask for it."""
    for kind in KINDS:
        block = _block(text, kind)
        for one in block.entries if block else ():
            if one.name == name:
                return _sound(f"{text[: one.value]}{json.dumps(wanted)}{text[one.end :]}", name)
    return None


def renamed(text: str, name: str, right: str, wanted: str) -> str | None:
    """Return the file with another package in the place of one."""
    for kind in KINDS:
        block = _block(text, kind)
        for one in block.entries if block else ():
            if one.name == name:
                said = f"{json.dumps(right)}: {json.dumps(wanted)}"
                return _sound(f"{text[: one.start]}{said}{text[one.end :]}", right)
    return None


def _style(text: str) -> str:
    """Return the sign that most ranges begin with."""
    signs = [wanted[:1] for wanted in dependencies(text).values()]
    if not signs:
        return "^"
    usual = max(("^", "~"), key=signs.count)
    return usual if signs.count(usual) * 2 >= len(signs) else ""


def _with_entry(text: str, block: Block, name: str, literal: str) -> str:
    if not block.entries:
        return _with_first(text, block, literal)
    names = [one.name for one in block.entries]
    before = [one for one in block.entries if one.name < name]
    gap = _gap(text, block)
    if names == sorted(names) and not before:
        first = block.entries[0]
        return f"{text[: first.start]}{literal},{gap}{text[first.start :]}"
    after = before[-1] if names == sorted(names) else block.entries[-1]
    return f"{text[: after.end]},{gap}{literal}{text[after.end :]}"


def _with_first(text: str, block: Block, literal: str) -> str:
    line = text.rfind("\n", 0, block.start) + 1
    indent = re.match(r"[ \t]*", text[line:])
    one = indent[0] if indent else ""
    ending = _ending(text)
    inside = f"{ending}{one}{one or '  '}{literal}{ending}{one}"
    return f"{text[: block.start]}{inside}{text[block.end :]}"


def _with_block(text: str, literal: str) -> str:
    """Return the file with an object of dependencies, as its last entry."""
    whole = _parsed(text, text.index("{") + 1)
    last, gap = whole.entries[-1], _gap(text, whole)
    indent = gap.strip("\r\n")
    inner = f"{gap}{indent}{literal}{gap}" if "\n" in gap else literal
    return f'{text[: last.end]},{gap}"dependencies": {{{inner}}}{text[last.end :]}'


def _gap(text: str, block: Block) -> str:
    """Return what stands before an entry: a blank, or a line end and its indent."""
    first = block.entries[0]
    between = text[block.start : first.start]
    return between if "\n" in between else " "


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _block(text: str, name: str) -> Block | None:
    if not read(text):
        return None
    for one in _parsed(text, text.index("{") + 1).entries:
        if one.name == name and text[one.value] == "{":
            return _parsed(text, one.value + 1)
    return None


def _parsed(text: str, start: int) -> Block:
    """Return the object whose brace ends at `start`, in a text that is sound JSON."""
    entries: list[Entry] = []
    depth, key, key_at, value = 0, "", -1, -1
    for part in PART.finditer(text, start):
        said = part[0]
        if depth == 0 and said[0] == '"' and key_at < 0:
            key, key_at = json.loads(said), part.start()
        elif depth == 0 and said == ":":
            value = _value_at(text, part.end())
        elif depth == 0 and said in ",}" and key_at >= 0:
            end = value + len(text[value : part.start()].rstrip())
            entries.append(Entry(key, key_at, value, end))
            key_at = -1
        if depth == 0 and said == "}":
            return Block(start, part.start(), tuple(entries))
        depth += (said in "{[") - (said in "}]")
    return Block(start, len(text), tuple(entries))


def _value_at(text: str, at: int) -> int:
    found = re.compile(r"\s*").match(text, at)
    return found.end() if found else at


def _sound(text: str, name: str) -> str | None:
    return text if name in dependencies(text) else None
