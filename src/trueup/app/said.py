"""What one source says at one revision, and what that concerns. Pure.

Refuses to know what other sources say, and what is in force.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from trueup.documents.desired import Desired
from trueup.model.errors import Problem
from trueup.model.guard import Guard
from trueup.model.key import Key
from trueup.model.resource import Document, Resource


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says at one revision. `origin` is a digest of who it is.

    `nothing` says why there is nothing at all in its folder; empty where there is something.
    """

    source: str
    origin: str
    revision: str
    desired: Desired
    guard: Guard = field(default_factory=Guard)
    nothing: str = ""

    @property
    def spoken(self) -> Collection[Key]:
        """The keys that are spoken of, rightly or wrongly."""
        return self.desired.documents.keys() | self.desired.problems.keys()

    def speaks_of(self, key: Key) -> bool:
        """Whether a key is spoken of, rightly or wrongly."""
        return key in self.desired.documents or key in self.desired.problems

    @property
    def is_plain(self) -> bool:
        """Whether every file could be read, so that what is missing is gone."""
        return not (self.nothing or self.desired.files or self.desired.hollow)

    def document(self, key: Key) -> Document | None:
        """Return the document of a key that may be put in force."""
        return self.desired.documents.get(key)

    def problems(self, key: Key) -> tuple[Problem, ...]:
        """Return what is wrong with what is said of a key."""
        return tuple(self.desired.problems.get(key, ()))


@dataclass(frozen=True, slots=True)
class Heard:
    """The keys that a source concerns, and those whose documents say something else now."""

    every: tuple[Key, ...]
    changed: tuple[Key, ...]

    def first_changed(self) -> tuple[Key, ...]:
        """Return every key once, those that changed before all others."""
        return tuple(dict.fromkeys((*self.changed, *self.every)))


def differs(old: Resource[Any] | None, new: Resource[Any] | None) -> bool:
    """Whether two versions of a resource say different things; revisions do not count."""
    if old is None or new is None:
        return old is not new
    return replace(old, revision="") != replace(new, revision="")


def is_edit(key: Key, one: Resource[Any] | None, before: Said, said: Said) -> bool:
    """Whether a document in force is followed by another one, with nothing wrong about it."""
    there = all(key in each.desired.documents for each in (before, said))
    wrong = any(key in each.desired.problems for each in (before, said))
    settled = one is not None and one.source == said.source and not one.leaving
    return there and settled and not wrong


def taken(document: Document, owner: str) -> Problem:
    """Return that another source has the key of a document."""
    return Problem(
        document.file,
        document.line,
        "metadata.name",
        f"{document.key} is of source {owner} already",
        "Give it a name of its own, or remove one of the two documents.",
    )
