"""Say that something in a directory changed. Only a hint: what changed is not told.

A burst of events is one hint. Events may be lost (a full queue, a directory that is
replaced); the periodic look makes that good. Knows nothing of documents.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

# It says there what nobody can act on; what matters comes by the periodic look.
logging.getLogger("watchdog").addHandler(logging.NullHandler())

QUIET = 0.3  # seconds without an event that end a burst
LONGEST = 2.0  # seconds after which a burst is told although it goes on
CHECK = 1.0  # seconds between looks at whether the directory is still the same one
RETRY = 30.0  # seconds until a watch is tried again that could not be had
CHANGES = frozenset({"created", "modified", "moved", "deleted", "closed", "attrib"})


class Watcher:
    """Calls `changed` from a thread of its own, which must not raise, until it is stopped."""

    def __init__(
        self, directory: Path, changed: Callable[[], None], ignored: Sequence[Path] = ()
    ) -> None:
        self._directory, self._changed = directory, changed
        self._ignored = [os.path.normpath(path) for path in ignored]
        self._burst = _Burst()
        self._watch = _Watch(directory, _Hints(self._note))
        self._thread = threading.Thread(target=self._follow, name="watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch. A directory that is not there yet is watched once it is."""
        self._watch.renew()
        self._thread.start()

    def stop(self) -> None:
        """End the watch and its threads."""
        self._burst.stop()
        self._thread.join(timeout=5)
        self._watch.stop()

    def _follow(self) -> None:
        while not self._burst.stopped:
            if self._burst.over(CHECK) | self._renewed():
                self._changed()

    def _renewed(self) -> bool:
        try:
            return self._watch.renew()
        except Exception:  # noqa: BLE001 - it must not stop watching; it looks again in a moment
            return False

    def _note(self, paths: Sequence[str]) -> None:
        if any(self._matters(path) for path in paths):
            self._burst.note()

    def _matters(self, path: str) -> bool:
        parts = Path(os.path.relpath(path, self._directory)).parts
        mine = any(path == skip or path.startswith(f"{skip}/") for skip in self._ignored)
        return not mine and ".git" not in parts


class _Hints(FileSystemEventHandler):
    """Passes on the paths of events that change something; reading is none."""

    def __init__(self, note: Callable[[Sequence[str]], None]) -> None:
        self._note = note

    def on_any_event(self, event: FileSystemEvent) -> None:
        # A directory is "modified" by whatever happens in it, and that has its own event.
        told_twice = event.is_directory and event.event_type in ("modified", "attrib")
        if event.event_type in CHANGES and not told_twice:
            paths = (event.src_path, event.dest_path)
            self._note([os.fsdecode(path) for path in paths if path])


class _Watch:
    """The inotify watches of a directory, made anew when another one takes its place."""

    def __init__(self, directory: Path, handler: FileSystemEventHandler) -> None:
        self._directory, self._handler = directory, handler
        self._observer: BaseObserver | None = None
        self._seen: tuple[int, int] | None = None
        self._again = 0.0

    def renew(self) -> bool:
        """Watch what is at the path now; say whether that is another directory than before."""
        now = self._identity()
        if now == self._seen and not self._ended() and not self._due():
            return False
        self.stop()
        self._seen = now
        try:
            self._begin()
        except (OSError, RuntimeError):  # gone again, or watches, files or threads are used up
            self._end()
            self._again = time.monotonic() + RETRY
        return True

    def stop(self) -> None:
        """End the watches, and the threads that wait for their events."""
        self._end()
        self._seen = None

    def _end(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            if self._observer.is_alive():
                self._observer.join(timeout=5)
        self._observer = None

    def _ended(self) -> bool:
        """Say whether the directory was removed; the next one may well get its number."""
        emitters = self._observer.emitters if self._observer else ()
        return any(not emitter.is_alive() for emitter in emitters)

    def _due(self) -> bool:
        """Say whether what could not be watched before should be tried again."""
        unwatched = self._seen is not None and self._observer is None
        return unwatched and time.monotonic() >= self._again

    def _begin(self) -> None:
        if self._seen is not None:
            self._observer = Observer()
            self._observer.schedule(self._handler, str(self._directory), recursive=True)
            self._observer.start()

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._directory.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


class _Burst:
    """Events that come close together, as one."""

    def __init__(self) -> None:
        self._noted = threading.Condition()
        self._first = self._last = 0.0
        self.stopped = False

    def note(self) -> None:
        with self._noted:
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._noted.notify_all()

    def stop(self) -> None:
        with self._noted:
            self.stopped = True
            self._noted.notify_all()

    def over(self, seconds: float) -> bool:
        """Wait for the end of a burst; False where none began within some seconds."""
        with self._noted:
            self._noted.wait_for(lambda: self._first or self.stopped, seconds)
            while self._first and not self.stopped and (left := self._left()) > 0:
                self._noted.wait(left)
            began, self._first = self._first, 0.0
        return bool(began) and not self.stopped

    def _left(self) -> float:
        return min(self._last + QUIET, self._first + LONGEST) - time.monotonic()
