"""The files of repositories within a repository, listed as if they were its own."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from trueup.adapters.git.aim import Commit
from trueup.adapters.git.batch import Blob, BrokenError
from trueup.adapters.git.clone import Clone
from trueup.adapters.git.limits import MODULES
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.repository import Repository
from trueup.model.errors import SpecError, ToolError

GITLINK = "160000"
DEEPEST = 5
FIX = "Correct it; the last commit stays in force until then."


@dataclass(frozen=True, slots=True)
class Sourced:
    """A file, and the repository and commit that it is from."""

    blob: Blob
    repository: Repository
    commit: str


def listed(
    repository: Repository, commit: str, modules: Path | None, depth: int = 0
) -> Iterator[Sourced]:
    """Yield the files of a commit, and of its submodules where there is a place for them.

    Raises:
        BrokenError: our own copy lacks something.
        SpecError: .gitmodules names a URL that is refused, or nests too deep.
        TransientError: a submodule's remote does not answer.
        ToolError: it refuses.
    """
    blobs = list(repository.blobs(commit))
    links = [blob for blob in blobs if blob.mode == GITLINK] if modules else []
    if len(links) > MODULES:
        what = f"commit {commit[:12]} of {repository.remote.redact(repository.remote.url)}"
        raise ToolError(f"{what} is refused", f"it has more than {MODULES} submodules")
    urls = _urls(repository, commit) if links else {}
    yield from (Sourced(blob, repository, commit) for blob in blobs if blob.mode != GITLINK)
    for link in links:
        if modules and link.path in urls:
            clone = _clone(repository, link, urls[link.path], modules, depth)
            yield from _below(clone, link.path, modules, depth + 1)


def _below(clone: Clone, path: str, modules: Path, depth: int) -> Iterator[Sourced]:
    commit = clone.latest().commit
    try:
        files = list(listed(clone.repository, commit, modules, depth))
    except BrokenError:
        files = list(listed(clone.repository, clone.renew().commit, modules, depth))
    for file in files:
        yield replace(file, blob=replace(file.blob, path=f"{path}/{file.blob.path}"))


def _clone(parent: Repository, link: Blob, url: str, modules: Path, depth: int) -> Clone:
    if depth >= DEEPEST:
        raise SpecError(f"submodule {link.path} is nested too deep", f"more than {DEEPEST} levels")
    remote = _remote(parent.remote, link.path, absolute(parent.remote.url, url))
    name = hashlib.sha256(remote.url.encode()).hexdigest()[:16]
    own = replace(parent, directory=modules / f"{name}.git", remote=remote)
    return Clone(own, Commit(link.oid))


def _remote(parent: Remote, path: str, url: str) -> Remote:
    remote = Remote(url, ended=parent.ended)
    if remote.local and not parent.local:
        why = "a repository from elsewhere must not read this machine's disk"
        raise SpecError(f"submodule {path} is refused", why, "Give it a URL that others can use.")
    same = urlsplit(url)[:2] == urlsplit(parent.url)[:2]
    return replace(remote, auth=parent.auth) if same or "://" not in url else remote


def _urls(repository: Repository, commit: str) -> Mapping[str, str]:
    """Return path → URL as .gitmodules has them."""
    try:
        text = repository.must("config", f"--blob={commit}:.gitmodules", "--null", "--list")
    except BrokenError as error:
        why = str(error) or "git cannot read it"
        raise SpecError(f".gitmodules of commit {commit[:12]} is wrong", why, FIX) from error
    found: dict[str, dict[str, str]] = {}
    for record in text.decode(errors="surrogateescape").split("\0"):
        name, _, value = record.partition("\n")
        section, _, key = name.rpartition(".")
        found.setdefault(section, {})[key] = value
    return {f["path"]: f["url"] for f in found.values() if "path" in f and "url" in f}


def absolute(base: str, url: str) -> str:
    """Return the URL of a submodule: `../x` is relative to the repository that names it."""
    if not url.startswith(("./", "../")):
        return url
    base = base.rstrip("/")
    while url.startswith(("./", "../")):
        step, _, url = url.partition("/")
        if step == "..":
            base = base[: max(base.rfind("/"), base.rfind(":"))]
    return f"{base}/{url}"
