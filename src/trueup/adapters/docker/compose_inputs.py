"""Which files compose reads to resolve a project, found without compose.

Names more files than compose will read rather than fewer: a file too many costs one
needless resolution, a file too few would hide a change. Files that are looked for and
absent count as well. Where a name cannot be known, the project is not `known`.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from trueup.model.ports import Project
from trueup.model.shortage import refuse_shortage

# In the order in which compose looks for them; the first that exists is taken.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
MOST = 1000  # files of one project
LARGEST = 4 * 1024 * 1024  # bytes of one file
FILE_VARIABLE = re.compile(r"^\s*(?:export\s+)?COMPOSE_FILE\s*[=:]\s*(.*)$", re.MULTILINE)
REMOTE = re.compile(r"[a-z+]+://|[^/]+@[^/]+:|oci:|docker:|service:")


@dataclass(frozen=True, slots=True)
class ComposeInputs:
    """The files that decide what a project resolves to, present or not."""

    files: tuple[str, ...]
    known: bool = True

    def digest(self) -> str:
        """Return a digest of the content of every file."""
        total = hashlib.sha256()
        for path in self.files:
            total.update(f"{path}\0{_content(path)}\0".encode())
        return total.hexdigest()

    def written(self, fixed: str = "") -> float:
        """Return when the last file that is not below `fixed` was written, by its own clock."""
        loose = (file for file in self.files if not (fixed and file.startswith(f"{fixed}/")))
        return max(map(_written, loose), default=0.0)


@dataclass(slots=True)
class _Walk:
    """One walk from file to file. `bases` are where relative names may begin."""

    found: dict[str, None] = field(default_factory=dict)
    known: bool = True

    def add(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.found[os.path.normpath(path)] = None
        if len(self.found) > MOST:
            self.known = False

    def read(self, path: str, bases: tuple[str, ...]) -> None:
        """Add a compose file and everything that it names."""
        path = os.path.normpath(path)
        if path in self.found or not self.known:
            return
        self.add([path])
        bases = tuple(dict.fromkeys((*bases, str(Path(path).parent))))
        self.add(str(Path(base, ".env")) for base in bases)
        document = _yaml(path)
        if document is None:
            self.known = False
        for key, value in _named(document):
            self._follow(key, value, bases)

    def _follow(self, key: str, value: Any, bases: tuple[str, ...]) -> None:
        match key:
            case "include":
                self._include(value, bases)
            case "extends" if isinstance(value, Mapping) and "file" in value:
                self._compose_files(value["file"], bases)
            case "env_file" | "label_file":
                self.add(self._paths(value, bases))
            case _:
                pass

    def _include(self, value: Any, bases: tuple[str, ...]) -> None:
        for entry in value if isinstance(value, list) else [value]:
            said = entry if isinstance(entry, Mapping) else {"path": entry}
            further = tuple(self._paths(said.get("project_directory"), bases))
            self.add(self._paths(said.get("env_file"), bases))
            self._compose_files(said.get("path"), bases, further)

    def _compose_files(
        self, value: Any, bases: tuple[str, ...], further: tuple[str, ...] = ()
    ) -> None:
        for path in tuple(self._paths(value, bases)):
            self.read(path, (*bases, *further))

    def _paths(self, value: Any, bases: tuple[str, ...]) -> Iterator[str]:
        for name in _names(value):
            if "$" in name or REMOTE.match(name):
                self.known = False
            for base in bases:
                yield str(Path(base, name))


def compose_files(project: Project) -> tuple[str, ...]:
    """Return the compose files that begin a project; empty where there are none."""
    if project.files:
        return project.files
    named = _file_variable(project)
    if named is not None:
        separator = os.pathsep if ";" not in named else ";"
        return tuple(str(Path(project.directory, name)) for name in named.split(separator))
    first = _first(project, NAMES)
    return (*first, *_first(project, OVERRIDES)) if first else ()


def compose_inputs(project: Project) -> ComposeInputs:
    """Return every file that decides what the project resolves to."""
    walk = _Walk()
    walk.known = "$" not in (_file_variable(project) or "")
    walk.add(str(Path(project.directory, name)) for name in (".env",))
    walk.add(project.env_files)
    files = compose_files(project)
    for path in files:
        walk.read(path, (project.directory,))
    if not project.files:
        walk.add(str(Path(project.directory, name)) for name in (*NAMES, *OVERRIDES))
    return ComposeInputs(tuple(walk.found), walk.known)


def _first(project: Project, names: Iterable[str]) -> tuple[str, ...]:
    paths = (str(Path(project.directory, name)) for name in names)
    return tuple(path for path in paths if Path(path).is_file())[:1]


def _file_variable(project: Project) -> str | None:
    """Return the COMPOSE_FILE that the project's own environment sets, if it does."""
    if "COMPOSE_FILE" in project.env:
        return project.env["COMPOSE_FILE"]
    files = project.env_files or (str(Path(project.directory, ".env")),)
    said = [match for path in files for match in FILE_VARIABLE.findall(_text(path))]
    return said[-1].split(" #")[0].strip().strip("'\"") if said else None


def _named(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield what stands under the keys that name files, wherever it stands.

    Each node is visited once, however many aliases lead to it.
    """
    seen: set[int] = set()
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield from ((key, value) for key, value in node.items() if isinstance(key, str))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _names(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            yield from _names(value.get("path"))
        case list():
            for item in value:
                yield from _names(item)
        case _:
            return


class _Loader(yaml.CSafeLoader):
    """Takes tags of compose (`!reset`, `!override`) as what they stand on; merges nothing."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave `<<` as a key: what is merged is found where it is defined."""


def _untagged(loader: _Loader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("", _untagged)


def _yaml(path: str) -> Any:
    """Return the documents of a file, none of an absent one, and None where it is not YAML."""
    try:
        if Path(path).is_file() and Path(path).stat().st_size > LARGEST:
            return None
        return list(yaml.load_all(_text(path), _Loader))
    except OSError as error:
        refuse_shortage(error)
        return None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


def _text(path: str) -> str:
    try:
        with Path(path).open(errors="replace") as file:
            return file.read(LARGEST)
    except OSError as error:
        refuse_shortage(error)
        return ""


def _written(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except (OSError, ValueError):
        return 0.0


def _content(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        refuse_shortage(error)
        return "absent"
