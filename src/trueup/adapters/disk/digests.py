"""Digests of files on disk, computed once for as long as a file does not change."""

import hashlib
import os
import stat
import time
from pathlib import Path

from trueup.adapters.disk.worktree import Signature, signature
from trueup.model.shortage import refuse_shortage

MANY = 100_000
# A file that was written this many seconds ago may be written again without a new time stamp.
YOUNG = 0.05


class Digests:
    """Answers for any absolute path; remembers what it has read."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Signature, str]] = {}

    def file(self, path: str) -> str:
        """Return the digest of content and executable bit; empty for what is no file."""
        try:
            found = os.stat(path)  # noqa: PTH116 - called ten thousand times a look
        except (OSError, ValueError):
            return ""
        if not stat.S_ISREG(found.st_mode):
            return ""
        known = self._known.get(path)
        if known is not None and known[0] == signature(found):
            return known[1]
        return self._read(path, found)

    def entry(self, path: str) -> str:
        """Return the digest of a file, or of where a link leads; empty for others."""
        if not os.path.islink(path):  # noqa: PTH114 - called ten thousand times a look
            return self.file(path)
        return "link:" + hashlib.sha256(os.readlink(os.fsencode(path))).hexdigest()  # noqa: PTH115

    def _read(self, path: str, found: os.stat_result) -> str:
        try:
            with Path(path).open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            refuse_shortage(error)
            return ""
        digest = f"{'x' if found.st_mode & stat.S_IXUSR else ''}sha256:{content}"
        if time.time() - found.st_ctime > YOUNG:
            self._remember(path, found, digest)
        return digest

    def _remember(self, path: str, found: os.stat_result, digest: str) -> None:
        if len(self._known) >= MANY:
            self._known.clear()
        self._known[path] = signature(found), digest
