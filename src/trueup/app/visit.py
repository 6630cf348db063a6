"""Git sources for commands that only look: whoever runs here looks after the work trees.

Where no Trueup runs, the work tree is brought up to date first, under the lock, so that a
process that starts meanwhile waits for a moment. Where one runs, its work tree is read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trueup.app.lock import PATIENCE, HeldError, locked
from trueup.app.sources import Source
from trueup.model.errors import TransientError
from trueup.model.ports import Tree


@dataclass(slots=True)
class Visited:
    """A git source kept in `directory`; `build` makes the adapter that may change it."""

    name: str
    directory: Path
    state: Path
    build: Callable[[], Source]

    def sync(self) -> Tree:
        """Return the work tree, as new as it can be had.

        Raises:
            TransientError: the remote does not answer, or the running process has not
                read it yet.
        """
        try:
            with locked(self.state, patience=0 if self.resume() else PATIENCE):
                self.build().sync()
        except HeldError:
            pass
        return self._as_it_stands()

    def resume(self) -> Tree | None:
        """Return the work tree as it was left."""
        from trueup.adapters.sources.still import still

        return still(self.directory)

    def _as_it_stands(self) -> Tree:
        if tree := self.resume():
            return tree
        why = "the running Trueup has no commit of it so far"
        raise TransientError(f"source {self.name} has not been read yet", why, "Look at its log.")
