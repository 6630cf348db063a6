"""A YAML document before anybody asked what it means, and what is wrong with its YAML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place of one document."""

    line: int
    path: Path
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Raw:
    """One YAML document as plain values.

    A `broken` document has no body: its text could not be read to the end. `text` is the
    part of the file that it stands in. `places` gives the line of every node.
    """

    body: Any
    line: int
    text: str
    broken: bool = False
    faults: tuple[Fault, ...] = ()
    places: Mapping[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """Return the line of a node, or of the nearest node around it that is written down."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, self.line)
