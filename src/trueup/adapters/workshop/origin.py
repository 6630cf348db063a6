"""What a workshop must know of a source: where its files are, and where a patch goes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from trueup.adapters.git.limits import Limits
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.trust import Trust
from trueup.adapters.sources.git import GitSource
from trueup.adapters.workshop.folder import Bounds


@dataclass(frozen=True, slots=True)
class GitOrigin:
    """A git source.

    Attributes:
        remote: where a patch is pushed to.
        branch: the branch that is followed; empty where it is a tag or a commit.
        trust: whose signatures a commit needs to be applied; None for nobody's.
    """

    source: GitSource
    remote: Remote
    branch: str
    trust: Trust | None = None
    limits: Limits = field(default=Limits())


@dataclass(frozen=True, slots=True)
class FolderOrigin:
    """A folder of this machine; `skip` are files and folders that are no part of it."""

    folder: Path
    revision: Callable[[], str]
    skip: tuple[Path, ...] = ()
    bounds: Bounds = field(default=Bounds())


Origin = GitOrigin | FolderOrigin
