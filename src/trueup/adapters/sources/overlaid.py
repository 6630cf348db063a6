"""A source's tree with the edits of a candidate laid over it: what it will be once published.

Paths are the source's, and so are all digests; only what edited files are read from is the
work tree of a Run. What a commit with these edits lists must have the same digests.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.adapters.sources.listed import Listed
from trueup.adapters.sources.tree import DirectoryTree, GitTree, inside
from trueup.model.errors import SpecError
from trueup.model.ports import Tree
from trueup.model.shortage import refuse_shortage
from trueup.model.trial import Candidate

AGAIN = "The Run begins anew from what the source says now."


def laid_over(tree: Tree, candidate: Candidate) -> Tree:
    """Return a tree that shows a candidate in place of what the source says."""
    match tree:
        case GitTree():
            return OverlaidGit(tree, candidate)
        case DirectoryTree():
            return OverlaidDirectory(tree, candidate)
        case _:
            raise TypeError(f"{type(tree).__name__} is no tree that can be edited")


class OverlaidDirectory(DirectoryTree):
    """A directory as it will be once the edited files are copied into it."""

    def __init__(self, tree: DirectoryTree, candidate: Candidate) -> None:
        super().__init__(tree.root, tree.revision, tree.digests)
        self._candidate = candidate

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Refuse to take what is left of a work tree for the candidate.

        Raises:
            SpecError: the work tree of the Run is gone.
        """
        _refuse_gone(self._candidate)
        yield

    def place(self, path: str) -> str:
        """Return where a path of the source stands in the work tree of the Run."""
        return _place(self._candidate, self.root, path)


class OverlaidGit(GitTree):
    """A git source as it will be once the edits are committed to the revision that it shows."""

    def __init__(self, tree: GitTree, candidate: Candidate) -> None:
        super().__init__(tree.root, tree.lock)
        self._tree, self._candidate = tree, candidate
        self._seen: tuple[Listed, Listed] | None = None

    @property
    def listed(self) -> Listed:
        """What the commit with the edits will list."""
        base = self._tree.listed
        if self._seen is None or self._seen[0] is not base:
            self._seen = base, base.over(dict(self._edited(base)))
        return self._seen[1]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep the source at one revision: that of the edits, unless their digest is known.

        Raises:
            SpecError: it is at another one, or the work tree of the Run is gone.
            TransientError: an update of the source takes too long, or was cut off.
        """
        with self._tree.reading():
            if not self._published():
                _refuse_gone(self._candidate)
                self._refuse_other_base()
            yield

    def place(self, path: str) -> str:
        """Return where a path of the source stands in the work tree of the Run."""
        return _place(self._candidate, self.root, path)

    def _published(self) -> bool:
        """Whether the source says already what the candidate does."""
        base = self._tree.listed
        return all(base.tracked.get(path, "") == said for path, said in self._edited(base))

    def _refuse_other_base(self) -> None:
        said, now = self._candidate, self._tree.revision
        if said.revision != now and not said.digest:
            what = f"the candidate of {said.run} was made for commit {said.revision[:12]}"
            raise SpecError(what, f"its source is at {now[:12]} now", AGAIN)

    def _edited(self, base: Listed) -> Iterator[tuple[str, str]]:
        """Yield path and digest of each edited file; the digest is empty for one that is gone."""
        for path in self._candidate.edits:
            file = Path(self._candidate.place, path)
            try:
                executable = bool(file.stat().st_mode & stat.S_IXUSR)
                yield path, base.digest_of(file.read_bytes(), executable=executable)
            except OSError as error:
                refuse_shortage(error)
                yield path, ""


def _place(candidate: Candidate, root: str, path: str) -> str:
    """Return the same path in the work tree; what is not there is read where it stands."""
    relative = inside(root, path)
    if relative is None:
        return path
    there = f"{candidate.place.rstrip('/')}/{relative}".rstrip("/")
    return there if relative in candidate.edits or os.path.lexists(there) else path


def _refuse_gone(candidate: Candidate) -> None:
    if not Path(candidate.place).is_dir():
        what = f"the work tree of {candidate.run} is gone"
        raise SpecError(what, "somebody removed it", AGAIN)
