"""What happens by itself, time included, and telling what happened."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from trueup.model.container import HostEvent
from trueup.model.event import Event


class Clock(Protocol):
    """The time. Tests own it."""

    def now(self) -> datetime:
        """Return the wall time in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def wait(self, seconds: float) -> None:
        """Let that much time pass."""


class Events(Protocol):
    """Where Docker's events come from."""

    def follow(self, stop: Callable[[], bool]) -> Iterator[HostEvent]:
        """Yield events until told to stop; returns when the connection is lost."""


Emit = Callable[[Event], None]
