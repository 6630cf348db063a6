"""The work tree of a git source that another process looks after, read as it stands.

Starts no git and writes nothing. Knows nothing of remotes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.adapters.git.batch import Blob
from trueup.adapters.git.lock import TreeLock
from trueup.adapters.git.manifest import load
from trueup.adapters.sources.tree import GitTree
from trueup.model.errors import TransientError


class StillTree(GitTree):
    """What was checked out when somebody looked. `directory` is that of the source."""

    def __init__(self, directory: Path) -> None:
        super().__init__(str(directory / "tree"), TreeLock())
        self._record = directory / "manifest.json"
        manifest = load(self._record)
        blobs = {path: Blob(path, one.mode, one.oid) for path, one in manifest.files.items()}
        self.show(manifest.revision if manifest.complete else "", blobs, ())

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Notice whether the other process changed the work tree meanwhile.

        Raises:
            TransientError: it did, or it is about to.
        """
        with super().reading():
            yield
        now = load(self._record)
        if not now.complete or now.revision != self.revision:
            what = f"{self.root} was updated while it was read"
            raise TransientError(what, "", "Run the command again.")


def still(directory: Path) -> StillTree | None:
    """Return the work tree of a source as it stands; None where there is none yet."""
    return StillTree(directory) if load(directory / "manifest.json").revision else None
