"""A bare repository of our own in which one commit is made, and from which it is pushed.

It borrows the objects of the source's own clone and is thrown away afterwards, so that neither
can be in the other's way. Knows nothing of edits.
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.git.publisher import OUTRUN
from trueup.adapters.git.repository import Repository
from trueup.adapters.workshop.origin import GitOrigin
from trueup.model.spelled import legible
from trueup.model.workshop import ProtectedError

TIP = "refs/trueup/tip"
SHOWN = 200  # characters of what a remote says
DEPTH = 200
"""So many commits back a commit of ours is looked for below those of others."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The repository, and the branch `ref` of its remote that it is made for."""

    repository: Repository
    ref: str

    def tip(self) -> str:
        """Return the commit that the branch is at, which is here then; empty for no branch.

        Raises:
            TransientError: the remote does not answer.
            ToolError: it refuses.
        """
        there = self.repository.ask(self.ref).get(self.ref, "")
        if not there or self.repository.has(there):
            return there
        self.repository.fetch(f"+{self.ref}:{TIP}")
        return self.repository.must("rev-parse", "--verify", TIP).decode().strip()

    def deepen(self) -> None:
        """Fetch more of the history below the tip."""
        options = ("--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--no-auto-gc")
        deep = (f"--depth={DEPTH}",) if (self.repository.directory / "shallow").is_file() else ()
        url = self.repository.remote.url
        self.repository.reach("fetch", *options, *deep, "--", url, f"+{self.ref}:{TIP}")

    def contains(self, tip: str, commit: str) -> bool:
        """Say whether a commit is the tip or below it, as far as that is here."""
        return self.repository.has(commit) and self.repository.descends(tip, commit)

    def content(self, commit: str) -> bytes:
        """Return a commit object."""
        return self.repository.must("cat-file", "commit", commit)

    def push(self, commit: str, expected: str) -> bool:
        """Push a commit where the branch is as expected (empty: not there); say if it was.

        Raises:
            ProtectedError: the remote takes no such push.
            TransientError: it does not answer.
            ToolError: it refuses.
        """
        lease = f"--force-with-lease={self.ref}:{expected}"
        done = self.repository.push(f"{commit}:{self.ref}", lease)
        if done.code == 0:
            return True
        if OUTRUN.search(done.out):
            return False
        if b"[remote rejected]" in done.out:
            raise self._protected(done.out, self.repository.said(done))
        raise self.repository.refusal(done)

    def _protected(self, out: bytes, said: str) -> ProtectedError:
        remote = self.repository.remote
        why = out.decode(errors="replace").partition("[remote rejected] ")[2].partition("\n")[0]
        what = (
            f"{remote.redact(remote.url)} takes no push to {self.ref.removeprefix('refs/heads/')}"
        )
        fix = "Let Trueup push there, or publish to a branch (to: branch)."
        return ProtectedError(what, "; ".join(filter(None, (legible(why)[:SHOWN], said))), fix)


def borrowing(origin: GitOrigin, place: Path, base: str, ref: str) -> Draft:
    """Return a new repository below `place` that has what the source's clone has."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    home, whole = origin.source.home, bool(origin.trust and origin.trust.whole)
    repository = Repository(place / "git", origin.remote, limits=origin.limits, whole=whole)
    repository.create(base)
    (repository.directory / "objects/info").mkdir(exist_ok=True)
    (repository.directory / "objects/info/alternates").write_text(f"{home / 'objects'}\n")
    with suppress(FileNotFoundError):
        shutil.copyfile(home / "shallow", repository.directory / "shallow")
    return Draft(repository, ref)
