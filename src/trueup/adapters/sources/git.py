"""A git repository as a source: one branch, tag or commit of it in one fixed work tree.

A sync that fails changes nothing: the work tree stays at the last commit. Knows nothing of
what the files mean.
"""

import threading
from pathlib import Path

from trueup.adapters.disk.records import replace_file
from trueup.adapters.git.aim import Wanted, aim_at
from trueup.adapters.git.batch import Blob, BrokenError
from trueup.adapters.git.checkout import Changes, Checkout
from trueup.adapters.git.clone import Clone
from trueup.adapters.git.contents import Contents, contents_of
from trueup.adapters.git.limits import Limits
from trueup.adapters.git.lock import TreeLock
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.repository import Repository
from trueup.adapters.git.trust import Trust
from trueup.adapters.sources.tree import GitTree
from trueup.model.errors import ToolError, TransientError, TrueupError

DEFAULT = Limits()


class GitSource:
    """What is wanted of `remote`, kept below `directory`. `sync` may be called by anyone.

    Below `directory`: `git` (bare clone), `tree` (work tree), `kept` (what was in the way
    of a file of the repository), `modules`, `spare` and `manifest.json`.
    """

    def __init__(  # noqa: PLR0913 - what a configuration says of a source
        self,
        name: str,
        remote: Remote,
        directory: Path,
        *,
        branch: str = "main",
        ref: str = "",
        path: str = ".",
        submodules: bool = False,
        lfs: bool = False,
        deadline: float = 300.0,
        trust: Trust | None = None,
        limits: Limits = DEFAULT,
    ) -> None:
        self.name, self.path = name, path
        self._trust, self._seal = trust, directory / "trusted"
        self._submodules, self._lfs = submodules, lfs
        self._modules = directory / "modules"
        self._one = threading.Lock()
        self._lock = TreeLock()
        whole = trust is not None and trust.whole
        repository = Repository(directory / "git", remote, deadline, limits, whole)
        self._clone = Clone(repository, aim_at(branch, ref))
        self._checkout = Checkout(directory)
        self.tree = GitTree(str(self._checkout.root), self._lock)

    def sync(self) -> GitTree:
        """Bring the work tree to what the remote says now, and return it.

        Raises:
            TransientError: the remote does not answer; the last commit stays in force.
            ToolError: the remote refuses, or data is in the way; likewise.
            UntrustedError: the commit is not signed as it has to be; likewise.
        """
        with self._one:
            self._show(self._clone.latest())
            return self.tree

    def resume(self) -> GitTree | None:
        """Return the tree as it was left, without the remote; None where there is none.

        A checkout that was cut off is finished from our own copy, where that can be.
        """
        with self._one:
            manifest = self._checkout.manifest
            if not manifest.revision or not self._trusted(manifest.revision):
                return None
            try:
                self._check_out(manifest.revision)
            except (BrokenError, ToolError, TransientError):
                if not manifest.complete:
                    return None
                files = manifest.files.items()
                blobs = {path: Blob(path, f.mode, f.oid) for path, f in files}
                self.tree.show(manifest.revision, blobs, ())
            return self.tree

    @property
    def home(self) -> Path:
        """Our own bare clone; it may be replaced by another one at any time."""
        return self._clone.repository.directory

    def copy(self, place: Path) -> str:
        """Make another work tree of the commit in force, `place`/tree; return the commit.

        Raises:
            TransientError: no commit is in force, or our own copy lacks something of it.
        """
        with self._one:
            commit = self.tree.revision
            if not commit:
                what = f"source {self.name} is not read yet"
                raise TransientError(what, "", "It is tried again once it is.")
            try:
                self._copy(commit, Checkout(place))
            except BrokenError as error:
                what = f"commit {commit[:7]} of source {self.name} cannot be read"
                raise TransientError(what, str(error), "The next sync mends it.") from error
            return commit

    def _copy(self, commit: str, checkout: Checkout) -> None:
        contents = self._contents(commit)
        checkout.carry_out(checkout.prepare(commit, contents.blobs, contents.fetch))

    def _show(self, wanted: Wanted) -> None:
        if wanted.commit == self.tree.revision and not self._checkout.differs(wanted.commit):
            return
        try:
            self._apply(wanted)
        except BrokenError:
            self._again(self._clone.renew())

    def _again(self, wanted: Wanted) -> None:
        try:
            self._apply(wanted)
        except BrokenError as error:
            what = f"commit {wanted.commit[:7]} of source {self.name} cannot be read"
            raise ToolError(what, str(error), "Look at the repository with git fsck.") from error

    def _apply(self, wanted: Wanted) -> None:
        if self._trust and wanted.commit != self._sealed():
            self._trust.check(wanted, self._clone.repository, self._sealed())
            self._put_seal(wanted.commit)
        self._check_out(wanted.commit)

    def _trusted(self, commit: str) -> bool:
        """Say whether a commit was verified when it was applied, or can be now."""
        if self._trust is None or commit in self._seals():
            return True
        try:
            self._trust.check(Wanted(commit), self._clone.repository, "")
        except (TrueupError, BrokenError):
            return False
        return True

    def _sealed(self) -> str:
        """Return the last commit that was verified."""
        return next(iter(self._seals()), "")

    def _seals(self) -> list[str]:
        """Return the commits that were verified: the last, and what it was applied over."""
        try:
            return self._seal.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return []

    def _put_seal(self, commit: str) -> None:
        before = self._checkout.manifest.revision
        seals = [commit, before] if before in self._seals() else [commit]
        replace_file(self._seal, "".join(f"{one}\n" for one in seals))

    def _check_out(self, commit: str) -> None:
        contents = self._contents(commit)
        if self._checkout.differs(commit):
            self._change(self._checkout.prepare(commit, contents.blobs, contents.fetch), contents)
        self.tree.show(commit, contents.blobs, contents.problems)

    def _contents(self, commit: str) -> Contents:
        modules = self._modules if self._submodules else None
        return contents_of(self._clone.repository, commit, modules=modules, lfs=self._lfs)

    def _change(self, changes: Changes, contents: Contents) -> None:
        with self._lock.writing():
            self.tree.show("", {}, ())
            self._checkout.carry_out(changes)
            self.tree.show(changes.revision, contents.blobs, contents.problems)
