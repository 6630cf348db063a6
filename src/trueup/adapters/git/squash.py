"""The history of a branch of a remote as one commit; its files stay as they are."""

import tempfile
from dataclasses import replace
from pathlib import Path

from trueup.adapters.git.batch import BrokenError
from trueup.adapters.git.mirror import Author
from trueup.adapters.git.remote import Remote, checked_ref
from trueup.adapters.git.repository import Repository
from trueup.model.errors import ToolError, TransientError

TRIES = 8


def squash(remote: Remote, branch: str, author: Author, message: str) -> int:
    """Put all commits of a branch together into one; nobody's commit in between is lost.

    Whoever publishes to the branch meanwhile goes on from the new commit.

    Returns:
        How many commits there were; 0 where the branch is not there.

    Raises:
        TransientError: the remote does not answer, or others are always faster.
        ToolError: it refuses.
    """
    ref = f"refs/heads/{checked_ref(branch, 'branch')}"
    with tempfile.TemporaryDirectory() as place:
        repository = Repository(Path(place, "squash.git"), replace(remote))
        try:
            return _squash(repository, ref, author, message)
        except BrokenError as error:
            raise ToolError(f"the history of {branch} cannot be read", str(error)) from error


def _squash(repository: Repository, ref: str, author: Author, message: str) -> int:
    for _ in range(TRIES):
        tip = repository.ask(ref).get(ref)
        if tip is None:
            return 0
        repository.create(tip)
        repository.fetch(f"+{ref}:{ref}")
        count = int(repository.must("rev-list", "--count", ref))
        if count <= 1 or _push(repository, ref, _commit(repository, ref, author, message)):
            return count
    raise TransientError(f"{ref} could not be pushed", "others are always faster", "Try again.")


def _commit(repository: Repository, ref: str, author: Author, message: str) -> str:
    """Return a commit without parents that has the files of the branch."""
    words = ("-c", f"user.name={author.name}", "-c", f"user.email={author.email}")
    done = repository.must(
        *words, "commit-tree", f"{ref}^{{tree}}", "-F", "-", input=message.encode()
    )
    return done.decode().strip()


def _push(repository: Repository, ref: str, commit: str) -> bool:
    tip = repository.must("rev-parse", ref).decode().strip()
    done = repository.push(f"{commit}:{ref}", f"--force-with-lease={ref}:{tip}")
    if done.code == 0:
        return True
    if b"stale info" in done.out or b"[rejected]" in done.out:
        return False
    raise repository.refusal(done)
