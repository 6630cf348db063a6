"""A patch of a folder that is in somebody's git repository: a branch there, and nothing else.

Objects and one ref are added. HEAD, the index, the work tree and the stash stay byte for byte
as they are, and no hook or filter of that repository is run.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.git.limits import Limits
from trueup.adapters.git.remote import Remote, checked_ref
from trueup.adapters.git.repository import Repository
from trueup.adapters.workshop.commit import DURABLE, Smith
from trueup.adapters.workshop.message import is_of, unsigned
from trueup.adapters.workshop.ownership import give_back
from trueup.adapters.workshop.pushed import Pushed
from trueup.adapters.workshop.sent import Sent
from trueup.model.errors import ToolError, TransientError
from trueup.model.workshop import HandsOffError, MisfitError, OutdatedError, Publication

EVERY = Limits(files=1_000_000, size=1 << 50)
"""It is the owner's own repository: nothing of it is fetched or written out."""


@dataclass(frozen=True, slots=True)
class Enclosing:
    """The repository whose work tree is at `top`, around the folder `top`/`prefix`."""

    top: Path
    prefix: str

    def repository(self, own: Path) -> Repository:
        """Return it as what git works on; what is written for git goes into `own`."""
        return Repository(self.top / ".git", Remote("/"), limits=EVERY, own=own)

    def tracks(self, own: Path) -> bool:
        """Say whether the folder has anything to do with the repository, or is only below it."""
        if not self.prefix:
            return True
        args = ("ls-tree", "--full-tree", "--name-only", "HEAD", "--", self.prefix.rstrip("/"))
        return bool(self.repository(own).attempt(*args).out)


def enclosing(folder: Path, own: Path) -> Enclosing | None:
    """Return the repository that a folder is in; None for none. `own` is for what git needs."""
    real = Path(os.path.realpath(folder))
    for top in (real, *real.parents):
        if (top / ".git").exists():
            below = os.path.relpath(real, top)
            found = Enclosing(top, "" if below == "." else f"{below}/")
            return found if found.tracks(own) else None
    return None


@dataclass(frozen=True, slots=True)
class Branching:
    """Puts one publication on its branch of somebody's repository."""

    publication: Publication
    smith: Smith
    pushed: Pushed

    def put(self) -> Sent:
        """Have the commit on the branch; return it and what it is on top of.

        Raises:
            ToolError: the repository has no commit yet.
            HandsOffError: the branch is somebody else's, or is checked out.
            MisfitError: a file was edited here and is not committed.
            TransientError: somebody else was faster.
        """
        head, tip = self._head(), self._tip()
        if tip and (parent := self._as_it_is(tip)):
            return self._sent(tip, parent)
        commit = self._commit(head)
        if tip and unsigned(self._content(tip)) == unsigned(self._content(commit)):
            return self._sent(tip, head)
        self._refuse_others(tip)
        self.pushed.add(commit, self.publication)
        self._point(commit, tip)
        return self._sent(commit, head)

    def _sent(self, commit: str, parent: str) -> Sent:
        return Sent(commit, parent, self.publication.branch)

    def _as_it_is(self, tip: str) -> str:
        """Return the parent of a tip that was made for this very publication."""
        if tip not in self.pushed.of(self.publication):
            return ""
        return self._repository.must("rev-parse", f"{tip}^").decode().strip()

    def _head(self) -> str:
        done = self._repository.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if done.code == 0:
            return done.out.decode().strip()
        what = f"{self._repository.directory.parent} has no commit yet"
        raise ToolError(what, "so there is nothing to make a branch of", "Commit something.")

    def _tip(self) -> str:
        listed = self._repository.must("for-each-ref", "--format=%(objectname)", self._ref)
        return listed.decode().strip()

    def _commit(self, head: str) -> str:
        try:
            return self.smith.commit(self.publication, head)
        except OutdatedError as error:
            why = "the folder has changes of it that are not committed"
            raise MisfitError(error.what, why, "Commit them, or take them back.") from error

    def _refuse_others(self, tip: str) -> None:
        if not tip:
            return
        listed = self._repository.must("for-each-ref", "--format=%(worktreepath)", self._ref)
        if place := listed.decode(errors="replace").strip():
            raise self._hands_off(f"it is checked out in {place}", "Switch to another branch.")
        if not self._is_ours(tip):
            why = f"commit {tip[:12]} is not one of this Run's"
            raise self._hands_off(why, "Merge it or delete it.")

    def _is_ours(self, tip: str) -> bool:
        if known := self.pushed.commits():
            return tip in known
        return is_of(self._content(tip), self.smith.person, self.publication)

    def _hands_off(self, why: str, fix: str) -> HandsOffError:
        what = f"the branch {self.publication.branch} is left alone"
        return HandsOffError(what, why, f"{fix} The patch is in the artifacts of the Run.")

    def _point(self, commit: str, tip: str) -> None:
        note = f"trueup: {self.publication.run}"
        expected = tip or "0" * len(commit)
        args = ("update-ref", "-m", note, self._ref, commit, expected)
        done = self._repository.attempt(*DURABLE, *args)
        if done.code != 0:
            what = f"the branch {self.publication.branch} could not be set"
            raise TransientError(what, self._repository.said(done), "It is tried again.")
        self._give_back(commit)

    def _give_back(self, commit: str) -> None:
        made = self._repository.must("rev-list", "--objects", commit, f"^{commit}^").decode()
        common = self._repository.must("rev-parse", "--git-common-dir").decode().rstrip("\n")
        give_back(Path(common), [line[: len(commit)] for line in made.splitlines()], self._ref)

    def _content(self, commit: str) -> bytes:
        return self._repository.must("cat-file", "commit", commit)

    @property
    def _ref(self) -> str:
        return f"refs/heads/{checked_ref(self.publication.branch, 'branch')}"

    @property
    def _repository(self) -> Repository:
        return self.smith.repository
