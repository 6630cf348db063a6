"""The text files of a work tree. No link is followed, and nothing is read without bounds."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from trueup.adapters.disk.worktree import WorkTree
from trueup.adapters.workshop.desk import look
from trueup.model.shortage import refuse_shortage
from trueup.model.workshop import MisfitError

MOST = 100_000
LARGEST = 4 << 20
"""A file with more bytes is none that is edited."""


class TreeFiles:
    """The regular files below `root`, as they are when they are asked for."""

    def __init__(self, root: Path) -> None:
        self._root, self._tree = root, WorkTree(root)

    def paths(self) -> tuple[str, ...]:
        """Return every regular file, sorted; links and what leads out are left out."""
        return tuple(sorted(path for path, _ in zip(self._walk(), range(MOST), strict=False)))

    def text(self, path: str) -> str | None:
        """Return the content of a file; None where there is none, or it is no UTF-8 text."""
        try:
            known = self._tree.look(path)
            if known is None or not stat.S_ISREG(known.st_mode) or known.st_size > LARGEST:
                return None
            found = look(self._tree, path)
            return None if found is None or b"\0" in found.content else found.content.decode()
        except (MisfitError, ValueError):
            return None

    def _walk(self) -> Iterator[str]:
        for folder, folders, names in os.walk(self._root, onerror=refuse_shortage):
            folders.sort()
            for name in sorted(names):
                path = os.path.relpath(f"{folder}/{name}", self._root)
                if _is_text(path) and stat.S_ISREG(os.lstat(f"{folder}/{name}").st_mode):
                    yield path


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
