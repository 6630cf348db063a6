"""A watched directory as a source. It is read where it is, and never written."""

import hashlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from trueup.adapters.disk.digests import Digests
from trueup.adapters.sources.tree import DirectoryTree
from trueup.model.errors import TransientError
from trueup.model.release import FOLDER
from trueup.model.shortage import refuse_shortage

DOCUMENTS = (".yaml", ".yml")


class DirectorySource:
    """The directory `directory`; its revision is a digest of its YAML files.

    `skip` are folders that are left out: what Trueup writes must not be news to it.
    """

    def __init__(self, name: str, directory: Path, *, skip: Collection[Path] = ()) -> None:
        self.name, self._directory = name, directory
        self._skip = frozenset(os.path.realpath(one) for one in skip)
        self._digests = Digests()
        self.tree = DirectoryTree(str(directory))

    def sync(self) -> DirectoryTree:
        """Return the tree as it is now, also where nothing is left of it.

        Raises:
            TransientError: it cannot be read.
        """
        self._refuse_unreadable()
        said = "".join(f"{path}\0{digest}\n" for path, digest in self._documents())
        self.tree.now = FOLDER + hashlib.sha256(os.fsencode(said)).hexdigest()[:12]
        return self.tree

    def resume(self) -> None:
        """A directory is read where it is: there is nothing to go on with without it."""

    def _refuse_unreadable(self) -> None:
        try:
            with os.scandir(self._directory) as entries:
                next(entries, None)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            what = f"the source directory {self._directory} cannot be read"
            fix = "Mend its permissions, or mount it anew; until then nothing is changed."
            raise TransientError(what, error.strerror or str(error), fix) from error

    def _documents(self) -> Iterator[tuple[str, str]]:
        for folder, folders, names in os.walk(self._directory, onerror=refuse_shortage):
            folders[:] = sorted(name for name in folders if self._is_wanted(folder, name))
            for name in sorted(names):
                if name.endswith(DOCUMENTS):
                    path = f"{folder}/{name}"  # ten thousand times a look
                    yield path, self._digests.file(path)

    def _is_wanted(self, folder: str, name: str) -> bool:
        if name.startswith("."):
            return False
        return not self._skip or os.path.realpath(f"{folder}/{name}") not in self._skip
