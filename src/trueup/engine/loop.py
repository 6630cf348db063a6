"""The threads around the queue: take a key, have it reconciled, put it back for later."""

import math
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from trueup.engine.queue import Queue
from trueup.model.errors import ToolError, TransientError, TrueupError, defect
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.ports import Clock, Emit
from trueup.model.shortage import shortage

RETRY = 10.0
WATCH = 10.0
MOMENT = 1.5
TOGETHER = 0.5
"""What is due within so many seconds is due at once, so that one list of the engine serves it."""
PATIENT = 10 * TOGETHER


@dataclass(slots=True)
class Loop:
    """Workers that share one queue.

    `work` reconciles a key and returns in how many seconds it is worth another look, or
    None when it is gone. An error that it raises is told, and tried again later: one
    resource never ends the loop.
    """

    work: Callable[[Key], float | None]
    clock: Clock
    emit: Emit
    queue: Queue = field(default_factory=Queue)
    news: dict[Key, int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def enqueue(self, key: Key, *, delay: float = 0.0, news: bool = False) -> None:
        """Ask for a look at a key. The only thing that a trigger ever does.

        `news` says that what is wanted may have changed, so that work under way on the
        key asks itself whether it still leads anywhere.
        """
        with self._changed:
            if news:
                self.news[key] = self.news.get(key, 0) + 1
            self.queue.add(key, at=self.clock.monotonic() + delay)
            self._changed.notify()

    def stirred(self, key: Key) -> int:
        """Return how often there was news about a key."""
        return self.news.get(key, 0)

    def start(self, workers: int) -> None:
        """Start the workers."""
        for number in range(workers):
            thread = threading.Thread(target=self._run, name=f"worker-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, timeout: float) -> bool:
        """End the workers after what they do now; return whether all have ended in time."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        end = self.clock.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.1, end - self.clock.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def stopping(self) -> bool:
        """Whether the process is about to end."""
        return self._stop.is_set()

    def incomplete(self) -> str:
        """Return which workers have ended although nobody asked them to; empty for none."""
        ended = [one.name for one in self._threads if not one.is_alive()]
        return "" if self.stopping() else ", ".join(ended)

    def complete(self) -> None:
        """Refuse to go on with fewer workers than were started.

        Raises:
            ToolError: one has ended although nobody asked for it.
        """
        if ended := self.incomplete():
            what = f"{ended} ended in the middle of the work"
            fix = "Start Trueup again: it resumes where it was."
            raise ToolError(what, "nobody had asked for it", fix)

    def quiet(self) -> bool:
        """Whether nothing is due, now or in a moment, and nobody works."""
        with self._changed:
            return self.queue.idle(self.clock.monotonic() + MOMENT)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                key = self._take()
                if key is not None:
                    self._turn(key)
            except Exception:  # noqa: BLE001 - `_turn` has put the key back for later
                self._stop.wait(MOMENT)

    def _take(self) -> Key | None:
        with self._changed:
            key = self.queue.take(self.clock.monotonic())
            if key is None:
                due = self.queue.next_at()
                pause = WATCH if due is None else due - self.clock.monotonic()
                self._changed.wait(min(WATCH, max(0.001, pause)))
            return key

    def _turn(self, key: Key) -> None:
        delay: float | None = RETRY
        try:
            delay = self.work(key)
        except TransientError as error:
            self._told(key, error.text, "warning")
        except TrueupError as error:
            self._told(key, error.text, "error")
        except Exception as error:  # noqa: BLE001 - one resource must not end the loop
            self._told(key, (shortage(error) or defect(error)).text, "error")
        finally:
            with self._changed:
                self.queue.done(key)
                if delay is not None:
                    self.queue.add(key, at=due(self.clock.monotonic(), delay))
                self._changed.notify()

    def _told(self, key: Key, text: str, severity: str) -> None:
        message = f"{text} Will try again in {RETRY:g} seconds."
        with suppress(Exception):  # nobody is left to tell it to
            self.emit(Event(key, "look-failed", message, severity))


def due(now: float, delay: float) -> float:
    """Return when to look again: a long wait ends together with others, a bit late."""
    at = now + delay
    return at if delay < PATIENT else math.ceil(at / TOGETHER) * TOGETHER
