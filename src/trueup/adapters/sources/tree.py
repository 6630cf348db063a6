"""The files of a source as digests: the Tree port, for a directory and for a git source.

Only the executable bit of a mode counts. Knows nothing of who asks and why.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.adapters.disk.digests import Digests
from trueup.adapters.sources.listed import Listed, listed_by
from trueup.model.errors import Problem, TransientError
from trueup.model.ports import Listing
from trueup.model.shortage import refuse_shortage

if TYPE_CHECKING:
    from trueup.adapters.disk.ignored import Ignored
    from trueup.adapters.git.batch import Blob
    from trueup.adapters.git.lock import TreeLock

TEXT = 8 << 20
MOUNT = (2_000, 64 << 20)  # files and bytes that a bind-mounted directory may have
CONTEXT = (20_000, 1 << 30)


class DirectoryTree:
    """A directory as it is; nothing of ours writes to it, so nobody has to wait."""

    def __init__(self, root: str, revision: str = "", digests: Digests | None = None) -> None:
        self._root, self.now = os.path.normpath(root), revision
        self.digests = digests or Digests()

    @property
    def root(self) -> str:
        """The directory that the source's files are in."""
        return self._root

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Nothing: a directory is read as it is."""
        return ()

    @property
    def revision(self) -> str:
        """A digest of the source's documents."""
        return self.now

    @property
    def fixed(self) -> str:
        """Nothing: its user may write at any time."""
        return ""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Change nothing: the directory belongs to its user."""
        yield

    def real(self, path: str) -> str:
        """Return where a path leads once every link on the way has been followed."""
        return os.path.realpath(path)

    def place(self, path: str) -> str:
        """Return the path: everything is read where it stands."""
        return path

    def file(self, path: str) -> str:
        """Return the digest of one file anywhere on this machine; empty if absent."""
        return self.digests.file(self.place(path))

    def text(self, path: str) -> str:
        """Return the content of one file; empty if absent or not text."""
        return text_of(self.place(path))

    def listing(self, path: str, *, writable: bool) -> Listing:
        """Return the files below a path, unless they are too many or a container's data."""
        place, outside = self.place(path), really_inside(self._root, path) is None
        if not Path(place).is_dir():
            return on_disk(place, self.digests, is_data=writable and outside)
        if outside:
            return Listing(skipped="it is outside the source")
        if writable:
            return Listing(skipped="a writable directory is data")
        return below(place, self.digests, MOUNT)

    def context(self, path: str, dockerfile: str) -> Listing:
        """Return the files of a build context without what .dockerignore leaves out."""
        from trueup.adapters.disk.ignored import Ignored

        ignored = Ignored(path, dockerfile, self.place)
        return below(self.place(path), self.digests, CONTEXT, ignored)


class GitTree:
    """The work tree of a git source, seen through what the commit lists.

    A tracked file has the digest of its commit even where a container has modified it, so
    that this does not look like a change of ours. For the same reason a build context is
    its tracked files: what containers write beside them is no input. It is one object for
    the life of a source: under `reading` the revision, the digests and the disk agree.
    """

    def __init__(self, root: str, lock: "TreeLock") -> None:
        self._root, self.lock = os.path.normpath(root), lock
        self._digests = Digests()
        self._listed = Listed()

    def show(
        self, revision: str, blobs: "Mapping[str, Blob]", problems: tuple[Problem, ...]
    ) -> None:
        """Take over a commit that was checked out; an empty revision means: under way."""
        self._listed = listed_by(revision, blobs, problems)

    @property
    def listed(self) -> Listed:
        """What the commit lists."""
        return self._listed

    @property
    def root(self) -> str:
        """The directory that the source's files are in."""
        return self._root

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Links and paths of the commit that would lead out of the tree."""
        return self.listed.problems

    @property
    def revision(self) -> str:
        """The commit that is checked out."""
        return self.listed.revision

    @property
    def fixed(self) -> str:
        """All of it: we write it, and never while it is read."""
        return self._root

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep the work tree at its revision while the context lasts.

        Raises:
            TransientError: an update takes too long, or was cut off.
        """
        with self.lock.reading():
            if not self.revision:
                what = f"{self._root} is between two commits"
                raise TransientError(what, "its last update was cut off", "The next sync ends it.")
            yield

    def real(self, path: str) -> str:
        """Return where a path leads once every link on the way has been followed."""
        return os.path.realpath(path)

    def place(self, path: str) -> str:
        """Return the path: everything is read where it stands."""
        return path

    def file(self, path: str) -> str:
        """Return the digest of one file anywhere on this machine; empty if absent."""
        return self._tracked_file(path) or self._digests.file(path)

    def text(self, path: str) -> str:
        """Return the content of one file; empty if absent or not text."""
        return text_of(self.place(path))

    def listing(self, path: str, *, writable: bool) -> Listing:
        """Return the tracked files at a path; untracked ones beside them are data."""
        if tracked := self._tracked_file(path):
            return Listing({"": tracked})
        if files := self._below(path):
            return Listing(files)
        if not Path(path).is_dir():
            return on_disk(path, self._digests, is_data=writable)
        ours = really_inside(self._root, path) is not None
        return Listing(skipped=f"it is {'not tracked by git' if ours else 'outside the source'}")

    def context(self, path: str, dockerfile: str) -> Listing:
        """Return the tracked files of a build context that .dockerignore lets in."""
        from trueup.adapters.disk.ignored import Ignored

        ignored = Ignored(path, dockerfile, self.place)
        if really_inside(self._root, path) is None:
            return below(path, self._digests, CONTEXT, ignored)
        return Listing({p: d for p, d in self._below(path).items() if p not in ignored})

    def _tracked_file(self, path: str) -> str:
        for found in (inside(self._root, path), really_inside(self._root, path)):
            known = self.listed
            if found is not None and found not in known.links and found in known.tracked:
                return known.tracked[found]
        return ""

    def _below(self, path: str) -> dict[str, str]:
        folder = really_inside(self._root, path)
        return {} if folder is None else self.listed.below(folder)


def inside(root: str, path: str) -> str | None:
    """Return a path relative to the root; empty for the root itself, None outside it."""
    path = os.path.normpath(path)
    if path == root:
        return ""
    return path.removeprefix(f"{root}/") if path.startswith(f"{root}/") else None


def really_inside(root: str, path: str) -> str | None:
    """Return the same after every link on the way has been followed."""
    return inside(os.path.realpath(root), os.path.realpath(path))


def text_of(path: str) -> str:
    """Return the content of one file; empty if absent, too large or not text."""
    try:
        file = Path(path)
        return file.read_text() if file.is_file() and file.stat().st_size <= TEXT else ""
    except (OSError, ValueError):
        return ""


def on_disk(path: str, digests: Digests, *, is_data: bool) -> Listing:
    """Return what is at a path that is no directory."""
    if not os.path.lexists(path):
        return Listing()
    if is_data:
        return Listing(skipped="a writable file that is not of the source is data")
    digest = digests.file(path)
    return Listing({"": digest}) if digest else Listing(skipped="it is not a regular file")


def below(
    path: str, digests: Digests, caps: tuple[int, int], ignored: "Ignored | None" = None
) -> Listing:
    """Return the files below a directory of the disk, where they are not too many."""
    files: dict[str, str] = {}
    size = 0
    for name, found in _walk(path, ignored.prunes if ignored else lambda _: False):
        if ignored is not None and name in ignored:
            continue
        size += found.st_size
        if len(files) >= caps[0] or size > caps[1]:
            return Listing(skipped=f"more than {caps[0]} files or {caps[1] >> 20} MiB")
        if digest := digests.entry(f"{path}/{name}"):
            files[name] = digest
    return Listing(files)


def _walk(root: str, prunes: Callable[[str], bool]) -> Iterator[tuple[str, os.stat_result]]:
    """Yield files and links; .git is left out, for it changes without any change."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for name, found in _entries(root, folder):
            if not stat.S_ISDIR(found.st_mode):
                yield name, found
            elif not f"/{name}".endswith("/.git") and not prunes(name):
                waiting.append(name)


def _entries(root: str, folder: str) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(f"{root}/{folder}") as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = f"{folder}/{entry.name}" if folder else entry.name
                yield name, entry.stat(follow_symlinks=False)
    except OSError as error:
        refuse_shortage(error)  # else it is gone, or closed to us, while we look
