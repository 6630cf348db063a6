"""Files that live in memory only: where the values of secrets are kept while they are in use.

Knows nothing of what they mean. Refuses a directory whose files would reach a disk, and one
that somebody else made.
"""

import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from trueup.model.errors import SpecError, ToolError

IN_MEMORY = {"tmpfs", "ramfs"}
MOUNTS = Path("/proc/self/mountinfo")
PRIVATE = 0o700
READABLE = 0o444
"""Processes in containers are other users; the folders around the file keep all others out."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One value: whose it is, under which digest and name."""

    owner: str
    digest: str
    name: str
    value: bytes = field(repr=False)


class MemoryFiles:
    """Values as files `OWNER/DIGEST/NAME` below a directory that is in memory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, owner: str, digest: str, name: str) -> Path:
        """Return where a value is, or would be."""
        return self.directory / owner / digest / name

    def put(self, one: Kept) -> None:
        """Write a value, where it is not there yet.

        Raises:
            SpecError: the directory is not in memory, or is somebody else's.
            ToolError: it cannot be written.
        """
        path = self.path(one.owner, one.digest, one.name)
        if path.is_file():
            return
        try:
            self._make(path.parent)
            self._write(path, one.value)
        except OSError as error:
            fix = "Make room in memory, or mend its permissions."
            why = error.strerror or "unknown"
            raise ToolError(f"{self.directory} cannot be written", why, fix) from error

    def read(self, owner: str, digest: str) -> Kept | None:
        """Return the value of a digest, if it is there."""
        return next(self._values(self.directory / owner / digest), None)

    def every(self) -> Iterator[Kept]:
        """Yield every value that is there."""
        with suppress(OSError):
            for folder in sorted(self.directory.glob("*/*")):
                yield from self._values(folder)

    def clear(self, owner: str, kept: Collection[str]) -> None:
        """Remove all values of an owner but those of some digests."""
        for folder in sorted((self.directory / owner).glob("*")):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            (self.directory / owner).rmdir()

    def _values(self, folder: Path) -> Iterator[Kept]:
        with suppress(OSError):
            for file in sorted(folder.iterdir()):
                if not file.name.startswith(".part-"):
                    yield Kept(folder.parent.name, folder.name, file.name, file.read_bytes())

    def _make(self, folder: Path) -> None:
        """Make the directory and a folder in it, closed to others."""
        _refuse_disk(next(one for one in folder.parents if one.exists()))
        for one in reversed(folder.parents):
            one.mkdir(mode=PRIVATE, exist_ok=True)
        for one in (self.directory.parent, self.directory):
            _refuse_strange(one)
        folder.mkdir(mode=PRIVATE, exist_ok=True)

    def _write(self, path: Path, value: bytes) -> None:
        part = path.with_name(f".part-{secrets.token_hex(8)}")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(value)
                os.fchmod(file.fileno(), READABLE)
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def default_directory(uid: int) -> Path:
    """Return the usual place that is in memory: below /run for root, else below /dev/shm."""
    for_root = Path("/run/trueup/secrets")
    there = next(one for one in for_root.parents if one.exists())
    if uid == 0 and in_memory(there):
        return for_root
    return Path(f"/dev/shm/trueup-{uid}")  # noqa: S108 - nobody else's, or it is refused


def in_memory(path: Path) -> bool:
    """Whether what is written to an existing directory stays in memory."""
    found = path.stat().st_dev
    device = f"{os.major(found)}:{os.minor(found)}"
    for line in MOUNTS.read_text().splitlines():
        front, _, back = line.partition(" - ")
        if front.split()[2] == device:
            return back.split()[0] in IN_MEMORY
    return False


def _refuse_disk(path: Path) -> None:
    if not in_memory(path):
        raise SpecError(
            f"secrets would be written to a disk in {path}",
            "it is not a file system in memory (tmpfs)",
            "Write a directory in memory into trueup.yaml: secrets: {directory: /dev/shm/trueup}.",
        )


def _refuse_strange(path: Path) -> None:
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise SpecError(
            f"secrets are not written to {path}",
            "it is a link, somebody else's, or open to others",
            "Remove it, or name another directory in trueup.yaml as secrets.directory.",
        )
