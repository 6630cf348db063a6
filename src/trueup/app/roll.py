"""The roll call after a start: tells when everything that was wanted then has been looked at."""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.ports import Clock, Emit


@dataclass(slots=True)
class Roll:
    """Counts from when it is made until every key that was called has answered."""

    clock: Clock
    emit: Emit
    _begun: float = 0.0
    _count: int = 0
    _missing: set[Key] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._begun = self.clock.monotonic()

    def call(self, keys: Collection[Key]) -> None:
        """Expect every one of these keys."""
        self._missing, self._count = set(keys), len(keys)

    def answer(self, key: Key) -> None:
        """Note that a key was looked at; say so when it was the last."""
        if not self._missing:
            return
        with self._lock:
            self._missing.discard(key)
            over = not self._missing
        if over:
            seconds = self.clock.monotonic() - self._begun
            message = f"looked at all {self._count} resources in {seconds:.2f}s after the start"
            self.emit(Event(None, "looked", message))
