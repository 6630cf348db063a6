"""A watched directory as a source. It is read where it is, and never written."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from trueup.adapters.disk.digests import Digests
from trueup.adapters.sources.tree import DirectoryTree
from trueup.model.errors import TransientError
from trueup.model.release import FOLDER
from trueup.model.shortage import refuse_shortage

DOCUMENTS = (".yaml", ".yml")


class DirectorySource:
    """The directory `directory`; its revision is a digest of its YAML files."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name, self._directory = name, directory
        self._digests = Digests()
        self.tree = DirectoryTree(str(directory))

    def sync(self) -> DirectoryTree:
        """Return the tree as it is now.

        Raises:
            TransientError: it is not there, or empty. That is a lost mount, not a wish to
                remove everything.
        """
        self._refuse_nothing()
        said = "".join(f"{path}\0{digest}\n" for path, digest in self._documents())
        self.tree.now = FOLDER + hashlib.sha256(os.fsencode(said)).hexdigest()[:12]
        return self.tree

    def resume(self) -> None:
        """A directory is read where it is: there is nothing to go on with without it."""

    def _refuse_nothing(self) -> None:
        try:
            with os.scandir(self._directory) as entries:
                why = "" if next(entries, None) else "it is empty"
        except OSError as error:
            why = error.strerror or str(error)
        if why:
            fix = "Mount or create it; until then nothing is changed because of it."
            raise TransientError(f"the source directory {self._directory} is not there", why, fix)

    def _documents(self) -> Iterator[tuple[str, str]]:
        for folder, folders, names in os.walk(self._directory, onerror=refuse_shortage):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name.endswith(DOCUMENTS):
                    path = str(Path(folder, name))
                    yield path, self._digests.file(path)
