"""The YAML files below a folder, as path and bytes. Knows nothing of what they say.

Never leaves the tree and never reads more of a file than could be a document. A second
look reads only the files that changed.
"""

import os
import stat
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from trueup.model.errors import Problem
from trueup.model.shortage import refuse_shortage

EXTENSIONS = (".yaml", ".yml")
MOST_BYTES = 1024 * 1024
SETTLED_NS = 2_000_000_000
OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Stamp = tuple[int, int, int, int]
Known = dict[str, tuple[Stamp, bytes]]

UNSETTLED: Stamp = (0, 0, 0, 0)
LEAVES = ("this link leaves the tree", "Put the file itself here, or a link within the tree.")
UNPRINTABLE = ("the file's name has characters that cannot be shown", "Rename it.")


@dataclass(frozen=True, slots=True)
class Found:
    """The files of one look in the order of their paths, and what could not be read.

    Paths are relative to the root of the tree. A file that is too large is cut one byte
    beyond the limit, so that whoever reads it can tell. `nothing` says why there is nothing
    at all where documents should be; empty where there is something.
    """

    files: tuple[tuple[str, bytes], ...]
    problems: tuple[Problem, ...]
    nothing: str = ""


class Folder:
    """The YAML files below `path` in the tree at `root`; `skip` are folders left out."""

    def __init__(self, root: str, path: str = ".", *, skip: Collection[str] = ()) -> None:
        self._skip = frozenset(os.path.realpath(folder) for folder in skip)
        self._root = os.path.realpath(root)
        self._path = os.path.normpath(path)
        self._skip = frozenset(os.path.realpath(folder) for folder in skip)
        self._known: Known = {}
        self._problems: list[Problem] = []

    def look(self) -> Found:
        """Return what there is now."""
        if nothing := self._nothing():
            return Found((), (), nothing)
        self._problems = []
        before, self._known = self._known, {}
        files = tuple(sorted(self._files(before)))
        return Found(files, tuple(sorted(self._problems, key=str)))

    def _nothing(self) -> str:
        """Return why there is nothing to read; what is refused to us is there."""
        place = self._path if self._path != "." else self._root
        try:
            with os.scandir(f"{self._root}/{self._path}") as entries:
                return "" if next(entries, None) else f"the folder {place} is empty"
        except (FileNotFoundError, NotADirectoryError):
            return f"the folder {place} is not there"
        except OSError:
            return ""

    def _files(self, before: Known) -> Iterator[tuple[str, bytes]]:
        for path, real in self._paths():
            try:
                content = self._content(path, real, before)
            except OSError as error:
                self._cannot_read(path, error)
            else:
                if content is not None:
                    yield path, content

    def _paths(self) -> Iterator[tuple[str, str]]:
        """Yield each YAML file as its path in the tree and where it really is."""
        start = os.path.realpath(f"{self._root}/{self._path}")
        if not self._is_inside(start):
            return self._problem(self._path, *LEAVES)
        folders = [(self._path, start)]
        while folders:
            place, folder = folders.pop()
            for entry in self._entries(place, folder):
                path = _below(place, entry.name)
                if entry.is_symlink():
                    yield from self._linked(path, entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    folders += [] if entry.path in self._skip else [(path, entry.path)]
                elif entry.name.endswith(EXTENSIONS):
                    yield path, entry.path

    def _entries(self, place: str, folder: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                yield from (entry for entry in entries if self._is_wanted(place, entry))
        except OSError as error:
            self._cannot_read(place, error)

    def _is_wanted(self, place: str, entry: os.DirEntry[str]) -> bool:
        if entry.name.startswith(".") or entry.path in self._skip:
            return False
        if not entry.name.isprintable():
            self._problem(_below(place, ascii(entry.name)[1:-1]), *UNPRINTABLE)
            return False
        return True

    def _linked(self, path: str, link: str) -> Iterator[tuple[str, str]]:
        """Yield the file that a link leads to. Links to folders are not followed."""
        real = os.path.realpath(link)
        is_yaml, is_folder = path.endswith(EXTENSIONS), Path(real).is_dir()
        if not self._is_inside(real):
            if is_yaml or is_folder:
                self._problem(path, *LEAVES)
        elif is_yaml and not is_folder:
            yield path, real

    def _is_inside(self, real: str) -> bool:
        return real == self._root or real.startswith(f"{self._root.rstrip('/')}/")

    def _content(self, path: str, real: str, before: Known) -> bytes | None:
        """Return what is in a file; None where it is no file. Unchanged ones are not read."""
        stamp = _stamp(os.lstat(real))
        known = before.get(path)
        if known is None or known[0] != stamp:
            now = time.time_ns()
            content = _read(real)
            if content is None:
                return None
            known = (stamp if is_settled(stamp, now) else UNSETTLED, content)
        self._known[path] = known
        return known[1]

    def _cannot_read(self, path: str, error: OSError) -> None:
        refuse_shortage(error)
        reason = f"cannot be read: {error.strerror or 'unknown'}"
        self._problem(path, reason, "Correct the file and its permissions.")

    def _problem(self, path: str, reason: str, remedy: str) -> None:
        self._problems.append(Problem(path, 0, "", reason, remedy))


def documents(root: str, path: str = ".") -> Found:
    """Return the YAML files below a path, looking once."""
    return Folder(root, path).look()


def is_settled(stamp: Stamp, now: int) -> bool:
    """Whether another change would give another stamp: it was old when the file was read.

    Two changes within one tick of the file system's clock have the same stamp.
    """
    return max(stamp[:2]) < now - SETTLED_NS


def _below(place: str, name: str) -> str:
    return name if place == "." else f"{place}/{name}"


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _read(real: str) -> bytes | None:
    file = os.open(real, OPEN)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return None
        return _up_to(file, MOST_BYTES + 1)
    finally:
        os.close(file)


def _up_to(file: int, most: int) -> bytes:
    content = os.read(file, most)
    while len(content) < most and (more := os.read(file, most - len(content))):
        content += more
    return content
