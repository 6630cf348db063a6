"""What a commit lists, as the digests of its files; and what one would list with some edits.

Pure: knows no disk. Only the executable bit of a mode counts.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from trueup.model.errors import Problem

if TYPE_CHECKING:
    from trueup.adapters.git.batch import Blob

LINK = "120000"
EXECUTABLE = "100755"
LONG = 64
"""Letters in the name of an object where a repository names them by SHA-256."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a commit by path. An empty revision means: a checkout is under way."""

    revision: str = ""
    tracked: Mapping[str, str] = field(default_factory=dict)
    links: frozenset[str] = frozenset()
    paths: Sequence[str] = ()
    problems: tuple[Problem, ...] = ()

    def below(self, folder: str) -> dict[str, str]:
        """Return the digests of what is below a folder, by the rest of the path."""
        prefix = f"{folder}/" if folder else ""
        first = bisect_left(self.paths, prefix)
        found = takewhile(lambda p: p.startswith(prefix), self.paths[first:])
        return {p.removeprefix(prefix): self.tracked[p] for p in found}

    def over(self, edits: Mapping[str, str]) -> "Listed":
        """Return what the commit would list with other digests for some files; empty: gone."""
        every = {**self.tracked, **edits}
        tracked = {path: digest for path, digest in every.items() if digest}
        links = self.links - edits.keys()
        return replace(self, tracked=tracked, links=links, paths=sorted(tracked))

    def digest_of(self, content: bytes, *, executable: bool) -> str:
        """Return the digest that a file would have in a commit of the same repository."""
        blob = b"blob %d\0" % len(content) + content
        long = any(len(one) > LONG for one in self.tracked.values())
        kind = hashlib.sha256 if long else hashlib.sha1
        return f"{'x' if executable else ''}10git:{kind(blob, usedforsecurity=False).hexdigest()}"


def listed_by(
    revision: str, blobs: "Mapping[str, Blob]", problems: tuple[Problem, ...] = ()
) -> Listed:
    """Return what a commit lists."""
    return Listed(
        revision,
        {path: _digest(blob) for path, blob in blobs.items()},
        frozenset(path for path, blob in blobs.items() if blob.mode == LINK),
        sorted(blobs),
        problems,
    )


def _digest(blob: "Blob") -> str:
    return f"{'x' if blob.mode == EXECUTABLE else ''}{blob.mode[:2]}git:{blob.oid}"
