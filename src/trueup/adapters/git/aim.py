"""Which commit of a remote is wanted: the tip of a branch, a tag, or one commit."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from trueup.adapters.git.batch import BrokenError
from trueup.adapters.git.remote import checked_ref
from trueup.adapters.git.repository import Repository
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """The commit that is wanted; the annotated tag and the ref that lead there, if any."""

    commit: str
    tag: str = ""
    ref: str = ""


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


def ask(aim: Aim, repository: Repository) -> Wanted | None:
    """Return what is wanted, as far as it is known without a fetch.

    Raises:
        TransientError: the remote does not answer.
        ToolError: it does, but has no such branch or tag.
    """
    match aim:
        case Commit():
            return _tagged(repository, aim.oid) or _here(repository, aim.oid)
        case Named():
            return _there(aim, repository)
        case _:
            assert_never(aim)


def fetch(aim: Aim, repository: Repository) -> Wanted:
    """Fetch what is wanted and return it.

    Raises:
        BrokenError: what arrived cannot be found in our own copy.
        TransientError: the remote does not answer.
        ToolError: it refuses, or has no such commit.
    """
    match aim:
        case Named():
            ref = _there(aim, repository).ref
            repository.fetch(f"+{ref}:{HERE}")
            return _resolved(repository, HERE, ref)
        case Commit():
            return _fetch_commit(aim.oid, repository)
        case _:
            assert_never(aim)


def _there(aim: Named, repository: Repository) -> Wanted:
    """Return what the remote has."""
    found = repository.ask(*(pattern for ref in aim.refs for pattern in (ref, f"{ref}^{{}}")))
    for ref in aim.refs:
        if ref in found:
            return _peeled(found, ref)
    kind, _, name = aim.refs[0].removeprefix("refs/").partition("/")
    raise _missing("branch" if kind == "heads" else "tag or branch", name, repository)


def _peeled(found: Mapping[str, str], ref: str) -> Wanted:
    commit = found.get(f"{ref}^{{}}")
    return Wanted(commit, found[ref], ref) if commit else Wanted(found[ref], "", ref)


def _fetch_commit(oid: str, repository: Repository) -> Wanted:
    if FULL.match(oid):
        try:
            repository.fetch(oid)
            return _resolved(repository, oid)
        except (ToolError, TransientError):
            pass  # many servers give no commit away that is not the tip of something
    repository.fetch(*EVERYTHING, whole=True)
    if found := _here(repository, oid):
        return found
    raise _missing("commit", oid, repository)


def _tagged(repository: Repository, name: str) -> Wanted | None:
    """Return a tag that looks like an abbreviated id: 20260131, for example."""
    if FULL.match(name):
        return None
    found = repository.ask(tag := f"refs/tags/{name}", f"{tag}^{{}}")
    return _peeled(found, tag) if tag in found else None


def _here(repository: Repository, oid: str) -> Wanted | None:
    tag = f"refs/tags/{oid}"
    for name, ref in ((tag, tag), (oid, "")):
        with suppress(BrokenError):
            return _resolved(repository, name, ref)
    return None


def _resolved(repository: Repository, name: str, ref: str = "") -> Wanted:
    args = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    commit = repository.must(*args, f"{name}^{{commit}}").decode().strip()
    named = repository.must(*args, name).decode().strip()
    return Wanted(commit, "" if named == commit else named, ref)


def _missing(kind: str, name: str, repository: Repository) -> ToolError:
    fix = "Push it again or name another one; the last commit stays in force until then."
    return ToolError(f"{repository.remote.url} has no {kind} {name}", "", fix)
