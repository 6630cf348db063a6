"""Whether a remote answers, and would take a push. Changes nothing there or here."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from trueup.adapters import process
from trueup.adapters.git.remote import Remote, checked_ref
from trueup.model.errors import ToolError

PATIENCE = 20.0
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
WHO = {
    "GIT_AUTHOR_NAME": "Trueup",
    "GIT_AUTHOR_EMAIL": "trueup@localhost",
    "GIT_COMMITTER_NAME": "Trueup",
    "GIT_COMMITTER_EMAIL": "trueup@localhost",
}


def tip(remote: Remote, ref: str) -> str:
    """Return the commit that a branch or tag of a remote is at; the name itself for a commit.

    Raises:
        ToolError: the remote does not answer, or has nothing of the name.
    """
    said = _git(remote, ["ls-remote", "--", remote.url, checked_ref(ref, "ref")], Path("/"))
    if not said.strip():
        what = f"{remote.redact(remote.url)} has no {ref}"
        if len(ref) in {40, 64}:
            return ref
        raise ToolError(what, "the remote answers, but not with that", "Correct the branch.")
    return said.split()[0]


def may_push(remote: Remote, branch: str) -> None:
    """Ask for a push without making one.

    Raises:
        ToolError: the remote refuses.
    """
    with tempfile.TemporaryDirectory(prefix="trueup-doctor-") as folder:
        place = Path(folder)
        _git(remote, ["init", "--quiet", "--bare", "."], place)
        _git(remote, ["hash-object", "-w", "-t", "tree", "/dev/null"], place)
        commit = _git(remote, ["commit-tree", EMPTY_TREE, "-m", "dry run"], place).strip()
        target = f"+{commit}:refs/heads/{checked_ref(branch, 'branch')}"
        _git(remote, ["push", "--dry-run", "--quiet", "--", remote.url, target], place)


def _git(remote: Remote, argv: Sequence[str], place: Path) -> str:
    env = process.environment() | remote.environment(reach=True) | WHO
    done = process.run(["git", *argv], timeout=PATIENCE, env=env, cwd=str(place))
    if done.code != 0:
        said = remote.redact(done.err.decode(errors="replace")).strip()
        where = remote.redact(remote.url)
        raise ToolError(f"git {argv[0]} of {where} failed", " ".join(said.split())[-400:])
    return done.out.decode(errors="replace")
