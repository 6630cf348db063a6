"""What is known to be at rest, so that looking at it again is a few comparisons.

A memo says: this resource, with this status, had nothing to do when these questions had
these answers. `plan` computes from nothing else, so while all of that is the same the plan
is; anything that is another one makes for a whole look. Decides nothing, and knows no kind.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trueup.engine.questions import Asked, same
from trueup.model.key import Key
from trueup.model.kind import Terms
from trueup.model.plan import Plan
from trueup.model.ports import Looks, Records
from trueup.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Memo:
    """A plan without steps, and the marks of all that it was computed from.

    `said` marks the document and its terms, `status` the status.
    """

    plan: Plan
    said: str
    status: str
    asked: Asked


@dataclass(slots=True)
class Memos:
    """The memos of every resource. Safe to use from every thread.

    `changes` counts, so that whoever keeps them elsewhere knows when there is news.
    """

    known: dict[Key, Memo] = field(default_factory=dict)
    changes: int = 0
    _said: dict[Key, tuple[Any, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rest(
        self, resource: Resource[Any], terms: Terms, records: Records, looks: Looks
    ) -> Plan | None:
        """Return the plan of a resource that is known to be at rest; None where it is not."""
        memo = self.known.get(resource.key)
        if memo is None or memo.said != self._mark(resource, terms):
            return None
        if memo.status != records.mark(resource.key) or not same(memo.asked, looks):
            return None
        return memo.plan

    def keep(
        self, resource: Resource[Any], terms: Terms, plan: Plan, status: str, asked: Asked
    ) -> None:
        """Remember that there is nothing to do, where that can be told again later."""
        if not asked.certain or not status or plan.asks or plan.again:
            return
        plan = replace(plan, release=None, bundle=None, ahead=(), back=(), holds=())
        memo = Memo(plan, self._mark(resource, terms), status, asked)
        with self._lock:
            self.changes += self.known.get(resource.key) != memo
            self.known[resource.key] = memo

    def forget(self, key: Key) -> None:
        """Forget what was known of a resource."""
        with self._lock:
            self.changes += self.known.pop(key, None) is not None
            self._said.pop(key, None)

    def taken(self) -> tuple[int, Mapping[Key, Memo]]:
        """Return the count of changes, and all memos as they are now."""
        with self._lock:
            return self.changes, dict(self.known)

    def _mark(self, resource: Resource[Any], terms: Terms) -> str:
        """Return the mark of what is said of a resource, computed once while it is the same.

        A revision by itself says nothing, and the interval says only when to look.
        """
        about = (replace(resource, revision=""), replace(terms, interval=0.0))
        known = self._said.get(resource.key)
        if known is None or known[0] != about:
            mark = hashlib.blake2b(repr(about).encode(), digest_size=12).hexdigest()
            known = self._said[resource.key] = about, mark
        return known[1]
