"""Names that only one resource of a host may have, and who has them or is about to.

What runs is seen on the host; what two resources begin at the same moment is not. So a name is
taken here before anything of it starts: by the first that has it running or verified, else by
the first in the order of their keys. Knows no kind, and keeps nothing on a disk.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from trueup.model.key import Key


@dataclass(slots=True)
class Names:
    """Who has which names. Safe to use from every thread."""

    _had: dict[Key, frozenset[str]] = field(default_factory=dict)
    _passed: dict[Key, int] = field(default_factory=dict)
    _waiting: set[Key] = field(default_factory=set)
    _freed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: Key, names: Collection[str]) -> tuple[str, Key] | None:
        """Let a resource have names beside those it has; or return one that another has."""
        with self._lock:
            for other, had in sorted(self._had.items()):
                if other != key and (both := had & set(names)):
                    self._waiting.add(key)
                    return min(both), other
            self._waiting.discard(key)
            self._had[key] = self._had.get(key, frozenset()) | set(names)
            return None

    def settle(self, key: Key, names: Collection[str]) -> None:
        """Let a resource have these names and no more: everything else of it is gone."""
        with self._lock:
            self._freed |= bool(self._had.get(key, frozenset()) - set(names))
            self._had[key] = frozenset(names)
            self._waiting.discard(key)

    def forget(self, key: Key) -> None:
        """Let go of what a resource had that is gone."""
        with self._lock:
            self._freed |= bool(self._had.pop(key, None))
            self._waiting.discard(key)

    def wait(self, key: Key) -> None:
        """Note that a resource goes on when a name is free."""
        with self._lock:
            self._waiting.add(key)

    def freed(self) -> tuple[Key, ...]:
        """Return who waits for a name, once after one was let go of."""
        with self._lock:
            found = tuple(sorted(self._waiting)) if self._freed else ()
            self._freed = False
            return found

    def passed(self, key: Key, news: int) -> None:
        """Note that a resource has had its choice since it was heard of for the nth time."""
        self._passed[key] = news

    def before(self, key: Key, every: Iterable[Key], news: Callable[[Key], int]) -> Key | None:
        """Return a resource that has to have its choice first; None where there is none."""
        first = (one for one in every if one < key and self._passed.get(one) != news(one))
        return next(first, None)
