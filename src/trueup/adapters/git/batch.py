"""What `git ls-tree` and `git cat-file` print, taken apart as it comes.

Neither is ever in memory as a whole: a tree may list any number of files, and a file may
have any size.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SMALL = 8 << 20
"""Contents up to this many bytes are handed over as bytes, larger ones as a file."""


class BrokenError(Exception):
    """The repository on disk is not what it was; only a new copy helps."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit: mode 100644, 100755, 120000, or 160000 for another repository."""

    path: str
    mode: str
    oid: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file with the content of a blob, for the taker to move away."""

    path: Path


Content = bytes | Spooled
Take = Callable[[Blob, Content], None]


class Listing:
    """Takes `git ls-tree -rtlz` apart; `full` is raised once there are too many entries."""

    def __init__(self, most: int, full: Callable[[], Exception]) -> None:
        self.blobs: list[Blob] = []
        self._rest = b""
        self._left, self._full = most, full

    def feed(self, data: bytes) -> None:
        """Take what was printed next."""
        *records, self._rest = (self._rest + data).split(b"\0")
        for record in records:
            self._left -= 1
            if self._left < 0:
                raise self._full()
            self.blobs.extend(_entry(record))


def _entry(record: bytes) -> Iterator[Blob]:
    """Yield a file; folders only count."""
    meta, _, path = record.partition(b"\t")
    mode, kind, oid, size = meta.decode().split()
    if size == "BAD":
        raise BrokenError(f"object {oid} is missing")
    if kind != "tree":
        name = path.decode(errors="surrogateescape")
        yield Blob(name, mode, oid, int(size) if size != "-" else 0)


class Batch:
    """Takes `git cat-file --batch` apart; `spool` is a free place for a large content."""

    def __init__(self, blobs: Sequence[Blob], take: Take, spool: Path) -> None:
        self._blobs, self._take, self._spool = iter(blobs), take, spool
        self._left = len(blobs)
        self._buffer = bytearray()
        self._wanting = -1
        self._file: BinaryIO | None = None

    @property
    def complete(self) -> bool:
        """Whether everything was handed over."""
        return self._left == 0

    def feed(self, data: bytes) -> None:
        """Take what was printed next."""
        self._buffer += data
        while self._left and (self._body() if self._wanting >= 0 else self._header()):
            pass

    def close(self) -> None:
        """Remove what was not handed over."""
        if self._file is not None:
            self._file.close()
        with suppress(FileNotFoundError):
            self._spool.unlink()

    def _header(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            return False
        words = bytes(self._buffer[:end]).decode(errors="replace").split(" ")
        if len(words) != 3 or words[1] != "blob":  # noqa: PLR2004 - oid, type, size
            raise BrokenError(f"object {words[0]} is missing")
        self._wanting = int(words[2])
        del self._buffer[: end + 1]
        if self._wanting > SMALL:
            self._file = self._spool.open("xb")
        return True

    def _body(self) -> bool:
        if self._file is not None:
            self._pour(self._file)
        if len(self._buffer) <= self._wanting:
            return False
        content = self._content()
        del self._buffer[: self._wanting + 1]
        self._wanting, self._left = -1, self._left - 1
        self._take(next(self._blobs), content)
        return True

    def _pour(self, file: BinaryIO) -> None:
        part = self._buffer[: self._wanting]
        file.write(part)
        self._wanting -= len(part)
        del self._buffer[: len(part)]

    def _content(self) -> Content:
        if self._file is None:
            return bytes(self._buffer[: self._wanting])
        self._file.close()
        self._file = None
        return Spooled(self._spool)
