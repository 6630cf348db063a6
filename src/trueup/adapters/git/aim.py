"""Which commit of a remote is wanted: the tip of a branch, a tag, or one commit."""

import re
from dataclasses import dataclass
from typing import assert_never

from trueup.adapters.git.remote import checked_ref
from trueup.adapters.git.repository import BrokenError, Repository
from trueup.model.errors import ToolError, TransientError

FULL = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?\Z")
SHORT = re.compile(r"[0-9a-f]{7,39}\Z")
HERE = "refs/trueup/tip"
EVERYTHING = ("+refs/heads/*:refs/trueup/heads/*", "+refs/tags/*:refs/tags/*")


@dataclass(frozen=True, slots=True)
class Named:
    """What a branch or a tag points at, by full names; the first that is there counts."""

    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, by its full or abbreviated id."""

    oid: str


Aim = Named | Commit


def aim_at(branch: str, ref: str) -> Aim:
    """Return what is meant: a `ref` (commit, tag or branch) before the branch.

    Raises:
        SpecError: it is not a name that git allows.
    """
    if not ref:
        return Named((f"refs/heads/{checked_ref(branch, 'branch')}",))
    if FULL.match(ref) or SHORT.match(ref):
        return Commit(ref)
    return Named((f"refs/tags/{checked_ref(ref, 'ref')}", f"refs/heads/{ref}"))


def ask(aim: Aim, repository: Repository) -> str:
    """Return the commit that is wanted, as far as it is known without a fetch.

    Raises:
        TransientError: the remote does not answer.
        ToolError: it does, but has no such branch or tag.
    """
    match aim:
        case Commit():
            return _tagged(repository, aim.oid) or _here(repository, aim.oid)
        case Named():
            return _there(aim, repository)[1]
        case _:
            assert_never(aim)


def fetch(aim: Aim, repository: Repository) -> str:
    """Fetch what is wanted and return the commit.

    Raises:
        BrokenError: what arrived cannot be found in our own copy.
        TransientError: the remote does not answer.
        ToolError: it refuses, or has no such commit.
    """
    match aim:
        case Named():
            ref, _ = _there(aim, repository)
            repository.fetch(f"+{ref}:{HERE}")
            return _resolved(repository, HERE)
        case Commit():
            return _fetch_commit(aim.oid, repository)
        case _:
            assert_never(aim)


def _there(aim: Named, repository: Repository) -> tuple[str, str]:
    """Return the ref that the remote has, and its commit."""
    found = repository.ask(*(pattern for ref in aim.refs for pattern in (ref, f"{ref}^{{}}")))
    for ref in aim.refs:
        if oid := found.get(f"{ref}^{{}}") or found.get(ref):
            return ref, oid
    kind, _, name = aim.refs[0].removeprefix("refs/").partition("/")
    raise _missing("branch" if kind == "heads" else "tag or branch", name, repository)


def _fetch_commit(oid: str, repository: Repository) -> str:
    if FULL.match(oid):
        try:
            repository.fetch(oid)
            return _resolved(repository, oid)
        except (ToolError, TransientError):
            pass  # many servers give no commit away that is not the tip of something
    repository.fetch(*EVERYTHING)
    if commit := _here(repository, oid):
        return commit
    raise _missing("commit", oid, repository)


def _tagged(repository: Repository, name: str) -> str:
    """Return the commit of a tag that looks like an abbreviated id: 20260131, for example."""
    if FULL.match(name):
        return ""
    found = repository.ask(tag := f"refs/tags/{name}", peeled := f"{tag}^{{}}")
    return found.get(peeled) or found.get(tag) or ""


def _here(repository: Repository, oid: str) -> str:
    try:
        return _resolved(repository, oid)
    except BrokenError:
        return ""


def _resolved(repository: Repository, name: str) -> str:
    args = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return repository.must(*args).decode().strip()


def _missing(kind: str, name: str, repository: Repository) -> ToolError:
    fix = "Push it again or name another one; the last commit stays in force until then."
    return ToolError(f"{repository.remote.url} has no {kind} {name}", "", fix)
