"""Write files below one directory, and never outside it.

Containers may write here too, so no path is trusted: every directory on the way is opened
without following links. A file that exists is rewritten in place, because a container that
mounts it holds on to the inode. Knows nothing of git.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trueup.model.errors import ToolError
from trueup.model.shortage import refuse_shortage

Signature = tuple[int, int, int, int, int]

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
INSIDE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
SHA1 = 40


class WorkTree:
    """The directory `root`, and the ways to change what is in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def look(self, path: str) -> os.stat_result | None:
        """Return how a path stands, without following a link at its end."""
        try:
            return os.lstat(f"{self.root}/{path}")
        except OSError as error:
            refuse_shortage(error)
            return None

    def signature(self, path: str) -> Signature | None:
        """Return what changes whenever somebody writes to a path."""
        found = self.look(path)
        return None if found is None else signature(found)

    def put(self, path: str, draft: Path) -> None:
        """Give a path the content of a draft: on its own inode where it has one."""
        with self.folder(path, make=True) as (folder, name):
            found = _stat(name, folder)
            if found and stat.S_ISREG(found.st_mode) and not draft.is_symlink():
                _rewrite(folder, name, draft)
                draft.unlink()
            else:
                os.rename(draft, name, dst_dir_fd=folder)

    def object_id(self, path: str, like: str) -> str:
        """Return git's id of a file or link, of the kind of `like`; empty for others."""
        try:
            with self.folder(path, make=False) as (folder, name):
                return _object_id(folder, name, "sha1" if len(like) == SHA1 else "sha256")
        except (OSError, ToolError):
            return ""

    def set_executable(self, path: str, *, executable: bool) -> None:
        """Set or clear the permission to execute, and leave the other ones."""
        with self.folder(path, make=False) as (folder, name):
            _set_executable(folder, name, executable=executable)

    def remove(self, path: str) -> None:
        """Remove a file or link, and the directories that are empty without it."""
        try:
            with self.folder(path, make=False) as (folder, name):
                os.unlink(name, dir_fd=folder)
        except (OSError, ToolError):
            return  # somebody removed it, or put something of theirs in its place
        parent = Path(path).parent
        with suppress(OSError):
            while parent != Path():
                (self.root / parent).rmdir()
                parent = parent.parent

    def set_aside(self, path: str, place: Path) -> Path:
        """Move what is at a path to a free name under another directory of the same disk."""
        target, number = place / path, 0
        while os.path.lexists(target):
            number += 1
            target = place / f"{path}.{number}"
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.folder(path, make=False) as (folder, name):
            os.rename(name, target, src_dir_fd=folder)
        return target

    @contextmanager
    def folder(self, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
        """Yield the opened directory of a path, reached without following a link, and its name.

        Raises:
            FileNotFoundError: a directory on the way is not there.
            ToolError: something else is there.
        """
        *parts, name = path.split("/")
        folder = os.open(self.root, FOLDER)
        try:
            for depth, part in enumerate(parts, start=1):
                below = self._step(folder, part, "/".join(parts[:depth]), make=make)
                os.close(folder)
                folder = below
            yield folder, name
        finally:
            os.close(folder)

    def _step(self, folder: int, part: str, path: str, *, make: bool) -> int:
        if make:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=folder)
                # Whatever the umask: containers run as other users.
                os.chmod(part, 0o755, dir_fd=folder)  # noqa: S103
        try:
            return os.open(part, FOLDER, dir_fd=folder)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise in_the_way(self.root / path, "not a directory") from error


def signature(found: os.stat_result) -> Signature:
    """Return what changes whenever somebody writes to a file."""
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode)


def in_the_way(path: Path, why: str) -> ToolError:
    """Return the error for something of somebody else's where a file must go."""
    fix = "Move it away: what git does not track is never removed."
    return ToolError(f"{path} is in the way of a file of the repository", f"it is {why}", fix)


def _stat(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _rewrite(folder: int, name: str, draft: Path) -> None:
    inside = os.open(name, os.O_WRONLY | INSIDE, dir_fd=folder)
    with draft.open("rb") as source, os.fdopen(inside, "wb") as file:
        shutil.copyfileobj(source, file)
        file.truncate()
        # A power cut could otherwise keep the new time stamp and lose the new content.
        file.flush()
        os.fsync(file.fileno())
    _set_executable(folder, name, executable=bool(draft.stat().st_mode & stat.S_IXUSR))


def _object_id(folder: int, name: str, algorithm: str) -> str:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    digest = hashlib.new(algorithm, b"blob %d\0" % found.st_size, usedforsecurity=False)
    if stat.S_ISLNK(found.st_mode):
        digest.update(os.fsencode(os.readlink(name, dir_fd=folder)))
        return digest.hexdigest()
    if not stat.S_ISREG(found.st_mode):
        return ""
    with os.fdopen(os.open(name, os.O_RDONLY | INSIDE, dir_fd=folder), "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _set_executable(folder: int, name: str, *, executable: bool) -> None:
    mode = stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    right = mode | 0o111 if executable else mode & ~0o111
    if right != mode:
        os.chmod(name, right, dir_fd=folder)
