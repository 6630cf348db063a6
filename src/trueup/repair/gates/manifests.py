"""What a manifest depends on: names, and how each is asked for.

Reads requirements files, package.json, pyproject.toml and Pipfile. Says nothing of what may
change.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from trueup.model.repair import Place
from trueup.repair.gates.filetypes import Type, type_of
from trueup.repair.gates.instructions import Malformed

NODE_SECTIONS = ("dependencies", "peerDependencies", "optionalDependencies", "devDependencies")
"""In package.json; the first ones count for more."""

NAME = re.compile(r"[\w.-]+(\[[^\]]*\])?$")
ARCHIVE = re.compile(r"\.(whl|zip|egg|tgz|tar(\.\w+)?)(?![\w.])", re.IGNORECASE)

Dependencies = Mapping[str, str]
"""How each is asked for, by section and name: `dependencies/express`."""


def dependencies(path: str, text: str | None, place: Place) -> Dependencies:
    """Return what a manifest depends on; nothing for other files and what does not parse."""
    name = path.rpartition("/")[2].casefold()
    try:
        match type_of(path, place):
            case Type.REQUIREMENTS:
                return dict(_named(text or ""))
            case Type.JSON if name == "package.json":
                return dict(_node(json.loads(text or "{}")))
            case Type.TOML if name in ("pyproject.toml", "pipfile"):
                return dict(_python(tomllib.loads(text or "")))
            case _:
                return {}
    except (ValueError, RecursionError, AttributeError, TypeError):
        return {}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of a document that is no list or table, by its path."""
    pending: list[tuple[str, Any]] = [(path, value)]
    while pending:
        at, one = pending.pop()
        if isinstance(one, dict):
            pending += [(f"{at}/{key}", below) for key, below in one.items()]
        elif isinstance(one, list):
            pending += [(f"{at}/", below) for below in one]
        else:
            yield at, str(one)


def canonical(name: str) -> str:
    """Return the name of a Python package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(text: str) -> tuple[tuple[int, str], ...]:
    """Return the lines of a requirements file that say something, joined, with numbers."""
    return tuple(_logical(text))


def requirement(line: str, number: int = 0) -> Requirement:
    """Return one requirement, its digests left out.

    Raises:
        Malformed: it is none.
    """
    try:
        return Requirement(re.split(r"\s--?[a-z]", line, maxsplit=1)[0].strip())
    except InvalidRequirement as error:
        raise Malformed(number, str(error).split("\n")[0]) from error


def place_of(line: str) -> bool:
    """Say whether a line names a file or an address instead of a package of an index."""
    head = line.partition(" @ ")[0].partition(";")[0].strip()
    if ARCHIVE.search(head):
        return True
    return NAME.match(head) is None and ("://" in line or "/" in head)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    joined, start = "", 0
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        start = start or number
        bare = line.rstrip("\r")
        if bare.endswith("\\"):
            joined += bare[:-1]
            continue
        said = re.sub(r"(^|\s)#.*$", "", joined + bare).strip()
        if said:
            yield start, said
        joined, start = "", 0
    if said := re.sub(r"(^|\s)#.*$", "", joined).strip():
        yield start, said


def _named(text: str) -> Iterator[tuple[str, str]]:
    for number, line in _logical(text):
        if line.startswith("-") or place_of(line):
            yield f"line/{' '.join(line.split())}", line
            continue
        try:
            yield f"python/{canonical(requirement(line, number).name)}", line
        except Malformed:
            continue


def _node(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for section in NODE_SECTIONS:
        for name, asked in (manifest.get(section) or {}).items():
            yield f"{section}/{name}", str(asked)


def _python(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    project = manifest.get("project", {})
    yield from _listed("python", project.get("dependencies"))
    yield from _listed("build", manifest.get("build-system", {}).get("requires"))
    for group, listed in project.get("optional-dependencies", {}).items():
        yield from _listed(f"extra-{group}", listed)
    for group, listed in manifest.get("dependency-groups", {}).items():
        yield from _listed(f"group-{group}", listed)
    yield from _tables(manifest)


def _tables(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the tables of Poetry and Pipenv, whose keys are names."""
    poetry = manifest.get("tool", {}).get("poetry", {})
    yield from _table("poetry", poetry.get("dependencies"))
    yield from _table("poetry-dev", poetry.get("dev-dependencies"))
    for group, below in poetry.get("group", {}).items():
        yield from _table(f"poetry-{group}", below.get("dependencies"))
    yield from _table("packages", manifest.get("packages"))
    yield from _table("dev-packages", manifest.get("dev-packages"))


def _listed(section: str, listed: Any) -> Iterator[tuple[str, str]]:
    for line in listed or ():
        name = canonical(requirement(line).name) if isinstance(line, str) else str(line)
        yield f"{section}/{name}", str(line)


def _table(section: str, table: Any) -> Iterator[tuple[str, str]]:
    for name, asked in (table or {}).items():
        yield f"{section}/{canonical(name)}", str(asked)
