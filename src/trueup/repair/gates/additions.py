"""Refuses what an edit must never bring along: downloads, privileges, disabled checks.

What was there before may stay. Each file is looked at as what reads it sees it: joined lines,
without quotes, values of JSON and TOML decoded.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator

from trueup.model.repair import Edit, Place, Refusal
from trueup.repair.gates.addresses import strangers
from trueup.repair.gates.commands import bare
from trueup.repair.gates.filetypes import Type, is_lock, type_of
from trueup.repair.gates.instructions import Malformed, instructions
from trueup.repair.gates.joined import lenient
from trueup.repair.gates.manifests import leaves, requirements
from trueup.repair.gates.parsed import scalars
from trueup.repair.gates.programs import run_anew
from trueup.repair.gates.unwanted import UNWANTED

LOCKED = tuple(row for row in UNWANTED if row[0] == "source")
"""What is looked for in lock files, which hold no commands."""

Said = tuple[tuple[int, str], ...]
"""What a file says, piece by piece, with lines."""


def brought(edit: Edit, place: Place) -> Iterator[Refusal]:
    """Yield a refusal for everything that is new and unwanted."""
    kind = type_of(edit.path, place)
    before, after = _said(edit.before or "", kind), _said(edit.after, kind)
    for code, pattern, says in LOCKED if is_lock(edit.path) else UNWANTED:
        known = Counter(m.group().strip() for _, text in before for m in pattern.finditer(text))
        for line, text in after:
            for found in pattern.finditer(text):
                if known[found.group().strip()]:
                    known[found.group().strip()] -= 1
                else:
                    yield Refusal(code, edit.path, line, says)
    yield from strangers(edit.path, before, after, locked=is_lock(edit.path))
    if kind is Type.DOCKERFILE:
        yield from run_anew(edit)
        yield from lenient(edit)


def _said(text: str, kind: Type) -> Said:
    return tuple((line, _plain(piece)) for line, piece in _pieces(text, kind))


def _pieces(text: str, kind: Type) -> Iterator[tuple[int, str]]:
    try:
        match kind:
            case Type.DOCKERFILE:
                yield from ((one.line, one.text) for one in instructions(text))
            case Type.JSON:
                yield from _values(text, json.loads(text or "{}"))
            case Type.TOML:
                yield from _values(text, tomllib.loads(text))
            case Type.REQUIREMENTS:
                yield from requirements(text)
            case Type.YAML:
                yield from enumerate(text.split("\n"), start=1)
                yield from ((0, word) for word in sorted(scalars(text)))
            case Type.OTHER:
                yield from enumerate(text.replace("\\\n", "").split("\n"), start=1)
    except (Malformed, ValueError, RecursionError):
        yield from enumerate(text.split("\n"), start=1)


def _values(text: str, document: object) -> Iterator[tuple[int, str]]:
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        for word in line.split('"'):
            lines.setdefault(word, number)
    for path, said in leaves(document):
        yield lines.get(said, 0), f"{path.rpartition('/')[2]}={said}"


def _plain(piece: str) -> str:
    """Return a piece as a shell sees it; commas of a list in JSON count as spaces."""
    listed = piece.replace('", "', " ").replace('","', " ")
    return "\n".join(" ".join(line.split()) for line in bare(listed).split("\n"))
