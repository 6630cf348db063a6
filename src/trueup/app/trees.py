"""Work trees by name: those of the sources, and those of repositories that a Stack names."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from trueup.adapters.clock import SystemClock
from trueup.app.sources import Source, origin_of
from trueup.model.errors import SpecError, TransientError, TrueupError
from trueup.model.ports import Tree
from trueup.settings import GitSettings, Settings, SourceSettings, SshKey, Token, Verify, reveal

if TYPE_CHECKING:  # whoever follows no repository does not wait for what reads them
    from trueup.adapters.git.remote import Remote
    from trueup.adapters.git.trust import Trust

FRESH = 30.0
"""For how many seconds a repository that a Stack names is not asked again."""


BuildGit = Callable[[str, GitSettings, Path], Source]
"""Makes the adapter of a git repository that is kept in a directory."""


def build_source(said: SourceSettings, settings: Settings, build: BuildGit) -> Source:
    """Return the adapter of a configured source."""
    if said.git is not None:
        return build(said.name, said.git, settings.state / "sources" / said.name)
    from trueup.adapters.sources.directory import DirectorySource

    own = (settings.state, settings.status.directory)
    return DirectorySource(said.name, Path(said.directory or "."), skip=own)


def kept_git(
    name: str, said: GitSettings, directory: Path, ended: Callable[[], bool] = lambda: False
) -> Source:
    """Return a git repository whose work tree this process looks after, until it ends."""
    from trueup.adapters.git.limits import Limits
    from trueup.adapters.sources.git import GitSource

    return GitSource(
        name,
        replace(remote_of(said), ended=ended),
        directory,
        branch=said.branch,
        ref=said.ref,
        path=said.path,
        submodules=said.submodules,
        lfs=said.lfs,
        trust=trust_of(said.verify),
        limits=Limits(said.max_files, said.max_size),
    )


def trust_of(said: Verify | None) -> "Trust | None":
    """Return whose signatures a repository's commits need; None for nobody's."""
    if said is None:
        return None
    from trueup.adapters.git.trust import Mode, Trust

    return Trust(Mode(said.mode), said.allowed_signers, said.revoked_keys, said.gpg_keys)


def remote_of(said: GitSettings, *, to_push: bool = False) -> "Remote":
    """Return where a repository is and how one logs in there, to read or to push patches."""
    from trueup.adapters.git import remote
    from trueup.adapters.git.remote import Remote

    auth = said.push_auth if to_push and said.push_auth else said.auth
    match auth:
        case Token(secret, user):
            return Remote(said.url, remote.Token(lambda: reveal(secret), user))
        case SshKey(file, known_hosts):
            return Remote(said.url, remote.SshKey(str(file), str(known_hosts)))
        case None:
            return Remote(said.url)
        case _:
            assert_never(auth)


def origin_of_source(said: SourceSettings) -> str:
    """Return the digest of what identifies a source."""
    if said.git is not None:
        return origin_of(f"git {said.git.url} {said.git.path}")
    return origin_of(f"directory {said.directory}")


@dataclass(slots=True)
class Other:
    """A repository that a Stack names: asked by one thread at a time, known to all."""

    source: Source
    tree: Tree | None = None
    asked: float = -FRESH
    error: TrueupError | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refreshed(self, now: float) -> Tree:
        """Return the work tree; whoever finds it stale and nobody asking asks the remote.

        Raises:
            TrueupError: it never was read, and still cannot be.
        """
        if self.lock.acquire(blocking=self.tree is None):
            try:
                self._ask(now)
            finally:
                self.lock.release()
        if self.tree is None:
            raise self.error or TransientError("the repository has not been read yet")
        return self.tree

    def _ask(self, now: float) -> None:
        if now - self.asked < FRESH:
            return
        self.asked = now
        try:
            self.tree, self.error = self.source.sync(), None
        except TrueupError as error:
            self.error, self.tree = error, self.tree or self.source.resume()


class Trees:
    """Finds work trees. A repository that a Stack names is cloned when first asked for."""

    def __init__(
        self, settings: Settings, of_source: Callable[[str], Tree | None], build: BuildGit
    ) -> None:
        self._settings, self._of_source, self._build_git = settings, of_source, build
        self._clock = SystemClock()
        self._others: dict[str, Other] = {}
        self._lock = threading.Lock()

    def tree(self, name: str) -> Tree:
        """Return a work tree.

        Raises:
            TransientError: the source has not been read yet, or cannot be.
        """
        if any(one.name == name for one in self._settings.sources):
            tree = self._of_source(name)
            if tree is None:
                raise TransientError(f"source {name} has not been read yet")
            return tree
        with self._lock:
            other = self._others.get(name) or self._others.setdefault(name, self._build(name))
        return other.refreshed(self._clock.monotonic())

    def other(self, name: str) -> tuple[Source, GitSettings] | None:
        """Return the adapter of a repository that a Stack names, if it was read; and its aim."""
        with self._lock:
            other = self._others.get(name)
        return (other.source, self._said(name)) if other and other.tree else None

    def others(self) -> Mapping[str, str]:
        """Return the revision of each repository that a Stack names, asked again when due."""
        with self._lock:
            names = list(self._others)
        found = {}
        for name in names:
            with contextlib.suppress(TrueupError):
                found[name] = self.tree(name).revision
        return found

    def _build(self, name: str) -> Other:
        said = self._said(name)
        self._refuse_unverified(said)
        mark = hashlib.sha256(name.encode()).hexdigest()[:16]
        return Other(self._build_git(name, said, self._settings.state / "repositories" / mark))

    def _said(self, name: str) -> GitSettings:
        """Return what a name stands for; one logs in there as in the source of the same url."""
        url, _, aim = name.rpartition("@")
        known = (one.git for one in self._settings.sources if one.git and one.git.url == url)
        said = replace(next(known, GitSettings(url)), path=".")
        ref = aim.removeprefix("=") if aim.startswith("=") else ""
        return replace(said, ref=ref) if ref else replace(said, branch=aim)

    def _refuse_unverified(self, said: GitSettings) -> None:
        """Refuse that a signed document leads to what anybody may push somewhere else."""
        from trueup.adapters.git.aim import FULL

        asked = any(one.git and one.git.verify for one in self._settings.sources)
        if asked and not said.verify and not FULL.match(said.ref):
            what, why = f"the repository {said.url} is refused", "nothing says who may sign there"
            fix = "Name a full commit id as its ref, or add a source with this url and verify."
            raise SpecError(what, why, fix)
