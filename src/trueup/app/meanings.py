"""What documents mean: their specs as their kinds read them, and who waits for whom.

Refuses to know which documents are in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.model.key import Key
from trueup.model.kind import Finite, Kind
from trueup.model.resource import Document, Resource


@dataclass(frozen=True, slots=True)
class Meanings:
    """Reads documents, each of them once for as long as it says the same."""

    kinds: Mapping[str, Kind[Any, Any] | Finite[Any, Any]]
    _known: dict[Key, tuple[Mapping[str, Any], Any]] = field(default_factory=dict)

    def spec(self, document: Document) -> Any:
        """Return the spec of a document."""
        known = self._known.get(document.key)
        if known is None or known[0] != document.body:
            spec = self.kinds[document.key.kind].parse(document.body)
            known = self._known[document.key] = (document.body, spec)
        return known[1]

    def needs(self, one: Resource[Any] | None) -> tuple[str, ...]:
        """Return the names of what a resource waits for."""
        return self.kinds[one.key.kind].terms(one.spec).depends_on if one else ()

    def dependants(self, every: Mapping[Key, Resource[Any]]) -> dict[Key, tuple[Key, ...]]:
        """Return who waits for each resource that anybody waits for."""
        found: dict[Key, list[Key]] = {}
        for key, one in sorted(every.items()):
            for name in self.needs(one):
                found.setdefault(Key(key.kind, name), []).append(key)
        return {key: tuple(others) for key, others in found.items()}
