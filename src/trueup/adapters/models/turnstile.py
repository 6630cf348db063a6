"""How many requests a provider gets at once and in a minute, whoever in this process asks."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from trueup.adapters.models.chat import Stop
from trueup.adapters.models.trouble import BusyError
from trueup.model.errors import SupersededError
from trueup.model.provider import Provider

MINUTE = 60.0
POLL = 0.1


class Turnstile:
    """Lets requests of one provider through. Safe to use from every thread."""

    def __init__(self, provider: Provider, minute: float = MINUTE) -> None:
        self._provider, self._minute = provider, minute
        self._lock = threading.Lock()
        self._inside = 0
        self._recent: deque[float] = deque()

    @contextmanager
    def passed(self, stop: Stop, patience: float) -> Iterator[None]:
        """Wait until one more request may be made, and count it while the block lasts.

        Raises:
            BusyError: that took longer than `patience` seconds.
            SupersededError: Trueup ends.
        """
        end = time.monotonic() + patience
        while not self._enter():
            if time.monotonic() > end:
                raise BusyError(self._provider, f"its limits left no room within {patience:g}s")
            if stop(POLL):
                raise SupersededError(f"{self._provider.name} was waited for while Trueup ended")
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def _enter(self) -> bool:
        now, limit = time.monotonic(), self._provider.per_minute
        with self._lock:
            while self._recent and now - self._recent[0] >= self._minute:
                self._recent.popleft()
            full = self._inside >= self._provider.concurrent
            if full or (limit and len(self._recent) >= limit):
                return False
            self._inside += 1
            self._recent.append(now)
            return True
