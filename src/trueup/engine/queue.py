"""Which key is next. Pure: no threads, no clock; time is an argument."""

import heapq
from dataclasses import dataclass, field

from trueup.model.key import Key


@dataclass(slots=True)
class Queue:
    """Keys waiting to be reconciled. Times are monotonic seconds.

    A key waits at most once, is worked on by at most one worker, and is worked on again
    when it is added while someone works on it. `_order` may hold times that are no longer
    true; `_due` decides.
    """

    _due: dict[Key, float] = field(default_factory=dict)
    _active: set[Key] = field(default_factory=set)
    _order: list[tuple[float, Key]] = field(default_factory=list)

    def add(self, key: Key, *, at: float) -> None:
        """Ask for a key to be reconciled at a time; of two times the earlier counts."""
        if at < self._due.get(key, float("inf")):
            self._due[key] = at
            heapq.heappush(self._order, (at, key))

    def take(self, now: float) -> Key | None:
        """Return the key that has been due longest and is not being worked on."""
        found = self._first()
        if found is None or found[0] > now:
            return None
        heapq.heappop(self._order)
        del self._due[found[1]]
        self._active.add(found[1])
        return found[1]

    def done(self, key: Key) -> None:
        """Let a key be taken again."""
        self._active.discard(key)
        if key in self._due:
            heapq.heappush(self._order, (self._due[key], key))

    def drop(self, key: Key) -> None:
        """Forget a key that is wanted no more."""
        self._due.pop(key, None)

    def next_at(self) -> float | None:
        """Return when the next key that nobody works on is due; None when none waits."""
        found = self._first()
        return found[0] if found else None

    def idle(self, now: float) -> bool:
        """Whether nothing is due and nobody works."""
        return not self._active and not any(at <= now for at in self._due.values())

    def _first(self) -> tuple[float, Key] | None:
        """Return what is due first; what is worked on comes back when that is done."""
        while self._order:
            at, key = self._order[0]
            if self._due.get(key) == at and key not in self._active:
                return at, key
            heapq.heappop(self._order)
        return None
