"""The workshop of this host: the port `Workshop` over git sources and folders.

Below `directory`: `Run/NAME`, a work tree and what belongs to it. What a source is, it is told.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from trueup.adapters.disk.worktree import WorkTree
from trueup.adapters.workshop.desk import Desk, look
from trueup.adapters.workshop.difference import difference
from trueup.adapters.workshop.folder import Copy
from trueup.adapters.workshop.origin import FolderOrigin, GitOrigin, Origin
from trueup.adapters.workshop.place import Place, Places
from trueup.adapters.workshop.publishing import Press
from trueup.adapters.workshop.reading import TreeFiles
from trueup.model.errors import ToolError
from trueup.model.key import Key
from trueup.model.repair import Edit, Files
from trueup.model.workshop import Publication, Published, PublishMode, Workplace


@dataclass(frozen=True, slots=True)
class Benches:
    """The work trees below `directory`, and what publishes from them.

    Attributes:
        origin: returns a source by its name, or raises SpecError or TransientError.
        press: what publishes.
    """

    directory: Path
    origin: Callable[[str], Origin]
    press: Press

    def open(self, run: Key, source: str) -> Workplace:
        """Return the Run's work tree as it is; where there is none, make it."""
        place = self._places.of(run)
        found = place.workplace()
        return found if found and found.source == source else self.reopen(run, source)

    def opened(self, run: Key) -> Workplace | None:
        """Return the Run's work tree; None where there is none that is whole."""
        return self._places.of(run).workplace()

    def reopen(self, run: Key, source: str) -> Workplace:
        """Throw the Run's work tree away for a new one."""
        place, origin = self._places.of(run), self.origin(source)
        place.clear()
        place.directory.mkdir(parents=True)
        made = _made(place, source, origin)
        place.made(made)
        return made

    def apply(self, run: Key, edits: tuple[Edit, ...]) -> None:
        """Lay edits over the pristine tree; all of them or none."""
        self._desk(run).apply(edits)

    def files(self, run: Key) -> Files:
        """Return the files of the Run's work tree as they are."""
        return TreeFiles(self._whole(run).root)

    def diff(self, run: Key) -> str:
        """Return what was edited as a unified diff."""
        edits, tree = self._desk(run).edits(), WorkTree(self._whole(run).root)
        found = {edit.path: look(tree, edit.path) for edit in edits}
        return difference(edits, {path: one.mode for path, one in found.items() if one})

    def close(self, run: Key) -> None:
        """Remove the Run's work tree."""
        self._places.of(run).clear()

    def leftovers(self, going: Collection[Key]) -> tuple[Key, ...]:
        """Return the Runs that have a work tree and are not going on."""
        return tuple(run for run in self._places.known() if run not in going)

    def accepts(self, source: str, mode: PublishMode, branch: str = "") -> None:
        """Return if a source takes patches in a mode."""
        self.press.accepts(self.origin(source), mode, branch)

    def publish(self, source: str, publication: Publication) -> Published:
        """Publish a patch; once more does no more."""
        place = self._places.of(publication.run).publishing
        return self.press.publish(source, self.origin(source), publication, place)

    def arrived(self, published: Published) -> bool:
        """Say whether the place it went to really has it."""
        return self.press.arrived(self.origin(published.source), published)

    def _desk(self, run: Key) -> Desk:
        place = self._whole(run)
        return Desk(place.root, place.edits)

    def _whole(self, run: Key) -> Place:
        place = self._places.of(run)
        if place.workplace() is None:
            raise ToolError(f"{run} has no work tree", "", "Start the attempt anew.")
        return place

    @property
    def _places(self) -> Places:
        return Places(self.directory)


def _made(place: Place, source: str, origin: Origin) -> Workplace:
    match origin:
        case GitOrigin():
            revision = origin.source.copy(place.directory)
            return Workplace(str(place.root), source, revision)
        case FolderOrigin():
            revision = origin.revision()
            copy = Copy(origin.folder, place.root, origin.skip, origin.bounds)
            copy.make()
            return Workplace(str(place.root), source, revision, tuple(copy.left))
        case _:
            assert_never(origin)
