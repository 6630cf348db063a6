"""A SOPS file taken apart, whatever its format: leaves in their order, and its metadata.

Knows nothing of keys. The formats disagree on everything but this.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LARGEST = 1 << 20
"""Bytes of a file of secrets."""

DEEPEST = 64

Place = tuple[str | int, ...]


class UnreadableError(ValueError):
    """A file of secrets cannot be used; the message says why and holds no value."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value and where it stands; `text` is as it is written, `plain` what the MAC covers.

    `text` is what stands in the file where the value is sealed, and what a program would get
    where it is not.
    """

    place: Place
    text: str = field(repr=False)
    plain: bytes = field(default=b"", repr=False)

    @property
    def path(self) -> str:
        """What SOPS binds a sealed value to: the keys that lead there, without positions."""
        return "".join(f"{one}:" for one in self.place if isinstance(one, str))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A SOPS file. `about` is its metadata: place below `sops` → text."""

    leaves: tuple[Leaf, ...]
    about: Mapping[Place, str]

    def said(self, name: str) -> str:
        """Return one plain field of the metadata; empty where it is not there."""
        return self.about.get((name,), "")

    def listed(self, name: str, field_: str) -> Iterator[str]:
        """Yield a field of every entry of a list in the metadata."""
        for place, text in self.about.items():
            match place:
                case (found, int(), last) if (found, last) == (name, field_):
                    yield text
                case _:
                    continue
