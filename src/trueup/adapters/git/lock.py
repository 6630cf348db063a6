"""Many readers of a work tree, or one writer. Every wait has an end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trueup.model.errors import TransientError

PATIENCE = 60.0


class TreeLock:
    """Keeps a work tree as it is while it is read.

    A writer that waits holds new readers back, so that it gets its turn; a thread that
    reads already may read again.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._changed = threading.Condition()
        self._readers: dict[int, int] = {}
        self._waiting = 0
        self._writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold writers back.

        Raises:
            TransientError: a writer took longer than the lock's patience.
        """
        me = threading.get_ident()
        with self._changed:
            self._wait(lambda: me in self._readers or not (self._writing or self._waiting))
            self._readers[me] = self._readers.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._leave(me)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold everybody else back.

        Raises:
            TransientError: a reader took longer than the lock's patience.
        """
        with self._changed:
            self._waiting += 1
            try:
                self._wait(lambda: not self._writing and not self._readers)
                self._writing = True
            finally:
                self._waiting -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()

    def _leave(self, reader: int) -> None:
        self._readers[reader] -= 1
        if not self._readers[reader]:
            del self._readers[reader]
        self._changed.notify_all()

    def _wait(self, free: Callable[[], bool]) -> None:
        until = time.monotonic() + self._patience
        while not free():
            if not self._changed.wait(until - time.monotonic()) and not free():
                raise TransientError(
                    "the work tree is in use",
                    f"nobody let go of it within {self._patience:g}s",
                    "It is tried again at the next look.",
                )
