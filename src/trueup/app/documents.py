"""From the files of a work tree to what its documents want."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.adapters.disk.folder import Folder
from trueup.documents.desired import Desired, Loader
from trueup.model.kind import Finite, Kind
from trueup.model.ports import Tree


@dataclass(frozen=True, slots=True)
class Read:
    """What the documents of one revision want; `nothing` says why there are none at all."""

    desired: Desired
    nothing: str = ""


class Reading:
    """Reads the documents of every source, each file only when it changed."""

    def __init__(
        self, kinds: Mapping[str, Kind[Any, Any] | Finite[Any, Any]], skip: Collection[Path] = ()
    ) -> None:
        self._schemas = {name: kind.schema for name, kind in kinds.items()}
        self._skip = [str(path) for path in skip]
        self._loaders: dict[str, Loader] = {}
        self._folders: dict[str, Folder] = {}

    def desired(self, source: str, tree: Tree, path: str) -> Read:
        """Return what the documents below one path of a work tree want."""
        loader = self._loaders.setdefault(source, Loader(self._schemas))
        folder = self._folders.setdefault(source, Folder(tree.root, path, skip=self._skip))
        found = folder.look()
        return Read(loader.load(found.files, (*found.problems, *tree.problems)), found.nothing)
