"""A directory of files as a branch of a bare repository: one commit for all that differs.

Files of others on the same branch are kept. Nothing here talks to a remote.
"""

import json
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.git.repository import Repository
from trueup.adapters.git.shelf import Shelf

Message = Callable[[list[str]], str]
LONGEST = 300  # characters of a summary
DURABLE = ("-c", "core.fsync=all", "-c", "core.compression=1")
"""What git writes is on the disk before it says so; small and soon rather than smallest."""


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
        self._shelf = Shelf(folder)
        self._mine: AbstractSet[str] | None = None
        self.restart()

    def restart(self) -> None:
        """Forget what is known of the repository: it is another one now."""
        self._tip = self._kind = ""
        self._at: str | None = None
        self._there: dict[str, str] = {}

    def tip(self) -> str:
        """Return the branch's commit; empty where there is none yet."""
        self._tip = self._tip or self.resolve(self._ref)
        return self._tip

    def resolve(self, ref: str) -> str:
        """Return what a ref points at; empty where it is not there."""
        listed = self._repository.must("for-each-ref", "--format=%(objectname)", ref)
        return listed.decode().strip()

    def commit(self, parent: str, noted: Collection[Path] | None = None) -> None:
        """Make the branch `parent` with the files on top of it, where they differ from it.

        `noted` are the only files and folders that may have changed since the last commit;
        they are believed where that commit is the parent.
        """
        at, self._at = self._at, None  # a commit that fails leaves nothing to build on
        names = self._names(noted) if noted is not None and at == parent else None
        if at != parent:
            self._there = {b.path: b.oid for b in self._repository.blobs(parent)} if parent else {}
        changed, gone = self._differences(names)
        if changed or gone:
            self._tip = self._import(parent, changed, gone)
        elif parent and parent != self.tip():
            self._repository.must("update-ref", self._ref, parent)
            self._tip = parent
        self._at = self._tip

    def delivered(self) -> None:
        """Forget the files that are gone: the remote's branch has none of them now."""
        self._remember(self._shelf.oids.keys())

    def _differences(self, names: Collection[str] | None) -> tuple[list[str], list[str]]:
        """Return the paths to be written and those to be removed."""
        seen, mine = self._shelf.look(self._object_kind(), names), self._remembered()
        seen = seen if names is not None else seen | mine
        oids, there = self._shelf.oids, self._there
        self._remember(mine | (seen & oids.keys()))
        changed = [path for path in seen if path in oids and there.get(path) != oids[path]]
        gone = [path for path in seen & mine if path not in oids and path in there]
        return sorted(changed), sorted(gone)

    def _names(self, noted: Collection[Path]) -> Collection[str]:
        start = f"{self._folder}/"
        return {str(path).removeprefix(start) for path in noted}

    def _object_kind(self) -> str:
        if not self._kind:
            said = self._repository.must("rev-parse", "--show-object-format")
            self._kind = said.decode().strip()
        return self._kind

    def _import(self, parent: str, changed: list[str], gone: list[str]) -> str:
        """Make the commit, down to the disk, and return it."""
        contents = {path: self._shelf.read(path) for path in changed}
        stream = b"".join(self._stream(parent, contents, gone))
        options = ("--quiet", "--done", "--force")
        made = self._repository.must(*DURABLE, "fast-import", *options, input=stream)
        self._there |= {path: self._shelf.oids[path] for path in changed}
        for path in gone:
            del self._there[path]
        return made.decode().strip()

    def _stream(
        self, parent: str, contents: Mapping[str, bytes], gone: list[str]
    ) -> Iterator[bytes]:
        said = self._message([*_summaries(contents), *(f"{path} removed" for path in gone)])
        yield f"commit {self._ref}\nmark :1\n".encode()
        yield f"committer {self._author} {int(time.time())} +0000\n".encode()
        yield _data(said.encode(errors="replace"))
        yield f"from {parent}\n".encode() if parent else b""
        yield from (b"D " + _quoted(path) + b"\n" for path in gone)
        for path, content in contents.items():
            yield b"M 100644 inline " + _quoted(path) + b"\n" + _data(content)
        yield b"get-mark :1\ndone\n"

    def _remembered(self) -> AbstractSet[str]:
        """Return the paths that may be on the branch because of us."""
        if self._mine is None:
            try:
                self._mine = frozenset(json.loads(self._record.read_text()))
            except (OSError, ValueError, TypeError):
                self._mine = frozenset()
        return self._mine

    def _remember(self, paths: AbstractSet[str]) -> None:
        if paths != self._remembered():
            draft = self._record.with_suffix(".new")
            draft.write_text(json.dumps(sorted(paths)))
            draft.replace(self._record)
            self._mine = frozenset(paths)


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
