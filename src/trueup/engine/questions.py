"""Questions that were asked of the world, and whether their answers would be the same now.

Each is kept with the mark of its answer: a text that is another one whenever the answer is.
Refuses to know who asked, and what for.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from trueup.model.errors import TrueupError
from trueup.model.ports import Listing, Looks, Project, Tree

UNCERTAIN = "?"
"""The mark of an answer of which nobody can tell whether it would be the same again."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its method: of `Looks`, or of the work tree that `tree` names."""

    method: str
    subject: str | Project
    detail: str = ""
    tree: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one observation with the marks of their answers."""

    trees: tuple[str, ...] = ()
    answers: tuple[tuple[Question, str], ...] = ()

    @property
    def certain(self) -> bool:
        """Whether each of the answers can be compared later."""
        return all(mark != UNCERTAIN for _, mark in self.answers)


def same(asked: Asked, looks: Looks) -> bool:
    """Whether every question would be answered as it was."""
    try:
        with ExitStack() as held:
            trees = {name: looks.tree(name) for name in asked.trees}
            for tree in trees.values():
                held.enter_context(tree.reading())
            return all(mark_of(one, looks, trees) == mark for one, mark in asked.answers)
    except TrueupError:
        return False  # whoever looks now is told why


def mark_of(one: Question, looks: Looks, trees: Mapping[str, Tree]) -> str:
    """Return the mark that the answer to a question has now."""
    if one.tree:
        return TREE[one.method](trees[one.tree], one)
    return str(getattr(looks.marks, one.method)(one.subject))


TREE: Mapping[str, Callable[[Tree, Any], str]] = {
    "real": lambda tree, one: tree.real(one.subject),
    "file": lambda tree, one: tree.file(one.subject),
    "text": lambda tree, one: digest(tree.text(one.subject)),
    "listing": lambda tree, one: listed(tree.listing(one.subject, writable=bool(one.detail))),
    "context": lambda tree, one: listed(tree.context(one.subject, one.detail)),
}
"""How the mark of each answer of a work tree is made: by asking again."""


def listed(listing: Listing) -> str:
    """Return the mark of a listing."""
    return digest(repr((sorted(listing.files.items()), listing.skipped)))


def digest(text: str) -> str:
    """Return the mark of a text."""
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12).hexdigest()
