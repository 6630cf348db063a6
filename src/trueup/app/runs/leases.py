"""Which Run has which stack to itself. The Runs' statuses are the memory; this is its index."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from trueup.app.ledger import Ledger
from trueup.model.key import Key
from trueup.model.resource import Resource
from trueup.model.status import Status


@dataclass(slots=True)
class Leases:
    """One Run for each stack. Safe to use from every thread.

    `wanted` returns the Runs that there are.
    """

    records: Ledger
    wanted: Callable[[], Iterable[Resource[object]]]
    _held: dict[str, Key] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, run: Key, stack: Key) -> bool:
        """Give a stack to a Run; False where another one has it."""
        with self._lock:
            return self._known().setdefault(str(stack), run) == run

    def free(self, run: Key) -> None:
        """Take whatever a Run has from it."""
        with self._lock:
            held = self._known()
            for stack in [name for name, one in held.items() if one == run]:
                del held[stack]

    def holder(self, stack: Key) -> Key | None:
        """Return the Run that has a stack."""
        with self._lock:
            return self._known().get(str(stack))

    def before(self, run: Key, stack: Key) -> Key | None:
        """Return the Run that has a stack, or that comes first; None where it is this one."""
        found = self.holder(stack) or self._first(stack) or run
        return None if found == run else found

    def _first(self, stack: Key) -> Key | None:
        waiting = [one for one in self.wanted() if _aims(one, stack) and self._waits(one.key)]
        ordered = sorted(waiting, key=self._rank)
        return ordered[0].key if ordered else None

    def _waits(self, key: Key) -> bool:
        work = self.records.read(key).work
        if work is None or work.phase.ended or work.failed:
            return False
        return work.reason != "Suspended"

    def _rank(self, one: Resource[object]) -> tuple[bool, str, Key]:
        work = self.records.read(one.key).work
        urgent = getattr(one.spec, "priority", "") == "high"
        return not urgent, work.started_at if work else "", one.key

    def _known(self) -> dict[str, Key]:
        if self._held is None:
            every = [self.records.read(key) for key in self.records.known() if key.kind == "Run"]
            self._held = {stack: one.key for one in every if (stack := holds(one))}
        return self._held


def holds(status: Status) -> str:
    """Return the stack that a Run has on record as its own; empty for none."""
    work = status.work
    return work.holds if work is not None and not work.phase.ended else ""


def _aims(one: Resource[object], stack: Key) -> bool:
    target = getattr(one.spec, "target", None)
    return not one.leaving and getattr(target, "stack", "") == stack.name
