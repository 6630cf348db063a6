"""What the files of a source are asked.

Refuses to know where the source comes from, and what its files mean.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from trueup.model.errors import Problem


@dataclass(frozen=True, slots=True)
class Listing:
    """The files below one path, as relative path → digest of mode and content.

    A single file is listed under the empty path. `skipped` says why a path is listed as
    data that is not followed (too large, written by a container); empty where it is.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    skipped: str = ""

    @property
    def exists(self) -> bool:
        """Whether there is anything at the path."""
        return bool(self.files)


class Tree(Protocol):
    """The fixed work tree of one source at one revision. All paths are absolute."""

    @property
    def root(self) -> str:
        """The directory that the source's files are in."""

    @property
    def revision(self) -> str:
        """The commit, or a digest where there are no commits."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of the revision is not on the disk because it was refused."""

    @property
    def fixed(self) -> str:
        """The directory that nobody writes while `reading` lasts; empty if anybody may."""

    def reading(self) -> AbstractContextManager[None]:
        """Keep the work tree as it is while the context lasts."""

    def real(self, path: str) -> str:
        """Return where a path leads once every link on the way has been followed."""

    def place(self, path: str) -> str:
        """Return where what stands at a path is really read: elsewhere for a candidate."""

    def file(self, path: str) -> str:
        """Return the digest of one file anywhere on this machine; empty if absent."""

    def text(self, path: str) -> str:
        """Return the content of one file; empty if absent or not text."""

    def listing(self, path: str, *, writable: bool) -> Listing:
        """Return the files that a container sees at a bind-mounted path.

        `writable` directories are data unless git tracks the files in them.
        """

    def context(self, path: str, dockerfile: str) -> Listing:
        """Return the files of a build context without what .dockerignore leaves out."""
