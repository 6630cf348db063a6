"""Repositories that no honest git would write, made object by object.

An object is written as it is said, whatever its names, modes and contents; only its id is
right, because no remote could lie about that.
"""

import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path

Entry = tuple[bytes, bytes, str]  # mode, name, object id


class Store:
    """A bare repository `path` without a single check."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for folder in ("objects/pack", "objects/info", "refs/heads", "refs/tags"):
            (path / folder).mkdir(parents=True)
        (path / "HEAD").write_text("ref: refs/heads/main\n")
        config = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
        (path / "config").write_text(config)

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def put(self, kind: str, content: bytes) -> str:
        """Write an object; return its id."""
        data = f"{kind} {len(content)}\0".encode() + content
        oid = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        file = self.path / "objects" / oid[:2] / oid[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(data, 1))
        return oid

    def blob(self, content: bytes) -> str:
        return self.put("blob", content)

    def tree(self, entries: Iterable[Entry]) -> str:
        data = (mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
        return self.put("tree", b"".join(data))

    def commit(self, tree: str, *, head: bytes = b"", message: bytes = b"planted\n") -> str:
        """Write a commit and have the branch main point at it."""
        person = b"Mallory <m@example.org> 1700000000 +0000"
        lines = b"tree %b\nauthor %b\ncommitter %b\n" % (tree.encode(), person, person)
        oid = self.put("commit", lines + head + b"\n" + message)
        (self.path / "refs/heads/main").write_text(f"{oid}\n")
        return oid
