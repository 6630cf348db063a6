"""Notices when a directory grows too much while a program fills it."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PAUSE = 0.1  # seconds between two looks


class Growth:
    """Says whether `directory` has grown by more than `most` bytes since this was made."""

    def __init__(self, directory: Path, most: int) -> None:
        self._directory, self._most = directory, most
        self._before = size_of(directory)
        self._next = 0.0
        self.over = False

    def look(self, ended: Callable[[], bool]) -> bool:
        """Say whether the program is to be ended, for this reason or another one."""
        if time.monotonic() >= self._next:
            self.over = size_of(self._directory) - self._before > self._most
            self._next = time.monotonic() + PAUSE
        return self.over or ended()


def size_of(directory: Path) -> int:
    """Return how many bytes the files below a directory take."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):  # it was renamed or removed meanwhile
                total += os.lstat(f"{folder}/{name}").st_size
    return total
