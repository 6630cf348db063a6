"""The files of releases under the state directory: compose files, and copies of what they mount.

Knows nothing of what a release means; how a copy is made is for `copies`.
"""

import os
import re
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from trueup.adapters.docker.copies import (
    SNAPSHOTS,
    Copies,
    discard,
    entries,
    make,
    part_of,
    sync,
)
from trueup.adapters.docker.rendering import parse_stamped, stamped
from trueup.model.errors import ToolError
from trueup.model.release import mounted, use_of
from trueup.model.shortage import refuse_shortage
from trueup.model.steps import Bundle

RELEASES = "releases"
MENTION = re.compile(rb"/snapshots/([0-9A-Za-z:_-]+)/")
PART = re.compile(r"\.part-[0-9a-f]{16}")
SECRET = 0o600
YOUNG = 3600.0  # seconds for which nothing is cleared away: it may just be in the making


class Releases:
    """Writes, reads and clears away the files of releases. `state` is an absolute path."""

    def __init__(self, state: str) -> None:
        self._state = Path(state)
        self._copies = Copies(self._state)
        self._lock = threading.Lock()

    def freeze(self, bundle: Bundle) -> None:
        """Write the files of a release, durably; what exists is left as it is.

        Raises:
            ToolError: the disk is full, or a source is gone.
        """
        try:
            with self._lock:
                for source, target in bundle.copies:
                    self._copies.make(Path(source), self._state / target)
                for file, compose in {**bundle.others, bundle.file: bundle.compose}.items():
                    self._write(self._state / file, stamped(compose))
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

    def lost(self, use: str) -> bool:
        """Whether a service does not mount the copy that is there now, or there is none."""
        return self._copies.lost(use)

    def refuse_lost(self, file: str, services: Collection[str]) -> None:
        """Refuse a release file whose copies are gone: the engine would mount empty folders.

        Raises:
            ToolError: one is gone.
        """
        for _, copy in self._uses(file, services):
            if self._copies.gone(Path(copy)):
                why, fix = f"{copy} was removed or replaced", "Let a new release be deployed."
                raise ToolError(f"a copy that {file} mounts is gone", why, fix)

    def used(self, file: str, services: Collection[str]) -> None:
        """Put on record that services were started with the copies as they are."""
        with self._lock:
            for use, copy in self._uses(file, services):
                self._copies.used(use, Path(copy))

    def _uses(self, file: str, services: Collection[str]) -> Iterator[tuple[str, str]]:
        compose, place = self.stored(file), f"{self._state / SNAPSHOTS}/"
        for service in services if compose else ():
            for path in mounted(compose, service):
                if path.startswith(place):
                    yield use_of(file, service, path), path

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
                discard(part)

    def clear(self, kept: Collection[str], mounted: Collection[str] = ()) -> None:
        """Remove release files that are not kept, and copies that no file is left to mention.

        `kept` are names relative to the state directory, `mounted` the paths that containers
        mount. What is younger than an hour stays.
        """
        with self._lock:
            for path in self._files():
                if str(path.relative_to(self._state)) not in kept and _old(path):
                    path.unlink(missing_ok=True)
            needed = {name for path in self._files() for name in _mentioned(path)}
            needed |= {m[1].decode() for p in mounted for m in MENTION.finditer(p.encode() + b"/")}
            for copy in entries(self._state / SNAPSHOTS):
                if copy.name not in needed and _old(copy):
                    self._copies.drop(copy)
            for part in filter(_old, self._parts()):
                discard(part)

    def of(self, key: str) -> set[str]:
        """Return the names of all release files of a stack (`Stack/NAME`)."""
        names = (str(path.relative_to(self._state)) for path in self._files())
        return {name for name in names if name.startswith(f"{RELEASES}/{key}/")}

    def _files(self) -> list[Path]:
        return sorted((self._state / RELEASES).rglob("*.json"))

    def _parts(self) -> list[Path]:
        """Return what writers have not renamed yet, or never will."""
        places = [*(self._state / RELEASES).rglob(".*"), *(self._state / SNAPSHOTS).glob("*/.*")]
        return [path for path in places if PART.fullmatch(path.name)]

    def _write(self, target: Path, text: str) -> None:
        make(target.parent, self._state)
        part = part_of(target)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync(target.parent)


def _mentioned(path: Path) -> Iterator[str]:
    for match in MENTION.finditer(path.read_bytes()):
        yield match[1].decode()


def _old(path: Path) -> bool:
    return time.time() - path.lstat().st_mtime > YOUNG
