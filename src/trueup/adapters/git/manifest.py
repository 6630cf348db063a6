"""What was checked out where, on record so that a crash in the middle is made good."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from trueup.adapters.disk.worktree import Signature


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was left: its git mode and object id, and its signature on disk.

    The signature is None while the file may be half-written.
    """

    mode: str
    oid: str
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of ours in a work tree; `complete` is False while they are being changed."""

    revision: str = ""
    complete: bool = True
    files: dict[str, Written] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Put it on record: either all of it or nothing."""
        files = {p: (w.mode, w.oid, w.signature) for p, w in self.files.items()}
        data = {"revision": self.revision, "complete": self.complete, "files": files}
        draft = path.with_suffix(".new")
        with draft.open("w") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def load(path: Path) -> Manifest:
    """Return what is on record; nothing where the record is gone or damaged."""
    try:
        data = json.loads(path.read_text())
        files = {p: _written(*values) for p, values in data["files"].items()}
        return Manifest(str(data["revision"]), data["complete"] is True, files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Manifest()


def _written(mode: str, oid: str, seen: list[int] | None) -> Written:
    if seen is None:
        return Written(mode, oid, None)
    mtime, ctime, size, inode, bits = map(int, seen)
    return Written(mode, oid, (mtime, ctime, size, inode, bits))
