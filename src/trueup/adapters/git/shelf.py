"""The files below a folder, as git would name them: path → object id.

A file that was not touched since is not read again. Knows nothing of commits.
"""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

from trueup.adapters.disk.worktree import Signature, signature

KEPT = 16 * 1024 * 1024  # bytes that are kept from one reading for the next


class Shelf:
    """What is in `folder`. Names that begin with a dot, and links, are left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._signatures: dict[str, Signature] = {}
        self._contents: dict[str, bytes] = {}
        self.oids: dict[str, str] = {}

    def look(self, kind: str, noted: Collection[str] | None = None) -> AbstractSet[str]:
        """Look at everything, or below the noted paths; return what is, or was, there.

        `kind` is the repository's kind of object id, sha1 or sha256.
        """
        self._contents, size = {}, 0
        found = dict(_everything(self._folder) if noted is None else _named(self._folder, noted))
        for path, now in found.items():
            if self._signatures.get(path) != now:
                content = self.read(path)
                self._signatures[path], self.oids[path] = now, _object_id(kind, content)
                size += len(content)
                if size <= KEPT:
                    self._contents[path] = content
        gone = self._gone(found, noted)
        for path in gone:
            del self._signatures[path], self.oids[path]
        return found.keys() | gone

    def read(self, path: str) -> bytes:
        """Return the content of a file, as it was at the last look where that was kept."""
        if path in self._contents:
            return self._contents[path]
        try:
            with open(f"{self._folder}/{path}", "rb", 0) as file:  # noqa: PTH123 - a thousand times
                return file.read()
        except FileNotFoundError:  # forgotten while we look; the next look finds it gone
            return b""

    def _gone(self, found: Collection[str], noted: Collection[str] | None) -> AbstractSet[str]:
        if noted is None:
            return self._signatures.keys() - found
        missing = [path for path in noted if path not in found]
        below = tuple(f"{path}/" for path in missing)
        known = self._signatures if missing else ()
        return {p for p in known if p not in found and (p in missing or p.startswith(below))}


def _everything(folder: str) -> Iterator[tuple[str, Signature]]:
    waiting = [""]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(f"{folder}/{place}") as entries:
                for entry in entries:
                    path = f"{place}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{path}/")
                    elif _counts(entry.name) and entry.is_file(follow_symlinks=False):
                        yield path, signature(entry.stat(follow_symlinks=False))
        except FileNotFoundError:  # forgotten while we look
            continue


def _named(folder: str, noted: Collection[str]) -> Iterator[tuple[str, Signature]]:
    for path in noted:
        with suppress(OSError):  # gone: whoever asks sees that it was not found
            found = os.lstat(f"{folder}/{path}")
            if stat.S_ISDIR(found.st_mode):
                inside = _everything(f"{folder}/{path}")
                yield from ((f"{path}/{below}", one) for below, one in inside)
            elif stat.S_ISREG(found.st_mode) and _counts(path.rpartition("/")[2]):
                yield path, signature(found)


def _counts(name: str) -> bool:
    return not name.startswith(".")


def _object_id(kind: str, content: bytes) -> str:
    head = b"blob %d\0" % len(content)
    return hashlib.new(kind, head + content, usedforsecurity=False).hexdigest()
