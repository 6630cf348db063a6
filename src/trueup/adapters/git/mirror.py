"""A directory of files as a branch of a bare repository: one commit for all that differs.

Files of others on the same branch are kept. Nothing here talks to a remote.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.disk.worktree import Signature, signature
from trueup.adapters.git.repository import Repository

Message = Callable[[list[str]], str]
LONGEST = 300  # characters of a summary


@dataclass(frozen=True, slots=True)
class Author:
    """Who the commits are by."""

    name: str = "Trueup"
    email: str = "trueup@localhost"

    def __str__(self) -> str:
        clean = dict.fromkeys(map(ord, "<>\r\n\0"))
        return f"{self.name.translate(clean)} <{self.email.translate(clean)}>"


class Mirror:
    """The files below `folder`, as the branch `ref` of `repository` has them.

    `message` makes a commit message from one summary for each document that changed.
    """

    def __init__(
        self, repository: Repository, ref: str, folder: Path, author: Author, message: Message
    ) -> None:
        self._repository, self._ref, self._folder = repository, ref, folder
        self._author, self._message = author, message
        self._record = repository.directory.with_suffix(".json")
        self._seen: dict[str, tuple[Signature, str]] = {}

    def tip(self) -> str:
        """Return the branch's commit; empty where there is none yet."""
        return self.resolve(self._ref)

    def resolve(self, ref: str) -> str:
        """Return what a ref points at; empty where it is not there."""
        listed = self._repository.must("for-each-ref", "--format=%(objectname)", ref)
        return listed.decode().strip()

    def commit(self, parent: str) -> None:
        """Make the branch `parent` with the files on top of it, where they differ from it."""
        there = {b.path: b.oid for b in self._repository.blobs(parent)} if parent else {}
        wanted = self._object_ids()
        mine = self._mine()
        gone = (mine & there.keys()) - wanted.keys()
        changed = [path for path, oid in wanted.items() if there.get(path) != oid]
        self._remember(mine | wanted.keys())
        if changed or gone:
            self._import(parent, sorted(changed), sorted(gone))
        elif parent and parent != self.tip():
            self._repository.must("update-ref", self._ref, parent)

    def delivered(self) -> None:
        """Forget the files that are gone: the remote's branch has none of them now."""
        self._remember(self._seen.keys())

    def _object_ids(self) -> dict[str, str]:
        """Return path → git's id of every file; what was not touched is not read again."""
        kind = self._repository.must("rev-parse", "--show-object-format").decode().strip()
        seen = {}
        for path, found in _files(self._folder):
            known = self._seen.get(path)
            fresh = known and known[0] == signature(found)
            seen[path] = known if known and fresh else (signature(found), self._hash(path, kind))
        self._seen = seen
        return {path: oid for path, (_, oid) in seen.items()}

    def _hash(self, path: str, kind: str) -> str:
        content = self._read(path)
        head = b"blob %d\0" % len(content)
        return hashlib.new(kind, head + content, usedforsecurity=False).hexdigest()

    def _read(self, path: str) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:  # forgotten while we look; the next commit removes it
            return b""

    def _import(self, parent: str, changed: list[str], gone: list[str]) -> None:
        contents = {path: self._read(path) for path in changed}
        stream = b"".join(self._stream(parent, contents, gone))
        self._repository.must("fast-import", "--quiet", "--done", "--force", input=stream)

    def _stream(
        self, parent: str, contents: Mapping[str, bytes], gone: list[str]
    ) -> Iterator[bytes]:
        said = self._message([*_summaries(contents), *(f"{path} removed" for path in gone)])
        yield f"commit {self._ref}\ncommitter {self._author} {int(time.time())} +0000\n".encode()
        yield _data(said.encode(errors="replace"))
        yield f"from {parent}\n".encode() if parent else b""
        yield from (b"D " + _quoted(path) + b"\n" for path in gone)
        for path, content in contents.items():
            yield b"M 100644 inline " + _quoted(path) + b"\n" + _data(content)
        yield b"done\n"

    def _mine(self) -> AbstractSet[str]:
        """Return the paths that may be on the branch because of us."""
        try:
            return frozenset(json.loads(self._record.read_text()))
        except (OSError, ValueError, TypeError):
            return frozenset()

    def _remember(self, paths: AbstractSet[str]) -> None:
        if paths != self._mine():
            draft = self._record.with_suffix(".new")
            draft.write_text(json.dumps(sorted(paths)))
            draft.replace(self._record)


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(place, name)
            if file.is_file() and not file.is_symlink() and not name.startswith("."):
                yield str(file.relative_to(folder)), file.stat()


def _summaries(contents: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the first line of each document; of other files alone, their names."""
    documents = {p: c for p, c in contents.items() if p.endswith(".yaml")}
    for content in documents.values():
        first = content[: 4 * LONGEST].decode(errors="replace").partition("\n")[0]
        yield first.strip().removeprefix("#").strip()[:LONGEST]
    if not documents:
        yield from (f"{path} changed" for path in contents)


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    escaped = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b'"' + escaped.replace(b"\n", b"\\n") + b'"'
