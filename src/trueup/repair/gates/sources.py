"""Refuses dependencies that come from elsewhere than the package index that is in use.

What a manifest may newly say is on a short list: a name with versions. Addresses, paths,
options and scripts that run at installation are not on it.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping

from trueup.model.repair import Edit, Place, Refusal
from trueup.repair.gates.commands import commands_of
from trueup.repair.gates.filetypes import Type, type_of
from trueup.repair.gates.manifests import (
    NODE_SECTIONS,
    leaves,
    place_of,
    requirement,
    requirements,
)
from trueup.repair.gates.programs import fetching

OPTION = re.compile(
    r"(?:-r|-c|--requirement|--constraint)[ =]?(?!.*(?:://|\.\.))[\w.-][\w./-]*$"
    r"|--(?:only-binary|prefer-binary|pre|require-hashes)\b.*"
)
"""Options that a requirements file may newly have."""

CODED = re.compile(r"coding[:=].*", re.IGNORECASE)
"""What pip reads a requirements file by, where it is in one of the first two lines."""

HASHED = re.compile(r"\s--hash[= ]sha(256|384|512):[0-9a-f]+")
BETWEEN = re.compile(r"\s*\|\|\s*|\s+-\s+|\s*,\s*|\s+")
VERSION = re.compile(r"[\^~<>=v]*(?:[\dxX*][\w.+*-]*)?|latest")
LIFECYCLE = frozenset(
    {
        *("preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare"),
        *("prepublish", "prepublishOnly", "prepack", "postpack", "dependencies"),
    }
)
ELSEWHERE = frozenset(
    {
        *("url", "git", "path", "file", "index", "index-url", "extra-index-url", "find-links"),
        *("source", "sources", "registry", "trusted-host", "indexes", "editable", "vcs", "ref"),
        *("allow-insecure-host", "no-verify-ssl", "verify_ssl", "build-backend", "backend-path"),
        *("cmdclass", "directory", "script", "extra-build-dependencies"),
    }
)
"""Keys of TOML that say where something comes from, or what is run to build it."""


def unsourced(edit: Edit, place: Place) -> Iterator[Refusal]:
    """Yield a refusal for everything that would come from elsewhere."""
    name = edit.path.rpartition("/")[2].casefold()
    match type_of(edit.path, place):
        case Type.REQUIREMENTS:
            yield from _requirements(edit)
        case Type.JSON if name == "package.json":
            yield from _node(edit)
        case Type.TOML if not name.endswith(".lock"):
            yield from _toml(edit)
        case _:
            return


def _requirements(edit: Edit) -> Iterator[Refusal]:
    known = {line for _, line in requirements(edit.before or "")}
    if set(_codings(edit.after)) - set(_codings(edit.before or "")):
        yield Refusal("hidden", edit.path, 1, "this file is not to be read in another encoding")
    for number, line in requirements(edit.after):
        if line not in known and not _plain(line):
            says = f'"{_short(line)}" is no plain name with versions'
            yield Refusal("source", edit.path, number, says)


def _codings(text: str) -> list[str]:
    return [found for line in text.split("\n")[:2] for found in CODED.findall(line)]


def _plain(line: str) -> bool:
    if line.startswith("-"):
        return OPTION.match(line) is not None
    rest = HASHED.sub("", line)
    return not place_of(rest) and " -" not in rest and requirement(rest).url is None


def _node(edit: Edit) -> Iterator[Refusal]:
    before, after = (_flat(json.loads, text or "{}") for text in (edit.before, edit.after))
    for path, said in after.items():
        if before.get(path) == said:
            continue
        why = _unwanted(path, said)
        if why:
            yield Refusal("source", edit.path, _line(edit.after, said), why)


def _unwanted(path: str, said: str) -> str:
    """Say what is wrong with a new value in package.json; empty if nothing is."""
    _, section, *rest = f"{path}/".split("/")
    tables = (*NODE_SECTIONS, "overrides", "resolutions", "bundledDependencies")
    if section in tables and not _is_range(said):
        return f'"{_short(said)}" is no range of versions'
    if section == "scripts" and rest and rest[0] in LIFECYCLE:
        return f'the script "{rest[0]}" runs at installation'
    if section == "scripts" and any(map(fetching, commands_of(said))):
        return f'the script "{rest[0]}" fetches something'
    if section in ("publishConfig", "pnpm", "workspaces", "config"):
        return f'"{section}" is not to be changed'
    return ""


def _is_range(said: str) -> bool:
    return all(VERSION.fullmatch(part) for part in BETWEEN.split(said.strip()))


def _toml(edit: Edit) -> Iterator[Refusal]:
    before, after = (_flat(tomllib.loads, text or "") for text in (edit.before, edit.after))
    for path, said in after.items():
        if before.get(path) == said:
            continue
        keys = {key.casefold() for key in path.split("/")}
        if keys & ELSEWHERE or _addressed(said):
            says = f"{path.strip('/')} says where to get or how to build something"
            yield Refusal("source", edit.path, _line(edit.after, said), says)


def _addressed(said: str) -> bool:
    return re.search(r"\s@\s|@\s*[\w+]+:|://", said) is not None


def _flat(read: object, text: str) -> Mapping[str, str]:
    """Return the values of a document by their paths; a list counts by what is in it."""
    try:
        found = leaves(read(text)) if callable(read) else ()
        return {path if not path.endswith("/") else f"{path}{said}": said for path, said in found}
    except (ValueError, RecursionError):
        return {}


def _line(text: str, said: str) -> int:
    at = text.find(said) if said else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


LONGEST_SHOWN = 60
