"""The status files: one writer, durable before `write` returns.

A file is written beside its place, flushed to the disk and renamed, and so is never
half a file. What cannot be read counts as nothing known; before something else is
written in its place it is set aside, so that it is not lost.
"""

import contextlib
import hashlib
import os
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from trueup.model.errors import ToolError, TrueupError
from trueup.model.key import DNS_LABEL, Key
from trueup.model.shortage import shortage
from trueup.model.status import Status
from trueup.model.work import Artifact

LIMIT = 256 * 1024
KINDS = ("Stack", "Run", "Session", "Policy")
SOURCE = "Source"
CUT = b"[the beginning was cut off]\n"
UNFINISHED = re.compile(r"\..+\.(\d+)\.\d+\.tmp", re.DOTALL)
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}\Z")


class StatusFiles:
    """Status files below one directory, as `Kind/name.yaml`, artifacts in `Kind/name/`.

    Args:
        directory: where the files are.
        to_text: the text of a status; `from_text` its inverse, ValueError when damaged.
        notify: told the path of each file or folder that was written or removed.
        keeps: whether a file that somebody removed is written again from memory.
    """

    def __init__(
        self,
        directory: Path,
        to_text: Callable[[Status], str],
        from_text: Callable[[str], Status],
        notify: Callable[[Path], None] = lambda _: None,
        *,
        keeps: bool = True,
    ) -> None:
        self._keeps = keeps
        self._directory, self._notify = directory, notify
        self._to_text, self._from_text = to_text, from_text
        self._lock = threading.Lock()
        self._known: dict[Key, Status] = {}
        self._damaged: set[Key] = set()
        self._unsaved: set[Key] = set()
        self._passing: set[Path] = set()

    def read(self, key: Key) -> Status:
        """Return what is remembered; an empty status where nothing is."""
        with self._lock:
            if key not in self._known:
                self._known[key] = self._load(key)
            if self._keeps and self._known[key] != Status(key) and not self.path(key).exists():
                self._unsaved.add(key)
            if key in self._unsaved:
                with contextlib.suppress(TrueupError):
                    self._save(self._known[key])
            return self._known[key]

    def write(self, status: Status) -> None:
        """Remember a status.

        Raises:
            TransientError: the disk is full or read-only. This process remembers it all the
                same, and writes it as soon as it can.
            ToolError: the file system refuses.
        """
        with self._lock:
            self._known[status.key] = status
            self._unsaved.add(status.key)
            self._save(status)

    def _save(self, status: Status) -> None:
        path = self.path(status.key)
        if status.key in self._damaged:
            with contextlib.suppress(OSError):
                path.replace(path.with_suffix(".yaml.damaged"))
            self._damaged.discard(status.key)
        replace_file(path, self._to_text(status))
        self._unsaved.discard(status.key)
        self._notify(path)

    def forget(self, key: Key) -> None:
        """Remove the status and the artifacts of a resource that is gone."""
        with self._lock:
            self._known.pop(key, None)
            self._unsaved.discard(key)
            remove_file(self.path(key))
            shutil.rmtree(self.folder(key), ignore_errors=True)
        self._notify(self.path(key))
        self._notify(self.folder(key))

    def artifact(self, key: Key, name: str, text: str, *, passing: bool = False) -> Artifact:
        """Keep a file beside the status; of a text over 256 KiB the end is kept.

        Nobody is told of what is `passing`, so that a build is no stream of commits.
        """
        if not NAME.match(name):
            raise ValueError(f"{name!r} is not an artifact's name")
        data = _end_of(text.encode("utf-8", "replace"))
        path = self.folder(key) / name
        with self._lock:
            if not (path.exists() and path.read_bytes() == data):
                replace_file(path, data.decode("utf-8"), durable=False)
                self._passing.add(path)
            fresh = path in self._passing and not passing
            self._passing -= set() if passing else {path}
        if fresh:
            self._notify(path)
        return Artifact(name, len(data), hashlib.sha256(data).hexdigest())

    def paper(self, key: Key, name: str) -> str:
        """Return an artifact as text; empty where there is none."""
        try:
            return (self.folder(key) / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def discard(self, key: Key, name: str) -> None:
        """Throw an artifact away; one that is gone is fine."""
        if not NAME.match(name):
            raise ValueError(f"{name!r} is not an artifact's name")
        path = self.folder(key) / name
        with self._lock:
            remove_file(path)
        self._notify(path)

    def known(self) -> tuple[Key, ...]:
        """Return every key that has a status."""
        return tuple(
            Key(kind, path.stem)
            for kind in KINDS
            for path in sorted((self._directory / kind).glob("*.yaml"))
            if DNS_LABEL.match(path.stem)
        )

    def mentioning(self, word: bytes) -> tuple[Key, ...]:
        """Return the keys in whose files a word stands: far cheaper than reading the statuses."""
        return tuple(key for key in self.known() if word in self._content(key))

    def _content(self, key: Key) -> bytes:
        try:
            return self.path(key).read_bytes()
        except OSError:
            return b""

    def uncertain(self, key: Key) -> bool:
        """Whether what is remembered may not be all there was: the file is gone or damaged."""
        self.read(key)
        with self._lock:
            return key in self._damaged or not self.path(key).exists()

    def sources(self) -> tuple[Key, ...]:
        """Return the key of every source that was ever in trouble."""
        found = sorted((self._directory / SOURCE).glob("*.yaml"))
        return tuple(Key(SOURCE, path.stem) for path in found if DNS_LABEL.match(path.stem))

    def mark(self, key: Key) -> str:
        """Return a text that is another one whenever the file was written by anybody."""
        try:
            found = os.stat(f"{self._directory}/{key.kind}/{key.name}.yaml")  # noqa: PTH116 - often
        except OSError:
            return ""
        return f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino}"

    def path(self, key: Key) -> Path:
        """Return the file of a status."""
        return self.folder(key).with_suffix(".yaml")

    def folder(self, key: Key) -> Path:
        """Return where the artifacts of a resource are."""
        if key.kind not in {*KINDS, SOURCE} or not DNS_LABEL.match(key.name):
            raise ValueError(f"{str(key)!r} is not a key")
        return self._directory / key.kind / key.name

    def _load(self, key: Key) -> Status:
        path = self.path(key)
        try:
            found = self._from_text(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Status(key)
        except ValueError:
            found = None
        except OSError as error:
            raise _refused(path, "read", error) from error
        if found is None or found.key != key:
            self._damaged.add(key)
            return Status(key)
        return found


def _end_of(data: bytes) -> bytes:
    """Return data as it is, or its end from a new line (or letter) on where it is too long."""
    if len(data) <= LIMIT:
        return data
    end = data[len(CUT) - LIMIT :]
    _, _, lines = end.partition(b"\n")
    return CUT + (lines or end.decode("utf-8", "ignore").encode())


def tidy(directory: Path) -> None:
    """Remove what was not yet renamed when its writer was killed. Who still lives is let be."""
    for path in directory.rglob(".*.tmp"):
        found = UNFINISHED.fullmatch(path.name)
        if found and (int(found[1]) == os.getpid() or not Path(f"/proc/{found[1]}").exists()):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def remove_file(path: Path) -> None:
    """Remove a file; one that is gone is fine.

    Raises:
        ToolError: the file system refuses.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(path, "removed", error) from error


def replace_file(path: Path, text: str, *, durable: bool = True, mode: int = 0o644) -> None:
    """Put a text in place of a file, all or nothing, and durably where asked.

    Raises:
        ToolError: the file system refuses (full, read-only, no permission).
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(beside, text, durable=durable, mode=mode)
        beside.replace(path)
        if durable:
            _flush_directory(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise _refused(path, "written", error) from error


def _refused(path: Path, what: str, error: OSError) -> TrueupError:
    told = f"{path} could not be {what}"
    fix = "Mend the permissions there; nothing was lost."
    return shortage(error, told) or ToolError(told, error.strerror or str(error), fix)


def _write(path: Path, text: str, *, durable: bool, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:  # noqa: PTH123 - a mode is needed
        file.write(text.encode("utf-8"))
        file.flush()
        if durable:
            os.fsync(file.fileno())


def _flush_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
