"""A copy of a folder as it is: what its owner has not committed is part of it.

Nothing of the folder is changed, no link is followed, and nothing that leads out of it is
copied. Knows nothing of git.
"""

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.disk.worktree import signature
from trueup.adapters.git.paths import leaves, path_problem
from trueup.model.errors import ToolError, TransientError
from trueup.model.shortage import refuse_shortage
from trueup.model.size import readable
from trueup.model.spelled import spelled

OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
PLAIN = 0o777
TRIES = 3
RUNNING = "it was written to while it was copied"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many files and folders, and how many bytes, a copy may have."""

    files: int = 50_000
    size: int = 2 << 30


class Copy:
    """One copy of the folder `origin` as `target`; `skip` is what to leave out."""

    def __init__(self, origin: Path, target: Path, skip: Collection[Path], bounds: Bounds) -> None:
        self._origin, self._target, self._bounds = origin, target, bounds
        self._skip = frozenset(os.path.realpath(one) for one in skip)
        self._files = self._size = 0
        self.left: list[str] = []

    def make(self) -> None:
        """Copy everything.

        Raises:
            ToolError: it is too much.
            TransientError: somebody is writing to it.
        """
        try:
            self._target.mkdir(parents=True)
            for path, found in self._walk():
                self._count(found)
                self._copy(path, found)
        except OSError as error:
            refuse_shortage(error, f"{self._origin} could not be copied")
            what = f"{self._origin} could not be copied"
            raise TransientError(what, f"{error.filename}: {error.strerror}") from error

    def _walk(self) -> Iterator[tuple[str, os.stat_result]]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(self._origin / folder) as entries:
                names = sorted(entry.name for entry in entries)
            for name in names:
                path = f"{folder}/{name}" if folder else name
                found = os.lstat(self._origin / path)
                if not self._is_wanted(path, found):
                    continue
                yield path, found
                if stat.S_ISDIR(found.st_mode):
                    waiting.append(path)

    def _is_wanted(self, path: str, found: os.stat_result) -> bool:
        if path.rpartition("/")[2] == ".git":
            return False
        if os.path.realpath(self._origin / path) in self._skip:
            return False
        if problem := path_problem(path):
            return self._leave(problem.file, problem.reason)
        if stat.S_ISLNK(found.st_mode) and leaves(path, _target(self._origin / path)):
            return self._leave(path, "the link leads out of the folder")
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode) or _is_link(found)):
            return self._leave(path, "it is no regular file")
        return True

    def _leave(self, path: str, why: str) -> bool:
        self.left.append(f"{spelled(path)}: {why}")
        return False

    def _count(self, found: os.stat_result) -> None:
        self._files += 1
        self._size += found.st_size if stat.S_ISREG(found.st_mode) else 0
        too_much = ""
        if self._files > self._bounds.files:
            too_much = f"it has more than {self._bounds.files} files and folders"
        elif self._size > self._bounds.size:
            too_much = f"it is larger than {readable(self._bounds.size)}"
        if too_much:
            fix = "Keep data of containers outside the folder of the documents."
            raise ToolError(f"{self._origin} cannot be copied for a repair", too_much, fix)

    def _copy(self, path: str, found: os.stat_result) -> None:
        target = self._target / path
        if stat.S_ISDIR(found.st_mode):
            target.mkdir()
            target.chmod(found.st_mode & PLAIN | stat.S_IRWXU)
        elif _is_link(found):
            target.symlink_to(_target(self._origin / path))
        else:
            self._copy_file(path, target)

    def _copy_file(self, path: str, target: Path) -> None:
        for _ in range(TRIES):
            if _copied(self._origin / path, target):
                return
        fix = "It is tried again once nobody writes to it."
        raise TransientError(f"{self._origin / path} could not be copied", RUNNING, fix)


def _copied(origin: Path, target: Path) -> bool:
    """Copy a file; say whether it was the same one before and after."""
    with os.fdopen(os.open(origin, OPEN), "rb") as source, target.open("wb") as file:
        before = os.fstat(source.fileno())
        shutil.copyfileobj(source, file, 1 << 20)
        after = os.fstat(source.fileno())
    target.chmod(before.st_mode & PLAIN)
    return signature(before) == signature(after)


def _is_link(found: os.stat_result) -> bool:
    return stat.S_ISLNK(found.st_mode)


def _target(link: Path) -> str:
    return os.readlink(link)  # noqa: PTH115 - Path.readlink would write it in another way
