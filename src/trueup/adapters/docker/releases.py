"""The files of releases under the state directory: compose files, and copies of what they mount.

A copy is named by the digest of its content, so one that exists is complete. Knows nothing
of what a release means.
"""

import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from trueup.adapters.docker.rendering import parse_stamped, stamped
from trueup.model.errors import ToolError
from trueup.model.shortage import refuse_shortage
from trueup.model.steps import Bundle

RELEASES = "releases"
SNAPSHOTS = "snapshots"
MENTION = re.compile(rb"/snapshots/([0-9A-Za-z:_-]+)/")
PART = re.compile(r"\.part-[0-9a-f]{16}")
PRIVATE = 0o700
SECRET = 0o600
YOUNG = 3600.0  # seconds for which nothing is cleared away: it may just be in the making


class Releases:
    """Writes, reads and clears away the files of releases. `state` is an absolute path."""

    def __init__(self, state: str) -> None:
        self._state = Path(state)
        self._lock = threading.Lock()

    def freeze(self, bundle: Bundle) -> None:
        """Write the files of a release, durably; what exists is left as it is.

        Raises:
            ToolError: the disk is full, or a source is gone.
        """
        try:
            with self._lock:
                for source, target in bundle.copies:
                    self._copy(Path(source), self._state / target)
                self._write(self._state / bundle.file, stamped(bundle.compose))
        except OSError as error:
            refuse_shortage(error, f"release {bundle.file} cannot be written")
            fix = "Look at the rights of the state directory."
            raise ToolError(f"release {bundle.file} cannot be written", str(error), fix) from error

    def stored(self, file: str) -> Mapping[str, Any]:
        """Return a compose file that was written with a release; empty if it is gone.

        One that is not as it was written counts as gone, and so does one elsewhere: the
        name stands in a status, and statuses can be edited.
        """
        place = os.path.normpath(self._state / RELEASES / "x")[:-1]
        if not os.path.normpath(self._state / file).startswith(place):
            return {}
        try:
            return parse_stamped((self._state / file).read_text(encoding="utf-8"))
        except OSError as error:
            refuse_shortage(error)
            return {}
        except ValueError:
            return {}

    def mark(self, file: str) -> str:
        """Return a text that is another one whenever a file of a release was written."""
        try:
            found = os.stat(self._state / file)  # noqa: PTH116 - often
        except OSError:
            return "absent"
        return f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino}"

    def tidy(self) -> None:
        """Remove what killed writers have left. Nobody else may be writing."""
        with self._lock:
            for part in self._parts():
                _discard(part)

    def clear(self, kept: Collection[str]) -> None:
        """Remove release files that are not kept, and copies that no file is left to mention.

        `kept` are names relative to the state directory. What is younger than an hour stays.
        """
        with self._lock:
            for path in self._files():
                if str(path.relative_to(self._state)) not in kept and _old(path):
                    path.unlink(missing_ok=True)
            needed = {name for path in self._files() for name in _mentioned(path)}
            for copy in _entries(self._state / SNAPSHOTS):
                if copy.name not in needed and _old(copy):
                    _discard(copy)
            for part in filter(_old, self._parts()):
                _discard(part)

    def _files(self) -> list[Path]:
        return sorted((self._state / RELEASES).rglob("*.json"))

    def _parts(self) -> list[Path]:
        """Return what writers have not renamed yet, or never will."""
        places = [*(self._state / RELEASES).rglob(".*"), *(self._state / SNAPSHOTS).glob("*/.*")]
        return [path for path in places if PART.fullmatch(path.name)]

    def _copy(self, source: Path, target: Path) -> None:
        if os.path.lexists(target):
            return
        _make(target.parent, self._state)
        part = _part(target)
        try:
            _duplicate(source, part)
            part.rename(target)
        except BaseException:
            _discard(part)
            raise
        _sync(target.parent)

    def _write(self, target: Path, text: str) -> None:
        _make(target.parent, self._state)
        part = _part(target)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _sync(target.parent)


def _part(target: Path) -> Path:
    return target.parent / f".part-{secrets.token_hex(8)}"


def _make(directory: Path, top: Path) -> None:
    for path in (*reversed(directory.parents), directory):
        if path.is_relative_to(top):
            path.mkdir(mode=PRIVATE, exist_ok=True, parents=True)


def _duplicate(source: Path, target: Path) -> None:
    """Copy a file or a folder with its modes, owners and links, down to the disk."""
    if source.is_dir():
        target.mkdir(mode=PRIVATE)
        for entry in _entries(source):
            if entry.name != ".git":
                _duplicate_entry(entry, target / entry.name)
        _same_rights(source, target)
    else:
        _duplicate_file(source, target)


def _duplicate_entry(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        _same_owner(source, target)
    elif source.is_dir() or source.is_file():  # pipes, sockets and devices are not content
        _duplicate(source, target)


def _duplicate_file(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    _same_rights(source, target)


def _same_rights(source: Path, target: Path) -> None:
    _same_owner(source, target)
    shutil.copystat(source, target)


def _same_owner(source: Path, target: Path) -> None:
    if os.geteuid() == 0:
        found = source.stat(follow_symlinks=False)
        os.chown(target, found.st_uid, found.st_gid, follow_symlinks=False)


def _discard(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _mentioned(path: Path) -> Iterator[str]:
    for match in MENTION.finditer(path.read_bytes()):
        yield match[1].decode()


def _entries(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.is_dir() else []


def _old(path: Path) -> bool:
    return time.time() - path.lstat().st_mtime > YOUNG
