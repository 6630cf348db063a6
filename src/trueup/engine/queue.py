"""Which key is next. Pure: no threads, no clock; time is an argument."""

from dataclasses import dataclass, field

from trueup.model.key import Key


@dataclass(slots=True)
class Queue:
    """Keys waiting to be reconciled. Times are monotonic seconds.

    A key waits at most once, is worked on by at most one worker, and is worked on again
    when it is added while someone works on it.
    """

    _due: dict[Key, float] = field(default_factory=dict)
    _active: set[Key] = field(default_factory=set)

    def add(self, key: Key, *, at: float) -> None:
        """Ask for a key to be reconciled at a time; of two times the earlier counts."""
        self._due[key] = min(at, self._due.get(key, at))

    def take(self, now: float) -> Key | None:
        """Return the key that has been due longest and is not being worked on."""
        ready = [key for key, at in self._due.items() if at <= now and key not in self._active]
        if not ready:
            return None
        key = min(ready, key=lambda one: (self._due[one], one))
        del self._due[key]
        self._active.add(key)
        return key

    def done(self, key: Key) -> None:
        """Let a key be taken again."""
        self._active.discard(key)

    def drop(self, key: Key) -> None:
        """Forget a key that is wanted no more."""
        self._due.pop(key, None)

    def next_at(self) -> float | None:
        """Return when the next key that nobody works on is due; None when none waits."""
        return min((at for key, at in self._due.items() if key not in self._active), default=None)

    def idle(self, now: float) -> bool:
        """Whether nothing is due and nobody works."""
        return not self._active and all(at > now for at in self._due.values())
