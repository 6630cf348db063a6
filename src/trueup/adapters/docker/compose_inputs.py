"""Which files compose reads to resolve a project, found without compose.

Names more files than compose will read rather than fewer: a file too many costs one
needless resolution, a file too few would hide a change. Files that are looked for and
absent count as well. Where a name cannot be known, the project is not `known`. Whether
compose may read them is for others to say: they are named before it does.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from trueup.adapters.docker.overgrown import overgrown
from trueup.model.ports import Project, Reads
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
REMOTE = re.compile(r"[a-z+]+://|[^/]+@[^/]+:|oci:|docker:|service:|github\.com/")

Expand = Callable[[str], str | None]
"""A name with variables in it → what compose makes of it; None where that is not known."""


@dataclass(frozen=True, slots=True)
class ComposeInputs:
    """The files that decide what a project resolves to, present or not.

    `unknown` and `remote` are names of further ones; what `garbled` files say only compose
    can tell; `odd` are those that it should not try to read, with the reason.
    """

    files: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    garbled: tuple[str, ...] = ()
    odd: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether these are all files."""
        return not (self.unknown or self.remote or self.garbled or self.odd)

    def reads(self) -> Reads:
        """Return what compose will read of them."""
        return Reads(
            files=tuple(path for path in self.files if os.path.lexists(path)),
            absent=tuple(path for path in self.files if not os.path.lexists(path)),
            odd={path: why for path in self.files if (why := _odd(path))} | dict(self.odd),
            unknown=self.unknown,
            remote=self.remote,
        )

    def digest(self, content: Callable[[str], str]) -> str:
        """Return a digest of every file; `content` returns that of one, empty if absent."""
        said = "".join([f"{path}\0{content(path)}\0" for path in self.files])
        return hashlib.sha256(said.encode()).hexdigest()

    def written(self, fixed: str = "") -> float:
        """Return when the last file that is not below `fixed` was written, by its own clock."""
        loose = (file for file in self.files if not (fixed and file.startswith(f"{fixed}/")))
        return max(map(_written, loose), default=0.0)


@dataclass(slots=True)
class _Walk:
    """One walk from file to file. `bases` are where relative names may begin.

    `deep` is how many includes lead here: an include may have variables of its own.
    """

    expand: Expand
    deep: int = 0
    found: dict[str, None] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    remote: dict[str, None] = field(default_factory=dict)
    garbled: dict[str, None] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)

    def add(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.found[os.path.normpath(path)] = None
        if len(self.found) > MOST:
            self.unknown[f"more than {MOST} files"] = None

    def read(self, path: str, bases: tuple[str, ...]) -> None:
        """Add a compose file and everything that it names."""
        path = os.path.normpath(path)
        if path in self.found or len(self.found) > MOST:
            return
        self.add([path])
        bases = tuple(dict.fromkeys((*bases, str(Path(path).parent))))
        self.add(str(Path(base, ".env")) for base in bases)
        document = self._document(path)
        for key, value in _named(document):
            self._follow(key, value, bases)

    def _document(self, path: str) -> Any:
        """Return the documents of a file; none of one that is absent, or should not be read."""
        try:
            text = "" if _odd(path) else _text(path)
            if why := overgrown(text):
                self.odd[path] = why
                return []
            return list(yaml.load_all(text, _Loader))
        except (yaml.YAMLError, ValueError, TypeError, RecursionError):
            self.garbled[path] = None
            return []

    def _follow(self, key: str, value: Any, bases: tuple[str, ...]) -> None:
        match key:
            case "include":
                self._include(value, bases)
            case "extends" if isinstance(value, Mapping) and "file" in value:
                for path in tuple(self._paths(value["file"], bases)):
                    self.read(path, bases)
            case "env_file" | "label_file":
                self.add(self._paths(value, bases))
            case _:
                pass

    def _include(self, value: Any, bases: tuple[str, ...]) -> None:
        for entry in value if isinstance(value, list) else [value]:
            said = entry if isinstance(entry, Mapping) else {"path": entry}
            further = tuple(self._paths(said.get("project_directory"), bases))
            self.add(self._paths(said.get("env_file"), bases))
            paths = tuple(self._paths(said.get("path"), bases))
            self.deep += 1
            for path in paths:
                self.read(path, (*bases, *further))
            self.deep -= 1

    def _paths(self, value: Any, bases: tuple[str, ...]) -> Iterator[str]:
        for name in _names(value):
            plain = self._expanded(name)
            if REMOTE.match(plain or name):
                self.remote[name] = None
            elif plain is None:
                self.unknown[name] = None
            else:
                yield from (str(Path(base, plain)) for base in bases)

    def _expanded(self, name: str) -> str | None:
        if "\0" in name:
            return None
        if "$" not in name:
            return name
        return None if self.deep else self.expand(name)


def compose_files(project: Project, expand: Expand = lambda _: None) -> tuple[str, ...]:
    """Return the compose files that begin a project; empty where there are none."""
    if project.files:
        return project.files
    named = _file_variable(project)
    if named is not None and "$" in named:
        named = expand(named) or named
    if named is not None:
        separator = os.pathsep if ";" not in named else ";"
        return tuple(str(Path(project.directory, name)) for name in named.split(separator))
    first = _first(project, NAMES)
    return (*first, *_first(project, OVERRIDES)) if first else ()


def variables(project: Project) -> ComposeInputs:
    """Return the files of variables of a project: they are read before any other."""
    return ComposeInputs((str(Path(project.directory, ".env")), *project.env_files))


def compose_inputs(project: Project, expand: Expand = lambda _: None) -> ComposeInputs:
    """Return every file that decides what the project resolves to."""
    walk = _Walk(expand)
    walk.add(variables(project).files)
    files = compose_files(project, expand)
    walk.unknown |= {path: None for path in files if not project.files and "$" in path}
    for path in files:
        walk.read(path, (project.directory,))
    if not project.files:
        walk.add(str(Path(project.directory, name)) for name in (*NAMES, *OVERRIDES))
    found = (walk.found, walk.unknown, walk.remote, walk.garbled)
    files, unknown, remote, garbled = (tuple(one) for one in found)
    return ComposeInputs(files, unknown, remote, garbled, walk.odd)


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


def _odd(path: str) -> str:
    """Return why a path is nothing that compose should try to read; empty where it is not."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return ""
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        return "is not a regular file"
    too_large = stat.S_ISREG(found.st_mode) and found.st_size > LARGEST
    return f"has more than {LARGEST >> 20} MiB" if too_large else ""


def _opened(path: str) -> int:
    """Open a regular file; whatever else is there now must not make us wait for it."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(path)
    return handle


def _text(path: str) -> str:
    try:
        with open(_opened(path), errors="replace") as file:
            return file.read(LARGEST)
    except OSError as error:
        refuse_shortage(error)
        return ""
    except ValueError:
        return ""


def _written(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except (OSError, ValueError):
        return 0.0
